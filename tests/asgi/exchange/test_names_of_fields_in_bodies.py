"""Fields that a handler takes one by one from a body change by the key from which the framework reads them."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form
from pydantic import AliasChoices

from tests.asgi.calling import Caller
from timegate import Timeline, Version, VersionChange, endpoint
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

NEW, OLD = "2025-06-01", "2025-01-01"
ALIASES: dict[str, dict[str, list[str]]] = {
    "none": {},
    "alias": {"alias": ["{}Alias"]},
    "of validation": {"validation_alias": ["{}Read"]},
    "both": {"alias": ["{}Alias"], "validation_alias": ["{}Read"]},
    "several": {"validation_alias": ["{}Read", "{}Other"]},
}
KEYS = ["{}", "{}Alias", "{}Read", "{}Other"]


def aliases(kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, patterns in ALIASES[kind].items():
        names = [one.format(name) for one in patterns]
        found[key] = names[0] if len(names) == 1 else AliasChoices(*names)
    return found


def app_of(kind: str) -> FastAPI:
    app = FastAPI()

    def read(user: str = "nobody", role: str = "guest") -> dict[str, str]:
        return {"user": user, "role": role}

    read.__annotations__ |= {name: Annotated[str, Form(**aliases(kind, name))] for name in ("user", "role")}
    app.add_api_route("/read", read, methods=["POST"])
    return app


def sent(app: FastAPI, fields: dict[str, str]) -> Any:
    return Caller(app, headers={"API-Version": OLD}).post("/read", data=fields).json()


def keys_of(kind: str, name: str) -> list[str]:
    """The keys from which the framework alone reads a field."""
    keys = [key.format(name) for key in KEYS]
    return [key for key in keys if sent(app_of(kind), {key: "x", "a": "b"})[name] == "x"]


@pytest.mark.parametrize("kind", ALIASES)
def test_a_field_of_a_form_is_known_by_the_key_that_reads_it_and_by_no_other(kind: str) -> None:
    (role, *_), (user, *_) = keys_of(kind, "role"), keys_of(kind, "user")
    facts: tuple[Fact, ...] = (endpoint("/read").form(role).added(), endpoint("/read").form("login").renamed(to=user))
    app = app_of(kind)
    change = type("Roles", (VersionChange,), {"__doc__": "r", "changes": facts})
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, change), Version(OLD)))
    for name in ("user", "role"):
        for key in KEYS:
            assert sent(app, {key.format(name): "x"}) == {"user": "nobody", "role": "guest"}
    assert sent(app, {"login": "Ada"}) == {"user": "Ada", "role": "guest"}
