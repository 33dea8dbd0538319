"""The apps of the cells: one per host and fact, with routes for every shape; each records what its handlers get."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI
from jsonschema import Draft202012Validator, ValidationError, validate
from pydantic import TypeAdapter
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.cells.facts import FACTS, OLD, FactCase, timeline_of_all
from tests.cells.shapes import SHAPES, Shape
from timegate import Contract
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

HOSTS = ("starlette", "fastapi")
HTTP_FACTS = ("added", "renamed", "removed", "retyped")
"""The facts that are also tested over HTTP; the others use the same gates."""


@dataclass
class CellApp:
    """An app that serves every shape under one fact.

    Args:
        app: has paths of its own for requests and responses of each shape.
        seen: what handlers received, in order.
        runs: how often handlers and dependencies ran, by name.
        document: the OpenAPI document of the old version.
    """

    app: Any = None
    seen: list[Any] = field(default_factory=list[Any])
    runs: list[str] = field(default_factory=list[str])
    document: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def documents(self) -> dict[str, Any]:
        """The old version's operations, by path."""
        paths: dict[str, Any] = self.document["paths"]
        return paths

    def admits(self, schema: dict[str, Any], value: Any) -> bool:
        """Whether a schema of the old version's document admits a value."""
        try:
            validate(value, {**schema, "components": self.document["components"]}, cls=Draft202012Validator)
        except ValidationError:
            return False
        return True


def path_of(name: str) -> str:
    return "/" + "-".join(name.split())


def head_response_of(shape: Shape, case: FactCase) -> Any:
    """Return the response of head as a value of the app's own type."""
    return TypeAdapter[Any](shape.type).validate_python(shape.in_request(case.head_response))


def responses_of(shape: Shape, case: FactCase, fact: str) -> Mapping[str, Callable[[], Any]]:
    """Return the ways in which a handler may return the same response."""
    found = {
        "model": lambda: head_response_of(shape, case),
        "plain": lambda: shape.in_request(case.head_response),
        "ready": lambda: Response(to_json(shape.in_response(case.head_response)), media_type="application/json"),
    }
    return {way: found[way] for way in ways_of(fact)}


def ways_of(fact: str) -> tuple[str, ...]:
    """Name the ways in which handlers respond: every way for the basic facts, one way for the rest."""
    return ("model", "plain", "ready") if fact in ("added", "renamed", "removed") else ("model",)


@cache
def cell_app(host: str, fact: str) -> CellApp:
    """Make an app with every shape, behind a timeline that declares one fact about every model."""
    case, cells = FACTS[fact], CellApp()
    app = _starlette(fact, cells) if host == "starlette" else _fastapi(fact, cells)
    timeline = timeline_of_all(SHAPES, case)
    gates = timeline.compile(Contract.of(app))
    cells.document = gates.contract(OLD)
    cells.app = TimegateMiddleware(app, timeline=timeline, gates=gates)
    return cells


def _starlette(fact: str, cells: CellApp) -> Starlette:
    routes: list[Route] = []
    for name, shape in SHAPES.items():

        @operation(request=shape.type, status=204)
        async def take(request: Request, *, body: Any) -> None:
            cells.seen.append(body)
            cells.runs.append("handler")

        routes.append(Route(path_of(name), take, methods=["POST"]))
        for way, respond in responses_of(shape, FACTS[fact], fact).items():
            routes.append(
                Route(f"{path_of(name)}/{way}", _operation_returning(shape.type, respond, cells), methods=["GET"])
            )
    return Starlette(routes=routes)


def _operation_returning(kind: Any, respond: Callable[[], Any], cells: CellApp) -> Callable[..., Any]:
    @operation(response=kind)
    async def give(request: Request) -> Any:
        cells.runs.append("handler")
        return respond()

    return give


def _fastapi(fact: str, cells: CellApp) -> FastAPI:
    async def dependency() -> None:
        cells.runs.append("dependency")

    app = FastAPI(dependencies=[Depends(dependency)])
    for name, shape in SHAPES.items():

        async def take(body: Any) -> None:
            cells.seen.append(body)
            cells.runs.append("handler")

        take.__annotations__["body"] = Annotated[shape.type, Body()]
        app.post(path_of(name), status_code=204)(take)
        for way, respond in responses_of(shape, FACTS[fact], fact).items():
            app.get(f"{path_of(name)}/{way}", response_model=shape.type)(_handler_returning(respond, cells))
    return app


def _handler_returning(respond: Callable[[], Any], cells: CellApp) -> Callable[[], Any]:
    async def give() -> Any:
        cells.runs.append("handler")
        return respond()

    return give
