"""A touched type that the schema of a place does not describe: the start is refused, or `Contract.opaque` names it."""

import pickle
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, PlainSerializer, RootModel, SerializeAsAny, WithJsonSchema, create_model
from pydantic.json_schema import SkipJsonSchema
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.exchanges import accounted, exchange, faults_of, gated
from tests.silence.states import STATE, State
from timegate import Contract, on
from timegate.starlette import operation


class Inner(BaseModel):
    sku: str = "s"


class Base(BaseModel):
    n: int = 0


class Sub(Base):
    inner: Inner = Inner()


class Holder(BaseModel):
    one: SerializeAsAny[Base]


POLYMORPHIC: Any = {"polymorphic_serialization": True}


class Shape(BaseModel):
    """Where pydantic knows the setting, a subclass leaves with its own fields."""

    model_config = POLYMORPHIC

    n: int = 0


class Filled(Shape):
    inner: Inner = Inner()


class Drawing(BaseModel):
    one: Shape
    many: list[Shape] = []


class Several(BaseModel):
    many: list[SerializeAsAny[Base]]


class Named(BaseModel):
    by_name: dict[str, SerializeAsAny[Base] | None]


class Row(RootModel[SerializeAsAny[Base]]):
    pass


ANYTHING: Any = SerializeAsAny[Base]


class Hiding(BaseModel):
    i: SkipJsonSchema[Inner] = Inner()


class Bare(BaseModel):
    i: Annotated[Inner, WithJsonSchema({"type": "object"})] = Inner()


class Written(BaseModel):
    i: Annotated[Inner, WithJsonSchema({"type": "object", "properties": {"sku": {"type": "string"}}})] = Inner()


class WrittenAsText(BaseModel):
    i: Annotated[list[Inner], WithJsonSchema({"type": "array", "items": {"type": "object"}})] = [Inner()]


class Custom(BaseModel):
    sku: str = "s"

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "object", "title": "Custom"}


class Packed(Response):
    media_type = "application/msgpack"

    def render(self, content: Any) -> bytes:
        return repr(content).encode()


class Bytes(Response):
    def render(self, content: Any) -> bytes:
        return repr(content).encode()


RENAMED = on(Inner).renamed("article", to="sku")

PLACES: dict[str, tuple[Any, Callable[[], Any], dict[str, Any]]] = {
    "SerializeAsAny in a field": (Holder, lambda: Holder(one=Sub()), {}),
    "SerializeAsAny in a list": (Several, lambda: Several(many=[Sub()]), {}),
    "SerializeAsAny in a dict of optional values": (Named, lambda: Named(by_name={"a": Sub()}), {}),
    "SerializeAsAny at the root of a model": (Row, lambda: Row.model_construct(root=Sub()), {}),
    "SerializeAsAny at the root of a response": (ANYTHING, Sub, {}),
    "a list of SerializeAsAny in a response": (list[ANYTHING], lambda: [Sub()], {}),
    "SkipJsonSchema": (Hiding, Hiding, {}),
    "a schema by hand that says object": (Bare, Bare, {}),
    "a schema by hand with the same fields": (Written, Written, {}),
    "a schema by hand of a list": (WrittenAsText, WrittenAsText, {}),
    "msgpack": (Inner, Inner, {"response_class": Packed}),
    "no media type": (Inner, Inner, {"response_class": Bytes}),
    "msgpack of a list": (list[Inner], lambda: [Inner()], {"response_class": Packed}),
}


@shows(
    "As soon as the class changes, or a subclass of it at a place like `first`, the app does not start.",
    "a class that changes, at a place whose schema does not describe it: `WithJsonSchema`, "
    "`__get_pydantic_json_schema__` or `SkipJsonSchema` hide it, or it is a subclass that leaves by "
    "`SerializeAsAny` or `polymorphic_serialization`, unless a change [vouches for the "
    "place](#serializers-that-say-nothing-of-their-result);",
)
@pytest.mark.parametrize("name", PLACES)
def test_a_response_holds_no_name_of_heads_at_a_place_that_nothing_accounts_for(name: str) -> None:
    kind, made, options = PLACES[name]
    app = FastAPI()

    async def get() -> Any:
        return made()

    async def inner() -> Inner:
        return Inner()

    # Not every release of FastAPI can describe each of them.
    app.add_api_route("/place", get, response_model=kind, include_in_schema=False, **options)
    app.add_api_route("/inner", inner)
    if accounted(app, "/place", kind.__name__ if isinstance(kind, type) else "/place", facts=[RENAMED]) is None:
        response = exchange(gated(app, RENAMED), "GET", "/place")
        assert (response.status, b"sku" in response.content, b"article" in response.content) == (200, False, True)


@shows("or `polymorphic_serialization`,")
@pytest.mark.parametrize("kind", [Drawing, Shape, list[Shape]])
def test_polymorphic_serialization_is_accounted_for_where_pydantic_knows_it(kind: Any) -> None:
    app = FastAPI()

    async def get() -> Any:
        return {Drawing: Drawing(one=Filled(), many=[Filled()]), Shape: Filled()}.get(kind, [Filled()])

    async def inner() -> Inner:
        return Inner()

    app.add_api_route("/place", get, response_model=kind)
    app.add_api_route("/inner", inner)
    leaks = b"sku" in exchange(app, "GET", "/place").content
    if accounted(app, "/place", "Drawing", "Shape", facts=[RENAMED]) is None:
        content = exchange(gated(app, RENAMED), "GET", "/place").content
        assert (b"sku" in content, b"article" in content) == (False, leaks)


@pytest.mark.parametrize("media", [PlainTextResponse, HTMLResponse])
def test_a_model_that_leaves_as_text_is_accounted_for(media: type[Response]) -> None:
    app = FastAPI()

    async def get() -> Inner:
        return Inner()

    app.add_api_route("/place", get, response_class=media)
    app.add_api_route("/inner", get)
    assert accounted(app, "/place", "Inner", facts=[RENAMED]) is not None


@shows("`__get_pydantic_json_schema__`")
def test_a_model_whose_schema_is_written_by_its_class_is_accounted_for() -> None:
    app = FastAPI()

    @app.get("/place")
    async def get() -> Custom:
        return Custom()

    assert accounted(app, "Custom", facts=[on(Custom).renamed("article", to="sku")]) is not None


def test_serialize_as_any_of_two_touched_classes_gates_both_or_is_accounted_for() -> None:
    class Kind(BaseModel):
        name: str = "n"
        added: str = "NEW"

    class Special(Kind):
        size: str = "SECRET"

    class Box(BaseModel):
        it: SerializeAsAny[Kind]
        many: list[SerializeAsAny[Kind]] = []

    app = FastAPI()

    async def box() -> Any:
        return Box(it=Special(), many=[Special(), Kind()])

    async def special() -> Any:
        return Special()

    app.add_api_route("/place", box, response_model=Box)
    app.add_api_route("/special", special, response_model=Special)
    facts = on(Kind).added("added"), on(Special).added("size")
    if accounted(app, "/place", "Box", facts=facts) is None:
        response = exchange(gated(app, *facts), "GET", "/place")
        assert response.json() == {"it": {"name": "n"}, "many": [{"name": "n"}, {"name": "n"}]}


def test_a_place_without_http_is_listed_as_one_with_it() -> None:
    contract = Contract.of_types(Holder, Inner)
    assert faults_of(contract, RENAMED) != () or any("one" in place for place in contract.opaque)


@shows("Such a place passes while nothing there changes.")
def test_an_untouched_place_of_any_class_is_no_reason_to_refuse() -> None:
    app = FastAPI()

    @app.get("/place")
    async def get() -> Holder:
        return Holder(one=Base())

    @app.get("/state")
    async def state() -> State:
        return State.DONE

    assert faults_of(Contract.of(app), *STATE) == ()


class Received(BaseModel):
    i: SkipJsonSchema[Inner] = Inner()


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (Bare, "Bare.i"),
        (Written, "Written.i"),
        (Received, "Received"),
        (list[Annotated[Inner, WithJsonSchema({"type": "object"})]], "request of POST /place"),
        (SkipJsonSchema[Inner], "request of POST /place"),
    ],
)
def test_what_a_client_sends_at_such_a_place_is_refused_at_the_start(kind: Any, place: str) -> None:
    app = FastAPI()

    async def post(body: Any) -> None: ...

    post.__annotations__["body"] = kind
    app.add_api_route("/place", post, methods=["POST"], include_in_schema=False)
    (fault,) = faults_of(Contract.of(app), RENAMED)
    assert fault.place == place
    assert fault.problem.startswith("Inner changes and is reached through a schema that does not describe it")


@shows("As soon as the class changes,")
def test_a_field_without_a_schema_is_named_in_the_fault() -> None:
    (fault,) = faults_of(Contract.of_types(sends=[Hiding]), RENAMED)
    assert (fault.place, fault.problem) == (
        "Hiding",
        "Inner changes and is reached through a schema that does not describe it (its field i), "
        "which gates cannot convert",
    )


def test_a_note_of_an_untouched_class_is_in_no_document_and_pickles() -> None:
    contract = Contract.of_types(Hiding, Holder)
    assert "timegate" not in repr(contract.document)
    assert pickle.loads(pickle.dumps(contract)).opaque == contract.opaque


@shows("timegate walks over the types of your app as well as over their JSON Schema.")
def test_each_such_place_is_listed_where_its_schema_does_not_say_what_is_there() -> None:
    assert sorted(Contract.of_types(sends=[Holder, Hiding, Written, Bare]).opaque) == [
        "Bare in the sent: i.*",
        "Hiding in the sent: i",
        "Holder in the sent: one",
    ]


def test_a_parameter_without_a_schema_is_accounted_for() -> None:
    app = FastAPI()

    @app.get("/place", include_in_schema=False)
    async def get(state: SkipJsonSchema[State], n: SkipJsonSchema[int] = 0) -> str:
        return state.name

    assert accounted(app, "/place", facts=STATE) == "refused"
    assert Contract.of(app).opaque == ("query of GET /place: state", "query of GET /place: n")


def test_a_subclass_that_has_no_schema_is_no_reason_to_refuse() -> None:
    class Kind(BaseModel):
        n: int = 0

    class Calling(Kind):
        call: Callable[[], int] = int

    leaving: Any = SerializeAsAny[Kind]
    assert issubclass(Calling, Kind)
    assert Contract.of_types(sends=[leaving]).opaque == ("sent",)
    assert faults_of(Contract.of_types(sends=[leaving, Inner]), RENAMED) == ()


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    n: int = 0


@shows('the extra keys of a model that allows them (`extra="allow"`)')
def test_the_extras_of_an_open_model_are_listed() -> None:
    assert Contract.of_types(sends=[Open]).opaque == ("Open in the sent: *",)


@shows("A serializer without a return type, or with one like `dict[str, Any]`, may give anything,")
@pytest.mark.parametrize(
    "returned", [dict[str, Any] | None, tuple[Any, ...], list[object], set[Any], Mapping[str, Any]]
)
def test_a_return_type_that_admits_anything_describes_nothing(returned: Any) -> None:
    def dumped(value: Inner) -> Any:
        return value.model_dump()

    serialized: Any = Annotated[Inner, PlainSerializer(dumped, return_type=returned)]
    kept = create_model("Kept", i=(serialized, Inner()))
    (fault,) = faults_of(Contract.of_types(sends=[kept]), RENAMED)
    assert fault.place == "Kept.i"


@pytest.mark.parametrize("response_class", [Response, StreamingResponse, FileResponse])
def test_a_response_class_without_a_media_type_and_without_a_model_may_give_anything(response_class: Any) -> None:
    app = FastAPI()

    @app.get("/place", response_class=response_class)
    async def get() -> Any:
        return response_class()

    assert Contract.of(app).opaque == ("200 of GET /place",)


def test_a_redirect_has_no_body() -> None:
    app = FastAPI()

    @app.get("/place", response_class=RedirectResponse)
    async def get() -> Any:
        return "/other"

    assert Contract.of(app).opaque == ()


def test_a_response_class_without_a_media_type_changes_no_document() -> None:
    app = FastAPI()

    @app.get("/place", response_class=Bytes)
    async def get() -> Inner:
        return Inner()

    @app.get("/text", response_class=Bytes)
    async def text() -> str:
        return "a"

    contract = Contract.of(app)
    assert contract.document["paths"] == app.openapi()["paths"]
    assert contract.opaque == ("200 of GET /place",)


@pytest.mark.parametrize(("declared", "listed"), [({}, ("200 of POST /x",)), ({"status": 204}, ())])
def test_a_starlette_handler_without_a_response_may_send_anything(declared: Any, listed: tuple[str, ...]) -> None:
    @operation(request=Inner, **declared)
    async def post(request: Request, body: Inner) -> Response:
        return Response(body.model_dump_json())

    assert Contract.of(Starlette(routes=[Route("/x", post, methods=["POST"])])).opaque == listed
