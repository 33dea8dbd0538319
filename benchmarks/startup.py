"""Measures the start of one side in its own process: `python -m benchmarks.startup SIDE`.

Prints JSON: seconds of CPU and MiB of resident memory until the app has sent its first response. The seconds leave out
the imports of its packages, the memory includes them.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from benchmarks import large
from benchmarks.client import Caller, Request, started

SIDES: Final = ("fastapi", "timegate", "cadwyn")
PATH: Final = "/given/0/1"


def resident() -> float:
    """Resident memory in MiB."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def fastapi_side() -> tuple[Any, str]:
    """Bare FastAPI that has built its OpenAPI document."""
    app = large.fastapi_app(large.models())
    app.openapi()
    return app, large.version_named(0)


def timegate_side() -> tuple[Any, str]:
    """The same under timegate, which compiles its changes when the lifespan starts."""
    from timegate.asgi import TimegateMiddleware, header

    kinds = large.models()
    timeline = large_timeline(kinds)
    app = large.fastapi_app(kinds)
    app.openapi()
    app.add_middleware(TimegateMiddleware, timeline=timeline, select=header("x-api-version"))
    return app, timeline.values[-1]


def large_timeline(kinds: list[type[Any]]) -> Any:
    """The versions of the large API."""
    from timegate import Timeline, Version, VersionChange, on

    def change(index: int) -> type[VersionChange]:
        facts = [
            fact
            for number, old, new in large.renamed(index)
            for fact in (on(kinds[number]).renamed(old, to=new), on(kinds[number]).added("added"))
        ]
        return type(f"Change{index}", (VersionChange,), {"__doc__": f"Change {index}.", "changes": tuple(facts)})

    versions = [Version(large.version_named(index), change(index)) for index in range(large.VERSIONS - 1)]
    return Timeline(*versions, Version(large.version_named(large.VERSIONS - 1)))


def cadwyn_side() -> tuple[Any, str]:
    """The same under Cadwyn, which is installed only where the benchmarks run."""
    found: tuple[Any, str] = import_module("benchmarks.cadwyned_large").large_app()
    return found


BUILD: Final[dict[str, Callable[[], tuple[Any, str]]]] = {
    "fastapi": fastapi_side,
    "timegate": timegate_side,
    "cadwyn": cadwyn_side,
}
EXPECTED: Final = {
    "fastapi": {"title_0": "title_0", "added": "added"},
    "timegate": {"heading_0": "title_0"},
    "cadwyn": {"heading_0": "title_0"},
}


async def measured(side: str) -> dict[str, float]:
    """Build a side, start it, send it a request and check the response; return what each part took."""
    import_side(side)
    began = time.process_time()
    app, version = BUILD[side]()
    built = time.process_time()
    async with started(app):
        ready = time.process_time()
        caller = Caller(app, Request("GET", PATH, ("x-api-version", version)))
        await caller()
        first_response = time.process_time()
        memory = resident()
        payload = json.loads(caller.response.body)
        await caller()
        second = time.process_time()
    checked = {key: payload.get(key) for key in ("title_0", "heading_0", "added") if key in payload}
    if caller.response.status != 200 or checked != EXPECTED[side]:
        raise RuntimeError(f"{side} responded with {caller.response.status} {payload}")
    first = first_response - ready - (second - first_response)
    return {
        "seconds": first_response - began,
        "build": built - began,
        "lifespan": ready - built,
        "first": first,
        "mib": memory,
    }


def import_side(side: str) -> None:
    """Import what a side needs, so that the seconds measure only its start."""
    for package in {"timegate": ("timegate.asgi",), "cadwyn": ("cadwyn",)}.get(side, ()):
        import_module(package)


if __name__ == "__main__":
    json.dump(asyncio.run(measured(sys.argv[1])), sys.stdout)
