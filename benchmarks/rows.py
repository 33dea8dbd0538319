"""The requests that are measured, and the names of the sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from benchmarks.api import SIZES
from benchmarks.past import DEPTH, DEPTHS

Host: TypeAlias = Literal["FastAPI", "Starlette"]
BARE: Final = "bare"
TIMEGATE: Final = "timegate"
BY_HAND: Final = "by hand"
CADWYN: Final = "Cadwyn"
ONE_VERSION: Final = "timegate, 1 version"


@dataclass(frozen=True, slots=True)
class Row:
    """One request, sent to each side.

    Args:
        host: the framework of the handlers.
        method: GET has a body in the response, POST one in the request and in the response.
        size: size of the body.
        depth: how many versions back the client is; 0 is head.
        touched: whether versions change the route's bodies.
    """

    host: Host
    method: Literal["GET", "POST"]
    size: str
    depth: int
    touched: bool = True

    @property
    def name(self) -> str:
        """The row's name in tables."""
        client = "head" if self.depth == 0 else f"{self.depth} back"
        return f"{self.host} {self.method} {self.size} {client}{'' if self.touched else ' untouched'}"


def rows() -> Iterator[Row]:
    """Every row, smallest bodies first."""
    both: tuple[Host, Host] = ("FastAPI", "Starlette")
    methods: tuple[Literal["GET"], Literal["POST"]] = ("GET", "POST")
    for host in both:
        for method in methods:
            for depth in (0, *DEPTHS):
                yield Row(host, method, "340 B", depth, touched=False)
        for size in SIZES:
            for method in methods:
                for depth in (0, *DEPTHS):
                    yield Row(host, method, size, depth)


def wanted_by_targets(row: Row) -> bool:
    """Whether a row has a target."""
    if row.size == "340 B":
        return row.depth in (0, 1, DEPTH)
    return row.size == "12 KB" and row.host == "FastAPI" and row.method == "GET" and row.depth == DEPTH
