"""A form whose fields several parameters of a handler share is one form: facts are about each class among them."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form
from pydantic import BaseModel

from tests.asgi.calling import Caller
from tests.silence.exchanges import OLD, gated, timeline_of
from timegate import Contract, endpoint, on
from timegate.changes.base import Fact


class Sender(BaseModel):
    name: str
    age: int = 1


class OldSender(BaseModel):
    called: str
    age: int = 1


class Parcel(BaseModel):
    weight: float = 0.5


class OldParcel(BaseModel):
    grams: int = 500


def app_of(sender: Any, parcel: Any, *, alone: str | None = None) -> FastAPI:
    app = FastAPI()

    def together(one: Any, two: Any) -> Any:
        return [*one.model_dump().values(), *two.model_dump().values()]

    def beside(one: Any, code: Any) -> Any:
        return [*one.model_dump().values(), code]

    of: Any = Annotated
    together.__annotations__ = {"one": of[sender, Form()], "two": of[parcel, Form()]}
    beside.__annotations__ = {"one": of[sender, Form()], "code": of[str, Form(alias=alone)]}
    app.add_api_route("/together", together, methods=["POST"])
    app.add_api_route("/beside", beside, methods=["POST"])
    return app


HEAD, BEFORE = app_of(Sender, Parcel, alone="code"), app_of(OldSender, OldParcel, alone="key")
IS_SPREAD = any("allOf" in schema for schema in HEAD.openapi()["components"]["schemas"].values())
FACTS: tuple[Fact, ...] = (
    on(Sender).renamed("called", to="name"),
    on(Parcel).renamed("grams", to="weight"),
    on(Parcel).retyped("weight", was=int, to_head=lambda grams: grams / 1000, to_old=lambda weight: weight * 1000),
    endpoint("/beside", "POST").form("key").renamed(to="code"),
)

pytestmark = pytest.mark.skipif(not IS_SPREAD, reason="this release of FastAPI has no forms of several models")


def response_to(app: Any, path: str, content: bytes) -> tuple[int, Any]:
    fields = {"api-version": OLD, "content-type": "application/x-www-form-urlencoded"}
    response = Caller(app).post(path, content=content, headers=fields)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("/together", b"called=Ann&age=7&grams=2000", ["Ann", 7, 2.0]),
        ("/together", b"called=Ann", ["Ann", 1, 0.5]),
        ("/beside", b"called=Ann&key=k-1", ["Ann", 1, "k-1"]),
    ],
)
def test_the_fields_of_each_are_converted(path: str, content: bytes, expected: Any) -> None:
    assert response_to(BEFORE, path, content)[0] == 200
    assert response_to(gated(HEAD, *FACTS), path, content) == (200, expected)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/together", b""),
        ("/together", b"called=Ann&grams=much"),
        ("/together", b"age=7"),
        ("/beside", b"called=Ann"),
        ("/beside", b"called=Ann&age=old&key=1"),
    ],
)
def test_a_422_has_the_clients_names(path: str, content: bytes) -> None:
    def told(app: Any) -> list[tuple[Any, ...]]:
        status, body = response_to(app, path, content)
        return [(status, one["type"], one["loc"]) for one in body["detail"]]

    assert told(gated(HEAD, *FACTS)) == told(BEFORE)


def test_nothing_of_it_is_opaque_and_the_old_document_has_the_old_fields() -> None:
    contract = Contract.of(HEAD)
    assert not [place for place in contract.opaque if "request" in place]
    paths = timeline_of(*FACTS).compile(contract).contract(OLD)["paths"]
    bodies = [paths[path]["post"]["requestBody"]["content"] for path in ("/together", "/beside")]
    shown = [content["application/x-www-form-urlencoded"]["schema"]["properties"] for content in bodies]
    assert [list(properties) for properties in shown] == [["called", "age", "grams"], ["called", "age", "key"]]
