"""Reads a bundle of Cadwyn by its source, and writes it as version files."""
