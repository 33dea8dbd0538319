"""Pydantic's generator of JSON Schema, which also records what JSON Schema cannot express of each class."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum, Flag
from functools import partial
from typing import Any, Final, Literal

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import to_jsonable_python

from timegate.reading.core_schemas import CLASSES
from timegate.reading.generator import Generator
from timegate.reading.readings import NUMBER, Readings
from timegate.reading.releases import deques_count_fields
from timegate.reading.secret_values import hides
from timegate.reading.serializers import hides_keys
from timegate.reading.settings import settings_in
from timegate.typing import Settings, is_array, is_object, plain_text, type_of
from timegate.wire.marks import (
    ABSENT_MARK,
    DISCRIMINATOR_MARK,
    FACTORY_MARK,
    LABELS_MARK,
    LEFT_TO_RIGHT_MARK,
    MADE_MARK,
    MEMBERS_MARK,
    MODEL_MARK,
    OMIT_MARK,
    OPAQUE_MARK,
    TUPLE_MARK,
    maker,
)

Mode = Literal["validation", "serialization"]

_AT_ONE_PLACE: Final = "pydantic_js_annotation_functions"
"""The metadata of a core schema for what `Annotated` says about its JSON Schema at one place."""


_TEXTS: Final = ("title", "description", "examples", "deprecated", "format", "writeOnly")

_FACTORIES: Final = (list, dict, set, frozenset, tuple, str, int, float, bool)
"""The factories of defaults that make the same each time."""


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """What the generator saw of a class.

    Args:
        model: the class.
        names: Python name to candidates for the wire name and every other spelling, the likeliest first.
        uncertain: Python names of fields whose spellings cannot be listed (an ``AliasPath``), or are another's.
        aliases: every alias for requests or for responses, with the field's Python name.
        settings: how the values of its fields are read and written.
        number: which of the readings of the class this is: a class that takes the settings of its holder has several.
    """

    model: Any
    names: Mapping[str, tuple[str, ...]]
    uncertain: frozenset[str]
    aliases: Mapping[str, str]
    settings: Settings
    number: int = 0


class Records:
    """The records of one run of the generator; marks in the schemas hold their indices.

    Args:
        leaves_undescribed: whether a type without a JSON Schema has one that admits anything; otherwise it is an error.
    """

    def __init__(self, *, leaves_undescribed: bool = False) -> None:
        self.leaves_undescribed = leaves_undescribed
        self.classes: list[ClassRecord] = []
        # Each callable discriminator with the tags of its arms.
        self.discriminators: list[tuple[Any, tuple[Hashable, ...]]] = []
        # The members of enums in each literal, by class and name, with the index of that literal.
        self.literals: dict[tuple[tuple[type[Enum], str], ...], int] = {}


def recording_generator(records: Records, mode: Mode) -> type[GenerateJsonSchema]:
    """A generator class for one mode that writes its records into ``records``."""

    class Recorder(Generator):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._readings = Readings(partial(_record_of, mode))

        def _recorded(self, schema: Mapping[str, Any], generated: JsonSchemaValue) -> JsonSchemaValue:
            model = schema.get("cls")
            if model is None:
                return generated
            records.classes.append(_record_of(mode, schema))
            return {**generated, MODEL_MARK: len(records.classes) - 1}

        def definitions_schema(self, schema: Any) -> JsonSchemaValue:
            self._readings.definitions |= {one["ref"]: one for one in schema["definitions"]}
            return super().definitions_schema(schema)

        def model_field_schema(self, schema: Any) -> JsonSchemaValue:
            return self._absent(schema, super().model_field_schema(schema))

        def dataclass_field_schema(self, schema: Any) -> JsonSchemaValue:
            return self._absent(schema, super().dataclass_field_schema(schema))

        def typed_dict_field_schema(self, schema: Any) -> JsonSchemaValue:
            return self._absent(schema, super().typed_dict_field_schema(schema))

        def _absent(self, field: Mapping[str, Any], generated: JsonSchemaValue) -> JsonSchemaValue:
            if mode == "serialization":
                mark = absence_of(field)
                return {**generated, ABSENT_MARK: mark} if mark else generated
            factory = _factory_of(field)
            return generated if factory is None else {**generated, FACTORY_MARK: factory}

        def model_schema(self, schema: Any) -> JsonSchemaValue:
            return self._recorded(schema, super().model_schema(schema))

        def dataclass_schema(self, schema: Any) -> JsonSchemaValue:
            return self._recorded(schema, super().dataclass_schema(schema))

        def typed_dict_schema(self, schema: Any) -> JsonSchemaValue:
            return self._recorded(schema, super().typed_dict_schema(schema))

        def definition_ref_schema(self, schema: Any) -> JsonSchemaValue:
            given: Any = {**schema, "schema_ref": self._readings.meant(schema["schema_ref"])}
            return super().definition_ref_schema(given)

        def default_schema(self, schema: Any) -> JsonSchemaValue:
            generated = super().default_schema(schema)
            omits = schema.get("on_error") == "omit" and self.mode == "validation"
            return {**generated, OMIT_MARK: True} if omits else generated

        def dict_schema(self, schema: Any) -> JsonSchemaValue:
            generated = super().dict_schema(schema)
            if "propertyNames" in generated or "keys_schema" not in schema:
                return generated
            # Releases of pydantic before 2.10 do not say what the keys may be.
            keys = self.generate_inner(schema["keys_schema"])
            names = {key: value for key, value in keys.items() if key not in ("type", "title", "pattern")}
            is_described = "$ref" in keys or keys.get("type") == "string"
            return {**generated, "propertyNames": names} if names and is_described else generated

        def call_schema(self, schema: Any) -> JsonSchemaValue:
            return self._named_tuple(schema["arguments_schema"]["arguments_schema"], super().call_schema(schema))

        def named_tuple_schema(self, schema: Any) -> JsonSchemaValue:
            # Earlier releases of pydantic call the tuple's class.
            return self._named_tuple(schema["fields"], super().named_tuple_schema(schema))

        def _named_tuple(self, fields: list[Any], generated: JsonSchemaValue) -> JsonSchemaValue:
            if mode != "validation" or generated.get("type") != "array":
                return generated
            aliases = (field.get("validation_alias") or field.get("alias") for field in fields)
            names = [plain_text(a) if isinstance(a, str) else f["name"] for a, f in zip(aliases, fields, strict=True)]
            return {**generated, TUPLE_MARK: names}

        def tuple_schema(self, schema: Any) -> JsonSchemaValue:
            return self._made(super().tuple_schema(schema), "made")

        def deque_schema(self, schema: Any) -> JsonSchemaValue:
            return self._made(super().deque_schema(schema), "made")

        def lax_or_strict_schema(self, schema: Any) -> JsonSchemaValue:
            # Releases of pydantic before 2.14 have a deque so.
            how = "made" if deques_count_fields() else "guessed"
            return self._made(super().lax_or_strict_schema(schema), how)

        def generator_schema(self, schema: Any) -> JsonSchemaValue:
            return self._made(super().generator_schema(schema), "iterated")

        def _made(self, generated: JsonSchemaValue, how: str) -> JsonSchemaValue:
            is_list = mode == "validation" and generated.get("type") == "array"
            return {**generated, MADE_MARK: how} if is_list else generated

        def enum_schema(self, schema: Any) -> JsonSchemaValue:
            generated = super().enum_schema(schema)
            if issubclass(schema["cls"], Flag):
                # Its values are all combinations of members.
                generated = {key: value for key, value in generated.items() if key not in ("enum", "const")}
            return self._recorded(schema, generated)

        def literal_schema(self, schema: Any) -> JsonSchemaValue:
            generated = super().literal_schema(schema)
            members = tuple((type(one), one.name) for one in schema["expected"] if isinstance(one, Enum))
            if not members:
                return generated
            return {**generated, MEMBERS_MARK: records.literals.setdefault(members, len(records.literals))}

        def _by_hand(self, schema: Any) -> JsonSchemaValue:
            """The schema of a class, which the app may have written by hand."""
            definition, _ = self.get_cache_defs_ref_schema(schema["ref"])
            before = self.definitions.get(definition)
            generated = super().generate_inner(schema)
            written = self.definitions.get(definition)
            if written is None or MODEL_MARK in written or (mode == "serialization" and "serialization" in schema):
                return generated
            metadata: Mapping[str, Any] = schema.get("metadata") or {}
            if metadata.get(_AT_ONE_PLACE):
                # Pydantic takes it for the definition of the class, at all its places.
                self.definitions.pop(definition)
                if before is not None:
                    self.definitions[definition] = before
                return written
            self.definitions[definition] = self._recorded(schema, written)
            return generated

        def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
            return {} if records.leaves_undescribed else super().handle_invalid_for_json_schema(schema, error_info)

        def union_schema(self, schema: Any) -> JsonSchemaValue:
            generated = super().union_schema(schema)
            labelled = [choice for choice in schema["choices"] if type_of(choice) is tuple]
            if labelled:
                # The arms stay plain JSON for now, as those of a callable discriminator do.
                arms = [self.generate_inner(arm) for arm, _ in labelled]
                generated = {**generated, LABELS_MARK: {"labels": [label for _, label in labelled], "arms": arms}}
            return {**generated, LEFT_TO_RIGHT_MARK: True} if schema.get("mode") == "left_to_right" else generated

        def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:
            generated = super().tagged_union_schema(schema)
            pick = schema["discriminator"]
            if not callable(pick):
                return _with_named_arms(generated)
            # The arms stay plain JSON for now, so that pydantic renames their references like all others.
            arms = [self.generate_inner(choice) for choice in schema["choices"].values()]
            records.discriminators.append((pick, tuple(schema["choices"])))
            return {**generated, DISCRIMINATOR_MARK: {"index": len(records.discriminators) - 1, "arms": arms}}

        def generate_inner(self, schema: Any) -> JsonSchemaValue:
            # Most parts are no classes; a call less at each of them lets types be nested deeper.
            if "ref" in schema:
                schema = self._readings.told_apart(schema)
            is_class = "ref" in schema and schema.get("type") in CLASSES
            generated = self._by_hand(schema) if is_class else super().generate_inner(schema)
            if "serialization" not in schema or mode != "serialization":
                return generated
            if hides(schema):
                # Pydantic describes what the value hides.
                return {**{key: text for key, text in generated.items() if key in _TEXTS}, "type": "string"}
            given: Any = {key: value for key, value in schema.items() if key not in ("serialization", "ref")}
            if not hides_keys(schema["serialization"], given, self._readings.definitions):
                return generated
            # The serializer's input stays plain JSON too; nothing says whether the serializer changes it.
            mark = {OPAQUE_MARK: super().generate_inner(given) or True}
            if "ref" not in schema:
                return {**generated, **mark}
            definition, reference = self.get_cache_defs_ref_schema(schema["ref"])
            self.definitions[definition] = {**self.definitions[definition], **mark}
            return reference

    return Recorder


def _record_of(mode: Mode, schema: Mapping[str, Any]) -> ClassRecord:
    names, settings = _names(schema, mode), settings_in(schema.get("config") or {})
    return ClassRecord(schema["cls"], *names, settings, schema.get(NUMBER, 0))


def _with_named_arms(union: JsonSchemaValue) -> JsonSchemaValue:
    """A tagged union whose mapping has names alone: pydantic writes the schema of an arm that is a union."""
    discriminator: Mapping[str, Any] = union.get("discriminator", {})
    mapping: Mapping[str, Any] = discriminator.get("mapping", {})
    named = {tag: target for tag, target in mapping.items() if isinstance(target, str)}
    return union if len(named) == len(mapping) else {**union, "discriminator": {**discriminator, "mapping": named}}


def absence_of(field: Mapping[str, Any]) -> dict[str, Any]:
    """What an absent key means as far as a field's schema does not say it; see `ABSENT_MARK`."""
    if field.get("serialization_exclude_if") is not None:
        return {"conditional": True}
    if field["type"] == "typed-dict-field" and field.get("required") is False:
        return {"optional": True}
    inner = field["schema"]
    if inner.get("type") != "default" or "default_factory" not in inner:
        return {}
    factory = inner["default_factory"]
    # No other one is called: what an app's own does, and makes the next time, nobody knows.
    if factory in _FACTORIES:
        return {"made": True, "value": to_jsonable_python(factory())}
    return {"made": True, "maker": maker(factory)}


def _factory_of(field: Mapping[str, Any]) -> str | None:
    """What makes a field's default as `FACTORY_MARK` has it; None where nothing does, or it is the same each time."""
    inner = field["schema"]
    if inner.get("type") != "default" or "default_factory" not in inner or inner["default_factory"] in _FACTORIES:
        return None
    return maker(inner["default_factory"])


def _names(schema: Mapping[str, Any], mode: Mode) -> tuple[dict[str, tuple[str, ...]], frozenset[str], dict[str, str]]:
    """Python names with their spellings, read from the core schema that pydantic passes to its public hooks."""
    inner: Mapping[str, Any] | None = schema
    config: Mapping[str, Any] = schema.get("config") or {}
    while inner is not None and ("fields" not in inner or inner.get("type") == "dataclass"):
        inner = inner.get("schema")
    if inner is None:
        return {}, frozenset(), {}
    by_name = bool(config.get("populate_by_name") or config.get("validate_by_name"))
    by_alias = config.get("validate_by_alias") is not False
    names: dict[str, tuple[str, ...]] = {}
    uncertain: set[str] = set()
    aliases: dict[str, str] = {}
    fields: Any = inner["fields"]
    for key, item in fields.items() if is_object(fields) else ((item["name"], item) for item in fields):
        name: str = plain_text(key)
        keys, has_paths = _spellings(item.get("validation_alias"))
        serialized = plain_text(item.get("serialization_alias"))
        for alias in (*keys, *([] if serialized is None else [serialized])):
            aliases.setdefault(alias, name)
        if mode == "serialization":
            names[name] = _alias_first(serialized, name)
            continue
        if has_paths:
            uncertain.add(name)
        spelled = keys if by_alias else []
        names[name] = tuple(dict.fromkeys([*spelled, *([name] if by_name or not spelled else [])]))
    uncertain |= _of_shared_keys(names) if mode == "validation" else set()
    for computed in inner.get("computed_fields", ()):
        names[computed["property_name"]] = _alias_first(computed.get("alias"), computed["property_name"])
        if computed.get("alias") is not None:
            aliases.setdefault(plain_text(computed["alias"]), computed["property_name"])
    return names, frozenset(uncertain), aliases


def _of_shared_keys(names: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The fields that are read from one key, which is the name on the wire of one of them."""
    readers: dict[str, list[str]] = {}
    for name, keys in names.items():
        for key in keys:
            readers.setdefault(key, []).append(name)
    wires = {keys[0] for keys in names.values()}
    return {name for key, found in readers.items() if len(found) > 1 and key in wires for name in found}


def _alias_first(alias: str | None, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((plain_text(name if alias is None else alias), name)))


def _spellings(alias: Any) -> tuple[list[str], bool]:
    """The keys a validation alias means, and whether it reaches deeper than one key."""
    if alias is None:
        return [], False
    if isinstance(alias, str):
        return [plain_text(alias)], False
    paths = [alias] if alias and not is_array(alias[0]) else alias
    keys = [plain_text(path[0]) for path in paths if path and isinstance(path[0], str)]
    return keys, any(len(path) > 1 for path in paths)
