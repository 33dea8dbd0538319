"""A union that holds itself is read as deeply as JSON may be nested, which is 200 levels."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, Discriminator, Field, Tag

from tests.silence.old_client import Client, old_client
from timegate import on
from timegate.typing import is_object


class Filter(BaseModel):
    every: Filter | list[Filter] | int | None = None
    by: int = 0


class Part(BaseModel):
    kind: Literal["part"] = "part"
    by: int = 0
    every: list[Tagged] = []


class Whole(BaseModel):
    kind: Literal["whole"] = "whole"
    every: list[Tagged] = []


Tagged = Annotated[Part | Whole, Field(discriminator="kind")]


class Few(BaseModel):
    by: int = 0
    every: dict[str, Called] = {}


class Many(BaseModel):
    many: int = 0
    every: dict[str, Called] = {}


def kind_of(value: Any) -> str:
    return "few" if "by" in (value if is_object(value) else value.model_fields_set) else "many"


Called = Annotated[Annotated[Few, Tag("few")] | Annotated[Many, Tag("many")], Discriminator(kind_of)]

for model in (Part, Whole, Few, Many):
    model.model_rebuild()

KINDS: dict[str, tuple[type[BaseModel], Any]] = {
    "an object, a list or a number": (Filter, Filter),
    "a tag": (Part, Tagged),
    "a callable": (Few, Called),
}


def echo(name: str) -> Client:
    model, kind = KINDS[name]
    app = FastAPI()

    async def post(body: Any) -> Any:
        return body

    post.__annotations__ = {"body": Annotated[kind, Body()], "return": kind}
    app.post("/", response_model_exclude_unset=True)(post)
    return old_client(app, on(model).renamed("of", to="by"))


def nested(name: str, levels: int) -> Any:
    tag: dict[str, Any] = {"kind": "part"} if name == "a tag" else {}
    body: Any = {**tag, "of": 1}
    for _ in range(levels // 2):
        body = {**tag, "of": 1, "every": {"one": body} if name == "a callable" else [body]}
    return body


@pytest.mark.parametrize("name", KINDS)
def test_it_is_converted_both_ways_at_any_depth_of_json(name: str) -> None:
    client, body = echo(name), nested(name, 199)
    response = client.post("/", body)
    assert response.status_code == 200
    assert response.json() == body


@pytest.mark.parametrize("name", ["a tag", "a callable"])
def test_what_is_wrong_at_the_bottom_is_told_at_its_place(name: str) -> None:
    body = nested(name, 150)
    inner = body
    while "every" in inner:
        inner = inner["every"]["one" if name == "a callable" else 0]
    inner["of"] = "x"
    response = echo(name).post("/", body)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"][-1] == "of"


@pytest.mark.parametrize("name", KINDS)
def test_deeper_json_is_refused(name: str) -> None:
    assert echo(name).post("/", nested(name, 202)).status_code == 400
