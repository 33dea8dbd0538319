"""Everything that the routes of a FastAPI app declare is on the wire at head, or the app is refused."""

import pickle
from typing import Annotated, Any

import pytest
from annotated_types import Ge
from fastapi import APIRouter, Depends, FastAPI, Header, Query
from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, Field
from pydantic_core import core_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.reading.operations import never, operations
from tests.sentences import shows
from tests.silence.exchanges import exchange
from timegate import Contract, Timeline, Version, VersionChange, on
from timegate.errors import DeclarationError
from timegate.starlette import operation
from timegate.wire.wire import Component


class Item(BaseModel):
    name: str


class Filter(BaseModel):
    limit: int = 10
    sort_by: str = Field("name", alias="sortBy")


class Other(BaseModel):
    page: int = 1


class Tokens(BaseModel):
    x_token: str
    plain: str = Field("", alias="Plain_Header")


def query_of(app: FastAPI, key: str) -> Component:
    wire = Contract.of(app).wire
    return wire.requests[operations(app)[key].query]


def headers_of(app: FastAPI, key: str) -> Component:
    wire = Contract.of(app).wire
    return wire.requests[operations(app)[key].headers]


def test_routes_are_read_in_the_order_in_which_the_app_matches_them() -> None:
    app = FastAPI()
    inner = APIRouter(prefix="/inner")

    @app.get("/first")
    def first() -> Item:
        raise never

    @inner.get("/{key:path}")
    def second() -> Item:
        raise never

    app.include_router(inner, prefix="/api")

    @app.put("/last")
    def last() -> Item:
        raise never

    app.mount("/mounted", FastAPI())
    assert list(operations(app)) == ["GET /first", "GET /api/inner/{key:path}", "PUT /last"]


def test_the_methods_of_one_handler_are_operations_of_their_own_documented_as_the_app_does() -> None:
    app = FastAPI()

    @app.api_route("/both", methods=["PUT", "GET"])
    def both() -> Item:
        raise never

    with pytest.warns(UserWarning, match="Duplicate Operation ID"):
        contract = Contract.of(app)
    assert [operation.key for operation in contract.wire.operations] == ["GET /both", "PUT /both"]
    with pytest.warns(UserWarning, match="Duplicate Operation ID"):
        assert contract.document == app.openapi()


def test_a_hidden_route_is_on_the_wire_and_in_no_document() -> None:
    app = FastAPI()
    router = APIRouter(include_in_schema=False)

    @router.get("/hidden")
    def hidden(z: int) -> Item:
        raise never

    app.include_router(router)
    contract = Contract.of(app)
    (found,) = contract.wire.operations
    assert (found.key, found.hidden) == ("GET /hidden", True)
    assert contract.document["paths"] == {}
    assert contract.wire.responses["Item"].model is Item
    assert contract.wire.requests[found.query].required == ["z"]


def test_query_parameters_of_dependencies_are_those_of_the_operation() -> None:
    app = FastAPI()

    def inner(size: int) -> None:
        raise never

    def outer(i: Annotated[None, Depends(inner)], page: Annotated[int, Query(alias="p")] = 1) -> None:
        raise never

    @app.get("/items", dependencies=[Depends(outer)])
    def items(q: str | None = None) -> Item:
        raise never

    query = query_of(app, "GET /items")
    assert set(query.properties) == {"p", "size", "q"}
    assert query.required == ["size"]
    assert query.wire_name("page") == "p"


def test_a_query_model_is_itself_so_that_its_facts_reach_the_parameters() -> None:
    app = FastAPI()

    @app.get("/items")
    def items(chosen: Annotated[Filter, Query()]) -> Item:
        raise never

    query = query_of(app, "GET /items")
    assert query.model is Filter
    assert list(query.properties) == ["limit", "sortBy"]
    assert query.wire_name("sort_by") == "sortBy"


def test_the_fields_of_two_query_models_are_the_parameters_of_one_operation() -> None:
    app = FastAPI()

    def paging(page: Annotated[Other, Query()]) -> None:
        raise never

    @app.get("/items", dependencies=[Depends(paging)])
    def items(chosen: Annotated[Filter, Query()]) -> Item:
        raise never

    query = query_of(app, "GET /items")
    assert set(query.properties) == {"limit", "sortBy", *Other.model_fields}
    assert set(query.spread) == {Filter, Other}


def test_every_spelling_of_a_parameter_that_the_app_accepts_is_known() -> None:
    app = FastAPI()

    @app.get("/items")
    def items(q: Annotated[int, Query(validation_alias=AliasChoices("one", "two"))] = 1) -> Item:
        return Item(name="a")

    query = query_of(app, "GET /items")
    (key,) = query.properties
    read = {
        name for name in ("q", "one", "two") if exchange(app, "GET", f"/items?{name}=x", version=None).status == 422
    }
    assert set(query.accepted(key)) == read
    (parameter,) = app.openapi()["paths"]["/items"]["get"]["parameters"]
    assert key == parameter["name"]


def test_headers_are_known_by_lower_case_names() -> None:
    app = FastAPI()

    @app.get("/items")
    def items(request_id: Annotated[str, Header()], other: Annotated[str, Header(alias="X-Other")] = "") -> Item:
        raise never

    headers = headers_of(app, "GET /items")
    assert list(headers.properties) == ["request-id", "x-other"]
    assert headers.required == ["request-id"]
    assert headers.wire_name("request_id") == "request-id"


def test_the_fields_of_a_header_model_have_hyphens() -> None:
    app = FastAPI()

    @app.get("/items")
    def items(tokens: Annotated[Tokens, Header()]) -> Item:
        raise never

    headers = headers_of(app, "GET /items")
    assert headers.model is Tokens
    assert list(headers.properties) == ["x-token", "plain_header"]


def test_the_class_of_a_body_is_known_also_where_it_is_embedded() -> None:
    app = FastAPI()

    @app.post("/items")
    def items(a: Item, b: Filter) -> Item:
        raise never

    contract = Contract.of(app)
    assert contract.head.schema_of("requests", Item) == {"$ref": "#/components/schemas/Item"}
    body = contract.wire.operations[0].request
    assert body is not None
    envelope = contract.wire.requests[body.schema["$ref"].rpartition("/")[2]]
    assert envelope.model is None
    assert envelope.properties["a"] == {"$ref": "#/components/schemas/Item"}


def test_responses_are_read_by_status_and_the_declared_success_is_known() -> None:
    app = FastAPI()

    @app.post("/items", status_code=201, responses={404: {"model": Other}, "4XX": {"model": Filter}})
    def items() -> Item:
        raise never

    @app.delete("/items", status_code=204)
    def nothing() -> None:
        raise never

    found = operations(app)
    responses = {status: response and response.schema for status, response in found["POST /items"].responses.items()}
    assert responses == {
        "201": {"$ref": "#/components/schemas/Item"},
        "404": {"$ref": "#/components/schemas/Other"},
        "4XX": {"$ref": "#/components/schemas/Filter"},
    }
    assert found["POST /items"].success == "201"
    assert found["DELETE /items"].responses == {"204": None}


def test_a_response_declared_by_a_schema_alone_is_on_the_wire_as_well() -> None:
    app = FastAPI()
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}

    @app.get("/raw", responses={200: {"content": content}, 409: {"content": content}})
    def raw() -> Response:
        raise never

    @app.get("/item")
    def item() -> Item:
        raise never

    responses = operations(app)["GET /raw"].responses
    assert {status: response and response.schema for status, response in responses.items()} == {
        "200": {"$ref": "#/components/schemas/Item"},
        "409": {"$ref": "#/components/schemas/Item"},
    }


@shows(
    "`Contract.opaque` names each place that no gate reaches: first the places within operations whose "
    "payload no schema describes,",
)
def test_places_that_nothing_describes_are_listed() -> None:
    app = FastAPI()

    @app.get("/untyped")
    def untyped() -> Any:
        raise never

    @app.get("/map")
    def mapped() -> dict[str, Any]:
        raise never

    @app.get("/typed")
    def typed() -> dict[str, Item]:
        raise never

    assert Contract.of(app).opaque == ("200 of GET /untyped", "200 of GET /map: *")


def test_a_plain_starlette_route_with_a_declaration_counts_though_the_apps_own_document_lacks_it() -> None:
    @operation(request=Item, response=Other)
    async def plain(request: Request, *, body: Item) -> Other:
        raise never

    app = FastAPI(routes=[Route("/plain", plain, methods=["POST"]), Route("/undeclared", never_called)])
    contract = Contract.of(app)
    assert [o.key for o in contract.wire.operations] == ["POST /plain"]
    assert contract.document == app.openapi()


async def never_called(request: Request) -> Response:
    raise never


class Odd:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.is_instance_schema(cls)


class Holder(BaseModel):
    odd: Odd
    name: str = ""


def test_a_type_that_has_no_schema_is_listed_and_what_is_beside_it_is_gated() -> None:
    app = FastAPI()

    @app.get("/odd", include_in_schema=False, response_model=Odd)
    def odd() -> Any:
        raise never

    @app.get("/holder", include_in_schema=False, response_model=Holder)
    def holder() -> Any:
        raise never

    class Renamed(VersionChange):
        """`title` is now called `name`."""

        changes = (on(Holder).renamed("title", to="name"),)

    contract = Contract.of(app)
    assert contract.opaque == ("200 of GET /odd", "Holder in the 200 of GET /holder: odd")
    gates = Timeline(Version("2026-01-01", Renamed), Version("2025-01-01")).compile(contract)
    old = gates.downgrade(Holder, {"odd": {"any": 1}, "name": "a"}, to_version="2025-01-01")
    assert old == {"odd": {"any": 1}, "title": "a"}


@pytest.mark.parametrize(
    ("shown", "reason"),
    [(ValueError("a secret"), "ValueError"), (None, "1 fault"), ({"openapi": "3.1.0", "paths": {"/x": None}}, "~1x: ")],
)
def test_an_app_that_shows_no_document_serves_and_the_log_says_so(
    shown: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(FastAPI):
        def openapi(self) -> Any:
            if isinstance(shown, Exception):
                raise shown
            return shown

    app = Broken()
    app.get("/items", response_model=list[Item])(list)
    contract = Contract.of(app)
    assert list(contract.document["paths"]) == ["/items"]
    (line,) = caplog.messages
    assert line.startswith("app.openapi() gives no document, so that timegate's documents lack its texts: ")
    assert reason in line
    assert "secret" not in line


def test_an_object_that_is_no_app_is_refused() -> None:
    with pytest.raises(DeclarationError, match="has no routes to read"):
        Contract.of(object())


def test_a_contract_pickles_though_parameters_are_validated_by_functions_of_a_scope() -> None:
    def same(value: Any) -> Any:
        return value

    app = FastAPI()

    async def get(path: Any, query: Any, header: Any) -> int:
        raise never

    checked: Any = Annotated[int, AfterValidator(same), Ge(0)]
    get.__annotations__ |= {"path": checked, "query": Annotated[list[checked], Query()]}
    get.__annotations__ |= {"header": Annotated[str, BeforeValidator(lambda value: value), Header()]}
    app.add_api_route("/items/{path}", get)
    contract: Contract = pickle.loads(pickle.dumps(Contract.of(app)))
    (operation,) = contract.wire.operations
    assert contract.wire.requests[operation.path_parameters].types == {"path": Annotated[int, Ge(0)]}
    assert contract.wire.requests[operation.query].types == {"query": list[Annotated[int, Ge(0)]]}
    assert contract.wire.requests[operation.headers].types == {"header": str}
