"""A wire rendered as an OpenAPI document."""
