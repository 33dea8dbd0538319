"""Send one request as a client of the cells' older version."""

from __future__ import annotations

from typing import Any

from tests.cells.facts import OLD
from tests.silence.exchanges import Response, exchange


def ask(app: Any, method: str, path: str, *, content: bytes = b"", version: str = OLD) -> Response:
    """Send one request as a client of a version."""
    return exchange(app, method, path, body=content or None, version=version)
