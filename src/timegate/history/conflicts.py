"""Facts of different changes of one version that touch the same place."""

from __future__ import annotations

from collections.abc import Iterator

from timegate.history.builder import HistoryBuilder, Touch


def conflicts(builder: HistoryBuilder) -> Iterator[tuple[str, str, str]]:
    """Pairs of facts whose order would matter, though their changes stand side by side.

    Gives the place, the newer fact's change and what to say of it. Within one change the order is
    written down; between changes of a version there is none that a reader can rely on.
    """
    seen: set[tuple[str, str]] = set()
    for index, newer in enumerate(builder.touched):
        for older in builder.touched[index + 1 :]:
            if newer.change == older.change or newer.name != older.name:
                continue
            shared = _shared(newer, older)
            if not shared:
                continue
            pair = (newer.fact, older.fact)
            if pair in seen:
                continue
            seen.add(pair)
            yield f"{newer.name}.{min(shared)}", newer.change, f"{newer.fact} and {older.change}'s {older.fact}"


def _shared(one: Touch, other: Touch) -> frozenset[str]:
    """What both touch, or what one touches and the other reads; two that only read do no harm."""
    if "*" in one.keys | other.keys:
        return frozenset({"*"})
    if ("*" in one.reads and other.keys) or ("*" in other.reads and one.keys):
        return frozenset({"*"})
    return (one.keys & (other.keys | other.reads)) | (other.keys & one.reads)
