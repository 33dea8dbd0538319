"""Walks over a JSON Schema: its references, its nested schemas, copies with changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from timegate.typing import Schema, is_array, is_object
from timegate.wire.marks import (
    BEHIND_MARK,
    BESIDE,
    DISCRIMINATOR_MARK,
    LABELS_MARK,
    MARK_PREFIX,
    OPAQUE_MARK,
    CallableDiscriminator,
    Labels,
)

REF_PREFIX: Final = "#/components/schemas/"

NULL: Schema = {"type": "null"}

LITERAL_KEYWORDS: Final = frozenset({"default", "const", "enum", "examples", "example", "discriminator", "required"})
"""Keywords whose values are payloads or names, not schemas."""

NAMED_SCHEMAS: Final = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
"""Keywords whose values are schemas by name; a user chose the names, and they may look like keywords."""

LISTED_SCHEMAS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
"""Keywords whose values are lists of schemas."""


_CONTAINERS: Final[frozenset[type]] = frozenset({dict, list})


def ref(name: str) -> Schema:
    """A schema that refers to a component."""
    return {"$ref": REF_PREFIX + name}


def referred(schema: object) -> str | None:
    """The name of the component a schema refers to; None where the schema is no reference."""
    if is_object(schema):
        target: object = schema.get("$ref")
        if isinstance(target, str) and target.startswith(REF_PREFIX):
            return target[len(REF_PREFIX) :]
    return None


def arms_of(schema: Schema) -> list[Schema]:
    """The arms of a union; none where the schema is no union."""
    return schema.get("anyOf") or schema.get("oneOf") or []


def objects_in(schema: object) -> Iterator[dict[str, Any]]:
    """Every schema object in a schema, at any depth, each after the one that contains it."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if is_object(node):
            yield node
            for key, value in node.items():
                if type(value) not in _CONTAINERS:
                    # Most values in a schema are no containers; skipping them here is faster.
                    continue
                if key in NAMED_SCHEMAS and is_object(value):
                    waiting.extend(value.values())
                elif key not in LITERAL_KEYWORDS:
                    waiting.append(value)
        elif is_array(node):
            waiting.extend(node)


def references(schema: object) -> Iterator[str]:
    """The name of every component a schema refers to, at any depth, without those only in discriminator mappings."""
    for node in objects_in(schema):
        if "$ref" in node and (name := referred(node)) is not None:
            yield name


def beside(schema: Schema, other: object) -> Schema:
    """A schema with a note of the components that another declaration of the same place refers to, and it does not."""
    names = dict.fromkeys(references(other)).keys() - set(references(schema))
    notes = [{"by": BESIDE, "schema": ref(name), "listed": False} for name in sorted(names)]
    return {**schema, BEHIND_MARK: [*schema.get(BEHIND_MARK, ()), *notes]} if notes else schema


def rewrite(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A copy of a schema in which ``change`` has replaced each schema object, innermost first."""
    if is_array(schema):
        return [rewrite(item, change) for item in schema]
    if not is_object(schema):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in NAMED_SCHEMAS and is_object(value):
            copy[key] = {name: rewrite(inner, change) for name, inner in value.items()}
        elif key in LITERAL_KEYWORDS or key.startswith(MARK_PREFIX):
            copy[key] = value
        else:
            copy[key] = rewrite(value, change)
    return change(copy)


def rename_references(schema: Any, names: Mapping[str, str], *, drops_other_tags: bool = False) -> Any:
    """A copy of a schema whose references, those of discriminators included, follow ``names``.

    Args:
        schema: the schema.
        names: the new name of each component that has one; the others keep theirs.
        drops_other_tags: whether discriminator mappings lose the tags of components without a new name.
    """
    if not names:
        return schema

    def change(node: dict[str, Any]) -> dict[str, Any]:
        name = referred(node)
        if name is not None and name in names:
            node["$ref"] = REF_PREFIX + names[name]
        discriminator = node.get("discriminator")
        if is_object(discriminator) and is_object(discriminator.get("mapping")):
            targets: dict[str, Any] = {}
            for tag, to in discriminator["mapping"].items():
                target = to.removeprefix(REF_PREFIX) if isinstance(to, str) else None
                if target is None:
                    # An app's own document may have the whole schema of an arm that is a union.
                    targets[tag] = rename_references(to, names)
                elif target in names or not drops_other_tags:
                    targets[tag] = REF_PREFIX + names.get(target, target)
            node["discriminator"] = {**discriminator, "mapping": targets}
        callable_discriminator = node.get(DISCRIMINATOR_MARK)
        if isinstance(callable_discriminator, CallableDiscriminator):
            arms = tuple((tag, rename_references(arm, names)) for tag, arm in callable_discriminator.arms)
            node[DISCRIMINATOR_MARK] = replace(callable_discriminator, arms=arms)
        labels = node.get(LABELS_MARK)
        if isinstance(labels, Labels):
            node[LABELS_MARK] = Labels(tuple((label, rename_references(arm, names)) for label, arm in labels.arms))
        if is_object(node.get(OPAQUE_MARK)):
            node[OPAQUE_MARK] = rename_references(node[OPAQUE_MARK], names)
        if BEHIND_MARK in node:
            node[BEHIND_MARK] = rename_references(node[BEHIND_MARK], names)
        return node

    return rewrite(schema, change)


def schema_at_depth(schema: Schema, stars: int) -> Schema | None:
    """The schema of the values ``stars`` containers deep; None where there are fewer containers."""
    if stars == 0:
        return schema
    for keyword in ("items", "additionalProperties"):
        if is_object(schema.get(keyword)):
            return schema_at_depth(schema[keyword], stars - 1)
    inner = (schema_at_depth(arm, stars) for arm in arms_of(schema))
    return next((found for found in inner if found is not None), None)


def items_of(schema: Schema) -> Schema | None:
    """The schema of the items of lists; None where no value of a schema is a list."""
    arms = arms_of(schema)
    if arms:
        found = [items for items in map(items_of, arms) if items is not None]
        return _either(found) if found else None
    items, kind = schema.get("items"), schema.get("type")
    is_list = kind == "array" or (is_array(kind) and {*kind} - {"null"} == {"array"})
    return items if is_list and is_object(items) and "prefixItems" not in schema else None


def beside_lists(schema: Schema) -> list[Schema]:
    """The arms of a union that are neither lists nor null; none where the schema is a list's."""
    if items_of(schema) is None:
        return [] if schema == NULL else [schema]
    return [other for arm in arms_of(schema) for other in beside_lists(arm)]


def _either(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def single_reference(schema: Schema) -> str | None:
    """The one component a schema leads to, null aside; None where it leads to none or to several."""
    name = referred(schema)
    if name is not None:
        return name
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            names = [single_reference(arm) for arm in schema[keyword] if arm != NULL]
            return names[0] if len(names) == 1 else None
    return None


def unmarked(schema: Schema) -> Schema:
    """A copy of a schema without this package's own keywords."""
    bare: Schema = rewrite(
        schema, lambda node: {key: value for key, value in node.items() if not str(key).startswith(MARK_PREFIX)}
    )
    return bare
