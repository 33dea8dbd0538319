"""What a 422 repeats of parameters and forms is what the old server had read: the last of several, a list, nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Form, Header, Query
from pydantic import BaseModel

from tests.asgi.calling import Caller
from tests.silence.old_client import OLD, timeline_of
from timegate import endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

FORM = {"content-type": "application/x-www-form-urlencoded"}


def asked_by_query(n: int = 0, many: Annotated[list[int] | None, Query()] = None) -> None:
    return None


def asked_by_header(x_n: Annotated[int, Header()] = 0, x_many: Annotated[list[int] | None, Header()] = None) -> None:
    return None


def asked_by_form(
    n: Annotated[int, Form()], m: Annotated[int, Form()], many: Annotated[list[int] | None, Form()] = None
) -> None:
    return None


def fresh_query(fresh: int = 0) -> None:
    return None


def fresh_header(x_fresh: Annotated[int, Header()] = 0) -> None:
    return None


def fresh_form(fresh: Annotated[int, Form()] = 0) -> None:
    return None


def asked(handler: Callable[..., None], fresh: Callable[..., None] | None, fact: Fact | None) -> Caller:
    """A client of an API; where the API has a newer parameter, timegate is before it."""
    app = FastAPI()
    dependencies = [] if fresh is None else [Depends(fresh)]
    app.add_api_route("/asked", handler, methods=["POST"], dependencies=dependencies)
    if fact is not None:
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
    return Caller(app, headers={"API-Version": OLD})


def errors(client: Caller, url: str, options: dict[str, Any]) -> Any:
    response = client.post(url, **options)
    assert response.status_code == 422
    return [{key: one[key] for key in ("type", "loc", "msg", "input")} for one in response.json()["detail"]]


ASKED = endpoint("/asked", "POST")


@pytest.mark.parametrize("sent", ["n=x", "n=1&n=x", "n=x&n=y", "many=x", "many=1&many=x", "n=x&many=y"])
def test_a_query(sent: str) -> None:
    now, then = asked(asked_by_query, fresh_query, ASKED.query("fresh").added()), asked(asked_by_query, None, None)
    assert errors(now, f"/asked?{sent}", {}) == errors(then, f"/asked?{sent}", {})


@pytest.mark.parametrize(
    "sent",
    [
        [("x-n", "x")],
        [("x-n", "x"), ("x-n", "1")],
        [("x-many", "x")],
        [("x-many", "1"), ("x-many", "x")],
    ],
)
def test_header_fields(sent: list[tuple[str, str]]) -> None:
    now = asked(asked_by_header, fresh_header, ASKED.header("x-fresh").added())
    then = asked(asked_by_header, None, None)
    assert errors(now, "/asked", {"headers": sent}) == errors(then, "/asked", {"headers": sent})


@pytest.mark.parametrize(
    "sent",
    ["n=x&m=1", "n=1&n=x&m=1", "n=1", "n=1&m=1&many=x", "n=1&m=1&many=1&many=x", ""],
)
def test_a_form(sent: str) -> None:
    now, then = asked(asked_by_form, fresh_form, ASKED.form("fresh").added()), asked(asked_by_form, None, None)
    options = {"content": sent.encode(), "headers": FORM}
    assert errors(now, "/asked", options) == errors(then, "/asked", options)


class OldAsked(BaseModel):
    n: int
    m: int
    old: list[int]


class Asked(BaseModel):
    n: int
    m: int
    new: list[int]


def asked_by_model(asked: Annotated[Asked, Form()]) -> None:
    return None


def asked_by_old_model(asked: Annotated[OldAsked, Form()]) -> None:
    return None


@pytest.mark.parametrize(
    "sent", ["n=x&m=1&old=1", "n=1&n=x&m=1&old=1", "n=1&old=1", "n=1&n=2&old=1", "n=1&m=1&old=x", "n=1&m=1&old=1&old=x"]
)
def test_the_form_of_a_model(sent: str) -> None:
    now, then = (
        asked(asked_by_model, None, on(Asked).renamed("old", to="new")),
        asked(asked_by_old_model, None, None),
    )
    options = {"content": sent.encode(), "headers": FORM}
    assert errors(now, "/asked", options) == errors(then, "/asked", options)


@pytest.mark.parametrize("sent", ["", "n=1", "m=1&n=1"])
def test_a_field_of_a_form_that_became_optional_is_missing_to_old_clients(sent: str) -> None:
    def optional(m: Annotated[int, Form()] = 0, n: Annotated[int, Form()] = 0) -> None:
        return None

    def required(m: Annotated[int, Form()], n: Annotated[int, Form()] = 0) -> None:
        return None

    now, then = asked(optional, None, ASKED.form("m").became_optional()), asked(required, None, None)
    options = {"content": sent.encode(), "headers": FORM}
    if sent.startswith("m"):
        assert now.post("/asked", **options).status_code == then.post("/asked", **options).status_code == 200
    else:
        assert errors(now, "/asked", options) == errors(then, "/asked", options)
