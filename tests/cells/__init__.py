"""The cells that one declared change must hold in: every shape of a payload, every fact, every host."""
