"""Facts of different changes of one version that touch the same place and do not commute."""

from __future__ import annotations

from itertools import combinations

from timegate.history.builder import HistoryBuilder, Touch
from timegate.history.steps import Origin


def check_conflicts(builder: HistoryBuilder) -> None:
    """Note a fault for each pair of facts whose order matters, though they belong to different changes.

    Within one change the order is written down. Between changes of one version there is no order that a reader can
    rely on.
    """
    seen: set[tuple[str, str]] = set()
    for newer, older in combinations(builder.touched, 2):
        if newer.change == older.change or newer.name != older.name or (newer.fact, older.fact) in seen:
            continue
        shared = _shared(newer, older)
        if shared:
            seen.add((newer.fact, older.fact))
            builder.fault(
                f"{newer.name}.{min(shared)}",
                f"{newer.fact} and {older.change}'s {older.fact} touch the same place and do not commute",
                "put both into one change, in order",
                Origin(builder.version, newer.change, newer.fact),
            )


def _shared(one: Touch, other: Touch) -> frozenset[str]:
    """The keys that both change, or that one changes and the other reads; two readers never conflict."""
    if "*" in one.keys | other.keys or ("*" in one.reads and other.keys) or ("*" in other.reads and one.keys):
        return frozenset({"*"})
    return (one.keys & (other.keys | other.reads)) | (other.keys & one.reads)
