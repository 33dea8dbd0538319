"""The versions of the interface, each a module that says what it changed; together they are the timeline."""

from __future__ import annotations

from timegate import Timeline

__all__ = ["timeline"]

timeline = Timeline.from_package(__name__)
"""From the one that today's handlers speak back to the one that the first Task SDK, 1.0.0, was released with."""
