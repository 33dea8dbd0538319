"""Compares two schemas by structure: components are followed, names and order do not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from timegate.frozen.difference import ABSENT, Kind
from timegate.frozen.shape import LIMITS, Shape, shape_of
from timegate.typing import Schema, is_object, type_of
from timegate.wire.json_types import listed_values
from timegate.wire.schema import references, referred
from timegate.wire.wire import Side

FRAMEWORKS_OWN = frozenset({"HTTPValidationError", "ValidationError"})
"""Components of the framework's own validation errors, which differ between its releases."""

_WHOLE = ("patternProperties", "dependentRequired", "contentEncoding", "contentMediaType", "contains", "not")
"""Keywords that no other comparison knows: where one differs, the whole type does."""


class Pair(NamedTuple):
    """A component of the frozen document, and the one of today's at the same place."""

    old: str
    new: str
    side: Side


class Found(NamedTuple):
    """What differs at one place of a schema."""

    kind: Kind
    path: tuple[str, ...]
    old: Any
    new: Any


@dataclass(slots=True)
class Compared:
    """The result of one comparison.

    Args:
        found: the differences, without those in components.
        pairs: the components at the same places.
    """

    found: list[Found] = field(default_factory=list[Found])
    pairs: set[Pair] = field(default_factory=set[Pair])


@dataclass(slots=True)
class SchemaComparison:
    """Compares schemas of two documents.

    Args:
        old: the components of the frozen document.
        new: those of today's.
    """

    old: Mapping[str, Schema]
    new: Mapping[str, Schema]
    _known: dict[Pair, Compared] = field(default_factory=dict[Pair, Compared])

    def components(self, pair: Pair) -> Compared:
        """Compare two components."""
        if pair not in self._known:
            compared = self._known[pair] = Compared()
            if pair.old != pair.new:
                compared.found.append(Found(Kind.RENAMED_IN_DOCUMENTS, (), pair.old, pair.new))
            _Walk(self, compared, pair.side).schemas(self.old[pair.old], self.new[pair.new], ())
        return self._known[pair]

    def schemas(
        self, old: Schema, new: Schema, side: Side, path: tuple[str, ...] = (), *, defaults: bool = True
    ) -> Compared:
        """Compare two schemas that are no components.

        Args:
            old: the one of the frozen document.
            new: today's.
            side: whether clients send or get their values.
            path: where they are.
            defaults: whether another default is a difference of its own.
        """
        compared = Compared()
        _Walk(self, compared, side).schemas(old, new, path, defaults=defaults)
        return compared


@dataclass(frozen=True, slots=True)
class _Walk:
    """Compares two schemas and what they hold, up to the components that they refer to."""

    comparison: SchemaComparison
    compared: Compared
    side: Side

    def _tell(self, kind: Kind, path: tuple[str, ...], old: Any, new: Any) -> None:
        self.compared.found.append(Found(kind, path, old, new))

    def schemas(self, old: Schema, new: Schema, path: tuple[str, ...], *, defaults: bool = True) -> None:
        if self._are_equal(old, new):
            return
        before, after = shape_of(old), shape_of(new)
        if before.nullable != after.nullable:
            self._tell(Kind.BECAME_NULLABLE if after.nullable else Kind.BECAME_NON_NULL, path, old, new)
        if defaults and not _is_same(before.default, after.default) and not self._is_of_null(before, after):
            self._tell(Kind.DEFAULTED, path, before.default, after.default)
        if before.texts != after.texts:
            self._tell(Kind.TEXT, path, dict(before.texts), dict(after.texts))
        if len(before.arms) == len(after.arms) == 1:
            self._arms(before.arms[0], after.arms[0], path, old, new)
        else:
            self._unions(before, after, path, old, new)

    def _are_equal(self, old: Schema, new: Schema) -> bool:
        """Whether two schemas are the same; then only the components may differ that they refer to."""
        if old != new:
            return False
        for name in references(old):
            if name not in FRAMEWORKS_OWN and name in self.comparison.old and name in self.comparison.new:
                self.compared.pairs.add(Pair(name, name, self.side))
        return True

    @staticmethod
    def _is_of_null(before: Shape, after: Shape) -> bool:
        """Whether a default of null only came or went with null itself."""
        defaults = [before.default, after.default]
        return before.nullable != after.nullable and all(one is None or one is ABSENT for one in defaults)

    def _unions(self, before: Shape, after: Shape, path: tuple[str, ...], old: Schema, new: Schema) -> None:
        gone, come = list(before.arms), list(after.arms)
        for one, other in product(before.arms, after.arms):
            if one in gone and other in come and self._is_same_arm(one, other):
                gone.remove(one)
                come.remove(other)
                self._arms(one, other, path, old, new)
        if gone and come and not (before.arms[1:] and after.arms[1:]):
            self._tell(Kind.RETYPED, path, old, new)
            return
        models = [arm for arm in gone if self._is_model(arm, self.comparison.old)]
        for arm in models:
            self._tell(Kind.ARM_REMOVED, path, arm, ABSENT)
        new_models = [arm for arm in come if self._is_model(arm, self.comparison.new)]
        for arm in new_models:
            self._tell(Kind.ARM_ADDED, path, ABSENT, arm)
        # Other alternatives are no objects that a fact could be about: they make another type of the whole.
        less, more = len(models) < len(gone), len(new_models) < len(come)
        if less or more:
            self._tell(Kind.RETYPED if less and more else Kind.NARROWED if less else Kind.WIDENED, path, old, new)

    def _is_model(self, arm: Schema, components: Mapping[str, Schema]) -> bool:
        return referred(arm) is not None and "properties" in self._target(arm, components)

    def _is_same_arm(self, old: Schema, new: Schema) -> bool:
        """Whether two arms are told apart from others by the same: their component, or their JSON type."""
        names = referred(old), referred(new)
        if names != (None, None):
            return names[0] == names[1] or (None not in names and self._are_alike(str(names[0]), str(names[1])))
        return old == new or ("type" in old and old["type"] == new.get("type") and _is_scalar(old))

    def _are_alike(self, old: str, new: str) -> bool:
        """Whether two components under different names are the same arm: neither name is in the other document."""
        if old in self.comparison.new or new in self.comparison.old:
            return False
        keys = [
            set(known[name].get("properties", ()))
            for known, name in ((self.comparison.old, old), (self.comparison.new, new))
        ]
        return len(keys[0] & keys[1]) * 2 >= len(keys[0] | keys[1]) > 0

    def _arms(self, old: Schema, new: Schema, path: tuple[str, ...], was: Schema, now: Schema) -> None:
        """Compare two schemas without null and alternatives.

        Args:
            old: the one of the frozen contract.
            new: today's.
            path: where they are.
            was: the whole schema at that place in the frozen contract.
            now: the whole schema there today.
        """
        names = referred(old), referred(new)
        if names[0] is not None and names[1] is not None:
            if self._holds(self.comparison.new, *names) or self._holds(self.comparison.old, *reversed(names)):
                self._tell(Kind.RETYPED, path, was, now)
                return
            if names[0] in self.comparison.old and names[1] in self.comparison.new:
                if not FRAMEWORKS_OWN.issuperset(names):
                    self.compared.pairs.add(Pair(names[0], names[1], self.side))
                return
        elif names != (None, None):
            old, new = self._target(old, self.comparison.old), self._target(new, self.comparison.new)
            shapes = shape_of(old), shape_of(new)
            if len(shapes[0].arms) != 1 or len(shapes[1].arms) != 1:
                if old != new:
                    self._tell(Kind.RETYPED, path, was, now)
                return
        if self._are_equal(old, new):
            return
        kinds = old.get("type"), new.get("type")
        listed = listed_values(old) is not None or listed_values(new) is not None
        if not listed and (kinds[0] != kinds[1] or old.get("format") != new.get("format")):
            widening = {("integer", "number"): Kind.WIDENED, ("number", "integer"): Kind.NARROWED}
            if kinds[0] != kinds[1]:
                opaque = {None: Kind.NARROWED} if kinds[0] is None else {}
                kind = widening.get((str(kinds[0]), str(kinds[1])), opaque.get(kinds[0], Kind.RETYPED))
                self._tell(Kind.WIDENED if kinds[1] is None else kind, path, was, now)
            elif old.get("format") is None or new.get("format") is None:
                self._tell(Kind.NARROWED if old.get("format") is None else Kind.WIDENED, path, was, now)
            else:
                self._tell(Kind.RETYPED, path, was, now)
            return
        if not self._enums(old, new, path, was, now):
            return
        self._limits(old, new, path, was, now)
        if any(old.get(keyword) != new.get(keyword) for keyword in _WHOLE):
            self._tell(Kind.RETYPED, path, was, now)
            return
        if "properties" in old or "properties" in new:
            self._objects(old, new, path)
        elif "object" in kinds:
            self._dicts(old, new, path, was, now)
        self._items(old, new, path, was, now)

    def _holds(self, components: Mapping[str, Schema], held: str | None, holder: str | None) -> bool:
        """Whether a component has another one under one of its keys: then it is no other name of that one."""
        fields: Mapping[str, Schema] = components.get(holder or "", {}).get("properties", {})
        return held != holder and held in {referred(arm) for one in fields.values() for arm in shape_of(one).arms}

    @staticmethod
    def _target(schema: Schema, components: Mapping[str, Schema]) -> Schema:
        name = referred(schema)
        return components.get(name, {}) if name is not None else schema

    def _enums(self, old: Schema, new: Schema, path: tuple[str, ...], was: Schema, now: Schema) -> bool:
        """Compare the listed values; returns False where there is nothing else to compare."""
        before, after = listed_values(old), listed_values(new)
        if before is None or after is None:
            if before is not None or after is not None:
                # A type with limits of its own need not have the listed values.
                limits = {*LIMITS, "format"} & (old if before is None else new).keys()
                same = not limits and _json_type(old) == _json_type(new)
                kind = Kind.NARROWED if before is None else Kind.WIDENED
                self._tell(kind if same else Kind.RETYPED, path, was, now)
                return False
            return True
        if _json_type(old) != _json_type(new):
            self._tell(Kind.RETYPED, path, was, now)
            return False
        if any(one not in after for one in before):
            self._tell(Kind.SHRANK, path, before, after)
        if any(one not in before for one in after):
            self._tell(Kind.GREW, path, before, after)
        return False

    def _limits(self, old: Schema, new: Schema, path: tuple[str, ...], was: Schema, now: Schema) -> None:
        tighter, looser = False, False
        for keyword, direction in LIMITS.items():
            before, after = old.get(keyword), new.get(keyword)
            if before == after:
                continue
            if before is None or after is None:
                tighter, looser = tighter or before is None, looser or after is None
            else:
                grew = bool(direction) and (after > before) == (direction > 0)
                tighter, looser = tighter or grew or not direction, looser or not grew
        if tighter:
            self._tell(Kind.TIGHTENED, path, was, now)
        if looser:
            self._tell(Kind.LOOSENED, path, was, now)

    def _objects(self, old: Schema, new: Schema, path: tuple[str, ...]) -> None:
        before: Mapping[str, Schema] = old.get("properties", {})
        after: Mapping[str, Schema] = new.get("properties", {})
        required = set(old.get("required", ())), set(new.get("required", ()))
        for key in before:
            if key not in after:
                kind = Kind.REQUIRED_KEY_REMOVED if key in required[0] else Kind.KEY_REMOVED
                self._tell(kind, (*path, key), before[key], ABSENT)
        for key in after:
            if key not in before:
                kind = Kind.REQUIRED_KEY_ADDED if key in required[1] else Kind.KEY_ADDED
                self._tell(kind, (*path, key), ABSENT, after[key])
        for key in before.keys() & after.keys():
            if (key in required[0]) != (key in required[1]):
                kind = Kind.BECAME_REQUIRED if key in required[1] else Kind.BECAME_OPTIONAL
                self._tell(kind, (*path, key), before[key], after[key])
            # A default means nothing where the key is required, and comes and goes with that.
            optional = key not in required[0] and key not in required[1]
            self.schemas(before[key], after[key], (*path, key), defaults=optional)
        self._other_keys(old, new, path)

    def _other_keys(self, old: Schema, new: Schema, path: tuple[str, ...]) -> None:
        others = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if is_object(others[0]) and is_object(others[1]):
            self.schemas(others[0], others[1], (*path, "*"))
        elif others[0] != others[1]:
            closed = others[1] is False or (others[0] is True and is_object(others[1]))
            self._tell(Kind.CLOSED if closed else Kind.OPENED, path, others[0], others[1])

    def _dicts(self, old: Schema, new: Schema, path: tuple[str, ...], was: Schema, now: Schema) -> None:
        """Compare two objects with keys of the client's: the schemas of their values and of their keys."""
        for keyword in ("additionalProperties", "propertyNames"):
            before, after = (_anything(one.get(keyword)) for one in (old, new))
            if before and after and is_object(before) and is_object(after):
                self.schemas(before, after, (*path, "*") if keyword == "additionalProperties" else path)
            elif before != after:
                self._tell(Kind.WIDENED if not after and is_object(after) else Kind.NARROWED, path, was, now)
                return

    def _items(self, old: Schema, new: Schema, path: tuple[str, ...], was: Schema, now: Schema) -> None:
        items = old.get("items"), new.get("items")
        if is_object(items[0]) and is_object(items[1]):
            self.schemas(items[0], items[1], (*path, "*"))
        elif items[0] != items[1]:
            self._tell(Kind.RETYPED, path, was, now)
        for one, other in _zipped(old.get("prefixItems", ()), new.get("prefixItems", ())):
            if one is None or other is None:
                self._tell(Kind.RETYPED, path, was, now)
                break
            self.schemas(one, other, (*path, "*"))


def _zipped(old: Iterable[Schema], new: Iterable[Schema]) -> Iterator[tuple[Schema | None, Schema | None]]:
    before, after = list(old), list(new)
    for index in range(max(len(before), len(after))):
        yield (before[index] if index < len(before) else None, after[index] if index < len(after) else None)


def _anything(schema: object) -> object:
    """A schema of keys or values; an empty one where there is none."""
    return _ANYTHING if schema is None or schema is True else schema


_ANYTHING: Schema = {}


def _is_same(one: object, other: object) -> bool:
    """Whether two JSON values are the same; true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _json_type(schema: Schema) -> object:
    """The JSON type of a schema, or of the values that it lists; None where these have several."""
    kinds = set(map(type_of, listed_values(schema) or ()))
    known: Mapping[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
    return schema.get("type", known.get(kinds.pop()) if len(kinds) == 1 else None)


def _is_scalar(schema: Schema) -> bool:
    return schema["type"] not in ("object", "array") and listed_values(schema) is None
