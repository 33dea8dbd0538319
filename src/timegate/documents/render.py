"""Renders the OpenAPI 3.1 document of one version from what is on the wire."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Set
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from timegate.documents.components import DocumentComponents, KnownSchemas, shown_parameters
from timegate.typing import Document, Schema, is_array, is_object
from timegate.wire.marks import PARAMETER_MARK, PATH_MARK
from timegate.wire.names import first_free
from timegate.wire.paths import PARAMETER, plain_path
from timegate.wire.schema import referred
from timegate.wire.texts import Texts
from timegate.wire.wire import Body, Operation, Side, Wire

_CONVERTORS: Final[Mapping[str, Schema]] = {
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "uuid": {"type": "string", "format": "uuid"},
}
_PHRASES: Final = {str(status.value): status.phrase for status in HTTPStatus}
_RANGES: Final = {"1": "Information", "2": "Success", "3": "Redirection", "4": "Client Error", "5": "Server Error"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered document, and where it shows what is on the wire.

    Args:
        document: the OpenAPI 3.1 document.
        names: the name of each component, by side and identity.
        places: path and method (in lower case) of each operation, by its key.
        plain_names: the name of each component without the suffix of a side, by identity.
        differing: the identities whose two sides differ.
    """

    document: Document
    names: Mapping[Side, Mapping[str, str]]
    places: Mapping[str, tuple[str, str]]
    plain_names: Mapping[str, str]
    differing: Set[str]


def render(
    wire: Wire, texts: Texts, *, version: str | None = None, apart: bool = False, known: KnownSchemas | None = None
) -> Rendered:
    """The OpenAPI 3.1 document.

    Args:
        wire: what is on the wire at that version.
        texts: the parts of the contract's documents that are not on the wire.
        version: the version in the document; None for that of the texts.
        apart: whether the two sides of a component always have names of their own.
        known: what was made for documents of other versions, which the result shares; None for nothing.
    """
    shown = [operation for operation in wire.operations if operation.exists and not operation.hidden]
    rendered = DocumentComponents(wire, shown, apart=apart, known=known)
    document: Document = {"openapi": "3.1.0", "info": {}, **deepcopy(dict(texts.document))}
    if is_object(document["info"]):
        named = {} if version is None else {"version": version}
        document["info"] = {"title": "API", "version": "head", **document["info"], **named}
    paths: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    referred_to = list(_referred_in(document))
    for operation in shown:
        item = paths.setdefault(plain_path(operation.path), deepcopy(dict(operation.texts.get("path", {}))))
        made = rendered.made_of(operation, functools.partial(_operation, operation, wire, rendered))
        item[operation.method.lower()] = _with_unique_id(made, operation.method, taken)
        referred_to += rendered.made("referred", made, functools.partial(_referred_in, made))
        referred_to += _referred_in(operation.texts.get("path", {}))
    components: dict[str, Any] = document.pop("components", {})
    if wire.operations or not (wire.sends or wire.receives):
        document["paths"] = paths
    schemas = rendered.schemas()
    for name in _text_components(referred_to, schemas, texts.schemas):
        schemas[name] = deepcopy(texts.schemas[name])
    if schemas:
        components["schemas"] = dict(sorted(schemas.items()))
    if components:
        document["components"] = components
    places = {operation.key: (plain_path(operation.path), operation.method.lower()) for operation in shown}
    return Rendered(document, rendered.names, places, rendered.plain_names, rendered.differing)


def _with_unique_id(operation: dict[str, Any], method: str, taken: set[str]) -> dict[str, Any]:
    """An operation whose ``operationId`` no other has; FastAPI gives several methods of one handler the same."""
    name = operation.get("operationId")
    if name is None:
        return operation
    free = first_free(taken, name, f"{name}_{method.lower()}", numbered=f"{name}_")
    taken.add(free)
    return operation if free == name else {**operation, "operationId": free}


def _text_components(names: Iterable[str], known: Mapping[str, Schema], others: Mapping[str, Schema]) -> Iterator[str]:
    """The names of the other components that are referred to, by what others say of them too."""
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in known and name not in found and name in others:
            found.add(name)
            waiting.extend(_referred_in(others[name]))
            yield name


def _referred_in(texts: Any) -> tuple[str, ...]:
    """The names of the components that texts refer to, wherever they do."""
    found, waiting = dict[str, None](), [texts]
    while waiting:
        node = waiting.pop()
        if is_array(node):
            waiting.extend(node)
        elif is_object(node):
            waiting.extend(node.values())
            name = referred(node)
            if name is not None:
                found[name] = None
    return tuple(found)


def _operation(operation: Operation, wire: Wire, components: DocumentComponents) -> dict[str, Any]:
    texts = operation.texts
    rendered: dict[str, Any] = deepcopy(dict(texts.get("operation", {})))
    parameters = list(_parameters(operation, wire, components))
    if parameters:
        rendered["parameters"] = parameters
    if operation.request is not None:
        rendered["requestBody"] = _request(operation.request, texts.get("request", {}), components)
    responses: dict[str, Any] = {}
    for status, body in operation.responses.items():
        around = _around(operation, status)
        responses[status] = {"description": _phrase(status), **deepcopy(dict(around))}
        if body is not None and body.media:
            responses[status]["content"] = _content(body, around.get("content", {}), components, "responses")
    for status, response in texts.get("undescribed_responses", {}).items():
        responses.setdefault(status, deepcopy(dict(response)))
    return {**rendered, "responses": responses}


def _around(operation: Operation, status: str) -> Mapping[str, Any]:
    """The texts of a response; one whose status differs at this version keeps those it has at head."""
    known: Mapping[str, Mapping[str, Any]] = operation.texts.get("responses", {})
    if status in known:
        return known[status]
    moved = [texts for other, texts in known.items() if other not in operation.responses]
    return moved[0] if len(moved) == 1 else {}


def _phrase(status: str) -> str:
    if status.isdigit():
        return _PHRASES.get(status, "Additional Response")
    return _RANGES.get(status[:1], "Default Response")


def _request(body: Body, around: Mapping[str, Any], components: DocumentComponents) -> dict[str, Any]:
    texts = {key: deepcopy(value) for key, value in around.items() if key not in ("content", "required")}
    required = {"required": True} if body.required else {}
    return {**texts, **required, "content": _content(body, around.get("content", {}), components, "requests")}


def _content(body: Body, around: Mapping[str, Any], components: DocumentComponents, side: Side) -> dict[str, Any]:
    schemas = {media: components.render(body.apart.get(media, body.schema), side) for media in (*around, *body.media)}
    content: dict[str, Any] = {
        media: {
            key: schemas[media] if key == "schema" and value is None else deepcopy(value)
            for key, value in texts.items()
        }
        for media, texts in around.items()
    }
    for media in body.media:
        content.setdefault(media, {"schema": schemas[media]})
    return content


def _parameters(operation: Operation, wire: Wire, components: DocumentComponents) -> Iterator[dict[str, Any]]:
    others: list[Mapping[str, Any]] = operation.texts.get("parameters", [])
    of_path = {text["name"]: text for text in others if text["in"] == "path"}
    query = shown_parameters(wire.requests[operation.query])
    moved = {query[key][PATH_MARK]: query.pop(key) for key in list(query) if PATH_MARK in query[key]}
    described = shown_parameters(wire.requests[operation.path_parameters])
    for name, convertor in PARAMETER.findall(operation.path):
        head_name = operation.path_names.get(name, name)
        schema = moved.get(name, described.get(head_name))
        if schema is not None:
            yield _parameter("path", name, schema, components, required=True)
        else:
            text = of_path.get(head_name, {"schema": _CONVERTORS.get(convertor, {"type": "string"})})
            yield deepcopy({"in": "path", "required": True, **text, "name": name})
    shown = {"query": query} | {
        where: shown_parameters(wire.requests[operation.parameters[where]]) for where in ("header", "cookie")
    }
    for where, holder in operation.parameters.items():
        for key, schema in shown.get(where, {}).items():
            yield _parameter(where, key, schema, components, required=key in wire.requests[holder].required)
    yield from (deepcopy(dict(text)) for text in others if text["in"] != "path")


def _parameter(
    where: str, key: str, schema: Schema, components: DocumentComponents, *, required: bool
) -> dict[str, Any]:
    texts: dict[str, Any] = deepcopy(schema.get(PARAMETER_MARK, {}))
    name = texts.pop("name", key)
    return {
        "name": name if name.lower() == key else key,
        "in": where,
        "required": required,
        "schema": components.render(schema, "requests"),
        **{key: schema[key] for key in ("description", "deprecated") if key in schema},
        **texts,
    }
