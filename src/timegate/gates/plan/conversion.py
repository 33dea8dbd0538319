"""Names a conversion, from the shape of one version to the shape of another, and what carries it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from timegate.wire.marks import LeftOut
from timegate.wire.wire import Side

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

    def part(self, src: int, dst: int) -> Conversion:
        """The part of this conversion between two of its versions."""
        from_client, to_client = self.from_client and src == self.src, self.to_client and dst == self.dst
        described = self.described and from_client
        return self._replace(src=src, dst=dst, from_client=from_client, to_client=to_client, described=described)


def client_conversion(side: Side, version: int) -> Conversion:
    """The whole conversion between head and the clients of a version."""
    if side == "requests":
        return Conversion(version, 0, from_client=True)
    return Conversion(0, version, to_client=True)
