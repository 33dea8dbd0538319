"""Writes the source of programs from plans, and compiles it."""
