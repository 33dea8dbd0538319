"""Writes the source of programs and compiles it."""
