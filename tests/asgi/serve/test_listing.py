"""An app that includes the list of its versions says what is on offer, what changed, and for how long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from tests.asgi.calling import Caller
from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import (
    Pin,
    Scope,
    Selector,
    TimegateMiddleware,
    first_of,
    header,
    list_versions,
    media_type,
    path,
    query,
)


class Item(BaseModel):
    sku: str


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


class Inside(VersionChange):
    """Nobody outside needs to know."""

    hidden = True


def timeline() -> Timeline:
    return Timeline(
        Version("2025-06-01", Skus, Inside),
        Version("2025-03-01"),
        Version(
            "2025-01-01",
            deprecated=date(2025, 7, 1),
            sunset=date(2099, 1, 1),
            brownouts=[(datetime(2098, 12, 1, tzinfo=UTC), timedelta(minutes=10))],
            links={"sunset": "https://api.example/sunsets"},
        ),
        Version("2024-01-01", sunset=date(2025, 1, 1)),
    )


def signed_in(authorization: Annotated[str, Header()] = "") -> None:
    if authorization != "Bearer me":
        raise HTTPException(401)


def item() -> Item:
    return Item(sku="s")


def unpinned(scope: Scope) -> None:
    return None


def fastapi_app(**options: Any) -> FastAPI:
    app = FastAPI()
    app.add_api_route("/item", item)
    router = APIRouter(dependencies=[Depends(signed_in)])
    router.add_api_route("/versions", list_versions, include_in_schema=False)
    app.include_router(router)
    app.add_middleware(TimegateMiddleware, timeline=timeline(), unversioned=("/versions",), **options)
    return app


ME = {"Authorization": "Bearer me"}
OLD = {"version": "2025-01-01"}


@pytest.mark.parametrize("version", [None, "2025-06-01", "2025-01-01", "nonsense"])
def test_everything_is_told_of_each_version(version: str | None) -> None:
    headers = ME if version is None else {**ME, "API-Version": version}
    listed = Caller(fastapi_app()).get("/versions", headers=headers)
    assert listed.status_code == 200
    assert listed.json() == {
        "versions": [
            {
                "version": "2025-06-01",
                "supported": True,
                "changes": [{"name": "Skus", "description": "An article number is called SKU."}],
                "document": {"href": "/openapi.json", "headers": {"API-Version": "2025-06-01"}},
            },
            {
                "version": "2025-03-01",
                "supported": True,
                "changes": [],
                "document": {"href": "/openapi.json", "headers": {"API-Version": "2025-03-01"}},
            },
            {
                "version": "2025-01-01",
                "supported": True,
                "deprecated": "2025-07-01T00:00:00Z",
                "sunset": "2099-01-01T00:00:00Z",
                "brownouts": [{"begins": "2098-12-01T00:00:00Z", "ends": "2098-12-01T00:10:00Z"}],
                "links": {"sunset": "https://api.example/sunsets"},
                "changes": [],
                "document": {"href": "/openapi.json", "headers": {"API-Version": "2025-01-01"}},
            },
            {
                "version": "2024-01-01",
                "supported": False,
                "sunset": "2025-01-01T00:00:00Z",
                "changes": [],
                "document": {"href": "/openapi.json", "headers": {"API-Version": "2024-01-01"}},
            },
        ]
    }


def test_the_apps_own_dependencies_guard_it_and_documents_leave_it_out() -> None:
    client = Caller(fastapi_app())
    assert client.get("/versions").status_code == 401
    assert "/versions" not in client.get("/openapi.json").json()["paths"]


def test_it_is_kept_by_clients_until_it_changes(tmp_path: Path) -> None:
    ceiling = tmp_path / "ceiling"
    ceiling.write_text("2025-06-01")
    client = Caller(fastapi_app(ceiling=ceiling))
    first = client.get("/versions", headers=ME)
    again = client.get("/versions", headers={**ME, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, first.headers["cache-control"]) == (304, b"", "no-cache")
    ceiling.write_text("2025-03-01")
    lowered = client.get("/versions", headers={**ME, "If-None-Match": first.headers["etag"]})
    assert [one["version"] for one in lowered.json()["versions"]] == ["2025-03-01", "2025-01-01", "2024-01-01"]


@pytest.mark.parametrize(
    ("select", "url", "document"),
    [
        (query("v"), "/versions", {"href": "/openapi.json?v=2025-01-01"}),
        (path("/{version}"), "/versions", {"href": "/2025-01-01/openapi.json"}),
        (
            media_type("v"),
            "/versions",
            {"href": "/openapi.json", "headers": {"Accept": "application/json; v=2025-01-01"}},
        ),
        (first_of(unpinned, query("v")), "/versions", {"href": "/openapi.json?v=2025-01-01"}),
        (unpinned, "/versions", None),
    ],
)
def test_the_link_to_a_document_is_what_selects_it(select: Selector | Pin, url: str, document: Any) -> None:
    client = Caller(fastapi_app(select=select))
    listed = client.get(url, headers=ME).json()["versions"][2]
    assert listed.get("document") == document
    if document is not None:
        found = client.get(document["href"], headers=document.get("headers", {}))
        assert found.json()["info"]["version"] == "2025-01-01"


def test_the_link_works_below_a_prefix() -> None:
    outer = Starlette(routes=[Mount("/shop", fastapi_app())])
    client = Caller(outer)
    for headers in (ME, {**ME, "API-Version": "2025-01-01"}):
        link = client.get("/shop/versions", headers=headers).json()["versions"][2]["document"]
        assert client.get(link["href"], headers=link["headers"]).json()["info"]["version"] == "2025-01-01"


@pytest.mark.parametrize("mounted", [True, False])
def test_plain_starlette_includes_it_as_a_route(*, mounted: bool) -> None:
    route = Route("/versions", list_versions)
    app = Starlette(routes=[Mount("/about", routes=[route])] if mounted else [route])
    app.add_middleware(TimegateMiddleware, timeline=timeline(), select=header("V"), sends=[Item])
    for headers in ({}, {"V": "2025-01-01"}):
        listed = Caller(app).get("/about/versions" if mounted else "/versions", headers=headers)
        assert [one["version"] for one in listed.json()["versions"]] == list(timeline().values)
        assert "document" not in listed.json()["versions"][0]


def test_nothing_is_served_unless_it_is_included() -> None:
    app = FastAPI()
    app.add_api_route("/item", item)
    app.add_middleware(TimegateMiddleware, timeline=timeline())
    assert Caller(app).get("/versions").status_code == 404


def test_without_the_middleware_it_says_what_to_add() -> None:
    client = Caller(Starlette(routes=[Route("/versions", list_versions)]))
    with pytest.raises(Exception, match=r"app\.add_middleware\(TimegateMiddleware, …\)"):
        client.get("/versions")


class TestChangesOfAResponse:
    def test_a_response_names_the_changes_that_touch_it(self) -> None:
        client = Caller(fastapi_app(changes_field="API-Changes"))
        old = client.get("/item", headers={"API-Version": "2025-01-01"})
        assert (old.json(), old.headers["api-changes"]) == ({"article": "s"}, "Skus")
        new = client.get("/item", headers={"API-Version": "2025-06-01"})
        assert (new.json(), "api-changes" in new.headers) == ({"sku": "s"}, False)

    def test_only_where_it_is_asked_for(self) -> None:
        old = Caller(fastapi_app()).get("/item", headers={"API-Version": "2025-01-01"})
        assert "api-changes" not in old.headers

    def test_a_response_without_a_change_names_none(self) -> None:
        def other(request: Request) -> Response:
            return Response("x")

        app = fastapi_app(changes_field="API-Changes")
        app.add_route("/other", other)
        assert "api-changes" not in Caller(app).get("/other", headers={"API-Version": "2025-01-01"}).headers
