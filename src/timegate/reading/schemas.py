"""Types to JSON Schema: one run of pydantic's public generator, with notes on what JSON Schema does not tell."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from timegate.reading.generator import Generator
from timegate.typing import Schema, is_array, is_object
from timegate.wire.marks import DISCRIMINATOR_MARK, MODEL_MARK, OPAQUE_MARK, CallableDiscriminator
from timegate.wire.schema import REF_PREFIX, objects_in, ref, references, referred, rewritten
from timegate.wire.wire import Component, Side

Mode = Literal["validation", "serialization"]

MODES: Final[Mapping[Side, Mode]] = {"requests": "validation", "responses": "serialization"}

_MARKS: Final = frozenset({MODEL_MARK, OPAQUE_MARK, DISCRIMINATOR_MARK})


@dataclass(frozen=True, slots=True)
class Note:
    """What the generator saw of a class.

    Args:
        model: the class.
        names: Python name to candidates for the wire name and every other spelling, the likeliest first.
        uncertain: Python names of fields whose spellings cannot be listed (an ``AliasPath``).
    """

    model: Any
    names: Mapping[str, tuple[str, ...]]
    uncertain: frozenset[str]


class _Notebook:
    """What one run of the generator notes; marks in the schemas hold the index of a note."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.choices: list[tuple[Any, tuple[Hashable, ...]]] = []


def _generator(notebook: _Notebook) -> type[GenerateJsonSchema]:
    class Noting(Generator):
        def _noted(self, schema: Mapping[str, Any], made: JsonSchemaValue) -> JsonSchemaValue:
            model = schema.get("cls")
            if model is None:
                return made
            names, uncertain = _names(schema, self.mode)
            notebook.notes.append(Note(model, names, uncertain))
            return {**made, MODEL_MARK: len(notebook.notes) - 1}

        def model_schema(self, schema: Any) -> JsonSchemaValue:
            return self._noted(schema, super().model_schema(schema))

        def dataclass_schema(self, schema: Any) -> JsonSchemaValue:
            return self._noted(schema, super().dataclass_schema(schema))

        def typed_dict_schema(self, schema: Any) -> JsonSchemaValue:
            return self._noted(schema, super().typed_dict_schema(schema))

        def enum_schema(self, schema: Any) -> JsonSchemaValue:
            return self._noted(schema, super().enum_schema(schema))

        def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:
            made = super().tagged_union_schema(schema)
            pick = schema["discriminator"]
            if not callable(pick):
                return made
            # The arms stay plain JSON for now, so that pydantic renames their references with all others.
            arms = [self.generate_inner(choice) for choice in schema["choices"].values()]
            notebook.choices.append((pick, tuple(schema["choices"])))
            return {**made, DISCRIMINATOR_MARK: {"index": len(notebook.choices) - 1, "arms": arms}}

        def generate_inner(self, schema: Any) -> JsonSchemaValue:
            made = super().generate_inner(schema)
            if not _is_opaque(schema.get("serialization")) or self.mode != "serialization":
                return made
            # What the serializer is given stays plain JSON too; whether it leaves it as it is, nobody can tell.
            given: Any = {key: value for key, value in schema.items() if key not in ("serialization", "ref")}
            mark = {OPAQUE_MARK: super().generate_inner(given) or True}
            if "ref" not in schema:
                return {**made, **mark}
            definition, reference = self.get_cache_defs_ref_schema(schema["ref"])
            self.definitions[definition] = {**self.definitions[definition], **mark}
            return reference

    return Noting


def _is_opaque(serialization: Any) -> bool:
    kinds = ("function-plain", "function-wrap")
    return (
        bool(serialization) and serialization.get("type") in kinds and _says_nothing(serialization.get("return_schema"))
    )


def _says_nothing(declared: Any) -> bool:
    """Whether a declared return type lets a serializer return anything, or an object or a list of anything."""
    if declared is None or declared.get("type") == "any":
        return True
    parts = {"dict": "values_schema", "list": "items_schema"}
    part = parts.get(declared.get("type"))
    return part is not None and _says_nothing(declared.get(part))


def _names(schema: Mapping[str, Any], mode: Mode) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Python names with their spellings, read from the core schema that pydantic hands to its public hooks."""
    inner: Mapping[str, Any] | None = schema
    config: Mapping[str, Any] = schema.get("config") or {}
    while inner is not None and ("fields" not in inner or inner.get("type") == "dataclass"):
        inner = inner.get("schema")
    if inner is None:
        return {}, frozenset()
    by_name = bool(config.get("populate_by_name") or config.get("validate_by_name"))
    by_alias = config.get("validate_by_alias") is not False
    found: dict[str, tuple[str, ...]] = {}
    uncertain: set[str] = set()
    fields: Any = inner["fields"]
    pairs: list[tuple[str, Mapping[str, Any]]] = (
        list(fields.items()) if is_object(fields) else [(item["name"], item) for item in fields]
    )
    for name, item in pairs:
        if mode == "serialization":
            found[name] = tuple(dict.fromkeys((item.get("serialization_alias") or name, name)))
            continue
        keys, paths = _spellings(item.get("validation_alias"))
        if paths:
            uncertain.add(name)
        spelled = keys if by_alias else []
        found[name] = tuple(dict.fromkeys([*spelled, *([name] if by_name or not spelled else [])]))
    for computed in inner.get("computed_fields", ()):
        name = computed["property_name"]
        found[name] = tuple(dict.fromkeys((computed.get("alias") or name, name)))
    return found, frozenset(uncertain)


def _spellings(alias: Any) -> tuple[list[str], bool]:
    """The keys a validation alias means, and whether it reaches deeper than one key."""
    if alias is None:
        return [], False
    if isinstance(alias, str):
        return [alias], False
    if alias and not is_array(alias[0]):
        alias = [alias]
    keys = [path[0] for path in alias if path and isinstance(path[0], str)]
    return keys, any(len(path) > 1 for path in alias)


@dataclass(frozen=True, slots=True)
class Shapes:
    """The schemas of one side.

    Args:
        schemas: the schema of each root asked for, by its key.
        components: by identity.
    """

    schemas: Mapping[Hashable, Schema]
    components: Mapping[str, Component]


def shapes(side: Side, types: Iterable[tuple[Hashable, Any]], *, by_alias: bool = True) -> Shapes:
    """The JSON Schema of types in one direction.

    Args:
        side: whether clients send or get them.
        types: what is asked for, each under a key of its own.
        by_alias: whether aliases are on the wire.
    """
    wanted = list(types)
    notebook = _Notebook()
    mode = MODES[side]
    adapters: list[tuple[int, Mode, TypeAdapter[Any]]] = [
        (index, mode, TypeAdapter[Any](kind)) for index, (_, kind) in enumerate(wanted)
    ]
    found, definitions = TypeAdapter.json_schemas(
        adapters,
        by_alias=by_alias,
        ref_template=REF_PREFIX + "{model}",
        schema_generator=_generator(notebook),
    )
    raw: dict[str, Schema] = dict(definitions.get("$defs", {}))
    schemas: dict[Hashable, Schema] = {key: found[index, mode] for index, (key, _) in enumerate(wanted)}
    return _named(schemas, raw, notebook)


def _named(schemas: Mapping[Hashable, Schema], raw: Mapping[str, Schema], notebook: _Notebook) -> Shapes:
    """Schemas and components with the marks turned into notes."""
    components: dict[str, Component] = {}
    for name, schema in raw.items():
        mark: int | None = schema.get(MODEL_MARK)
        bare = {key: value for key, value in schema.items() if key != MODEL_MARK}
        components[name] = _component(name, bare, None if mark is None else notebook.notes[mark])

    def settled(node: dict[str, Any]) -> dict[str, Any]:
        choice: Any = node.get(DISCRIMINATOR_MARK)
        if is_object(choice):
            index: int = choice["index"]
            pick, tags = notebook.choices[index]
            arms = tuple((tag, rewritten(arm, settled)) for tag, arm in zip(tags, choice["arms"], strict=True))
            node = {**node, DISCRIMINATOR_MARK: CallableDiscriminator(pick, arms)}
        if is_object(node.get(OPAQUE_MARK)):
            node = {**node, OPAQUE_MARK: rewritten(node[OPAQUE_MARK], settled)}
        mark: int | None = node.pop(MODEL_MARK, None)
        if mark is None:
            return node
        # A class met outside the definitions (pydantic inlines some) becomes a component all the same.
        note = notebook.notes[mark]
        name = next((known for known, other in components.items() if other.model is note.model), None)
        if name is None:
            name = _free_name(getattr(note.model, "__name__", "Inline"), components)
            components[name] = _component(name, node, note)
        return ref(name)

    def whole(schema: Schema) -> Schema:
        # Marks within a definition are few, and pydantic keeps no schema that it gave away.
        marked = any(not _MARKS.isdisjoint(node) for node in objects_in(schema))
        return rewritten(schema, settled) if marked else schema

    for name, component in list(components.items()):
        components[name] = replace(component, schema=whole(component.schema))
    return Shapes({key: whole(schema) for key, schema in schemas.items()}, components)


def _component(name: str, schema: Schema, note: Note | None) -> Component:
    if note is None:
        return Component(name, schema, display_name=name)
    properties = schema.get("properties", {})
    fields: dict[str, str] = {}
    spellings: dict[str, tuple[str, ...]] = {}
    uncertain: set[str] = set()
    for python_name, candidates in note.names.items():
        wire = next((key for key in candidates if key in properties), None)
        if wire is None and python_name in properties:
            wire = python_name
        if wire is None:
            continue
        fields[python_name] = wire
        others = tuple(key for key in candidates if key != wire)
        if others:
            spellings[wire] = (wire, *others)
        if python_name in note.uncertain:
            uncertain.add(wire)
    return Component(name, schema, note.model, fields, spellings, display_name=name, uncertain=frozenset(uncertain))


def _free_name(wanted: str, taken: Mapping[str, object]) -> str:
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}__{count}"
    return name


def merged(first: Shapes, second: Shapes, *, one_per_class: bool) -> Shapes:
    """Two runs as one: no two components share a name.

    Args:
        first: keeps its names.
        second: follows.
        one_per_class: whether a class of both runs is the first run's; otherwise only what is alike in both.
    """
    by_class = {id(c.model): name for name, c in first.components.items() if c.model is not None}
    names: dict[str, str] = {}
    taken = {**first.components, **second.components}
    for name, component in second.components.items():
        known = by_class.get(id(component.model)) if one_per_class else None
        if known is None and _alike(name, first, second):
            known = name
        names[name] = known or (_free_name(name, taken) if name in first.components else name)
        taken.setdefault(names[name], component)
    components = dict(first.components)
    for name, component in second.components.items():
        if names[name] not in components:
            schema = renamed_references(component.schema, names)
            components[names[name]] = replace(component, name=names[name], schema=schema)
    return Shapes(
        {**first.schemas, **{key: renamed_references(s, names) for key, s in second.schemas.items()}}, components
    )


def _alike(name: str, first: Shapes, second: Shapes) -> bool:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        one, other = first.components.get(current), second.components.get(current)
        if one is None or other is None or one.model is not other.model or one.schema != other.schema:
            return False
        waiting.extend(references(one.schema))
    return True


def renamed_references(schema: Any, names: Mapping[str, str]) -> Any:
    """A copy of a schema whose references, discriminator mappings included, follow ``names``."""
    if not names:
        return schema

    def change(node: dict[str, Any]) -> dict[str, Any]:
        name = referred(node)
        if name is not None and name in names:
            node["$ref"] = REF_PREFIX + names[name]
        discriminator = node.get("discriminator")
        if is_object(discriminator) and is_object(discriminator.get("mapping")):
            mapping = {
                tag: REF_PREFIX + names.get(str(target).removeprefix(REF_PREFIX), str(target).removeprefix(REF_PREFIX))
                for tag, target in discriminator["mapping"].items()
            }
            node["discriminator"] = {**discriminator, "mapping": mapping}
        choice = node.get(DISCRIMINATOR_MARK)
        if isinstance(choice, CallableDiscriminator):
            arms = tuple((tag, renamed_references(arm, names)) for tag, arm in choice.arms)
            node[DISCRIMINATOR_MARK] = CallableDiscriminator(choice.pick, arms)
        if is_object(node.get(OPAQUE_MARK)):
            node[OPAQUE_MARK] = renamed_references(node[OPAQUE_MARK], names)
        return node

    return rewritten(schema, change)


def component_of(components: Mapping[str, Component], model: Any) -> Sequence[Component]:
    """The components made from exactly this class, or called so where a name is given."""
    if isinstance(model, str):
        return [c for c in components.values() if model in (c.name, c.display_name)]
    return [c for c in components.values() if c.model is model]
