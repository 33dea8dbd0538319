"""The handler of validation errors that a FastAPI app has of its own, in place of the framework's."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from timegate.reading.fastapi import is_fastapi, is_fastapis_own
from timegate.reading.included import is_of_fastapi, original_of

_OF_ANY_ERROR: Final = (HTTPStatus.INTERNAL_SERVER_ERROR, Exception)


@dataclass(frozen=True, slots=True)
class OwnForm:
    """How an app responds to validation errors in a form of its own.

    Args:
        app: the app.
        handlers: its handlers of exceptions that it has foreseen, by class or status.
        last: its handler of all others; None for none.
        error: the class of exceptions that hold validation errors.
    """

    app: Any
    handlers: Mapping[Any, Any]
    last: Any
    error: Any

    def raised(self, errors: Sequence[Any], body: Any, *, again: Any = None) -> Exception:
        """An exception that holds validation errors; ``again`` is the app's own, of which it tells."""
        # Later releases note where the handler of the operation is.
        noted = getattr(again, "endpoint_ctx", None)
        found: Exception = self.error(errors, body=body, **({} if noted is None else {"endpoint_ctx": noted}))
        return found

    @staticmethod
    def is_for(route: Any) -> bool:
        """Whether the app's handler gets what is wrong in requests for a route: `@operation` raises nothing."""
        return is_of_fastapi(original_of(route))

    @staticmethod
    def reads_body(route: Any) -> bool:
        """Whether the handler of validation errors gets a body, whatever part of the request is wrong."""
        return getattr(route, "body_field", None) is not None


def own_form_of(app: Any) -> OwnForm | None:
    """How an app responds to validation errors; None where FastAPI does so, or where the app is none of FastAPI's."""
    handlers: Mapping[Any, Any] | None = getattr(app, "exception_handlers", None)
    if handlers is None or not is_fastapi(app):
        return None
    error: Any = sys.modules["fastapi.exceptions"].RequestValidationError
    foreseen = {kind: handler for kind, handler in handlers.items() if kind not in _OF_ANY_ERROR}
    found = next((foreseen[kind] for kind in error.__mro__ if kind in foreseen), None)
    if found is not None and is_fastapis_own(found):
        return None
    last = next((handler for kind, handler in handlers.items() if kind in _OF_ANY_ERROR), None)
    return OwnForm(app, foreseen, last, error)
