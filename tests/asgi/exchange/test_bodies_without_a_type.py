"""A body without a Content-Type is JSON to an old client's gate where it is to the app itself."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from tests.asgi.api import reads_untyped
from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, exchange, gated
from timegate import on

HAS_SETTING = not reads_untyped("fastapi")


class Item(BaseModel):
    sku: str


RENAMED = on(Item).renamed("article", to="sku")


def served(*, on_router: bool = False, **setting: Any) -> FastAPI:
    app = FastAPI(**({} if on_router else setting))
    router = APIRouter(**(setting if on_router else {}))

    @router.post("/items")
    async def create(item: Item) -> Item:
        return item

    app.include_router(router)
    return app


GIVEN: list[dict[str, Any]] = [{"strict_content_type": strict} for strict in (False, True) if HAS_SETTING]

SETTINGS: list[dict[str, Any]] = [{}, *GIVEN, *({**setting, "on_router": True} for setting in GIVEN)]


def sent(app: Any, body: bytes, version: str | None) -> Any:
    """The response to a body without a Content-Type, sent by a client that names its version or does not."""
    return exchange(app, "POST", "/items", body=body, version=version, untyped=True)


@shows(
    "no `Content-Type` otherwise | as the app does: JSON with `FastAPI(strict_content_type=False)` and "
    "before FastAPI 0.132, else 415",
)
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("default", ["oldest", "latest"])
def test_it_is_read_where_the_app_reads_it(setting: dict[str, Any], default: str) -> None:
    body, old = b'{"sku": "a-7"}', b'{"article": "a-7"}'
    bare = sent(served(**setting), body, None)
    reads = not HAS_SETTING or setting.get("strict_content_type") is False
    assert bare.status == (200 if reads else 422)
    app = gated(served(**setting), RENAMED, default=default)
    response = sent(app, old if default == "oldest" else body, None)
    if reads:
        assert response.json() == ({"article": "a-7"} if default == "oldest" else {"sku": "a-7"})
    else:
        assert response.status == (415 if default == "oldest" else 422)


@shows(
    "no `Content-Type`, and the version came in a header field that no HTML form can set | it counts as JSON,",
)
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_it_is_read_where_the_version_came_in_a_header_field(setting: dict[str, Any]) -> None:
    app = gated(served(**setting), RENAMED)
    assert sent(app, b'{"article": "a-7"}', OLD).json() == {"article": "a-7"}
    assert sent(app, b'{"sku": "a-7"}', NEW).json() == {"sku": "a-7"}


def test_another_type_is_refused_where_the_app_is_lax() -> None:
    app = gated(served(**({"strict_content_type": False} if HAS_SETTING else {})), RENAMED, default="oldest")
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        response = exchange(
            app, "POST", "/items", body=b'{"article": "a"}', version=None, headers={"content-type": kind}
        )
        assert response.status == 415
