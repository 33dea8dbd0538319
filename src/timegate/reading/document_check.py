"""Compares an app's routes with its own OpenAPI document, which may show more than the routes declare.

What the app's author wrote into the document passes ungated, and is listed. What the framework itself shows is kept by
this release of it where timegate does not look: less would be gated, so the app is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from timegate.reading.declared import DeclaredOperation, refuse_framework
from timegate.reading.fastapi import routes_of
from timegate.reading.fastapi_document import documented_operations, frameworks_document
from timegate.typing import Document
from timegate.wire.texts import OPERATION_KEYS


def check_document(document: Document) -> None:
    """Refuse a document of an unknown kind.

    Raises:
        CompileError: its major version of OpenAPI is not 3.
    """
    version = str(document.get("openapi", "of no version"))
    if not version.startswith("3."):
        problem = f"it is OpenAPI {version}, which this release of timegate does not know"
        refuse_framework("the OpenAPI document of the app", problem)


def shown_by_hand(
    app: Any, operations: Sequence[tuple[DeclaredOperation, str | None]], documented: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Each operation, body or parameter that only the author of an app has written into its document.

    Args:
        app: the FastAPI app.
        operations: the operations that its routes declare, each with its path in the document.
        documented: the OpenAPI object of each documented operation, by the operation's key.

    Raises:
        CompileError: FastAPI itself shows one, and no route declares it.
    """
    found = list(_undeclared_parts(operations, documented))
    if not found:
        return []
    by_hand = set(_written_by_hand(app))
    for key, part, shown in _undeclared_parts(operations, documented_operations(frameworks_document(app), operations)):
        if (key, part) not in by_hand:
            refuse_framework(key, f"its OpenAPI document shows {shown}, which timegate does not find")
    return [f"{key}: its document shows {shown}, and no route declares it" for key, _, shown in found]


def _written_by_hand(app: Any) -> Iterator[tuple[str, str]]:
    """The keys of operations, each with a part of its OpenAPI object that a route takes as it is."""
    for route in routes_of(app):
        responses: Mapping[Any, Mapping[str, Any]] = getattr(route, "responses", None) or {}
        parts = OPERATION_KEYS & (getattr(route, "openapi_extra", None) or {}).keys()
        if any("content" in one for one in responses.values()):
            parts |= {"responses"}
        for method in getattr(route, "methods", None) or ():
            yield from ((f"{method} {route.path}", part) for part in parts)


def _undeclared_parts(
    operations: Sequence[tuple[DeclaredOperation, str | None]], documented: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str, str]]:
    """The key of each operation that a document shows more of than the routes declare, the part of it, and what."""
    known = {operation.key for operation, _ in operations}
    yield from ((key, "", "an operation") for key in documented if key not in known)
    for operation, _ in operations:
        for part, shown in _undeclared(operation, documented.get(operation.key, {})):
            yield operation.key, part, shown


def _undeclared(declared: DeclaredOperation, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each part of an operation's object that shows more than its route declares, and what it shows."""
    if declared.request is None and raw.get("requestBody", {}).get("content"):
        yield "requestBody", "a body of the request"
    for where, parameters in declared.parameters.items():
        if where == "path":
            continue
        shown = [one.get("name") for one in raw.get("parameters", ()) if one.get("in") == where]
        # The fields of a model are not counted.
        if not parameters.models and len(shown) > len(parameters.single):
            yield "parameters", f"the {where} parameters {', '.join(map(str, shown))}"
    body = declared.responses.get(declared.success)
    content = raw.get("responses", {}).get(declared.success, {}).get("content", {})
    is_described = body is not None and (body.kind is not None or body.schema)
    if content.get("application/json", {}).get("schema") and not is_described:
        yield "responses", f"the body of its {declared.success}"
