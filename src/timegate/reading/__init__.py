"""An app, types or a document become the wire at head."""
