"""Version 2025-01-01, the oldest."""
