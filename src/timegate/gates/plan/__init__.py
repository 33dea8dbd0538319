"""Which components a change touches, and what happens to the keys of each, before any source is written."""
