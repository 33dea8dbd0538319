"""What an operator sees of requests: events, and where they go."""

from timegate.observing.event import Event, Observer, each

__all__ = ["Event", "Observer", "each"]
