"""The OpenAPI 3.1 document of one version, drawn from what is on the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from http import HTTPStatus
from typing import Any, Final

from timegate.documents.components import DocumentComponents, shown_parameters
from timegate.typing import Document, Schema, is_array, is_object
from timegate.wire.marks import PARAMETER_MARK, PATH_MARK
from timegate.wire.paths import PARAMETER, plain_path
from timegate.wire.schema import referred
from timegate.wire.texts import SCHEMA_KEYS, Texts
from timegate.wire.wire import Body, Component, Operation, Side, Wire

_CONVERTED: Final[Mapping[str, Schema]] = {
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "uuid": {"type": "string", "format": "uuid"},
}
_RANGES: Final = {"1": "Information", "2": "Success", "3": "Redirection", "4": "Client Error", "5": "Server Error"}


def render(wire: Wire, texts: Texts, *, version: str) -> Document:
    """The OpenAPI 3.1 document.

    Args:
        wire: what is on the wire at that version.
        texts: what the documents of the contract say beside it.
        version: what the document calls itself, where the texts say nothing.
    """
    shown = [operation for operation in wire.operations if operation.exists and not operation.hidden]
    named = DocumentComponents(wire, shown)
    head: Document = {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": version},
        **deepcopy(dict(texts.document)),
    }
    paths: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    for operation in shown:
        item = paths.setdefault(plain_path(operation.path), deepcopy(dict(operation.texts.get("path", {}))))
        item[operation.method.lower()] = _identified(_operation(operation, wire, named), operation.method, taken)
    components: dict[str, Any] = head.pop("components", {})
    if wire.operations or not (wire.sends or wire.receives):
        head["paths"] = paths
    schemas = named.schemas()
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


def _operation(operation: Operation, wire: Wire, components: DocumentComponents) -> dict[str, Any]:
    texts = operation.texts
    made: dict[str, Any] = deepcopy(dict(texts.get("operation", {})))
    parameters = list(_parameters(operation, wire, components))
    if parameters:
        made["parameters"] = parameters
    if operation.request is not None:
        made["requestBody"] = _request(operation.request, texts.get("request", {}), components)
    responses: dict[str, Any] = {}
    for status, answer in operation.responses.items():
        around = _around(operation, status)
        responses[status] = {"description": _phrase(status), **deepcopy(dict(around))}
        if answer is not None:
            responses[status]["content"] = _content(answer, around.get("content", {}), components, "responses")
    for status, other in texts.get("undescribed_responses", {}).items():
        if status not in responses:
            responses[status] = deepcopy(dict(other))
    made["responses"] = responses
    return made


def _around(operation: Operation, status: str) -> Mapping[str, Any]:
    """The texts of an answer; one whose status differs at this version keeps those it has at head."""
    known: Mapping[str, Mapping[str, Any]] = operation.texts.get("responses", {})
    if status in known:
        return known[status]
    moved = [texts for other, texts in known.items() if other not in operation.responses]
    return moved[0] if len(moved) == 1 else {}


def _phrase(status: str) -> str:
    if status.isdigit():
        try:
            return HTTPStatus(int(status)).phrase
        except ValueError:
            return "Additional Response"
    return _RANGES.get(status[:1], "Default Response")


def _request(body: Body, around: Mapping[str, Any], components: DocumentComponents) -> dict[str, Any]:
    made: dict[str, Any] = {key: deepcopy(value) for key, value in around.items() if key not in ("content", "required")}
    if body.required:
        made["required"] = True
    made["content"] = _content(body, around.get("content", {}), components, "requests")
    return made


def _content(body: Body, around: Mapping[str, Any], components: DocumentComponents, side: Side) -> dict[str, Any]:
    schema = components.rendered(body.schema, side)
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


def _parameters(operation: Operation, wire: Wire, components: DocumentComponents) -> Iterator[dict[str, Any]]:
    others: list[Mapping[str, Any]] = operation.texts.get("parameters", [])
    of_path = {text["name"]: text for text in others if text["in"] == "path"}
    query = shown_parameters(wire.requests[operation.query])
    held = {key.strip("{}"): query.pop(key) for key in list(query) if query[key].get(PATH_MARK)}
    for name, convertor in PARAMETER.findall(operation.path):
        if name in held:
            yield {"name": name, "in": "path", "required": True, "schema": components.rendered(held[name], "requests")}
            continue
        plain = {"name": name, "in": "path", "required": True, "schema": _CONVERTED.get(convertor, {"type": "string"})}
        yield deepcopy(dict(of_path.get(name, plain)))
    headers = shown_parameters(wire.requests[operation.headers])
    for where, name, display_name in (("query", operation.query, query), ("header", operation.headers, headers)):
        for key, schema in display_name.items():
            yield _parameter(where, key, wire.requests[name], schema, components)
    yield from (deepcopy(dict(text)) for text in others if text["in"] != "path")


def _parameter(
    where: str, key: str, component: Component, schema: Schema, components: DocumentComponents
) -> dict[str, Any]:
    texts: Mapping[str, Any] = schema.get(PARAMETER_MARK, {})
    display_name = texts.get("name", key)
    made = {
        "name": display_name if display_name.lower() == key else key,
        "in": where,
        "required": key in component.required,
        "schema": components.rendered(schema, "requests"),
    }
    if "description" in schema:
        made["description"] = schema["description"]
    made.update(deepcopy({name: value for name, value in texts.items() if name != "name"}))
    return made
