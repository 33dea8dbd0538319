"""An old app beside today's app behind the middleware: whatever an old client sends, it cannot tell them apart."""
