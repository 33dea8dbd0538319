"""An app whose response says which arm of a union a body was, and what is in it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, FastAPI

from tests.silence.old_client import Client


def app_of(union: Any) -> FastAPI:
    """The app.

    Args:
        union: the type of its bodies, with what tells the arms apart.
    """
    app = FastAPI()

    async def post(body: Any) -> Any:
        return {"is": type(body).__name__, "has": body.model_dump(mode="json", exclude_unset=True)}

    post.__annotations__ = {"body": Annotated[union, Body()], "return": dict[str, Any]}
    app.post("/")(post)
    return app


def read(client: Client, body: Any) -> Any:
    """What the app says of a body; the status where it refuses it."""
    response = client.post("/", body)
    return response.json() if response.status_code == 200 else response.status_code
