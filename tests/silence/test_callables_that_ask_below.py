"""A callable discriminator looks into the objects and at the values that an arm holds, as head would get them."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
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
    client = old_client(app_of(Node), META)
    value: Any = {"x": 1}
    for _ in range(195):
        value = {"inner": value, "meta": {"type": "a"}}
    got = client.post("/", value)
    assert got.status_code == 200
    assert got.text.count('"sort":"a"') == 195


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


class Tall(BaseModel):
    below: High | None = None
    meta: Meta | None = None


def kind_by_the_deepest(value: Any) -> str:
    while (inner := look(value, "below")) is not None:
        value = inner
    return "tall" if look(value, "meta", "sort") else "short"


class Short(BaseModel):
    below: High | None = None


High = Annotated[Annotated[Tall, Tag("tall")] | Annotated[Short, Tag("short")], Discriminator(kind_by_the_deepest)]


@pytest.mark.parametrize("levels", [0, 1, 2, 3, 4, 5, 30])
def test_it_sees_renamed_keys_below_any_number_of_other_callables(levels: int) -> None:
    client = old_client(app_of(High), META)
    sent: dict[str, Any] = {"meta": {"type": "a"}}
    got: dict[str, Any] = {"meta": {"sort": "a"}}
    other: dict[str, Any] = {"meta": {"at": 1}}
    for _ in range(levels):
        sent, got, other = {"below": sent}, {"below": got}, {"below": other}
    assert read(client, sent) == {"is": "Tall", "has": got}
    assert read(client, other)["is"] == "Short"


ASKED: list[Any] = []


def kind_of_part(value: Any) -> str:
    ASKED.append(value)
    return "branch" if look(value, "meta", "sort") == "branch" else "leaf"


class Branch(BaseModel):
    meta: Meta
    parts: list[Part]


class Leaf(BaseModel):
    meta: Meta


Part = Annotated[Annotated[Branch, Tag("branch")] | Annotated[Leaf, Tag("leaf")], Discriminator(kind_of_part)]


def test_each_object_is_asked_about_once_however_many_are_around_it() -> None:
    gates = gates_of([Branch], META)
    sent: dict[str, Any] = {"meta": {"type": "leaf"}}
    for _ in range(30):
        sent = {"meta": {"type": "branch"}, "parts": [sent]}
    ASKED.clear()
    got = gates.upgrade(Branch, sent, from_version=OLD)
    # Once as each arm.
    assert len(ASKED) <= 2 * 30
    assert str(got).count("'sort': 'branch'") == 30
    assert "type" not in str(got)


def kind_by_its_tag(value: Any) -> str:
    return "tagged" if is_object(value) and value.pop("tag", None) else "bare"


class Tagged(BaseModel):
    tag: int = 0
    meta: Meta


ByTag = Annotated[Annotated[Tagged, Tag("tagged")] | Annotated[Bare, Tag("bare")], Discriminator(kind_by_its_tag)]


class Tags(BaseModel):
    items: list[ByTag]


def test_a_callable_that_takes_its_tag_out_takes_it_out_of_what_it_sees_alone() -> None:
    gates = gates_of([Tags], META)
    sent = {"items": [{"tag": 1, "meta": {"type": "a"}}, {"x": 2}]}
    assert gates.upgrade(Tags, sent, from_version=OLD) == {"items": [{"tag": 1, "meta": {"sort": "a"}}, {"x": 2}]}


class Counted(BaseModel):
    sizes: list[int]
    meta: Meta


Counting = Annotated[Annotated[Counted, Tag("box")] | Annotated[Bare, Tag("bare")], Discriminator(kind_of_node)]


def test_what_is_only_shown_is_not_changed_by_a_function_that_changes_what_it_gets() -> None:
    def with_one_more(sizes: Any) -> Any:
        sizes.append(1)
        return sizes

    sizes = on(Counted).retyped("sizes", to_head=with_one_more, to_old=list)
    client = old_client(app_of(Counting), META, sizes)
    got = {"sizes": [5, 1], "meta": {"sort": "a"}}
    assert read(client, {"sizes": [5], "meta": {"type": "a"}}) == {"is": "Counted", "has": got}
