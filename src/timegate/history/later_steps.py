"""What the later facts of a version do to a component's objects, found by the key that a step is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TypeAlias

from timegate.changes.base import Sibling
from timegate.history.fills import fills
from timegate.history.places import EVERY_KEY
from timegate.history.steps import KeyRenamed, MovedThrough, ObjectConverted, Step, ValueMoved
from timegate.wire.wire import Side

Steps: TypeAlias = Mapping[tuple[Side, str, int], Sequence[Step]]
"""The steps by side, component and boundary, each list from old to new."""


@dataclass(slots=True)
class _Found:
    """The steps on one component's objects so far, by key; of several about one key, the earliest.

    Args:
        count: how many steps there were.
        about: the earliest step that changes or reads a key, `EVERY_KEY` for any, with its number from the last one.
        renamed: the keys that have another name after a step.
    """

    count: int = 0
    about: dict[str, tuple[int, Step]] = field(default_factory=dict[str, tuple[int, Step]])
    renamed: set[str] = field(default_factory=set[str])


class LaterSteps:
    """Finds the steps of later facts, so that a fact costs the same among many; facts are undone newest first.

    Args:
        steps: those so far; earlier ones come before them.
    """

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._found: dict[tuple[Side, str, int], _Found] = {}

    def about(self, side: Side, name: str, boundary: int, key: str) -> Step | None:
        """The earliest step that changes or reads a key, but for an outer object's moves, which come in their order."""
        about = self._up_to_now((side, name, boundary)).about
        found = [about[one] for one in (key, EVERY_KEY) if one in about]
        return max(found, key=itemgetter(0))[1] if found else None

    def renames(self, side: Side, name: str, boundary: int, key: str) -> bool:
        """Whether a step gives a key another name."""
        return key in self._up_to_now((side, name, boundary)).renamed

    def _up_to_now(self, place: tuple[Side, str, int]) -> _Found:
        steps, found = self._steps.get(place, ()), self._found.setdefault(place, _Found())
        for step in reversed(steps[: len(steps) - found.count]):
            found.count += 1
            found.about.update(dict.fromkeys(_keys(step), (found.count, step)))
            if isinstance(step, KeyRenamed):
                found.renamed.add(step.old)
        return found


def _keys(step: Step) -> Iterable[str]:
    """The keys that a step changes or reads; none where it is an outer object's move."""
    changed: tuple[str, ...] = ()
    match step:
        case MovedThrough():
            return ()
        case ObjectConverted():
            return (EVERY_KEY,)
        case KeyRenamed(old=older, new=newer) | ValueMoved(old=(older, *_), new=(newer, *_)):
            changed = older, newer
        case _:
            key: str | None = getattr(step, "key", None)
            changed = () if key is None else (key,)
    fill = [one for one in fills(step) if callable(one) or isinstance(one, Sibling)]
    return (*changed, *(one.field if isinstance(one, Sibling) else EVERY_KEY for one in fill))
