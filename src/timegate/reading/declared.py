"""What an app declares, as values: bodies, parameters, operations."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn

from pydantic.fields import FieldInfo

from timegate.errors import CompileError, Fault
from timegate.reading.readable_types import without_functions
from timegate.typing import Location, Schema
from timegate.wire.marks import LeftOut
from timegate.wire.wire import Side

_SAYS_NOTHING: Final[tuple[Any, ...]] = (Any, object, dict, dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredBody:
    """A body as an app declares it.

    Args:
        kind: its type; None where only ``schema`` is known.
        schema: its JSON Schema where there is no type, or where the type is not what is on the wire.
        info: a pydantic ``FieldInfo`` with constraints and texts of its own.
        by_alias: whether its keys are aliases.
        media: its declared media types.
        required: whether a request must have it.
        synthetic: whether a framework made the class, so that no fact can name it.
        rendered: whether the app makes something else than JSON of the type, which ``schema`` describes.
        left_out: the keys that the app leaves out of it; None for none.
        lax: whether the app takes a request's body without a Content-Type for JSON.
        blanks: whether the app takes an empty text in a form for none.
        keys: of a class that a framework made, the key from which it reads each field, by the field's name in Python.
        others: the other types by which the app declares the same body, or a field of it: each with the name in Python
            of the field, empty for the body.
    """

    kind: Any = None
    schema: Schema = field(default_factory=dict[str, Any])
    info: Any = None
    by_alias: bool = True
    media: tuple[str, ...] = ("application/json",)
    required: bool = True
    synthetic: bool = False
    rendered: bool = False
    left_out: LeftOut | None = None
    lax: bool = False
    blanks: bool = False
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    others: tuple[tuple[str, Any], ...] = ()

    def declared_again(self, kind: Any) -> DeclaredBody:
        """The same body, which the app declares by another type as well; a type that says nothing gives way."""
        if any(self.kind == one for one in _SAYS_NOTHING):
            return replace(self, kind=kind)
        return replace(self, others=(*self.others, ("", kind)))

    def with_media(self, *others: str) -> DeclaredBody:
        """The same body with more media types."""
        return replace(self, media=tuple(dict.fromkeys([*self.media, *others])))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredParameter:
    """One query, header or path parameter.

    Args:
        field: its name in Python.
        name: its name on the wire.
        kind: its type.
        info: a pydantic ``FieldInfo``, or the default, or ``...``.
        hidden: whether documents leave it out.
        several: whether each of its aliases is read, where it has several.
    """

    field: str
    name: str
    kind: Any
    info: Any
    hidden: bool = False
    several: bool = True

    @property
    def annotation(self) -> Any:
        """Its type with its limits, as a reader of its values wants it."""
        return without_functions(self.info.rebuild_annotation() if isinstance(self.info, FieldInfo) else self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredModel:
    """A class whose fields are parameters.

    Args:
        kind: the class.
        hidden: whether documents leave out its fields.
        underscores: whether underscores in the names of its fields become hyphens in a request's header.
        by_name: whether the app also reads a header field by the name in Python of a field, with underscores.
        optional: whether the app makes no object of the class where a request has none of its fields.
    """

    kind: Any
    hidden: bool = False
    underscores: bool = False
    by_name: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredParameters:
    """The query, header or path parameters of an operation.

    Args:
        models: the classes whose fields are parameters.
        single: the parameters that are declared one by one.
        spread: each class that a dependency makes of single parameters, with the names of these in Python.
    """

    models: tuple[DeclaredModel, ...] = ()
    single: tuple[DeclaredParameter, ...] = ()
    spread: tuple[tuple[Any, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredOperation:
    """One method of one path as an app declares it.

    Args:
        method: the HTTP method.
        path: the path with convertors.
        request: the body of the request.
        responses: the body of each response by status; None for a response without one.
        success: the status of the declared successful response.
        query: the query parameters.
        headers: the header parameters.
        path_parameters: the path parameters whose types are known.
        cookies: the cookies.
        texts: the rest of its OpenAPI object, in the form that `Texts` describes.
        hidden: whether documents leave it out.
        by_hand: what the app writes of its OpenAPI object by hand; documents that show the operation have it.
    """

    method: str
    path: str
    request: DeclaredBody | None = None
    responses: Mapping[str, DeclaredBody | None] = field(default_factory=dict[str, "DeclaredBody | None"])
    success: str = "200"
    query: DeclaredParameters = DeclaredParameters()
    headers: DeclaredParameters = DeclaredParameters()
    path_parameters: DeclaredParameters = DeclaredParameters()
    cookies: DeclaredParameters = DeclaredParameters()
    texts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hidden: bool = False
    by_hand: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def key(self) -> str:
        """Its identity at every version."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> Mapping[Location, DeclaredParameters]:
        """The parameters by the part of a request that holds them."""
        return {"query": self.query, "header": self.headers, "path": self.path_parameters, "cookie": self.cookies}

    def typed_bodies(self, side: Side) -> Iterator[tuple[str, DeclaredBody]]:
        """The bodies of one side that have a type, each with ``"request"`` or the status of its response."""
        declared = {"request": self.request} if side == "requests" else self.responses
        yield from ((place, body) for place, body in declared.items() if body is not None and body.kind is not None)


def reached_operations(operations: Iterable[DeclaredOperation]) -> dict[str, DeclaredOperation]:
    """The operations by key; an app calls the first of two with the same key."""
    reached: dict[str, DeclaredOperation] = {}
    for operation in operations:
        reached.setdefault(operation.key, operation)
    return reached


def status_key(status: object) -> str:
    """A declared status as the wire has it: ``"200"``, ``"4XX"``, ``"default"``."""
    key = str(status).upper()
    return "default" if key == "DEFAULT" else key


def refuse_app(place: str, problem: str, remedy: str) -> NoReturn:
    """Refuse an app that cannot be read completely, so that nothing stays ungated without notice."""
    raise CompileError([Fault("head", "", place, problem, remedy)])


@contextmanager
def refuse_endless(place: str) -> Generator[None]:
    """Refuse types that are nested more deeply than Python can follow, or that have no end."""
    try:
        yield
    except RecursionError:
        problem = "it is nested more deeply than Python can follow, or a union in it holds itself"
        remedy = "write inner types as models of their own, fewer in each other, and no union as an arm of itself"
        # The traceback of a thousand frames would hide the fault.
        raise CompileError([Fault("head", "", place, problem, remedy)]) from None


def refuse_framework(place: str, problem: str) -> NoReturn:
    """Refuse an app whose framework is a release that this package does not know."""
    refuse_app(place, problem, "upgrade timegate, or stay on the FastAPI release before")
