"""What an operator sees of requests: events, and where they go.

Counts are in `timegate.observing.counts` and `timegate.observing.usage`. Metrics and spans are in
`timegate.observing.prometheus` and `timegate.observing.opentelemetry`, each with an extra of its own.
"""

from timegate.observing.event import Event, Loss, Observer, Sampling, each
from timegate.observing.logs import to_logging, to_structlog

__all__ = ["Event", "Loss", "Observer", "Sampling", "each", "to_logging", "to_structlog"]
