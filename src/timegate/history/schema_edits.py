"""The few edits that facts make to a schema. Each returns a new schema."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from timegate.changes.base import INTERNAL_MARK
from timegate.typing import Schema, is_array, is_object
from timegate.wire.marks import NEWER_ARMS_MARK, VALIDATED_MARK
from timegate.wire.schema import NULL, arms_of, objects_in, ref, referred, rewrite
from timegate.wire.wire import Component


def has_fields(schema: Schema) -> bool:
    """Whether the values of a component's schema are objects that may have named fields."""
    if not {"properties", "allOf"}.isdisjoint(schema):
        return True
    return schema.get("type") == "object" and not is_object(schema.get("additionalProperties")) and not arms_of(schema)


def with_property(component: Component, key: str, schema: Schema, *, required: bool) -> Component:
    """The component with one more property, the last one."""
    changed = {**component.schema, "type": "object", "properties": {**component.properties, key: schema}}
    return replace(component, schema=_required(changed, [*component.required, key] if required else component.required))


def without_property(component: Component, key: str) -> Component:
    """The component without a property and its spellings."""
    properties = dict(component.properties)
    properties.pop(key, None)
    return _with_properties(component, properties, _without(component.required, key), key, component.renamed)


def with_property_renamed(component: Component, key: str, name: str) -> Component:
    """The component with another name for a property, which stays at its place and has that one spelling."""
    keys, schemas = list(component.properties), list(component.properties.values())
    place = keys.index(key)
    keys[place], schemas[place] = name, _retitled(schemas[place], key, name)
    required = list(component.required)
    if key in required:
        required[required.index(key)] = name
    renamed = dict(component.renamed)
    renamed.pop(key, None)
    renamed[name] = component.python_name(key)
    return _with_properties(component, dict(zip(keys, schemas, strict=True)), required, key, renamed)


def _with_properties(
    component: Component, properties: dict[str, Schema], required: list[str], gone: str, renamed: Mapping[str, str]
) -> Component:
    """The component with these properties and renames, and without the names and spellings of the key that is gone."""
    fields, spellings = dict(component.fields), dict(component.spellings)
    for name in component.python_names(gone):
        del fields[name]
    spellings.pop(gone, None)
    schema = _required({**component.schema, "properties": properties}, required)
    return replace(component, schema=schema, fields=fields, spellings=spellings, renamed=renamed)


def _without(names: list[str], name: str) -> list[str]:
    """A copy of a list without a name, which is there at most once."""
    kept = list(names)
    if name in kept:
        kept.remove(name)
    return kept


def _retitled(schema: Schema, key: str, name: str) -> Schema:
    """The schema with the title that pydantic derives from a field's name, where its title was derived."""
    if schema.get("title") != key.title().replace("_", " "):
        return schema
    return {**schema, "title": name.title().replace("_", " ")}


def with_property_schema(component: Component, key: str, schema: Schema) -> Component:
    """The component with another schema of a property, whose values head's validators still see."""
    validated = component.properties.get(key, {}).get(VALIDATED_MARK)
    if validated is not None:
        schema = {**schema, VALIDATED_MARK: validated}
    return replace(component, schema={**component.schema, "properties": {**component.properties, key: schema}})


def with_property_required(component: Component, key: str, *, required: bool) -> Component:
    """The component with a property required or optional; ``required`` is in the order of the properties."""
    names = {*component.required, key} if required else {*component.required} - {key}
    ordered = list(filter(names.__contains__, component.properties))
    return replace(component, schema=_required(component.schema, ordered))


def _required(schema: Schema, names: list[str]) -> Schema:
    rest = {key: value for key, value in schema.items() if key != "required"}
    return {**rest, "required": names} if names else rest


def without_internal_mark(schema: Schema) -> Schema:
    """The schema of a field that clients of the version know."""
    return {key: value for key, value in schema.items() if key != INTERNAL_MARK}


def without_null(schema: Schema) -> Schema:
    """The schema without null."""
    kind = schema.get("type")
    if is_array(kind):
        kinds = [one for one in kind if one != "null"]
        return {**schema, "type": kinds[0] if len(kinds) == 1 else kinds}
    for keyword in ("anyOf", "oneOf"):
        arms = schema.get(keyword)
        if arms:
            return with_arms(schema, keyword, [arm for arm in arms if arm != NULL])
    return schema


def with_null(schema: Schema) -> Schema:
    """The schema that also admits null."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return {**schema, keyword: [*schema[keyword], NULL]}
    outer: Schema = {key: schema[key] for key in ("title", "description", "default") if key in schema}
    inner = {key: value for key, value in schema.items() if key not in outer}
    return {"anyOf": [inner, NULL], **outer}


def with_arms(schema: Schema, keyword: str, arms: list[Schema]) -> Schema:
    """A union with these arms; a single arm replaces the union and takes over its texts."""
    rest = {key: value for key, value in schema.items() if key != keyword}
    if len(arms) == 1:
        return {**arms[0], **{key: value for key, value in rest.items() if key != "discriminator"}}
    return {**rest, keyword: arms}


def at_depth(schema: Schema, stars: int, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with ``change`` applied ``stars`` lists or dicts deep; unchanged where it is not that deep."""
    if stars == 0:
        return change(schema)
    for keyword in ("items", "additionalProperties"):
        if is_object(schema.get(keyword)):
            return {**schema, keyword: at_depth(schema[keyword], stars - 1, change)}
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return {**schema, keyword: [at_depth(arm, stars, change) for arm in schema[keyword]]}
    return schema


def without_arms(schema: Any, names: Collection[str]) -> Any:
    """A copy of a schema in which no union has the components as arms; each such union notes them as newer arms.

    The last of them stays where nothing else would be left of a union.
    """
    order = dict.fromkeys(names)

    def change(node: dict[str, Any]) -> dict[str, Any]:
        for keyword in ("anyOf", "oneOf"):
            if is_array(node.get(keyword)):
                node = without_arms_of(node, keyword, order)
        return node

    return rewrite(schema, change)


def with_arms_back(schema: Any, names: Collection[str]) -> Any:
    """A copy of a schema in which the unions have those of their newer arms again that are among some components."""

    def change(node: dict[str, Any]) -> dict[str, Any]:
        kept_aside = node.get(NEWER_ARMS_MARK, ())
        back = [ref(name) for name in kept_aside if name in names]
        if not back:
            return node
        rest = tuple(name for name in kept_aside if name not in names)
        node = {key: value for key, value in node.items() if key != NEWER_ARMS_MARK}
        mark = {NEWER_ARMS_MARK: rest} if rest else {}
        for keyword in ("anyOf", "oneOf"):
            if keyword in node:
                return {**node, keyword: [*node[keyword], *back], **mark}
        return {"anyOf": [node, *back], **mark}

    return rewrite(schema, change)


def without_arms_of(union: Schema, keyword: str, names: Mapping[str, None]) -> Schema:
    """A union without the components as arms, which it notes as newer ones; the last stays where no other would."""
    arms: list[Schema] = union[keyword]
    known = [referred(arm) for arm in arms]
    gone = list(filter({*known}.__contains__, names))
    if all(name in names for name in known):
        del gone[-1:]
    if not gone:
        return union
    lost = frozenset(gone)
    kept = [arm for arm, name in zip(arms, known, strict=True) if name not in lost]
    discriminator = union.get("discriminator")
    if is_object(discriminator):
        targets = {ref(name)["$ref"] for name in lost}
        mapping = {tag: target for tag, target in discriminator.get("mapping", {}).items() if target not in targets}
        union = {**union, "discriminator": {**discriminator, "mapping": mapping}}
    before, union = union, with_arms(union, keyword, kept)
    newer = {*before.get(NEWER_ARMS_MARK, ()), *union.get(NEWER_ARMS_MARK, ()), *lost}
    # In one order, so that what is without the same arms is the same schema.
    return {**union, NEWER_ARMS_MARK: tuple(sorted(newer))}


def with_arms_joined(union: Schema, keyword: str, joined: Mapping[str, Sequence[str]]) -> Schema:
    """A union with some components as further arms, each with its tags."""
    older = {**union, keyword: [*union[keyword], *map(ref, joined)]}
    discriminator = union.get("discriminator")
    if is_object(discriminator):
        tags = {tag: ref(name)["$ref"] for name, own in joined.items() for tag in own}
        older["discriminator"] = {**discriminator, "mapping": {**discriminator.get("mapping", {}), **tags}}
    return older


def with_tags(union: Schema, tags: Mapping[str, Sequence[str]]) -> Schema:
    """A union with the tags of some of its arms replaced; ``tags`` has those that lead to a target."""
    discriminator: dict[str, Any] = union["discriminator"]
    mapping: dict[str, Any] = {}
    for tag, target in discriminator["mapping"].items():
        others = tags.get(target) if isinstance(target, str) else None
        mapping.update({tag: target} if others is None else dict.fromkeys(others, target))
    return {**union, "discriminator": {**discriminator, "mapping": mapping}}


def tags_in(schema: object) -> Iterator[str]:
    """The keys that discriminate the unions in a schema, at any depth."""
    for node in objects_in(schema):
        discriminator = node.get("discriminator")
        if is_object(discriminator) and isinstance(discriminator.get("propertyName"), str):
            yield discriminator["propertyName"]
