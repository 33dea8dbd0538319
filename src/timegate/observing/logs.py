"""Events as lines of a log, of the standard library or of structlog."""

from __future__ import annotations

import logging
from typing import Any, Final

from timegate.observing.event import Event, Observer

_MESSAGE: Final = "request"


def to_logging(logger: logging.Logger, *, level: int = logging.INFO) -> Observer:
    """An observer that writes a record for each event, with its values as attributes ``timegate_…`` of the record."""

    def log(event: Event) -> None:
        if logger.isEnabledFor(level):
            fields = {f"timegate_{name}": value for name, value in event.fields().items()}
            text = "%s at version %s: %d%s"
            problem = f" {event.problem}" if event.problem else ""
            logger.log(level, text, event.operation, event.version, event.status, problem, extra=fields)

    return log


def to_structlog(logger: Any) -> Observer:
    """An observer that logs each event with a logger of structlog, its values as key and value."""

    def log(event: Event) -> None:
        logger.info(_MESSAGE, **event.fields())

    return log
