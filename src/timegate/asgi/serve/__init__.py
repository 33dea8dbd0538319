"""From an app to its served versions, when the server starts."""
