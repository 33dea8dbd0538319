"""What the nine versions of the API changed, declared on Airflow's own classes; together they are the timeline."""

from __future__ import annotations

from timegate import Timeline

__all__ = ["timeline"]

timeline = Timeline.from_package(__name__)
"""From the one that today's handlers speak back to the one that the first Task SDK, 1.0.0, was released with."""
