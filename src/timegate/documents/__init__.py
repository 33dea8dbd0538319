"""Renders a wire as an OpenAPI document."""
