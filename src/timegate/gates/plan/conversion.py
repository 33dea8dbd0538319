"""Names a conversion, from the shape of one version to the shape of another, and what carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import ABSENT_MARK, LeftOut
from timegate.wire.wire import Component, Side

Program: TypeAlias = Callable[[Any], Any]
"""Converts decoded JSON; it may change its argument in place and return the argument or another object.

Raises ``UpgradeError`` for requests and ``DowngradeError`` for responses.
"""


class Conversion(NamedTuple):
    """From the shape of one version to the shape of another.

    Args:
        src: the index of the payload's version, 0 for head.
        dst: the index of the version to convert to.
        from_client: whether a client sent the payload, so that its keys must be checked.
        to_client: whether a client receives the result, so that internal fields must be dropped.
        left_out: the keys that head leaves out of the payload; None for none.
        partial: whether the payload changes a part of something, so that only what head requires is filled in.
        described: whether only what the client's schema describes passes, because a function of the app sees it.
        keys: whether the values are the keys of objects, which are texts whatever their type.
        complete: whether it only writes what head leaves out, because a function gets the result.
        asking: whether only a callable discriminator sees the result: nothing is refused, and what cannot be converted
            stays as it was sent.
    """

    src: int
    dst: int
    from_client: bool = False
    to_client: bool = False
    left_out: LeftOut | None = None
    partial: bool = False
    described: bool = False
    keys: bool = False
    complete: bool = False
    asking: bool = False

    @property
    def boundaries(self) -> range:
        """The boundaries in the order in which the conversion crosses them."""
        return range(self.src, self.dst) if self.src < self.dst else range(self.src - 1, self.dst - 1, -1)

    @property
    def client(self) -> int:
        """The older one of its versions, which is that of the clients where they are at an end."""
        return max(self.src, self.dst)

    @property
    def judges(self) -> bool:
        """Whether values are refused that the client's contract does not admit."""
        return self.from_client and not self.asking

    @property
    def is_whole(self) -> bool:
        """Whether it goes all the way between head and clients."""
        return min(self.src, self.dst) == 0 and (self.from_client or self.to_client)

    @property
    def below(self) -> Conversion:
        """This conversion, of what the payload's own object holds."""
        return self if self.left_out is None else self._replace(left_out=self.left_out.below)

    @property
    def completing(self) -> Conversion:
        """The conversion that comes before this one where a function gets what an object holds."""
        return self.below._replace(dst=self.src, to_client=False, complete=True)

    def part(self, src: int, dst: int) -> Conversion:
        """The part of this conversion between two of its versions."""
        from_client, to_client = self.from_client and src == self.src, self.to_client and dst == self.dst
        described = self.described and from_client
        return self._replace(src=src, dst=dst, from_client=from_client, to_client=to_client, described=described)


def incomplete(components: Mapping[str, Component], left_out: LeftOut | None) -> frozenset[str]:
    """The components whose objects lack keys of a route that leaves some out for their value.

    Args:
        components: of the version that the payloads have.
        left_out: what the route leaves out.
    """

    def may_lack(schema: Schema) -> bool:
        if left_out is None:
            return False
        has_default = "default" in schema or "made" in schema.get(ABSENT_MARK, {})
        return (left_out.defaults and has_default) or (left_out.nulls and is_nullable(schema, components))

    return frozenset(name for name, one in components.items() if any(map(may_lack, one.properties.values())))


def client_conversion(side: Side, version: int) -> Conversion:
    """The whole conversion between head and the clients of a version."""
    if side == "requests":
        return Conversion(version, 0, from_client=True)
    return Conversion(0, version, to_client=True)
