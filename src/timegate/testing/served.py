"""The app under test while it runs: its middleware, its gates, and the operation that a request means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from starlette.routing import compile_path

from timegate.asgi.middleware import TimegateMiddleware
from timegate.errors import TimegateError
from timegate.gates import Gates
from timegate.testing.probe import Probe


class NotServed(TimegateError):
    """The app under test serves no versions."""


class Served:
    """An app that has started, with a probe between its middleware and itself.

    Args:
        app: the app under test.

    Raises:
        NotServed: no `TimegateMiddleware` is around it, or it did not start.
    """

    def __init__(self, app: object) -> None:
        found = next(_layers(app), None)
        if found is None:
            raise NotServed(
                f"there is no TimegateMiddleware around {app!r}: "
                "app.add_middleware(TimegateMiddleware, …), or name the app that it is around"
            )
        if found.gates is None:
            raise NotServed(f"{app!r} has no lifespan, so nothing was compiled: TimegateMiddleware(gates=…)")
        self.middleware = found
        self.gates: Gates = found.gates
        self.probe = Probe(found.app)
        found.app = self.probe
        self._operations: dict[str, list[tuple[str, re.Pattern[str], str, str]]] = {}

    def close(self) -> None:
        """Take the probe away."""
        self.middleware.app = self.probe.app

    def operation(self, version: str, method: str, path: str) -> tuple[str, str] | None:
        """The key of an operation of a version, and how its clients write it; None where it has none there."""
        if version not in self._operations:
            self._operations[version] = list(_operations(self.gates, version))
        # As a server does where no operation is for HEAD.
        for meant in (method, "GET") if method == "HEAD" else (method,):
            for method_here, fits, key, written in self._operations[version]:
                if method_here == meant and fits.match(path):
                    return key, written
        return None


def _layers(app: Any) -> Iterator[TimegateMiddleware]:
    while app is not None:
        if isinstance(app, TimegateMiddleware):
            yield app
        # An app has built this stack when it has started.
        app = getattr(app, "middleware_stack", None) or getattr(app, "app", None)


def _operations(gates: Gates, version: str) -> Iterator[tuple[str, re.Pattern[str], str, str]]:
    for gate in gates.operations(version):
        if gate.exists:
            fits, path, _ = compile_path(gate.path)
            yield gate.method, fits, gate.key, f"{gate.method} {path}"
