"""How facts are undone by which one field becomes several, or several become one.

In between, one value is an object of its parts: a conversion makes it, and moves take the parts out or put them in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from timegate.changes.base import UNSET, is_tuple, name_of
from timegate.changes.fields import Merged, Moved, Renamed, Split
from timegate.history.builder import HistoryBuilder
from timegate.history.conversions import Values, convert, with_texts
from timegate.history.field_paths import written_key
from timegate.history.places import FieldPlace
from timegate.history.schema_edits import with_property_required
from timegate.history.steps import ValueConverted
from timegate.history.undo import undo
from timegate.typing import Schema, is_array, is_object
from timegate.wire.json_types import is_nullable
from timegate.wire.names import first_free
from timegate.wire.schema import ref, single_reference
from timegate.wire.wire import Component

PARTS: Final = "in parts"
"""The end of the key that the object of the parts has between two steps of a boundary; no version has it."""


@dataclass(frozen=True, slots=True)
class Together:
    """Converts an object of parts to one value.

    Args:
        function: takes the parts in order.
        parts: the keys.
        required: those without which there is no value.
        may_remove: whether a payload without one is refused anyway, so that the value may be left out.
    """

    function: Callable[..., Any]
    parts: tuple[str, ...]
    required: frozenset[str]
    may_remove: bool = False

    def __call__(self, value: Any) -> Any:
        if not is_object(value):
            raise TypeError("an object of parts was expected")
        if not self.required <= value.keys():
            if self.may_remove:
                return UNSET
            raise ValueError("a part is missing")
        return self.function(*(value.get(part) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Apart:
    """Converts one value to an object of its parts.

    Args:
        function: gives the parts in order.
        parts: the keys.
        nullable: those that may be null; others are left out where they are None.
    """

    function: Callable[[Any], Any]
    parts: tuple[str, ...]
    nullable: frozenset[str]

    def __call__(self, value: Any) -> Any:
        found: object = self.function(value)
        if not is_tuple(found) and not is_array(found):
            raise TypeError("a tuple with a value for each part was expected")
        pairs = dict[str, Any](zip(self.parts, found, strict=True))
        return {part: one for part, one in pairs.items() if one is not None or part in self.nullable}


@undo.register
def _split(fact: Split, builder: HistoryBuilder) -> None:
    whole = f"{fact.old} apart {PARTS}"
    places = list(_places(builder, fact.models, fact.into, (fact.old,)))
    if not places:
        return
    required = {(one.side, one.name): [key for key in fact.into if _is_required(builder, one, key)] for one in places}
    for part in reversed(fact.into):
        undo(Moved(models=fact.models, old=f"{written_key(whole)}.{written_key(part)}", to=written_key(part)), builder)
    undo(Renamed(models=fact.models, old=written_key(fact.old), to=written_key(whole)), builder)
    for place in places:
        component, needed = builder.component(place.side, place.name), required[place.side, place.name]
        values = _values(builder, replace(place, key=fact.old))
        parts = values.components[single_reference(values.schema) or ""].properties
        to_head = Apart(fact.apart, fact.into, _nullable(builder, place, parts))
        to_old = Together(fact.together, fact.into, frozenset(needed))
        older = with_texts(builder.type_of(place.side, fact, component), {})
        convert(builder, values, older, to_head=to_head, to_old=to_old, was=fact.was)
        component = builder.component(place.side, place.name)
        builder.put(place.side, with_property_required(component, fact.old, required=bool(needed)))


@undo.register
def _merged(fact: Merged, builder: HistoryBuilder) -> None:
    whole = f"{fact.into} {PARTS}"
    places = list(_places(builder, fact.models, (fact.into,), fact.parts))
    if not places:
        return
    for place in places:
        component = builder.component(place.side, place.name)
        types: list[Schema] = builder.type_of(place.side, fact, component)["prefixItems"]
        parts = dict(zip(fact.parts, types, strict=True))
        schema = {"type": "object", "properties": parts, "required": list(parts)}
        name = first_free(
            builder.wire.components(place.side), f"{place.name}.{whole}", numbered=f"{place.name}.{whole}"
        )
        inner = Component(name, schema, inline=True, display_name=name, by_name=component.by_name)
        builder.made.add(builder.wires, place.side, inner)
        values = _values(builder, place)
        is_checked = place.side == "requests" and place.key in values.component.required
        to_head = Together(fact.together, fact.parts, frozenset(parts), is_checked)
        to_old = Apart(fact.apart, fact.parts, _nullable(builder, place, parts))
        convert(builder, values, ref(name), to_head=to_head, to_old=to_old)
    undo(Renamed(models=fact.models, old=written_key(whole), to=written_key(fact.into)), builder)
    for part in fact.parts:
        undo(Moved(models=fact.models, old=written_key(part), to=f"{written_key(whole)}.{written_key(part)}"), builder)
    for place in places:
        component = builder.component(place.side, place.name)
        for part, kind in zip(fact.parts, fact.was, strict=True):
            if part in component.properties:
                # Says which type reads what a client sends.
                schema = component.properties[part]
                step = ValueConverted(builder.origin, part, 0, schema, schema, was=kind)
                builder.record(place.side, place.name, step, part)


def _places(
    builder: HistoryBuilder, models: tuple[Any, ...], fields: tuple[str, ...], older: tuple[str, ...]
) -> Iterator[FieldPlace]:
    """The places of the first of some fields; a fault where an object lacks one, or has a field of an older name.

    Args:
        builder: the walk so far.
        models: as declared.
        fields: those of the newer version.
        older: the names of those that take their place in the older one.
    """
    for place in builder.places(models, fields[0], newer=True):
        component = builder.component(place.side, place.name)
        model = name_of(component.model or component.name)
        keys = [component.wire_name(field) for field in fields]
        lacking = [field for field, key in zip(fields, keys, strict=True) if key is None]
        taken = [name for name in older if name in component.properties and name not in keys]
        if lacking:
            builder.fault_unknown_field(f"{model}.{lacking[0]}", lacking[0], [(place.side, component)])
        elif taken:
            problem = f"{taken[0]!r} is another field of the newer version"
            builder.fault(f"{model}.{taken[0]}", problem, "name the key that older clients use")
        else:
            yield place


def _is_required(builder: HistoryBuilder, place: FieldPlace, field: str) -> bool:
    component = builder.component(place.side, place.name)
    return component.wire_name(field) in component.required


def _values(builder: HistoryBuilder, place: FieldPlace) -> Values:
    component = builder.component(place.side, place.name)
    schema = component.properties[place.key]
    return Values(place, component, schema, schema, builder.wire.components(place.side))


def _nullable(builder: HistoryBuilder, place: FieldPlace, parts: Mapping[str, Schema]) -> frozenset[str]:
    components = builder.wire.components(place.side)
    return frozenset(part for part, schema in parts.items() if is_nullable(schema, components))
