"""Facts of different changes of one version that touch the same place and do not commute."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from timegate.history.builder import HistoryBuilder
from timegate.history.field_paths import EACH
from timegate.history.places import EVERY_KEY, Touch
from timegate.history.steps import Origin


def check_conflicts(builder: HistoryBuilder) -> None:
    """Note a fault for each pair of facts whose order matters, though they belong to different changes.

    Within one change the order is written down. Between changes of one version there is no order that a reader can
    rely on.
    """
    seen: set[tuple[str, str]] = set()
    for one, other in _pairs(builder.touched):
        newer, older = builder.touched[one], builder.touched[other]
        shared = _shared(newer, older)
        if shared and (newer.fact, older.fact) not in seen:
            seen.add((newer.fact, older.fact))
            builder.fault(
                f"{newer.name}.{EACH if EVERY_KEY in shared else min(shared)}",
                f"{newer.fact} and {older.change}'s {older.fact} touch the same place and do not commute",
                "put both into one change, in order",
                Origin(builder.version, newer.change, newer.fact),
            )


def _pairs(touched: Sequence[Touch]) -> list[tuple[int, int]]:
    """The pairs of touches of different changes that may be about the same place, in order."""
    places: dict[tuple[str, str], list[int]] = {}
    for index, touch in enumerate(touched):
        for key in touch.keys | touch.reads:
            places.setdefault((touch.name, key), []).append(index)
    by_name: dict[str, list[int]] = {}
    if any(key == EVERY_KEY for _, key in places):
        for index, touch in enumerate(touched):
            by_name.setdefault(touch.name, []).append(index)
    found: set[tuple[int, int]] = set()
    for (name, key), indexes in places.items():
        others = by_name[name] if key == EVERY_KEY else indexes
        if len({touched[index].change for index in others}) > 1:
            changing = [index for index in indexes if key in touched[index].keys or key == EVERY_KEY]
            found.update((min(pair), max(pair)) for pair in product(changing, others))
    return sorted((one, other) for one, other in found if touched[one].change != touched[other].change)


def _shared(one: Touch, other: Touch) -> frozenset[str]:
    """The keys that both change, or that one changes and the other reads; two readers never conflict."""
    changes_all = EVERY_KEY in one.keys | other.keys
    if changes_all or (EVERY_KEY in one.reads and other.keys) or (EVERY_KEY in other.reads and one.keys):
        return frozenset({EVERY_KEY})
    return (one.keys & (other.keys | other.reads)) | (other.keys & one.reads)
