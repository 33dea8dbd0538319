"""Head's places told in the client's own names: where in a request a client finds what head complains of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.fuse import fuse
from timegate.gates.plan.plan import Insert, Plan, Slot, Take
from timegate.gates.plan.reach import Reach
from timegate.typing import Schema, is_object
from timegate.wire.schema import NULL, referred
from timegate.wire.wire import Component, Operation

Location: TypeAlias = tuple[str | int, ...]
"""A path of keys and indexes, beginning with ``body``, ``query``, ``header``, ``path`` or ``cookie``."""

_PARTS: Final = ("query", "header")


@dataclass(frozen=True, slots=True)
class ClientLocation:
    """Where a client finds what head complains of.

    Args:
        location: in the client's names.
        exact: whether it is that place, or the nearest one that the client knows.
        expected: the values the client's contract lists there; None where it lists none.
    """

    location: Location
    exact: bool
    expected: tuple[Any, ...] | None


def same_location(location: Sequence[str | int]) -> ClientLocation:
    """A place that the client knows as head does."""
    return ClientLocation(tuple(location), True, None)


@dataclass(slots=True)
class Locator:
    """Translates the places of one operation's requests for the clients of one version.

    Args:
        reach: the requests and their history.
        head: the operation at head.
        version: the index of the client's version.
    """

    reach: Reach
    head: Operation
    version: int
    _keys: dict[str, dict[str, Location | None]] = field(default_factory=dict[str, "dict[str, Location | None]"])

    def __call__(self, location: Sequence[str | int]) -> ClientLocation:
        """The client's place for one of head's."""
        if not location:
            return ClientLocation((), True, None)
        part, rest = location[0], tuple(location[1:])
        if part == "body" and self.head.request is not None:
            return self._below(("body",), rest, self.head.request.schema)
        if part in _PARTS:
            name = self.head.query if part == "query" else self.head.headers
            found = self._below((part,), rest, {"$ref": f"#/components/schemas/{name}"})
            if found.location[-1:] and str(found.location[-1]).startswith("{"):
                return ClientLocation(("path", str(found.location[-1]).strip("{}")), found.exact, found.expected)
            return found
        return ClientLocation(tuple(location), True, None)

    def _below(self, above: Location, rest: Location, schema: Schema) -> ClientLocation:
        name = referred(schema)
        if name is not None:
            component = self.reach.component(name, 0)
            if "properties" in component.schema:
                return self._in_object(above, rest, component)
            if "enum" in component.schema or "const" in component.schema:
                return ClientLocation((*above, *rest), True, self._members(name))
            return self._below(above, rest, component.schema)
        arms = schema.get("anyOf") or schema.get("oneOf")
        if arms:
            return self._in_union(above, rest, schema, [arm for arm in arms if arm != NULL])
        for part in schema.get("allOf", ()):
            if referred(part) is not None:
                return self._below(above, rest, part)
        if not rest:
            return ClientLocation(above, True, None)
        inner = _inner(schema, rest[0])
        if inner is None:
            return ClientLocation((*above, *rest), True, None)
        return self._below((*above, rest[0]), rest[1:], inner)

    def _in_object(self, above: Location, rest: Location, component: Component) -> ClientLocation:
        if not rest:
            return ClientLocation(above, True, None)
        key = next((wire for wire in component.properties if rest[0] in component.accepted(wire)), None)
        if key is None:
            # A key of the client's own, which head does not know either, or a label of pydantic's.
            values = component.schema.get("additionalProperties")
            if is_object(values):
                return self._below((*above, rest[0]), rest[1:], values)
            return ClientLocation((*above, *rest), True, None)
        theirs = self._client_keys(component.name).get(key)
        if theirs is None:
            return ClientLocation(above, False, None)
        return self._below((*above, *theirs), rest[1:], component.properties[key])

    def _in_union(self, above: Location, rest: Location, union: Schema, arms: list[Schema]) -> ClientLocation:
        if len(arms) == 1:
            return self._below(above, rest, arms[0])
        if not rest:
            return ClientLocation(above, True, None)
        label = rest[0]
        mapping: dict[str, str] = union.get("discriminator", {}).get("mapping", {})
        for arm in arms:
            name = referred(arm)
            if name is None:
                continue
            component = self.reach.component(name, 0)
            if mapping.get(str(label)) == arm["$ref"]:
                return self._below((*above, label), rest[1:], arm)
            if label in (
                name,
                component.display_name,
                component.schema.get("title"),
                getattr(component.model, "__name__", ""),
            ):
                display_name = self.reach.component(name, self.version).display_name
                return self._below((*above, display_name), rest[1:], arm)
        for arm in arms:
            name = referred(arm)
            if name is not None and len(rest) > 1 and rest[1] in self.reach.component(name, 0).properties:
                return self._below((*above, label), rest[1:], arm)
        for arm in arms:
            inner = _inner(arm, rest[1]) if len(rest) > 1 else None
            if inner is not None:
                return self._below((*above, label), rest[1:], arm)
        return ClientLocation((*above, *rest), True, None)

    def _members(self, name: str) -> tuple[Any, ...]:
        schema = self.reach.component(name, self.version).schema
        return tuple(schema["enum"]) if "enum" in schema else (schema.get("const"),)

    def _client_keys(self, name: str) -> dict[str, Location | None]:
        """Head's keys of a component, each with the client's path to what it is made from; None: from nothing."""
        if name not in self._keys:
            conversion = Conversion(self.version, 0, True, False)
            if self.reach.own(name, conversion):
                self._keys[name] = _origins(fuse(self.reach, name, conversion))
            else:
                self._keys[name] = {key: (key,) for key in self.reach.component(name, 0).properties}
        return self._keys[name]


def _inner(schema: Schema, segment: str | int) -> Schema | None:
    """The schema of one item or value of a container."""
    heads: list[Schema] = schema.get("prefixItems", [])
    if isinstance(segment, int) and segment < len(heads):
        return heads[segment]
    keyword = "items" if isinstance(segment, int) else "additionalProperties"
    found = schema.get(keyword)
    return found if is_object(found) else None


def _origins(plan: Plan) -> dict[str, Location | None]:
    """The source path of every key that a plan ends with, followed back through its stages."""
    if plan.refused is not None or not plan.stages:
        return {}
    found: dict[str, Location | None] = {key: (key,) for key in plan.stages[-1].stored}
    for index in range(len(plan.stages) - 1, -1, -1):
        stage = plan.stages[index]
        paths = {id(slot): (key,) for key, slot in stage.loaded.items()}
        taken = _taken(plan, index, paths)
        held = {key: taken.get(id(slot), paths.get(id(slot))) for key, slot in stage.stored.items()}
        follows_whole = stage.then is not None and stage.then[1] is None
        if follows_whole:
            # A function of the whole object: nothing tells which key came from where.
            found = dict.fromkeys(found, None)
        else:
            found = {key: held.get(str(path[0])) if path is not None else None for key, path in found.items()}
    return found


def _taken(plan: Plan, index: int, paths: dict[int, tuple[str]]) -> dict[int, Location]:
    """The source paths of values that a stage takes out of objects."""
    found: dict[int, Location] = {}
    for op in plan.stages[index].ops:
        if isinstance(op, Take):
            found[id(op.slot)] = (*_path(op.parent, paths, found), *op.path)
        elif isinstance(op, Insert) and op.parent.source is None:
            found.setdefault(id(op.parent), _path(op.slot, paths, found))
    return found


def _path(slot: Slot, paths: dict[int, tuple[str]], taken: dict[int, Location]) -> Location:
    return taken.get(id(slot)) or paths.get(id(slot)) or ()
