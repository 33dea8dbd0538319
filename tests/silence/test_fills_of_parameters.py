"""What a fact fills in for a parameter can be carried by a query or a header field, or the app does not start."""

from __future__ import annotations

from typing import Any

import pytest

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
