"""Types become JSON Schema: one run of pydantic's public generator, whose records become facts about components."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import PydanticUserError, TypeAdapter
from pydantic_core import PydanticSerializationError

from timegate.reading.document_form import check_schemas
from timegate.reading.held import HeldClasses
from timegate.reading.hidden import HiddenClasses
from timegate.reading.looked_up import looked_up, unsent
from timegate.reading.plain import plain_json
from timegate.reading.readings import plain_name
from timegate.reading.recorder import ClassRecord, Mode, Records, recording_generator
from timegate.reading.settings import reading_scalars
from timegate.reading.shared_types import with_holders
from timegate.typing import Schema, is_object
from timegate.wire.marks import (
    DISCRIMINATOR_MARK,
    LABELS_MARK,
    LEFT_TO_RIGHT_MARK,
    MEMBERS_MARK,
    MODEL_MARK,
    OPAQUE_MARK,
    SETTINGS_MARK,
    CallableDiscriminator,
    Labels,
)
from timegate.wire.names import free_name
from timegate.wire.schema import (
    NULL,
    REF_PREFIX,
    arms_of,
    objects_in,
    ref,
    references,
    referred,
    rename_references,
    rewrite,
)
from timegate.wire.wire import Component, Side

_MODES: Final[Mapping[Side, Mode]] = {"requests": "validation", "responses": "serialization"}

_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})

_MARKS: Final = frozenset({MODEL_MARK, OPAQUE_MARK, DISCRIMINATOR_MARK, LABELS_MARK, MEMBERS_MARK, LEFT_TO_RIGHT_MARK})


@dataclass(frozen=True, slots=True)
class GeneratedSchemas:
    """The schemas of one side.

    Args:
        schemas: the schema of each type, by its key.
        components: by identity.
    """

    schemas: Mapping[Hashable, Schema]
    components: Mapping[str, Component]

    def renamed(self, names: Mapping[str, str]) -> GeneratedSchemas:
        """The same schemas with new names of components; of two components with one new name the first stays."""
        changed = {old: new for old, new in names.items() if old != new}
        if not changed:
            return self
        components: dict[str, Component] = {}
        for old, component in self.components.items():
            name, schema = names.get(old, old), rename_references(component.schema, changed)
            components.setdefault(name, replace(component, name=name, schema=schema))
        return GeneratedSchemas({key: rename_references(s, changed) for key, s in self.schemas.items()}, components)


def generate_schemas(
    side: Side, types: Iterable[tuple[Hashable, Any]], *, by_alias: bool = True, leaves_undescribed: bool = False
) -> GeneratedSchemas:
    """The JSON Schema of types in one direction.

    Args:
        side: whether clients send or receive them.
        types: each type under a key of its own.
        by_alias: whether keys on the wire are aliases.
        leaves_undescribed: whether a type without a JSON Schema has one that admits anything; otherwise it is an error.
    """
    wanted = list(types)
    adapters = [TypeAdapter[Any](kind) for _, kind in wanted]
    extra: dict[Any, TypeAdapter[Any] | None] = {}
    while True:
        known = [*adapters, *filter(None, extra.values())]
        records = Records(leaves_undescribed=leaves_undescribed)
        generated, hidden = _generated(side, [key for key, _ in wanted], known, records, by_alias=by_alias)
        unknown = hidden.unknown.keys() - extra.keys()
        if not unknown:
            return generated
        # Nothing refers to these classes, so that they become components only where they are asked for.
        extra |= {model: _adapter_of(model, _MODES[side]) for model in hidden.unknown if model in unknown}


def _adapter_of(model: Any, mode: Mode) -> TypeAdapter[Any] | None:
    """The adapter of a class; None where pydantic cannot build one, or cannot describe the class."""
    try:
        adapter = TypeAdapter[Any](model)
        plain_json(adapter.json_schema(mode=mode))
    except (PydanticUserError, PydanticSerializationError, NameError):
        return None
    return adapter


def _generated(
    side: Side, keys: Sequence[Hashable], adapters: Sequence[TypeAdapter[Any]], records: Records, *, by_alias: bool
) -> tuple[GeneratedSchemas, HiddenClasses]:
    """The schemas of the first adapters, as many as there are keys; the components are those of all of them."""
    mode = _MODES[side]
    generated = TypeAdapter.json_schemas(
        [(index, mode, adapter) for index, adapter in enumerate(adapters)],
        by_alias=by_alias,
        ref_template=REF_PREFIX + "{model}",
        schema_generator=recording_generator(records, mode),
    )
    found, definitions = ({key: plain_json(schema) for key, schema in part.items()} for part in generated)
    check_schemas(definitions.get("$defs", {}))
    schemas: dict[Hashable, Schema] = {key: found[index, mode] for index, key in enumerate(keys)}
    resolved = _resolved(schemas, definitions.get("$defs", {}), records, mode)
    held = HeldClasses(mode)
    roots = [held.add(adapter.core_schema) for adapter in adapters]
    hidden = HiddenClasses(resolved.components, held)
    components = {
        name: replace(hidden.component(component), by_name=not by_alias)
        for name, component in resolved.components.items()
    }
    marked = {key: hidden.marked(resolved.schemas[key], root) for key, root in zip(keys, roots, strict=False)}
    return GeneratedSchemas(marked, components), hidden


def _resolved(
    schemas: Mapping[Hashable, Schema], definitions: Mapping[str, Schema], records: Records, mode: Mode
) -> GeneratedSchemas:
    """Schemas and components with the records in place of the marks that hold their indices."""
    components: dict[str, Component] = {}
    literals = [tuple((kind, plain_json(kind[name].value)) for kind, name in members) for members in records.literals]
    for name, schema in definitions.items():
        mark: int | None = schema.get(MODEL_MARK)
        bare = {key: value for key, value in schema.items() if key != MODEL_MARK}
        components[name] = _component(name, bare, None if mark is None else records.classes[mark])

    def classes_of(arms: Iterable[Schema]) -> Iterator[tuple[ClassRecord, Schema]]:
        """The classes that arms are, each with its schema."""
        for arm in arms:
            schema = definitions.get(referred(arm) or "", arm)
            if MODEL_MARK in schema:
                yield records.classes[schema[MODEL_MARK]], schema

    def resolve(node: dict[str, Any]) -> dict[str, Any]:
        choice: Any = node.get(DISCRIMINATOR_MARK)
        if is_object(choice):
            index: int = choice["index"]
            pick, tags = records.discriminators[index]
            arms = tuple((tag, rewrite(arm, resolve)) for tag, arm in zip(tags, choice["arms"], strict=True))
            # All that its classes have may be in a request.
            asked = looked_up(pick) if mode == "serialization" else ()
            lacking = (unsent(asked, record, schema) for record, schema in classes_of(choice["arms"]))
            found = frozenset[str]().union(*lacking)
            node = {**node, DISCRIMINATOR_MARK: CallableDiscriminator(pick, arms, looks_for=asked, unsent=found)}
        labels: Any = node.get(LABELS_MARK)
        if is_object(labels):
            labelled = [rewrite(arm, resolve) for arm in labels["arms"]]
            node = {**node, LABELS_MARK: Labels(tuple(zip(labels["labels"], labelled, strict=True)))}
        if is_object(node.get(OPAQUE_MARK)):
            node = {**node, OPAQUE_MARK: rewrite(node[OPAQUE_MARK], resolve)}
        if MEMBERS_MARK in node:
            node = {**node, MEMBERS_MARK: literals[node[MEMBERS_MARK]]}
        node = _with_null_inside(node)
        mark: int | None = node.pop(MODEL_MARK, None)
        if mark is None:
            return node
        # A class outside the definitions (pydantic inlines some) becomes a component too.
        record = records.classes[mark]
        there = _component("", node, record)
        name = next((known for known, other in components.items() if other.is_read_as(there)), None)
        if name is None:
            name = free_name(getattr(record.model, "__name__", "Inline"), None, components)
            components[name] = replace(there, name=name, display_name=name)
        return ref(name)

    def without_marks(schema: Schema) -> Schema:
        # Few definitions contain marks, and pydantic keeps no reference to schemas that it returned.
        marked = any(not _MARKS.isdisjoint(node) for node in objects_in(schema))
        return rewrite(schema, resolve) if marked else schema

    for name, component in list(components.items()):
        components[name] = component.with_schema(without_marks(component.schema))
    if mode == "validation":
        components = {name: _with_settings(component) for name, component in components.items()}
    found = {key: without_marks(schema) for key, schema in schemas.items()}
    return GeneratedSchemas(found, with_holders(components, found.values()) if mode == "validation" else components)


def _with_settings(component: Component) -> Component:
    """A component in whose unions the scalars say by which settings they are read: an arm is chosen by its schema."""
    settings = reading_scalars(component.settings)

    def marked(node: dict[str, Any]) -> dict[str, Any]:
        is_scalar = node.get("type") in _SCALARS and node.keys().isdisjoint({"enum", "const"})
        return {**node, SETTINGS_MARK: settings} if is_scalar else node

    def resolve(node: dict[str, Any]) -> dict[str, Any]:
        several = len([arm for arm in arms_of(node) if arm != NULL]) > 1
        return rewrite(node, marked) if several else node

    return component.with_schema(rewrite(component.schema, resolve)) if settings else component


def _with_null_inside(node: Schema) -> Schema:
    """A nullable union that is read from left to right, as the one list of arms that pydantic makes of any other."""
    arms: list[Schema] = node.get("anyOf", [])
    if len(arms) == 2 and arms[1] == NULL and arms[0].keys() == {"anyOf", LEFT_TO_RIGHT_MARK}:
        return {**node, **arms[0], "anyOf": [*arms[0]["anyOf"], NULL]}
    return node


def _component(name: str, schema: Schema, record: ClassRecord | None) -> Component:
    if record is None:
        return Component(name, schema, display_name=name)
    schema = _with_names_that_are_read(schema, record)
    properties = schema.get("properties", {})
    fields: dict[str, str] = {}
    spellings: dict[str, tuple[str, ...]] = {}
    for python_name, candidates in record.names.items():
        wire = next((key for key in (*candidates, python_name) if key in properties), None)
        if wire is None:
            continue
        fields[python_name] = wire
        others = tuple(key for key in candidates if key != wire)
        if others:
            spellings[wire] = (wire, *others)
    uncertain = frozenset(wire for python_name, wire in fields.items() if python_name in record.uncertain)
    return Component(
        name,
        schema,
        record.model,
        fields,
        spellings,
        display_name=plain_name(name, record.number),
        uncertain=uncertain,
        aliases=record.aliases,
        settings=record.settings,
    )


def _with_names_that_are_read(schema: Schema, record: ClassRecord) -> Schema:
    """A schema whose properties have the names under which the class reads them.

    Pydantic's schema shows the alias of a field even where the model's configuration lets no request use it.
    """
    properties = schema.get("properties", {})
    unread = {
        alias: record.names[name][0]
        for alias, name in record.aliases.items()
        if alias in properties and properties.keys().isdisjoint(record.names.get(name, (alias,)))
    }
    if not unread:
        return schema
    renamed: Schema = {**schema, "properties": {unread.get(key, key): value for key, value in properties.items()}}
    if "required" in schema:
        renamed["required"] = [unread.get(key, key) for key in schema["required"]]
    return renamed


def merge_schemas(first: GeneratedSchemas, second: GeneratedSchemas) -> GeneratedSchemas:
    """Two runs of the generator as one, in which no two components share a name.

    A class of both runs is the first run's component, unless only one of the runs has its names in Python as keys.

    Args:
        first: keeps its names.
        second: its components get new names where the first run has other components under theirs.
    """
    by_class: dict[int, list[str]] = {}
    for name, component in first.components.items():
        if component.model is not None:
            by_class.setdefault(id(component.model), []).insert(0, name)
    names: dict[str, str] = {}
    taken = {*first.components, *second.components}
    for name, component in second.components.items():
        same = by_class.get(id(component.model), ())
        alike = [one for one in same if first.components[one].by_name == component.by_name]
        known = next((one for one in alike if first.components[one].is_read_as(component)), next(iter(alike), None))
        if known is None and (name not in first.components or _is_equal(name, first, second)):
            known = name
        names[name] = known or free_name(name, None, taken)
        taken.add(names[name])
    renamed = second.renamed(names)
    added = {name: component for name, component in renamed.components.items() if name not in first.components}
    return GeneratedSchemas({**first.schemas, **renamed.schemas}, {**first.components, **added})


def _is_equal(name: str, first: GeneratedSchemas, second: GeneratedSchemas) -> bool:
    """Whether two runs have the same component under a name, and the same components below it."""
    seen, waiting = {name}, [name]
    while waiting:
        current = waiting.pop()
        one, other = first.components.get(current), second.components.get(current)
        if one is None or other is None or one.model is not other.model or one.schema != other.schema:
            return False
        if one.by_name != other.by_name:
            return False
        waiting += set(references(one.schema)) - seen
        seen.update(waiting)
    return True


def component_of(components: Mapping[str, Component], model: Any) -> Sequence[Component]:
    """The components of exactly this class, or those with this name where ``model`` is a name."""
    if isinstance(model, str):
        return [c for c in components.values() if model in c.names]
    return [c for c in components.values() if c.model is model]
