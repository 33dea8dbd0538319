"""A callable discriminator looks into the objects and at the values that an arm holds, as head would get them."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, ConfigDict, Discriminator, Tag

from tests.silence.chosen_arms import app_of, read
from tests.silence.old_client import OLD, gates_of, old_client
from timegate import enum, on
from timegate.typing import is_array, is_object


class Sort(Enum):
    PAPER = "paper"


class Meta(BaseModel):
    sort: str = ""
    at: int = 0


class Deep(BaseModel):
    meta: Meta = Meta()


class Note(BaseModel):
    meta: Meta
    text: str = ""


class Listing(BaseModel):
    metas: list[Meta]


class Deeper(BaseModel):
    deep: Deep


class Listed(BaseModel):
    sizes: list[int]


class Sorted(BaseModel):
    kind: Sort


def kind_below(value: Any) -> str:
    return "box" if look(value, "inner", "meta", "sort") else "bare"


class Holder(BaseModel):
    inner: Node


class Bare(BaseModel):
    x: int = 0


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    y: int = 0


def kind_of_node(value: Any) -> str:
    return "box" if look(value, "meta", "sort") else "bare"


class Box(BaseModel):
    inner: Node | None = None
    meta: Meta | None = None


Node = Annotated[Annotated[Box, Tag("box")] | Annotated[Bare, Tag("bare")], Discriminator(kind_of_node)]

Below = Annotated[Annotated[Holder, Tag("box")] | Annotated[Bare, Tag("bare")], Discriminator(kind_below)]


def look(value: Any, *path: str | int) -> Any:
    for key in path:
        if isinstance(key, int):
            value = value[key] if value else None
        else:
            value = value.get(key) if is_object(value) else getattr(value, key, None)
    return value


def is_paper(kind: Any) -> bool:
    return kind in ("paper", Sort.PAPER)


def number_of_keys(order: Any) -> str:
    return str(len(order))


def shop(arm: Any, *path: str | int, fits: Any = bool) -> FastAPI:
    """An app whose callable looks at one place, and takes what is not found there for something bare."""

    def kind_of(value: Any) -> str:
        return "arm" if fits(look(value, *path)) else "closed" if look(value, "y") else "bare"

    named: Any = Annotated[arm, Tag("arm")]
    union: Any = named | Annotated[Bare, Tag("bare")] | Annotated[Closed, Tag("closed")]
    return app_of(Annotated[union, Discriminator(kind_of)])


META = on(Meta).renamed("type", to="sort")
PLACES: dict[str, Any] = {
    "below": (Note, ("meta", "sort"), {"meta": {"type": "a"}}, {"meta": {"sort": "a"}}),
    "two levels below": (
        Deeper,
        ("deep", "meta", "sort"),
        {"deep": {"meta": {"type": "a"}}},
        {"deep": {"meta": {"sort": "a"}}},
    ),
    "in a list": (Listing, ("metas", 0, "sort"), {"metas": [{"type": "a"}]}, {"metas": [{"sort": "a"}]}),
}


@pytest.mark.parametrize("name", PLACES)
def test_it_sees_renamed_keys_at_every_depth(name: str) -> None:
    arm, path, sent, got = PLACES[name]
    client = old_client(shop(arm, *path), META)
    assert read(client, sent) == {"is": arm.__name__, "has": got}
    assert read(client, {"x": 1}) == {"is": "Bare", "has": {"x": 1}}
    assert read(client, {"y": 1}) == {"is": "Closed", "has": {"y": 1}}


@pytest.mark.parametrize("name", PLACES)
def test_a_key_that_only_head_has_tells_nothing_below(name: str) -> None:
    arm, path, _, got = PLACES[name]
    assert read(old_client(shop(arm, *path), META), got) in (422, {"is": "Bare", "has": {}})


def test_a_wrong_value_beside_the_key_is_told_and_makes_nothing_else_of_the_object() -> None:
    client = old_client(shop(Note, "meta", "sort"), META, on(Meta).renamed("when", to="at"))
    response = client.post("/", {"meta": {"type": "a", "when": "never"}})
    assert response.status_code == 422
    assert [one["loc"] for one in response.json()["detail"]] == [["body", "arm", "meta", "when"]]


def test_a_refusing_function_beside_the_key_makes_nothing_else_of_the_object() -> None:
    at = on(Meta).retyped("at", was=str, to_head=int, to_old=str)
    client = old_client(shop(Note, "meta", "sort"), META, at)
    assert read(client, {"meta": {"type": "a", "at": "5"}}) == {"is": "Note", "has": {"meta": {"sort": "a", "at": 5}}}
    response = client.post("/", {"meta": {"type": "a", "at": "never"}})
    assert response.status_code == 422
    assert [one["loc"] for one in response.json()["detail"]] == [["body", "arm", "meta", "at"]]


def test_it_sees_values_as_head_gets_them() -> None:
    renamed = enum(Sort).renamed("PAPER", to="paper")
    client = old_client(shop(Sorted, "kind", fits=is_paper), renamed)
    assert read(client, {"kind": "PAPER"}) == {"is": "Sorted", "has": {"kind": "paper"}}
    client = old_client(
        shop(Listed, "sizes", fits=is_array),
        on(Listed).became_list("sizes", was=int, empty=0),
    )
    assert read(client, {"sizes": 5}) == {"is": "Listed", "has": {"sizes": [5]}}


def test_it_sees_moved_values_where_head_gets_them() -> None:
    client = old_client(shop(Note, "meta", "sort"), on(Note).moved("type", to="meta.sort", empty=""))
    assert read(client, {"type": "a", "meta": {"at": 1}}) == {"is": "Note", "has": {"meta": {"sort": "a", "at": 1}}}


def test_it_sees_renamed_keys_where_a_function_of_the_whole_object_comes_between() -> None:
    class Order(BaseModel):
        item: Annotated[
            Annotated[Note, Tag("note")] | Annotated[Bare, Tag("bare")],
            Discriminator(lambda value: "note" if look(value, "meta", "sort") else "bare"),
        ]
        name: str = ""

    app = FastAPI()

    async def post(body: Order) -> Any:
        return {"is": type(body.item).__name__, "has": body.item.model_dump(exclude_unset=True)}

    post.__annotations__ = {"body": Order, "return": dict[str, Any]}
    app.post("/")(post)
    filled = on(Order).added("name", default=number_of_keys)
    client = old_client(app, META, filled)
    assert read(client, {"item": {"meta": {"type": "a"}}}) == {"is": "Note", "has": {"meta": {"sort": "a"}}}


def test_it_sees_renamed_keys_below_what_another_callable_names() -> None:
    client = old_client(app_of(Below), META)
    assert read(client, {"inner": {"meta": {"type": "a"}}}) == {
        "is": "Holder",
        "has": {"inner": {"meta": {"sort": "a"}}},
    }
    assert read(client, {"x": 1}) == {"is": "Bare", "has": {"x": 1}}


def test_an_object_of_the_deepest_nesting_is_asked_about() -> None:
    app = FastAPI()

    async def post(body: Any) -> str:
        return type(body).__name__

    post.__annotations__["body"] = Annotated[Node, Body()]
    app.post("/")(post)
    client = old_client(app, META)
    value: Any = {"x": 1}
    for _ in range(150):
        value = {"inner": value, "meta": {"type": "a"}}
    assert read(client, value) == "Box"


def test_a_conversion_that_is_broken_off_while_a_callable_is_asked_does_not_blind_the_next_one() -> None:
    class BrokenOff(BaseException):
        """What is no error of the function, such as the cancellation of a task."""

    class Order(BaseModel):
        item: Annotated[
            Annotated[Note, Tag("note")] | Annotated[Bare, Tag("bare")],
            Discriminator(lambda value: "note" if look(value, "meta", "sort") else "bare"),
        ]

    def number(text: str) -> int:
        if text == "stop":
            raise BrokenOff
        return int(text)

    gates = gates_of([Order], META, on(Meta).retyped("at", was=str, to_head=number, to_old=str))

    def upgraded(at: str) -> Any:
        return gates.upgrade(Order, {"item": {"meta": {"type": "a", "at": at}}}, from_version=OLD)

    for _ in range(3):
        with pytest.raises(BrokenOff):
            upgraded("stop")
    assert upgraded("5") == {"item": {"meta": {"sort": "a", "at": 5}}}
