"""Cookies of a request are converted like other parameters."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import Cookie, FastAPI, Response
from pydantic import BaseModel
from starlette.requests import Request

from tests.asgi.calling import Caller
from tests.sentences import shows
from timegate import Contract, Internal, Timeline, Version, VersionChange, endpoint, enum, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

NEW, OLD = "2025-06-01", "2025-01-01"


class Shade(Enum):
    plain = "plain"
    dark = "dark"


class Look(BaseModel):
    shade: Shade = Shade.plain
    size: int = 1
    is_admin: Annotated[bool, Internal()] = False


app = FastAPI()


@app.get("/theme")
def theme(
    request: Request,
    theme: Annotated[str, Cookie()] = "none",
    visits: Annotated[int, Cookie()] = 0,
    token: Annotated[str | None, Cookie()] = None,
) -> dict[str, Any]:
    return {"theme": theme, "visits": visits, "token": token, "raw": request.headers.get("cookie")}


@app.get("/look")
def look(look: Annotated[Look, Cookie()]) -> Look:
    return look


def timeline_of(*facts: Fact) -> Timeline:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


def sent(path: str, cookie: str | list[str], *facts: Fact, version: str = OLD) -> Any:
    gated = FastAPI()
    gated.router.routes = app.router.routes.copy()
    gated.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    cookies = [cookie] if isinstance(cookie, str) else cookie
    with Caller(gated) as client:
        return client.get(path, headers=[("API-Version", version), *(("Cookie", one) for one in cookies)]).json()


THEME = endpoint("/theme", "GET")


def test_a_renamed_cookie_reaches_the_handler_and_the_others_stay_as_they_are_written() -> None:
    fact = THEME.cookie("skin").renamed(to="theme")
    found = sent("/theme", 'skin="a\\073 b"; visits=3; odd;tracker=x=y', fact)
    assert found == {"theme": "a; b", "visits": 3, "token": None, "raw": 'visits=3; odd; tracker=x=y; theme="a\\073 b"'}
    assert sent("/theme", "theme=dark", fact)["theme"] == "none"
    assert sent("/theme", "theme=dark", fact, version=NEW)["raw"] == "theme=dark"
    unchanged = sent("/theme", "visits=3;tracker=x", fact)["raw"]
    assert unchanged == "visits=3;tracker=x"


@pytest.mark.parametrize("value", ["\\015\\012", "\\000"])
def test_a_renamed_cookie_keeps_what_it_quotes(value: str) -> None:
    given = sent("/theme", f'skin="a{value}b"', THEME.cookie("skin").renamed(to="theme"))
    assert given["theme"] == value.join("ab").encode().decode("unicode_escape")


def test_several_header_fields_with_cookies_are_one() -> None:
    fact = THEME.cookie("skin").renamed(to="theme")
    found = sent("/theme", ["skin=a", "visits=2"], fact)
    assert (found["theme"], found["visits"]) == ("a", 2)


@shows("and cookies of requests,")
@pytest.mark.parametrize(
    ("fact", "cookie", "expected"),
    [
        (THEME.cookie("token").added(), "token=forged", ("none", 0, None)),
        (THEME.cookie("token").added(default="old"), "token=forged; visits=1", ("none", 1, "old")),
        (THEME.cookie("theme").defaulted(was="classic"), "visits=1", ("classic", 1, None)),
        (THEME.cookie("unused").removed(was=int, loses="nobody reads it"), "unused=1; theme=t", ("t", 0, None)),
        (THEME.cookie("visits").retyped(was=str, to_head=len), "visits=abc", ("none", 3, None)),
        (THEME.cookie("theme").retyped(was=str, to_head=lambda text: f"{text} é"), "theme=x", ("x é", 0, None)),
    ],
)
def test_each_fact_holds_for_a_cookie(fact: Fact, cookie: str, expected: tuple[Any, ...]) -> None:
    found = sent("/theme", cookie, fact)
    assert (found["theme"], found["visits"], found["token"]) == expected


def test_a_cookie_that_is_refused_is_told_at_its_place() -> None:
    fact = THEME.cookie("count").renamed(to="visits")
    (error,) = sent("/theme", "count=x", fact)["detail"]
    assert (error["loc"], error["input"], error["type"]) == (["cookie", "count"], "x", "int_parsing")
    (error,) = sent("/theme", "visits=x", THEME.cookie("visits").retyped(was=float, to_head=int))["detail"]
    assert (error["loc"], error["input"], error["type"]) == (["cookie", "visits"], "x", "float_parsing")


def test_a_model_of_cookies_changes_by_the_facts_about_the_model() -> None:
    facts = (on(Look).renamed("width", to="size"), enum(Shade).renamed("light", to="plain"))
    assert sent("/look", "width=4; shade=light; is_admin=1", *facts) == {"shade": "light", "width": 4}
    assert sent("/look", "size=4; shade=dark; is_admin=1", *facts) == {"shade": "dark", "width": 1}
    assert sent("/look", "size=4; is_admin=1", *facts, version=NEW) == {"shade": "plain", "size": 4}


def test_old_documents_have_the_old_cookies() -> None:
    facts = (THEME.cookie("skin").renamed(to="theme"), THEME.cookie("token").added())
    document = timeline_of(*facts).compile(Contract.of(app)).contract(OLD)
    shown = document["paths"]["/theme"]["get"]["parameters"]
    assert [(one["in"], one["name"]) for one in shown] == [("cookie", "skin"), ("cookie", "visits")]
    assert Contract.of(app).opaque == ("200 of GET /theme: *",)


def test_the_cookies_of_a_document_are_converted() -> None:
    text = {"type": "string"}
    parameter = {"name": "theme", "in": "cookie", "schema": text}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/theme": {"get": {"parameters": [parameter], "responses": {"200": {"description": "d"}}}}},
    }
    contract = Contract.from_openapi(document)
    gates = timeline_of(THEME.cookie("skin").renamed(to="theme")).compile(contract)
    (gate,) = gates.operations(OLD)
    assert gate.cookies is not None
    assert gate.cookies({"skin": "dark", "other": "x"}) == {"theme": "dark", "other": "x"}
    assert gates.contract(OLD)["paths"]["/theme"]["get"]["parameters"][0]["name"] == "skin"
    assert contract.document["paths"]["/theme"]["get"]["parameters"] == [{**parameter, "required": False}]


def named_as_of_old(cookie: str) -> str:
    return f"sid={cookie.removeprefix('session=')}" if cookie.startswith("session=") else cookie


@shows(
    "a cookie that the app sets (`Set-Cookie`): it keeps head's name, and a renamed one comes back under a name that "
    'old clients\' requests do not have | `endpoint(…).response_header("Set-Cookie").retyped(to_old=f)`'
)
def test_a_cookie_that_the_app_sets_has_the_name_of_old_where_a_fact_says_so() -> None:
    renamed = endpoint("/me", "GET").cookie("sid").renamed(to="session")
    told = endpoint("/me", "GET").response_header("Set-Cookie").retyped(to_old=named_as_of_old)
    heard: dict[str, Any] = {}
    for name, facts in {"renamed alone": (renamed,), "both": (renamed, told)}.items():
        shop = FastAPI()

        @shop.get("/me")
        def me(response: Response, session: Annotated[str | None, Cookie()] = None) -> str | None:
            response.set_cookie("shade", "dark")
            response.set_cookie("session", "s2")
            return session

        shop.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
        caller = Caller(shop, headers={"API-Version": OLD})
        cookies = [cookie.split(";")[0] for cookie in caller.get("/me").headers.get_list("set-cookie")]
        heard[name] = (cookies, caller.get("/me", headers={"Cookie": "; ".join(cookies)}).json())
    assert heard == {
        "renamed alone": (["shade=dark", "session=s2"], None),
        "both": (["shade=dark", "sid=s2"], "s2"),
    }
