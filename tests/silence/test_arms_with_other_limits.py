"""Which arm of a union a value is depends on the limits of the client's version, and head's own apply after that."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from annotated_types import Le
from pydantic import BaseModel

from tests.silence.exchanges import Posted, exchange
from timegate import on


class Few(BaseModel):
    n: Annotated[int, Le(19)]
    text: str = ""


class Many(BaseModel):
    n: int
    text: str = ""


class Left(BaseModel):
    n: int = 0


class Marked(BaseModel):
    text: str
    mark: str


MARKED = on(Marked).became_required("mark", default="m")


class Tighter(BaseModel):
    it: Few | Marked


class Looser(BaseModel):
    it: Many | Marked


def posted(kind: Any, *facts: Any, body: Any) -> Any:
    """What head read, or the types of what is told."""
    posted = Posted(kind, *facts)
    response = exchange(posted.app, "POST", "/", body=body)
    return posted.received[0] if response.status == 200 else {one["type"] for one in response.json()["detail"]}


TIGHTENED = on(Few).constrained("n", was=int)
LOOSENED = on(Many).constrained("n", was=Annotated[int, Le(5)], tolerated="they read any")


def test_a_value_above_todays_limit_is_not_read_as_another_arm() -> None:
    it = {"n": 20, "text": "a"}
    assert posted(Tighter, TIGHTENED, MARKED, body={"it": it}) == {"less_than_equal"}
    assert posted(Tighter, TIGHTENED, MARKED, body={"it": {**it, "n": 19}}) == Tighter(it=Few(n=19, text="a"))


def test_a_value_above_the_limit_of_old_is_no_arm_that_it_was_not_then() -> None:
    read = posted(Looser, LOOSENED, MARKED, body={"it": {"n": 6, "text": "a"}})
    assert read == Looser(it=Marked(text="a", mark="m"))
    read = posted(Looser, LOOSENED, MARKED, body={"it": {"n": 5, "text": "a"}})
    assert read == Looser(it=Many(n=5, text="a"))


@pytest.mark.parametrize("n", [6, "6", 6.0])
def test_a_limit_of_old_alone_refuses_nothing(n: Any) -> None:
    assert posted(Many, LOOSENED, body={"n": n}) == Many(n=6)
    assert posted(Many, on(Many).renamed("m", to="n"), LOOSENED, body={"m": n}) == Many(n=6)
    loosened = on(Left).constrained("n", was=Annotated[int, Le(5)], tolerated="they read any")
    assert posted(Left, on(Left).became_optional("n", missing_was=1), loosened, body={"n": n}) == Left(n=6)
