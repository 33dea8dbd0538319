"""What a new user gives the middleware: payloads without an operation, an account's pin from a database, a default."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, connected, exchange, failed_start, timeline_of
from timegate import Contract, DeclarationError, Timeline, Version, current_version, on
from timegate.asgi import TimegateMiddleware, first_of, header, path


class Item(BaseModel):
    sku: str = "a"


class Sent(BaseModel):
    """Only a queue gets it."""

    sku: str = "b"


class Report(BaseModel):
    total: int = 1


RENAMED = on(Item).renamed("article", to="sku")


def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/item")
    async def item() -> Item:
        return Item(sku=current_version() or "none")

    @app.websocket("/live")
    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(current_version() or "none")

    return app


async def from_database(scope: Any) -> str | None:
    await asyncio.sleep(0)
    return {b"old": OLD, b"new": NEW}.get(dict(scope["headers"]).get(b"account", b""))


async def as_a_date(scope: Any) -> date | None:
    await asyncio.sleep(0)
    return date.fromisoformat(OLD)


class Pins:
    """A callable object that has to be awaited."""

    vary = "Account"

    async def __call__(self, scope: Any) -> str | None:
        return await from_database(scope)


def gated(app: FastAPI | None = None, **options: Any) -> TimegateMiddleware:
    return TimegateMiddleware(app or shop(), timeline=timeline_of(RENAMED), **options)


def asked(app: Any, headers: dict[str, str] | None = None, *, version: str | None = None) -> Any:
    response = exchange(app, "GET", "/item", version=version, headers=headers)
    return response.json() if response.status == 200 else response.status


class TestAPinFromADatabase:
    @pytest.mark.parametrize("select", [from_database, Pins(), first_of(path("/{version}"), Pins())])
    def test_selects(self, select: Any) -> None:
        app = gated(select=select)
        assert asked(app, {"account": "old"}) == {"article": OLD}
        assert asked(app, {"account": "new"}) == {"sku": NEW}
        assert asked(app) == 400

    def test_that_names_what_it_reads_is_kept_by_caches_with_it(self) -> None:
        response = exchange(gated(select=Pins()), "GET", "/item", version=None, headers={"account": "old"})
        assert (response.headers["vary"], "cache-control" in response.headers) == ("Account", False)

    @pytest.mark.parametrize("first", [True, False])
    def test_stands_beside_other_selectors_in_their_order(self, first: bool) -> None:
        by_header, pins = header("API-Version"), Pins()
        app = gated(select=first_of(pins, by_header) if first else first_of(by_header, pins))
        assert asked(app, {"account": "old"}, version=NEW) == ({"article": OLD} if first else {"sku": NEW})
        assert asked(app, version=OLD) == {"article": OLD}

    @pytest.mark.parametrize("default", [from_database, Pins()])
    def test_is_a_default(self, default: Any) -> None:
        app = gated(default=default)
        assert asked(app, {"account": "old"}) == {"article": OLD}
        assert asked(app, {"account": "old"}, version=NEW) == {"sku": NEW}
        assert asked(app) == 400

    @pytest.mark.parametrize("argument", ["select", "default"])
    def test_may_be_a_date(self, argument: str) -> None:
        options: dict[str, Any] = {argument: as_a_date}
        assert asked(gated(**options)) == {"article": OLD}

    def test_is_known_to_a_websocket(self) -> None:
        sent = connected(gated(select=as_a_date), "/live", version=None)
        assert sent[1]["text"] == OLD


class TestPayloadsWithoutAnOperation:
    FACT = on(Sent).renamed("article", to="sku")

    @shows(
        "`sends=[…]` and `receives=[…]` name types that leave or reach the server without an operation, so "
        "that changes may be about them; [contracts](contracts.md) says how such payloads are converted.",
    )
    def test_are_named_where_the_app_is_read(self) -> None:
        timeline = timeline_of(RENAMED, self.FACT)
        for given in ({"sends": [Sent]}, {"receives": [Sent]}, {"sends": (Sent,), "contract": shop()}):
            options: dict[str, Any] = given
            assert failed_start(TimegateMiddleware(shop(), timeline=timeline, **options)) is None
        reason = failed_start(TimegateMiddleware(shop(), timeline=timeline))
        assert reason is not None
        assert "TimegateMiddleware(…, sends=[Sent])" in reason

    def test_are_in_the_contract_where_there_is_one(self) -> None:
        contract = Contract.of(shop(), sends=[Sent])
        timeline = timeline_of(RENAMED, self.FACT)
        for given in ({"contract": contract}, {"gates": timeline.compile(contract)}):
            options: dict[str, Any] = given
            assert failed_start(TimegateMiddleware(shop(), timeline=timeline, **options)) is None
            with pytest.raises(DeclarationError, match=r"Contract\.of\(app, sends="):
                TimegateMiddleware(shop(), timeline=timeline, sends=[Sent], **options)


def lines(caplog: pytest.LogCaptureFixture, start: Callable[[], object]) -> list[tuple[str, str]]:
    with caplog.at_level(logging.INFO, logger="timegate.asgi"):
        start()
    return [(one.levelname, one.getMessage()) for one in caplog.records if one.name == "timegate.asgi"]


SERVES = "TimegateMiddleware serves 2 versions, 2026-01-01 to 2025-01-01; 1 operation, 1 gated; 1 opaque place"


class TestTheLogAtTheStart:
    @shows(
        "At the start the logger `timegate.asgi` says in one line (INFO) how many versions and operations "
        "are served, how many operations some version converts, and how many places are opaque.",
    )
    def test_says_in_one_line_what_is_served(self, caplog: pytest.LogCaptureFixture) -> None:
        assert lines(caplog, lambda: failed_start(gated())) == [("INFO", SERVES)]

    def test_says_it_with_the_first_request_where_the_server_does_not_start_apps(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        app = gated()
        assert lines(caplog, lambda: [asked(app, version=OLD), asked(app, version=NEW)]) == [("INFO", SERVES)]

    def test_warns_of_a_default_that_shifts_with_each_release(self, caplog: pytest.LogCaptureFixture) -> None:
        said = lines(caplog, lambda: failed_start(gated(default="latest")))
        assert [level for level, _ in said] == ["INFO", "WARNING"]
        assert f"default='{OLD}' for those of the oldest, '{NEW}' for today's" in said[1][1]

    @pytest.mark.parametrize("default", ["required", "oldest", OLD, NEW])
    def test_says_no_more_of_a_default_that_does_not(self, default: str, caplog: pytest.LogCaptureFixture) -> None:
        assert lines(caplog, lambda: failed_start(gated(default=default))) == [("INFO", SERVES)]

    def test_says_no_more_where_there_is_one_version(self, caplog: pytest.LogCaptureFixture) -> None:
        app = TimegateMiddleware(shop(), timeline=Timeline(Version(NEW)), default="latest")
        assert [level for level, _ in lines(caplog, lambda: failed_start(app))] == ["INFO"]

    def test_warns_of_a_second_middleware_around_the_app(self, caplog: pytest.LogCaptureFixture) -> None:
        app, timeline = shop(), timeline_of(RENAMED)
        app.add_middleware(TimegateMiddleware, timeline=timeline)
        app.add_middleware(TimegateMiddleware, timeline=timeline)
        said = lines(caplog, lambda: failed_start(app))
        assert [level for level, text in said if "twice" in text] == ["WARNING"]
        assert asked(app, version=OLD) == {"article": OLD}


def test_a_second_middleware_with_another_timeline_does_not_start() -> None:
    app = shop()
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW)))
    reason = failed_start(app)
    assert reason is not None
    assert "two timelines" in reason


class TestMounts:
    """The middleware stands below a mount, or around an app that has mounts."""

    def test_a_middleware_below_a_mount_gates_what_it_wraps(self) -> None:
        app = Starlette(routes=[Mount("/api", app=gated())])
        assert exchange(app, "GET", "/api/item", version=OLD).json() == {"article": OLD}
        document = exchange(app, "GET", "/api/openapi.json", version=OLD).json()
        assert "article" in document["components"]["schemas"]["Item"]["properties"]
        assert document["servers"] == [{"url": "/api"}]

    def test_an_app_below_a_mount_has_versions_of_its_own(self) -> None:
        reports, app = FastAPI(), shop()

        @reports.get("/daily")
        async def daily() -> Report:
            return Report()

        reports.add_middleware(
            TimegateMiddleware,
            timeline=timeline_of(on(Report).renamed("sum", to="total")),
            select=header("Reports-Version"),
        )
        app.mount("/reports", reports)
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
        assert exchange(app, "GET", "/item", version=OLD).json() == {"article": OLD}
        versions = {"reports-version": OLD}
        assert exchange(app, "GET", "/reports/daily", version=NEW, headers=versions).json() == {"sum": 1}
        assert exchange(app, "GET", "/reports/daily", version=OLD).status == 400

    @shows("a mounted app,")
    def test_an_app_below_a_mount_without_a_middleware_is_served_as_it_is(self) -> None:
        app, below = shop(), shop()
        app.mount("/below", below)
        app.add_middleware(TimegateMiddleware, timeline=timeline_of(RENAMED))
        assert exchange(app, "GET", "/below/item", version=OLD).json() == {"sku": OLD}
        assert "everything below /below: an app of its own" in Contract.of(app).opaque
