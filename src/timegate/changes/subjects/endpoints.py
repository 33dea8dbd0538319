"""Endpoints, subjects of facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from timegate.changes.base import UNSET
from timegate.changes.calls import explained, vocabulary
from timegate.changes.endpoints import (
    EndpointAdded,
    EndpointMoved,
    EndpointRemoved,
    Enveloped,
    Rewritten,
    StatusChanged,
)
from timegate.changes.functions import check_function
from timegate.changes.subjects.parameters import Parameter, PathParameter
from timegate.changes.subjects.response_headers import ResponseHeader
from timegate.changes.texts import EndpointDocumented, OperationTexts
from timegate.errors import DeclarationError
from timegate.typing import METHODS, Function, plain_text

_BRACES: Final = re.compile(r"\{([^}]+)\}")


@vocabulary
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Endpoint:
    """The operations of one path, the subject of facts that are stated from old to new."""

    at: str
    methods: tuple[str, ...]

    def __repr__(self) -> str:
        return f"endpoint({', '.join(map(repr, (self.at, *self.methods)))})"

    def added(self) -> EndpointAdded:
        """The operations do not exist in older versions."""
        return EndpointAdded(path=self.at, methods=self.methods)

    def removed(self) -> EndpointRemoved:
        """The operations exist in older versions only; head still routes them."""
        return EndpointRemoved(path=self.at, methods=self.methods)

    def moved(self, *, to: str, loses: str | None = None) -> EndpointMoved:
        """The operations are at ``to`` now."""
        # A caller without a type checker may write anything.
        path: Any = to
        if isinstance(path, str):
            path = path.partition("?")[0]
        _check_path(f"endpoint({self.at!r}).moved(to={to!r})", path)
        return EndpointMoved(path=self.at, methods=self.methods, to=plain_text(to), loses=loses)

    def status(self, new: int, *, was: int, tolerated: str | None = None) -> StatusChanged:
        """The operations respond with the status ``was`` in older versions and with ``new`` now."""
        unknown = [status for status in (new, was) if status not in range(200, 600)]
        if unknown:
            raise DeclarationError(f"{self!r}.status({new}, was={was}): {unknown[0]} is no status; one of 200 to 599")
        return StatusChanged(path=self.at, methods=self.methods, new=new, was=was, tolerated=tolerated)

    def enveloped(self, key: str, *, only: str | None = None) -> Enveloped:
        """The body of the operations is what ``key`` holds in older versions."""
        fact = Enveloped(path=self.at, methods=self.methods, key=key, only=only)
        if only not in (None, "request", "response"):
            raise DeclarationError(f"{fact}: only= is 'request' or 'response', the body that is meant")
        return fact

    def rewritten(
        self,
        *,
        request: Function | None = None,
        response: Function | None = None,
        status: int | None = None,
        was: Any = UNSET,
        loses: str | None = None,
    ) -> Rewritten:
        """The bodies of the operations differ as a whole in older versions; functions of a body say how."""
        fact = Rewritten(
            path=self.at,
            methods=self.methods,
            request=request,
            response=response,
            status=status,
            was=was,
            loses=loses,
        )
        if request is None and response is None:
            write = f"{self!r}.rewritten(response=…) with a function of the newer body that gives the older one"
            raise DeclarationError(f"{fact}: it rewrites nothing: write {write}, or request= for the other way")
        check_function(fact, "request", request)
        check_function(fact, "response", response)
        return fact

    def documented(self, *, was: OperationTexts) -> EndpointDocumented:
        """Older documents say something else of the operations."""
        return EndpointDocumented(path=self.at, methods=self.methods, was=was)

    def query(self, name: str) -> Parameter:
        """A query parameter, by its name on the wire."""
        return Parameter(self, self.at, self.methods, "query", name)

    def header(self, name: str) -> Parameter:
        """A request header, by its name on the wire; case does not matter."""
        return Parameter(self, self.at, self.methods, "header", name)

    def cookie(self, name: str) -> Parameter:
        """A cookie of the request, by its name."""
        return Parameter(self, self.at, self.methods, "cookie", name)

    def form(self, name: str) -> Parameter:
        """A field of the form in the body, or a file in it, by its name."""
        return Parameter(self, self.at, self.methods, "form", name)

    def response_header(self, name: str) -> ResponseHeader:
        """A header field of the responses, by its name on the wire; case does not matter."""
        return ResponseHeader(self, self.at, self.methods, name)

    def path(self, name: str) -> PathParameter:
        """A parameter of the path, by its name there."""
        return PathParameter(self, self.at, self.methods, "path", name)


@explained
def endpoint(path: str, *methods: str) -> Endpoint:
    """State facts about the operations of a path: all of them, or those with the given methods."""
    if methods and path in METHODS:
        raise DeclarationError(f"endpoint({path!r}, …): the path comes first: endpoint({methods[0]!r}, {path!r})")
    _check_path(f"endpoint({path!r})", path)
    upper = tuple(str(plain_text(method)).upper() for method in methods)
    unknown = [method for method in upper if method not in METHODS]
    if unknown:
        raise DeclarationError(f"endpoint({path!r}): {unknown[0]!r} is no HTTP method; one of {', '.join(METHODS)}")
    return Endpoint(plain_text(path), upper)


def _check_path(written: str, path: object) -> None:
    if not isinstance(path, str) or not path.startswith("/"):
        raise DeclarationError(f"{written}: a path begins with a slash")
    if "?" in path:
        raise DeclarationError(
            f"{written}: {path!r} has a query; only the path of `to=` may have one (`?name={{name}}`)"
        )
    names = [name.partition(":")[0] for name in _BRACES.findall(path)]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DeclarationError(f"{written}: {{{twice[0]}}} is in the path twice; give each parameter a name of its own")
