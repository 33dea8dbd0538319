"""What an app declares, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from timegate.errors import CompileError, Fault
from timegate.typing import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredBody:
    """A body as an app declares it.

    Args:
        kind: its type; None where only ``schema`` is known.
        schema: its JSON Schema where there is no type.
        info: a pydantic ``FieldInfo`` with limits and texts of its own.
        by_alias: whether aliases are on the wire.
        media: the media types it is declared with.
        required: whether it must be there.
        made: whether a framework made the class for itself.
    """

    kind: Any = None
    schema: Schema = field(default_factory=dict[str, Any])
    info: Any = None
    by_alias: bool = True
    media: tuple[str, ...] = ("application/json",)
    required: bool = True
    made: bool = False

    def with_media(self, *others: str) -> DeclaredBody:
        """The same body with more media types."""
        return replace(self, media=tuple(dict.fromkeys([*self.media, *others])))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredParameter:
    """One query or header parameter.

    Args:
        field: its name in Python.
        name: its name on the wire.
        kind: its type.
        info: a pydantic ``FieldInfo``, or the default, or ``...``.
        hidden: whether documents leave it out.
    """

    field: str
    name: str
    kind: Any
    info: Any
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredParameters:
    """The query or header parameters of an operation.

    Args:
        model: the class that holds them; None where there is none.
        single: those declared one by one.
        hidden: whether documents leave out the model's fields.
        underscores: whether underscores in the names of the model's fields become hyphens on the wire.
    """

    model: Any = None
    single: tuple[DeclaredParameter, ...] = ()
    hidden: bool = False
    underscores: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredOperation:
    """One method of one path as an app declares it.

    Args:
        method: the HTTP method.
        path: the path with convertors.
        request: the body of the request.
        answers: by status; None where one has no body.
        success: the status of the declared success.
        query: the query parameters.
        headers: the header parameters.
        texts: the rest of its OpenAPI object.
        hidden: whether documents leave it out.
    """

    method: str
    path: str
    request: DeclaredBody | None = None
    responses: Mapping[str, DeclaredBody | None] = field(default_factory=dict[str, "DeclaredBody | None"])
    success: str = "200"
    query: DeclaredParameters = DeclaredParameters()
    headers: DeclaredParameters = DeclaredParameters()
    texts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hidden: bool = False

    @property
    def key(self) -> str:
        """Its identity at every version."""
        return f"{self.method} {self.path}"


def refuse_app(place: str, problem: str, remedy: str) -> NoReturn:
    """Refuse an app that cannot be read whole, so that nothing is gated less."""
    raise CompileError([Fault("head", "", place, problem, remedy)])
