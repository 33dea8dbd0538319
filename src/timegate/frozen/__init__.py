"""Frozen contracts: what released versions promised, as files, and what today's app makes of it."""
