"""A plugin of pytest for suites of others: it puts every app that a `TestClient` gets behind the middleware.

It runs where the suite has a package `tests` of its own, so it is loaded by its bare name and imports timegate alone.
The environment says how, `TIMEGATE_SUITE`:

- `bare` leaves apps alone.
- `head` serves a client of the newest of two versions that do not differ.
- `touched` serves one of the oldest, and a function that changes nothing stands at a field of every component that can
  have one, so that each body is read, converted and written again.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.applications import Starlette
from starlette.routing import Router
from starlette.testclient import TestClient

from timegate import CompileError, Contract, Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware
from timegate.typing import is_object
from timegate.wire.media import is_json_media
from timegate.wire.schema import references
from timegate.wire.wire import SIDES, Component, Side, Wire

NEW: Final = "2026-01-01"
OLD: Final = "2025-01-01"
_FIELDS_TRIED: Final = 3
_MODE: Final = os.environ.get("TIMEGATE_SUITE", "bare")
_COUNTS: Final = os.environ.get("TIMEGATE_COUNTS")


class Behind(TimegateMiddleware):
    """The middleware, with the attributes of the app: tests look at them by way of their client."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["app"], name)


def same(value: Any) -> Any:
    """What a change does here."""
    return value


def touching(app: object) -> Timeline:
    """Two versions, and between them a function at a field of every component that can have one."""
    try:
        contract = Contract.of(app)
    except CompileError:
        return Timeline(Version(NEW), Version(OLD))
    components = list(_in_json(contract.wire).values())
    fields = {f"Touch{index}": list(component.properties)[:_FIELDS_TRIED] for index, component in enumerate(components)}
    subjects = {
        f"Touch{index}": component.model or component.display_name for index, component in enumerate(components)
    }
    while True:
        left = {name: tried[0] for name, tried in fields.items() if tried}
        timeline = Timeline(Version(NEW, *(_change(name, subjects[name], left[name]) for name in left)), Version(OLD))
        try:
            timeline.compile(contract)
        except CompileError as error:
            refused = {fault.change for fault in error.faults} & left.keys()
            for name in refused or left.keys():
                fields[name].pop(0)
        else:
            _count(touched=len(left), components=len(components))
            return timeline


def _change(name: str, subject: Any, field: str) -> type[VersionChange]:
    path = field.replace("\\", "\\\\").replace(".", "\\.").replace("*", "\\*")
    facts = (on(subject).retyped(path, to_head=same, to_old=same),)
    return type(name, (VersionChange,), {"__doc__": "A value is looked at.", "changes": facts})


def _in_json(wire: Wire) -> dict[str, Component]:
    """The components with fields that JSON bodies hold, by identity."""
    found: dict[str, Component] = {}
    for side in SIDES:
        components, seen = wire.components(side), set[str]()
        waiting = [name for schema in _json_schemas(wire, side) for name in references(schema)]
        while waiting:
            name = waiting.pop()
            if name in components and name not in seen:
                seen.add(name)
                waiting += references(components[name].schema)
        found |= {name: components[name] for name in sorted(seen)}
    return {name: one for name, one in found.items() if one.properties and not one.inline}


def _json_schemas(wire: Wire, side: Side) -> Iterator[Any]:
    for operation in wire.operations:
        yield from (body.schema for _, body in operation.bodies(side) if any(map(is_json_media, body.media)))


def _count(**counts: int) -> None:
    if _COUNTS is not None:
        with Path(_COUNTS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(counts) + "\n")


@functools.cache
def _no_contract() -> Contract:
    return Contract.of(Starlette())


def _behind(app: Any) -> Behind:
    known = isinstance(app, Starlette | Router)
    timeline = touching(app) if known and _MODE == "touched" else Timeline(Version(NEW), Version(OLD))

    def as_the_apps_own(document: dict[str, Any], version: str) -> dict[str, Any]:
        """Take back what every version's document has besides: its `info.version`, and how it is selected."""
        document["info"]["version"] = app.openapi()["info"]["version"]
        operations = [operation for item in document.get("paths", {}).values() for operation in item.values()]
        for operation in operations:
            if is_object(operation) and "parameters" in operation:
                parameters: list[dict[str, Any]] = operation.pop("parameters")
                left = [parameter for parameter in parameters if parameter.get("name") != "API-Version"]
                operation.update({"parameters": left} if left else {})
        return document

    return Behind(
        app,
        timeline=timeline,
        contract=None if known else _no_contract(),
        default=OLD if _MODE == "touched" else NEW,
        documents=as_the_apps_own,
    )


def pytest_configure() -> None:
    """Let every client speak to the middleware."""
    if _MODE == "bare":
        return
    made: dict[int, Behind] = {}
    plain = TestClient.__init__

    @functools.wraps(plain)
    def init(self: TestClient, app: Any, *args: Any, **kwargs: Any) -> None:
        if id(app) not in made:
            made[id(app)] = app if isinstance(app, Behind) else _behind(app)
        plain(self, made[id(app)], *args, **kwargs)

    pytest.MonkeyPatch().setattr(TestClient, "__init__", init)


def pytest_report_header() -> str:
    """How apps are served."""
    return f"timegate: {_MODE}"


__all__ = ["pytest_configure", "pytest_report_header"]
