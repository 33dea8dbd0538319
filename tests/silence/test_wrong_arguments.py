"""What nobody can mean is refused by this package's own errors, where it is written or when it is compiled."""

import enum
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.silence.exchanges import NEW, OLD, exchange, timeline_of
from timegate import Contract, TimegateError, Timeline, UnknownVersion, Version, endpoint, on
from timegate import enum as members_of
from timegate.asgi import TimegateMiddleware


class State(enum.Enum):
    ON = "on"
    OFF = "off"


class Lamp(BaseModel):
    state: State = State.ON


def app_of() -> FastAPI:
    app = FastAPI()

    @app.get("/lamp")
    def get(q: int = 0) -> Lamp:
        return Lamp()

    return app


def wrong(value: Any) -> Any:
    """What a caller without a type checker may write."""
    return value


DOCUMENT: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}

WRONG: dict[str, Callable[[], object]] = {
    "a day as text": lambda: Version(OLD, deprecated=wrong("2026-01-01")),
    "a sunset as text": lambda: Version(OLD, sunset=wrong("2026-01-01")),
    "a version as number": lambda: Version(wrong(20260101)),
    "no version": lambda: Version(wrong(None)),
    "the name of a scheme": lambda: Timeline(Version(NEW), scheme=wrong("semver")),
    "a module for its name": lambda: Timeline.from_package(wrong(sys)),
    "a module that is no package": lambda: Timeline.from_package(json.encoder.__name__),
    "no name of a package": lambda: Timeline.from_package(""),
    "one model that is sent": lambda: Contract.of(app_of(), sends=wrong(Lamp)),
    "one model that is received": lambda: Contract.of_types(Lamp, receives=wrong(Lamp)),
    "names for classes": lambda: Contract.from_openapi(DOCUMENT, types={"Lamp": "Lamp"}),
    "a list of classes": lambda: Contract.from_openapi(DOCUMENT, types=wrong([Lamp])),
    "a list as a member": lambda: members_of(State).shrank(wrong(["z"]), read_as="on"),
    "an object as a member": lambda: members_of(State).renamed(wrong({}), to="on"),
    "half a character as a member": lambda: members_of(State).renamed("\ud800", to="on"),
    "several members for one": lambda: members_of(State).renamed(wrong(("z", "y")), to="on"),
    "a number for a table": lambda: on(Lamp).mapped("state", wrong(5)),
    "a number for a table back": lambda: on(Lamp).mapped("state", {"1": "on"}, back=wrong(1.5)),
    "a list for the name of a header field": lambda: endpoint("/lamp").response_header("x-a").renamed(to=wrong([])),
    "a list of parameters": lambda: endpoint("/lamp").query(wrong(["q"])),
    "a parameter without name": lambda: endpoint("/lamp").header(""),
}


@pytest.mark.parametrize("written", WRONG.values(), ids=WRONG)
def test_an_argument_that_cannot_be_right_is_refused_where_it_is_written(written: Callable[[], object]) -> None:
    with pytest.raises(TimegateError):
        written()


FACTS: dict[str, Any] = {
    "half a character": on(Lamp).removed("z", was=str, backfill="\ud800", loses="it is gone"),
    "a number that is no double": on(Lamp).removed("z", was=float, backfill=10**400, loses="it is gone"),
    "a number of too many digits": on(Lamp).removed("z", was=int, backfill=10**5000, loses="it is gone"),
}


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_value_that_json_cannot_hold_is_a_fault(fact: Any) -> None:
    with pytest.raises(TimegateError):
        timeline_of(fact).compile(Contract.of(app_of()))


def test_a_version_that_is_no_text_is_unknown() -> None:
    with pytest.raises(UnknownVersion):
        timeline_of().resolve(wrong(None))


class Pinned:
    """A pin that says which header fields it reads."""

    def __init__(self, vary: Any) -> None:
        self.vary = vary

    def __call__(self, scope: Any) -> str:
        return OLD


@pytest.mark.parametrize("vary", ["X-É", "a\r\nb: c", "", 5, [5], ["Authorization", "a b"]])
def test_header_fields_that_a_pin_cannot_read_are_refused_where_it_is_given(vary: Any) -> None:
    with pytest.raises(TimegateError, match="names no header fields"):
        TimegateMiddleware(app_of(), timeline=timeline_of(), select=Pinned(vary))


@pytest.mark.parametrize("vary", ["Authorization", ("Authorization", "X-Account"), []])
def test_header_fields_that_a_pin_reads_are_told_in_responses(vary: Any) -> None:
    served = TimegateMiddleware(app_of(), timeline=timeline_of(), select=Pinned(vary))
    response = exchange(served, "GET", "/lamp", version=None)
    expected = vary if isinstance(vary, str) else ", ".join(vary)
    assert (response.status, response.headers.get("vary", "")) == (200, expected)
