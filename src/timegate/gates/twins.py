"""Finds what a change may have forgotten: a model with the same field as one that changed, and akin to it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import is_typeddict

from timegate.changes.base import name_of
from timegate.changes.models import Unchanged
from timegate.errors import Fault
from timegate.gates.plan.reach import Reach
from timegate.history.inheritance import lineage
from timegate.history.schema_edits import without_null
from timegate.history.steps import (
    KeyAdded,
    KeyRenamed,
    Origin,
    Step,
    ValueConverted,
    ValueMoved,
    ValueReplaced,
)
from timegate.history.vouched import facts_of
from timegate.history.widening import bare
from timegate.timeline import Timeline
from timegate.typing import Schema
from timegate.wire.wire import SIDES, Component, Side

_ROLES: Final = frozenset({
    "Base", "Body", "Create", "Created", "Delete", "Detail", "Details", "Edit", "Full", "In", "Input", "New", "Out",
    "Output", "Partial", "Patch", "Post", "Public", "Put", "Read", "Request", "Response", "Summary", "Update",
})  # fmt: skip
"""The words of a model's name that say what it is for, and not what it is."""

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


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
    """Every twin that may be forgotten, newest version first, less those that a change says are unchanged."""
    said = {(version, name) for version, _, fact in facts_of(timeline, Unchanged) for name in map(name_of, fact.models)}
    found = dict.fromkeys(_twins(timeline, reach))
    return tuple(one for one in found if (one.version, one.model) not in said)


def unchanged_faults(timeline: Timeline, reach: Mapping[Side, Reach]) -> Iterator[Fault]:
    """A fault for each model that a change says is unchanged though nothing of the version is about a twin of it."""
    facts = list(facts_of(timeline, Unchanged))
    twins = {(one.version, one.model) for one in _twins(timeline, reach)} if facts else set[tuple[str, str]]()
    for version, change, fact in facts:
        for name in map(name_of, fact.models):
            if (version, name) not in twins:
                problem = "no change of this version is about a model that is akin to it and has a field of it"
                yield Fault(version, change, name, problem, f"take {fact} out")


def _twins(timeline: Timeline, reach: Mapping[Side, Reach]) -> Iterator[ForgottenTwin]:
    for boundary in range(len(timeline.versions) - 1):
        changed: dict[tuple[Side, str, str], Origin] = {
            (side, name, key): step.origin
            for (side, name, at), steps in reach["requests"].history.steps.items()
            if at == boundary
            for step in steps
            for key in _keys(step)
        }
        if not changed:
            continue
        known = [
            one
            for side in SIDES
            for one in reach[side].components(boundary).values()
            if one.model is not None and one.properties and one.exists
        ]
        named = {name for _, name, _ in changed}
        together = _together(reach, boundary)
        for (side, name, key), origin in changed.items():
            component = reach[side].component(name, boundary)
            if component.model is None or key not in component.properties:
                continue
            for other in known:
                if other.name not in named and _has_same(other, key, component.properties[key]):
                    why = _akin(component, other, together)
                    if why:
                        yield _twin(origin, other, key, why)


def _twin(origin: Origin, other: Component, key: str, why: str) -> ForgottenTwin:
    return ForgottenTwin(origin.version, origin.change, origin.fact, name_of(other.model), key, why)


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


def _has_same(other: Component, key: str, schema: Schema) -> bool:
    """Whether a component has a field of one name and type; in an update it may be null, which says nothing."""
    own = other.properties.get(key)
    return own is not None and bare(without_null(own)) == bare(without_null(schema))


def _together(reach: Mapping[Side, Reach], version: int) -> list[frozenset[str]]:
    """The components that the bodies of each operation are made of."""
    found: list[frozenset[str]] = []
    for operation in reach["requests"].history.wires[version].operations:
        names = set[str]()
        for side in SIDES:
            names.update(name for _, body in operation.bodies(side) for name in reach[side].names_in(body.schema))
        found.append(frozenset(names))
    return found


def _akin(one: Component, other: Component, together: list[frozenset[str]]) -> str:
    """How two components are akin; empty where they are not."""
    if one.name == other.name or one.model is other.model:
        return ""
    shared = [base for base in lineage(one.model) if base in [*lineage(other.model)] and _declares(base)]
    if shared:
        return f"which derives from {name_of(shared[0])} too"
    if _stem(one) and _stem(one) == _stem(other):
        return f"whose name says it is {'a' if _stem(one)[0] not in 'AEIOU' else 'an'} {_stem(one)} too"
    if any({one.name, other.name} <= names for names in together):
        return f"which is at an endpoint with {name_of(one.model)}"
    return ""


def _declares(base: Any) -> bool:
    """Whether a base is one of the app's own, with fields."""
    is_own = is_typeddict(base) or base.__module__.partition(".")[0] not in ("builtins", "pydantic")
    return is_own and bool(inspect.get_annotations(base))


def _stem(component: Component) -> str:
    words = _WORDS.findall(getattr(component.model, "__name__", "").partition("[")[0])
    return "".join(word for word in words if word not in _ROLES)
