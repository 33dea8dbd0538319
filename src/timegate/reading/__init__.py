"""An app, types or an OpenAPI document become the wire at head."""
