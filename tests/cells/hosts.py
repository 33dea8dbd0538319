"""The cells served: one app per host and fact, with routes for every shape, and what its handlers saw."""

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

from tests.cells.facts import OLD, TOLD, Told, timeline_of_all
from tests.cells.shapes import SHAPES, Shape
from timegate import Contract
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

HOSTS = ("starlette", "fastapi")
SERVED = ("added", "renamed", "removed", "retyped")
"""The facts that are served too; the others pass the same gates."""


@dataclass
class Hosted:
    """An app that serves every shape under one fact.

    Args:
        app: takes and answers each shape at paths of its own.
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


def in_head(shape: Shape, told: Told) -> Any:
    """The answer as the app's own type."""
    return TypeAdapter[Any](shape.type).validate_python(shape.sent(told.answered))


def answers_of(shape: Shape, told: Told, fact: str) -> Mapping[str, Callable[[], Any]]:
    """The ways in which a handler may give the same answer."""
    found = {
        "model": lambda: in_head(shape, told),
        "plain": lambda: shape.sent(told.answered),
        "ready": lambda: Response(to_json(shape.answer(told.answered)), media_type="application/json"),
    }
    return {way: found[way] for way in ways_of(fact)}


def ways_of(fact: str) -> tuple[str, ...]:
    """How handlers answer: what matters is tried in every way, the rest in one."""
    return ("model", "plain", "ready") if fact in ("added", "renamed", "removed") else ("model",)


@cache
def hosted(host: str, fact: str) -> Hosted:
    """An app with every shape, gated by a timeline that tells one fact of every model."""
    told, result = TOLD[fact], Hosted()
    app = _starlette(fact, result) if host == "starlette" else _fastapi(fact, result)
    timeline = timeline_of_all(SHAPES, told)
    gates = timeline.compile(Contract.of(app))
    result.document = gates.contract(OLD)
    result.app = TimegateMiddleware(app, timeline=timeline, gates=gates)
    return result


def _starlette(fact: str, result: Hosted) -> Starlette:
    routes: list[Route] = []
    for name, shape in SHAPES.items():

        @operation(request=shape.type, status=204)
        async def take(request: Request, *, body: Any) -> None:
            result.seen.append(body)
            result.runs.append("handler")

        routes.append(Route(path_of(name), take, methods=["POST"]))
        for way, answer in answers_of(shape, TOLD[fact], fact).items():
            routes.append(Route(f"{path_of(name)}/{way}", _giving(shape.type, answer, result), methods=["GET"]))
    return Starlette(routes=routes)


def _giving(kind: Any, answer: Callable[[], Any], result: Hosted) -> Callable[..., Any]:
    @operation(response=kind)
    async def give(request: Request) -> Any:
        result.runs.append("handler")
        return answer()

    return give


def _fastapi(fact: str, result: Hosted) -> FastAPI:
    async def dependency() -> None:
        result.runs.append("dependency")

    app = FastAPI(dependencies=[Depends(dependency)])
    for name, shape in SHAPES.items():

        async def take(body: Any) -> None:
            result.seen.append(body)
            result.runs.append("handler")

        take.__annotations__["body"] = Annotated[shape.type, Body()]
        app.post(path_of(name), status_code=204)(take)
        for way, answer in answers_of(shape, TOLD[fact], fact).items():
            app.get(f"{path_of(name)}/{way}", response_model=shape.type)(_returning(answer, result))
    return app


def _returning(answer: Callable[[], Any], result: Hosted) -> Callable[[], Any]:
    async def give() -> Any:
        result.runs.append("handler")
        return answer()

    return give
