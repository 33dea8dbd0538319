"""How facts about fields are undone: added, removed, renamed."""

from __future__ import annotations

from dataclasses import replace

from timegate.changes.base import UNSET
from timegate.changes.fields import Added, Moved, Removed, Renamed
from timegate.history.builder import HistoryBuilder
from timegate.history.declared_values import read_by, value_at
from timegate.history.field_paths import plain_key, split_path, written_key
from timegate.history.remedies import instead
from timegate.history.schema_edits import (
    with_property,
    with_property_renamed,
    with_property_schema,
    without_internal_mark,
)
from timegate.history.spellings import as_sent, is_spelling, with_name_read
from timegate.history.steps import KeyAdded, KeyRemoved, KeyRenamed
from timegate.history.undo import undo
from timegate.wire.json_types import listed_values
from timegate.wire.wire import Component, Side


@undo.register
def _added(fact: Added, builder: HistoryBuilder) -> None:
    for place in builder.field_places(fact):
        component = builder.component(place.side, place.name)
        schema = component.properties[place.key]
        default = value_at(builder, place, fact.default, argument="default", fits=schema, used_in="requests")
        is_tag = builder.take(place.side, component, place.key)
        if is_tag and place.side == "requests" and fact.default is UNSET:
            tag = next(iter(listed_values(schema) or ()), "…")
            problem = "head tells the arms of a union by this key, and nothing says what it gets from old clients"
            remedy = f"on({component.display_name}).added({place.key!r}, default={tag!r})"
            builder.fault(f"{component.display_name}.{place.key}", problem, remedy)
        step = KeyAdded(builder.origin, place.key, schema, default, fact.partial and not is_tag)
        builder.record(place.side, place.name, step, place.key, reads=read_by(default))


@undo.register
def _removed(fact: Removed, builder: HistoryBuilder) -> None:
    for place in builder.field_places(fact, newer=False):
        component = builder.component(place.side, place.name)
        place = replace(place, key=as_sent(component, place.key))
        schema = builder.type_of(place.side, fact, component)
        check_header(builder, fact, component, place.text, place.key)
        needed = "old clients require this field in responses, and nothing says what they read"
        fill = value_at(
            builder,
            place,
            fact.backfill,
            argument="backfill",
            fits=schema,
            used_in="responses",
            problem="" if fact.required is False else needed,
        )
        builder.check_loss(fact, place.side, place.text)
        older = with_property(component, place.key, schema, required=fact.required is not False)
        builder.put(place.side, with_name_read(older, place.side, place.key))
        step = KeyRemoved(
            builder.origin, place.key, schema, fact.required is not False, fill, fact.was, fact.required is not None
        )
        builder.record(place.side, place.name, step, place.key, reads=read_by(fill))


@undo.register
def _renamed(fact: Renamed, builder: HistoryBuilder) -> None:
    renamed: dict[tuple[Side, str, str], set[str]] = {}
    *old_parents, last = split_path(fact.old)
    for place in builder.places(fact.models, fact.to, newer=True):
        component = builder.component(place.side, place.name)
        old = as_sent(component, plain_key(last))
        if old_parents != list(place.parents):
            remedy = f"on(…).moved({fact.old!r}, to={fact.to!r}) moves a field; {written_key(fact.old)!r} is one name"
            builder.fault(place.text, "a rename stays in its object", remedy)
        elif old == place.key:
            builder.fault_without_effect(place.text, f"the field is called {old!r} on the wire already")
        elif old in component.properties or is_spelling(component, old, place.key):
            problem = f"{old!r} is another field of the newer version"
            builder.fault(place.text, problem, "name the key that older clients use")
        else:
            check_header(builder, fact, component, place.text, old)
            # An internal field that was renamed is known to older clients under its old name.
            if component.is_internal(place.key):
                schema = without_internal_mark(component.properties[place.key])
                component = with_property_schema(component, place.key, schema)
            older = with_property_renamed(component, place.key, old)
            builder.put(place.side, with_name_read(older, place.side, old))
            builder.record(place.side, place.name, KeyRenamed(builder.origin, old, place.key), old, place.key)
            renamed.setdefault((place.side, place.key, old), set()).add(place.name)
    for (side, new, old), names in renamed.items():
        _rename_tag(builder, side, new, old, frozenset(names))


def check_header(
    builder: HistoryBuilder, fact: Removed | Renamed | Moved, component: Component, place: str, name: str
) -> None:
    """Note a fault where a class of header fields would get a field by a name that no client sends."""
    written = component.written(name)
    # A fact about one parameter names its component, and is judged by itself.
    if written != name and component.name not in fact.models:
        problem = (
            f"{name!r} reaches no app: header fields are in lower case, and FastAPI reads a hyphen for an underscore"
        )
        builder.fault(place, problem, f"as clients send it: {instead(fact, name, written)}")


def _rename_tag(builder: HistoryBuilder, side: Side, new: str, old: str, names: frozenset[str]) -> None:
    """Give the discriminator of these components' unions its old name."""
    if new not in builder.unions.keys(side):
        return
    names, others = builder.unions.rename_key(side, new, old, names)
    if others:
        own = sorted(builder.component(side, name).display_name for name in names)
        arms = sorted([*own, *(builder.component(side, name).display_name for name in others)])
        builder.fault(
            f"{', '.join(own)}.{new}",
            "it is the discriminator of a union, and other arms keep the name",
            f"on({', '.join(arms)}).renamed({old!r}, to={new!r})",
        )
