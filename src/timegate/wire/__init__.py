"""What is on the wire at one version, as values, and the few walks over a JSON Schema."""
