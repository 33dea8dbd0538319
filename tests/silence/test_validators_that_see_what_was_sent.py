"""A function of the app that sees a payload before pydantic reads it: only what the old schema describes reaches it."""

import pickle
from collections.abc import Callable, Sequence
from datetime import date
from enum import IntEnum
from typing import Annotated, Any, NamedTuple

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
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic.dataclasses import dataclass
from typing_extensions import TypedDict

from tests.sentences import shows
from tests.silence.based_elsewhere import Lifting, lift
from tests.silence.exchanges import NEW, OLD, Posted, exchange, gated, timeline_of
from timegate import Contract, Timeline, UpgradeError, Version, VersionChange, enum, on
from timegate.typing import is_object

REFUSED = 422, None


class Level(IntEnum):
    LOW = 1
    HIGH = 2


def unchanged(value: Any) -> Any:
    return value


def around(value: Any, handler: Any) -> Any:
    return handler(value)


def doubled(value: Any) -> Any:
    """Reads a text otherwise than pydantic does."""
    return int(value) * 2 if isinstance(value, str) else value


def german(value: Any) -> Any:
    """Reads dates as 24.12.2024."""
    text = str(value)
    return date(*map(int, reversed(text.split(".")))) if "." in text else value


class Named(BaseModel):
    name: str = ""


class Counted(Named):
    n: Annotated[int, BeforeValidator(doubled)] = 0


class CountedByMethod(Named):
    n: int = 0

    @field_validator("n", mode="before")
    @classmethod
    def doubled(cls, value: Any) -> Any:
        return doubled(value)


class CountedAround(Named):
    n: Annotated[int, WrapValidator(lambda value, handler: handler(doubled(value)))] = 0


class CountedPlainly(Named):
    n: Annotated[int, PlainValidator(doubled, json_schema_input_type=int)] = 0


class CountedOrNull(Named):
    n: Annotated[int | None, BeforeValidator(doubled)] = None


class CountedByModel(Named):
    n: int = 0

    @model_validator(mode="before")
    @classmethod
    def doubled(cls, value: Any) -> Any:
        return {**value, "n": doubled(value.get("n", 0))} if is_object(value) else value


class CountedByInit(Named):
    n: int = 0

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "n": doubled(given.get("n", 0))})


@dataclass
class CountedData:
    n: Annotated[int, BeforeValidator(doubled)] = 0


class CountedDict(TypedDict, total=False):
    n: Annotated[int, BeforeValidator(doubled)]


def to_head(value: int) -> int:
    return value + 1


def to_old(value: int) -> int:
    return value - 1


COUNTED = [
    Counted, CountedByMethod, CountedAround, CountedPlainly, CountedOrNull, CountedByModel, CountedByInit, CountedData,
    CountedDict,
]  # fmt: skip


@pytest.mark.parametrize("kind", COUNTED)
class TestAChangedValue:
    @shows(
        "timegate never runs it: it gates what the schema describes.",
        "So at a place that a change touches, an old client may send what its schema describes and nothing "
        "else; anything else is a 422.",
    )
    def test_is_only_read_in_the_form_that_the_schema_describes(self, kind: Any) -> None:
        posted = Posted(kind, on(kind).retyped("n", to_head=to_head, to_old=to_old))
        assert posted.send({"n": "5"}) == REFUSED
        assert posted.send({"n": 5}) == (200, TypeAdapter(kind).validate_python({"n": 6}))

    @shows(
        "A `before`, `wrap` or plain validator gets a value as it was sent, and so does an `__init__` of your own.",
    )
    def test_reaches_the_validator_as_ever_from_the_newest_client(self, kind: Any) -> None:
        posted = Posted(kind, on(kind).retyped("n", to_head=to_head, to_old=to_old))
        assert posted.send({"n": "5"}, version=NEW) == (200, TypeAdapter(kind).validate_python({"n": 10}))

    @shows("A place is touched if the value there has another type for the old client than for head,")
    def test_reaches_the_validator_as_it_was_sent_where_only_its_sibling_changes(self, kind: Any) -> None:
        if kind in (CountedData, CountedDict, CountedByModel, CountedByInit):
            return
        posted = Posted(kind, on(kind).renamed("title", to="name"))
        assert posted.send({"n": "5", "title": "a"}) == (200, kind(n=10, name="a"))


class Dated(BaseModel):
    day: Annotated[date, BeforeValidator(german)] = date(2024, 1, 1)


def test_a_text_of_another_format_than_the_old_schema_has_is_refused() -> None:
    posted = Posted(Dated, on(Dated).retyped("day", to_head=unchanged, to_old=unchanged))
    assert posted.send({"day": "24.12.2024"}) == REFUSED
    assert posted.send({"day": "2024-12-24"}) == (200, Dated(day=date(2024, 12, 24)))


class Listed(BaseModel):
    numbers: list[Annotated[int, BeforeValidator(doubled)]] = []


@shows("A place is touched if the value there has another type for the old client than for head,")
def test_an_item_of_a_changed_list_is_only_read_in_the_form_that_the_schema_describes() -> None:
    posted = Posted(Listed, on(Listed).retyped("numbers", to_head=unchanged, to_old=unchanged))
    assert posted.send({"numbers": [1, "5"]}) == REFUSED
    assert posted.send({"numbers": [1, 5]}) == (200, Listed(numbers=[1, 5]))


def test_where_an_older_type_stands_in_its_place_a_value_is_read_by_that_type() -> None:
    posted = Posted(Counted, on(Counted).retyped("n", was=str, to_head=len, to_old=lambda n: "x" * n))
    assert posted.send({"n": "abc"}) == (200, Counted(n=3))
    assert posted.send({"n": 3}) == REFUSED


class Graded(BaseModel):
    level: Annotated[Level, BeforeValidator(unchanged)] = Level.LOW
    levels: list[Annotated[Level, BeforeValidator(unchanged)]] = []


class Free(BaseModel):
    level: Level = Level.LOW
    levels: list[Level] = []


GREW = enum(Level).grew(2, seen_as=1)


@pytest.mark.parametrize("sent", [{"level": "1"}, {"level": 1.0}, {"levels": ["1"]}, {"levels": [True]}], ids=str)
def test_a_member_of_a_changed_enum_is_only_read_as_the_schema_lists_it(sent: Any) -> None:
    assert Posted(Graded, GREW).send(sent) == REFUSED
    assert Posted(Free, GREW).send(sent)[0] == 200
    assert Posted(Graded, GREW).send({"level": 1, "levels": [1]}) == (200, Graded(levels=[Level.LOW]))


def test_a_body_with_a_validator_is_only_read_as_the_schema_describes_it() -> None:
    posted = Posted(Annotated[Level, BeforeValidator(unchanged)], GREW)
    assert posted.send("1") == REFUSED
    assert posted.send(1) == (200, Level.LOW)


class Inner(BaseModel):
    x: int = 0
    secret: int = 0


ADDED = on(Inner).added("secret")


class Point(NamedTuple):
    inner: Inner
    n: int = 0


class Placed(BaseModel):
    point: Annotated[Point, BeforeValidator(unchanged)]


class Either(BaseModel):
    either: Annotated[Inner | int, BeforeValidator(unchanged)]


def test_an_object_for_a_tuple_is_refused_where_a_validator_sees_it() -> None:
    posted = Posted(Placed, ADDED)
    assert posted.send({"point": {"inner": {"x": 1}, "n": 2}}) == REFUSED
    assert posted.send({"point": [{"x": 1}, 2]}) == (200, Placed(point=Point(Inner(x=1), 2)))


def test_a_text_for_another_arm_of_a_union_is_refused_where_a_validator_sees_it() -> None:
    posted = Posted(Either, ADDED)
    assert posted.send({"either": "5"}) == REFUSED
    assert posted.send({"either": 5}) == (200, Either(either=5))
    assert posted.send({"either": {"x": 5}}) == (200, Either(either=Inner(x=5)))


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


def test_without_http_the_form_is_judged_too() -> None:
    gates = timeline_of(on(Counted).retyped("n", to_head=to_head, to_old=to_old)).compile(Contract.of_types(Counted))
    with pytest.raises(UpgradeError, match=r"^at /n: "):
        gates.upgrade(Counted, {"n": "5"}, from_version=OLD)


def test_a_value_is_judged_by_the_changes_that_the_client_does_not_know() -> None:
    class First(VersionChange):
        """Named otherwise."""

        changes = (on(Counted).renamed("title", to="name"),)

    class Second(VersionChange):
        """Counted from one."""

        changes = (on(Counted).retyped("n", to_head=to_head, to_old=to_old),)

    timeline = Timeline(Version("2027-01-01", First), Version(NEW, Second), Version(OLD))
    gates = timeline.compile(Contract.of_types(Counted))
    with pytest.raises(UpgradeError, match=r"^at /n: "):
        gates.upgrade(Counted, {"n": "5"}, from_version=OLD)
    assert gates.upgrade(Counted, {"n": "5"}, from_version=NEW) == {"n": "5"}


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
