"""An app of runs, with a route beside them that says whether it is well."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel


class Run(BaseModel):
    run_id: str = "r"
    note: str | None = "secret"


def healthy() -> FastAPI:
    app = FastAPI()

    @app.get("/health")
    async def health() -> str:
        return "well"

    @app.get("/runs/{key}")
    async def one(key: str) -> Run:
        return Run(run_id=key)

    return app
