"""An API of 100 routes and 100 models with 20 versions, to measure start-up."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, create_model

ROUTES: Final = 100
MODELS: Final = 100
VERSIONS: Final = 20
CHANGED: Final = 5
"""How many models each version changes: in each, one field is renamed and one is added."""


def models(count: int = MODELS) -> list[type[BaseModel]]:
    """Models of eight fields; each second one holds the model before it, one by itself and as a list."""
    found: list[type[BaseModel]] = []
    for number in range(count):
        fields: dict[str, Any] = {
            "id": (int, ...),
            "name": (str, ...),
            f"title_{number}": (str, ...),
            "kind": (str | None, None),
            "count": (int, 0),
            "ratio": (float, 0.5),
            "tags": (list[str], []),
            "added": (str, "new"),
        }
        if number % 2:
            inner: Any = found[-1]
            fields |= {"inner": (inner, ...), "others": (list[inner], [])}
        found.append(create_model(f"Model{number}", __doc__=f"The model of number {number}.", **fields))
    return found


def with_routes(router: APIRouter, kinds: list[type[BaseModel]]) -> None:
    """Add a route for each model: half of them take one as request body, half of them return one."""
    for number, kind in enumerate(kinds):
        if number % 2:
            router.add_api_route(f"/taken/{number}", _taking(kind), methods=["POST"], response_model=kind)
        else:
            router.add_api_route(f"/given/{number}/{{item_id}}", _giving(kind), methods=["GET"], response_model=kind)


def _taking(kind: type[BaseModel]) -> Any:
    async def take(body: BaseModel) -> BaseModel:
        return body

    take.__annotations__ = {"body": kind, "return": kind}
    return take


def _giving(kind: type[BaseModel]) -> Any:
    async def give(item_id: int, wanted: str | None = None) -> Any:
        return {name: _value(name, item_id) for name in kind.model_fields}

    return give


def _value(name: str, item_id: int) -> Any:
    return {"id": item_id, "kind": None, "count": 1, "ratio": 0.25, "tags": ["a"]}.get(name, name)


def fastapi_app(kinds: list[type[BaseModel]]) -> FastAPI:
    """The API on FastAPI."""
    app = FastAPI(title="Large")
    with_routes(app.router, kinds)
    return app


def renamed(version: int) -> list[tuple[int, str, str]]:
    """The models in which the version renames a field: number, old name, new name; 0 is the newest version."""
    first = version * CHANGED
    return [(number, f"heading_{number}", f"title_{number}") for number in range(first, first + CHANGED)]


def version_named(index: int) -> str:
    """The version at an index, 0 for head."""
    return f"{2026 - index}-01-01"
