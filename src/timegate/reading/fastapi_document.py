"""The OpenAPI document that a FastAPI app makes of itself, and the operations in it."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from timegate.errors import CompileError
from timegate.reading.by_hand import ByHand
from timegate.reading.declared import DeclaredOperation, reached_operations
from timegate.reading.document_form import check_form, plain_document
from timegate.typing import Document
from timegate.wire.paths import plain_path

_LOG: Final = logging.getLogger("timegate.reading")


def documented_operations(
    document: Document, operations: Sequence[tuple[DeclaredOperation, str | None]]
) -> dict[str, Any]:
    """The object of each operation in a document, by the operation's key; by method and path where no route has it.

    Args:
        document: an app's document.
        operations: the operations that its routes declare, each with its path in the document.
    """
    reached = reached_operations(operation for operation, _ in operations)
    # Where two routes share a place in the document, it has the last one.
    places = _places_of(operations)
    documented: dict[str, Any] = {}
    for path, method, raw in ByHand(document).places():
        operation = places.get((path, method))
        if operation is None:
            documented[f"{method.upper()} {path}"] = raw
        elif reached[operation.key] is operation:
            documented[operation.key] = raw
    return documented


def _places_of(
    operations: Sequence[tuple[DeclaredOperation, str | None]],
) -> dict[tuple[str, str], DeclaredOperation]:
    """The operations by path and method in their app's document."""
    return {
        (path or plain_path(operation.path), operation.method.lower()): operation
        for operation, path in operations
        if path is None or not operation.hidden
    }


def fastapi_document(app: Any, operations: Sequence[tuple[DeclaredOperation, str | None]]) -> Document:
    """An app's own OpenAPI document; empty for a router, which has none.

    Args:
        app: the app; its cached document, which some releases never renew, stays unchanged.
        operations: the operations that its routes declare, each with its path in the document.
    """
    if not hasattr(app, "openapi"):
        return {}
    document = _shown(app, app.openapi)
    if app.openapi_schema is not None and not _places_of(operations).keys() <= set(_places_in(document)):
        return _shown(app, app.openapi, anew=True)
    return document


def frameworks_document(app: Any) -> Document:
    """The document that FastAPI itself makes of an app, without what the app's author adds."""
    return _shown(app, functools.partial(sys.modules["fastapi"].FastAPI.openapi, app), anew=True)


def _shown(app: Any, make: Callable[[], object], *, anew: bool = False) -> Document:
    """A copy of what makes the app's document; empty where that is none, because requests do not need it."""
    cached = app.openapi_schema
    try:
        if anew:
            app.openapi_schema = None
        document = plain_document(make())
        check_form(document, references=False)
    except Exception as error:
        reason = str(error) if isinstance(error, CompileError) else type(error).__name__
        _LOG.warning("app.openapi() gives no document, so that timegate's documents lack its texts: %s", reason)
        return {}
    finally:
        app.openapi_schema = cached
    return document


def _places_in(document: Document) -> Iterator[tuple[str, str]]:
    return ((path, method) for path, method, _ in ByHand(document).places())
