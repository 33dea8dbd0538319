"""Nothing is refused that no declared change touches, and what one touches can change."""
