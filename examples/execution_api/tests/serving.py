"""What tests of the server share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from execution_api.auth import TokenScope
from execution_api.secret_backends import SecretBackend
from starlette.testclient import TestClient

__all__ = ["MINE", "OTHER", "RUN", "SECRET", "START", "WORLD", "Bearer", "Serve"]

SECRET = "a secret of these tests, long enough to sign with"
WORLD: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "world.json").read_text())

MINE = "01900000-0000-7000-8000-000000000001"
"""A task instance of the world that waits to be started."""

OTHER = "01900000-0000-7000-8000-000000000002"
"""Another one of the same run, which does not."""

RUN = "manual__2026-01-02T00:00:00+00:00"
"""The run of both."""

START = {"state": "running", "hostname": "h", "unixname": "u", "pid": 1, "start_date": "2026-01-02T00:01:00Z"}
"""What a worker says when it starts a task."""


class Serve(Protocol):
    """Starts an application and returns a client of it; both end with the test."""

    def __call__(
        self,
        *,
        world: Mapping[str, Any] | None = None,
        backends: list[SecretBackend] | None = None,
    ) -> TestClient: ...


class Bearer(Protocol):
    """Makes the header that shows a token."""

    def __call__(self, subject: str = MINE, scope: TokenScope = "execution") -> dict[str, str]: ...
