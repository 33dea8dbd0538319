"""The parameters of an operation become one component: the fields of classes, and what is declared one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from timegate.reading.class_fields import field_types
from timegate.reading.declared import DeclaredModel, DeclaredParameter, DeclaredParameters, refuse_app
from timegate.reading.schemas import GeneratedSchemas
from timegate.typing import Schema
from timegate.wire.marks import BEHIND_MARK, HIDDEN_MARK, OPTIONAL_MARK, PARAMETER_MARK
from timegate.wire.schema import beside, referred
from timegate.wire.wire import Component


def parameters_of(declared: DeclaredParameters, requests: GeneratedSchemas, key: tuple[str, str]) -> Component:
    """The component of the query, header or path parameters of an operation.

    Args:
        declared: the parameters.
        requests: the schemas of their types: of each class under the key and its index, of a wrapper of all others
            under the key and ``"single"``.
        key: the operation's key, and where its parameters are.
    """
    parts = [_of_model(model, requests, key, index) for index, model in enumerate(declared.models)]
    component = parts[0] if len(parts) == 1 else merged(parts)
    if declared.single:
        wrapper = requests.components[referred(requests.schemas[(*key, "single")]) or ""]
        for index, one in enumerate(declared.single):
            component = _with_parameter(component, one, wrapper, f"field_{index}", in_header=key[1] == "headers")
    component = _with_spread(component, declared.spread) if declared.spread else component
    if [model.optional for model in declared.models] == [True] and not declared.single:
        component = replace(component, schema={**component.schema, OPTIONAL_MARK: True})
    name = " ".join(key)
    return replace(component, name=name, display_name=name, inline=True)


def slot_schema(wrapper: Component, slot: str) -> Schema:
    """The schema of a wrapper's field, without the title that comes from its name in the wrapper."""
    wire = wrapper.fields.get(slot)
    if wire is not None:
        schema = wrapper.properties[wire]
        return {key: value for key, value in schema.items() if key != "title" or not str(value).startswith("Field ")}
    # A type that omits its schema leaves only notes of what it may hold.
    notes = [note for note in wrapper.schema.get(BEHIND_MARK, ()) if note["field"] == slot]
    return {BEHIND_MARK: [{key: value for key, value in note.items() if key != "field"} for note in notes]}


def _of_model(declared: DeclaredModel, requests: GeneratedSchemas, key: tuple[str, str], index: int) -> Component:
    """The component of a class whose fields are parameters."""
    operation, where = key
    model = requests.components.get(referred(requests.schemas[(*key, index)]) or "")
    if model is None or model.schema.get("type") != "object":
        refuse_app(operation, f"its {where} parameters are declared by a type without fields", "declare a model")
    if declared.hidden:
        hidden = {wire: {**schema, HIDDEN_MARK: True} for wire, schema in model.properties.items()}
        model = replace(model, schema={**model.schema, "properties": hidden})
    return _in_header(model, hyphens=declared.underscores, by_name=declared.by_name) if where == "headers" else model


def merged(parts: Sequence[Component]) -> Component:
    """One component of the fields of several classes, each of which facts can name; none of no classes."""
    properties: dict[str, Schema] = {}
    fields: dict[str, str] = {}
    types: dict[str, Any] = {}
    spellings: dict[str, tuple[str, ...]] = {}
    aliases: dict[str, str] = {}
    for part in reversed(parts):
        known = field_types(part.model)
        twice = {wire: beside(schema, properties.get(wire)) for wire, schema in part.properties.items()}
        properties = {**part.properties, **properties, **twice}
        fields |= part.fields
        types |= {wire: known[name] for name, wire in part.fields.items() if name in known}
        spellings |= part.spellings
        aliases |= part.aliases
    schema: Schema = {"type": "object", "properties": properties}
    required = dict.fromkeys(wire for part in parts for wire in part.required)
    notes = [note for part in parts for note in part.schema.get(BEHIND_MARK, ())]
    schema |= {"required": list(required)} if required else {}
    schema |= {"additionalProperties": False} if any(part.closed for part in parts) else {}
    schema |= {BEHIND_MARK: notes} if notes else {}
    owned = {part.model: frozenset(part.properties) for part in parts if part.model is not None}
    written = {part.written for part in parts}
    return Component(
        "",
        schema,
        fields=fields,
        spellings=spellings,
        types=types,
        aliases=aliases,
        written=written.pop() if len(written) == 1 else str,
        uncertain=frozenset[str]().union(*(part.uncertain for part in parts)),
        spread=_spread(properties, fields, owned),
    )


def _spread(
    properties: Mapping[str, Schema], fields: Mapping[str, str], owned: Mapping[Any, frozenset[str]]
) -> dict[Any, frozenset[str]]:
    """Each class whose fields are among the parameters, with the names of the others."""
    found: dict[Any, frozenset[str]] = {}
    for cls, own in owned.items():
        others = properties.keys() - own
        found[cls] = frozenset(others) | {name for name, wire in fields.items() if wire in others}
    return found


def _with_spread(component: Component, spread: Iterable[tuple[Any, frozenset[str]]]) -> Component:
    """The component with the classes that dependencies make of its parameters, and with these classes' names."""
    fields, owned = dict(component.fields), dict[Any, frozenset[str]]()
    for cls, names in spread:
        owned[cls] = frozenset(component.fields[name] for name in names if name in component.fields)
        # The parameters of a model's constructor have its aliases.
        aliases = {name: field.alias for name, field in getattr(cls, "model_fields", {}).items()}
        fields |= {name: component.fields[alias] for name, alias in aliases.items() if alias in names}
    spread = _spread(component.properties, fields, owned)
    return replace(component, fields=fields, spread={**component.spread, **spread})


def _with_parameter(
    component: Component, one: DeclaredParameter, wrapper: Component, slot: str, *, in_header: bool
) -> Component:
    """The component with one more parameter, described by a field of a wrapper."""
    wire, name = wrapper.fields.get(slot, slot), one.name.lower() if in_header else one.name
    schema = slot_schema(wrapper, slot)
    known = component.properties.get(name)
    if known is not None:
        both = beside(known, schema)
        properties = {**component.properties, name: both}
        return component if both is known else component.with_schema({**component.schema, "properties": properties})
    if name != one.name:
        schema[PARAMETER_MARK] = {"name": one.name}
    if one.hidden:
        schema[HIDDEN_MARK] = True
    required = [*component.required, name] if wire in wrapper.required else component.required
    accepted = wrapper.accepted(wire) if one.several else ()
    others = [key.lower() if in_header else key for key in accepted if key not in (slot, one.name)]
    return replace(
        component,
        schema={**component.schema, "properties": {**component.properties, name: schema}, "required": required},
        fields={**component.fields, one.field: name},
        types={**component.types, name: one.annotation},
        spellings={**component.spellings, **({name: (name, *others)} if others else {})},
    )


def renamed_keys(component: Component, names: Mapping[str, str]) -> Component:
    """A component whose properties have other keys, each of which is a spelling of it from then on.

    Args:
        component: with properties.
        names: the new keys, by the property's.
    """
    if all(wire == name for wire, name in names.items()):
        return component

    def new(wire: str) -> str:
        return names.get(wire, wire)

    properties = {new(wire): schema for wire, schema in component.properties.items()}
    required = {"required": list(map(new, component.required))} if component.required else {}
    return replace(
        component,
        schema={**component.schema, "properties": properties, **required},
        fields={name: new(wire) for name, wire in component.fields.items()},
        types={new(wire): kind for wire, kind in component.types.items()},
        spellings={new(wire): tuple(dict.fromkeys([new(wire), *keys])) for wire, keys in component.spellings.items()},
    )


def _in_header(component: Component, *, hyphens: bool, by_name: bool) -> Component:
    """A class's fields in lower case, because HTTP ignores the case of header fields.

    Args:
        component: of the class.
        hyphens: whether underscores become hyphens where a field has no alias.
        by_name: whether such a field is also read by its name in Python, with underscores.
    """
    own = {wire for name, wire in component.fields.items() if name == wire} if hyphens else set[str]()

    def lower(wire: str) -> str:
        return (wire.replace("_", "-") if wire in own else wire).lower()

    def spelled(key: str) -> Iterator[str]:
        """How a header field has a key: one that is a field's name in Python has hyphens."""
        is_name = hyphens and key in component.fields
        if is_name:
            yield _hyphened(key)
        if by_name or not is_name:
            yield key.lower()

    properties = {
        lower(wire): schema if wire in own or wire == lower(wire) else {**schema, PARAMETER_MARK: {"name": wire}}
        for wire, schema in component.properties.items()
    }
    spellings: dict[str, tuple[str, ...]] = {}
    for wire in component.properties:
        keys = component.accepted(wire) if wire in own else component.accepted(wire)[1:]
        found = dict.fromkeys([lower(wire), *(one for key in keys for one in spelled(key))])
        if len(found) > 1:
            spellings[lower(wire)] = tuple(found)
    return replace(
        component,
        schema={**component.schema, "properties": properties, "required": [lower(n) for n in component.required]},
        fields={name: lower(wire) for name, wire in component.fields.items()},
        types={lower(wire): kind for wire, kind in component.types.items()},
        spellings=spellings,
        written=_hyphened if hyphens else str.lower,
    )


def _hyphened(name: str) -> str:
    return name.replace("_", "-").lower()
