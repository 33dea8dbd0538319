"""Requests that are as bad as their size allows, each at any size."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from fastapi import FastAPI

from tests.growth.crafted_bodies import Body, dumped
from tests.growth.exchanges import NEW, OLD, Request
from timegate import Timeline, Version, VersionChange

ANY: Final = 0
"""Stands for any status but those of the server's own failures."""


@dataclass(frozen=True)
class Crafted:
    """A worst case.

    Args:
        facts: what changed.
        declare: declares the operations of the app.
        request: the exchange of about so many bytes.
        refusable: whether the changes may as well be refused at the start.
    """

    facts: Callable[[], Iterable[Any]]
    declare: Callable[[FastAPI], None]
    request: Callable[[int], Request]
    refusable: bool = False

    def app(self) -> FastAPI:
        """The app whose contract it is."""
        app = FastAPI()
        self.declare(app)
        return app

    def timeline(self) -> Timeline:
        """The versions: today's, and one before all facts."""
        change = type("Changed", (VersionChange,), {"__doc__": "All of it changed.", "changes": tuple(self.facts())})
        return Timeline(Version(NEW, change), Version(OLD))


def posting(kind: Any) -> Callable[[FastAPI], None]:
    """An operation that takes a type and gives a number."""

    def declare(app: FastAPI) -> None:
        async def post(body: Any) -> int:
            return 1

        post.__annotations__["body"] = kind
        app.post("/items")(post)

    return declare


def giving(kind: Any) -> Callable[[FastAPI], None]:
    """An operation that takes nothing and gives a type."""

    def declare(app: FastAPI) -> None:
        app.post("/items", response_model=kind)(_nothing)

    return declare


async def _nothing() -> None: ...


def _carried(
    declare: Callable[[Any], Callable[[FastAPI], None]],
    carries: Literal["parts", "response"],
    kind: Any,
    body: Body,
    *facts: Any,
    told: int = 200,
    parts: Callable[[bytes], list[bytes]] = lambda body: [body],
    refusable: bool = False,
) -> Crafted:
    """A body on its way up, in the parts of a request, or on its way down, in a response."""

    def request(size: int) -> Request:
        whole: Any = {carries: parts(dumped(body(size)))}
        return Request(**whole, told=told)

    return Crafted(lambda: facts, declare(kind), request, refusable=refusable)


sent: Final = partial(_carried, posting, "parts")
given: Final = partial(_carried, giving, "response")
