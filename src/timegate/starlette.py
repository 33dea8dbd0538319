"""Declare and enforce the contract of a plain Starlette handler.

    @operation(request=NewTask, response=Task, status=201, errors={409: Conflict})
    async def create(request: Request, *, body: NewTask) -> Task: ...

    routes = [Route("/tasks", create, methods=["POST"])]

A request whose body or query parameters are invalid never reaches the handler; an invalid response never leaves it.
Path parameters come from the route. This module is no framework and must not become one.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email.message import Message
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from timegate.errors import DeclarationError
from timegate.reading.starlette import DECLARATION, Operation, operation_of, takes_none

__all__ = ["Declared", "Endpoint", "Handler", "Operation", "operation", "operation_of"]

Handler: TypeAlias = Callable[..., object]
"""A function of the request, and of `body` and `query` by keyword where they are declared; plain or `async`."""

Endpoint: TypeAlias = Callable[..., Awaitable[Response]]
"""The endpoint of a Starlette route: the handler with its contract enforced."""

Declared: TypeAlias = Any
"""A type that pydantic's `TypeAdapter` accepts: a class, a union, `Annotated[...]`; None where nothing is declared."""


def operation(
    *,
    request: Declared = None,
    response: Declared = None,
    status: int = 200,
    errors: Mapping[int, Declared] | None = None,
    query: Declared = None,
) -> Callable[[Handler], Endpoint]:
    """Declare what a Starlette handler receives and sends, and enforce it.

    Args:
        request: type of the JSON body, passed as `body`; `X | None` accepts an empty body as None.
        response: type of the JSON response; the handler returns it, plain data that is valid for it, or a `Response`.
        status: the status of that response.
        errors: the types of other responses, by status; not enforced, because handlers raise or return them.
        query: a model, dataclass or TypedDict of the query parameters, passed as `query`.

    Raises:
        DeclarationError: the handler's parameters and the declaration do not agree, or a status is declared twice.
    """
    if response is not None and status in (errors or {}):
        raise DeclarationError(f"@operation(errors={{{status}: …}}): {status} is the status of response=; declare one")
    declared = Operation(request=request, response=response, status=status, errors=errors, query=query)
    read_body = None if request is None else _Body(request)
    read_query = None if query is None else _Query(query)
    respond = _Response(response, status)

    def decorate(handler: Handler) -> Endpoint:
        _check_parameters(handler, declared)
        is_async = inspect.iscoroutinefunction(handler)

        @functools.wraps(handler)
        async def endpoint(*args: Any) -> Response:
            # The request is the last argument: a method has its instance before it.
            received: Request = args[-1]
            inputs: dict[str, Any] = {}
            try:
                if read_query is not None:
                    inputs["query"] = read_query(received)
                if read_body is not None:
                    inputs["body"] = await read_body(received)
            except _InvalidInput as error:
                return error.response
            if is_async:
                result: Any = handler(*args, **inputs)
                return respond(await result)
            return respond(await run_in_threadpool(handler, *args, **inputs))

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


class _InvalidInput(Exception):
    """The body or the query parameters are invalid; ``response`` says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class _Body:
    """Reads and validates a JSON body."""

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
            raise _InvalidInput(JSONResponse({"detail": "The body must be application/json"}, status_code=415))
        try:
            return self.adapter.validate_json(raw)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            if first["type"] == "json_invalid" and not first["loc"]:
                raise _unprocessable([_malformed(raw, str(first.get("ctx", {}).get("error", "")))]) from error
            raise _unprocessable(_details(error, "body")) from error


class _Query:
    """Collects and validates the query parameters; a repeated key is a list where its type is a list."""

    def __init__(self, declared: Declared) -> None:
        self.adapter: TypeAdapter[Any] = TypeAdapter(declared)
        schema = self.adapter.json_schema(mode="validation")
        definitions = schema.get("$defs", {})
        properties = _resolved(schema, definitions).get("properties", {})
        self.lists = frozenset(name for name, inner in properties.items() if _is_list(inner, definitions))

    def __call__(self, request: Request) -> Any:
        parameters = request.query_params
        values = {name: parameters.getlist(name) if name in self.lists else parameters[name] for name in parameters}
        try:
            return self.adapter.validate_python(values)
        except ValidationError as error:
            raise _unprocessable(_details(error, "query")) from error


class _Response:
    """Validates a handler's result and makes the declared response of it."""

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
        # Instances are not validated again, plain data is. A value that then does not serialize as declared is an error
        # of the server.
        content = self.adapter.dump_json(self.adapter.validate_python(result), by_alias=True, warnings="error")
        return Response(content, status_code=self.status, media_type="application/json")


def _unprocessable(details: Sequence[Mapping[str, Any]]) -> _InvalidInput:
    return _InvalidInput(JSONResponse({"detail": details}, status_code=422))


def _details(error: ValidationError, root: str) -> list[dict[str, Any]]:
    # The detour through JSON converts exceptions that a context may contain, and numbers that JSON does not have.
    details: list[dict[str, Any]] = from_json(to_json(from_json(error.json(include_url=False)), inf_nan_mode="null"))
    return [{**detail, "loc": [root, *detail["loc"]]} for detail in details]


def _malformed(raw: bytes, reason: str) -> dict[str, Any]:
    position = 0
    if found := re.search(r"at line (\d+) column (\d+)", reason):
        line, column = int(found[1]), int(found[2])
        position = sum(len(text) + 1 for text in raw.split(b"\n")[: line - 1]) + max(column - 1, 0)
    detail = {"type": "json_invalid", "loc": ["body", position], "msg": "JSON decode error"}
    return {**detail, "input": {}, "ctx": {"error": reason}}


def _is_json(content_type: str) -> bool:
    """Whether a Content-Type is JSON in UTF-8 (RFC 8259, RFC 6839)."""
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
