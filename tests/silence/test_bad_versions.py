"""A version that cannot be served is told at the document as anywhere else, and closes a websocket."""

import datetime as dt
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from tests.silence.exchanges import NEW, OLD, change_of, connected, exchange
from timegate import DeclarationError, Timeline, Version, current_version, on
from timegate.asgi import Problem, TimegateMiddleware, path, query

BEFORE = "2024-01-01"


class User(BaseModel):
    a: int = 1


async def get_user() -> User:
    return User()


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(str(current_version()))
    await websocket.close()


def timeline() -> Timeline:
    change = change_of(on(User).renamed("b", to="a"))
    return Timeline(Version(NEW, change), Version(OLD), Version(BEFORE, sunset=dt.date(2024, 6, 1)))


def app_of(**options: Any) -> FastAPI:
    app = FastAPI()
    app.add_api_route("/user", get_user)
    app.add_api_websocket_route("/talk", talk)
    app.add_middleware(TimegateMiddleware, timeline=timeline(), **options)
    return app


BAD = {
    BEFORE: (410, "version-sunset"),
    "2024-03-01": (410, "version-sunset"),
    "1999-01-01": (400, "version-unsupported"),
    "2999-01-01": (400, "version-too-new"),
    "nonsense": (400, "version-unknown"),
    "": (400, "version-unknown"),
    f"{OLD}, {NEW}": (400, "version-ambiguous"),
    "2" * 1000: (400, "version-unknown"),
}


@pytest.mark.parametrize("version", BAD, ids=lambda version: version[:24] or "empty")
class TestABadVersion:
    def test_is_the_same_problem_at_the_document_as_at_an_operation(self, version: str) -> None:
        document = exchange(app_of(), "GET", "/openapi.json", version=version)
        operation = exchange(app_of(), "GET", "/user", version=version)
        status, problem = BAD[version]
        assert (operation.status, operation.json()["type"]) == (status, f"urn:timegate:problem:{problem}")
        assert (document.status, document.json()) == (status, operation.json())
        kept = ("content-type", "cache-control", "vary")
        assert [document.headers.get(name) for name in kept] == [operation.headers.get(name) for name in kept]

    def test_is_a_problem_without_a_body_where_only_the_head_is_asked_for(self, version: str) -> None:
        document = exchange(app_of(), "HEAD", "/openapi.json", version=version)
        assert (document.status, document.content) == (BAD[version][0], b"")

    def test_closes_a_websocket_before_it_is_accepted(self, version: str) -> None:
        (message,) = connected(app_of(), "/talk", version=version)
        assert (message["type"], message["code"]) == ("websocket.close", 1008)

    def test_closes_a_websocket_of_starlette_too(self, version: str) -> None:
        app = TimegateMiddleware(Starlette(routes=[WebSocketRoute("/talk", talk)]), timeline=Timeline(*timeline_bare()))
        (message,) = connected(app, "/talk", version=version)
        assert (message["type"], message["code"]) == ("websocket.close", 1008)


def timeline_bare() -> tuple[Version, ...]:
    """The same versions without a change, for an app that has no model."""
    return tuple(Version(version.value, sunset=version.sunset, deprecated=version.deprecated) for version in timeline())


class TestAGoodVersion:
    @pytest.mark.parametrize(("version", "key"), [(OLD, "b"), (NEW, "a"), ("2025-03-01", "b"), (None, "a")])
    def test_at_the_document_is_reported_with_it(self, version: str | None, key: str) -> None:
        response = exchange(app_of(), "GET", "/openapi.json", version=version)
        assert (response.status, list(response.json()["components"]["schemas"]["User"]["properties"])) == (200, [key])

    @pytest.mark.parametrize(("version", "told"), [(OLD, OLD), (NEW, NEW), ("2025-03-01", OLD), (None, "None")])
    def test_at_a_websocket_is_in_the_context(self, version: str | None, told: str) -> None:
        messages = connected(app_of(), "/talk", version=version)
        assert [message["type"] for message in messages] == ["websocket.accept", "websocket.send", "websocket.close"]
        assert messages[1]["text"] == told

    def test_that_is_too_new_is_the_newest_where_that_is_wanted(self) -> None:
        app = app_of(newer="latest")
        document = exchange(app, "GET", "/openapi.json", version="2999-01-01")
        assert list(document.json()["components"]["schemas"]["User"]["properties"]) == ["a"]
        assert connected(app, "/talk", version="2999-01-01")[1]["text"] == NEW


class TestOtherSelectors:
    @pytest.mark.parametrize(("version", "status"), [(OLD, 200), (BEFORE, 410), ("nonsense", 400), ("2999-01-01", 400)])
    def test_a_query_decides_over_document_and_websocket(self, version: str, status: int) -> None:
        app = app_of(select=query("version"))
        assert exchange(app, "GET", f"/openapi.json?version={version}", version=None).status == status
        messages = connected(app, f"/talk?version={version}", version=None)
        if status == 200:
            assert messages[1]["text"] == OLD
        else:
            assert [(message["type"], message["code"]) for message in messages] == [("websocket.close", 1008)]

    def test_two_values_in_a_query_are_one_problem_everywhere(self) -> None:
        app = app_of(select=query("version"))
        target = f"?version={OLD}&version={NEW}"
        assert [exchange(app, "GET", f"/{name}{target}", version=None).status for name in ("openapi.json", "user")] == [
            400,
            400,
        ]
        (message,) = connected(app, f"/talk{target}", version=None)
        assert (message["type"], message["code"]) == ("websocket.close", 1008)

    @pytest.mark.parametrize(("version", "status"), [(OLD, 200), (BEFORE, 410), ("2999-01-01", 400)])
    def test_a_path_decides_over_document_and_websocket(self, version: str, status: int) -> None:
        app = app_of(select=path("/{version}"))
        assert exchange(app, "GET", f"/{version}/openapi.json", version=None).status == status
        messages = connected(app, f"/{version}/talk", version=None)
        assert messages[0]["type"] == ("websocket.accept" if status == 200 else "websocket.close")
        assert status == 200 or messages[0]["code"] == 1008

    @pytest.mark.parametrize(("version", "status"), [(OLD, 200), ("nonsense", 400), (BEFORE, 410)])
    def test_a_pin_decides_over_document_and_websocket(self, version: str, status: int) -> None:
        def pin(scope: Any) -> str:
            return version

        app = app_of(select=pin)
        assert exchange(app, "GET", "/openapi.json", version=None).status == status
        messages = connected(app, "/talk", version=None)
        assert messages[0]["type"] == ("websocket.accept" if status == 200 else "websocket.close")


class TestElsewhere:
    @pytest.mark.parametrize("version", ["nonsense", "1999-01-01", BEFORE, None])
    def test_documents_of_the_framework_and_unknown_paths_want_no_version(self, version: str | None) -> None:
        assert exchange(app_of(), "GET", "/docs", version=version).status == 200
        assert exchange(app_of(), "GET", "/nowhere", version=version).status == 404

    def test_an_app_may_ask_for_the_version_at_a_document_of_another_place(self) -> None:
        app = FastAPI(openapi_url="/api/schema.json")
        app.add_api_route("/user", get_user)
        app.add_middleware(TimegateMiddleware, timeline=timeline())
        assert exchange(app, "GET", "/api/schema.json", version="nonsense").status == 400
        assert exchange(app, "GET", "/api/schema.json").status == 200

    def test_a_renderer_of_problems_renders_those_of_the_document(self) -> None:
        def by_name(problem: Problem) -> tuple[str, dict[str, object]]:
            return "application/json", {"name": problem.name}

        app = app_of(problems=by_name)
        response = exchange(app, "GET", "/openapi.json", version="nonsense")
        assert (response.status, response.json()) == (400, {"name": "version-unknown"})

    def test_a_websocket_is_closed_though_the_server_could_send_a_response(self) -> None:
        messages = connected(app_of(), "/talk", version="nonsense", accepts_responses=True)
        assert [message["type"] for message in messages] == ["websocket.close"]
        assert messages[0]["code"] == 1008


@pytest.mark.parametrize("given", ["nonsense", "1999-01-01", "2999-01-01", ""])
def test_what_a_callable_default_gives_wrongly_is_the_servers_fault(given: str) -> None:
    def wrong(_: object) -> str:
        return given

    app = app_of(default=wrong)
    with pytest.raises(DeclarationError, match=r"TimegateMiddleware\(default=…\) gave"):
        exchange(app, "GET", "/user", version=None)
    assert exchange(app, "GET", "/user", version=NEW).status == 200
