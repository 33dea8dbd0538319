"""The app's own document as a witness: what it shows of a route must be what the route itself was read to say.

Where it shows more, a release of the framework keeps it elsewhere than timegate looks. Less would be gated, so the app
is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from timegate.reading.declared import DeclaredOperation, DeclaredParameters, refuse_app
from timegate.reading.fastapi import routes_of
from timegate.typing import Document

_JSON: Final = "application/json"
_PARTS: Final = ("parameters", "requestBody", "responses")


def check_document(document: Document) -> None:
    """Refuse a document of a kind that is not known.

    Raises:
        CompileError: it is of another OpenAPI than 3.
    """
    version = str(document.get("openapi", "of no version"))
    if not version.startswith("3."):
        refuse_app(
            "the OpenAPI document of the app",
            f"it is OpenAPI {version}, which this release of timegate does not know",
            "upgrade timegate, or stay on the FastAPI release before",
        )


def check_operations(app: Any, operations: Iterable[DeclaredOperation], found: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse an app whose document shows a body or a parameter that its routes were not read to have.

    Args:
        app: the FastAPI app.
        operations: what its routes were read to declare.
        found: the OpenAPI object of each documented operation, by the operation's key.

    Raises:
        CompileError: there is more in the document, and nobody wrote it there by hand.
    """
    by_hand = _written_by_hand(app)
    for declared in operations:
        raw = found.get(declared.key)
        if raw is None:
            continue
        for part, shown in _untold(declared, raw):
            if (declared.key, part) not in by_hand:
                refuse_app(
                    declared.key,
                    f"the OpenAPI document of the app shows {shown}, and its route does not say so",
                    "upgrade timegate, or write it as openapi_extra= of the route, if it is in the document by hand",
                )


def _written_by_hand(app: Any) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for route in routes_of(app):
        extra: Mapping[str, Any] = getattr(route, "openapi_extra", None) or {}
        responses: Mapping[Any, Mapping[str, Any]] = getattr(route, "responses", None) or {}
        parts = {part for part in _PARTS if part in extra}
        parts |= {"responses"} if any("content" in one for one in responses.values()) else set()
        for method in getattr(route, "methods", None) or ():
            found |= {(f"{method} {route.path}", part) for part in parts}
    return found


def _untold(declared: DeclaredOperation, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The part of an operation's object that shows more than was read, and what it shows."""
    if declared.request is None and raw.get("requestBody", {}).get("content"):
        yield "requestBody", "a body of the request"
    for where, read in (("query", declared.query), ("header", declared.headers)):
        shown = [one.get("name") for one in raw.get("parameters", ()) if one.get("in") == where]
        if len(shown) > _most(read):
            yield "parameters", f"the {where} parameters {', '.join(map(str, shown))}"
    answer = declared.responses.get(declared.success)
    content = raw.get("responses", {}).get(declared.success, {}).get("content", {})
    if content.get(_JSON, {}).get("schema") and (answer is None or (answer.kind is None and not answer.schema)):
        yield "responses", f"the body of its {declared.success}"


def _most(read: DeclaredParameters) -> float:
    """How many parameters there are at most; the fields of a model are not counted."""
    return float("inf") if read.model is not None else len(read.single)
