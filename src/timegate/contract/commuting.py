"""Facts of different changes of one version that touch the same place."""

from __future__ import annotations

from collections.abc import Iterator

from timegate.contract.past import Past


def clashes(past: Past) -> Iterator[tuple[str, str, str]]:
    """Pairs of facts whose order would matter, though their changes stand side by side.

    Gives the place, the newer fact's change and what to say of it. Within one change the order is
    written down; between changes of a version there is none that a reader can rely on.
    """
    seen: set[tuple[str, str]] = set()
    for index, newer in enumerate(past.touched):
        for older in past.touched[index + 1 :]:
            if newer.change == older.change or newer.name != older.name:
                continue
            shared = newer.keys & older.keys
            if not shared and "*" not in newer.keys | older.keys:
                continue
            pair = (newer.fact, older.fact)
            if pair in seen:
                continue
            seen.add(pair)
            key = min(shared) if shared else "*"
            yield f"{newer.name}.{key}", newer.change, f"{newer.fact} and {older.change}'s {older.fact}"
