"""What the page on refusals says of values, functions, tables and what somebody vouches for, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of_responses, refusal
from timegate import Contract, DeclarationError, Timeline, Version, endpoint, enum, on, sibling


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Order(BaseModel):
    number: int = 0
    weight: float = 0
    lines: list[int | None] = []
    size: Size = Size.SMALL
    note: str | None = None


class Alone(BaseModel):
    z: int


class Envelope(BaseModel):
    items: list[int]
    more: int


async def later(value: Any) -> Any:
    return value


def same(value: Any) -> Any:
    return value


def number_of(order: Any) -> Any:
    return order["number"]


def _two(one: Any, other: Any) -> Any:
    return one or other


TWO: Any = _two
"""A checker of types would refuse it where one value is given."""


def served() -> FastAPI:
    app = FastAPI()

    @app.get("/orders")
    def listed(limit: int = 0) -> Order:
        return Order(number=limit)

    @app.post("/orders")
    def post(order: Order) -> Order:
        return order

    @app.post("/envelopes")
    def envelope(body: Envelope) -> Envelope:
        return body

    @app.post("/alone")
    def alone(body: Alone) -> Alone:
        return body

    return app


SENTENCES: dict[str, tuple[Callable[[], Any], str]] = {
    "NaN is refused": (
        lambda: on(Order).removed("was", was=float, backfill=float("nan"), loses="why"),
        "backfill=nan is no number of JSON",
    ),
    "so is that of a decimal, which becomes a text": (
        lambda: on(Order).removed("was", was=Decimal, backfill=Decimal("NaN"), loses="why"),
        "backfill=Decimal('NaN') is no number of JSON",
    ),
    "also where it is held": (
        lambda: on(Order).removed("was", was=list[Decimal], backfill=[Decimal("-Infinity")], loses="why"),
        "is no number of JSON",
    ),
    "infinity is refused": (
        lambda: on(Order).defaulted("weight", was=float("inf")),
        "was=inf is no number of JSON",
    ),
    "null for a parameter of a query is refused": (
        lambda: endpoint("/orders", "GET").query("limit").added(default=None),
        "default=None cannot be written as a parameter",
    ),
    "a value is tried against its type": (
        lambda: on(Order).defaulted("number", was="many"),
        "was='many' is not of its type",
    ),
    "a sibling's every value must be admitted": (
        lambda: on(Order).removed("was", was=str, backfill=sibling("note"), loses="why"),
        "sibling('note') may hold values that this field's type does not admit",
    ),
    "became_list needs a type that admits every item": (
        lambda: on(Order).became_list("lines", was=str),
        "head sends items in this list that the old type does not admit",
    ),
    "became_scalar needs a list whose items the new type admits": (
        lambda: on(Order).became_scalar("number", was=list[str], loses="why"),
        "head sends values here that the other version does not admit",
    ),
    "a function takes one value": (
        lambda: on(Order).retyped("number", was=int, to_head=TWO, to_old=same),
        "to_head cannot be called with one value",
    ),
    "a function gives a value when it is called": (
        lambda: on(Order).retyped("number", was=int, to_head=later, to_old=same),
        "to_head gives no value when it is called",
    ),
    "a function of the object has no place at an item": (
        lambda: on(Order).became_nullable("lines.*", null_was=number_of),
        "is a function, and a value is wanted here",
    ),
    "a table has something for the rest of what head sends": (
        lambda: on(Order).mapped("number", {1: 2}, was=int),
        "head sends other values here, and nothing says what old clients read",
    ),
    "a table says which of several old values is meant": (
        lambda: on(Order).mapped("size", {"s": "small", "xs": "small", "l": "large"}, was=Literal["s", "xs", "l"]),
        "'s' and 'xs' both become 'small', and nothing says which one old clients read",
    ),
    "a member that old clients lack needs seen_as": (
        lambda: enum(Size).grew("large"),
        "it reaches responses, and nothing says what old clients read for the new members",
    ),
    "retired needs a union that has the model": (
        lambda: on(Alone).retired(was=Alone, read_as=same),
        "it is an arm of no union",
    ),
    "enveloped needs a body that requires nothing beside": (
        lambda: endpoint("/envelopes").enveloped("items"),
        "head requires 'more' beside 'items' in the envelope, and nothing says what it gets",
    ),
    "documented must say something": (lambda: on(Order).documented("number", was={}), "it says nothing"),
    "unchanged must be about a twin of what changed": (
        lambda: on(Order).unchanged("why"),
        "no change of this version is about a model that is akin to it",
    ),
    "a form needs a validator that could read it": (
        lambda: on(Order).vouched(str, "why"),
        "it has no validator that could read str",
    ),
    "a vouched serializer must say nothing of its result": (
        lambda: on(Order).vouched("why"),
        "each of its serializers says what it gives, or it has none",
    ),
}


@shows(
    "A value that a fact declares is tried against the type that it stands for,",
    "NaN and infinity are refused, as is null for a parameter of a query.",
    "A `sibling(…)` must have a type whose every value the field admits, null included,",
    "`became_list(was=T)` needs a `T` that admits every item, and `became_scalar` a list whose items the "
    "new type admits.",
    "an `async` function is refused.",
    "A function of the object has no place at an item of a list.",
    "A member that old clients lack needs `seen_as=` in responses,",
)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_the_page_refuses_is_refused(sentence: str) -> None:
    declare, problem = SENTENCES[sentence]
    assert problem in refusal(Contract.of(served()), declare)


@shows('unless `.open("why")` says that they tolerate it.')
def test_members_that_old_clients_tolerate_need_no_other() -> None:
    gates = gates_of_responses([Order], enum(Size).open("they show any text").grew("large"))
    assert gates.downgrade(Order, {"size": "large"}, to_version=OLD) == {"size": "large"}


@shows("what FastAPI mounts is an app of its own.")
def test_a_mount_of_fastapi_is_an_app_of_its_own_and_an_included_router_is_read() -> None:
    router = APIRouter()
    router.add_api_route("/orders", same, methods=["POST"])
    mounted, included = FastAPI(), FastAPI()
    mounted.mount("/shop", router)
    included.include_router(router, prefix="/shop")
    assert Contract.of(mounted).opaque == ("everything below /shop: an app of its own",)
    keys = [gate.key for gate in Timeline(Version(OLD)).compile(Contract.of(included)).operations(OLD)]
    assert keys == ["POST /shop/orders"]


@shows("A reason is a text with a word in it: `loses=`, `tolerated=`, `.open(…)`, `.unchanged(…)` and `.vouched(…)`.")
@pytest.mark.parametrize("why", ["", " ", 5, True, ["twice"]], ids=repr)
def test_a_reason_is_a_text_in_every_fact_that_has_one(why: Any) -> None:
    given: dict[str, Callable[[], Any]] = {
        "removed": lambda: on(Order).removed("was", was=int, backfill=1, loses=why),
        "constrained": lambda: on(Order).constrained("number", was=int, tolerated=why),
        "unchanged": lambda: on(Order).unchanged(why),
        "vouched": lambda: on(Order).vouched(str, why),
        "moved": lambda: endpoint("/old/{key}").moved(to="/new", loses=why),
        "rewritten": lambda: endpoint("/orders", "POST").rewritten(request=same, loses=why),
        "status": lambda: endpoint("/orders", "POST").status(200, was=201, tolerated=why),
        "retyped": lambda: endpoint("/orders", "POST").form("n").retyped(was=int, to_head=same, loses=why),
        "shrank": lambda: enum(Size).shrank("huge", read_as="large", loses=why),
        "open": lambda: enum(Size).open(why),
    }
    for verb, declare in given.items():
        with pytest.raises(DeclarationError, match=rf"{verb}\(…\) says why in a text: "):
            declare()


@pytest.mark.parametrize("name", ["unchanged", "vouched", "open"])
def test_nothing_is_no_reason_where_one_is_asked_for(name: str) -> None:
    subject: Any = enum(Size) if name == "open" else on(Order)
    with pytest.raises(DeclarationError, match="says why in a text"):
        getattr(subject, name)(None)
