"""The head document of a FastAPI app equals the app's own document, less the differences listed here with reasons."""

import enum
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import APIRouter, Body, Cookie, Depends, FastAPI, Header, Query, Security, WebSocket
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from fastapi.security import HTTPBearer
from openapi_spec_validator import validate
from pydantic import BaseModel, Field, computed_field
from typing_extensions import TypedDict

from timegate import Contract, Internal
from timegate.typing import is_array, is_object
from timegate.wire.wire import Component

T = TypeVar("T")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int


class Node(BaseModel):
    __doc__ = "A node.\f What follows a form feed is no text of the document."

    id: int = 3
    kids: list["Node"] = []
    color: Color = Color.RED
    note: str | None = None


class Cat(BaseModel):
    kind: Literal["cat"]
    meow: int = 1


class Dog(BaseModel):
    kind: Literal["dog"]
    bark: int = 1


class Owner(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]

    @computed_field
    def loud(self) -> int:
        return 3


class Aliased(BaseModel):
    some_thing: int = Field(alias="someThing")


class Typed(TypedDict):
    a: int
    node: Node


@dataclass
class Data:
    b: int
    node: Node


class Filter(BaseModel):
    limit: int = Field(10, ge=1, description="how many")
    tags: list[str] = []
    color: Color | None = None


class Problem(BaseModel):
    detail: str


class Secret(BaseModel):
    known: int = 1
    known_here: Annotated[int | None, Internal()] = None


class Alpha:
    class User(BaseModel):
        name: str = "a"


class Beta:
    class User(BaseModel):
        mail: str


app = FastAPI(
    title="Nodes", version="9", description="All of them.", servers=[{"url": "/v"}], openapi_tags=[{"name": "x"}]
)
never = NotImplementedError("documents only")


@app.post(
    "/nodes",
    status_code=201,
    tags=["x"],
    responses={
        404: {"model": Problem, "description": "gone"},
        409: {"description": "in conflict"},
        "4XX": {"model": Problem},
        418: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
        200: {"content": {"image/png": {}}},
    },
)
def make(node: Node) -> Node:
    """Make a node."""
    raise never


@app.get("/nodes/{name}")
def get(
    name: int,
    q: Annotated[str | None, Query(description="the q", max_length=4, alias="q-q", deprecated=True)] = None,
    color: Color = Color.RED,
    tags: Annotated[tuple[str, ...], Query()] = (),
    unseen: Annotated[int, Query(include_in_schema=False)] = 1,
    x_token: Annotated[str | None, Header(description="a token", examples=["t"])] = None,
    cookie: Annotated[str | None, Cookie()] = None,
) -> Page[Node]:
    raise never


@app.get("/files/{place:path}", response_class=PlainTextResponse)
def file(place: str) -> Any:
    raise never


@app.get("/elsewhere", response_class=RedirectResponse)
def elsewhere() -> Any:
    raise never


@app.get("/page", response_class=HTMLResponse)
def page() -> Any:
    raise never


@app.get("/list", response_model=list[Node])
def listed(chosen: Annotated[Filter, Query()]) -> Any:
    raise never


@app.post("/owner")
def owner(body: Owner) -> Owner:
    raise never


@app.post("/several")
def several(a: Node, b: Cat, c: Annotated[int, Body()] = 3) -> None:
    raise never


@app.post("/embedded")
def embedded(a: Annotated[Node, Body(embed=True)]) -> Typed:
    raise never


@app.post("/optional")
def optional(a: Node | None = None) -> Data:
    raise never


@app.post("/many")
def many(
    a: Annotated[list[Node], Body(description="many of them", max_length=3)],
) -> Annotated[Cat | Dog, Field(discriminator="kind")]:
    raise never


@app.post("/aliased")
def aliased(a: Aliased) -> Aliased:
    raise never


@app.get("/alpha")
def alpha() -> Alpha.User:
    raise never


@app.get("/beta")
def beta() -> Beta.User:
    raise never


@app.delete("/nothing", status_code=204)
def nothing() -> None:
    raise never


@app.get("/hidden", include_in_schema=False)
def hidden(z: int) -> Secret:
    raise never


def paging(page: int = 1, authorization: Annotated[str | None, Header()] = None) -> int:
    raise never


def sizing(page: Annotated[int, Depends(paging)], size: int = 2) -> int:
    raise never


router = APIRouter(prefix="/inner", tags=["s"], dependencies=[Depends(sizing)])


@router.get("/x/{key:path}", dependencies=[Security(HTTPBearer())])
def inner(key: str, page: int = 1) -> list[Cat]:
    raise never


@router.get("/unseen", include_in_schema=False)
def unseen() -> Dog:
    raise never


app.include_router(router, prefix="/api")
callbacks = APIRouter()


@callbacks.post("{$callback_url}/called")
def called(body: Cat) -> Dog:
    raise never


@app.post("/callback", callbacks=callbacks.routes)
def with_callback(callback_url: str) -> int:
    raise never


app.mount("/mounted", FastAPI())


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    raise never


def without_null_defaults(node: Any) -> Any:
    """Remove each ``default: null``: pydantic writes them, FastAPI does not."""
    if is_object(node):
        return {
            key: without_null_defaults(value) for key, value in node.items() if not (key == "default" and value is None)
        }
    return [without_null_defaults(item) for item in node] if is_array(node) else node


def differences(ours: Any, expected: Any, path: str = "") -> Iterator[str]:
    if is_object(ours) and is_object(expected):
        for key in ours.keys() | expected.keys():
            if key not in expected:
                yield f"{path}/{key} is in our document alone"
            elif key not in ours:
                yield f"{path}/{key} is in the expected document alone"
            else:
                yield from differences(ours[key], expected[key], f"{path}/{key}")
    elif is_array(ours) and is_array(expected) and len(ours) == len(expected):
        for index, (one, other) in enumerate(zip(ours, expected, strict=True)):
            yield from differences(one, other, f"{path}/{index}")
    elif ours != expected:
        yield f"{path}: {ours!r} for {expected!r}"


def differences_from_fastapi(of: FastAPI) -> set[str]:
    ours = without_null_defaults(Contract.of(of).document)
    return set(differences(ours, without_null_defaults(of.openapi())))


def test_the_document_of_a_fastapi_app_is_the_apps_own() -> None:
    assert differences_from_fastapi(app) == set()


def test_the_document_is_valid_and_shows_no_mark_of_timegate() -> None:
    document = Contract.of(app).document
    validate(document)
    assert "x-timegate" not in repr(document)


def sent_in(contract: Contract, response: Any) -> Component:
    return contract.wire.responses[response.schema["$ref"].rpartition("/")[2]]


def test_an_internal_field_is_in_no_document() -> None:
    plain = FastAPI()

    @plain.post("/secret")
    def secret(body: Secret) -> Secret:
        raise never

    contract = Contract.of(plain)
    assert list(contract.document["components"]["schemas"]["Secret"]["properties"]) == ["known"]
    assert list(contract.wire.requests["Secret"].properties) == ["known", "known_here"]


def test_reading_a_contract_leaves_the_apps_cache_of_its_document_as_it_was() -> None:
    plain = FastAPI()
    Contract.of(plain)
    assert plain.openapi_schema is None


def test_a_route_added_after_the_app_rendered_its_document_is_in_the_contract() -> None:
    plain = FastAPI()
    rendered = plain.openapi()

    @plain.get("/late")
    def late() -> Cat:
        """Added late."""
        raise never

    contract = Contract.of(plain)
    assert contract.document["paths"]["/late"]["get"]["description"] == "Added late."
    assert plain.openapi_schema is rendered


def test_two_routes_with_one_place_in_the_document_have_types_of_their_own() -> None:
    plain = FastAPI()

    @plain.get("/nodes/{number:int}")
    def by_number(number: int) -> Node:
        raise never

    @plain.get("/nodes/{name}")
    def by_name(name: str) -> Cat:
        raise never

    @plain.get("/twice")
    def reached() -> Node:
        raise never

    @plain.get("/twice")
    def shadowed() -> Cat:
        raise never

    contract = Contract.of(plain)
    types = {o.key: sent_in(contract, o.responses["200"]).model for o in contract.wire.operations}
    assert types == {"GET /nodes/{number:int}": Node, "GET /nodes/{name}": Cat, "GET /twice": Node}
    shown = {c.name: c.display_name for c in contract.wire.responses.values()}
    assert shown == {"Node": "Node", "Cat": "Cat", "Color": "Color"}
    assert contract.document == plain.openapi()


def test_a_contract_pickles() -> None:
    contract = Contract.of(app, sends=[Secret])
    copy = pickle.loads(pickle.dumps(contract))
    assert copy.document == contract.document
    assert copy.head.schema_of("responses", Secret) == {"$ref": "#/components/schemas/Secret"}
    assert copy.opaque == contract.opaque


def test_two_documents_do_not_share_what_can_be_changed() -> None:
    contract = Contract.of(app)
    changed = contract.render(contract.wire)
    changed["info"]["title"] = "changed"
    changed["paths"]["/nodes"]["post"]["tags"].append("changed")
    changed["paths"]["/nodes"]["post"]["responses"].clear()
    changed["components"]["schemas"].clear()
    assert contract.render(contract.wire) == contract.document == Contract.of(app).document
