"""A client of an old version, for tests: it asks for its version, and keeps what it sent and received."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol
from urllib.parse import unquote

from starlette.testclient import TestClient

from timegate.asgi.select.asking import Asking, asking_for
from timegate.errors import TimegateError
from timegate.testing.exchange import Exchange, chosen_headers
from timegate.testing.served import Served


class OldClient(TestClient):
    """A client of one version: Starlette's `TestClient`, whose every request asks for that version.

    It starts the app's lifespan, unless another client of the test has started it; as a context manager, it ends it.

    Args:
        app: the app under test.
        version: the version that the client speaks.
        headers: header fields of each request.
        situation: what its exchanges are called in snapshots.
        beside: a running client of the same app.
        raise_server_exceptions: whether an exception in the app is raised in the test, rather than a 500.

    Attributes:
        version: the version in force: the one that the client speaks, or the closest older one.
        exchanges: every request so far and its response.

    Raises:
        NotServed: the app has no `TimegateMiddleware`.
        SelectionError: the version cannot be served.
    """

    __test__ = False

    def __init__(
        self,
        app: Any,
        version: str,
        *,
        headers: Mapping[str, str] | None = None,
        situation: str = "",
        beside: OldClient | None = None,
        raise_server_exceptions: bool = True,
    ) -> None:
        super().__init__(app, headers=dict(headers or {}), raise_server_exceptions=raise_server_exceptions)
        self.exchanges: list[Exchange] = []
        self.situation = situation
        self._runs = beside is None
        if beside is None:
            super().__enter__()
            try:
                self.served = Served(app)
            except TimegateError:
                super().__exit__()
                raise
        else:
            self.portal, self.served = beside.portal, beside.served
            self.app_state.update(beside.app_state)
        self.version = self.served.gates.timeline.resolve(version).value
        asking = self._asking(version, named=bool(headers))
        self.headers.update(asking.headers)
        self.params = dict(asking.query)
        self.base_url = f"http://testserver{asking.prefix}"
        self._prefix = asking.prefix
        self.event_hooks = {"response": [self._keep]}

    @property
    def is_open(self) -> bool:
        """Whether the app still runs."""
        return self.portal is not None

    def __enter__(self) -> OldClient:
        return self

    def __exit__(self, *_: object) -> None:
        if self._runs:
            self._runs = False
            self.served.close()
            super().__exit__()

    def _asking(self, version: str, *, named: bool) -> Asking:
        select = self.served.middleware.select
        asking = asking_for(version, select)
        if asking is None and not named:
            raise TimegateError(
                f"{select!r} is a callable, so only you know how a client asks for {version}: "
                f"old_client({version!r}, headers={{'Authorization': …}})"
            )
        return asking or Asking()

    def _keep(self, response: Any) -> None:
        response.read()
        request = response.request
        whole: str = request.url.raw_path.decode("ascii")
        path = unquote(whole.partition("?")[0]).removeprefix(self._prefix)
        operation = self.served.operation(self.version, request.method, path)
        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw}
        self.exchanges.append(
            Exchange(
                version=self.version,
                situation=self.situation,
                operation=operation and operation[1],
                key=operation and operation[0],
                method=request.method,
                path=whole,
                sent_headers=chosen_headers(sent),
                sent=request.read(),
                status=response.status_code,
                headers=dict(response.headers),
                received=response.content,
                at_head=self.served.probe.taken(),
                gates=self.served.gates,
            )
        )


class OldClients(Protocol):
    """Makes clients of old versions; they end with the test."""

    def __call__(
        self,
        version: str | date,
        *,
        app: Any = None,
        headers: Mapping[str, str] | None = None,
        situation: str = "",
        raise_server_exceptions: bool = True,
    ) -> OldClient:
        """A client of one version.

        Args:
            version: the version that it speaks.
            app: the app; without it, the one under test (`timegate_app`).
            headers: header fields of each request.
            situation: what its exchanges are called in snapshots.
            raise_server_exceptions: whether an exception in the app is raised in the test, rather than a 500.
        """
        ...
