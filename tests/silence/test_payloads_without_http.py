"""Payloads without HTTP: what is not plain JSON data in head's spelling is dumped, or it is an error."""

import dataclasses
import datetime as dt
import math
import uuid
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, field_serializer
from pydantic.alias_generators import to_camel

from tests.silence.exchanges import NEW, OLD, timeline_of
from timegate import Contract, DowngradeError, GateError, Internal, UnknownVersion, UpgradeError, enum, on

Item = TypeVar("Item")


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Address(Camel):
    street_name: str
    zip_code: str


class Placed(Camel):
    kind: Literal["placed"] = "placed"
    order_id: str
    ship_to: Address


class Cancelled(Camel):
    kind: Literal["cancelled"] = "cancelled"
    order_id: str
    why: str = ""


class Untouched(Camel):
    some_day: dt.date


Event = Annotated[Placed | Cancelled, Field(discriminator="kind")]

GATES = timeline_of(on(Address).renamed("zip", to="zip_code"), on(Cancelled).added("why", default="")).compile(
    Contract.of_types(Event, Placed, Address, list[Address], Untouched)
)

ADDRESS = Address(street_name="s", zip_code="1")
PLACED = Placed(order_id="o", ship_to=ADDRESS)
OLD_ADDRESS = {"streetName": "s", "zip": "1"}
OLD_PLACED = {"kind": "placed", "orderId": "o", "shipTo": OLD_ADDRESS}


class TestInstances:
    @pytest.mark.parametrize(
        ("kind", "data", "read"),
        [
            (Address, ADDRESS, OLD_ADDRESS),
            (Event, PLACED, OLD_PLACED),
            (Placed, PLACED, OLD_PLACED),
            (list[Address], [ADDRESS, ADDRESS], [OLD_ADDRESS, OLD_ADDRESS]),
            (Placed, {"kind": "placed", "orderId": "o", "shipTo": ADDRESS}, OLD_PLACED),
            (Event, Cancelled(order_id="o", why="late"), {"kind": "cancelled", "orderId": "o"}),
            (Untouched, Untouched(some_day=dt.date(2025, 1, 1)), {"someDay": "2025-01-01"}),
        ],
    )
    def test_are_dumped_by_alias_on_the_way_out(self, kind: Any, data: Any, read: Any) -> None:
        assert GATES.downgrade(kind, data, to_version=OLD) == read

    def test_are_dumped_for_the_newest_client_too(self) -> None:
        found = GATES.downgrade(Address, ADDRESS, to_version=NEW)
        assert (type(found), found) == (dict, {"streetName": "s", "zipCode": "1"})

    def test_are_not_changed(self) -> None:
        data = [ADDRESS.model_copy()]
        GATES.downgrade(list[Address], data, to_version=OLD)
        assert data == [ADDRESS]

    def test_of_dataclasses_and_root_models_are_dumped_too(self) -> None:
        @dataclasses.dataclass
        class Point:
            x: int
            day: dt.date

        class Rows(RootModel[list[Address]]):
            pass

        facts = on(Point).renamed("left", to="x"), on(Address).renamed("zip", to="zip_code")
        gates = timeline_of(*facts).compile(Contract.of_types(Point, Rows))
        point = Point(1, dt.date(2025, 1, 1))
        assert gates.downgrade(Point, point, to_version=OLD) == {"left": 1, "day": "2025-01-01"}
        assert gates.downgrade(Rows, Rows([ADDRESS]), to_version=OLD) == [OLD_ADDRESS]

    @pytest.mark.parametrize("version", [OLD, NEW])
    def test_with_internal_fields_let_no_client_have_them(self, version: str) -> None:
        class Secretive(BaseModel):
            name: str = "n"
            secret: Annotated[int, Internal()] = 7

        gates = timeline_of(on(Secretive).renamed("title", to="name")).compile(Contract.of_types(Secretive))
        key = "title" if version == OLD else "name"
        assert gates.downgrade(Secretive, Secretive(), to_version=version) == {key: "n"}

    @pytest.mark.parametrize(
        ("data", "pointer"),
        [(ADDRESS, ""), ([ADDRESS], "/0"), ({"zip": ADDRESS}, "/zip")],
        ids=["bare", "list", "within"],
    )
    def test_are_an_error_on_the_way_in_that_says_what_to_hand_over(self, data: Any, pointer: str) -> None:
        with pytest.raises(UpgradeError, match=r"this is head's Address: hand over .* read by json\.loads") as refused:
            GATES.upgrade(list[Address] if isinstance(data, list) else Address, data, from_version=OLD)
        assert refused.value.pointer == pointer

    def test_of_dataclasses_are_dumped_by_the_alias_of_their_annotation(self) -> None:
        @dataclasses.dataclass
        class Point:
            x: Annotated[int, Field(alias="theX")]

        gates = timeline_of(on(Point).renamed("left", to="x")).compile(Contract.of_types(Point))
        assert gates.downgrade(Point, Point(1), to_version=OLD) == {"left": 1}

    def test_that_cannot_be_dumped_are_an_error_with_the_place(self) -> None:
        class Failing(BaseModel):
            zip_code: str = "1"

            @field_serializer("zip_code")
            def _fail(self, value: str) -> str:
                raise RuntimeError(value)

        with pytest.raises(DowngradeError, match="the Failing cannot be written as JSON: ") as refused:
            GATES.downgrade(list[Address], [{"streetName": "s", "zipCode": "1"}, Failing()], to_version=OLD)
        assert refused.value.pointer == "/1"


class TestOtherSpellings:
    @pytest.mark.parametrize(
        ("kind", "data", "pointer"),
        [
            (Address, {"streetName": "s", "zip_code": "1"}, "/zip_code"),
            (Address, {"street_name": "s", "zipCode": "1"}, "/street_name"),
            (Event, PLACED.model_dump(mode="json"), ""),
            (Event, {"kind": "placed", "orderId": "o", "ship_to": {"streetName": "s", "zipCode": "1"}}, "/ship_to"),
            (Event, {"kind": "placed", "orderId": "o", "shipTo": {"streetName": "s", "zip_code": "1"}}, "/shipTo"),
            (list[Address], [{"streetName": "s", "zipCode": "1"}, {"streetName": "s", "zip_code": "1"}], "/1/zip_code"),
        ],
    )
    def test_are_an_error_on_the_way_out(self, kind: Any, data: Any, pointer: str) -> None:
        with pytest.raises(DowngradeError) as refused:
            GATES.downgrade(kind, data, to_version=OLD)
        assert refused.value.pointer.startswith(pointer)

    def test_of_an_added_field_do_not_leave(self) -> None:
        class Aliased(BaseModel):
            model_config = ConfigDict(populate_by_name=True)

            name: str = "n"
            secret: str = Field(default="s", alias="theSecret")

        gates = timeline_of(on(Aliased).added("secret")).compile(Contract.of_types(Aliased))
        with pytest.raises(DowngradeError):
            gates.downgrade(Aliased, {"name": "n", "secret": "s"}, to_version=OLD)

    def test_are_read_on_the_way_in_as_head_reads_them(self) -> None:
        sent = {"kind": "cancelled", "order_id": "1", "why": "evil"}
        found = GATES.upgrade(Event, sent, from_version=OLD)
        assert (found.get("order_id") or found.get("orderId"), found["why"]) == ("1", "")

    def test_of_names_that_no_model_has_pass_as_before(self) -> None:
        found = GATES.downgrade(Address, {"streetName": "s", "zipCode": "1", "extra": 1}, to_version=OLD)
        assert found == {**OLD_ADDRESS, "extra": 1}


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def cyclic() -> Any:
    data: dict[str, Any] = {"streetName": "s"}
    data["zipCode"] = data
    return data


class NoJson:
    pass


NO_JSON: dict[str, Any] = {
    "an object of a class": NoJson(),
    "a tuple": (1, 2),
    "a set": {1},
    "bytes": b"b",
    "a moment": dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    "a decimal": Decimal(1),
    "a uuid": uuid.UUID(int=1),
    "a member": Colour.RED,
    "not a number": math.nan,
    "an infinity": math.inf,
    "a key that is no text": {1: "a"},
    "a generator": (one for one in "ab"),
    "a complex number": 1j,
}


@pytest.mark.parametrize("name", NO_JSON)
class TestWhatIsNoJson:
    def test_is_an_error_on_the_way_out(self, name: str) -> None:
        for kind, data in ((Address, {"streetName": NO_JSON[name], "zipCode": "1"}), (Address, NO_JSON[name])):
            with pytest.raises(DowngradeError):
                GATES.downgrade(kind, data, to_version=OLD)

    def test_is_an_error_on_the_way_in(self, name: str) -> None:
        for kind, data in ((Address, {"streetName": NO_JSON[name], "zip": "1"}), (Address, NO_JSON[name])):
            with pytest.raises(UpgradeError):
                GATES.upgrade(kind, data, from_version=OLD)

    def test_is_an_error_for_what_no_change_touches(self, name: str) -> None:
        with pytest.raises(DowngradeError):
            GATES.downgrade(Untouched, {"someDay": NO_JSON[name]}, to_version=OLD)


@pytest.mark.parametrize("levels", [200, 201, 100_000])
def test_data_of_more_than_two_hundred_levels_is_an_error(levels: int) -> None:
    data: Any = 1
    for _ in range(levels - 1):
        data = [data]
    sent = {"someDay": data}
    if levels == 200:
        assert GATES.upgrade(Untouched, sent, from_version=OLD) == sent
        return
    with pytest.raises(UpgradeError, match="more than 200 levels"):
        GATES.upgrade(Untouched, sent, from_version=OLD)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_version_is_a_text_or_a_date(version: str) -> None:
    day = dt.date.fromisoformat(version)
    data = {"streetName": "s", "zipCode": "1"}
    old = GATES.downgrade(Address, data, to_version=day)
    assert old == GATES.downgrade(Address, data, to_version=version)
    assert GATES.upgrade(Address, old, from_version=day) == data
    assert str(GATES.explain(Address, data, to_version=day)) == str(GATES.explain(Address, data, to_version=version))
    assert str(GATES.explain(Address, old, from_version=day)) == str(GATES.explain(Address, old, from_version=version))


@pytest.mark.parametrize("version", [None, 7, b"2025-01-01", "2025-1-1", dt.datetime(2025, 1, 1, tzinfo=dt.UTC)])
def test_what_is_no_version_is_unknown(version: Any) -> None:
    with pytest.raises(UnknownVersion):
        GATES.downgrade(Address, {}, to_version=version)


@pytest.mark.parametrize("data", ['{"streetName": "s", "zip": "1"}', b'{"streetName": "s", "zip": "1"}', [1], 5])
def test_text_and_bytes_of_json_and_other_shapes_are_errors_both_ways(data: Any) -> None:
    for kind in (Address, Event):
        with pytest.raises(UpgradeError):
            GATES.upgrade(kind, data, from_version=OLD)
        with pytest.raises(DowngradeError):
            GATES.downgrade(kind, data, to_version=OLD)


@pytest.mark.parametrize("kind", [Address, Event])
def test_null_is_an_error_on_the_way_in(kind: Any) -> None:
    with pytest.raises(UpgradeError):
        GATES.upgrade(kind, None, from_version=OLD)


def test_data_that_holds_itself_is_an_error() -> None:
    with pytest.raises(GateError):
        GATES.downgrade(Address, cyclic(), to_version=OLD)
    with pytest.raises(GateError):
        GATES.upgrade(Address, cyclic(), from_version=OLD)


@pytest.mark.parametrize("kind", ["unknown", "PLACED", None, 1])
def test_a_tag_that_no_arm_has_is_an_error_on_the_way_in(kind: Any) -> None:
    with pytest.raises(UpgradeError):
        GATES.upgrade(Event, {"kind": kind, "orderId": "1", "why": "evil"}, from_version=OLD)


def test_members_of_an_enum_are_dumped_within_instances_alone() -> None:
    class Painted(BaseModel):
        colour: Colour = Colour.BLUE

    gates = timeline_of(enum(Colour).renamed("azure", to="blue")).compile(Contract.of_types(Painted))
    assert gates.downgrade(Painted, Painted(), to_version=OLD) == {"colour": "azure"}
    with pytest.raises(DowngradeError):
        gates.downgrade(Painted, {"colour": Colour.BLUE}, to_version=OLD)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_an_instance_is_explained_as_its_dump_is(version: str) -> None:
    dumped = PLACED.model_dump(mode="json", by_alias=True)
    assert str(GATES.explain(Event, PLACED, to_version=version)) == str(
        GATES.explain(Event, dumped, to_version=version)
    )


def test_an_instance_of_another_class_is_refused_though_it_has_the_keys() -> None:
    class Shape(BaseModel):
        size: int = 1

    class Round(Shape):
        radius: int = 2

    class Look(BaseModel):
        size: int = 3

    gates = timeline_of(on(Shape).renamed("length", to="size")).compile(Contract.of_types(Shape))
    assert gates.downgrade(Shape, Round(), to_version=OLD) == {"length": 1, "radius": 2}
    assert gates.downgrade(Shape, {"size": 3}, to_version=OLD) == {"length": 3}
    with pytest.raises(DowngradeError, match="this is a Look and no Shape"):
        gates.downgrade(Shape, Look(), to_version=OLD)


def test_an_instance_of_a_generic_class_is_one_of_its_parametrised_class() -> None:
    class Page(BaseModel, Generic[Item]):
        items: list[Item]

    gates = timeline_of(on(Page[int]).renamed("rows", to="items")).compile(Contract.of_types(Page[int]))
    for page in (Page[int](items=[1]), Page(items=[1])):
        assert gates.downgrade(Page[int], page, to_version=OLD) == {"rows": [1]}


class Tree(BaseModel):
    size: int = 0
    trees: list["Tree"] = []


@pytest.mark.parametrize("levels", [200, 201])
def test_a_payload_has_at_most_200_levels(levels: int) -> None:
    def nested(key: str) -> Any:
        value: Any = {key: 1, "trees": []} if levels == 200 else {key: 1}
        for _ in range(99 if levels == 200 else 100):
            value = {key: 1, "trees": [value]}
        return value

    gates = timeline_of(on(Tree).renamed("length", to="size")).compile(Contract.of_types(Tree))
    if levels == 200:
        assert gates.upgrade(Tree, nested("length"), from_version=OLD) == nested("size")
        assert gates.downgrade(Tree, nested("size"), to_version=OLD) == nested("length")
        return
    with pytest.raises(UpgradeError, match="more than 200 levels"):
        gates.upgrade(Tree, nested("length"), from_version=OLD)
    with pytest.raises(DowngradeError, match="more than 200 levels"):
        gates.downgrade(Tree, nested("size"), to_version=OLD)
