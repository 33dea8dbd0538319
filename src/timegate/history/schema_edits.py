"""The few edits that facts make to a schema. Each returns a new schema."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from timegate.changes.base import INTERNAL_MARK
from timegate.typing import Schema, is_array, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.marks import NEWER_ARMS_MARK, VALIDATED_MARK
from timegate.wire.schema import NULL, arms_of, objects_in, ref, referred, rewrite
from timegate.wire.wire import Component


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
    order = {name: position for position, name in enumerate(names)}

    def change(node: dict[str, Any]) -> dict[str, Any]:
        for keyword in ("anyOf", "oneOf"):
            arms = node.get(keyword)
            if not is_array(arms):
                continue
            known = [referred(arm) for arm in arms]
            gone = {name for name in known if name is not None and name in order}
            if all(name in gone for name in known):
                gone.discard(max(gone, key=order.__getitem__, default=""))
            if not gone:
                continue
            kept = [arm for arm, name in zip(arms, known, strict=True) if name not in gone]
            discriminator = node.get("discriminator")
            if is_object(discriminator):
                tags = discriminator.get("mapping", {}).items()
                targets = {ref(name)["$ref"] for name in gone}
                mapping = {tag: target for tag, target in tags if target not in targets}
                node = {**node, "discriminator": {**discriminator, "mapping": mapping}}
            before, node = node, with_arms(node, keyword, kept)
            newer = {*before.get(NEWER_ARMS_MARK, ()), *node.get(NEWER_ARMS_MARK, ()), *gone}
            # In one order, so that what is without the same arms is the same schema.
            node[NEWER_ARMS_MARK] = tuple(sorted(newer))
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


def with_arm(schema: Any, meant: Callable[[list[Schema]], bool], name: str, properties: Mapping[str, Schema]) -> Any:
    """A copy of a schema in which some unions have one more arm.

    Args:
        schema: the schema.
        meant: whether a union of such arms is one of them.
        name: the component that is added.
        properties: of it; its tags are among them.
    """

    def change(node: dict[str, Any]) -> dict[str, Any]:
        for keyword in ("anyOf", "oneOf"):
            known = node.get(keyword)
            if not is_array(known) or not meant(known):
                continue
            node = {**node, keyword: [*known, ref(name)]}
            discriminator = node.get("discriminator")
            if is_object(discriminator):
                tags = listed_values(properties.get(discriminator.get("propertyName", ""), {})) or []
                mapping = {**discriminator.get("mapping", {}), **{str(tag): ref(name)["$ref"] for tag in tags}}
                node["discriminator"] = {**discriminator, "mapping": mapping}
        return node

    return rewrite(schema, change)


def tags_in(schema: object) -> Iterator[str]:
    """The keys that discriminate the unions in a schema, at any depth."""
    for node in objects_in(schema):
        discriminator = node.get("discriminator")
        if is_object(discriminator) and isinstance(discriminator.get("propertyName"), str):
            yield discriminator["propertyName"]


def with_tag_renamed(schema: Schema, new: str, old: str, arms: frozenset[str]) -> tuple[Schema, set[str]]:
    """A copy of a schema where ``old`` discriminates the unions of these arms, and the other arms of these unions.

    A schema that has the key itself and lists no arms is discriminated by it too.
    """
    others = set[str]()

    def change(node: dict[str, Any]) -> dict[str, Any]:
        discriminator = node.get("discriminator")
        if not is_object(discriminator) or discriminator.get("propertyName") != new:
            return node
        names = {name for arm in arms_of(node) if (name := referred(arm)) is not None}
        if not names & arms and old not in node.get("properties", {}):
            return node
        others.update(names - arms)
        return {**node, "discriminator": {**discriminator, "propertyName": old}}

    return rewrite(schema, change), others


def with_tags(schema: Schema, key: str, arm: str, tags: Sequence[Any] | None) -> Schema:
    """A copy of a schema where other tags lead to an arm of the unions that a key discriminates.

    Where no list says which tags do, or one of them is that of another arm, the key no longer discriminates.

    Args:
        schema: the schema.
        key: the key that discriminates.
        arm: the component.
        tags: those of the arm; None where its schema does not list them.
    """
    target = ref(arm)["$ref"]

    def change(node: dict[str, Any]) -> dict[str, Any]:
        discriminator = node.get("discriminator")
        if not is_object(discriminator) or discriminator.get("propertyName") != key:
            return node
        known: dict[str, Any] = discriminator.get("mapping", {})
        if target not in known.values():
            return node
        if tags is None or any(known.get(str(tag), target) != target for tag in tags):
            return {keyword: value for keyword, value in node.items() if keyword != "discriminator"}
        mapping: dict[str, Any] = {}
        for tag, to in known.items():
            mapping.update(dict.fromkeys(map(str, tags), target) if to == target else {tag: to})
        return {**node, "discriminator": {**discriminator, "mapping": mapping}}

    changed: Schema = rewrite(schema, change)
    return changed
