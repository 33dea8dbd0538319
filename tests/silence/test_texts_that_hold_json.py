"""A field of `Json` is a text to clients: it reaches functions and head as a text, whatever is read of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Json

from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of_requests
from timegate import UpgradeError, on


class Point(BaseModel):
    x: int


class Chart(BaseModel):
    anything: Json[Any] = None
    sizes: Json[list[int]] = []
    point: Json[Point] | None = None
    points: list[Json[Point]] = []


def read(sent: dict[str, Any], *facts: Any) -> Any:
    upgraded = gates_of_requests([Chart], *facts).upgrade(Chart, sent, from_version=OLD)
    return upgraded, Chart.model_validate(upgraded).model_dump(exclude_unset=True)


@pytest.mark.parametrize(
    ("field", "sent", "means"),
    [
        ("sizes", "[1, 2]", [1, 2]),
        ("sizes", '["1"]', [1]),
        ("anything", '{"k": null}', {"k": None}),
        ("anything", "7", 7),
        ("anything", '"text"', "text"),
    ],
)
def test_a_function_gets_the_text(field: str, sent: str, means: Any) -> None:
    seen: list[Any] = []

    def to_head(value: Any) -> Any:
        seen.append(type(value))
        return value

    assert read({field: sent}, on(Chart).retyped(field, to_head=to_head))[1] == {field: means}
    assert seen == [str]


def test_a_text_that_became_a_list_is_its_only_item() -> None:
    fact = on(Chart).became_list("points", was=Json[Point])
    assert read({"points": '{"x": "3"}'}, fact)[1] == {"points": [{"x": 3}]}


def test_a_text_stays_as_it_was_sent_where_nothing_converts_it() -> None:
    fact = on(Chart).became_nullable("point", null_was={"x": 0})
    assert read({"point": '{"x":  3}'}, fact) == ({"point": '{"x":  3}'}, {"point": {"x": 3}})


@pytest.mark.parametrize("sent", ["{", "7", {"x": 3}])
def test_a_text_that_the_old_server_refused_is_refused(sent: Any) -> None:
    with pytest.raises(UpgradeError):
        read({"points": sent}, on(Chart).became_list("points", was=Json[Point]))


@shows("(and so has no text of it in a `Json` field)")
@pytest.mark.parametrize(
    ("field", "sent"), [("size", "NaN"), ("size", "-Infinity"), ("anything", "[NaN]"), ("bare", '{"k": NaN}')]
)
def test_a_text_with_a_number_that_json_does_not_have_is_refused(field: str, sent: str) -> None:
    class Odd(BaseModel):
        size: Json[float] = 0.0
        anything: Json[list[Any]] = []
        bare: Json[Any] = None

    gates = gates_of_requests([Odd], on(Odd).retyped(field, to_head=lambda text: text))
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(Odd, {field: sent}, from_version=OLD)
    assert (refused.value.pointer, refused.value.failures[0].kind) == (f"/{field}", "finite_number")
