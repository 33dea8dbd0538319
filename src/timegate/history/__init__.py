"""Undoes facts boundary by boundary: the wire of each older version, and the steps between neighbouring versions."""
