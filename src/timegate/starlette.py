"""Declare and enforce the contract of a plain Starlette handler.

    @operation(request=NewTask, response=Task, status=201, errors={409: Conflict})
    async def create(request: Request, *, body: NewTask) -> Task: ...

    routes = [Route("/tasks", create, methods=["POST"])]

What is declared is what clients get: a body or query that does not fit never reaches the handler, an answer that does
not fit never leaves it. Path parameters come from the route. Nothing else is here, and nothing else belongs here.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email.message import Message
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from timegate.errors import DeclarationError
from timegate.reading.starlette import DECLARATION, Operation, operation_of, takes_none

__all__ = ["Declared", "Endpoint", "Handler", "Operation", "operation", "operation_of"]

Handler: TypeAlias = Callable[..., object]
"""Takes the request, and `body` and `query` by keyword where they are declared; plain or `async`."""

Endpoint: TypeAlias = Callable[..., Awaitable[Response]]
"""What a Starlette route takes: the handler with its contract enforced."""

Declared: TypeAlias = Any
"""A type as pydantic's `TypeAdapter` takes it: a class, a union, `Annotated[...]`; None where nothing is declared."""


def operation(
    *,
    request: Declared = None,
    response: Declared = None,
    status: int = 200,
    errors: Mapping[int, Declared] | None = None,
    query: Declared = None,
) -> Callable[[Handler], Endpoint]:
    """Declare what a Starlette handler receives and sends, and hold it to that.

    Args:
        request: type of the JSON body, handed over as `body`; `X | None` lets an empty body through as None.
        response: type of the JSON answer; the handler returns it, plain data that fits it, or a ready `Response`.
        status: the status of that answer.
        errors: the types of other answers, by status; declared only, as they leave as exceptions or responses.
        query: a model, dataclass or TypedDict of the query parameters, handed over as `query`.

    Raises:
        DeclarationError: the handler's parameters and the declaration do not agree.
    """
    declared = Operation(request=request, response=response, status=status, errors=errors, query=query)
    read_body = None if request is None else _Body(request)
    read_query = None if query is None else _Query(query)
    answer = _Answer(response, status)

    def decorate(handler: Handler) -> Endpoint:
        _check_parameters(handler, declared)
        is_async = inspect.iscoroutinefunction(handler)

        @functools.wraps(handler)
        async def endpoint(*args: Any) -> Response:
            # The last one is the request: a method has its instance before it.
            received: Request = args[-1]
            given: dict[str, Any] = {}
            try:
                if read_query is not None:
                    given["query"] = read_query(received)
                if read_body is not None:
                    given["body"] = await read_body(received)
            except _Refused as refused:
                return refused.response
            if is_async:
                result: Any = handler(*args, **given)
                return answer(await result)
            return answer(await run_in_threadpool(handler, *args, **given))

        setattr(endpoint, DECLARATION, declared)
        return endpoint

    return decorate


def _check_parameters(handler: Handler, declared: Operation) -> None:
    parameters = inspect.signature(handler).parameters
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    name = getattr(handler, "__qualname__", repr(handler))
    for parameter, option, declares in (("body", "request", declared.request), ("query", "query", declared.query)):
        if declares is not None and parameter not in parameters and not takes_any:
            raise DeclarationError(f"{name}: {option}= is declared; take it: def {name}(request, *, {parameter})")
        if declares is None and parameter in parameters:
            raise DeclarationError(
                f"{name}: takes `{parameter}` but no type is declared; write @operation({option}=...)"
            )


class _Refused(Exception):
    """The input does not fit; carries the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class _Body:
    """Reads, checks and validates a JSON body."""

    def __init__(self, declared: Declared) -> None:
        self.adapter: TypeAdapter[Any] = TypeAdapter(declared)
        self.optional = takes_none(declared)

    async def __call__(self, request: Request) -> Any:
        raw = await request.body()
        if not raw:
            if self.optional:
                return None
            raise _unprocessable([{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}])
        content_types = request.headers.getlist("content-type")
        if len(content_types) != 1 or not _is_json(content_types[0]):
            raise _Refused(JSONResponse({"detail": "The body must be application/json"}, status_code=415))
        try:
            return self.adapter.validate_json(raw)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            if first["type"] == "json_invalid" and not first["loc"]:
                raise _unprocessable([_malformed(raw, str(first.get("ctx", {}).get("error", "")))]) from error
            raise _unprocessable(_details(error, "body")) from error


class _Query:
    """Collects and validates the query parameters; a repeated key is a list where the type says so."""

    def __init__(self, declared: Declared) -> None:
        self.adapter: TypeAdapter[Any] = TypeAdapter(declared)
        schema = self.adapter.json_schema(mode="validation")
        definitions = schema.get("$defs", {})
        properties = _resolved(schema, definitions).get("properties", {})
        self.lists = frozenset(name for name, shape in properties.items() if _is_list(shape, definitions))

    def __call__(self, request: Request) -> Any:
        parameters = request.query_params
        values = {name: parameters.getlist(name) if name in self.lists else parameters[name] for name in parameters}
        try:
            return self.adapter.validate_python(values)
        except ValidationError as error:
            raise _unprocessable(_details(error, "query")) from error


class _Answer:
    """Turns what a handler returned into the response it declared."""

    def __init__(self, declared: Declared, status: int) -> None:
        self.adapter: TypeAdapter[Any] | None = None if declared is None else TypeAdapter(declared)
        self.status = status

    def __call__(self, result: object) -> Response:
        if isinstance(result, Response):
            return result
        if self.adapter is None:
            if result is not None:
                raise TypeError(f"the handler returned {type(result).__name__} but declares no response=")
            return Response(status_code=self.status)
        # Instances pass as they are, plain data is validated; a value that then does not serialise as declared is an
        # error of the server, never a guess.
        content = self.adapter.dump_json(self.adapter.validate_python(result), by_alias=True, warnings="error")
        return Response(content, status_code=self.status, media_type="application/json")


def _unprocessable(details: Sequence[Mapping[str, Any]]) -> _Refused:
    return _Refused(JSONResponse({"detail": details}, status_code=422))


def _details(error: ValidationError, root: str) -> list[dict[str, Any]]:
    # By way of JSON, because a context may hold an exception.
    details: list[dict[str, Any]] = from_json(error.json(include_url=False))
    return [{**detail, "loc": [root, *detail["loc"]]} for detail in details]


def _malformed(raw: bytes, reason: str) -> dict[str, Any]:
    position = 0
    if found := re.search(r"at line (\d+) column (\d+)", reason):
        line, column = int(found[1]), int(found[2])
        position = sum(len(text) + 1 for text in raw.split(b"\n")[: line - 1]) + max(column - 1, 0)
    return {
        "type": "json_invalid",
        "loc": ["body", position],
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": reason},
    }


def _is_json(content_type: str) -> bool:
    """Tell whether a Content-Type is JSON in UTF-8 (RFC 8259, RFC 6839)."""
    parsed = Message()
    parsed["content-type"] = content_type
    kind, charset = parsed.get_content_type(), parsed.get_content_charset("utf-8")
    return (kind == "application/json" or kind.endswith("+json")) and charset in ("utf-8", "utf8", "us-ascii")


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return schema


def _is_list(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> bool:
    schema = _resolved(schema, definitions)
    return schema.get("type") == "array" or any(_is_list(arm, definitions) for arm in schema.get("anyOf", ()))
