"""One side in its own process under uvicorn: `python -m benchmarks.serve SIDE PORT`."""

from __future__ import annotations

import sys
from importlib import import_module

import uvicorn

from benchmarks.hosts import App, fastapi_app, under_timegate


def app_of(side: str) -> App:
    """The app of a side."""
    if side == "bare":
        return fastapi_app()
    if side == "timegate":
        return under_timegate(fastapi_app())
    found: App = import_module("benchmarks.cadwyned").cadwyn_app()
    return found


if __name__ == "__main__":
    uvicorn.run(
        app_of(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        http="httptools",
        loop="asyncio",
        access_log=False,
        log_level="warning",
    )
