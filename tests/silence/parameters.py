"""An app with parameters in models and on their own, and its old clients."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

from fastapi import FastAPI, Header, Query
from pydantic import BaseModel

from tests.silence.old_client import Client, old_client


class Level(IntEnum):
    LOW = 1
    HIGH = 9


class Asked(BaseModel):
    n: int = 0
    text: str = ""
    several: list[str] = []
    flag: bool = False
    maybe: int | None = None
    level: Level = Level.LOW


class Must(BaseModel):
    page: int | None
    deep: int | None


class Fields(BaseModel):
    x_size: int = 1


def api() -> FastAPI:
    app = FastAPI()

    @app.get("/asked")
    async def asked(query: Annotated[Asked, Query()]) -> Any:
        return query.model_dump(mode="json")

    @app.get("/fields")
    async def fields(headers: Annotated[Fields, Header()]) -> Any:
        return headers.model_dump()

    @app.get("/must")
    async def must(query: Annotated[Must, Query()]) -> Any:
        return query.model_dump()

    @app.get("/single")
    async def single(
        n: int = 0,
        maybe: int | None = None,
        flag: bool = False,
        needed: Annotated[int | None, Query()] = 3,
        x_size: Annotated[int | None, Header()] = 1,
    ) -> Any:
        return {"n": n, "maybe": maybe, "flag": flag}

    return app


def client(*facts: Any) -> Client:
    return old_client(api(), *facts)


ABSENT = Asked().model_dump(mode="json")
