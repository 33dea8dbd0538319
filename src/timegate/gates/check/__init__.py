"""Finds the reasons why programs cannot be written; each is a fault at start-up."""
