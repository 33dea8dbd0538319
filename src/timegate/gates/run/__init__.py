"""Holds the functions that compiled programs call while they run."""
