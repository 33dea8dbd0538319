"""A function of the app that sees the keys of an object: only those of the old schema reach it; places are listed."""

import pickle
from collections.abc import Callable, Sequence
from datetime import date
from enum import IntEnum
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI, Header, Query
from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    model_validator,
)
from pydantic.dataclasses import dataclass
from typing_extensions import TypedDict

from tests.sentences import shows
from tests.silence.based_elsewhere import Lifting, lift
from tests.silence.exchanges import NEW, Posted, exchange, gated
from tests.silence.functions_that_see import doubled, german, to_head, to_old, unchanged
from timegate import Contract, on


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Inner(BaseModel):
    x: int = 0
    secret: int = 0


class Lifted(BaseModel):
    x: int = 0
    secret: int = 0

    @model_validator(mode="before")
    @classmethod
    def lifted(cls, value: Any) -> Any:
        return lift(value)


class LiftedAround(BaseModel):
    x: int = 0
    secret: int = 0

    @model_validator(mode="wrap")
    @classmethod
    def lifted(cls, value: Any, handler: Any) -> Any:
        return handler(lift(value))


class LiftedByInit(BaseModel):
    x: int = 0
    secret: int = 0

    def __init__(self, **given: Any) -> None:
        super().__init__(**lift(given))


class LiftedElsewhere(Lifting):
    x: int = 0
    secret: int = 0


class Heir(LiftedElsewhere):
    more: int = 0


@dataclass
class LiftedData:
    x: int = 0
    secret: int = 0

    @model_validator(mode="before")
    @classmethod
    def lifted(cls, value: Any) -> Any:
        return lift(value)


class Plain(TypedDict, total=False):
    x: int
    secret: int


class HoldsADict(BaseModel):
    inner: Annotated[Plain, BeforeValidator(lift)]


class HoldsAList(BaseModel):
    inner: list[Annotated[Inner, BeforeValidator(lift)]]


class HoldsAnArm(BaseModel):
    inner: Lifted | int


class HoldsBelow(BaseModel):
    """Its validator sees the objects below it."""

    inner: Inner

    @model_validator(mode="before")
    @classmethod
    def lifted(cls, value: Any) -> Any:
        return lift(value)


class HoldsFurtherBelow(BaseModel):
    holder: Annotated["dict[str, Holds]", BeforeValidator(lift)]


class Holds(BaseModel):
    inner: Inner


EVIL, GOOD = {"x": 1, "legacy": 666}, {"x": 1}


KEYS: dict[str, tuple[Any, Any, Callable[[Any], Any]]] = {
    "a model": (Lifted, Lifted, unchanged),
    "a model with a wrap validator": (LiftedAround, LiftedAround, unchanged),
    "a model with a constructor": (LiftedByInit, LiftedByInit, unchanged),
    "a validator of a base in another module": (LiftedElsewhere, LiftedElsewhere, unchanged),
    "a fact about the base": (Heir, LiftedElsewhere, unchanged),
    "a dataclass": (LiftedData, LiftedData, unchanged),
    "a TypedDict": (HoldsADict, Plain, lambda one: {"inner": one}),
    "an item of a list": (HoldsAList, Inner, lambda one: {"inner": [one]}),
    "an arm of a union": (HoldsAnArm, Lifted, lambda one: {"inner": one}),
    "an object below the validated one": (HoldsBelow, Inner, lambda one: {"inner": one}),
    "an object further below": (HoldsFurtherBelow, Inner, lambda one: {"holder": {"a": {"inner": one}}}),
}


@pytest.mark.parametrize("name", KEYS)
class TestAnObjectThatGainedAKey:
    @shows("That holds for all objects that a validator sees, those below its model included.")
    def test_reaches_a_validator_with_the_keys_of_the_old_contract_alone(self, name: str) -> None:
        kind, changed, around = KEYS[name]
        posted = Posted(kind, on(changed).added("secret"))
        assert posted.send(around(EVIL)) == (200, TypeAdapter(kind).validate_python(around(GOOD)))

    @shows("and so does everything that the newest client sends.")
    def test_is_no_business_of_the_newest_client(self, name: str) -> None:
        kind, changed, around = KEYS[name]
        posted = Posted(kind, on(changed).added("secret"))
        assert posted.send(around(EVIL), version=NEW) == (200, TypeAdapter(kind).validate_python(around(EVIL)))


@shows(
    "In an object that gained, lost or renamed a key, a key that is not in the old schema does not reach "
    "the validator: it is dropped,",
)
@pytest.mark.parametrize(
    "fact",
    [on(Lifted).renamed("old", to="secret"), on(Lifted).removed("gone", was=int, loses="nobody reads it")],
    ids=str,
)
def test_a_key_of_no_contract_is_dropped_too_where_a_key_was_renamed_or_lost(fact: Any) -> None:
    assert Posted(Lifted, fact).send({"x": 1, "legacy": 666}) == (200, Lifted(x=1))


def test_a_key_of_no_contract_passes_where_no_key_changes() -> None:
    posted = Posted(Lifted, on(Lifted).retyped("x", to_head=to_head, to_old=to_old))
    assert posted.send({"x": 1, "legacy": 6}) == (200, Lifted(x=2, secret=6))


class Closed(Lifted):
    model_config = ConfigDict(extra="forbid")


@shows('or refused where the schema is closed (`extra="forbid"`), as everywhere.')
def test_a_closed_object_with_a_key_of_no_contract_is_refused_before_its_validator_sees_it() -> None:
    posted = Posted(Closed, on(Closed).added("secret"))
    response = exchange(posted.app, "POST", "/", body=EVIL)
    assert response.status == 422
    assert [(one["type"], one["loc"]) for one in response.json()["detail"]] == [("extra_forbidden", ["body", "legacy"])]


class Open(Lifted):
    model_config = ConfigDict(extra="allow")


@shows(
    'A model with `extra="allow"` keeps its extra keys, because its schema admits them; so its validator '
    "sees them too.",
)
def test_an_open_model_keeps_its_extra_keys_which_its_contract_admits() -> None:
    posted = Posted(Open, on(Open).added("secret"))
    status, received = posted.send({"x": 1, "secret": 666, "note": "mine"})
    assert (status, received) == (200, Open.model_validate({"x": 1, "note": "mine"}))


class Aliased(Lifted):
    model_config = ConfigDict(populate_by_name=True)

    long_name: int = Field(0, alias="longName")


def test_every_spelling_of_a_key_of_the_old_contract_passes() -> None:
    posted = Posted(Aliased, on(Aliased).added("secret"))
    for spelling in ("longName", "long_name"):
        assert posted.send({spelling: 3, "legacy": 666}) == (200, Aliased(longName=3))


class Filter(BaseModel):
    size: int = 0
    secret: int = 0

    @model_validator(mode="before")
    @classmethod
    def lifted(cls, value: Any) -> Any:
        return lift(dict(value))


def test_a_query_model_with_a_validator_gets_the_parameters_of_the_old_contract_alone() -> None:
    app = FastAPI()

    @app.get("/")
    async def get(found: Annotated[Filter, Query()]) -> list[int]:
        return [found.size, found.secret]

    old = gated(app, on(Filter).added("secret"), on(Filter).renamed("length", to="size"))
    assert exchange(old, "GET", "/?length=3&legacy=666").json() == [3, 0]
    assert exchange(old, "GET", "/?size=3&legacy=666", version=NEW).json() == [3, 666]


class Listing(BaseModel):
    """Whose places are listed."""

    tags: Annotated[list[str] | None, BeforeValidator(doubled)] = None
    day: Annotated[date, BeforeValidator(german)] = date(2024, 1, 1)
    many: list[Annotated[float, BeforeValidator(doubled)]] = []
    said: Annotated[Any, PlainValidator(unchanged)] = None
    plain: int = 0
    closed: Closed | None = None
    open: Open | None = None
    data: LiftedData | None = None
    built: LiftedByInit | None = None


@shows(
    "`Contract.narrowed` lists these places, each with what old clients may no longer send there and the functions:",
)
def test_each_place_is_listed_with_what_old_clients_may_no_longer_send() -> None:
    contract = Contract.of_types(Listing)
    assert sorted(contract.narrowed) == [
        "Closed in the received: anything but an object of the keys in the schema (Lifted.lifted)",
        "LiftedByInit in the received: anything but an object of the keys in the schema (LiftedByInit.__init__)",
        "LiftedData in the received: anything but an object of the keys in the schema (LiftedData.lifted)",
        "Listing in the received: day: anything but a string (german)",
        "Listing in the received: many: anything but an array (doubled)",
        "Listing in the received: tags: anything but an array or null (doubled)",
        "Open in the received: anything but an object (Lifted.lifted)",
    ]
    assert Contract.of_types(HoldsADict).narrowed == (
        "HoldsADict in the received: inner: anything but an object of the keys in the schema (lift)",
    )
    assert "Listing in the received: said" in contract.opaque
    assert pickle.loads(pickle.dumps(contract)).narrowed == contract.narrowed


def test_what_only_leaves_the_server_and_what_only_checks_is_not_listed() -> None:
    assert Contract.of_types(sends=[Listing]).narrowed == ()
    assert Contract.of_types(Checked).narrowed == ()


class Checked(BaseModel):
    n: Annotated[int, AfterValidator(unchanged)] = 0
    where: AnyUrl = AnyUrl("https://example.org")
    many: Sequence[int] = ()

    @model_validator(mode="after")
    def checked(self) -> "Checked":
        return self


def test_bodies_and_queries_of_an_app_are_listed_with_its_parameters() -> None:
    app = FastAPI()

    @app.post("/filters")
    async def post(
        body: Annotated[Level, BeforeValidator(unchanged), Body()],
        found: Annotated[Filter, Query()],
        size: Annotated[int, Header(), BeforeValidator(doubled)],
    ) -> None:
        """Takes what the test lists."""

    assert Contract.of(app).narrowed == (
        "request of POST /filters: anything but an integer (unchanged)",
        "headers of POST /filters: size: anything but a text that its type reads (doubled)",
        "query of POST /filters: anything but an object of the keys in the schema (Filter.lifted)",
    )


@shows("Where no change touches it, everything passes as ever,")
def test_an_untouched_place_is_listed_and_nothing_is_refused_there() -> None:
    posted = Posted(Listing, ADDED_ELSEWHERE)
    assert posted.send({"day": "24.12.2024"}) == (200, Listing(day=date(2024, 12, 24)))


ADDED_ELSEWHERE = on(Listing).added("plain")
