"""Finds the components of a version that are akin to one and have the same field: by base, by name, by endpoint."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Set
from itertools import compress
from operator import is_not
from typing import Any, Final, TypeAlias

from typing_extensions import is_typeddict

from timegate.changes.base import name_of
from timegate.gates.plan.reach import Reach
from timegate.history.inheritance import lineage
from timegate.history.schema_edits import without_null
from timegate.history.widening import bare
from timegate.typing import Schema
from timegate.wire.wire import SIDES, Component, Operation, Side

_ROLES: Final = frozenset({
    "Base", "Body", "Create", "Created", "Delete", "Detail", "Details", "Edit", "Full", "In", "Input", "New", "Out",
    "Output", "Partial", "Patch", "Post", "Public", "Put", "Read", "Request", "Response", "Summary", "Update",
})  # fmt: skip
"""The words of a model's name that say what it is for, and not what it is."""

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")

Place: TypeAlias = tuple[Side, str]
"""A side, and the name of one of its components."""

_Tie: TypeAlias = "str | int"
"""What two components share: a word, or a class by its `id`."""


class Kin:
    """The components of one version by what ties them to others; it goes from version to version, beginning at head.

    Args:
        reach: both sides and their history.
        keys: the keys of fields that anybody will ask for.
    """

    def __init__(self, reach: Mapping[Side, Reach], keys: Set[str]) -> None:
        self._reach = reach
        self._keys = keys
        self._version = 0
        self._without: Set[str] = frozenset[str]()
        self._order: dict[Place, int] = {}
        self._ties: dict[int, Mapping[_Tie, str]] = {}
        self._types: dict[int, str] = {}
        self._having: dict[tuple[_Tie, str, str], dict[Place, None]] = {}
        self._told: list[tuple[tuple[_Tie, str, str], Place]] = []
        self._at: dict[str, set[int]] = {}
        self._mates: dict[str, set[Place]] = {}
        self._places: dict[int, Set[Place]] = {}
        for side, one in reach.items():
            for component in one.components(0).values():
                self._enter(side, component)
        for number, operation in enumerate(reach["requests"].history.wires[0].operations):
            self._enter_operation(number, operation)

    def go_to(self, version: int, without: Set[str]) -> None:
        """Go on to an older version, and leave out the components of some names there."""
        wires = self._reach["requests"].history.wires
        for known, place in self._told:
            self._having[known][place] = None
        self._told = []
        for side, component in self._named(self._without):
            self._enter(side, component)
        for boundary in range(self._version, version):
            self._mates = {}
            for side, reach in self._reach.items():
                for name in sorted(reach.differing_at(boundary)):
                    if name in reach.components(boundary):
                        self._leave(side, reach.component(name, boundary))
                    self._enter(side, reach.component(name, boundary + 1))
            newer, older = wires[boundary].operations, wires[boundary + 1].operations
            for number in compress(range(len(older)), map(is_not, newer, older)):
                for _, name in self._places_in(newer[number]):
                    self._at[name].discard(number)
                self._enter_operation(number, older[number])
        self._version, self._without = version, without
        for side, component in self._named(without):
            self._leave(side, component)

    def _named(self, names: Set[str]) -> Iterator[tuple[Side, Component]]:
        for side, reach in self._reach.items():
            for name in names & reach.components(self._version).keys():
                yield side, reach.component(name, self._version)

    def of(
        self, side: Side, name: str, key: str, *, by_base: bool = True, once: bool = False
    ) -> Iterator[tuple[Component, str]]:
        """The components of other models that have a field of one's own name and type, each with how they are akin.

        Args:
            side: the component's.
            name: the component.
            key: the field.
            by_base: whether a base that both derive from is enough.
            once: whether each is given once at a version, be it akin to many that are asked about.
        """
        one = self._reach[side].component(name, self._version)
        if one.model is None or key not in one.properties:
            return
        kind, found = self._type_of(one.properties[key]), dict[Place, str]()
        for tie, why in self._ties_of(one.model).items():
            for place in self._having.get((tie, key, kind), ()) if by_base or isinstance(tie, str) else ():
                found.setdefault(place, why)
        same = self._having.get(("", key, kind), {})
        for place in same.keys() & self._at_endpoints_with(name):
            found.setdefault(place, f"which is at an endpoint with {name_of(one.model)}")
        for place in sorted(found, key=self._order.__getitem__):
            other = self._reach[place[0]].component(place[1], self._version)
            if other.model is not one.model:
                if once:
                    self._tell(place, key)
                yield other, found[place]

    def _tell(self, place: Place, key: str) -> None:
        """Find the field of a component no more at this version."""
        component = self._reach[place[0]].component(place[1], self._version)
        for known in self._known_as(component, {key}):
            del self._having[known][place]
            self._told.append((known, place))

    def _enter(self, side: Side, component: Component) -> None:
        place = side, component.name
        self._order.setdefault(place, SIDES.index(side) << 32 | len(self._order))
        for known in self._known_as(component, self._keys):
            self._having.setdefault(known, {})[place] = None

    def _leave(self, side: Side, component: Component) -> None:
        for known in self._known_as(component, self._keys):
            del self._having[known][side, component.name]

    def _known_as(self, component: Component, keys: Set[str]) -> Iterator[tuple[_Tie, str, str]]:
        """What a component is found by: a tie, or none, with the name and the type of one of some fields."""
        if component.model is None or not component.exists:
            return
        for key in keys & component.properties.keys():
            kind = self._type_of(component.properties[key])
            for tie in ("", *self._ties_of(component.model)):
                yield tie, key, kind

    def _type_of(self, schema: Schema) -> str:
        """The type of a field, as a text; in an update it may be null, which says nothing."""
        if id(schema) not in self._types:
            self._types[id(schema)] = repr(sorted(bare(without_null(schema)).items()))
        return self._types[id(schema)]

    def _ties_of(self, model: Any) -> Mapping[_Tie, str]:
        """What may tie other models to one, each with the words for it; the first that does is told."""
        if id(model) not in self._ties:
            self._ties[id(model)] = dict(_ties(model))
        return self._ties[id(model)]

    def _enter_operation(self, number: int, operation: Operation) -> None:
        for _, name in self._places_in(operation):
            self._at.setdefault(name, set()).add(number)

    def _places_in(self, operation: Operation) -> Set[Place]:
        """The components that the bodies of an operation are made of, and the same names on the other side."""
        if id(operation) not in self._places:
            self._places[id(operation)] = {
                (at, name)
                for side, reach in self._reach.items()
                for _, body in operation.bodies(side)
                for schema in body.schemas
                for name in reach.names_in(schema)
                for at in SIDES
            }
        return self._places[id(operation)]

    def _at_endpoints_with(self, name: str) -> set[Place]:
        """The components that are in the body of an operation together with one."""
        if name not in self._mates:
            operations = self._reach["requests"].history.wires[self._version].operations
            mates = (self._places_in(operations[number]) for number in self._at.get(name, ()))
            self._mates[name] = set[Place]().union(*mates)
        return self._mates[name]


def _ties(model: Any) -> Iterator[tuple[_Tie, str]]:
    for base in lineage(model):
        if _declares(base):
            yield id(base), f"which derives from {name_of(base)} too"
    words = _WORDS.findall(getattr(model, "__name__", "").partition("[")[0])
    stem = "".join(word for word in words if word not in _ROLES)
    if stem:
        yield stem, f"whose name says it is {'a' if stem[0] not in 'AEIOU' else 'an'} {stem} too"


def _declares(base: Any) -> bool:
    """Whether a base is one of the app's own, with fields."""
    is_own = is_typeddict(base) or base.__module__.partition(".")[0] not in ("builtins", "pydantic")
    declared = inspect.get_annotations(base)
    # A base that only configures all models of an app declares class variables, which say nothing.
    return is_own and not declared.keys().isdisjoint(getattr(base, "model_fields", declared))
