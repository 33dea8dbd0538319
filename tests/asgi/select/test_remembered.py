"""What a value of the header field means is remembered, and neither a ceiling nor a moment is outlived by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.silence.exchanges import exchange
from timegate import Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware
from timegate.asgi.select.choice import VersionChoice

NEW, OLD = "2025-06-01", "2025-01-01"


class Item(BaseModel):
    sku: str = "s"


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


def served(*, newer: dict[str, Any] | None = None, older: dict[str, Any] | None = None, **options: Any) -> Any:
    app = FastAPI()

    @app.get("/item")
    def item() -> Item:
        return Item()

    timeline = Timeline(Version(NEW, Skus, **(newer or {})), Version(OLD, **(older or {})))
    return TimegateMiddleware(app, timeline=timeline, **options)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The requests for which a version was chosen anew."""
    found: list[object] = []
    choose: Callable[..., Any] = VersionChoice.of

    async def counted(self: VersionChoice, *given: Any, **named: Any) -> Any:
        found.append(given[0])
        return await choose(self, *given, **named)

    monkeypatch.setattr(VersionChoice, "of", counted)
    return found


def test_under_a_file_a_value_is_chosen_once_for_each_ceiling(tmp_path: Path, chosen: list[object]) -> None:
    ceiling = tmp_path / "ceiling"
    ceiling.write_text(OLD)
    app = served(ceiling=ceiling)
    for _ in range(3):
        assert exchange(app, "GET", "/item", version=OLD).json() == {"article": "s"}
    assert len(chosen) == 1
    assert exchange(app, "GET", "/item", version=NEW).status == 400
    ceiling.write_text(NEW)
    for _ in range(3):
        assert exchange(app, "GET", "/item", version=NEW).json() == {"sku": "s"}
    assert len(chosen) == 3
    ceiling.write_text(OLD)
    assert [exchange(app, "GET", "/item", version=NEW).status for _ in range(2)] == [400, 400]
    assert exchange(app, "GET", "/item", version=OLD).json() == {"article": "s"}


def test_a_callable_is_asked_in_each_request(chosen: list[object]) -> None:
    now = [NEW]
    app = served(ceiling=lambda: now[0], newer=None)
    for _ in range(3):
        assert exchange(app, "GET", "/item", version=NEW).status == 200
    assert len(chosen) == 1
    now[0] = OLD
    assert exchange(app, "GET", "/item", version=NEW).status == 400
    now[0] = NEW
    assert exchange(app, "GET", "/item", version=NEW).json() == {"sku": "s"}


def test_a_callable_that_fails_fails_the_request_that_was_remembered() -> None:
    said: list[str | Exception] = [NEW]

    def ceiling() -> str:
        if isinstance(said[0], Exception):
            raise said[0]
        return said[0]

    app = served(ceiling=ceiling)
    assert exchange(app, "GET", "/item", version=NEW).status == 200
    said[0] = RuntimeError("no config")
    with pytest.raises(RuntimeError, match="no config"):
        exchange(app, "GET", "/item", version=NEW)


def test_a_sunset_ends_what_is_remembered(chosen: list[object]) -> None:
    seconds = 1
    while True:
        chosen.clear()
        ends = datetime.now(UTC) + timedelta(seconds=seconds)
        app = served(older={"sunset": ends})
        statuses = [exchange(app, "GET", "/item", version=OLD).status for _ in range(3)]
        if datetime.now(UTC) < ends:
            break
        seconds *= 4  # the machine was slower than that
    assert statuses == [200, 200, 200]
    assert len(chosen) == 1
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 0.01)
    assert [exchange(app, "GET", "/item", version=OLD).status for _ in range(2)] == [410, 410]


def test_a_brownout_interrupts_what_is_remembered_and_is_not_remembered() -> None:
    seconds = 1
    while True:
        begins, lasts = datetime.now(UTC) + timedelta(seconds=seconds), timedelta(seconds=seconds)
        ends = {"sunset": datetime(2099, 1, 1, tzinfo=UTC), "brownouts": [(begins, lasts)]}
        app = served(older=ends, during_sunset=("/item",))
        refusing = served(older=ends)
        before, began_late = exchange(refusing, "GET", "/item", version=OLD).status, datetime.now(UTC) >= begins
        time.sleep(max(0.0, (begins - datetime.now(UTC)).total_seconds()) + 0.01)
        during = [exchange(one, "GET", "/item", version=OLD).status for one in (refusing, app)]
        if not began_late and datetime.now(UTC) < begins + lasts:
            break
        seconds *= 4  # the machine was slower than that
    assert (before, during) == (200, [503, 200])
    time.sleep(max(0.0, (begins + lasts - datetime.now(UTC)).total_seconds()) + 0.01)
    assert [exchange(one, "GET", "/item", version=OLD).status for one in (app, refusing)] == [200, 200]
