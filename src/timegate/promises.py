"""What a frozen contract holds its server to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, get_args

from timegate.errors import DeclarationError

Promise: TypeAlias = Literal["exact", "additive", "lossless"]
"""``exact``: today's contract of a released version is the frozen one. ``additive``: optional keys of requests, keys of
responses, operations, and members of open enums may have come. ``lossless``: exact, and no declared fact loses data."""

PROMISES: Final[tuple[Promise, ...]] = get_args(Promise)


@dataclass(frozen=True, slots=True)
class Promises:
    """The promises of a timeline.

    Args:
        default: the promise of every operation that has none of its own.
        operations: the promise of some operations, by method and path (``"GET /items/{id}"``) or by path.
        open_enums: enums to which members may be added under ``additive``: clients are told to expect more.

    Raises:
        DeclarationError: there is no such promise.
    """

    default: Promise = "exact"
    operations: Mapping[str, Promise] = field(default_factory=dict[str, Promise])
    open_enums: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        given: list[object] = [self.default, *self.operations.values()]
        for one in given:
            if one not in PROMISES:
                raise DeclarationError(f"{one!r} is no promise: one of {', '.join(map(repr, PROMISES))}")

    def of(self, operation: str) -> Promise:
        """The promise of an operation, by method and path."""
        path = operation.partition(" ")[2]
        return self.operations.get(operation, self.operations.get(path, self.default))
