"""The OpenAPI 3.1 document of one version, drawn from what is on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from timegate.contract.document import Body, Component, Operation, Side, Wire, plain_path, referred
from timegate.contract.head import PARAMETER_MARK
from timegate.contract.naming import Drawing, shown_parameters
from timegate.contract.undo_endpoints import PATH_MARK
from timegate.typing import Document, Schema, is_array, is_object

_PARAMETER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_CONVERTED: Final[Mapping[str, Schema]] = {
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "uuid": {"type": "string", "format": "uuid"},
}
_RANGES: Final = {"1": "Information", "2": "Success", "3": "Redirection", "4": "Client Error", "5": "Server Error"}


@dataclass(frozen=True, slots=True)
class Texts:
    """What documents of a contract say beside operations and components.

    An operation's own texts are a mapping with these keys, none of which need be there: ``operation`` (its OpenAPI
    object without the others), ``path`` (what its path item says), ``parameters`` (path and cookie parameters),
    ``request`` and ``answers`` (by status: what stands around the bodies the contract knows, with None where a
    schema goes) and ``responses`` (by status: answers the contract does not know).

    Args:
        document: the OpenAPI object without paths and schemas.
        schemas: components that only texts refer to, by the name shown.
    """

    document: Mapping[str, Any] = field(default_factory=dict[str, Any])
    schemas: Mapping[str, Schema] = field(default_factory=dict[str, Schema])


def drawn(wire: Wire, texts: Texts, *, version: str) -> Document:
    """The OpenAPI 3.1 document.

    Args:
        wire: what is on the wire at that version.
        texts: what the documents of the contract say beside it.
        version: what the document calls itself, where the texts say nothing.
    """
    shown = [operation for operation in wire.operations if operation.exists and not operation.hidden]
    drawing = Drawing(wire, shown)
    head: Document = {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": version},
        **deepcopy(dict(texts.document)),
    }
    paths: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    for operation in shown:
        item = paths.setdefault(plain_path(operation.path), deepcopy(dict(operation.texts.get("path", {}))))
        item[operation.method.lower()] = _identified(_operation(operation, wire, drawing), operation.method, taken)
    components: dict[str, Any] = head.pop("components", {})
    if wire.operations or not (wire.sends or wire.receives):
        head["paths"] = paths
    schemas = drawing.schemas()
    for name in _missing([head, paths, components], schemas, texts.schemas):
        schemas[name] = deepcopy(texts.schemas[name])
    if schemas:
        components["schemas"] = {name: schemas[name] for name in sorted(schemas)}
    if components:
        head["components"] = components
    return head


def _identified(made: dict[str, Any], method: str, taken: set[str]) -> dict[str, Any]:
    """An operation whose ``operationId`` no other has; FastAPI gives several methods of one handler the same."""
    name = made.get("operationId")
    if name is None:
        return made
    candidates = [name, f"{name}_{method.lower()}", *(f"{name}_{count}" for count in range(2, len(taken) + 3))]
    made["operationId"] = next(candidate for candidate in candidates if candidate not in taken)
    taken.add(made["operationId"])
    return made


def _missing(texts: Any, known: Mapping[str, Schema], others: Mapping[str, Schema]) -> Iterator[str]:
    """The components only texts refer to, as far as they are known."""
    found, waiting = set[str](), [texts]
    while waiting:
        node = waiting.pop()
        if is_array(node):
            waiting.extend(node)
        elif is_object(node):
            waiting.extend(node.values())
            name = referred(node)
            if name is not None and name not in known and name not in found and name in others:
                found.add(name)
                waiting.append(others[name])
                yield name


def _operation(operation: Operation, wire: Wire, drawing: Drawing) -> dict[str, Any]:
    texts = operation.texts
    made: dict[str, Any] = deepcopy(dict(texts.get("operation", {})))
    parameters = list(_parameters(operation, wire, drawing))
    if parameters:
        made["parameters"] = parameters
    if operation.request is not None:
        made["requestBody"] = _request(operation.request, texts.get("request", {}), drawing)
    responses: dict[str, Any] = {}
    for status, answer in operation.answers.items():
        around = _around(operation, status)
        responses[status] = {"description": _phrase(status), **deepcopy(dict(around))}
        if answer is not None:
            responses[status]["content"] = _content(answer, around.get("content", {}), drawing, "responses")
    for status, other in texts.get("responses", {}).items():
        if status not in responses:
            responses[status] = deepcopy(dict(other))
    made["responses"] = responses
    return made


def _around(operation: Operation, status: str) -> Mapping[str, Any]:
    """The texts of an answer; one whose status differs at this version keeps those it has at head."""
    known: Mapping[str, Mapping[str, Any]] = operation.texts.get("answers", {})
    if status in known:
        return known[status]
    moved = [texts for other, texts in known.items() if other not in operation.answers]
    return moved[0] if len(moved) == 1 else {}


def _phrase(status: str) -> str:
    if status.isdigit():
        try:
            return HTTPStatus(int(status)).phrase
        except ValueError:
            return "Additional Response"
    return _RANGES.get(status[:1], "Default Response")


def _request(body: Body, around: Mapping[str, Any], drawing: Drawing) -> dict[str, Any]:
    made: dict[str, Any] = {key: deepcopy(value) for key, value in around.items() if key not in ("content", "required")}
    if body.required:
        made["required"] = True
    made["content"] = _content(body, around.get("content", {}), drawing, "requests")
    return made


def _content(body: Body, around: Mapping[str, Any], drawing: Drawing, side: Side) -> dict[str, Any]:
    schema = drawing.drawn(body.schema, side)
    made: dict[str, Any] = {media: _filled(texts, schema) for media, texts in around.items()}
    for media in body.media:
        made.setdefault(media, {"schema": schema})
    return made


def _filled(node: Any, schema: Schema) -> Any:
    """A copy of a media type's texts with the schema where one goes."""
    if not is_object(node):
        return deepcopy(node)
    return {
        key: schema if value is None and key in SCHEMA_KEYS else _filled(value, schema) for key, value in node.items()
    }


SCHEMA_KEYS: Final = frozenset({"schema", "contentSchema", "x-itemSchema"})
"""Where, in the texts around a body, None stands for the body's schema."""


def _parameters(operation: Operation, wire: Wire, drawing: Drawing) -> Iterator[dict[str, Any]]:
    others: list[Mapping[str, Any]] = operation.texts.get("parameters", [])
    of_path = {text["name"]: text for text in others if text["in"] == "path"}
    query = shown_parameters(wire.requests[operation.query])
    held = {key.strip("{}"): query.pop(key) for key in list(query) if query[key].get(PATH_MARK)}
    for name, convertor in _PARAMETER.findall(operation.path):
        if name in held:
            yield {"name": name, "in": "path", "required": True, "schema": drawing.drawn(held[name], "requests")}
            continue
        plain = {"name": name, "in": "path", "required": True, "schema": _CONVERTED.get(convertor, {"type": "string"})}
        yield deepcopy(dict(of_path.get(name, plain)))
    headers = shown_parameters(wire.requests[operation.headers])
    for where, name, shown in (("query", operation.query, query), ("header", operation.headers, headers)):
        for key, schema in shown.items():
            yield _parameter(where, key, wire.requests[name], schema, drawing)
    yield from (deepcopy(dict(text)) for text in others if text["in"] != "path")


def _parameter(where: str, key: str, component: Component, schema: Schema, drawing: Drawing) -> dict[str, Any]:
    texts: Mapping[str, Any] = schema.get(PARAMETER_MARK, {})
    shown = texts.get("name", key)
    made = {
        "name": shown if shown.lower() == key else key,
        "in": where,
        "required": key in component.required,
        "schema": drawing.drawn(schema, "requests"),
    }
    if "description" in schema:
        made["description"] = schema["description"]
    made.update(deepcopy({name: value for name, value in texts.items() if name != "name"}))
    return made


__all__ = ["SCHEMA_KEYS", "Texts", "drawn"]
