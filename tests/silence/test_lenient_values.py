"""Head reads more than its schema says: what the client's contract lacks stays out, what an old server read is read."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Strict

from tests.silence.exchanges import Posted, change_of, exchange, gated
from timegate import enum, on

REFUSED = 422, None


class Order(BaseModel):
    price: int
    qty: int | None = None
    rate: float = 1.0
    flag: bool = False
    name: str = "x"
    user: str = "u-0"


class OldOrder(BaseModel):
    price: int
    qty: int | None = None
    rate: float = 1.0
    flag: bool = False
    name: str = "x"
    user: int = 0


CHANGED = (
    on(Order).retyped("price", was=int, to_head=lambda v: v * 100, to_old=lambda v: v // 100),
    on(Order).retyped(
        "qty", was=int | None, to_head=lambda v: None if v is None else v + 1000, to_old=lambda v: v and v - 1000
    ),
    on(Order).retyped("rate", was=float, to_head=lambda v: v * 2, to_old=lambda v: v / 2),
    on(Order).retyped("flag", was=bool, to_head=lambda v: not v, to_old=lambda v: not v),
    on(Order).retyped("user", was=int, to_head=lambda v: f"u-{v}", to_old=lambda v: int(v[2:])),
)


class TestConvertedScalars:
    posted = Posted(Order, *CHANGED)

    @pytest.mark.parametrize(
        ("sent", "received"),
        [
            ({"price": 5}, {"price": 500}),
            ({"price": "5"}, {"price": 500}),
            ({"price": " 5 "}, {"price": 500}),
            ({"price": 5.0}, {"price": 500}),
            ({"price": "5.0"}, {"price": 500}),
            ({"price": True}, {"price": 100}),
            ({"price": 5, "qty": "3"}, {"price": 500, "qty": 1003}),
            ({"price": 5, "qty": 3.0}, {"price": 500, "qty": 1003}),
            ({"price": 5, "qty": None}, {"price": 500, "qty": None}),
            ({"price": 5, "rate": "2.5"}, {"price": 500, "rate": 5.0}),
            ({"price": 5, "rate": 2}, {"price": 500, "rate": 4.0}),
            ({"price": 5, "rate": True}, {"price": 500, "rate": 2.0}),
            ({"price": 5, "flag": "true"}, {"price": 500, "flag": False}),
            ({"price": 5, "flag": 1}, {"price": 500, "flag": False}),
            ({"price": 5, "flag": "off"}, {"price": 500, "flag": True}),
            ({"price": 5, "user": 2}, {"price": 500, "user": "u-2"}),
            ({"price": 5, "user": "2"}, {"price": 500, "user": "u-2"}),
            ({"price": 5, "user": 2.0}, {"price": 500, "user": "u-2"}),
            ({"price": 5, "user": True}, {"price": 500, "user": "u-1"}),
        ],
    )
    def test_are_read_as_the_old_server_read_them(self, sent: dict[str, Any], received: dict[str, Any]) -> None:
        status, order = self.posted.send(sent)
        assert (status, order) == (200, Order(**received))
        assert order.model_fields_set == received.keys()

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("price", "five"), ("price", 5.5), ("price", None), ("price", [5]), ("price", ""), ("qty", "three"),
            ("rate", "fast"), ("rate", "nan"), ("rate", "inf"), ("flag", 2), ("flag", "maybe"), ("flag", None),
            ("user", "u-99"), ("user", 2.5), ("user", None), ("user", {"id": 2}),
        ],
    )  # fmt: skip
    def test_that_the_old_server_refused_never_reach_head(self, key: str, value: object) -> None:
        assert self.posted.send({"price": 5, key: value}) == REFUSED

    @pytest.mark.parametrize(
        "sent", [{"price": "five"}, {"price": 5.5, "user": "u-99"}, {"price": 5, "flag": "maybe"}, {"price": None}]
    )
    def test_are_refused_in_the_words_of_the_old_server(self, sent: dict[str, Any]) -> None:
        told = exchange(self.posted.app, "POST", "/", body=sent)
        before = exchange(Posted(OldOrder).bare, "POST", "/", body=sent)
        assert (told.status, told.headers["content-type"], told.json()) == (
            before.status,
            before.headers["content-type"],
            before.json(),
        )


class Moments(BaseModel):
    at: dt.datetime = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    lasts: dt.timedelta = dt.timedelta(1)
    day: dt.date = dt.date(2020, 1, 1)
    time: dt.time = dt.time(1)
    key: UUID = UUID(int=0)
    amount: Decimal = Decimal(1)
    parts: list[int] = []
    shares: dict[str, int] = {}


@dataclass
class Seen:
    """A field of an old type, and what a function sees of values that are sent."""

    key: str
    was: Any
    head: Any
    sent: Any
    seen: Any


@pytest.mark.parametrize(
    "case",
    [
        Seen("at", dt.datetime, "2030-01-01T00:00:00Z", 1609459200, "2021-01-01T00:00:00Z"),
        Seen("at", dt.datetime, "2030-01-01T00:00:00Z", "1609459200", "2021-01-01T00:00:00Z"),
        Seen("lasts", dt.timedelta, "P9D", 3600, "PT1H"),
        Seen("day", dt.date, "2030-01-01", 1609459200, "2021-01-01"),
        Seen("key", UUID, str(UUID(int=9)), UUID(int=1).hex, str(UUID(int=1))),
        Seen("key", int, str(UUID(int=9)), "1", 1),
        Seen("parts", list[int], [9], ["1", 2.0], [1, 2]),
        Seen("shares", dict[str, int], {"z": 9}, {"a": "1"}, {"a": 1}),
        Seen("parts", int, [9], "3", 3),
        Seen("amount", float, 9, "1.5", 1.5),
        Seen("amount", float, 9, 1, 1.0),
        Seen("amount", float | None, 9, 1, 1.0),
        Seen("amount", int | float, 9, 1, 1),
    ],
    ids=lambda case: f"{case.key} of {case.sent!r}",
)
def test_a_function_sees_the_plain_json_of_what_the_old_type_reads(case: Seen) -> None:
    seen: list[Any] = []

    def to_head(value: Any) -> Any:
        seen.append(value)
        return case.head

    posted = Posted(Moments, on(Moments).retyped(case.key, was=case.was, to_head=to_head, to_old=lambda value: value))
    status, received = posted.send({case.key: case.sent})
    assert (status, received) == (200, Moments.model_validate({case.key: case.head}))
    assert (seen[-1], type(seen[-1])) == (case.seen, type(case.seen))
    assert posted.send({case.key: {"no": ["such", "value"]}}) == REFUSED


class Wider(BaseModel):
    n: int | str = 0
    at: dt.datetime | str = ""


class TestWidenedTypes:
    posted = Posted(Wider, on(Wider).retyped("n", was=int), on(Wider).retyped("at", was=dt.datetime))

    @pytest.mark.parametrize(("sent", "received"), [({"n": 5}, 5), ({"n": "5"}, 5), ({"n": True}, 1), ({"n": 5.0}, 5)])
    def test_let_head_read_what_the_old_type_read(self, sent: dict[str, Any], received: int) -> None:
        status, wider = self.posted.send(sent)
        assert (status, wider.n, type(wider.n)) == (200, received, int)

    @pytest.mark.parametrize("sent", [{"n": "five"}, {"n": 5.5}, {"at": "soon"}])
    def test_bring_nothing_that_only_heads_type_admits(self, sent: dict[str, Any]) -> None:
        assert self.posted.send(sent) == REFUSED


class Loose(BaseModel):
    n: int = 0


class Tight(BaseModel):
    model_config = ConfigDict(strict=True)

    n: int = 0


class Trimmed(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, coerce_numbers_to_str=True)

    name: str = ""


class TestStrictness:
    @pytest.mark.parametrize("sent", ["5", 5.0, True])
    def test_of_the_old_type_holds(self, sent: object) -> None:
        fact = on(Loose).retyped("n", was=Annotated[int, Strict()], to_head=lambda v: v + 1, to_old=lambda v: v - 1)
        assert Posted(Loose, fact).send({"n": sent}) == REFUSED

    @pytest.mark.parametrize("sent", ["5", 5.0, True])
    def test_of_the_model_holds_for_the_old_type(self, sent: object) -> None:
        fact = on(Tight).retyped("n", was=int, to_head=lambda v: v + 1, to_old=lambda v: v - 1)
        assert Posted(Tight, fact).send({"n": sent}) == REFUSED

    @pytest.mark.parametrize(("sent", "received"), [(" a ", "A"), (5, "5")])
    def test_of_other_settings_too(self, sent: object, received: str) -> None:
        fact = on(Trimmed).retyped("name", was=str, to_head=str.upper, to_old=str.lower)
        assert Posted(Trimmed, fact).send({"name": sent}) == (200, Trimmed(name=received))


class Level(IntEnum):
    ONE = 1
    TWO = 2


class Share(float, Enum):
    ONE = 1.0
    TWO = 2.0


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"

    @classmethod
    def _missing_(cls, value: object) -> "Colour | None":
        return next((member for member in cls if member.value == str(value).lower()), None)


class Rated(BaseModel):
    level: Level = Level.ONE
    maybe: Level | None = None
    levels: list[Level] = []
    pair: tuple[int, Level] = (0, Level.ONE)
    either: Level | str = Level.ONE
    counts: dict[Level, int] = {}
    share: Share = Share.ONE
    colour: Colour = Colour.RED


GREW = (
    enum(Level).grew(2, seen_as=1),
    enum(Share).grew(2.0, seen_as=1.0),
    enum(Colour).grew("blue", seen_as="red"),
)


class TestMembers:
    posted = Posted(Rated, *GREW)

    @pytest.mark.parametrize("value", [2, "2", 2.0, "2.0", " 2", "02"], ids=repr)
    @pytest.mark.parametrize("place", ["level", "maybe", "levels", "pair", "share"])
    def test_that_the_client_lacks_reach_head_in_no_spelling(self, place: str, value: object) -> None:
        around: dict[str, list[object]] = {"levels": [1, value], "pair": [0, value]}
        assert self.posted.send({place: around.get(place, value)}) == REFUSED

    @pytest.mark.parametrize(
        "sent", [{"colour": "blue"}, {"colour": "BLUE"}, {"colour": "Blue"}, {"counts": {"2": 1}}, {"either": 2}]
    )
    def test_that_the_client_lacks_are_refused_by_missing_and_as_keys_too(self, sent: dict[str, Any]) -> None:
        assert self.posted.send(sent) == REFUSED

    @pytest.mark.parametrize(
        "sent",
        [
            {"level": 1}, {"level": "1"}, {"level": 1.0}, {"level": True}, {"maybe": "1"}, {"maybe": None},
            {"levels": ["1", 1.0]}, {"share": 1}, {"share": "1"}, {"colour": "RED"}, {"counts": {"1": 3}},
        ],
    )  # fmt: skip
    def test_of_the_client_are_read_in_every_spelling_that_the_old_server_read(self, sent: dict[str, Any]) -> None:
        assert self.posted.send(sent) == (200, Rated.model_validate(sent))

    @pytest.mark.parametrize("sent", [7, "7", 7.0])
    def test_of_other_values_are_converted_in_every_spelling(self, sent: object) -> None:
        posted = Posted(Rated, enum(Level).renamed(7, to=2))
        assert posted.send({"level": sent}) == (200, Rated(level=Level.TWO))
        assert [posted.send({"level": value}) for value in (2, "2", 2.0)] == [REFUSED] * 3


@pytest.mark.parametrize(
    ("query", "status", "received"),
    [
        ("e=1", 200, [1]), ("e=1.0", 200, [1]), ("e=2", 422, None), ("e=2.0", 422, None), ("e=%202", 422, None),
        ("e=02", 422, None), ("e=%2B2", 422, None), ("e=1&many=1&many=2", 422, None), ("e=1&many=1", 200, [1, 1]),
        ("e=1&maybe=2", 422, None), ("e=1&maybe=%202", 422, None),
    ],
)  # fmt: skip
def test_a_member_in_a_query_is_read_before_it_is_judged(query: str, status: int, received: object) -> None:
    app = FastAPI()

    async def get(
        e: Level, many: Annotated[list[Level] | None, Query()] = None, maybe: Level | None = None
    ) -> list[int]:
        return [e, *(many or [])]

    app.add_api_route("/", get)
    response = exchange(gated(app, *GREW[:1]), "GET", f"/?{query}")
    assert response.status == status
    assert received is None or response.json() == received


class Asked(BaseModel):
    n: int = 0
    user: str = ""


@pytest.mark.parametrize(
    ("query", "status", "received"),
    [
        ("n=5", 200, {"n": 500, "user": ""}), ("n=%205", 200, {"n": 500, "user": ""}), ("n=five", 422, None),
        ("n=", 422, None), ("user=2", 200, {"n": 0, "user": "u-2"}), ("user=u-99", 422, None),
    ],
)  # fmt: skip
def test_a_converted_query_parameter_is_read_as_the_old_type(query: str, status: int, received: object) -> None:
    app = FastAPI()

    async def get(asked: Annotated[Asked, Query()]) -> dict[str, Any]:
        return asked.model_dump()

    app.add_api_route("/", get, response_model=dict[str, Any])
    facts = (
        on(Asked).retyped("n", was=int, to_head=lambda v: v * 100, to_old=lambda v: v // 100),
        on(Asked).retyped("user", was=int, to_head=lambda v: f"u-{v}", to_old=lambda v: int(v[2:])),
    )
    response = exchange(gated(app, *facts), "GET", f"/?{query}")
    assert response.status == status
    assert received is None or response.json() == received


class Kept(BaseModel):
    name: str | None = "x"
    note: str | None = None


class TestPresenceAndNull:
    @pytest.mark.parametrize(
        ("fact", "sent", "received"),
        [
            (on(Kept).became_nullable("note", null_was=""), {"note": None}, REFUSED),
            (on(Kept).became_nullable("note", null_was=""), {"note": "a"}, (200, Kept(note="a"))),
            (on(Kept).became_optional("note", missing_was=""), {}, REFUSED),
            (on(Kept).became_optional("note", missing_was=""), {"note": None}, (200, Kept(note=None))),
            (on(Kept).removed("code", was=int, loses="x"), {"code": "three"}, REFUSED),
            (on(Kept).removed("code", was=int, loses="x"), {"code": None}, REFUSED),
            (on(Kept).removed("code", was=int, loses="x"), {"code": "3"}, (200, Kept())),
            (on(Kept).removed("code", was=int, loses="x"), {}, (200, Kept())),
            (on(Kept).removed("code", was=int, required=True, loses="x"), {}, REFUSED),
            (on(Kept).removed("code", was=int, required=False, loses="x"), {}, (200, Kept())),
        ],
        ids=str,
    )
    def test_are_those_of_the_clients_contract(self, fact: Any, sent: dict[str, Any], received: object) -> None:
        assert Posted(Kept, fact).send(sent) == received

    def test_of_untouched_fields_are_heads_business(self) -> None:
        assert Posted(Kept, on(Kept).added("note")).send({"name": None}) == (200, Kept(name=None))


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    a: int = 1


class Open(BaseModel):
    a: int = 1


@pytest.mark.parametrize(
    ("sent", "received"),
    [({"a": 2}, (200, Open(a=3))), ({"a": "2"}, (200, Open(a=3))), ({"a": "x"}, REFUSED)],
)
def test_a_reshaped_object_is_read_by_its_old_type(sent: dict[str, Any], received: object) -> None:
    fact = on(Open).reshaped(
        was=Closed, to_head=lambda old: {"a": old["a"] + 1}, to_old=lambda new: {"a": new["a"] - 1}
    )
    assert Posted(Open, fact).send(sent) == received


def test_changes_without_facts_judge_nothing() -> None:
    assert change_of().changes == ()
    assert Posted(Order).send({"price": "5", "user": "u-99"}) == (200, Order(price=5, user="u-99"))
