"""The first version: Task SDK 1.0.0. Nothing lies before it."""
