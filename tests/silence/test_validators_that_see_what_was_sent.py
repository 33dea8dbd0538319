"""A function of the app that sees a payload before pydantic reads it: only what the old schema describes reaches it."""

from datetime import date
from enum import IntEnum
from typing import Annotated, Any, NamedTuple

import pytest
from pydantic import (
    BaseModel,
    BeforeValidator,
    PlainValidator,
    TypeAdapter,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic.dataclasses import dataclass
from typing_extensions import TypedDict

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, Posted, timeline_of
from tests.silence.functions_that_see import doubled, german, to_head, to_old, unchanged
from timegate import Contract, Timeline, UpgradeError, Version, VersionChange, enum, on
from timegate.typing import is_object

REFUSED = 422, None


class Level(IntEnum):
    LOW = 1
    HIGH = 2


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
