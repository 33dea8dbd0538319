"""A value that a function converts, or that is removed, may hold a model that was retired: the old server read it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.asgi.calling import Caller
from tests.cells.refused import change_of
from tests.silence.old_client import OLD
from timegate import Timeline, Version, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact


class Person(BaseModel):
    kind: Literal["person"]
    name: str | None = None


class Company(BaseModel):
    kind: Literal["company"]
    seats: int


class Former(BaseModel):
    kind: Literal["former"]
    name: str


class Box(BaseModel):
    held: Annotated[Person | Company, Field(discriminator="kind")]


class Plain(BaseModel):
    held: Person | Company


class Page(BaseModel):
    box: Box | None = None


class PlainPage(BaseModel):
    box: Plain | None = None


def person(former: dict[str, Any]) -> dict[str, Any]:
    return {**former, "kind": "person"}


def itself(box: Any) -> Any:
    return box


RETIRED = on(Person).retired(was=Former, read_as=person, loses="all are persons")
FACTS: dict[str, tuple[Any, Fact]] = {
    "converted": (Page, on(Page).retyped("box", was=Box | None, to_head=itself, to_old=itself)),
    "converted, in a union without a tag": (
        PlainPage, on(PlainPage).retyped("box", was=Plain | None, to_head=itself, to_old=itself),
    ),
    "in an envelope": (Page, endpoint("/pages").enveloped("box")),
}  # fmt: skip
SENT = [{"kind": "former", "name": "Ada"}, {"kind": "person"}, {"kind": "company", "seats": 3}]


def served(model: Any, fact: Fact) -> FastAPI:
    app = FastAPI()

    def take(page: Any) -> Any:
        return page.model_dump(exclude_unset=True)

    take.__annotations__["page"] = model
    app.post("/pages")(take)
    timeline = Timeline(
        Version("2025-06-01", change_of("Newer", fact)),
        Version("2025-03-01", change_of("Retired", RETIRED)),
        Version(OLD),
    )
    app.add_middleware(TimegateMiddleware, timeline=timeline)
    return app


@pytest.mark.parametrize("held", SENT, ids=lambda held: held["kind"])
@pytest.mark.parametrize("name", FACTS)
def test_head_gets_what_the_retired_model_is_read_as(name: str, held: dict[str, Any]) -> None:
    model, fact = FACTS[name]
    bare = {"held": held}
    with Caller(served(model, fact), headers={"API-Version": OLD}) as client:
        response = client.post("/pages", json=bare if name == "in an envelope" else {"box": bare})
    expected = person(held) if held["kind"] == "former" else held
    assert (response.status_code, response.json()) == (200, {"box": {"held": expected}})


@pytest.mark.parametrize("held", SENT, ids=lambda held: held["kind"])
@pytest.mark.parametrize("was", [Box, Plain], ids=["with a tag", "without a tag"])
def test_a_removed_value_may_hold_it(was: Any, held: dict[str, Any]) -> None:
    fact = on(Page).removed("old", was=was, required=False, loses="nobody reads it")
    with Caller(served(Page, fact), headers={"API-Version": OLD}) as client:
        response = client.post("/pages", json={"old": {"held": held}})
        refused = client.post("/pages", json={"old": {"held": {"kind": "ghost"}}})
    assert (response.status_code, response.json()) == (200, {})
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"][:3] == ["body", "old", "held"]
