"""Measures what a gate costs, beside the same handlers bare and under Cadwyn: `make bench`."""
