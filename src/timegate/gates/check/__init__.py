"""Why programs cannot be written: each reason is a fault at start-up."""
