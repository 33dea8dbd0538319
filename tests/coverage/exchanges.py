"""Kinds of breaking changes that show in an exchange over HTTP: one fact mends each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired

from fastapi import Body, FastAPI, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.testclient import TestClient
from typing_extensions import TypedDict

from timegate import Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact
from timegate.changes.subjects.parameters import Parameter

NEW, OLD = "2025-06-01", "2025-01-01"


@dataclass(frozen=True)
class Exchange:
    """An exchange of an old client that a change breaks, and the fact that mends it.

    Args:
        app: makes head's app.
        fact: mends the exchange.
        reads: what the old client makes of the response; anything else than `expected` breaks it.
        expected: what its own server would have made it read.
        decision: what the fact's author decides.
        method: of the request.
        url: of the request.
        sends: the other arguments of the request.
        broken: makes the app that breaks old clients, where that is another one than `app`.
    """

    app: Callable[[], FastAPI]
    fact: Fact
    reads: Callable[[Any], Any]
    expected: Any
    decision: str = ""
    method: str = "GET"
    url: str = "/things"
    sends: Mapping[str, Any] = field(default_factory=dict[str, Any])
    broken: Callable[[], FastAPI] | None = None

    def read(self, *, mended: bool) -> Any:
        """What the old client reads, with the fact or without it."""
        app = self.app() if mended or self.broken is None else self.broken()
        facts = (self.fact,) if mended else ()
        change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
        app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, change), Version(OLD)))
        with TestClient(app) as client:
            client.headers["API-Version"] = OLD
            return self.reads(client.request(self.method, self.url, **self.sends))


def status_of(response: Any) -> Any:
    return response.status_code


def body_of(response: Any) -> Any:
    return response.json()


_VALUE = "which value stands for one that head does not take"

PARAMETERS: dict[str, tuple[Any, Any, str, Any]] = {
    "became-enum": (str, Literal["a", "b"], "c", "b"),
    "enum-value-removed": (Literal["a", "b", "c"], Literal["a", "b"], "c", "b"),
    "x-extensible-enum-value-removed": (Literal["a", "b", "c"], Literal["a", "b"], "c", "b"),
    "exclusive-max-decreased": (Annotated[int, Field(lt=20)], Annotated[int, Field(lt=10)], "15", 9),
    "exclusive-max-set": (int, Annotated[int, Field(lt=10)], "15", 9),
    "exclusive-min-increased": (Annotated[int, Field(gt=0)], Annotated[int, Field(gt=10)], "5", 11),
    "exclusive-min-set": (int, Annotated[int, Field(gt=10)], "5", 11),
    "list-of-types-narrowed": (int | str, int, "a", 0),
    "max-decreased": (Annotated[int, Field(le=20)], Annotated[int, Field(le=10)], "15", 10),
    "max-set": (int, Annotated[int, Field(le=10)], "15", 10),
    "min-increased": (Annotated[int, Field(ge=0)], Annotated[int, Field(ge=10)], "5", 10),
    "min-set": (int, Annotated[int, Field(ge=10)], "5", 10),
    "max-length-decreased": (Annotated[str, Field(max_length=9)], Annotated[str, Field(max_length=3)], "abcd", "abc"),
    "max-length-set": (str, Annotated[str, Field(max_length=3)], "abcd", "abc"),
    "min-length-increased": (Annotated[str, Field(min_length=1)], Annotated[str, Field(min_length=3)], "a", "a.."),
    "min-length-set": (str, Annotated[str, Field(min_length=3)], "a", "a.."),
    "max-items-decreased": (
        Annotated[list[int], Field(max_length=9)], Annotated[list[int], Field(max_length=1)], "1&value=2", [1],
    ),
    "min-items-increased": (
        Annotated[list[int], Field(min_length=1)], Annotated[list[int], Field(min_length=2)], "1", [1, 1],
    ),
    "min-items-set": (list[int], Annotated[list[int], Field(min_length=2)], "1", [1, 1]),
    "pattern-added": (str, Annotated[str, Field(pattern="^[a-z]+$")], "A", "a"),
    "pattern-changed": (
        Annotated[str, Field(pattern="^[A-Z]+$")], Annotated[str, Field(pattern="^[a-z]+$")], "A", "a",
    ),
    "type-changed": (str, int, "five", 5),
    "type-specialized": (float, int, "2.5", 2),
}  # fmt: skip
"""By the end of a kind's name: the old type, head's type, what an old client sends, and what head gets for it."""


def reading(kind: Any, default: Any = ..., *, method: str = "GET") -> Callable[[], FastAPI]:
    """An app that sends back what it reads of one parameter or body, whose type is made while the test runs."""

    def read(value: Any) -> Any:
        return value

    def read_or_default(value: Any = default) -> Any:
        return value

    handler = read if default is ... else read_or_default
    handler.__annotations__["value"] = kind

    def made() -> FastAPI:
        app = FastAPI()
        app.api_route("/things", methods=[method])(handler)
        return app

    return made


def with_query(kind: Any, default: Any = ...) -> Callable[[], FastAPI]:
    return reading(Annotated[kind, Query()], default)


def with_header(kind: Any) -> Callable[[], FastAPI]:
    return reading(Annotated[kind, Header(alias="x-value")])


def posted(model: Any) -> Callable[[], FastAPI]:
    return reading(Annotated[model, Body()], method="POST")


VALUE: Parameter = endpoint("/things", "GET").query("value")
X_VALUE: Parameter = endpoint("/things", "GET").header("x-value")


def parameter_exchange(rest: str) -> Exchange | None:
    """The exchange of a kind of change of a query parameter; None where the kind is about something else."""
    if rest not in PARAMETERS:
        return None
    older, newer, sent, received = PARAMETERS[rest]

    def converted(value: Any) -> Any:
        return received

    fact = VALUE.retyped(was=older, to_head=converted)
    return Exchange(with_query(newer), fact, body_of, received, _VALUE, url=f"/things?value={sent}")


def property_exchange(rest: str) -> Exchange | None:
    """The exchange of a kind of change of a field of an object of parameters."""
    if rest not in PARAMETERS:
        return None
    older, newer, sent, received = PARAMETERS[rest]

    fields: Any = {"value": (newer, ...)}
    model = create_model("Filter", **fields)

    def converted(value: Any) -> Any:
        return received

    fact = on(model).retyped("value", was=older, to_head=converted)
    return Exchange(with_query(model), fact, body_of, {"value": received}, _VALUE, url=f"/things?value={sent}")


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    size: int


class Named(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str


class Sparse(TypedDict):
    name: str
    size: NotRequired[int]


class Told(BaseModel):
    name: str
    secret: str


def sending(model: Any, value: Any, status: int = 200) -> Callable[[], FastAPI]:
    def made() -> FastAPI:
        app = FastAPI()
        app.get("/things", response_model=model, status_code=status)(lambda: value)
        return app

    return made


def with_response_header(**fields: str) -> Callable[[], FastAPI]:
    def made() -> FastAPI:
        app = FastAPI()

        @app.get("/things")
        def read(response: Response) -> int:
            response.headers.update({name.replace("_", "-"): value for name, value in fields.items()})
            return 1

        return app

    return made


def routed(*paths: str) -> Callable[[], FastAPI]:
    def made() -> FastAPI:
        app = FastAPI()
        for path in paths:
            app.get(path)(lambda: 1)
        return app

    return made


def header_of(response: Any) -> Any:
    return response.headers.get("x-total")


TOTAL = endpoint("/things", "GET").response_header("x-total")
_ABSENT = "the value that absent meant"
POST_NAME: dict[str, Any] = {"method": "POST", "sends": {"json": {"name": "a"}}}
BOTH = {"name": "a", "size": 1}

_SIZED = Exchange(posted(Thing), on(Thing).added("size", default=1), body_of, BOTH, "head's value", **POST_NAME)
_NOW_REQUIRED = Exchange(
    posted(Thing),
    on(Thing).became_required("size", default=1),
    body_of,
    BOTH,
    _ABSENT,
    **POST_NAME,
)
_PARAMETER = Exchange(with_query(int), VALUE.added(default=3), body_of, 3, "head's value")
_NO_PARAMETER = Exchange(
    with_query(Named),
    VALUE.removed(was=int, loses="nobody reads it"),
    body_of,
    {"name": "a"},
    "whether its loss is minded",
    url="/things?name=a&value=3",
)
_DEFAULT = Exchange(with_query(int, 10), VALUE.defaulted(was=3), body_of, 3)
_REMOVED = Exchange(
    sending(Named, {"name": "a"}),
    on(Named).removed("size", was=int, backfill=1),
    body_of,
    BOTH,
    "what old clients read for it",
)
_GONE = Exchange(
    routed("/things", "/others"),
    endpoint("/things").removed(),
    status_of,
    200,
    "how long its handler stays",
    broken=routed("/others"),
)
_NO_HEADER = Exchange(
    with_response_header(),
    TOTAL.removed(was=int, backfill="0"),
    header_of,
    "0",
    "what old clients read for it",
)

EXCHANGES: dict[str, Exchange] = {
    "new-required-request-property": _SIZED,
    "new-required-request-property-with-default": _SIZED,
    "request-property-became-required": _NOW_REQUIRED,
    "request-property-became-required-with-default": _NOW_REQUIRED,
    "request-property-removed": Exchange(
        posted(Named),
        on(Named).removed("size", was=int, required=False, loses="nobody reads it"),
        body_of,
        {"name": "a"},
        "whether its loss is minded",
        method="POST",
        sends={"json": BOTH},
    ),
    "new-required-request-parameter": _PARAMETER,
    "new-required-request-default-parameter-to-existing-path": _PARAMETER,
    "new-required-request-header-property": Exchange(
        with_header(int), X_VALUE.added(default=3), body_of, 3, "head's value"
    ),
    "request-header-property-became-required": Exchange(
        with_header(int), X_VALUE.became_required(default=3), body_of, 3, _ABSENT
    ),
    "request-header-property-became-enum": Exchange(
        with_header(Literal["a", "b"]),
        X_VALUE.retyped(was=str, to_head=lambda value: "b"),
        body_of,
        "b",
        _VALUE,
        sends={"headers": {"x-value": "c"}},
    ),
    "request-parameter-become-required": Exchange(
        with_query(int), VALUE.became_required(default=3), body_of, 3, _ABSENT
    ),
    "request-parameter-default-value-added": _DEFAULT,
    "request-parameter-default-value-changed": _DEFAULT,
    "request-parameter-default-value-removed": Exchange(
        with_query(int | None, None), VALUE.defaulted(was=3), body_of, 3
    ),
    "request-parameter-removed": _NO_PARAMETER,
    "parameter-removed-before-sunset": _NO_PARAMETER,
    "response-optional-property-removed": _REMOVED,
    "response-required-property-removed": _REMOVED,
    "response-property-became-optional": Exchange(
        sending(Sparse, {"name": "a"}),
        on(Sparse).became_optional("size", missing_was=1),
        body_of,
        BOTH,
        "what old clients read where it is absent",
    ),
    "response-required-property-became-non-write-only": Exchange(
        sending(Told, {"name": "a", "secret": "s"}), on(Told).added("secret"), body_of, {"name": "a"}
    ),
    "response-success-status-removed": Exchange(
        sending(Named, {"name": "a"}, 201), endpoint("/things", "GET").status(201, was=200), status_of, 200
    ),
    "optional-response-header-removed": _NO_HEADER,
    "required-response-header-removed": _NO_HEADER,
    "response-header-became-optional": Exchange(
        with_response_header(), TOTAL.became_optional(missing_was="0"), header_of, "0", "what absent means"
    ),
    "response-header-type-changed": Exchange(
        with_response_header(x_total="5 things"),
        TOTAL.retyped(was=int, to_old=lambda text: text.split()[0]),
        header_of,
        "5",
        "the old text for the new one",
    ),
    "response-header-type-generalized": Exchange(
        with_response_header(x_total="2.5"),
        TOTAL.retyped(was=int, to_old=lambda text: text.split(".")[0]),
        header_of,
        "2",
        "the old text for the new one",
    ),
    "api-path-removed-before-sunset": _GONE,
    "api-path-removed-without-deprecation": _GONE,
    "api-removed-before-sunset": _GONE,
    "api-removed-without-deprecation": _GONE,
    "new-request-path-parameter": Exchange(
        routed("/tenants/{tenant}/things", "/things"),
        endpoint("/things").removed(),
        status_of,
        200,
        "a handler for the old path, which knows the value",
        broken=routed("/tenants/{tenant}/things"),
    ),
}
"""By the name of the kind."""


def exchange(kind: str) -> Exchange | None:
    """The exchange that a kind of change breaks; None where the kind shows in no exchange."""
    if kind in EXCHANGES:
        return EXCHANGES[kind]
    rest = kind.removeprefix("request-parameter-")
    if rest == kind:
        return None
    if rest.startswith("property-"):
        return property_exchange(rest.removeprefix("property-"))
    return parameter_exchange(rest)
