"""From one version's shape to another's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conversion:
    """From one version's shape to another's.

    Args:
        src: the index of the version the payload comes in, 0 for head.
        dst: the index of the version it goes to.
        first: whether it comes straight from a client, so that keys must be judged.
        last: whether it goes straight to a client, so that internal fields must go.
    """

    src: int
    dst: int
    from_client: bool
    to_client: bool

    @property
    def boundaries(self) -> range:
        """The boundaries in the order they are crossed."""
        return range(self.src, self.dst) if self.src < self.dst else range(self.src - 1, self.dst - 1, -1)

    def part(self, src: int, dst: int) -> Conversion:
        """The part of this journey between two of its versions."""
        return Conversion(src, dst, self.from_client and src == self.src, self.to_client and dst == self.dst)
