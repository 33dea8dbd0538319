"""Gates convert payloads, explain each step, name the place of an error, render documents and pickle."""

import copy
import multiprocessing
import pickle
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.cells.facts import FACTS, OLD, timeline_of, timeline_of_cell
from tests.cells.models import Bare
from tests.cells.orders import GATES, MIDDLE, NEWEST, OLDEST, Address, Card, Order, Status, passed
from tests.cells.shapes import SHAPES
from timegate import (
    Contract,
    DeclarationError,
    DowngradeError,
    Gates,
    Timeline,
    UnknownVersion,
    UnsupportedVersion,
    UpgradeError,
    Version,
    VersionTooNew,
    on,
)

ORDER: Any = {
    "order_id": "7",
    "cents": 1250,
    "status": "lost",
    "address": {"street": "A", "city": "B"},
    "payment": {"kind": "invoice", "days": 14},
    "parts": [{"order_id": "8", "cents": 5}],
    "notes": ["n"],
}
OF_MIDDLE: Any = {
    "id": "7",
    "price": 12.5,
    "status": "open",
    "address": {"street": "A", "city": "B"},
    "payment": {"kind": "invoice", "days": 14},
    "parts": [{"id": "8", "price": 0.05}],
    "notes": ["n"],
}
OF_OLDEST: Any = {
    "id": "7",
    "price": 12.5,
    "status": "open",
    "address": {"street": "A"},
    "payment": None,
    "parts": [{"id": "8", "price": 0.05, "label": "8: 0.05 euros"}],
    "label": "7: 12.5 euros",
}


@pytest.mark.parametrize(("version", "old"), [(NEWEST, ORDER), (MIDDLE, OF_MIDDLE), (OLDEST, OF_OLDEST)])
def test_a_response_is_downgraded_to_the_shape_of_each_version(version: str, old: Any) -> None:
    before = copy.deepcopy(ORDER)
    assert GATES.downgrade(Order, ORDER, to_version=version) == old
    assert before == ORDER


@pytest.mark.parametrize(
    ("version", "old", "head"),
    [
        (NEWEST, ORDER, ORDER),
        (MIDDLE, OF_MIDDLE, {**ORDER, "status": "open"}),
        (
            OLDEST,
            OF_OLDEST,
            {
                "order_id": "7",
                "cents": 1250,
                "status": "open",
                "address": {"street": "A", "city": "?"},
                "payment": None,
                "parts": [{"order_id": "8", "cents": 5}],
            },
        ),
    ],
)
def test_a_request_of_each_version_is_upgraded_to_head(version: str, old: Any, head: Any) -> None:
    before = copy.deepcopy(old)
    assert GATES.upgrade(Order, old, from_version=version) == head
    assert old == before


def test_a_result_shares_nothing_with_its_input() -> None:
    order = copy.deepcopy(ORDER)
    for version in (NEWEST, OLDEST):
        result = GATES.downgrade(Order, order, to_version=version)
        result["parts"][0]["more"] = result["address"]["more"] = True
    assert order == ORDER


def test_values_that_facts_put_are_not_shared_between_payloads() -> None:
    fact = on(Bare).removed("box", was=dict[str, list[int]], backfill={"sides": [1]}, loses="unread")
    gates = timeline_of(fact).compile(Contract.of_types(list[Bare]))
    first = gates.downgrade(list[Bare], [{"parcel_label": "a"}, {"parcel_label": "b"}], to_version=OLD)
    first[0]["box"]["sides"].append(2)
    assert first[1]["box"] == {"sides": [1]}
    assert gates.downgrade(list[Bare], [{"parcel_label": "c"}], to_version=OLD)[0]["box"] == {"sides": [1]}


@pytest.mark.parametrize(("requested", "resolved"), [("2025-09-22", MIDDLE), ("2025-05-31", OLDEST)])
def test_a_value_between_two_versions_selects_the_closest_older_one(requested: str, resolved: str) -> None:
    assert GATES.downgrade(Order, ORDER, to_version=requested) == GATES.downgrade(Order, ORDER, to_version=resolved)


@pytest.mark.parametrize(
    ("requested", "error"),
    [("2025-04-10", UnsupportedVersion), ("2025-09-24", VersionTooNew), ("newest", UnknownVersion)],
)
def test_an_unsupported_version_is_refused(
    requested: str, error: type[UnsupportedVersion | VersionTooNew | UnknownVersion]
) -> None:
    with pytest.raises(error):
        GATES.downgrade(Order, ORDER, to_version=requested)
    with pytest.raises(error):
        GATES.upgrade(Order, ORDER, from_version=requested)


class TestExplain:
    def test_lists_each_change_of_a_downgrade_with_the_payload_before_and_after_it(self) -> None:
        steps = list(GATES.explain(Order, ORDER, to_version=OLDEST))
        assert [(step.version, step.change, step.description) for step in steps] == [
            (NEWEST, "LoseOrders", "Orders can be lost."),
            (NEWEST, "PriceInCents", "Prices are in cents, and `id` is called `order_id`."),
            (MIDDLE, "PayByInvoice", "Orders can be paid by invoice, and have no label any more."),
            (MIDDLE, "NameCities", "An address says its city."),
        ]
        assert [step.before for step in steps] == [
            ORDER,
            {**ORDER, "status": "open"},
            OF_MIDDLE,
            {**OF_OLDEST, "address": {"street": "A", "city": "B"}},
        ]
        assert [step.after for step in steps] == [
            {**ORDER, "status": "open"},
            OF_MIDDLE,
            {**OF_OLDEST, "address": {"street": "A", "city": "B"}},
            OF_OLDEST,
        ]

    def test_lists_each_change_of_an_upgrade(self) -> None:
        steps = list(GATES.explain(Order, OF_OLDEST, from_version=OLDEST))
        assert [(step.version, step.change) for step in steps] == [
            (MIDDLE, "NameCities"),
            (MIDDLE, "PayByInvoice"),
            (NEWEST, "PriceInCents"),
        ]
        assert steps[0].before == OF_OLDEST
        assert steps[-1].after == GATES.upgrade(Order, OF_OLDEST, from_version=OLDEST)
        assert [one.after for one in steps[:-1]] == [other.before for other in steps[1:]]

    def test_leaves_out_changes_that_did_nothing(self) -> None:
        steps = GATES.explain(Address, {"street": "A", "city": "B"}, to_version=OLDEST)
        assert [(step.change, step.after) for step in steps] == [("NameCities", {"street": "A"})]
        assert len(GATES.explain(Order, {"order_id": "a", "cents": 1}, to_version=NEWEST)) == 0

    def test_reads_as_text(self) -> None:
        text = str(GATES.explain(Address, {"street": "A", "city": "B"}, to_version=OLDEST))
        assert text == (
            "2025-06-01 NameCities: An address says its city.\n"
            "  before {'street': 'A', 'city': 'B'}\n"
            "  after  {'street': 'A'}"
        )

    def test_names_the_real_version_of_what_cannot_be_converted(self) -> None:
        with pytest.raises(UpgradeError) as caught:
            GATES.explain(Order, {**OF_OLDEST, "price": -1.0}, from_version=OLDEST)
        assert (caught.value.version, caught.value.change) == (NEWEST, "PriceInCents")

    def test_requires_one_direction(self) -> None:
        with pytest.raises(DeclarationError, match="either to_version=… or from_version=…"):
            GATES.explain(Order, ORDER)
        with pytest.raises(DeclarationError, match="either to_version=… or from_version=…"):
            GATES.explain(Order, ORDER, to_version=OLDEST, from_version=OLDEST)


class TestErrors:
    def test_of_a_request_name_the_place_as_the_sender_wrote_it_and_the_change(self) -> None:
        sent = {"id": "7", "price": 1.0, "parts": [{"id": "8", "price": 2.0}, {"id": "9", "price": -1.0}]}
        with pytest.raises(UpgradeError) as refused:
            GATES.upgrade(Order, sent, from_version=OLDEST)
        error = refused.value
        assert (error.pointer, error.change, error.version) == ("/parts/1/price", "PriceInCents", NEWEST)
        assert error.problem == "the value cannot be converted"
        assert str(error) == "at /parts/1/price: the value cannot be converted (2025-09-23 PriceInCents)"

    def test_of_a_request_quote_nothing_of_it(self) -> None:
        with pytest.raises(UpgradeError) as refused:
            GATES.upgrade(Order, {"id": "7", "price": -66613.0}, from_version=OLDEST)
        assert "66613" not in str(refused.value)

    def test_of_a_member_that_the_client_lacks_name_the_change(self) -> None:
        with pytest.raises(UpgradeError) as refused:
            GATES.upgrade(Order, {"id": "7", "price": 1.0, "status": Status.LOST.value}, from_version=MIDDLE)
        assert (refused.value.pointer, refused.value.change) == ("/status", "LoseOrders")

    def test_of_an_arm_that_the_client_lacks_name_the_change(self) -> None:
        with pytest.raises(UpgradeError) as refused:
            GATES.upgrade(Order, {"id": "7", "price": 1.0, "payment": {"kind": "invoice"}}, from_version=OLDEST)
        assert (refused.value.pointer, refused.value.change) == ("/payment", "PayByInvoice")

    def test_escape_the_keys_of_a_pointer(self) -> None:
        shape = SHAPES["a dict"]
        gates = timeline_of_cell(shape, FACTS["retyped"]).compile(Contract.of_types(shape.type))
        with pytest.raises(UpgradeError) as refused:
            gates.upgrade(shape.type, {"a/b~c": {"item_count": "none"}}, from_version=OLD)
        assert refused.value.pointer == "/a~1b~0c/item_count"

    def test_of_a_response_name_the_place_in_head_and_the_change(self) -> None:
        response = {"order_id": "7", "cents": 5, "parts": [{"order_id": "8", "cents": "many"}]}
        with pytest.raises(DowngradeError) as refused:
            GATES.downgrade(Order, response, to_version=MIDDLE)
        error = refused.value
        assert (error.pointer, error.change, error.version) == ("/parts/0/cents", "PriceInCents", NEWEST)
        assert isinstance(error.__cause__, TypeError)

    @pytest.mark.parametrize(
        ("response", "pointer"),
        [
            ([], ""),
            ({**ORDER, "parts": {}}, "/parts"),
            ({**ORDER, "parts": [5]}, "/parts/0"),
            ({**ORDER, "address": "A"}, "/address"),
            ({**ORDER, "payment": {"kind": "cash"}}, "/payment"),
        ],
    )
    def test_of_a_response_in_a_wrong_shape_keep_it_from_the_client(self, response: Any, pointer: str) -> None:
        with pytest.raises(DowngradeError) as refused:
            GATES.downgrade(Order, response, to_version=OLDEST)
        assert refused.value.pointer == pointer

    @pytest.mark.parametrize(
        ("sent", "pointer"),
        [
            ([], ""),
            (None, ""),
            (5, ""),
            ({"parts": {}}, "/parts"),
            ({"parts": [5]}, "/parts/0"),
            ({"address": "A"}, "/address"),
        ],
    )
    def test_of_a_request_in_a_wrong_shape_name_the_place(self, sent: Any, pointer: str) -> None:
        with pytest.raises(UpgradeError) as refused:
            GATES.upgrade(Order, sent, from_version=OLDEST)
        assert refused.value.pointer == pointer

    def test_of_an_unknown_type_say_what_to_do(self) -> None:
        with pytest.raises(DeclarationError, match=r"Contract\.of\(app, sends=\[Shape\]\)"):
            GATES.downgrade(type("Shape", (), {}), {}, to_version=OLDEST)


class TestDocuments:
    @pytest.mark.parametrize("version", [NEWEST, MIDDLE, OLDEST])
    def test_are_valid(self, version: str) -> None:
        assert list(OpenAPIV31SpecValidator(GATES.contract(version)).iter_errors()) == []

    @pytest.mark.parametrize("version", [NEWEST, MIDDLE, OLDEST])
    def test_hold_no_internal_field_and_no_mark_of_timegate(self, version: str) -> None:
        text = repr(GATES.contract(version))
        assert "secret" not in text
        assert "x-timegate" not in text

    def test_have_the_paths_of_their_version(self) -> None:
        paths = {version: GATES.contract(version)["paths"] for version in (NEWEST, OLDEST)}
        assert {path: sorted(item) for path, item in paths[NEWEST].items()} == {
            "/orders": ["get", "post"],
            "/orders/{key}": ["delete"],
        }
        assert {path: sorted(item) for path, item in paths[OLDEST].items()} == {
            "/all-orders": ["get"],
            "/orders": ["post"],
        }

    def test_have_the_models_of_their_version(self) -> None:
        schemas = GATES.contract(OLDEST)["components"]["schemas"]
        names = sorted(schemas)
        assert not any(name.startswith("Invoice") for name in names)
        order = next(schemas[name] for name in names if name.startswith("Order") and "Input" not in name)
        assert sorted(order["properties"]) == ["address", "copy", "id", "label", "parts", "payment", "price", "status"]
        assert order["properties"]["price"]["type"] == "number"
        assert sorted(order["required"]) == ["id", "label", "price"]
        assert schemas["Status"]["enum"] == ["open", "shipped"]
        assert sorted(schemas["Address"]["properties"]) == ["street"]

    def test_of_types_alone_are_valid(self) -> None:
        for shape in SHAPES.values():
            gates = Timeline(Version("2025-01-01")).compile(Contract.of_types(shape.type))
            assert list(OpenAPIV31SpecValidator(gates.contract("2025-01-01")).iter_errors()) == []

    def test_of_an_unknown_version_are_refused(self) -> None:
        with pytest.raises(UnknownVersion):
            GATES.contract("2025-01-01")


def in_another_process(gates: Gates, order: Any) -> list[Any]:
    return [passed(gates, order, version) for version in (NEWEST, MIDDLE, OLDEST)]


class TestPickling:
    def test_gives_equal_gates(self) -> None:
        again: Gates = pickle.loads(pickle.dumps(GATES))
        assert again is not GATES
        assert again.timeline.values == GATES.timeline.values
        assert in_another_process(again, ORDER) == in_another_process(GATES, ORDER)
        assert again.contract(OLDEST) == GATES.contract(OLDEST)

    def test_gives_equal_gates_in_another_process(self) -> None:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            there = pool.apply(in_another_process, (GATES, ORDER))
        assert there == in_another_process(GATES, ORDER)
        assert there[2][0] == OF_OLDEST


def test_a_card_that_no_change_touches_compiles_to_nothing() -> None:
    card = {"kind": "card", "number": "4", "more": [1, {"kind": 2}]}
    assert GATES.downgrade(Card, card, to_version=OLDEST) == card
    assert [gate.responses for gate in GATES.operations(NEWEST) if gate.method == "DELETE"] == [{"204": None}]
