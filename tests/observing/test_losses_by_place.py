"""Losses are told wherever a payload has values: parameters, forms, header fields, envelopes, and values that moved."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import Cookie, FastAPI, Form, Header, Response
from pydantic import BaseModel
from starlette.testclient import TestClient

from timegate import Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.observing import Loss, Sampling

NEW, OLD = "2025-06-01", "2025-01-01"


class Weight(BaseModel):
    grams: int | None = None
    scale: str | None = None


class Parcel(BaseModel):
    sku: str = "s"
    weight: Weight | None = None


class Page(BaseModel):
    items: list[str]
    after: str | None = None


class Query(VersionChange):
    """Pages can be asked for, and the order is gone."""

    changes = (
        endpoint("/pages", "GET").query("after").added(),
        endpoint("/pages", "GET").query("order").removed(was=str, loses="there is one order"),
    )


class Headers(VersionChange):
    """A request may be a rehearsal, and the mood is gone."""

    changes = (
        endpoint("/pages", "GET").header("dry-run").added(),
        endpoint("/pages", "GET").header("mood").removed(was=str, loses="nobody read it"),
    )


class Cookies(VersionChange):
    """There is a cookie for the colour, and none for the size."""

    changes = (
        endpoint("/pages", "GET").cookie("colour").added(),
        endpoint("/pages", "GET").cookie("size").removed(was=str, loses="nobody read it"),
    )


class Forms(VersionChange):
    """A form has a note, and no code."""

    changes = (
        endpoint("/forms", "POST").form("note").added(),
        endpoint("/forms", "POST").form("code").removed(was=str, loses="nobody read it"),
    )


class Envelope(VersionChange):
    """A page is an object, where it was a list."""

    changes = (endpoint("/pages", "GET").enveloped("items"),)


class Tags(VersionChange):
    """A response has several tags."""

    changes = (endpoint("/fields", "GET").response_header("x-tag").became_list(),)


class Trace(VersionChange):
    """A response names its trace."""

    changes = (endpoint("/fields", "GET").response_header("x-trace").added(),)


class Cost(VersionChange):
    """The cost has cents."""

    changes = (endpoint("/fields", "GET").response_header("x-cost").retyped(was=int, to_old=lambda one: one[:-3]),)


class Limit(VersionChange):
    """The limit is only said where there is one."""

    changes = (endpoint("/fields", "GET").response_header("x-limit").became_optional(missing_was="9"),)


class Region(VersionChange):
    """The region is gone."""

    changes = (endpoint("/fields", "GET").response_header("x-region").removed(was=str, backfill="eu"),)


class Units(VersionChange):
    """A weight is an object."""

    changes = (on(Parcel).moved("grams", to="weight.grams", empty=0),)


class Scales(VersionChange):
    """A weight names its scale."""

    changes = (on(Weight).added("scale"),)


def client_of(lost: list[Loss], *changes: type[VersionChange]) -> TestClient:
    app = FastAPI()

    @app.get("/pages")
    def pages(
        after: str | None = None,
        dry_run: Annotated[str | None, Header()] = None,
        colour: Annotated[str | None, Cookie()] = None,
    ) -> Page:
        return Page(items=["a"], after=after)

    @app.post("/forms")
    def forms(name: Annotated[str, Form()] = "", note: Annotated[str | None, Form()] = None) -> str:
        return name

    @app.get("/fields")
    def fields(response: Response, wanted: str = "") -> str:
        for field in filter(None, wanted.split(",")):
            name, _, value = field.partition("=")
            response.headers.append(name, value)
        return ""

    @app.post("/parcels")
    def parcels(parcel: Parcel) -> Parcel:
        return parcel

    @app.get("/parcels")
    def parcel(kind: Literal["bare", "light", "scaled"]) -> Parcel:
        weight = Weight(grams=3, scale="z" if kind == "scaled" else None)
        return Parcel(weight=None if kind == "bare" else weight)

    timeline = Timeline(Version(NEW, *changes), Version(OLD))
    app.add_middleware(TimegateMiddleware, timeline=timeline, losses=Sampling(lost.append, rate=1))
    return TestClient(app, headers={"API-Version": OLD})


def told(lost: list[Loss]) -> list[tuple[str, str]]:
    assert {one.version for one in lost} <= {OLD}
    return [(one.change, one.kind) for one in lost]


@pytest.mark.parametrize(
    ("change", "sent", "expected"),
    [
        (Query, {"params": {"after": "x"}}, [("Query", "dropped")]),
        (Query, {"params": {"order": "up"}}, [("Query", "dropped")]),
        (Query, {"params": {"other": "x"}}, []),
        (Headers, {"headers": {"Dry-Run": "1"}}, [("Headers", "dropped")]),
        (Headers, {"headers": {"Mood": "good"}}, [("Headers", "dropped")]),
        (Cookies, {"headers": {"Cookie": "colour=red"}}, [("Cookies", "dropped")]),
        (Cookies, {"headers": {"Cookie": "size=9; other=1"}}, [("Cookies", "dropped")]),
        (Envelope, {}, []),
        (Envelope, {"params": {"after": "x"}}, [("Envelope", "dropped")]),
    ],
)
def test_parameters_and_envelopes_tell_what_they_lose(
    change: type[VersionChange], sent: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    lost: list[Loss] = []
    response = client_of(lost, change).get("/pages", **sent)
    assert (response.status_code, told(lost)) == (200, expected)
    assert {one.operation for one in lost} <= {"GET /pages"}


@pytest.mark.parametrize("files", [{}, {"file": b"x"}])
@pytest.mark.parametrize(("name", "expected"), [("note", [("Forms", "dropped")]), ("code", [("Forms", "dropped")])])
def test_forms_tell_what_they_lose(name: str, expected: list[tuple[str, str]], files: dict[str, bytes]) -> None:
    lost: list[Loss] = []
    sent = client_of(lost, Forms).post("/forms", data={"name": "n", name: "x"}, files=files)
    assert (sent.status_code, sent.json(), told(lost)) == (200, "n", expected)


@pytest.mark.parametrize(
    ("change", "wanted", "expected", "seen"),
    [
        (Tags, "x-tag=a,x-tag=b", [("Tags", "cut")], {"x-tag": "a"}),
        (Tags, "x-tag=a", [], {"x-tag": "a"}),
        (Trace, "x-trace=t", [("Trace", "dropped")], {}),
        (Trace, "", [], {}),
        (Cost, "x-cost=12.50", [("Cost", "seen as")], {"x-cost": "12"}),
        (Limit, "x-limit=5", [], {"x-limit": "5"}),
        (Limit, "", [("Limit", "made up")], {"x-limit": "9"}),
        (Region, "", [("Region", "made up")], {"x-region": "eu"}),
    ],
)
def test_header_fields_of_responses_tell_what_they_lose(
    change: type[VersionChange], wanted: str, expected: list[tuple[str, str]], seen: dict[str, str]
) -> None:
    lost: list[Loss] = []
    response = client_of(lost, change).get("/fields", params={"wanted": wanted})
    assert (response.status_code, told(lost)) == (200, expected)
    assert {name: value for name, value in response.headers.items() if name.startswith("x-")} == seen


@pytest.mark.parametrize(
    ("kind", "expected", "grams"),
    [
        ("bare", [("Units", "made up")], 0),
        ("light", [], 3),
        ("scaled", [("Scales", "dropped")], 3),
    ],
)
def test_a_value_that_moved_is_lost_only_where_nothing_held_it(
    kind: str, expected: list[tuple[str, str]], grams: int
) -> None:
    lost: list[Loss] = []
    response = client_of(lost, Units, Scales).get("/parcels", params={"kind": kind})
    assert (response.status_code, told(lost), response.json()["grams"]) == (200, expected, grams)
