"""One change of an API, and a client that was written before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from timegate import CompileError, Contract, DeclarationError, Gates, Timeline, Version, VersionChange
from timegate.asgi import TimegateMiddleware

HEAD, OLD = "2025-06-01", "2025-01-01"


def changed(*facts: Any, name: str = "Changed") -> type[VersionChange]:
    return type(name, (VersionChange,), {"__doc__": "Something changed.", "changes": facts})


def timeline_of(*facts: Any) -> Timeline:
    return Timeline(Version(HEAD, changed(*facts)), Version(OLD))


def gates_of(types: Sequence[Any], *facts: Any) -> Gates:
    """The gates of payloads without HTTP, which go both ways."""
    return timeline_of(*facts).compile(Contract.of_types(*types))


def gates_of_requests(types: Sequence[Any], *facts: Any) -> Gates:
    """The gates of payloads that clients send and never get."""
    return timeline_of(*facts).compile(Contract.of_types(receives=types))


def gates_of_responses(types: Sequence[Any], *facts: Any) -> Gates:
    """The gates of payloads that clients get and never send."""
    return timeline_of(*facts).compile(Contract.of_types(sends=types))


def refusal(contract: Contract, declare: Callable[[], Any]) -> str:
    """What is said where a fact is refused, be it when it is declared or when it is compiled."""
    with pytest.raises((CompileError, DeclarationError)) as refused:
        timeline_of(declare()).compile(contract)
    return str(refused.value)


def starts(contract: Contract, *facts: Any, else_blaming: str) -> bool:
    """Whether the facts compile; where they do not, a component is blamed by its name."""
    try:
        timeline_of(*facts).compile(contract)
    except CompileError as error:
        if else_blaming not in str(error):
            raise
        return False
    return True


@dataclass(frozen=True)
class Client:
    """A client of one version of an app."""

    app: ASGIApp
    version: str = OLD

    def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> httpx.Response:
        async def exchange() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://api.test", headers={"API-Version": self.version}
            ) as client:
                given = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
                return await client.request(method, url, json=json, content=content, headers=given)

        return asyncio.run(exchange())

    def get(self, url: str, *, headers: Mapping[str, str] | Sequence[tuple[str, str]] = ()) -> httpx.Response:
        return self.request("GET", url, headers=headers)

    def post(self, url: str, body: Any) -> httpx.Response:
        if body is None:
            # Null is a body too, which httpx would leave out.
            return self.request("POST", url, content=b"null", headers={"Content-Type": "application/json"})
        return self.request("POST", url, json=body)

    def document(self) -> Any:
        """The OpenAPI document that the client is given."""
        return self.get("/openapi.json").json()


def gated(app: ASGIApp, *facts: Any) -> ASGIApp:
    """An app behind the middleware."""
    return TimegateMiddleware(app, timeline=timeline_of(*facts))


def old_client(app: ASGIApp, *facts: Any) -> Client:
    return Client(gated(app, *facts))
