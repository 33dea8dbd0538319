"""One file per resource; each handler knows today's API and no other."""
