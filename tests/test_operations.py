"""What an endpoint has declared is read of it, whatever is wrapped around it."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from timegate.starlette import Operation, operation, operation_of


class Task(BaseModel):
    task_id: str


class Cat(BaseModel):
    lives: int


class Filter(BaseModel):
    name: str


class TestOperationOf:
    declared = Operation(request=Task, response=list[Task], status=201, errors={409: Cat}, query=Filter)

    @staticmethod
    def endpoint() -> Callable[..., Awaitable[Response]]:
        @operation(request=Task, response=list[Task], status=201, errors={409: Cat}, query=Filter)
        def handler(request: Request, *, body: Task, query: Filter) -> list[Task]:
            return [body]

        return handler

    def test_is_what_was_declared(self) -> None:
        assert operation_of(self.endpoint()) == self.declared

    def test_is_seen_through_other_decorators(self) -> None:
        endpoint = self.endpoint()

        @functools.wraps(endpoint)
        async def logged(request: Request) -> Response:
            return await endpoint(request)

        assert operation_of(logged) == self.declared
        assert operation_of(functools.partial(endpoint)) == self.declared

    def test_of_nothing_declared_is_empty(self) -> None:
        @operation()
        def handler(request: Request) -> None: ...

        assert operation_of(handler) == Operation(request=None, response=None, status=200, errors=None, query=None)

    def test_of_a_plain_handler_is_none(self) -> None:
        async def handler(request: Request) -> Response:
            return Response()

        assert operation_of(handler) is None
        assert operation_of(Starlette()) is None
