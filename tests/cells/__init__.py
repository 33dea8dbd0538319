"""The table of cells: each declared fact is tested in every shape of a payload, on every host."""
