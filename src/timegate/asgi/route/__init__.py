"""Which operation of its version a request means."""
