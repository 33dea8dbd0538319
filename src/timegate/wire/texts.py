"""The parts of OpenAPI documents that are neither operations nor components of the wire."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from timegate.typing import Document, Schema
from timegate.wire.marks import PARAMETER_MARK

OPERATION_KEYS: Final = frozenset({"parameters", "requestBody", "responses"})
"""The keys of an OpenAPI operation object whose values the wire holds."""

_PARAMETER_KEYS: Final = frozenset({"in", "name", "required", "schema"})


@dataclass(frozen=True, slots=True)
class Texts:
    """The parts of a contract's documents that are neither operations nor components of the wire.

    An operation's own texts are a mapping with these keys, all optional: ``operation`` (its OpenAPI object without
    the others), ``path`` (the other keys of its path item), ``parameters`` (those without a schema), ``request``
    and ``responses`` (by status: the OpenAPI object around each body of the contract, with None in place of the
    schema) and ``undescribed_responses`` (by status: responses that are not in the contract).

    Args:
        document: the OpenAPI object without paths and schemas.
        schemas: components that only texts refer to, by the name in the document.
        own: the app's own document, of which those of all versions are edits; empty where they are rendered.
    """

    document: Mapping[str, Any] = field(default_factory=dict[str, Any])
    schemas: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    own: Document = field(default_factory=dict[str, Any])


def document_texts(document: Document, without: Collection[str]) -> dict[str, Any]:
    """A document without paths, and without some kinds of components."""
    rest = {key: value for key, value in document.items() if key not in ("paths", "components")}
    components = {key: value for key, value in document.get("components", {}).items() if key not in without}
    return {**rest, "components": components} if components else rest


def with_parameter_texts(schema: Schema, parameter: Mapping[str, Any], key: str) -> Schema:
    """A parameter's schema with the rest of its OpenAPI object as a mark.

    Args:
        schema: the parameter's schema.
        parameter: its OpenAPI object.
        key: the name under which the wire has it.
    """
    texts = {name: value for name, value in parameter.items() if name not in _PARAMETER_KEYS}
    if parameter["name"] != key:
        texts["name"] = parameter["name"]
    return {**schema, PARAMETER_MARK: texts} if texts else schema
