"""A field that an older version called by its alias had the name in Python too, of which the alias is made."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from tests.silence.exchanges import App, exchange, gated
from timegate import on
from timegate.changes.base import Fact


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class User(Camel):
    user_id: int
    display_name: str | None = None


class OldUser(Camel):
    user_id: int
    nick_name: str | None = None


class Generated(BaseModel):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel), populate_by_name=True)
    display_name: str | None = None


class ByAlias(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    display_name: str | None = None


RENAMED = on(User).renamed("nickName", to="display_name")


def echo(kind: Any, *, by_alias: bool = True) -> FastAPI:
    app = FastAPI()

    def post(user: Any) -> Any:
        return user

    post.__annotations__["user"] = kind
    app.post("/", response_model=kind, response_model_by_alias=by_alias)(post)
    return app


def told(app: App, body: object) -> tuple[int, Any]:
    response = exchange(app, "POST", "/", body=body)
    return response.status, response.json()


@pytest.mark.parametrize("by_alias", [True, False], ids=["aliases are sent", "names are sent"])
@pytest.mark.parametrize(
    "body",
    [
        {"userId": 1, "nickName": "x"},
        {"user_id": 1, "nick_name": "x"},
        {"userId": 1, "nick_name": "y", "nickName": "x"},
        {"userId": 1},
        {"userId": 1, "nick_name": 5},
    ],
    ids=str,
)  # fmt: skip
def test_a_renamed_field_is_read_and_sent_by_its_name_as_all_others_are(body: object, by_alias: bool) -> None:
    old, new = echo(OldUser, by_alias=by_alias), gated(echo(User, by_alias=by_alias), RENAMED)
    assert told(new, body) == told(old, body)


@pytest.mark.parametrize("sent", [{"nickName": 5}, {"nick_name": 5}], ids=str)
def test_a_removed_field_is_judged_by_its_name_as_by_its_alias(sent: dict[str, object]) -> None:
    class Head(Camel):
        user_id: int

    fact: Fact = on(Head).removed("nickName", was=str | None, required=False, loses="nobody asks for it")
    status, body = told(gated(echo(Head), fact), {"userId": 1, **sent})
    assert (status, [(one["type"], one["loc"]) for one in body["detail"]]) == (
        422,
        [("string_type", ["body", *sent])],
    )


@pytest.mark.parametrize(
    ("kind", "sent", "received"),
    [(Generated, "nick_name", "x"), (ByAlias, "nick_name", None), (ByAlias, "nickName", "x")],
)
def test_a_name_is_read_where_the_class_reads_names(kind: Any, sent: str, received: str | None) -> None:
    app = FastAPI()

    def post(user: Any) -> Any:
        return user.display_name

    post.__annotations__["user"] = kind
    app.post("/")(post)
    changed = gated(app, on(kind).renamed("nickName", to="display_name"))
    assert told(changed, {sent: "x"}) == (200, received)
