"""Facts by which one field becomes several, or several become one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.oracle.places import Components, admits_null, key_of, subjects
from tests.oracle.reading import Obj, Reader, Refusal, plain
from timegate.changes.fields import Merged, Split
from timegate.errors import GateError
from timegate.typing import Schema
from timegate.wire.wire import Component

PartsFact = Split | Merged


def parts_subjects(components: Components, fact: PartsFact) -> list[Component]:
    """Return the components that a fact is about, in the state right after it."""
    first = fact.into[0] if isinstance(fact, Split) else fact.into
    return [one for one in subjects(components, fact.models, first) if key_of(one, first) in one.properties]


def newer_keys(component: Component, fact: PartsFact) -> list[str]:
    names = fact.into if isinstance(fact, Split) else (fact.into,)
    return [key_of(component, name) for name in names]


def older_keys(fact: PartsFact) -> list[str]:
    return [fact.old] if isinstance(fact, Split) else list(fact.parts)


def undo_parts(components: Components, fact: PartsFact, schema_of: Callable[[Any], Schema]) -> None:
    """Edit the components to what they were before a fact."""
    for component in parts_subjects(components, fact):
        schema, gone = component.schema, newer_keys(component, fact)
        required = [key for key in schema.get("required", ()) if key not in gone]
        types = (fact.was,) if isinstance(fact, Split) else fact.was
        made = {key: schema_of(kind) for key, kind in zip(older_keys(fact), types, strict=True)}
        kept = {key: place for key, place in schema["properties"].items() if key not in gone}
        if len(required) < len(schema.get("required", ())):
            required += made
        schema["properties"], schema["required"] = {**kept, **made}, required


def convert_parts(
    value: Obj,
    fact: PartsFact,
    keys: tuple[list[str], list[str]],
    target: Component,
    reader: Reader,
    call: Callable[..., Any],
    error: type[GateError],
) -> None:
    """Convert the parts of an object to one value, or one value to its parts.

    Args:
        value: the object, which changes.
        fact: the fact.
        keys: those that go, and those that come.
        target: the component with those that come.
        reader: reads what functions give.
        call: calls a function of the version file.
        error: of this direction.
    """
    gone, made = keys
    found = {key: value.pop(key) for key in gone if key in value}
    if not found:
        return
    refusal = next((one for one in found.values() if isinstance(one, Refusal)), None)
    if refusal is not None:
        value[made[0]] = refusal
        return
    if len(made) == 1:
        whole = fact.together
        if isinstance(fact, Merged) and len(found) < len(gone):
            raise error("a part is missing")
        value[made[0]] = reader.read(call(whole, *(plain(found.get(key)) for key in gone)), target.properties[made[0]])
        return
    for key, part in zip(made, call(fact.apart, plain(found[gone[0]])), strict=True):
        if part is not None or admits_null(target.properties[key], reader.components):
            value[key] = reader.read(part, target.properties[key])
