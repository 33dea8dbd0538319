"""Converts locations of head's requests into the client's names, for the validation errors that head reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from timegate.gates.plan.conversion import client_conversion
from timegate.gates.plan.fuse import fuse
from timegate.gates.plan.plan import ExtractValue, InsertValue, Op, Plan, Slot
from timegate.gates.plan.reach import Reach
from timegate.typing import Schema, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.marks import PATH_MARK
from timegate.wire.schema import NULL, ref, referred
from timegate.wire.wire import Component, Operation

Location: TypeAlias = tuple[str | int, ...]
"""A path of keys and indexes; the first is ``body``, ``query``, ``header``, ``path`` or ``cookie``."""


@dataclass(frozen=True, slots=True)
class ClientLocation:
    """Where a client finds a location of head's request.

    Args:
        location: in the client's names.
        exact: whether it is the same place; otherwise it is the nearest one that the client knows.
        expected: the values that the client's contract lists there; None where it lists none.
    """

    location: Location
    exact: bool = True
    expected: tuple[Any, ...] | None = None


def same_location(location: Sequence[str | int]) -> ClientLocation:
    """A location that is the same for the client."""
    return ClientLocation(tuple(location))


@dataclass(slots=True)
class Locator:
    """Converts the locations of one operation's requests for the clients of one version.

    Args:
        reach: the requests and their history.
        head: the operation at head.
        version: the index of the client's version.
        path_names: the client's name of each path parameter, by head's, where they may differ.
    """

    reach: Reach
    head: Operation
    version: int
    path_names: Mapping[str, str]
    _keys: dict[str, Mapping[str, Location | None]] = field(default_factory=dict[str, "Mapping[str, Location | None]"])

    def __call__(self, location: Sequence[str | int]) -> ClientLocation:
        """The client's location for one of head's."""
        part, *rest = location or ("",)
        if part == "body" and self.head.request is not None:
            return self._below(("body",), tuple(rest), self.head.request.schema)
        if part in ("query", "header"):
            component = self.head.query if part == "query" else self.head.headers
            found = self._below((part,), tuple(rest), ref(component))
            schema = self.reach.component(component, self.version).properties.get(str(found.location[-1]), {})
            if PATH_MARK in schema:
                return ClientLocation(("path", schema[PATH_MARK]), found.exact, found.expected)
            return found
        if part == "path" and rest:
            return self._in_path(str(rest[0]), tuple(rest[1:]))
        return same_location(location)

    def _in_path(self, name: str, rest: Location) -> ClientLocation:
        schema = self.reach.component(self.head.path_parameters, 0).properties.get(name, {})
        return self._below(("path", self.path_names.get(name, name)), rest, schema)

    def _below(self, above: Location, rest: Location, schema: Schema) -> ClientLocation:
        """The client's location for ``rest``, which is relative to a schema at the client's location ``above``."""
        name = referred(schema)
        if name is not None:
            component = self.reach.component(name, 0)
            if "properties" in component.schema:
                return self._in_object(above, rest, component)
            if listed_values(component.schema) is not None:
                members = listed_values(self.reach.component(name, self.version).schema) or (None,)
                return ClientLocation((*above, *rest), expected=tuple(members))
            return self._below(above, rest, component.schema)
        arms = schema.get("anyOf") or schema.get("oneOf")
        if arms:
            return self._in_union(above, rest, schema, [arm for arm in arms if arm != NULL])
        for part in schema.get("allOf", ()):
            if referred(part) is not None:
                return self._below(above, rest, part)
        if not rest:
            return ClientLocation(above)
        inner = _inner(schema, rest[0])
        if inner is None:
            return ClientLocation((*above, *rest))
        return self._below((*above, rest[0]), rest[1:], inner)

    def _in_object(self, above: Location, rest: Location, component: Component) -> ClientLocation:
        if not rest:
            return ClientLocation(above)
        key = next((wire for wire in component.properties if rest[0] in component.accepted(wire)), None)
        if key is None:
            # A key that head does not know either, or a label that pydantic adds.
            values = component.schema.get("additionalProperties")
            if is_object(values):
                return self._below((*above, rest[0]), rest[1:], values)
            return ClientLocation((*above, *rest))
        source = self._client_keys(component.name).get(key)
        if source is None:
            return ClientLocation(above, exact=False)
        return self._below((*above, *source), rest[1:], component.properties[key])

    def _in_union(self, above: Location, rest: Location, union: Schema, arms: list[Schema]) -> ClientLocation:
        if len(arms) == 1:
            return self._below(above, rest, arms[0])
        if not rest:
            return ClientLocation(above)
        # Pydantic puts a label of the arm into the location: its tag, or the name of its model or type.
        label = rest[0]
        for arm in arms:
            name = referred(arm)
            if name is None:
                continue
            if union.get("discriminator", {}).get("mapping", {}).get(str(label)) == arm["$ref"]:
                return self._below((*above, label), rest[1:], arm)
            component = self.reach.component(name, 0)
            title, model = component.schema.get("title"), getattr(component.model, "__name__", "")
            if label in (name, component.display_name, title, model):
                display_name = self.reach.component(name, self.version).display_name
                return self._below((*above, display_name), rest[1:], arm)
        if len(rest) > 1:
            with_key = [arm for arm in arms if rest[1] in self._properties(arm)]
            with_value = [arm for arm in arms if _inner(arm, rest[1]) is not None]
            for arm in (*with_key, *with_value):
                return self._below((*above, label), rest[1:], arm)
        return ClientLocation((*above, *rest))

    def _properties(self, arm: Schema) -> Mapping[str, Schema]:
        name = referred(arm)
        return {} if name is None else self.reach.component(name, 0).properties

    def _client_keys(self, name: str) -> Mapping[str, Location | None]:
        """For each of head's keys of a component, the client's path to its source; None where it has none."""
        if name not in self._keys:
            conversion = client_conversion("requests", self.version)
            if self.reach.own(name, conversion):
                self._keys[name] = _sources(fuse(self.reach, name, conversion))
            else:
                self._keys[name] = {key: (key,) for key in self.reach.component(name, 0).properties}
        return self._keys[name]


def _inner(schema: Schema, segment: str | int) -> Schema | None:
    """The schema of one item or value of a container."""
    first_items: list[Schema] = schema.get("prefixItems", [])
    if isinstance(segment, int) and segment < len(first_items):
        return first_items[segment]
    found = schema.get("items" if isinstance(segment, int) else "additionalProperties")
    return found if is_object(found) else None


def _sources(plan: Plan) -> Mapping[str, Location | None]:
    """The source path of every key that a plan ends with, followed backwards through its stages."""
    if plan.refused is not None or not plan.stages:
        return {}
    found: dict[str, Location | None] = {key: (key,) for key in plan.stages[-1].stored}
    for stage in reversed(plan.stages):
        if stage.then is not None and stage.then[1] is None:
            # After a function of the whole object, nobody knows which key came from which.
            return dict.fromkeys(found, None)
        paths = _slot_paths({id(slot): (key,) for key, slot in stage.loaded.items()}, stage.ops)
        sources = {key: paths.get(id(slot)) for key, slot in stage.stored.items()}
        found = {key: sources.get(str(path[0])) if path else None for key, path in found.items()}
    return found


def _slot_paths(loaded: Mapping[int, Location], ops: Iterable[Op]) -> Mapping[int, Location]:
    """The source path of each slot by the slot's id, also of values that a stage moves into or out of objects."""
    moved: dict[int, Location] = {}

    def path(slot: Slot) -> Location:
        return moved.get(id(slot)) or loaded.get(id(slot)) or ()

    for op in ops:
        if isinstance(op, ExtractValue):
            moved[id(op.slot)] = (*path(op.other), *op.path)
        elif isinstance(op, InsertValue) and op.other.source is None:
            moved.setdefault(id(op.other), path(op.slot))
    return {**loaded, **moved}
