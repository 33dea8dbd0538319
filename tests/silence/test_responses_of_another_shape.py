"""What an app sends besides what it declares passes no gate where a model may be in it."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from tests.sentences import shows
from tests.silence.exchanges import exchange, gated
from timegate import Contract, DowngradeError, Timeline, Version, VersionChange, on


class Part(BaseModel):
    sku: str


class Item(BaseModel):
    sku: str
    part: Part | None = None


class Note(BaseModel):
    sku: str = "a-7"


class Wide(BaseModel):
    model_config = ConfigDict(extra="allow")

    sku: str = "a-7"


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    sku: str


RENAMED = on(Item, Part, Note, Wide, Open).renamed("article", to="sku")
PART = {"sku": "b"}


def sent(model: Any, body: Any, **options: Any) -> tuple[int, Any]:
    """The status and body that an old client gets where a handler sends a body of its own."""
    app = FastAPI()

    @app.get("/sent", response_model=model, **options)
    def send() -> JSONResponse:
        return JSONResponse(body)

    response = exchange(gated(app, RENAMED, sends=[Item, Note, Wide, Open]), "GET", "/sent")
    return response.status, response.json()


@shows(
    "So is one with an object that lacks what its model requires, or all of its keys, and that holds an object under a "
    "key that the model does not have.",
)
@pytest.mark.parametrize(
    ("model", "body"),
    [
        (Item, {"data": PART}),
        (Item, {"data": [[PART]], "part": PART}),
        (list[Item], [{"sku": "a"}, {"item": PART}]),
        (dict[str, Item], {"x": {"data": PART}}),
        (Note, {"data": PART}),
        (Open, {"data": PART}),
    ],
)
def test_an_envelope_that_nobody_declares_is_no_response_of_the_model(model: Any, body: Any) -> None:
    status, problem = sent(model, body)
    assert (status, problem["type"]) == (500, "urn:timegate:problem:response-not-convertible")


@pytest.mark.parametrize(
    ("model", "body", "told"),
    [
        (Item, {}, {}),
        (Item, {"part": PART}, {"part": {"article": "b"}}),
        (Item, {"state": "ok", "notes": ["x"]}, {"state": "ok", "notes": ["x"]}),
        (Note, {"state": "ok"}, {"state": "ok"}),
        (Wide, {"data": PART}, {"data": PART}),
        (Open, {"sku": "a", "data": PART}, {"article": "a", "data": PART}),
        (Open, {"state": "ok"}, {"state": "ok"}),
    ],
)
def test_what_holds_no_object_of_its_own_or_may_hold_any_passes(model: Any, body: Any, told: Any) -> None:
    assert sent(model, body) == (200, told)


def test_a_key_that_the_route_leaves_out_is_not_lacking() -> None:
    assert sent(Item, {"part": PART, "data": PART}, response_model_exclude={"sku"}) == (
        200,
        {"part": {"article": "b"}, "data": PART},
    )


@shows("a key of a response that its model does not have, where a handler sends more than it declares | declare it")
def test_a_key_besides_those_of_the_model_passes_as_it_is() -> None:
    assert sent(Item, {"sku": "a", "data": PART}) == (200, {"article": "a", "data": PART})


def test_without_http_it_is_an_error_too() -> None:
    class Skus(VersionChange):
        """An article number is called SKU."""

        changes = (on(Item, Part).renamed("article", to="sku"),)

    gates = Timeline(Version("2025-06-01", Skus), Version("2025-01-01")).compile(Contract.of_types(sends=[Item]))
    with pytest.raises(DowngradeError, match="another shape"):
        gates.downgrade(Item, {"data": PART}, to_version="2025-01-01")
