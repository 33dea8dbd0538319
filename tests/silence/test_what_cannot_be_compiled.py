"""What leaves the compiler: faults and declaration errors, and no other exception."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import GenericAlias
from typing import Annotated, Any, ForwardRef

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, WithJsonSchema, create_model

from tests.silence.exchanges import OLD, timeline_of
from timegate import CompileError, Contract, DeclarationError, endpoint, on


def outcome_of(work: Callable[[], object]) -> str:
    """Whether something compiles or is refused; any other exception is the test's failure."""
    try:
        work()
    except CompileError as error:
        told = all(fault.place and fault.problem and fault.remedy for fault in error.faults)
        return "refused" if told else "refused without a reason"
    except DeclarationError as error:
        return "refused" if str(error) else "refused without a reason"
    return "compiles"


class Inner(BaseModel):
    new: int = 1


RENAMED = on(Inner).renamed("old", to="new")


def app_of(kind: Any) -> FastAPI:
    async def handle(body: Any) -> Any:
        return body

    handle.__annotations__["body"] = kind
    app = FastAPI()
    app.add_api_route("/x", handle, methods=["POST"], response_model=kind)
    return app


def models_in_models(levels: int) -> Any:
    """A model that holds another, and so on; to build as many, a release of pydantic may need more room than usual."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(10 * usual)
    try:
        kind: Any = Inner
        for level in range(levels):
            inner: Any = kind | None
            kind = create_model(f"Level{level}", inner=(inner, None))
        return kind
    finally:
        sys.setrecursionlimit(usual)


@pytest.mark.parametrize("levels", [40, 60])
def test_models_in_models_that_pydantic_cannot_describe_are_a_fault(levels: int) -> None:
    kind = models_in_models(levels)
    assert outcome_of(lambda: timeline_of(RENAMED).compile(Contract.of_types(kind))) == "refused"


class NoSchema(BaseModel):
    inner: Inner = Inner()
    strange: Annotated[int, WithJsonSchema({"$ref": "#/nowhere"})] = 1


class NullSchema(BaseModel):
    model_config = {"json_schema_extra": {"properties": None}}

    inner: Inner = Inner()


class NoList(BaseModel):
    model_config = {"json_schema_extra": {"required": 7, "anyOf": None}}

    inner: Inner = Inner()


class Calls(BaseModel):
    inner: Inner = Inner()
    call: Callable[[int], int] = Field(default=abs)


def contract_of_app(kind: Any) -> Contract:
    return Contract.of(app_of(kind))


@pytest.mark.parametrize("kind", [NoSchema, NullSchema, NoList, Calls])
@pytest.mark.parametrize("source", [Contract.of_types, contract_of_app])
def test_a_model_with_a_schema_that_is_none_compiles_or_is_refused(
    kind: Any, source: Callable[[Any], Contract]
) -> None:
    outcome = outcome_of(lambda: timeline_of(RENAMED).compile(source(kind)).contract(OLD))
    assert outcome in ("compiles", "refused")


class Unknown:
    pass


NO_TYPES: list[Any] = [
    "Nobody",
    "list[Nobody]",
    ForwardRef("Nobody"),
    GenericAlias(list, ("Nobody",)),
    7,
    Unknown,
    Callable[[int], int],
    Ellipsis,
]
TYPED: dict[str, Callable[[Any], Any]] = {
    "removed": lambda was: on(Inner).removed("gone", was=was, backfill=None, loses="all"),
    "retyped": lambda was: on(Inner).retyped("new", was=was, to_head=int, to_old=int),
    "reshaped": lambda was: on(Inner).reshaped(was=was, to_head=dict, to_old=dict, loses="all"),
    "constrained": lambda was: on(Inner).constrained("new", was=was, tolerated="it is"),
}


@pytest.mark.parametrize("was", NO_TYPES, ids=str)
@pytest.mark.parametrize("name", TYPED)
def test_what_is_no_type_is_refused(name: str, was: Any) -> None:
    assert outcome_of(lambda: timeline_of(TYPED[name](was)).compile(Contract.of_types(Inner))) == "refused"


NO_NAMES: list[Any] = [None, 7, ("a",), b"a", 1.5]
NAMED: dict[str, Callable[[Any], Any]] = {
    "added": lambda name: on(Inner).added(name),
    "removed": lambda name: on(Inner).removed(name, was=int, backfill=0, loses="all"),
    "renamed from": lambda name: on(Inner).renamed(name, to="new"),
    "renamed to": lambda name: on(Inner).renamed("old", to=name),
    "moved from": lambda name: on(Inner).moved(name, to="new"),
    "moved to": lambda name: on(Inner).moved("old", to=name),
    "defaulted": lambda name: on(Inner).defaulted(name, was=2),
    "endpoint": lambda name: endpoint(name).added(),
    "endpoint moved to": lambda name: endpoint("/old").moved(to=name),
    "a query": lambda name: endpoint("/x").query(name).removed(),
    "a query renamed": lambda name: endpoint("/x").query("q").renamed(to=name),
    "was named": lambda name: on(Inner).was_named(name),
}


@pytest.mark.parametrize("given", NO_NAMES, ids=repr)
@pytest.mark.parametrize("name", NAMED)
def test_what_is_no_name_is_refused(name: str, given: Any) -> None:
    assert outcome_of(lambda: timeline_of(NAMED[name](given)).compile(Contract.of(app_of(Inner)))) == "refused"


@pytest.mark.parametrize("given", [None, 7, "x", FastAPI(), {}, Inner])
def test_what_is_no_contract_is_refused(given: Any) -> None:
    assert outcome_of(lambda: timeline_of(RENAMED).compile(given)) == "refused"


@dataclass
class Routed:
    """What has routes that are none."""

    routes: Any


@pytest.mark.parametrize("given", [None, 7, Routed(None), Routed(7), Routed([None]), Routed([1])], ids=repr)
def test_what_is_no_app_is_refused(given: Any) -> None:
    assert outcome_of(lambda: timeline_of(RENAMED).compile(Contract.of(given))) == "refused"


class Documented(FastAPI):
    """An app with a document of its own."""

    shown: Any = None

    def openapi(self) -> Any:
        if isinstance(self.shown, Exception):
            raise self.shown
        return self.shown


def shown_at(operation: Any, **components: Any) -> dict[str, Any]:
    info = {"title": "t", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": {"/x": {"post": operation}}, "components": components}


NO_DOCUMENTS: dict[str, Any] = {
    "an exception": RuntimeError("no document today"),
    "null": None,
    "a list": [],
    "no paths": {"openapi": "3.1.0", "paths": None},
    "a path is null": {"openapi": "3.1.0", "paths": {"/x": None}},
    "an operation is null": shown_at(None),
    "responses are null": shown_at({"responses": None}),
    "a parameter is null": shown_at({"parameters": [None], "responses": {}}),
    "a body is a list": shown_at({"requestBody": [], "responses": {}}),
    "content is null": shown_at({"responses": {"200": {"content": None}}}),
    "schemas are null": shown_at({"responses": {}}, schemas=None),
    "a component is null": shown_at(
        {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Inner"}}}}}},
        schemas={"Inner": None},
    ),
}


@pytest.mark.parametrize("name", NO_DOCUMENTS)
def test_an_app_whose_document_is_none_compiles_without_it(name: str) -> None:
    app = Documented()
    app.shown = NO_DOCUMENTS[name]

    @app.post("/x")
    async def handle(body: Inner) -> Inner:
        return body

    assert outcome_of(lambda: timeline_of(RENAMED).compile(Contract.of(app)).contract(OLD)) == "compiles"


@pytest.mark.parametrize("path", ["/{a}/{a}", "/{a:unknown}"])
def test_a_path_of_a_document_that_no_router_knows_is_a_fault(path: str) -> None:
    schemas = {"Inner": {"type": "object", "properties": {"new": {"type": "integer"}}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Inner"}}}}
    shown = {**shown_at({}, schemas=schemas), "paths": {path: {"post": {"requestBody": body, "responses": {}}}}}
    timeline = timeline_of(on("Inner").renamed("old", to="new"))
    assert outcome_of(lambda: timeline.compile(Contract.from_openapi(shown))) == "refused"
