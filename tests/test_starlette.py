"""What `@operation` guarantees to a handler and to its clients."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import httpx
import pytest
from pydantic import BaseModel, ConfigDict, Discriminator, Field, JsonValue, Tag, field_validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from typing_extensions import TypedDict

from timegate.errors import DeclarationError
from timegate.starlette import operation

JSON = {"content-type": "application/json"}


class Task(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task_id: str = Field(alias="taskId")
    tries: int = 0


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


class Even(BaseModel):
    number: int

    @field_validator("number")
    @classmethod
    def must_be_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("odd")
        return value


def kind_of(value: Any) -> str | None:
    return value.kind if isinstance(value, Cat | Dog) else value.get("kind")


Pet = Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminator(kind_of)]


class Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    states: list[str] | None = None
    limit: int = 10
    map_index: int = Field(default=-1, alias="mapIndex")


@dataclass
class FilterAsDataclass:
    name: str
    states: list[str] | None = None


class FilterAsTypedDict(TypedDict, total=False):
    name: str
    states: list[str]


Handler = Callable[[Request], Awaitable[Response]]


def ask(
    endpoint: Handler, method: str = "POST", url: str = "/", *, content: bytes = b"", headers: Mapping[str, str] = JSON
) -> httpx.Response:
    """Send one request to an app that has this one endpoint."""
    app = Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])])

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, url, content=content, headers=dict(headers))

    return asyncio.run(send())


def echo_of(declared: Any) -> Handler:
    """Make an endpoint that returns its body, of the declared type."""

    @operation(request=declared, response=declared)
    async def echo(request: Request, *, body: Any) -> Any:
        return body

    return echo


class TestBody:
    @pytest.mark.parametrize(
        ("declared", "sent", "expected"),
        [
            (Task, b'{"taskId": "a", "tries": "3"}', {"taskId": "a", "tries": 3}),
            (list[Task], b'[{"taskId": "a"}]', [{"taskId": "a", "tries": 0}]),
            (dict[str, int], b'{"a": 1}', {"a": 1}),
            (Cat | Dog, b'{"kind": "dog", "tricks": ["sit"]}', {"kind": "dog", "tricks": ["sit"]}),
            (Pet, b'{"kind": "cat", "lives": 9}', {"kind": "cat", "lives": 9}),
            (JsonValue, b'{"a": [1, null, "x"]}', {"a": [1, None, "x"]}),
            (JsonValue, b"null", None),
            (str, b'"x"', "x"),
            (Task | None, b"", None),
            (Annotated[Task | None, Field(description="maybe")], b"", None),
            (Task | None, b"null", None),
            (Task | None, b'{"taskId": "a"}', {"taskId": "a", "tries": 0}),
        ],
    )
    def test_of_any_declared_type_reaches_the_handler_validated(
        self, declared: Any, sent: bytes, expected: object
    ) -> None:
        response = ask(echo_of(declared), content=sent)

        assert (response.status_code, response.json()) == (200, expected)
        assert response.headers["content-type"] == "application/json"

    @pytest.mark.parametrize(
        ("declared", "sent", "errors"),
        [
            (Task, b"{}", [("missing", ["body", "taskId"])]),
            (Task, b'{"taskId": "a", "x": 1}', [("extra_forbidden", ["body", "x"])]),
            (Task, b'{"task_id": "a"}', [("missing", ["body", "taskId"]), ("extra_forbidden", ["body", "task_id"])]),
            (Task, b"null", [("model_type", ["body"])]),
            (list[Task], b'[{"taskId": "a"}, {"taskId": 1}]', [("string_type", ["body", 1, "taskId"])]),
            (Pet, b'{"kind": "dog"}', [("missing", ["body", "dog", "tricks"])]),
            (Pet, b'{"kind": "cow"}', [("union_tag_invalid", ["body"])]),
            (Even, b'{"number": 3}', [("value_error", ["body", "number"])]),
            (Task, b"", [("missing", ["body"])]),
            (JsonValue, b"", [("missing", ["body"])]),
            (Task, b'{"taskId": ', [("json_invalid", ["body", 10])]),
            (Task, b"{\n  nope}", [("json_invalid", ["body", 4])]),
            (Task, b'{"taskId": NaN}', [("string_type", ["body", "taskId"])]),
        ],
    )
    def test_that_does_not_fit_is_422_with_the_location(
        self, declared: Any, sent: bytes, errors: list[tuple[str, list[str | int]]]
    ) -> None:
        response = ask(echo_of(declared), content=sent)

        assert response.status_code == 422
        detail = response.json()["detail"]
        assert [(error["type"], error["loc"]) for error in detail] == errors
        assert all({"msg", "input"} <= error.keys() for error in detail)

    def test_that_is_not_utf_8_is_422_at_the_byte_or_after_it(self) -> None:
        response = ask(echo_of(Task), content=b'{"taskId": "\xff"}')

        (error,) = response.json()["detail"]
        # The release of pydantic decides which of the two.
        assert (response.status_code, error["type"], error["loc"][0]) == (422, "json_invalid", "body")
        assert error["loc"][1] in (12, 13)

    def test_error_holds_the_input_and_the_reason(self) -> None:
        response = ask(echo_of(Even), content=b'{"number": 3}')

        assert response.json() == {
            "detail": [
                {
                    "type": "value_error",
                    "loc": ["body", "number"],
                    "msg": "Value error, odd",
                    "input": 3,
                    "ctx": {"error": "odd"},
                }
            ]
        }

    @pytest.mark.parametrize(
        ("content_type", "status"),
        [
            ("application/json", 200),
            ("Application/JSON; charset=UTF-8", 200),
            ("application/vnd.tasks+json", 200),
            ("application/json; charset=utf-16", 415),
            ("text/plain", 415),
            ("application/x-www-form-urlencoded", 415),
            ("application/jsonlines", 415),
            ("", 415),
            (None, 415),
        ],
    )
    def test_is_read_only_with_a_json_content_type(self, content_type: str | None, status: int) -> None:
        headers = {} if content_type is None else {"content-type": content_type}

        assert ask(echo_of(Task), content=b'{"taskId": "a"}', headers=headers).status_code == status

    def test_that_is_empty_needs_no_content_type(self) -> None:
        response = ask(echo_of(Task | None), headers={})

        assert (response.status_code, response.content) == (200, b"null")

    def test_with_two_content_types_is_415(self) -> None:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b'{"taskId": "a"}', "more_body": False}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        twice = [(b"content-type", b"application/json"), (b"content-type", b"text/plain")]
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": twice}
        app = Starlette(routes=[Route("/", echo_of(Task), methods=["POST"])])
        asyncio.run(app(scope, receive, send))

        assert sent[0]["status"] == 415


class TestQuery:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("name=a", Filter(name="a")),
            ("name=a&limit=3&mapIndex=7", Filter(name="a", limit=3, mapIndex=7)),
            ("name=a&states=x&states=y", Filter(name="a", states=["x", "y"])),
            ("name=a&states=x", Filter(name="a", states=["x"])),
            ("name=a&name=b", Filter(name="b")),
        ],
    )
    def test_becomes_the_model(self, query: str, expected: Filter) -> None:
        seen: list[Filter] = []

        @operation(query=Filter)
        async def find(request: Request, *, query: Filter) -> None:
            seen.append(query)

        assert ask(find, "GET", f"/?{query}").status_code == 200
        assert seen == [expected]

    @pytest.mark.parametrize(
        ("declared", "expected"),
        [
            (FilterAsDataclass, FilterAsDataclass("a", ["x"])),
            (FilterAsTypedDict, {"name": "a", "states": ["x"]}),
        ],
    )
    def test_may_be_a_dataclass_or_a_typed_dict(self, declared: Any, expected: object) -> None:
        seen: list[object] = []

        @operation(query=declared)
        def find(request: Request, *, query: Any) -> None:
            seen.append(query)

        assert ask(find, "GET", "/?name=a&states=x").status_code == 200
        assert seen == [expected]

    @pytest.mark.parametrize(
        ("query", "errors"),
        [
            ("", [("missing", ["query", "name"])]),
            ("name=a&limit=x", [("int_parsing", ["query", "limit"])]),
            ("name=a&mapIndex=x", [("int_parsing", ["query", "mapIndex"])]),
            ("name=a&what=1", [("extra_forbidden", ["query", "what"])]),
        ],
    )
    def test_that_does_not_fit_is_422(self, query: str, errors: list[tuple[str, list[str]]]) -> None:
        @operation(query=Filter)
        async def find(request: Request, *, query: Filter) -> None:
            raise AssertionError("must not be reached")

        response = ask(find, "GET", f"/?{query}")

        assert response.status_code == 422
        assert [(error["type"], error["loc"]) for error in response.json()["detail"]] == errors


class TestResponse:
    @pytest.mark.parametrize(
        ("returned", "status", "content"),
        [
            (Task(taskId="a"), 201, b'{"taskId":"a","tries":0}'),
            ({"taskId": "a", "tries": "2"}, 201, b'{"taskId":"a","tries":2}'),
            (PlainTextResponse("as is", status_code=202), 202, b"as is"),
        ],
    )
    def test_is_sent_as_declared(self, returned: object, status: int, content: bytes) -> None:
        @operation(response=Task, status=201)
        async def create(request: Request) -> object:
            return returned

        response = ask(create)

        assert (response.status_code, response.content) == (status, content)

    @pytest.mark.parametrize("returned", [{"taskId": "a", "secret": 1}, Cat(kind="cat", lives=9), None, "text"])
    def test_that_does_not_fit_is_never_sent(self, returned: object) -> None:
        @operation(response=Task)
        async def create(request: Request) -> object:
            return returned

        response = ask(create)

        assert (response.status_code, response.content) == (500, b"Internal Server Error")

    def test_that_breaks_its_model_is_never_sent(self) -> None:
        @operation(response=Task)
        async def create(request: Request) -> Task:
            return Task.model_construct(task_id="a", tries="many")

        assert ask(create).status_code == 500

    @pytest.mark.parametrize("status", [200, 204])
    def test_of_no_type_is_empty(self, status: int) -> None:
        @operation(status=status)
        async def touch(request: Request) -> None:
            return None

        response = ask(touch)

        assert (response.status_code, response.content) == (status, b"")
        assert "content-type" not in response.headers

    def test_of_no_type_holds_no_value(self) -> None:
        @operation()
        async def touch(request: Request) -> Task:
            return Task(taskId="a")

        assert ask(touch).status_code == 500


class TestHandler:
    def test_without_async_runs_outside_the_event_loop_with_the_context(self) -> None:
        place: contextvars.ContextVar[str] = contextvars.ContextVar("place")
        seen: list[tuple[str, bool]] = []

        @operation()
        def work(request: Request) -> None:
            seen.append((place.get(), threading.current_thread() is threading.main_thread()))

        place.set("here")

        assert ask(work).status_code == 200
        assert seen == [("here", False)]

    def test_runs_once_and_only_for_input_that_fits(self) -> None:
        calls: list[str] = []

        @operation(request=Task)
        async def create(request: Request, *, body: Task) -> None:
            calls.append(body.task_id)

        ask(create, content=b'{"taskId": 1}')
        ask(create, content=b'{"taskId": "b"}')

        assert calls == ["b"]

    def test_may_be_a_method(self) -> None:
        class Tasks:
            prefix = "task "

            @operation(request=Task, response=str)
            def create(self, request: Request, *, body: Task) -> str:
                return self.prefix + body.task_id

        assert ask(Tasks().create, content=b'{"taskId": "a"}').json() == "task a"

    def test_must_take_exactly_what_is_declared(self) -> None:
        async def forgets(request: Request) -> None: ...

        async def invents(request: Request, *, query: Filter) -> None: ...

        with pytest.raises(DeclarationError, match=r"request= is declared; take it: def .*\(request, \*, body\)"):
            operation(request=Task)(forgets)
        with pytest.raises(
            DeclarationError, match=r"takes `query` but no type is declared; write @operation\(query=\.\.\.\)"
        ):
            operation()(invents)
