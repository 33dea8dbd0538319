"""A constant of a fact fits its type and becomes plain JSON; a function can be called; or the app does not start."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import FastAPI
from pydantic import UUID4, AnyUrl, BaseModel, Field, RootModel

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of, gates_of_requests, old_client, refusal, timeline_of
from timegate import CompileError, Contract, DowngradeError, enum, on, sibling


class Status(Enum):
    A = "a"
    B = "b"


class Address(BaseModel):
    street: str
    code: str = "1"


class Street(BaseModel):
    name: str


class Work(BaseModel):
    name: str
    status: Status
    count: int | None
    flag: bool = False
    note: str | None = None
    maybe: int | None = None
    when: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    price: Decimal = Decimal(1)
    key: UUID = UUID(int=1)
    items: list[int] = [1]
    address: Address = Address(street="s")
    optional: str = ""


async def waiting(value: Any) -> Any:
    return value


class AsyncCallable:
    async def __call__(self, value: Any) -> Any:
        return value


def of_one(value: Any) -> Any:
    return str(value)


def with_more(value: Any, more: Any = None) -> Any:
    return str(value)


def of_all(*values: Any) -> Any:
    return str(values[0])


def of_none() -> int:
    return 1


def of_two(one: Any, other: Any) -> int:
    return 1


def by_keyword(*, value: Any) -> int:
    return 1


# A type checker would refuse these where a function of one value is asked for; whoever runs none must be told as well.
OF_NONE: Any = of_none
OF_TWO: Any = of_two
BY_KEYWORD: Any = by_keyword
NUMBER: Any = 3


class Code(RootModel[str]):
    pass


def removed(was: Any, backfill: Any) -> Any:
    return on(Work).removed("gone", was=was, backfill=backfill, loses="x")


CONSTANTS: dict[str, Any] = {
    "added, no member": lambda: on(Work).added("status", default="zzz"),
    "added, another type": lambda: on(Work).added("name", default=5),
    "added, an object": lambda: on(Work).added("name", default=object()),
    "added, a text for a flag": lambda: on(Work).added("flag", default="yes please"),
    "added, null": lambda: on(Work).added("name", default=None),
    "added, an incomplete model": lambda: on(Work).added("address", default={"code": "2"}),
    "became required, another type": lambda: on(Work).became_required("name", default=5),
    "became required, null": lambda: on(Work).became_required("name", default=None),
    "became nullable, another type": lambda: on(Work).became_nullable("count", null_was="text"),
    "became nullable, null": lambda: on(Work).became_nullable("count", null_was=None),
    "became nullable, an object": lambda: on(Work).became_nullable("count", null_was=object()),
    "became nullable, no number": lambda: on(Work).became_nullable("count", null_was=math.nan),
    "became nullable, infinity": lambda: on(Work).became_nullable("count", null_was=math.inf),
    "became non-null, another type": lambda: on(Work).became_non_null("status", null_is=5),
    "became non-null, null": lambda: on(Work).became_non_null("status", null_is=None),
    "became optional, another type": lambda: on(Work).became_optional("flag", missing_was="zzz"),
    "defaulted, another type": lambda: on(Work).defaulted("flag", was="zzz"),
    "defaulted, no member": lambda: on(Work).defaulted("status", was="c"),
    "removed, another type": lambda: on(Work).removed("gone", was=int, backfill="text", loses="x"),
    "removed, null": lambda: on(Work).removed("gone", was=int, backfill=None, loses="x"),
    "removed, an object": lambda: on(Work).removed("gone", was=int, backfill=object(), loses="x"),
    "removed, beyond its limits": lambda: on(Work).removed(
        "gone", was=Annotated[int, Field(le=5)], backfill=6, loses="x"
    ),
    "removed, no multiple": lambda: removed(Annotated[int, Field(multiple_of=5)], 6),
    "removed, no multiple of a part": lambda: removed(Annotated[float, Field(multiple_of=0.1)], 0.25),
    "removed, too many keys": lambda: removed(Annotated[dict[str, int], Field(max_length=1)], {"a": 1, "b": 2}),
    "removed, a key that is none": lambda: removed(dict[Literal["a"], int], {"b": 1}),
    "removed, a limit beside a class": lambda: removed(Annotated[Code, Field(max_length=2)], "abc"),
    "removed, no address": lambda: removed(IPv4Address, "here"),
    "removed, no URL": lambda: removed(AnyUrl, "here"),
    "removed, another version": lambda: removed(UUID4, "12345678-1234-1234-8234-567812345678"),
    "removed, an incomplete model": lambda: on(Work).removed("gone", was=Address, backfill={"code": "1"}, loses="x"),
}


@shows("limits and all,")
@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_that_its_type_refuses_does_not_start(name: str) -> None:
    assert "Work" in refusal(Contract.of_types(Work), CONSTANTS[name])


SIBLINGS: dict[str, Any] = {
    "of another type": lambda: on(Work).removed("gone", was=int, backfill=sibling("name"), loses="x"),
    "that may be null": lambda: on(Work).removed("gone", was=str, backfill=sibling("note"), loses="x"),
    "of another type for null": lambda: on(Work).became_nullable("count", null_was=sibling("name")),
    "that may be null for null": lambda: on(Work).became_nullable("count", null_was=sibling("maybe")),
    "of another type for a new field": lambda: on(Work).added("count", default=sibling("name")),
    "of another type for an absent field": lambda: on(Work).became_required("name", default=sibling("flag")),
}


@pytest.mark.parametrize("name", SIBLINGS)
def test_a_sibling_that_the_type_refuses_does_not_start(name: str) -> None:
    assert "sibling" in refusal(Contract.of_types(Work), SIBLINGS[name])


FUNCTIONS: dict[str, Any] = {
    "to_head of none": lambda: on(Work).retyped("flag", was=str, to_head=OF_NONE, to_old=str),
    "to_head of two": lambda: on(Work).retyped("flag", was=str, to_head=OF_TWO, to_old=str),
    "to_head by keyword": lambda: on(Work).retyped("flag", was=str, to_head=BY_KEYWORD, to_old=str),
    "to_head is a number": lambda: on(Work).retyped("flag", was=str, to_head=NUMBER, to_old=str),
    "to_head is async": lambda: on(Work).retyped("flag", was=str, to_head=waiting, to_old=str),
    "to_head is an async object": lambda: on(Work).retyped("flag", was=str, to_head=AsyncCallable(), to_old=str),
    "to_old of two": lambda: on(Work).retyped("flag", was=str, to_head=bool, to_old=OF_TWO),
    "to_old is a text": lambda: on(Work).retyped("flag", was=str, to_head=bool, to_old=NUMBER),
    "to_old is async": lambda: on(Work).retyped("flag", was=str, to_head=bool, to_old=waiting),
    "to_old of limits is async": lambda: on(Work).constrained(
        "name", was=Annotated[str, Field(max_length=3)], to_old=waiting
    ),
    "backfill of none": lambda: on(Work).removed("gone", was=int, backfill=OF_NONE, loses="x"),
    "backfill of two": lambda: on(Work).removed("gone", was=int, backfill=OF_TWO, loses="x"),
    "backfill is async": lambda: on(Work).removed("gone", was=int, backfill=waiting, loses="x"),
    "default of two": lambda: on(Work).added("name", default=OF_TWO),
    "null_was is async": lambda: on(Work).became_nullable("count", null_was=waiting),
    "an old default of none": lambda: on(Work).defaulted("items", was=lambda: [1]),
    "reshaped of two": lambda: on(Work).reshaped(was=Address, to_head=OF_TWO, to_old=OF_TWO),
    "reshaped is async": lambda: on(Work).reshaped(was=Address, to_head=waiting, to_old=waiting),
    "reshaped is a number": lambda: on(Work).reshaped(was=Address, to_head=NUMBER, to_old=NUMBER),
    "seen_as of a member is a function": lambda: enum(Status).grew("b", seen_as=of_one),
}


@shows(
    "A function must take one value, or as many as a `split` or `merged` field has parts, and give one when "
    "it is called: an `async` function is refused.",
)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_cannot_be_called_does_not_start(name: str) -> None:
    said = refusal(Contract.of_types(Work), FUNCTIONS[name])
    assert "Work" in said or "Status" in said


@pytest.mark.parametrize(
    ("was", "backfill"),
    [
        (Annotated[int, Field(multiple_of=5)], 10),
        (Annotated[float, Field(multiple_of=0.1)], 0.3),
        (Annotated[dict[str, int], Field(max_length=1)], {"a": 1}),
        (dict[Literal["a"], int], {"a": 1}),
        (Annotated[Code, Field(max_length=3)], "abc"),
        (IPv4Address, "10.0.0.1"),
        (AnyUrl, "http://example.com"),
        (UUID4, "12345678-1234-4234-8234-567812345678"),
    ],
    ids=str,
)
def test_a_constant_of_its_type_is_what_old_clients_read(was: Any, backfill: Any) -> None:
    gates = gates_of([Work], removed(was, backfill))
    assert gates.downgrade(Work, Work(name="a", status=Status.A, count=1), to_version=OLD)["gone"] == backfill


@pytest.mark.parametrize("function", [str, of_one, with_more, of_all])
def test_a_function_of_one_value_starts(function: Any) -> None:
    gates = gates_of([Work], on(Work).retyped("name", was=int, to_head=function, to_old=len))
    assert gates.upgrade(Work, {"name": 7}, from_version=OLD) == {"name": "7"}


class Card(BaseModel):
    kind: Literal["card"] = "card"


class Cash(BaseModel):
    kind: Literal["cash"] = "cash"
    coins: int = 0


class Pay(BaseModel):
    by: Annotated[Card | Cash, Field(discriminator="kind")]


@pytest.mark.parametrize(
    "seen_as", [{"kind": "cheque"}, "card", None, {"kind": "cash", "coins": "many"}, object(), OF_TWO]
)
def test_what_is_read_in_place_of_a_new_model_must_be_one_that_old_clients_know(seen_as: Any) -> None:
    assert "Card" in refusal(Contract.of_types(sends=[Pay]), lambda: on(Card).introduced(seen_as=seen_as))


PLAIN: dict[str, tuple[Any, str, Any]] = {
    "a member": (lambda: on(Work).added("status", default=Status.B), "status", "b"),
    "a moment": (
        lambda: on(Work).added("when", default=datetime(2019, 1, 1, tzinfo=UTC)),
        "when",
        "2019-01-01T00:00:00Z",
    ),
    "a decimal": (lambda: on(Work).defaulted("price", was=Decimal("2.50")), "price", "2.50"),
    "a UUID": (lambda: on(Work).defaulted("key", was=UUID(int=2)), "key", "00000000-0000-0000-0000-000000000002"),
    "a tuple": (lambda: on(Work).defaulted("items", was=(1, 2)), "items", [1, 2]),
    "a model": (
        lambda: on(Work).added("address", default=Address(street="t", code="2")),
        "address",
        {"street": "t", "code": "2"},
    ),
    "a dict": (lambda: on(Work).added("address", default={"street": "t"}), "address", {"street": "t"}),
    "null for null": (lambda: on(Work).added("count", default=None), "count", None),
}


@shows("and becomes plain JSON: a member of an enum, a `datetime` or a model may be written as such.")
@pytest.mark.parametrize("name", PLAIN)
def test_a_constant_reaches_head_as_plain_json(name: str) -> None:
    declare, key, value = PLAIN[name]
    upgraded = gates_of_requests([Work], declare()).upgrade(Work, {"name": "n"}, from_version=OLD)
    assert upgraded == {"name": "n", key: value}
    assert type(upgraded[key]) is type(value)


def test_a_constant_model_is_converted_on_by_newer_facts() -> None:
    gates = gates_of_requests(
        [Work], on(Work).added("address", default=Address(street="t")), on(Address).renamed("road", to="street")
    )
    upgraded = gates.upgrade(Work, {}, from_version=OLD)
    assert upgraded["address"]["street"] == "t"
    assert "road" not in upgraded["address"]


@shows("and becomes plain JSON: a member of an enum, a `datetime` or a model may be written as such.")
@pytest.mark.parametrize(
    ("was", "backfill", "read"),
    [
        (datetime, datetime(2019, 1, 1, tzinfo=UTC), "2019-01-01T00:00:00Z"),
        (Status, Status.B, "b"),
        (Decimal, Decimal("2.50"), "2.50"),
        (Address, Address(street="t"), {"street": "t", "code": "1"}),
    ],
)
def test_a_backfill_reaches_old_clients_as_plain_json(was: Any, backfill: Any, read: Any) -> None:
    app = FastAPI()

    @app.get("/")
    async def get() -> Street:
        return Street(name="s")

    response = old_client(app, on(Street).removed("gone", was=was, backfill=backfill, loses="x")).get("/")
    assert (response.status_code, response.json()) == (200, {"name": "s", "gone": read})


class Unknown:
    """Pydantic knows nothing of it."""


@pytest.mark.parametrize("was", [Unknown, list[Unknown], "NoSuchName", 3])
def test_every_old_type_that_has_no_schema_is_told_beside_the_other_faults(was: Any) -> None:
    facts = (
        on(Work).removed("gone", was=was, required=False, loses="x"),
        on(Work).removed("also_gone", was=was, required=False, loses="x"),
        on(Work).added("nope"),
    )
    with pytest.raises(CompileError) as refused:
        timeline_of(*facts).compile(Contract.of_types(Work))
    assert len(refused.value.faults) == 3
    assert "on(Work).removed('gone'" in str(refused.value)


def test_a_list_or_object_that_holds_itself_is_the_functions_fault() -> None:
    one: list[Any] = []
    one.append(one)
    other: dict[str, Any] = {}
    other["k"] = [other, other]
    for held in (one, other):
        fact = on(Work).retyped("items", was=Any, to_head=of_all, to_old=partial(given, held), loses="all of it")
        gates = gates_of([Work], fact)
        with pytest.raises(DowngradeError, match="another JSON type than its schema"):
            gates.downgrade(Work, {"items": [1]}, to_version=OLD)


def given(held: Any, _: Any) -> Any:
    return held
