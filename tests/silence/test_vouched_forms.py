"""A form that a validator reads and no schema shows passes to head where somebody vouches for it, and nowhere else."""

import json
import pickle
from datetime import date
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, BeforeValidator, RootModel, model_validator

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, Posted, change_of, exchange, faults_of, gated, timeline_of
from timegate import Contract, DeclarationError, Timeline, UpgradeError, Version, VersionChange, on

REFUSED = 422, None
WHY = "clients of 2024 send it"


def parse(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def split(value: Any) -> Any:
    return [int(one) for one in value.split(",")] if isinstance(value, str) else value


def german(value: Any) -> Any:
    text = str(value)
    return date(*map(int, reversed(text.split(".")))) if "." in text else value


class Inner(BaseModel):
    x: int = 0
    secret: int = 0

    @model_validator(mode="before")
    @classmethod
    def parsed(cls, value: Any) -> Any:
        return parse(value)


class Order(BaseModel):
    name: str = ""
    numbers: Annotated[list[int], BeforeValidator(split)] = []
    day: Annotated[date, BeforeValidator(german)] = date(2024, 1, 1)
    inner: Inner | None = None
    items: Annotated[list[Inner], BeforeValidator(parse)] = []


ADDED = on(Inner).added("secret")


def doubled(value: Any) -> Any:
    return [2 * one for one in value]


def halved(value: Any) -> Any:
    return [one // 2 for one in value]


NUMBERS = on(Order).retyped("numbers", to_head=doubled, to_old=halved)


def next_year(value: str) -> str:
    return value.replace("2024", "2025")


DAYS = on(Order).retyped("day", to_head=next_year, to_old=lambda value: value.replace("2025", "2024"))


@shows('If old clients must go on sending another form, a change vouches for it: `on(M).vouched(str, "why")`.')
def test_a_text_for_a_list_reaches_the_validator_as_it_is() -> None:
    posted = Posted(Order, on(Order).vouched(str, WHY), NUMBERS)
    assert posted.send({"numbers": "1,2"}) == (200, Order(numbers=[1, 2]))
    assert posted.send({"numbers": [1, 2]}) == (200, Order(numbers=[2, 4]))
    assert posted.send({"numbers": 5}) == REFUSED
    assert posted.send({"numbers": ["1"]}) == REFUSED


def test_the_order_of_the_facts_makes_no_difference() -> None:
    posted = Posted(Order, NUMBERS, on(Order).vouched(str, WHY))
    assert posted.send({"numbers": "1,2"}) == (200, Order(numbers=[1, 2]))


@shows("what the schema describes is still converted.")
def test_the_described_form_of_a_text_is_converted_and_another_passes_as_it_is() -> None:
    posted = Posted(Order, on(Order).vouched(str, WHY), DAYS)
    assert posted.send({"day": "24.12.2024"}) == (200, Order(day=date(2024, 12, 24)))
    assert posted.send({"day": "2024-12-24"}) == (200, Order(day=date(2025, 12, 24)))
    assert posted.send({"day": 5}) == REFUSED


@shows(
    "A text then reaches the validators of `M` and of its fields as it is.",
    "give the items a class with a validator of its own, and vouch for a text there.",
)
def test_a_text_for_an_object_passes_where_its_class_has_the_validator() -> None:
    posted = Posted(Order, on(Inner).vouched(str, WHY), ADDED)
    assert posted.send({"inner": '{"x": 1}'}) == (200, Order(inner=Inner(x=1)))
    assert posted.send({"items": ['{"x": 1}']}) == (200, Order(items=[Inner(x=1)]))
    assert posted.send({"inner": {"x": 1, "secret": 666}}) == (200, Order(inner=Inner(x=1)))
    assert posted.send({"inner": 5}) == REFUSED
    assert posted.send({"items": '[{"x": 1}]'}) == REFUSED


@shows("A text then reaches the validators of `M` and of its fields as it is.")
def test_a_text_for_a_list_of_objects_passes_where_the_field_has_the_validator() -> None:
    posted = Posted(Order, on(Order).vouched(str, WHY), ADDED)
    assert posted.send({"items": '[{"x": 1}]'}) == (200, Order(items=[Inner(x=1)]))
    assert posted.send({"items": ['{"x": 1}']}) == REFUSED
    assert posted.send({"items": [{"x": 1, "secret": 666}]}) == (200, Order(items=[Inner(x=1)]))


class Rows(RootModel[Annotated[list[Inner], BeforeValidator(parse)]]):
    pass


def test_a_text_for_a_root_model_passes() -> None:
    posted = Posted(Rows, on(Rows).vouched(str, WHY), ADDED)
    assert posted.send('[{"x": 1}]') == (200, Rows([Inner(x=1)]))
    assert posted.send(5) == REFUSED


def test_a_form_of_several_types_is_read_as_the_type_says() -> None:
    posted = Posted(Order, on(Order).vouched(int | Annotated[str, "digits"], WHY), NUMBERS)
    assert posted.send({"numbers": "1,2"}) == (200, Order(numbers=[1, 2]))
    assert posted.send({"numbers": 1.5}) == REFUSED


class Converted(VersionChange):
    """The numbers are twice what they were."""

    changes = (on(Order).retyped("numbers", to_head=doubled, to_old=halved),)


class Validated(VersionChange):
    """An order has a name, and old clients may send a text of numbers."""

    changes = (on(Order).renamed("title", to="name"), on(Order).vouched(str, WHY))


def from_hex(value: Any) -> Any:
    return int(value, 16) if str(value).startswith("0x") else value


class Filter(BaseModel):
    n: Annotated[int, BeforeValidator(from_hex)] = 0


def test_a_text_of_a_query_parameter_that_its_type_reads_is_converted_and_another_passes_as_it_is() -> None:
    app = FastAPI()

    @app.get("/")
    async def get(found: Annotated[Filter, Query()]) -> int:
        return found.n

    changed = on(Filter).retyped("n", to_head=lambda n: n + 1, to_old=lambda n: n - 1)
    strict, vouched = gated(app, changed), gated(app, changed, on(Filter).vouched(str, WHY))
    assert exchange(strict, "GET", "/?n=0xff").status == 422
    assert [exchange(vouched, "GET", f"/?n={text}").content for text in ("0xff", "5")] == [b"255", b"6"]


def test_it_holds_for_the_clients_that_are_older_than_the_change_and_no_other() -> None:
    timeline = Timeline(Version("2027-01-01", Converted), Version(NEW, Validated), Version(OLD))
    gates = pickle.loads(pickle.dumps(timeline.compile(Contract.of_types(Order))))
    assert gates.upgrade(Order, {"title": "a", "numbers": "1"}, from_version=OLD) == {"name": "a", "numbers": "1"}
    with pytest.raises(UpgradeError, match=r"^at /numbers: "):
        gates.upgrade(Order, {"name": "a", "numbers": "1"}, from_version=NEW)


def test_a_whole_explanation_knows_it_too() -> None:
    gates = timeline_of(NUMBERS, on(Order).vouched(str, WHY)).compile(Contract.of_types(Order))
    assert gates.explain(Order, {"numbers": "1"}, from_version=OLD).steps == ()


class Plain(BaseModel):
    n: int = 0


NO_VALIDATOR = "it has no validator that could read {} beside what the schema describes"
UNTOUCHED = "no change touches what it vouches for, so that it passes anyway"

REFUSALS: dict[str, tuple[Any, Any, tuple[Any, ...], str, str]] = {
    "a model without validators": (
        Plain, on(Plain).vouched(str, WHY), (on(Plain).added("n"),), "Plain", NO_VALIDATOR.format("str")
    ),
    "a form that the schema describes": (
        Order, on(Order).vouched(list[int], WHY), (NUMBERS,), "Order", UNTOUCHED
    ),
    "objects in a list": (
        Rows, on(Rows).vouched(list[Inner], WHY), (ADDED,), f"on(Rows).vouched(list[Inner], '{WHY}')",
        "an object of this form would reach head ungated",
    ),
    "lists of anything": (
        Order, on(Order).vouched(list, WHY), (NUMBERS,), f"on(Order).vouched(list, '{WHY}')",
        "an object of this form would reach head ungated",
    ),
    "objects": (
        Order, on(Order).vouched(dict[str, int], WHY), (NUMBERS,), f"on(Order).vouched(dict[str, int], '{WHY}')",
        "an object of this form would reach head ungated",
    ),
    "anything": (
        Order, on(Order).vouched(Any, WHY), (NUMBERS,), f"on(Order).vouched(Any, '{WHY}')",
        "an object of this form would reach head ungated",
    ),
    "a place that no change touches": (
        Order, on(Order).vouched(str, WHY), (on(Order).added("name"),), "Order", UNTOUCHED
    ),
    "a model that the app does not reach": (
        Plain, on(Order).vouched(str, WHY), (on(Plain).added("n"),), "Order",
        "the app does not reach this model, so the fact applies to nothing",
    ),
}  # fmt: skip


@shows(
    '`on(M).vouched(str, "why")` must let something pass that would be refused: a validator of `M` or of '
    "its fields must be there that could read the form, the schema must not describe it already, and a "
    "change must touch the place.",
)
@pytest.mark.parametrize("name", REFUSALS)
def test_a_form_without_effect_is_refused(name: str) -> None:
    kind, fact, others, place, problem = REFUSALS[name]
    (fault,) = faults_of(Contract.of_types(kind), fact, *others)
    assert (fault.version, fault.change, fault.place, fault.problem) == (NEW, "Changed", place, problem)
    assert f"take {fact} out" in fault.remedy or "objects" in fault.remedy


@shows(
    "The form is a type without objects, because nothing converts it;",
    "A form may hold no objects: those would reach head ungated.",
    "So a list of texts for a list of objects is refused, since the gate could not tell the two apart;",
)
def test_a_list_of_texts_for_a_list_of_objects_cannot_be_told_from_it() -> None:
    (fault,) = faults_of(Contract.of_types(Rows), on(Rows).vouched(list[str], WHY), ADDED)
    assert fault.problem == NO_VALIDATOR.format("list[str]")


def test_a_form_of_what_only_leaves_the_server_is_refused() -> None:
    faults = faults_of(Contract.of_types(sends=[Order]), on(Order).vouched(str, WHY), on(Order).added("name"))
    assert [(one.place, one.problem) for one in faults] == [("Order", UNTOUCHED)]


@shows("A reason is a text with a word in it: `loses=`, `tolerated=`, `.open(…)`, `.unchanged(…)` and `.vouched(…)`.")
@pytest.mark.parametrize("given", [(str,), (str, ""), (str, None), ("",)], ids=str)
def test_a_reason_is_a_text(given: Any) -> None:
    with pytest.raises(DeclarationError, match=r"on\(Order\)\.vouched\(…\) says why in a text"):
        on(Order).vouched(*given)


def test_it_is_written_as_it_is_declared() -> None:
    assert str(on(Order, Inner).vouched(list[str] | int, "why")) == "on(Order, Inner).vouched(list[str] | int, 'why')"
    assert str(on(Order).vouched("why")) == "on(Order).vouched('why')"
    assert on(Order).vouched(str, "why") == on(Order).vouched(str, "why") != on(Order).vouched("why")


def test_a_change_that_vouches_alone_changes_no_document() -> None:
    gates = timeline_of(on(Order).vouched(str, WHY), NUMBERS).compile(Contract.of_types(Order))
    new, old = gates.contract(NEW)["components"], gates.contract(OLD)["components"]
    assert new == old
    assert change_of(on(Order).vouched(str, WHY)).changes == (on(Order).vouched(str, WHY),)
