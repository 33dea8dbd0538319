"""What people who come from Cadwyn expect: each promise of its own suite, by its number, in this package's words.

`docs/coming-from-cadwyn.md` has a row for each promise that is kept in another way, or not at all.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from timegate import CompileError, Contract, Gates, Timeline, Version, VersionChange
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact
from timegate.errors import Fault

NEW, OLD = "2025-06-01", "2025-01-01"


def change_of(*facts: Fact) -> type[VersionChange]:
    """Declare a change."""
    return type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})


def timeline_of(*facts: Fact) -> Timeline:
    """Make a timeline of two versions."""
    return Timeline(Version(NEW, change_of(*facts)), Version(OLD))


def gates_of(source: Any, *facts: Fact) -> Gates:
    """Compile facts for an app, or for types."""
    contract = Contract.of(source) if isinstance(source, FastAPI) else Contract.of_types(source)
    return timeline_of(*facts).compile(contract)


def fault_of(source: Any, *facts: Fact) -> Fault:
    """Return the only fault of facts that cannot be carried out."""
    try:
        gates_of(source, *facts)
    except CompileError as error:
        (fault,) = error.faults
        return fault
    raise AssertionError("the facts compile")


def gated(app: FastAPI, timeline: Timeline, **options: Any) -> TestClient:
    """Return a client of a copy of an app behind the middleware."""
    served = FastAPI()
    served.router.routes = app.router.routes.copy()
    served.add_middleware(TimegateMiddleware, timeline=timeline, **options)
    return TestClient(served, follow_redirects=False)


def ask(app: FastAPI, method: str, path: str, *facts: Fact, version: str = OLD, **options: Any) -> Any:
    """Send a request of a version to an app behind the middleware, where the facts hold: the documents show them."""
    headers = {"API-Version": version, **options.pop("headers", {})}
    with gated(app, timeline_of(*facts)) as client:
        assert shown(client, OLD) != shown(client, NEW), "the facts do nothing"
        return client.request(method, path, headers=headers, **options)


def shown(client: TestClient, version: str) -> str:
    """The document of a version, without what the version itself is called."""
    return client.get("/openapi.json", headers={"API-Version": version}).text.replace(version, "")
