"""A touched type in another form than its schema says: a tuple with names, extras, JSON within text, odd containers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Json, with_config

from tests.sentences import shows
from tests.silence.exchanges import OLD, Posted, accounted, annotate, exchange, gated, timeline_of
from timegate import Contract, enum, on


class Inner(BaseModel):
    sku: str = "s"


RENAMED = on(Inner).renamed("article", to="sku")


class Pair(NamedTuple):
    inner: Inner
    n: int = 0


class HasPair(BaseModel):
    pair: Pair


class TestNamedTuples:
    """An old server read the object form too, so that no object may pass unread."""

    posted = Posted(HasPair, RENAMED)

    @pytest.mark.parametrize(
        ("sent", "sku"),
        [
            ({"pair": [{"article": "a"}, 1]}, "a"),
            ({"pair": [{"sku": "evil"}, 1]}, "s"),
            ({"pair": {"inner": {"article": "a"}, "n": 1}}, "a"),
            ({"pair": {"inner": {"sku": "evil"}, "n": 1}}, "s"),
        ],
    )
    def test_are_upgraded_in_both_forms_or_refused(self, sent: dict[str, Any], sku: str) -> None:
        status, received = self.posted.send(sent)
        upgraded = 200, HasPair(pair=Pair(Inner(sku=sku), 1))
        assert (status, received) in (upgraded, (422, None) if isinstance(sent["pair"], dict) else upgraded)

    def test_at_the_root_and_in_containers_let_no_new_key_through(self) -> None:
        sent = {"inner": {"sku": "evil"}}
        for kind, body in ((Pair, sent), (list[Pair], [sent]), (dict[str, Pair], {"a": sent}), (Pair | int, sent)):
            _, received = Posted(kind, RENAMED).send(body)
            assert "evil" not in repr(received)


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")


# Type checkers refuse another type of the attribute in a subclass, which pydantic documents.
Typed: Any = type(
    "Typed", (Extra,), {"__module__": __name__, "__annotations__": {"__pydantic_extra__": dict[str, Inner]}}
)


@shows("dropped where it is open, also where the model keeps extra keys")
def test_extras_of_a_touched_type_are_gated_both_ways() -> None:
    gates = timeline_of(RENAMED).compile(Contract.of_types(Typed))
    assert gates.downgrade(Typed, {"x": {"sku": "a"}}, to_version=OLD) == {"x": {"article": "a"}}
    assert gates.upgrade(Typed, {"x": {"article": "a", "sku": "b"}}, from_version=OLD) == {"x": {"sku": "a"}}


class Enveloped(BaseModel):
    payload: Json[Inner]


def test_json_within_a_string_is_gated_or_accounted_for() -> None:
    posted = Posted(Enveloped, RENAMED)
    if accounted(posted.bare, "payload", "Enveloped", facts=[RENAMED]) is None:
        _, received = posted.send({"payload": '{"sku": "evil", "article": "a"}'})
        assert received is not None
        assert received.payload == Inner(sku="a")


def test_json_within_a_parameter_is_gated_or_accounted_for() -> None:
    app = FastAPI()

    @app.get("/place")
    async def get(q: Annotated[Json[Inner], Query()]) -> str:
        return q.sku

    if accounted(app, "/place", "Inner", facts=[RENAMED]) is None:
        response = exchange(gated(app, RENAMED), "GET", "/place?q=%7B%22sku%22%3A%22evil%22%7D")
        assert response.content == b'"s"'


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("kind", "query", "status"),
    [
        (set[Colour], "c=blue", 422),
        (list[Colour] | None, "c=red&c=blue", 422),
        (Colour | int, "c=blue", 422),
        (Colour | None, "c=blue", 422),
        (tuple[Colour, ...], "c=blue", 422),
        (list[Colour], "c=red&c=red", 200),
    ],
)
def test_an_enum_in_any_type_of_a_query_knows_the_clients_members(kind: Any, query: str, status: int) -> None:
    app = FastAPI()

    async def get(c: Any) -> int:
        return 1

    annotate(get, "c", kind, Query())
    app.add_api_route("/place", get)
    changed = gated(app, enum(Colour).grew("blue", seen_as="red"))
    assert exchange(changed, "GET", f"/place?{query}").status == status


class Rectangle(NamedTuple):
    corner: Inner
    others: tuple[Inner, ...] = ()


@shows("or in one entry")
def test_fields_of_a_named_tuple_that_stand_deeper_are_gated_in_both_forms_or_refused() -> None:
    posted = Posted(dict[str, Rectangle], RENAMED)
    expected = {"a": Rectangle(Inner(sku="x"), (Inner(sku="y"),))}
    others = [{"article": "y"}]
    assert posted.send({"a": [{"article": "x"}, others]}) == (200, expected)
    assert posted.send({"a": {"corner": {"article": "x"}, "others": others}}) in ((200, expected), (422, None))


def test_a_named_tuple_leaves_as_the_list_that_its_schema_says() -> None:
    app = FastAPI()

    @app.get("/")
    async def get() -> Pair:
        return Pair(Inner(sku="a"), 2)

    assert exchange(gated(app, RENAMED), "GET", "/").json() == [{"article": "a"}, 2]


class Named(NamedTuple):
    first: int = 1
    inner: Inner = Inner()
    last: str = "z"


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ({}, Named()),
        ({"inner": {"article": "x"}}, Named(1, Inner(sku="x"))),
        ({"last": "y"}, Named(1, Inner(), "y")),
        ({"last": "y", "first": 2}, Named(2, Inner(), "y")),
        ({"last": "y", "other": 2}, None),
    ],
)
def test_an_object_may_leave_out_the_fields_of_a_named_tuple_that_have_defaults(sent: object, received: object) -> None:
    assert Posted(list[Named], RENAMED).send([sent])[1] == (None if received is None else [received])


def test_an_object_for_a_named_tuple_lacks_no_field_that_is_required() -> None:
    assert Posted(Pair, RENAMED).send({"n": 3})[0] == 422


def test_the_names_of_a_named_tuple_are_in_no_document() -> None:
    assert "timegate" not in repr(Contract.of_types(Named).document)


class Coordinates(NamedTuple):
    x: int
    label: str


@with_config(ConfigDict(coerce_numbers_to_str=True))
@dataclass(kw_only=True)
class Route:
    start: Coordinates
    stops: dict[str, Coordinates] = field(default_factory=dict[str, Coordinates])


class Trip(BaseModel):
    route: Route


@pytest.mark.parametrize("start", [[1, 2], {"x": 1, "label": 2}, {"x": "1", "label": "a"}, [1, "a"]])
def test_the_items_of_an_object_for_a_named_tuple_reach_head_as_they_were_sent(start: object) -> None:
    # Pydantic shares the schema of a tuple that stands twice below a dataclass, and that has not its settings.
    posted = Posted(Trip, on(Route).became_non_null("start", null_is=[0, "home"]))
    status, received = posted.send({"route": {"start": start}})
    assert status == exchange(posted.bare, "POST", "/", body={"route": {"start": start}}).status
    assert received is None or received.route.start == Coordinates(1, "a")
