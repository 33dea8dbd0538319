"""A header field or a cookie of a name that none can have: head never reads it, so no fact gives it a value."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import Cookie, FastAPI, Header
from pydantic import BaseModel, Field

from tests.asgi.calling import Caller
from tests.sentences import shows
from tests.silence.exchanges import OLD, annotate, faults_of, gated
from timegate import Contract, endpoint, on

AT = endpoint("/", "GET")


def app_of(kind: Any, marker: Any) -> FastAPI:
    app = FastAPI()

    def handler(given: Any = None) -> Any:
        return given

    annotate(handler, "given", kind, marker)
    app.add_api_route("/", handler, response_model=None)
    return app


class Cookies(BaseModel):
    first: Annotated[str, Field(alias="имя")] = "none"


@shows("No fact gives a value to a header field or a cookie of head's whose name none can have.")
@pytest.mark.parametrize(
    ("app", "fact", "place"),
    [
        (app_of(str, Header(alias="x-имя")), AT.header("x-old").renamed(to="x-имя"), "header x-имя"),
        (app_of(str, Header(alias="x-prénom")), AT.header("x-old").renamed(to="x-prénom"), "header x-prénom"),
        (app_of(str, Cookie(alias="имя")), AT.cookie("old").renamed(to="имя"), "cookie имя"),
        (app_of(str, Cookie(alias="имя")), AT.cookie("имя").defaulted(was="a"), "cookie имя"),
        (app_of(str, Cookie(alias="имя")), AT.cookie("имя").added(default="a"), "cookie имя"),
        (app_of(str, Cookie(alias="a;b")), AT.cookie("old").renamed(to="a;b"), "cookie a;b"),
        (app_of(Cookies, Cookie()), on(Cookies).renamed("old", to="first"), "cookie имя"),
    ],
)
def test_a_name_that_head_never_reads_is_refused_where_a_fact_gives_it_a_value(
    app: FastAPI, fact: Any, place: str
) -> None:
    (fault,) = faults_of(Contract.of(app), fact)
    what = "header field" if place.startswith("header") else "cookie"
    assert (fault.place, fault.problem) == (
        f"GET / {place}",
        f"no {what} has such a name, so that head could never read what old clients sent",
    )


@pytest.mark.parametrize(
    "fact", [AT.cookie("имя").renamed(to="new"), AT.cookie("имена").added(), AT.cookie("prénom").renamed(to="new")]
)
def test_where_nothing_is_given_to_it_such_a_name_is_as_good_as_before(fact: Any) -> None:
    app = FastAPI()

    def handler(new: Annotated[str, Cookie()] = "none", other: Annotated[str, Cookie(alias="имена")] = "none") -> Any:
        return [new, other]

    app.add_api_route("/", handler)
    sent = "prénom=1; имя=2; a=3".encode()
    fields: Any = [(b"api-version", OLD.encode()), (b"cookie", sent)]
    response = Caller(gated(app, fact)).get("/", headers=fields)
    assert response.json() == ["none", "none"]
