"""Measures what a gate costs, compared with the same handlers bare and under Cadwyn: `make bench`."""
