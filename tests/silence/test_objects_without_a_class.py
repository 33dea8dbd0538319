"""An object that is of no class is converted like any other: what a schema describes is gated."""

from typing import Annotated, Any, Generic, TypeVar, get_args

import pytest
from fastapi import Body, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from tests.silence.exchanges import OLD, exchange, gated, timeline_of
from timegate import Contract, UpgradeError, on

T = TypeVar("T")


class Item(BaseModel):
    sku: str = "of head"


class Owner(Generic[T]):
    """A generic class of the app's own, with a schema as pydantic documents it."""

    def __init__(self, item: T) -> None:
        self.item = item

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (kind,) = get_args(source)
        pair = core_schema.typed_dict_schema({"item": core_schema.typed_dict_field(handler.generate_schema(kind))})
        made = core_schema.no_info_plain_validator_function(lambda read: cls(read["item"]))
        read = core_schema.chain_schema([pair, made])
        written = core_schema.plain_serializer_function_ser_schema(lambda one: {"item": one.item}, return_schema=pair)
        return core_schema.json_or_python_schema(
            json_schema=read,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), read]),
            serialization=written,
        )


class Envelope(Generic[T]):
    """A class of the app's own whose JSON Schema is written by hand around that of another class."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (kind,) = get_args(source)
        return core_schema.dict_schema(core_schema.str_schema(), handler.generate_schema(kind))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "properties": {"item": handler(schema)["additionalProperties"]}, "required": ["item"]}


class Shelf(BaseModel):
    first: Owner[Item] | None = None
    all: dict[str, list[Owner[Item]]] = {}
    either: int | Owner[Item] = 3


RENAMED = on(Item).renamed("article", to="sku")

FACT = {"article": "a-7"}

PAYLOADS: dict[str, tuple[Any, Any]] = {
    "bare": (Owner[Item], {"item": FACT}),
    "in a list": (list[Owner[Item]], [{"item": FACT}, {"item": FACT}]),
    "in a dict of lists": (dict[str, list[Owner[Item]]], {"k": [{"item": FACT}]}),
    "of a list": (Owner[list[Item]], {"item": [FACT]}),
    "in another one": (Owner[Owner[Item]], {"item": {"item": FACT}}),
    "in a field, nullable": (Shelf, {"first": {"item": FACT}, "all": {}, "either": 3}),
    "in a field, deep": (Shelf, {"first": None, "all": {"k": [{"item": FACT}]}, "either": 3}),
    "in a union": (Shelf, {"first": None, "all": {}, "either": {"item": FACT}}),
    "written by hand": (Envelope[Item], {"item": FACT}),
}


def echo(kind: Any) -> FastAPI:
    app = FastAPI()

    def handler(body: Any) -> Any:
        return body

    handler.__annotations__ = {"body": Annotated[kind, Body()], "return": kind}
    app.post("/echo")(handler)
    return app


@pytest.mark.parametrize("name", PAYLOADS)
def test_an_object_of_no_class_is_converted_both_ways(name: str) -> None:
    kind, payload = PAYLOADS[name]
    response = exchange(gated(echo(kind), RENAMED), "POST", "/echo", body=payload)
    assert (response.status, response.json()) == (200, payload)


@pytest.mark.parametrize("name", PAYLOADS)
def test_it_is_converted_without_http(name: str) -> None:
    kind, payload = PAYLOADS[name]
    gates = timeline_of(RENAMED).compile(Contract.of_types(kind))
    head = gates.upgrade(kind, payload, from_version=OLD)
    assert "article" not in repr(head)
    assert "sku" in repr(head)
    assert gates.downgrade(kind, head, to_version=OLD) == payload


def test_what_is_wrong_in_it_is_told_in_the_clients_names() -> None:
    gates = timeline_of(RENAMED).compile(Contract.of_types(Shelf))
    with pytest.raises(UpgradeError, match="at /first"):
        gates.upgrade(Shelf, {"first": {"item": 5}}, from_version=OLD)
    response = exchange(gated(echo(list[Owner[Item]]), RENAMED), "POST", "/echo", body=[{"item": {"article": 5}}])
    # The class of the app's own is a union: an instance, or the object.
    *_, error = response.json()["detail"]
    assert (response.status, error["loc"][-2:], error["input"]) == (422, ["item", "article"], 5), error


def test_heads_name_in_it_is_no_key_of_an_old_client() -> None:
    response = exchange(gated(echo(Owner[Item]), RENAMED), "POST", "/echo", body={"item": {"sku": "evil"}})
    assert response.json() == {"item": {"article": "of head"}}


def test_older_documents_show_it_in_its_place() -> None:
    gates = timeline_of(RENAMED).compile(Contract.of(echo(Owner[Item])))
    old, head = (gates.contract(version) for version in (OLD, "2026-01-01"))
    assert old["paths"] == head["paths"]
    assert list(old["components"]["schemas"]["Item"]["properties"]) == ["article"]


DATA = {"type": "object", "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}}
PAGES = {"type": "array", "items": {"type": "object", "properties": {"page": DATA}}}


@pytest.mark.parametrize(
    ("status", "schema", "head", "old"),
    [
        (200, DATA, {"data": [{"sku": "x"}]}, {"data": [{"article": "x"}]}),
        (404, DATA, {"data": [{"sku": "x"}]}, {"data": [{"article": "x"}]}),
        (200, PAGES, [{"page": {"data": [{"sku": "x"}]}}], [{"page": {"data": [{"article": "x"}]}}]),
        (200, {"anyOf": [DATA, {"type": "null"}]}, {"data": [{"sku": "x"}]}, {"data": [{"article": "x"}]}),
    ],
)
def test_a_response_that_is_documented_by_an_object_around_a_model_is_converted(
    status: int, schema: Any, head: Any, old: Any
) -> None:
    app = FastAPI()

    @app.get("/items", responses={200: {"model": Item}})
    def items() -> Item:
        return Item()

    @app.get(
        "/documented",
        response_model=None,
        responses={status: {"description": "d", "content": {"application/json": {"schema": schema}}}},
    )
    def documented() -> JSONResponse:
        return JSONResponse(head, status)

    response = exchange(gated(app, RENAMED), "GET", "/documented")
    assert (response.status, response.json()) == (status, old)
