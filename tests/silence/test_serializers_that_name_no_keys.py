"""A serializer that gives a dict of texts for an object does not say which keys these are: they may be today's."""

from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, JsonValue, PlainSerializer, create_model
from typing_extensions import TypedDict

from tests.sentences import shows
from tests.silence.exchanges import exchange, faults_of, gated
from timegate import Contract, on


class Item(BaseModel):
    sku: str = "x"


class Named(TypedDict):
    sku: str


def sku_of(one: Item) -> str:
    return one.sku


def skus_of(some: list[Item]) -> list[str]:
    return [one.sku for one in some]


def counts_of(some: list[Item]) -> dict[str, int]:
    return {one.sku: 1 for one in some}


def named_of(one: Item) -> Named:
    return {"sku": one.sku}


def dumped(one: Item) -> Any:
    return one.model_dump()


RENAMED = on(Item).renamed("article", to="sku")

HIDING: dict[str, tuple[Any, Any]] = {
    "a dict of texts": (Item, dict[str, str]),
    "a dict of texts and null": (Item, dict[str, str | None]),
    "a mapping": (Item, Mapping[str, int | str]),
    "a dict of any JSON": (Item, dict[str, JsonValue]),
    "any JSON": (Item, JsonValue),
    "a dict or a text": (Item, str | dict[str, str]),
    "a dict for an object or null": (Item | None, dict[str, str] | None),
    "dicts in a list": (list[Item], list[dict[str, str]]),
    "dicts in a dict": (dict[str, Item], dict[str, dict[str, str]]),
}

SAYING: dict[str, tuple[Any, Any, Any, Any]] = {
    "a text": (Item, str, sku_of, "x"),
    "a count by text for a list": (list[Item], dict[str, int], counts_of, {"x": 1}),
    "a list of texts": (list[Item], list[str], skus_of, ["x"]),
}


def holder(kind: Any, returned: Any, write: Any) -> Any:
    annotated: Any = Annotated
    return create_model("Holder", held=(annotated[kind, PlainSerializer(write, return_type=returned)], ...))


@shows("and one of a model that says `dict[str, str]` names none of the keys.")
@pytest.mark.parametrize("name", HIDING)
def test_the_start_is_refused_where_the_object_changes(name: str) -> None:
    kind, returned = HIDING[name]
    try:
        model = holder(kind, returned, sku_of)
    except KeyError:
        pytest.skip("this pydantic itself cannot build such a class")
    (fault,) = faults_of(Contract.of_types(sends=[model, Item]), RENAMED)
    assert (
        fault.problem
        == "Item changes and is reached through a serializer that names no keys, which gates cannot convert"
    )
    assert "on(Holder).vouched('why it keeps the documented shape')" in fault.remedy


def test_a_model_that_writes_itself_as_a_dict_of_texts_is_refused_or_vouched_for() -> None:
    class Note(BaseModel):
        item: Annotated[Item, PlainSerializer(dumped, return_type=dict[str, str])]

    app = FastAPI()

    @app.get("/note")
    def note() -> Note:
        return Note(item=Item())

    assert faults_of(Contract.of(app), RENAMED)
    response = exchange(gated(app, RENAMED, on(Note).vouched("it is the item's own shape")), "GET", "/note")
    assert response.json() == {"item": {"article": "x"}}


@pytest.mark.parametrize("name", SAYING)
def test_what_no_object_of_the_class_can_be_passes(name: str) -> None:
    kind, returned, write, written = SAYING[name]
    model = holder(kind, returned, write)
    app = FastAPI()
    value = Item() if kind is Item else [Item()]
    app.add_api_route("/held", lambda: model(held=value), response_model=model)
    app.add_api_route("/item", lambda: Item(), response_model=Item)
    response = exchange(gated(app, RENAMED), "GET", "/held")
    assert (response.status, response.json()) == (200, {"held": written})


def test_a_return_type_that_names_the_keys_is_converted() -> None:
    model = holder(Item, Named, named_of)
    app = FastAPI()
    app.add_api_route("/held", lambda: model(held=Item()), response_model=model)
    app.add_api_route("/item", lambda: Item(), response_model=Item)
    facts = (RENAMED, on(Named).renamed("article", to="sku"))
    assert exchange(gated(app, *facts), "GET", "/held").json() == {"held": {"article": "x"}}
