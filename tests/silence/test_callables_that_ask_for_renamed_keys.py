"""A callable discriminator asks for the keys of today: an old client's object is the arm that it names by these."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from tests.sentences import shows
from tests.silence.chosen_arms import app_of, read
from tests.silence.old_client import OLD, gates_of, old_client
from timegate import on
from timegate.typing import is_object


class Part(BaseModel):
    sku: str = ""


class Note(BaseModel):
    text: str = ""


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = 0


def has(value: Any, key: str) -> bool:
    return key in (value if is_object(value) else value.model_fields_set)


def kind_of(value: Any) -> str:
    """What has no key that tells it is a note."""
    return "part" if has(value, "sku") else "closed" if has(value, "size") else "note"


ARMS: dict[str, Any] = {
    "part": Annotated[Part, Tag("part")],
    "note": Annotated[Note, Tag("note")],
    "closed": Annotated[Closed, Tag("closed")],
}
RENAMED = {
    "part": on(Part).renamed("article", to="sku"),
    "note": on(Note).renamed("words", to="text"),
    "closed": on(Closed).renamed("width", to="size"),
}


def shop(order: tuple[str, ...]) -> FastAPI:
    union: Any = ARMS[order[0]] | ARMS[order[1]] | ARMS[order[2]]
    return app_of(Annotated[union, Discriminator(kind_of)])


CHANGED = [names for size in (1, 2, 3) for names in combinations(RENAMED, size)]
ORDERS = list(permutations(ARMS))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("changed", CHANGED, ids="+".join)
def test_an_object_is_the_arm_that_its_keys_of_today_tell(order: tuple[str, ...], changed: tuple[str, ...]) -> None:
    client = old_client(shop(order), *(RENAMED[name] for name in changed))
    article, words, width = (
        old if name in changed else new
        for name, old, new in (("part", "article", "sku"), ("note", "words", "text"), ("closed", "width", "size"))
    )
    assert read(client, {article: "a"}) == {"is": "Part", "has": {"sku": "a"}}
    assert read(client, {words: "a"}) == {"is": "Note", "has": {"text": "a"}}
    assert read(client, {width: 1}) == {"is": "Closed", "has": {"size": 1}}
    assert read(client, {}) == {"is": "Note", "has": {}}
    assert read(client, {article: "a", "stranger": 1}) == {"is": "Part", "has": {"sku": "a"}}


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("changed", CHANGED, ids="+".join)
def test_what_does_not_fit_the_arm_that_is_named_is_no_other_arm(
    order: tuple[str, ...], changed: tuple[str, ...]
) -> None:
    client = old_client(shop(order), *(RENAMED[name] for name in changed))
    article = "article" if "part" in changed else "sku"
    width = "width" if "closed" in changed else "size"
    for body, place in (
        ({article: 5}, ["body", "part", article]),
        ({width: "wide"}, ["body", "closed", width]),
        ({width: 1, "stranger": 1}, ["body", "closed", "stranger"]),
    ):
        response = client.post("/", body)
        assert response.status_code == 422
        assert [one["loc"] for one in response.json()["detail"]] == [place]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_key_that_only_head_has_tells_nothing(order: tuple[str, ...]) -> None:
    client = old_client(shop(order), RENAMED["part"])
    found = read(client, {"sku": "a"})
    assert found in (422, {"is": "Note", "has": {}})


def test_it_is_asked_once_where_no_key_is_called_otherwise() -> None:
    asked: list[Any] = []

    def counting(value: Any) -> str:
        asked.append(value)
        return kind_of(value)

    part, note = (ARMS[name] for name in ("part", "note"))
    union: Any = Annotated[part | note, Discriminator(counting)]
    app = FastAPI()

    async def post(body: Any) -> str:
        return type(body).__name__

    post.__annotations__["body"] = Annotated[union, Body()]
    app.post("/")(post)
    client = old_client(app, RENAMED["part"], RENAMED["note"])
    assert client.post("/", {}).json() == "Note"
    # Once to choose, once to make sure, and once by head.
    assert len(asked) <= 3


class Unsent(BaseModel):
    kind: str = Field("", exclude=True)
    size: int = 0


class Plain(BaseModel):
    kind: str = Field("", exclude=True)
    size: int = 0


def unsent_kind(value: Any) -> str:
    return (value.get("kind") if is_object(value) else value.kind) or "unsent"


class Holding(BaseModel):
    held: Annotated[Annotated[Unsent, Tag("unsent")] | Annotated[Plain, Tag("plain")], Discriminator(unsent_kind)]


@shows(
    "in a response, the arm of a callable `Discriminator` that looks for a field which is not in the body "
    "(`exclude=True`): it gets the body as it was sent | send the field",
)
def test_it_is_asked_about_a_response_as_it_was_sent() -> None:
    gates = gates_of([Holding], on(Unsent).renamed("length", to="size"))
    sent = {"held": {"kind": "plain", "size": 1}}
    assert gates.upgrade(Holding, sent, from_version=OLD) == sent
    for held in (Unsent(kind="unsent", size=1), Plain(kind="plain", size=1)):
        assert gates.downgrade(Holding, Holding(held=held), to_version=OLD) == {"held": {"length": 1}}
