"""What a fact fills in for a parameter can be carried by a query or a header field, or the app does not start."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

import pytest
from fastapi import Cookie, FastAPI, Form
from pydantic import BaseModel

from tests.sentences import shows
from tests.silence.old_client import refusal
from tests.silence.parameters import Asked, Must, api, client
from timegate import Contract, endpoint, on

FILLS: dict[str, Any] = {
    "added to a query model": lambda: on(Must).added("page", default=None),
    "required in a query model": lambda: on(Must).became_required("deep", default=None),
    "defaulted in a query model": lambda: on(Must).defaulted("page", was=None),
    "added to a query": lambda: endpoint("/single").query("maybe").added(default=None),
    "defaulted in a query": lambda: endpoint("/single").query("needed").defaulted(was=None),
    "added to a header": lambda: endpoint("/single").header("x-size").added(default=None),
    "an object": lambda: endpoint("/single").query("n").added(default={"a": 1}),
    "a list for one value": lambda: endpoint("/single").query("n").added(default=[1, 2]),
    "another type": lambda: endpoint("/single").query("n").added(default="many"),
    "another type in a header": lambda: endpoint("/single").header("x-size").added(default="many"),
    "a list of lists": lambda: on(Asked).added("several", default=[["a"]]),
    "a null among the values": lambda: on(Asked).added("several", default=["a", None]),
}


@pytest.mark.parametrize("name", FILLS)
def test_a_fill_that_a_parameter_cannot_carry_is_refused(name: str) -> None:
    said = refusal(Contract.of(api()), FILLS[name])
    assert "Must" in said or "Asked" in said or "/single" in said


@pytest.mark.parametrize(
    ("fact", "seen"),
    [
        (endpoint("/single").query("n").added(default=4), {"n": 4, "maybe": None, "flag": False}),
        (endpoint("/single").query("flag").added(default=True), {"n": 0, "maybe": None, "flag": True}),
        (endpoint("/single").query("maybe").defaulted(was=6), {"n": 0, "maybe": 6, "flag": False}),
    ],
)
def test_a_fill_that_a_parameter_can_carry_reaches_head(fact: Any, seen: Any) -> None:
    assert client(fact).get("/single").json() == seen


def test_a_fill_of_several_values_reaches_head() -> None:
    assert client(on(Asked).added("several", default=["a", "b&c"])).get("/asked").json()["several"] == ["a", "b&c"]


RELEASE = tuple(map(int, version("fastapi").split(".")[:2]))
READS_NONE = pytest.mark.skipif(RELEASE < (0, 124), reason="to this release of FastAPI an empty field is a text")
READS_NONE_IN_A_MODEL = pytest.mark.skipif(RELEASE < (0, 149), reason="there it is one in a model")


class Kept(BaseModel):
    """Of a cookie, a form or a query."""

    note: str = "none"
    several: list[int] = []


def kept() -> FastAPI:
    app = FastAPI()

    @app.get("/cookies")
    async def cookies(asked: Annotated[Kept, Cookie()]) -> Kept:
        return asked

    @app.post("/forms")
    async def forms(asked: Annotated[Kept, Form()]) -> Kept:
        return asked

    @app.post("/fields")
    async def fields(note: Annotated[str, Form()] = "none", title: Annotated[str, Form()] = "t") -> str:
        return note + title

    return app


@shows("A list for a cookie is refused too, and so is an empty text for a form in which FastAPI takes it for none.")
@pytest.mark.parametrize(
    "fact",
    [
        lambda: on(Kept).added("several", default=[1]),
        lambda: on(Kept).defaulted("several", was=[1, 2]),
        lambda: endpoint("/cookies").cookie("several").added(default=[1]),
    ],
)
def test_a_cookie_has_no_list_to_be_filled_in(fact: Any) -> None:
    said = refusal(Contract.of(kept()), fact)
    assert "cannot be written as a parameter of a cookie, which has one value" in said


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param(lambda: on(Kept).added("note", default=""), marks=READS_NONE_IN_A_MODEL),
        pytest.param(lambda: on(Kept).defaulted("note", was=""), marks=READS_NONE_IN_A_MODEL),
        pytest.param(lambda: endpoint("/fields").form("note").added(default=""), marks=READS_NONE),
        pytest.param(lambda: endpoint("/fields").form("note").defaulted(was=""), marks=READS_NONE),
    ],
)
def test_a_form_has_no_empty_text_to_be_filled_in_where_head_takes_it_for_none(fact: Any) -> None:
    said = refusal(Contract.of(kept()), fact)
    assert "cannot be written as a parameter of a form, in which head takes an empty text for none" in said
