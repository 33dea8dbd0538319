"""The contract of a version in the form in which it is frozen: all that is on the wire, and what people read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from timegate.contract import Contract
from timegate.documents.components import KnownSchemas
from timegate.documents.render import Rendered, render
from timegate.frozen.shape import shape_of
from timegate.gates import Gates
from timegate.typing import Document, Schema, is_object
from timegate.wire.paths import plain_path
from timegate.wire.schema import objects_in, references, referred, rename_references
from timegate.wire.texts import OPERATION_KEYS
from timegate.wire.wire import SIDES, Component, Operation, Side, Wire

EXTENSION: Final = "x-timegate"
"""The key of a frozen contract with what OpenAPI has no word for."""

HIDDEN: Final = "x-timegate-hidden"
"""Marks an operation that the served documents leave out."""

_NAME: Final = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class VersionContract:
    """The contract of one version.

    Args:
        document: what is frozen.
        wire: what it was made from.
        identities: by side, the identity of each component by its name in the document.
        keys: the identity of each operation, by method and path in the document.
    """

    document: Document
    wire: Wire
    identities: Mapping[Side, Mapping[str, str]]
    keys: Mapping[str, str]

    def component(self, name: str) -> Component | None:
        """The component with a name in the document; None for one that only texts refer to."""
        for side in SIDES:
            if name in self.identities[side]:
                return self.wire.components(side).get(self.identities[side][name])
        return None


@dataclass(frozen=True, slots=True)
class ContractPair:
    """A frozen contract, and today's of the same version.

    Args:
        frozen: the document that is frozen.
        today: what today's app makes of it.
    """

    frozen: Document
    today: VersionContract

    def component(self, name: str | None) -> Component | None:
        """The component with a name in today's document."""
        return None if name is None else self.today.component(name)

    def has_keys_of(self, enum: Component, side: Side) -> bool:
        """Whether the members of an enum are the keys of objects that clients send or get today."""
        wire = self.today.wire
        schemas = [*wire.payloads(side), *(wire.components(side)[name].schema for name in wire.reachable(side))]
        return any(
            enum.name in references(node.get("propertyNames")) for schema in schemas for node in objects_in(schema)
        )

    def has_frozen(self, name: str) -> bool:
        """Whether the frozen document has a component with a name."""
        return name in schemas_of(self.frozen)


class VersionContracts:
    """The contracts of the versions of one app, which share what no change touches.

    They are rendered from the wire, and not edited from the app's own document, so that they also have what documents
    hide, and stay the same under another release of the framework.

    Args:
        contract: head's.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._known = KnownSchemas()
        self._listed = {"opaque": list(contract.opaque), "narrowed": list(contract.narrowed)}
        self._told: Document = contract.head.texts.own or contract.document
        self._texts_at_head = {one.key: one.texts.get("operation") for one in contract.wire.operations}

    def at(self, gates: Gates, version: str, *, named: str = "") -> VersionContract:
        """The contract of a version, derived from today's app.

        Args:
            gates: the compiled changes.
            version: a version of their timeline.
            named: what it is called in the document, if not as in the timeline.
        """
        return self._rendered(gates.described(version), named or version)

    def of_head(self, version: str) -> VersionContract:
        """The contract that head would have as a version, whether or not its changes can be carried out."""
        return self._rendered(self._contract.wire, version)

    def _rendered(self, wire: Wire, version: str) -> VersionContract:
        operations = (replace(one, hidden=False) if one.hidden else one for one in wire.operations)
        shown = replace(wire, operations=tuple(operations))
        rendered = render(shown, self._contract.head.texts, version=version, known=self._known)
        left_out = ("paths", "components", "servers")
        document = {key: value for key, value in self._told.items() if key not in left_out}
        document |= {"openapi": "3.1.0", "info": {**self._told.get("info", {}), "version": version}}
        paths: dict[str, Any] = rendered.document.get("paths", {})
        for one in wire.operations:
            if one.key in rendered.places:
                path, method = rendered.places[one.key]
                paths[path][method] = {**self._texts(one), **paths[path][method]}
        document["paths"] = paths
        components = {**self._told.get("components", {}), **rendered.document.get("components", {})}
        if components:
            document["components"] = components
        more: dict[str, Any] = {**self._listed, **_standalone(wire, rendered)}
        document[EXTENSION] = {key: value for key, value in more.items() if value}
        return VersionContract(
            document,
            wire,
            {side: {name: identity for identity, name in rendered.names[side].items()} for side in SIDES},
            {f"{method.upper()} {path}": key for key, (path, method) in rendered.places.items()},
        )

    def _texts(self, operation: Operation) -> dict[str, Any]:
        """What people read of an operation, and whether documents hide it."""
        method, _, path = operation.key.partition(" ")
        item: Any = self._told.get("paths", {}).get(plain_path(path), {})
        told = {key: value for key, value in item.get(method.lower(), {}).items() if key not in OPERATION_KEYS}
        own: dict[str, Any] = operation.texts.get("operation") or {}
        if operation.texts.get("operation") != self._texts_at_head.get(operation.key):
            # Another version says something else; what it does not say, no document of it says.
            told = own
        return {**told, **own, **({HIDDEN: True} if operation.hidden else {})}


def _standalone(wire: Wire, rendered: Rendered) -> dict[str, Any]:
    """The schemas of payloads without an operation, under the names of the document."""
    names: Mapping[Side, str] = {"requests": "receives", "responses": "sends"}
    return {
        names[side]: [rename_references(schema, rendered.names[side]) for schema in wire.standalone(side)]
        for side in SIDES
    }


def nameless(path: str) -> str:
    """A path without the names of its parameters, which no client sends; a method may stand before it."""
    return _NAME.sub("{}", path)


def schemas_of(document: Document) -> Mapping[str, Schema]:
    """The components of a document by name."""
    schemas: Mapping[str, Schema] = document.get("components", {}).get("schemas", {})
    return schemas


def operation_at(document: Document, operation: str) -> Any:
    """What a document says of an operation, by method and path; empty where it has none."""
    method, _, path = operation.partition(" ")
    paths: dict[str, Any] = document.get("paths", {})
    same = path if path in paths else next((one for one in paths if nameless(one) == nameless(path)), "")
    return paths.get(same, {}).get(method.lower(), {})


def schema_at(document: Document, component: str, operation: str, path: tuple[str, ...]) -> Schema:
    """The schema at a place of a document, as differences name it; empty where there is none.

    Args:
        document: a contract.
        component: the name of the component that holds the place; empty where an operation does.
        operation: method and path of that operation.
        path: where it is in there, as `Difference.path`.
    """
    schemas = schemas_of(document)
    found = schemas.get(component, {})
    if not component:
        found, path = _in_operation(operation_at(document, operation), path)
    for key in path:
        found = _inner(found, key, schemas)
    return found


def _in_operation(operation: Mapping[str, Any], path: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
    """The schema of the parameter, header field or body that a path begins with, and the rest of the path."""
    responses: Mapping[str, Mapping[str, Any]] = operation.get("responses", {})
    named = [((one["in"], one["name"]), one) for one in operation.get("parameters", ())]
    for response in responses.values():
        named += [(("response_header", name), one) for name, one in response.get("headers", {}).items()]
    for (where, name), one in named:
        if path[:2] == (where, name.lower() if "header" in where else name):
            return one.get("schema", {}), path[2:]
    whole: Mapping[str, Any] = responses.get(path[0]) or operation.get("requestBody") or {}
    medias = [*whole.get("content", {}).values()]
    return medias[0].get("schema", {}) if medias else {}, path[1:]


def fields_of(schema: Schema, document: Document) -> Mapping[str, Schema]:
    """The fields of the object at a place; none where it is another value, or one of several."""
    arms = shape_of(schema).arms
    schemas = schemas_of(document)
    fields: Mapping[str, Schema] = (
        schemas.get(referred(arms[0]) or "", {}).get("properties", {}) if len(arms) == 1 else {}
    )
    return fields


def _inner(schema: Schema, key: str, schemas: Mapping[str, Schema]) -> Schema:
    for arm in shape_of(schema).arms:
        target = schemas.get(referred(arm) or "", arm)
        inner: Any = target.get("items", target.get("additionalProperties"))
        inner = inner if key == "*" else target.get("properties", {}).get(key)
        if is_object(inner):
            return inner
    return {}


def extension(document: Document, key: str) -> list[Any]:
    """A list that a frozen contract has besides its OpenAPI document."""
    more: object = document.get(EXTENSION, {})
    found: list[Any] = more.get(key, []) if is_object(more) else []
    return found
