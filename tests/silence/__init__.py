"""Nothing passes in silence: what is neither gated nor refused is listed."""
