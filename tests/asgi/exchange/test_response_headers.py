"""Header fields of responses are converted for old clients, and old documents show the old ones."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel

from tests.asgi.calling import Caller
from tests.sentences import shows
from timegate import CompileError, Contract, DeclarationError, Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware, first_of, header, query
from timegate.changes.base import Fact

NEW, OLD = "2025-06-01", "2025-01-01"


class Item(BaseModel):
    sku: str


app = FastAPI()

COUNT = {"description": "how many there are", "schema": {"type": "integer"}}


@app.get("/items", responses={200: {"headers": {"X-Count": COUNT, "X-Tag": {"schema": {"type": "array"}}}}})
def items(response: Response) -> list[Item]:
    response.headers["X-Count"] = "2"
    response.headers.append("X-Tag", "b")
    response.headers.append("X-Other", "o")
    response.headers.append("X-Tag", "a")
    return [Item(sku="a-7")]


@app.get("/bare")
def bare(response: Response, missing: bool = False) -> int:
    if missing:
        raise HTTPException(404, headers={"X-Why": "gone"})
    response.headers["X-Why"] = "here"
    return 1


def timeline_of(*facts: Fact) -> Timeline:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


async def starting() -> dict[str, Any]:
    return {"type": "lifespan.startup"}


async def ignored(message: Any) -> None:
    """What the app sends is of no interest."""


def fields(path: str, *facts: Fact, version: str = OLD, method: str = "GET") -> list[tuple[str, str]]:
    """The header fields of a response that begin with an X."""
    gated = FastAPI()
    gated.router.routes = app.router.routes.copy()
    gated.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    with Caller(gated) as client:
        response = client.request(method, path, headers={"API-Version": version})
        assert response.status_code == (404 if "missing" in path else 200)
        return [(name, value) for name, value in response.headers.multi_items() if name.startswith("x-")]


def documented(path: str, *facts: Fact, version: str = OLD) -> Any:
    document = timeline_of(*facts).compile(Contract.of(app)).contract(version)
    return document["paths"][path]["get"]["responses"]["200"].get("headers")


ITEMS, BARE = endpoint("/items", "GET"), endpoint("/bare")
HEAD = [("x-count", "2"), ("x-tag", "b"), ("x-other", "o"), ("x-tag", "a")]


@shows('(`endpoint(…).response_header("h")`),')
@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (ITEMS.response_header("X-Tag").added(), [("x-count", "2"), ("x-other", "o")]),
        (
            ITEMS.response_header("X-Label").renamed(to="X-Tag"),
            [("x-count", "2"), ("x-label", "b"), ("x-other", "o"), ("x-label", "a")],
        ),
        (ITEMS.response_header("X-Tag").became_list(), [("x-count", "2"), ("x-tag", "b"), ("x-other", "o")]),
        (
            ITEMS.response_header("x-count").retyped(was=str, to_old=lambda count: f"{count} items"),
            [("x-count", "2 items"), *HEAD[1:]],
        ),
        (ITEMS.response_header("X-Gone").removed(was=int, backfill=7), [*HEAD, ("x-gone", "7")]),
        (ITEMS.response_header("X-Other").removed(), [HEAD[0], HEAD[1], HEAD[3]]),
    ],
)
def test_each_fact_holds_for_a_header_field_of_a_response(fact: Fact, expected: list[tuple[str, str]]) -> None:
    assert fields("/items", fact) == expected
    assert fields("/items", fact, version=NEW) == HEAD
    assert fields("/items", on(Item).renamed("number", to="sku"), fact) == expected


def test_repeats_and_their_order_are_kept() -> None:
    fact = ITEMS.response_header("x-label").renamed(to="x-tag")
    assert [value for name, value in fields("/items", fact) if name == "x-label"] == ["b", "a"]


@pytest.mark.parametrize(
    ("name", "lines", "first"),
    [
        ("x-tag", ["a, b"], ["a"]),
        ("x-tag", ["a,b", "c"], ["a"]),
        ("x-tag", [", ,a"], ["a"]),
        ("x-tag", ["", "b, c"], ["b"]),
        ("x-tag", ['"a, b", c'], ['"a, b"']),
        ("x-tag", [r'q="a\", b"; w, c'], [r'q="a\", b"; w']),
        ("x-tag", ['"a, b'], ['"a, b']),
        ("x-tag", ["a"], ["a"]),
        ("x-tag", [","], []),
        ("x-tag", [], []),
        ("set-cookie", ["a=1; Expires=Wed, 21 Oct 2026", "b=2"], ["a=1; Expires=Wed, 21 Oct 2026"]),
        ("www-authenticate", ['Basic realm="a", charset="UTF-8"', "Bearer"], ['Basic realm="a", charset="UTF-8"']),
    ],
)
def test_of_a_list_in_lines_or_with_commas_an_old_client_reads_the_first_item(
    name: str, lines: list[str], first: list[str]
) -> None:
    listing = FastAPI()

    @listing.get("/list")
    def read(response: Response) -> None:
        for line in lines:
            response.headers.append(name, line)

    listing.add_middleware(
        TimegateMiddleware, timeline=timeline_of(endpoint("/list").response_header(name).became_list())
    )
    with Caller(listing) as client:
        for version, shown in ((OLD, first), (NEW, lines)):
            response = client.get("/list", headers={"API-Version": version})
            assert response.headers.get_list(name) == [line.strip() for line in shown]


def test_errors_and_head_requests_have_the_old_header_fields_too() -> None:
    fact = BARE.response_header("X-Reason").renamed(to="X-Why")
    assert fields("/bare?missing=true", fact) == [("x-reason", "gone")]
    assert fields("/bare", fact) == [("x-reason", "here")]


def test_a_header_field_that_head_may_leave_out_is_always_there_for_old_clients() -> None:
    fact = BARE.response_header("X-Hint").became_optional(missing_was="none")
    assert fields("/bare", fact) == [("x-why", "here"), ("x-hint", "none")]
    assert fields("/bare", BARE.response_header("X-Why").became_optional(missing_was=True)) == [("x-why", "here")]


def test_facts_of_several_versions_follow_each_other() -> None:
    class Renamed(VersionChange):
        """The reason is called so."""

        changes = (BARE.response_header("X-Because").renamed(to="X-Reason"),)

    class Shorter(VersionChange):
        """The reason is shorter."""

        changes = (
            BARE.response_header("X-Reason").renamed(to="X-Why"),
            BARE.response_header("X-Why").retyped(to_old=lambda text: f"because {text}"),
        )

    timeline = Timeline(Version("2025-03-01", Shorter), Version("2025-02-01", Renamed), Version("2025-01-01"))
    gated = FastAPI()
    gated.router.routes = app.router.routes.copy()
    gated.add_middleware(TimegateMiddleware, timeline=timeline)
    with Caller(gated) as client:
        for version, name in (("2025-02-01", "x-reason"), ("2025-01-01", "x-because")):
            assert client.get("/bare", headers={"API-Version": version}).headers[name] == "because here"


def test_old_documents_show_the_old_header_fields() -> None:
    assert documented("/items", ITEMS.response_header("X-Tag").added()) == {"X-Count": COUNT}
    renamed = documented("/items", ITEMS.response_header("x-total").renamed(to="X-Count"))
    assert renamed["x-total"] == COUNT
    retyped = documented("/items", ITEMS.response_header("X-Count").retyped(was=str, to_old=str))
    assert retyped["X-Count"]["schema"] == {"type": "string"}
    assert retyped["X-Count"]["description"] == COUNT["description"]
    gone = documented("/items", ITEMS.response_header("X-Gone").removed(was=int, backfill=1))
    assert gone["x-gone"] == {"required": True, "schema": {"type": "integer"}}
    optional = documented("/items", ITEMS.response_header("X-Count").became_optional(missing_was=0))
    assert optional["X-Count"] == {**COUNT, "required": True}
    assert documented("/items", ITEMS.response_header("X-Tag").added(), version=NEW).keys() == {"X-Count", "X-Tag"}


def test_a_function_that_fails_is_a_500_that_says_nothing_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(text: str) -> Any:
        raise ValueError(text)

    def an_object(text: str) -> Any:
        return {"a": text}

    for function, reason in (
        (broken, "2025-06-01 Change at the root: the declared function failed: ValueError"),
        (an_object, "it cannot be converted as JSON: a parameter cannot be written: dict"),
    ):
        gated = FastAPI()
        gated.router.routes = app.router.routes.copy()
        fact = BARE.response_header("X-Why").retyped(to_old=function)
        gated.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
        caplog.clear()
        with Caller(gated) as client, caplog.at_level(logging.ERROR):
            response = client.get("/bare", headers={"API-Version": OLD})
        assert response.status_code == 500
        assert "here" not in response.text
        (line,) = caplog.messages
        assert line.startswith(f"response of GET /bare to a client of {OLD}: its header fields: {reason}")


@pytest.mark.parametrize(
    ("fact", "fault"),
    [
        (
            ITEMS.response_header("x-label").renamed(to="x-tags"),
            "GET /items response header x-tags: "
            "the app documents other header fields of this endpoint, and not this one\n"
            "    declare it at the route: responses={200: {'headers': {'x-tags': …}}}; or "
            "did you mean 'x-tag'? endpoint('/items', 'GET').response_header('x-label').renamed(to='x-tag')",
        ),
        (
            ITEMS.response_header("x-tag").renamed(to="x-tag"),
            "/items response header x-tag: the name is the same\n"
            "    take endpoint('/items', 'GET').response_header('x-tag').renamed(to='x-tag') out",
        ),
        (
            ITEMS.response_header("x-tag").removed(),
            "GET /items response header x-tag: the newer version has this header field too\n"
            "    take endpoint('/items', 'GET').response_header('x-tag').removed() out",
        ),
        (
            BARE.response_header("x-gone").removed(backfill=[1]),
            "/bare response header x-gone: backfill=[1] is no value of a header field\n"
            "    write a text, a number or a boolean: backfill='…'",
        ),
        (
            endpoint("/bare", "POST").response_header("x-gone").added(),
            "POST /bare: there is no such endpoint right after this fact\n"
            "    it has GET: endpoint('/bare', 'GET').response_header('x-gone').added()",
        ),
    ],
)
def test_a_fact_that_cannot_be_carried_out_is_refused(fact: Fact, fault: str) -> None:
    with pytest.raises(CompileError) as caught:
        timeline_of(fact).compile(Contract.of(app))
    (found,) = caught.value.faults
    assert f"{found.place}: {found.problem}\n    {found.remedy}" == fault


@shows("No fact is about a header field of responses that the app does not decide on alone: `Vary`, `Date`,")
@shows("those about the bytes of a body and those of the connection.")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Content-Type", "it says what the bytes of the body are, which a gate sets anew"),
        ("content-length", "it says what the bytes of the body are, which a gate sets anew"),
        ("ETag", "it says what the bytes of the body are, which a gate sets anew"),
        ("Repr-Digest", "it says what the bytes of the body are, which a gate sets anew"),
        ("Transfer-Encoding", "it is about the connection, which the server keeps, and not about the response"),
        ("Connection", "it is about the connection, which the server keeps, and not about the response"),
        ("Date", "each response has it, and the server writes it"),
        ("Vary", "a cache goes by it, and the middleware adds to it what selects the version"),
    ],
)
def test_no_fact_is_about_a_header_field_that_the_app_does_not_decide_on_alone(name: str, reason: str) -> None:
    with pytest.raises(DeclarationError, match=rf"no fact is about {name}: {reason}$"):
        BARE.response_header(name)
    with pytest.raises(DeclarationError, match=rf"no fact is about {name}: {reason}$"):
        BARE.response_header("x-a").renamed(to=name)


@shows("the one that names the version,")
@pytest.mark.parametrize(
    ("fact", "selector"),
    [
        (BARE.response_header("API-Version").added(), header("API-Version")),
        (BARE.response_header("X-Of").renamed(to="X-Release"), header("X-Release")),
        (BARE.response_header("x-release").renamed(to="x-of"), first_of(query("v"), header("X-Release"))),
    ],
)
def test_a_fact_about_the_header_field_that_names_the_version_has_no_effect(fact: Fact, selector: Any) -> None:
    gated = TimegateMiddleware(app, timeline=timeline_of(fact), select=selector)
    with pytest.raises(CompileError) as caught:
        asyncio.run(gated({"type": "lifespan"}, starting, ignored))
    (found,) = caught.value.faults
    assert f"{found.place}: {found.problem}\n    {found.remedy}" == (
        f"GET /bare response header {selector.echo.lower()}: the middleware writes the version in force there, "
        f"whatever the app sends\n    take {fact!r} out"
    )
