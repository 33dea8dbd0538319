"""What timegate does not recognise at a touched place is refused: no union, validator or odd shape lets it through."""

import json
from enum import IntEnum
from typing import Annotated, Any

import pytest
from pydantic import (
    BaseModel,
    BeforeValidator,
    PlainValidator,
    RootModel,
    WrapValidator,
    field_validator,
    model_validator,
)

from tests.sentences import shows
from tests.silence.exchanges import OLD, Posted, exchange, timeline_of
from timegate import Contract, on

REFUSED = 422, None


class Inner(BaseModel):
    x: int = 0
    secret: int = 0


ADDED = on(Inner).added("secret")
EVIL, GOOD = {"x": 1, "secret": 666}, Inner(x=1)


class Kind(IntEnum):
    A = 1
    B = 2


def wrap_in_a_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def parse(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def around(value: Any, handler: Any) -> Any:
    return handler(parse(value))


def plainly(value: Any) -> Any:
    return Inner.model_validate(parse(value))


class Wraps(BaseModel):
    inner: Annotated[list[Inner], BeforeValidator(wrap_in_a_list)]


class Parses(BaseModel):
    inner: Annotated[Inner, BeforeValidator(parse)]


class Around(BaseModel):
    inner: Annotated[Inner, WrapValidator(around)]


class ByMethod(BaseModel):
    inner: Inner

    @field_validator("inner", mode="before")
    @classmethod
    def parsed(cls, value: Any) -> Any:
        return parse(value)


class ParsedInner(Inner):
    @model_validator(mode="before")
    @classmethod
    def parsed(cls, value: Any) -> Any:
        return parse(value)


class ByModel(BaseModel):
    inner: ParsedInner


class Items(BaseModel):
    inner: list[Annotated[Inner, BeforeValidator(parse)]]


class Rows(RootModel[Annotated[list[Inner], BeforeValidator(parse)]]):
    pass


TEXT = json.dumps(EVIL)

VALIDATED: dict[str, tuple[Any, Any, Any, Any]] = {
    "one value for a list": (Wraps, {"inner": EVIL}, {"inner": [EVIL]}, Wraps(inner=[GOOD])),
    "text for an object": (Parses, {"inner": TEXT}, {"inner": EVIL}, Parses(inner=GOOD)),
    "a wrap validator": (Around, {"inner": TEXT}, {"inner": EVIL}, Around(inner=GOOD)),
    "a field validator": (ByMethod, {"inner": TEXT}, {"inner": EVIL}, ByMethod(inner=GOOD)),
    "a model validator": (ByModel, {"inner": TEXT}, {"inner": EVIL}, ByModel(inner=ParsedInner(x=1))),
    "an item's validator": (Items, {"inner": [TEXT]}, {"inner": [EVIL]}, Items(inner=[GOOD])),
    "a validator at the root": (Rows, json.dumps([EVIL]), [EVIL], Rows([GOOD])),
    "an optional value": (Parses | None, {"inner": TEXT}, {"inner": EVIL}, Parses(inner=GOOD)),
}


@pytest.mark.parametrize("name", VALIDATED)
class TestValidatorsOnTheWay:
    def test_let_only_the_described_form_pass(self, name: str) -> None:
        kind, odd, described, received = VALIDATED[name]
        posted = Posted(kind, ADDED)
        assert posted.send(odd) == REFUSED
        assert posted.send(described) == (200, received)

    def test_are_no_business_of_the_newest_client(self, name: str) -> None:
        kind, odd, _, _ = VALIDATED[name]
        posted = Posted(kind, ADDED)
        assert posted.send(odd, version="2026-01-01")[0] == 200


def test_a_plain_validator_hides_a_touched_model_and_is_accounted_for() -> None:
    class Hides(BaseModel):
        inner: Annotated[Any, PlainValidator(plainly)]
        other: Inner = Inner()

    posted = Posted(Hides, ADDED)
    if not any("inner" in place for place in Contract.of(posted.bare).opaque):
        assert posted.send({"inner": TEXT}) == REFUSED


@shows(
    "A request whose values do not fit the client's version gets a 422 of timegate's, in the same form, and "
    "the app is not called.",
)
@pytest.mark.parametrize(
    ("kind", "sent", "place"),
    [
        (Inner, [1], ["body"]),
        (Inner, "x", ["body"]),
        (list[Inner], EVIL, ["body"]),
        (list[Inner], [EVIL, 5], ["body", 1]),
        (dict[str, Inner], {"a": [EVIL]}, ["body", "a"]),
        (Parses, {"inner": 5}, ["body", "inner"]),
        (tuple[Inner, int], {"0": EVIL}, ["body"]),
    ],
    ids=str,
)
def test_a_wrong_json_type_at_a_touched_place_is_refused_in_the_form_of_the_app(
    kind: Any, sent: object, place: list[Any]
) -> None:
    response = exchange(Posted(kind, ADDED).app, "POST", "/", body=sent)
    assert (response.status, response.headers["content-type"]) == (422, "application/json")
    (detail,) = response.json()["detail"]
    assert detail["loc"] == place
    assert detail.keys() >= {"type", "loc", "msg", "input"}


@shows("more than one thing | all that the gate finds; what only the app refuses may come with the next try")
def test_all_that_the_gate_finds_is_told_at_once() -> None:
    posted = Posted(list[Inner], on(Inner).retyped("x", was=int, to_head=lambda v: v, to_old=lambda v: v))
    response = exchange(posted.app, "POST", "/", body=[{"x": "a"}, {"x": 1}, {"x": "b"}])
    assert response.status == 422
    assert [detail["loc"] for detail in response.json()["detail"]] == [["body", 0, "x"], ["body", 2, "x"]]


def test_without_http_an_odd_shape_is_an_error_of_the_client() -> None:
    gates = timeline_of(ADDED).compile(Contract.of_types(Parses, list[Inner]))
    for kind, sent in ((Parses, {"inner": TEXT}), (list[Inner], EVIL), (Parses, None)):
        with pytest.raises(Exception, match=r"^at ") as refused:
            gates.upgrade(kind, sent, from_version=OLD)
        assert type(refused.value).__name__ == "UpgradeError"


def test_what_no_change_touches_is_read_as_leniently_as_ever() -> None:
    class Both(BaseModel):
        touched: Inner = Inner()
        free: Annotated[dict[str, int], BeforeValidator(parse)] = {}
        level: Kind = Kind.A

    assert Posted(Both, ADDED).send({"free": '{"a": 1}', "level": "2"}) == (200, Both(free={"a": 1}, level=Kind.B))
