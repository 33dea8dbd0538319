"""What a type says of a value that it does not read is told as plain JSON, whatever pydantic keeps of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import Base64Str, Base64UrlStr, Field, create_model

from tests.silence.old_client import Client, old_client
from timegate import endpoint, on

TYPES: dict[str, tuple[Any, str]] = {
    "an encoding": (Base64Str, "2024-01-02"),
    "another encoding": (Base64UrlStr, "2024-01-0"),
    "a decimal limit": (Annotated[Decimal, Field(le=Decimal("0.5"))], "0.7"),
    "a limit of time": (Annotated[timedelta, Field(le=timedelta(1))], "P3D"),
    "a limit of a date": (Annotated[date, Field(le=date(2024, 1, 1))], "2024-01-02"),
}


def shop(kind: Any) -> FastAPI:
    nullable: Any = kind | None
    held: Any = create_model("Held", value=(nullable, None))
    app = FastAPI()

    async def post(held: Any) -> int:
        return 1

    async def get(value: Any = None) -> int:
        return 1

    post.__annotations__["held"] = held
    get.__annotations__["value"] = kind
    app.post("/held")(post)
    app.get("/held")(get)
    return app


def same(value: Any) -> Any:
    return value


def facts(kind: Any) -> tuple[Any, ...]:
    return (
        on("Held").became_nullable("value"),
        endpoint("/held", "GET").query("value").retyped(was=kind, to_head=same),
    )


@pytest.mark.parametrize("name", TYPES)
def test_the_context_is_what_the_old_server_told(name: str) -> None:
    kind, sent = TYPES[name]
    app = shop(kind)
    old = old_client(app, *facts(kind))
    for method, url, body in (("POST", "/held", {"value": sent}), ("GET", f"/held?value={sent}", None)):
        told, own = (client.request(method, url, json=body) for client in (old, Client(app)))
        assert (told.status_code, own.status_code) == (422, 422)
        (entry,), (expected,) = told.json()["detail"], own.json()["detail"]
        assert entry == {**expected, "input": entry["input"]}
        assert entry["input"] in (sent, expected["input"])


@pytest.mark.parametrize("sent", ["P3D", 259_200, "x"])
def test_the_input_is_what_the_old_server_told(sent: Any) -> None:
    kind, _ = TYPES["a limit of time"]
    app = shop(kind)
    told, own = (
        client.request("POST", "/held", json={"value": sent}).json()
        for client in (old_client(app, *facts(kind)), Client(app))
    )
    assert [one["input"] for one in told["detail"]] == [one["input"] for one in own["detail"]]
