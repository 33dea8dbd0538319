"""A document's schemas in the one form that the rest of the package knows.

It is OpenAPI 3.1 without booleans as schemas. An object with fields is neither null nor combined with other schemas:
such a union, or such parts, stand around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from timegate.typing import Schema, is_array, is_object
from timegate.wire.schema import LISTED_SCHEMAS, NAMED_SCHEMAS, NULL, REF_PREFIX, ref, references, referred, rewrite

_TEXTS: Final = frozenset({"default", "deprecated", "description", "example", "examples", "externalDocs", "title"})
_OF_AN_OBJECT: Final = _TEXTS | {"properties", "required", "type"}
"""The keywords of an object that may as well be those of the schema that holds it in its `allOf`."""

_COMBINED: Final = ("allOf", "anyOf", "oneOf")


class NormalForm:
    """Brings schemas into the form.

    Args:
        schemas: the document's components, as written.
        is_old: whether the document is OpenAPI 3.0.
    """

    def __init__(self, schemas: Mapping[str, Any], *, is_old: bool) -> None:
        self._is_old = is_old
        self._nullable = {name for name, schema in schemas.items() if is_object(schema) and self._is_nullable(schema)}

    def component(self, name: str, schema: Any) -> Schema:
        """A component; what may be null is each reference to it, so that facts can name its fields."""
        normal = self.schema(schema)
        return _without_null(normal) or normal if name in self._nullable else normal

    def reference(self, name: str) -> Schema:
        """A reference to a component."""
        return {"anyOf": [ref(name), NULL]} if name in self._nullable else ref(name)

    def schema(self, schema: Any) -> Any:
        """Any schema."""
        return rewrite(_boolean_as_object(schema), self._changed)

    def _is_nullable(self, schema: Schema) -> bool:
        kinds = schema.get("type")
        is_null = bool(schema.get("nullable")) if self._is_old else is_array(kinds) and "null" in kinds
        return is_null and not {"properties", "allOf"}.isdisjoint(schema)

    def _changed(self, node: dict[str, Any]) -> dict[str, Any]:
        for key in NAMED_SCHEMAS & node.keys():
            node[key] = {name: _boolean_as_object(inner) for name, inner in node[key].items()}
        for key in node.keys() & LISTED_SCHEMAS:
            node[key] = [_boolean_as_object(inner) for inner in node[key]]
        if "items" in node:
            node["items"] = _boolean_as_object(node["items"])
        discriminator = node.get("discriminator")
        if is_object(discriminator) and "mapping" in discriminator:
            mapping = {
                # pydantic has the mapping of a union within the union in place of its name.
                tag: target if not isinstance(target, str) or "/" in target else REF_PREFIX + target
                for tag, target in discriminator["mapping"].items()
            }
            node["discriminator"] = {**discriminator, "mapping": mapping}
        node = _as_openapi_31(node) if self._is_old else _with_null_apart(node)
        name = referred(node)
        if name is not None and name in self._nullable:
            return {**{key: value for key, value in node.items() if key != "$ref"}, **self.reference(name)}
        return _apart(_combined(node))


def _boolean_as_object(schema: Any) -> Any:
    """A schema, as an object where it is a boolean."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    return schema


def _as_openapi_31(node: dict[str, Any]) -> dict[str, Any]:
    """The equivalent in OpenAPI 3.1 of a schema object of OpenAPI 3.0."""
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(node.get(exclusive), bool):
            excluded = node.pop(exclusive)
            if excluded and limit in node:
                node[exclusive] = node.pop(limit)
    if "$ref" in node:
        return {"$ref": node["$ref"]}  # OpenAPI 3.0 ignores all other keys of a reference
    if not node.pop("nullable", False):
        return node
    if is_array(node.get("enum")) and None in node["enum"]:
        node["enum"] = [member for member in node["enum"] if member is not None]
    return _or_null(node)


def _with_null_apart(node: dict[str, Any]) -> dict[str, Any]:
    """An object that may be null, as a union with null."""
    kinds = node.get("type")
    if not is_array(kinds) or "null" not in kinds or "properties" not in node:
        return node
    rest = [kind for kind in kinds if kind != "null"]
    return _or_null({**node, "type": rest[0] if len(rest) == 1 else rest})


def _or_null(node: dict[str, Any]) -> dict[str, Any]:
    texts: Schema = {key: value for key, value in node.items() if key in ("title", "description", "default")}
    return {"anyOf": [{key: value for key, value in node.items() if key not in texts}, NULL], **texts}


def _without_null(schema: Schema) -> Schema | None:
    """The other arm of a union with null and its texts; None where a schema is no such union."""
    arms = schema.get("anyOf")
    if not is_array(arms) or len(arms) != 2 or arms[1] != NULL:
        return None
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **arms[0]}


def _combined(node: dict[str, Any]) -> dict[str, Any]:
    """A schema whose `allOf` holds no union with null, and one object for all objects without a name."""
    parts: list[Schema] = node.get("allOf", [])
    if not parts:
        return node
    bare = [_without_null(part) for part in parts]
    if all(part is not None for part in bare):
        return _or_null({**node, "allOf": [part for part in bare if part is not None]})
    parts = [part if without is None else without for part, without in zip(parts, bare, strict=True)]
    inline = [part for part in parts if "properties" in part and part.keys() <= _OF_AN_OBJECT]
    own = {key: value for key, value in node.items() if key != "allOf"}
    keys = [key for part in (own, *inline) for key in part.get("properties", {})]
    objects = all(part.get("type", "object") == "object" for part in (own, *inline))
    if not inline or not own.keys() <= _OF_AN_OBJECT or not objects or len(keys) > len(set(keys)):
        return {**node, "allOf": parts}
    merged: Schema = {"type": "object"}
    for part in (*inline, own):
        merged |= {key: value for key, value in part.items() if key not in ("properties", "required")}
    merged["properties"] = {key: inner for part in (own, *inline) for key, inner in part.get("properties", {}).items()}
    required = list(dict.fromkeys(key for part in (own, *inline) for key in part.get("required", ())))
    others = [part for part in parts if part not in inline]
    return {**merged, **({"required": required} if required else {}), **({"allOf": others} if others else {})}


def _apart(node: dict[str, Any]) -> dict[str, Any]:
    """A schema in which an object with fields and what it is combined with are parts of one `allOf`."""
    if "properties" not in node or not any(any(references(node[key])) for key in _COMBINED if key in node):
        return node
    unions: list[Schema] = [{key: node[key]} for key in ("anyOf", "oneOf") if key in node]
    if unions and "discriminator" in node:
        unions[-1]["discriminator"] = node["discriminator"]
    others = {*_COMBINED, *_TEXTS, *(("discriminator",) if unions else ())}
    own = {key: value for key, value in node.items() if key not in others}
    texts = {key: value for key, value in node.items() if key in _TEXTS}
    return {**texts, "allOf": [*node.get("allOf", ()), own, *unions]}
