"""What a function gets of an old value is judged whole, also where a class in it is one that changes, or head's own."""

from typing import Any

import pytest
from pydantic import BaseModel

from tests.silence.exchanges import Posted
from timegate import on
from timegate.typing import is_object

REFUSED = 422, None


class Inner(BaseModel):
    x: int
    note: str = ""


class OldBox(BaseModel):
    inner: Inner
    n: int = 0


class Holder(BaseModel):
    box: int = 0
    other: Inner | None = None


RENAMED = on(Inner).renamed("y", to="x")
NOTED = on(Inner).added("note")
BOXED = on(Holder).retyped(
    "box", was=OldBox, to_head=lambda box: box["n"] + box["inner"]["x"], to_old=lambda n: {"inner": {"x": n}, "n": 0}
)
LISTED = on(Holder).retyped(
    "box",
    was=list[OldBox],
    to_head=lambda boxes: sum(box["inner"]["x"] for box in boxes),
    to_old=lambda n: [{"inner": {"x": n}}],
)
WRONG: list[Any] = [{}, {"x": "a"}, {"x": None}, {"x": [1]}, [], 5, None]


@pytest.mark.parametrize("inner", WRONG, ids=str)
class TestAnOldValueThatTheOldServerRefuses:
    def test_is_a_422_where_a_class_in_it_changes(self, inner: Any) -> None:
        old = {"y" if key == "x" else key: value for key, value in inner.items()} if is_object(inner) else inner
        for facts in ((BOXED, RENAMED), (RENAMED, BOXED)):
            assert Posted(Holder, *facts).send({"box": {"inner": old, "n": 1}}) == REFUSED
        assert Posted(Holder, LISTED, RENAMED).send({"box": [{"inner": {"y": 1}}, {"inner": old}]}) == REFUSED

    def test_is_a_422_where_a_class_in_it_is_heads_own(self, inner: Any) -> None:
        assert Posted(Holder, BOXED).send({"box": {"inner": inner, "n": 1}}) == REFUSED
        assert Posted(Holder, BOXED, NOTED).send({"box": {"inner": inner, "n": 1}}) == REFUSED
        assert Posted(Holder, LISTED).send({"box": [{"inner": inner}]}) == REFUSED

    def test_is_a_422_though_it_is_removed(self, inner: Any) -> None:
        gone = on(Holder).removed("gone", was=OldBox, required=False, backfill={"inner": {"x": 1}}, loses="unused")
        assert Posted(Holder, gone).send({"gone": {"inner": inner}}) == REFUSED
        assert Posted(Holder, gone, NOTED).send({"gone": {"inner": inner}}) == REFUSED


@pytest.mark.parametrize("x", [3, "3", 3.0])
def test_a_value_that_the_old_server_reads_leniently_is_given_as_what_was_read(x: Any) -> None:
    assert Posted(Holder, BOXED).send({"box": {"inner": {"x": x}, "n": "1"}}) == (200, Holder(box=4))
    assert Posted(Holder, BOXED, RENAMED).send({"box": {"inner": {"y": x}, "n": "1"}}) == (200, Holder(box=4))
