"""Finds what a change may have forgotten: a model with the same field as one that changed, and akin to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from timegate.changes.base import name_of
from timegate.changes.models import Unchanged
from timegate.errors import Fault
from timegate.gates.kin import Kin
from timegate.gates.plan.reach import Reach
from timegate.history.history import History
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    Step,
    ValueConverted,
    ValueMoved,
    ValueReplaced,
)
from timegate.history.vouched import facts_of
from timegate.timeline import Timeline
from timegate.wire.wire import SIDES, Component, Side


@dataclass(frozen=True, slots=True)
class ForgottenTwin:
    """A model that has a field which changed in another one, and that no fact of the version is about.

    Args:
        version: the version whose change it is.
        change: the change.
        fact: the fact about the other model, as code.
        model: the model that may be forgotten.
        field: the field's wire name.
        why: how the two are akin.
    """

    version: str
    change: str
    fact: str
    model: str
    field: str
    why: str

    def __str__(self) -> str:
        remedy = f"name it too, or write on({self.model}).unchanged('why')"
        return f"{self.version} {self.change}: {self.fact} is not about {self.model}.{self.field}, {self.why}: {remedy}"


def forgotten_twins(timeline: Timeline, reach: Mapping[Side, Reach]) -> tuple[ForgottenTwin, ...]:
    """Every twin that no fact is about, newest version first, less those that a change says are unchanged."""
    return _unless_said(timeline, _twins(reach))


def kept_twins(timeline: Timeline, reach: Mapping[Side, Reach]) -> tuple[ForgottenTwin, ...]:
    """Every twin whose field is still as it was before a change, less those that a change says are unchanged."""
    return _unless_said(timeline, _kept(reach))


def _unless_said(timeline: Timeline, found: Iterator[ForgottenTwin]) -> tuple[ForgottenTwin, ...]:
    said = {(version, name) for version, _, fact in facts_of(timeline, Unchanged) for name in map(name_of, fact.models)}
    return tuple(one for one in dict.fromkeys(found) if (one.version, one.model) not in said)


def unchanged_faults(timeline: Timeline, reach: Mapping[Side, Reach]) -> Iterator[Fault]:
    """A fault for each model that a change says is unchanged though nothing of the version is about a twin of it."""
    facts = list(facts_of(timeline, Unchanged))
    every = [*_twins(reach), *_kept(reach)] if facts else list[ForgottenTwin]()
    twins = {(one.version, one.model) for one in every}
    for version, change, fact in facts:
        for name in map(name_of, fact.models):
            if (version, name) not in twins:
                problem = "no change of this version is about a model that is akin to it and has a field of it"
                yield Fault(version, change, name, problem, f"take {fact} out")


def _twins(reach: Mapping[Side, Reach]) -> Iterator[ForgottenTwin]:
    changed = _changed(reach["requests"].history, _keys)
    kin = Kin(reach, {key for boundary in changed.values() for _, _, key in boundary})
    for boundary, facts in sorted(changed.items()):
        kin.go_to(boundary, without={name for _, name, _ in facts})
        for (side, name, key), steps in facts.items():
            origin = steps[-1].origin
            # Many facts may be about models of one kind; what all of them forget is told once.
            for other, why in kin.of(side, name, key, once=True):
                yield ForgottenTwin(origin.version, origin.change, origin.fact, name_of(other.model), key, why)


def _changed(
    history: History, keys: Callable[[Step], tuple[str, ...]]
) -> Mapping[int, Mapping[tuple[Side, str, str], Sequence[Step]]]:
    """The keys that change at each boundary, each with the steps that are about it.

    Args:
        history: of the models.
        keys: the keys that a step is about.
    """
    found: dict[int, dict[tuple[Side, str, str], list[Step]]] = {}
    for (side, name, boundary), steps in history.steps.items():
        for step in steps:
            for key in keys(step):
                found.setdefault(boundary, {}).setdefault((side, name, key), []).append(step)
    return found


def _keys(step: Step) -> tuple[str, ...]:
    """The keys of the newer version that a step is about."""
    match step:
        case KeyAdded() | ValueConverted() | ValueReplaced():
            return (step.key,)
        case KeyRenamed():
            return (step.new,)
        case ValueMoved():
            return (step.new[0],)
        case _:
            return ()


def _kept(reach: Mapping[Side, Reach]) -> Iterator[ForgottenTwin]:
    """Twins that the older version had, and whose field is today as it was."""
    changed = _changed(reach["requests"].history, _older_keys)
    kin = Kin(reach, {key for steps in changed.values() for _, _, key in steps})
    for boundary, known in sorted(changed.items()):
        kin.go_to(boundary + 1, without=frozenset())
        for (side, name, key), (step, *_) in known.items():
            # A base that many derive from says little of a field that each declares for itself.
            found = list(kin.of(side, name, key, by_base=False))
            if not found and isinstance(step, KeyRenamed):
                found = [*_only_other(reach[side].component(name, boundary + 1), key, reach, boundary + 1)]
            for other, why in found:
                # What a response still has, clients may well no longer send.
                sides = (side,) if isinstance(step, KeyRemoved) else SIDES
                others = [known.get((one, other.name, key), ()) for one in sides]
                if any(_is_as_it_was(reach[one], other, key, boundary, known) for one in sides) or (
                    _calls(step) and any(steps and not any(map(_calls, steps)) for steps in others)
                ):
                    origin = step.origin
                    yield ForgottenTwin(origin.version, origin.change, origin.fact, name_of(other.model), key, why)


def _calls(step: Step) -> bool:
    """Whether a function converts values; of a twin with another type, and none, the values stay as they were."""
    return isinstance(step, ValueConverted) and not (step.to_head is None and step.to_old is None)


def _older_keys(step: Step) -> tuple[str, ...]:
    """The keys of the older version that a step takes away or whose values it converts."""
    match step:
        case KeyRemoved() | ValueConverted():
            return (step.key,)
        case KeyRenamed():
            return (step.old,)
        case _:
            return ()


def _is_as_it_was(
    reach: Reach, other: Component, key: str, boundary: int, steps: Collection[tuple[Side, str, str]]
) -> bool:
    """Whether a component has the field that it had, and no fact of the version is about it."""
    newer = reach.components(boundary).get(other.name)
    if newer is None or newer.model is not other.model or (reach.side, other.name, key) in steps:
        return False
    return newer.properties.get(key) == other.properties[key]


def _only_other(one: Component, key: str, reach: Mapping[Side, Reach], version: int) -> Iterator[tuple[Component, str]]:
    """The only model besides one that has a field of a name, which then is no name that everything has."""
    having = {
        id(other.model): other
        for side in SIDES
        for other in reach[side].components(version).values()
        if other.model is not None and not other.inline and other.model is not one.model and key in other.properties
    }
    if len(having) == 1:
        yield from ((other, "which is the only other model that has it") for other in having.values())
