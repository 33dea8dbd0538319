"""Which version a request asks for, and which one is in force."""
