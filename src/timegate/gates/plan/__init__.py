"""Plans, per component, what a conversion does with each key, before any source is written."""
