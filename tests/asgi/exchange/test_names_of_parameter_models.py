"""The fields of a class of parameters change by the names that read them, whatever names the app's document shows."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import Cookie, FastAPI, Form, Header, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from tests.asgi.calling import Caller
from timegate import Contract, Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware

NEW, OLD = "2025-06-01", "2025-01-01"


class Aliased(BaseModel):
    a_name: str = Field("nobody", alias="aName")
    a_role: str = Field("user", alias="aRole")
    a_same: str = Field("", alias="aSame")


class Validated(BaseModel):
    a_name: str = Field("nobody", validation_alias="aName")
    a_role: str = Field("user", validation_alias="aRole")
    a_same: str = Field("", validation_alias="aSame")


class Chosen(BaseModel):
    a_name: str = Field("nobody", validation_alias=AliasChoices("aName", "a-name"))
    a_role: str = Field("user", validation_alias=AliasChoices("aRole", "a-role"))
    a_same: str = Field("", validation_alias=AliasChoices("aSame", "a-same"))


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    a_name: str = Field("nobody", validation_alias="aName")
    a_role: str = Field("user", validation_alias="aRole")
    a_same: str = Field("", validation_alias="aSame")


MODELS: tuple[Any, ...] = (Aliased, Validated, Chosen, ByName)
PLACES = {"query": Query(), "cookie": Cookie(), "header": Header(), "form": Form()}
SPELLINGS = ["aName", "a_name", "a-name", "aRole", "a_role", "a-role"]


def app_of(model: Any, place: str) -> FastAPI:
    app = FastAPI()

    def read(asked: Any) -> dict[str, object]:
        found: dict[str, object] = asked.model_dump()
        return found

    read.__annotations__["asked"] = Annotated[model, PLACES[place]]
    app.add_api_route("/read", read, methods=["POST"])
    return app


def timeline_of(model: Any, place: str) -> Timeline:
    old = "auser" if place == "header" else "aUser"
    facts = (on(model).renamed(old, to="a_name"), on(model).added("a_role"))
    return Timeline(Version(NEW, type("Roles", (VersionChange,), {"__doc__": "r", "changes": facts})), Version(OLD))


def sent(model: Any, place: str, version: str, **fields: str) -> Any:
    app = app_of(model, place)
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(model, place))
    options: dict[str, Any] = {
        "query": {"params": fields},
        "form": {"data": fields or {"a": "b"}},
        "header": {"headers": fields},
        "cookie": {"headers": {"cookie": "; ".join(f"{name}={value}" for name, value in fields.items())}},
    }[place]
    return Caller(app, headers={"API-Version": version}).post("/read", **options).json()


EMPTY = {"a_name": "nobody", "a_role": "user", "a_same": ""}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("model", MODELS)
def test_no_name_that_reads_a_field_of_head_alone_reaches_it(model: Any, place: str) -> None:
    for name in SPELLINGS:
        assert sent(model, place, OLD, **{name: "x"}) == EMPTY


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("model", MODELS)
def test_the_old_name_reads_the_field_where_head_reads_it_at_all(model: Any, place: str) -> None:
    heads = [sent(model, place, NEW, **{name: "x"}) for name in SPELLINGS[:3]]
    expected = {**EMPTY, "a_name": "x"} if {**EMPTY, "a_name": "x"} in heads else EMPTY
    assert sent(model, place, OLD, aUser="x") == expected
    assert sent(model, place, OLD, aSame="x") == sent(model, place, NEW, aSame="x")


@pytest.mark.parametrize("model", MODELS)
def test_old_documents_have_the_old_name_and_none_of_the_new_ones(model: Any) -> None:
    gates = timeline_of(model, "query").compile(Contract.of(app_of(model, "query")))
    names = {one["name"] for one in gates.contract(OLD)["paths"]["/read"]["post"]["parameters"]}
    assert "aUser" in names
    assert names.isdisjoint(SPELLINGS)
    assert len(names) == 2
