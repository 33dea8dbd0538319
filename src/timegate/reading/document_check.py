"""Checks an app's routes against its own OpenAPI document: the document must not show more than the routes declare.

Where it shows more, a release of the framework keeps a declaration where timegate does not look. Less would be gated,
so the app is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from timegate.reading.declared import DeclaredOperation, refuse_app, refuse_framework
from timegate.reading.fastapi import routes_of
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


def check_operations(
    app: Any, operations: Iterable[DeclaredOperation], documented: Mapping[str, Mapping[str, Any]]
) -> None:
    """Refuse an app whose document shows a body or a parameter that no route declares.

    Args:
        app: the FastAPI app.
        operations: the operations that its routes declare.
        documented: the OpenAPI object of each documented operation, by the operation's key.

    Raises:
        CompileError: the document shows more, and nobody wrote that by hand.
    """
    by_hand = set(_written_by_hand(app))
    for declared in operations:
        for part, shown in _undeclared(declared, documented.get(declared.key, {})):
            if (declared.key, part) not in by_hand:
                refuse_app(
                    declared.key,
                    f"the OpenAPI document of the app shows {shown}, and its route does not declare it",
                    "upgrade timegate, or write it as openapi_extra= of the route, if it is in the document by hand",
                )


def _written_by_hand(app: Any) -> Iterator[tuple[str, str]]:
    """The keys of operations, each with a part of its OpenAPI object that the app's author may have written."""
    for route in routes_of(app):
        responses: Mapping[Any, Mapping[str, Any]] = getattr(route, "responses", None) or {}
        parts = OPERATION_KEYS & (getattr(route, "openapi_extra", None) or {}).keys()
        if any("content" in one for one in responses.values()):
            parts |= {"responses"}
        for method in getattr(route, "methods", None) or ():
            yield from ((f"{method} {route.path}", part) for part in parts)


def _undeclared(declared: DeclaredOperation, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each part of an operation's object that shows more than its route declares, and what it shows."""
    if declared.request is None and raw.get("requestBody", {}).get("content"):
        yield "requestBody", "a body of the request"
    for where, parameters in (("query", declared.query), ("header", declared.headers)):
        shown = [one.get("name") for one in raw.get("parameters", ()) if one.get("in") == where]
        # The fields of a model are not counted.
        if parameters.model is None and len(shown) > len(parameters.single):
            yield "parameters", f"the {where} parameters {', '.join(map(str, shown))}"
    body = declared.responses.get(declared.success)
    content = raw.get("responses", {}).get(declared.success, {}).get("content", {})
    is_described = body is not None and (body.kind is not None or body.schema)
    if content.get("application/json", {}).get("schema") and not is_described:
        yield "responses", f"the body of its {declared.success}"
