"""Both apps of a pair, built from their source; what their handlers are given, and what they return."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from types import ModuleType
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, TypeAdapter
from starlette.datastructures import UploadFile
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.twins.meaning import Boundary
from tests.twins.shapes import TYPED_DICT, DictOf, ListOf, ModelOf, Nullable, TupleOf, Type, World
from tests.twins.source import IMPORTS, annotation, app_source, timeline_source
from tests.twins.values import SET, TUPLE, Fields, Member, Obj, Pair, Sent, a_set, each, is_dict, is_set, is_tuple
from timegate import Contract, Gates, Timeline
from timegate.asgi import TimegateMiddleware

_IMPORTED: dict[str, Any] = {"__name__": "tests.twins.drawn"}
exec(compile(IMPORTS, "imports", "exec", dont_inherit=True), _IMPORTED)


def names_of_source() -> Mapping[str, Any]:
    """The names that every drawn file imports."""
    return _IMPORTED


@dataclass(frozen=True)
class Failed:
    """What a handler says that it has not found: as the body, or within it as the detail of an error."""

    value: Any
    as_detail: bool


@dataclass
class App:
    """One of both apps.

    Args:
        world: its version.
        source: its code.
        names: what the code defines.
        heard: what the handler of the last request was given; None where none was called.
        returns: what handlers return, by operation, as instances.
        shows: the header fields that they set.
        received: the body of the last request, as it reached the app.
        sent: the body of the last response, as it left the app.
    """

    world: World
    source: str
    names: dict[str, Any]
    heard: dict[str, Any] | None = None
    returns: dict[str, Any] = field(default_factory=dict[str, Any])
    shows: Fields = field(default_factory=dict[str, list[str]])
    received: bytes | None = None
    sent: bytes = b""

    _readers: dict[str, TypeAdapter[Any]] = field(default_factory=dict[str, TypeAdapter[Any]])

    @classmethod
    def of(cls, world: World, more: str = "") -> App:
        source = f"{app_source(world)}\n{more}"
        # Models that hold themselves look for their names in the module that they say they are of.
        module = ModuleType("tests.twins.drawn_head" if more else "tests.twins.drawn_old")
        sys.modules[module.__name__] = module
        app = cls(world, source, module.__dict__)
        app.names.update({**_IMPORTED, "__name__": module.__name__, "hear": app.hear})
        exec(compile(source, "drawn", "exec", dont_inherit=True), app.names)
        return app

    @property
    def fastapi(self) -> FastAPI:
        found: FastAPI = self.names["app"]
        return found

    def hear(self, operation: str, given: dict[str, Any], response: Response | None = None) -> Any:
        one = self.world.operations[operation]
        kinds = {parameter.name.replace("-", "_"): parameter.type for parameter in one.parameters}
        self.heard = {
            name: self.canonical(value, one.body if name == "body" and name not in kinds else kinds.get(name))
            for name, value in given.items()
        }
        returned = self.returns[operation]
        if isinstance(returned, Failed) and one.fails is not None:
            body = self._written(returned.value, one.fails)
            returned = response = JSONResponse({"detail": body} if returned.as_detail else body, one.failing)
        elif one.raw:
            returned = response = JSONResponse(self._written(returned, one.response), one.status)
        if response is not None:
            for name, text in ((name, text) for name, texts in self.shows.items() for text in texts):
                response.headers.append(name, text)
        return returned

    def _written(self, value: Any, kind: Type) -> Any:
        """The plain JSON of an instance."""
        return self._reader(annotation(kind, self.world)).dump_python(value, mode="json", by_alias=True)

    def canonical(self, value: Any, kind: Type | None = None) -> Any:
        """What an instance is, without classes.

        Args:
            value: the instance.
            kind: its type, which says of what TypedDict a dict is; None where it holds none.
        """
        match value:
            case BaseModel():
                extra = value.model_extra
                return self._object(type(value), {name: value.__dict__[name] for name in _set_fields(value)}, extra)
            case UploadFile():
                return Sent(value.filename or "", value.content_type or "", value.file.read())
            case Enum():
                return Member(type(value).__name__, value.value)
            case _ if is_set(value):
                return a_set(self.canonical(item) for item in value)
            case _ if is_dataclass(value):
                return self._object(type(value), {one.name: getattr(value, one.name) for one in fields(value)}, None)
            case _ if is_tuple(value):
                kinds = kind.items if isinstance(kind, TupleOf) else [None] * len(value)
                return Pair(
                    type(value).__name__,
                    [self.canonical(item, one) for item, one in zip(value, kinds, strict=True)],
                )
            case _ if is_dict(value) and isinstance(kind, ModelOf) and self.world.models[kind.model].kind == TYPED_DICT:
                known = {one.name for one in self.world.fields(kind.model)}
                extra = {key: item for key, item in value.items() if key not in known}
                return self._object(kind.model, {key: item for key, item in value.items() if key in known}, extra)
            case _:
                inner = kind.item if isinstance(kind, Nullable) else kind
                if value is not None and inner is not kind:
                    return self.canonical(value, inner)
                item = inner.item if isinstance(inner, ListOf | DictOf) else None
                return each(value, lambda one: self.canonical(one, item))

    def _object(self, model: type | str, given: Mapping[str, Any], extra: Mapping[str, Any] | None) -> Obj:
        """What an object is, by its class or its model, and its values by field."""
        uid = model if isinstance(model, str) else self.uid_of(model)
        held = {name: self.canonical(value, self.world.field(uid, name).type) for name, value in given.items()}
        return Obj(uid, held, dict(extra) if extra else None)

    def uid_of(self, model: type) -> str:
        name = model.__name__.partition("[")[0]
        return name if name in self.world.models else name.removeprefix("Old")

    def instance(self, value: Any) -> Any:
        """Build what a canonical value says."""
        match value:
            case Obj(uid, fields):
                shapes = {one.name: one for one in self.world.fields(uid)}
                given = {
                    shapes[name].sent_as: self.instance(item)
                    for name, item in fields.items()
                    if item is not None or not shapes[name].null_by_default
                }
                return self._reader(annotation(ModelOf(uid), self.world)).validate_python(given)
            case Member(enum, inner):
                return self.names[enum](inner)
            case Pair(pair, items):
                made = map(self.instance, items)
                if pair == SET:
                    return set(made)
                return tuple(made) if pair == TUPLE else self.names[pair](*made)
            case _:
                return each(value, self.instance)

    def _reader(self, code: str) -> TypeAdapter[Any]:
        """What reads a type."""
        if code not in self._readers:
            self._readers[code] = TypeAdapter(eval(code, self.names))
        return self._readers[code]


def _set_fields(value: BaseModel) -> list[str]:
    """The fields that are set; an extra key that is called like a field counts as that field to pydantic."""
    extra = value.model_extra or {}
    return [
        name
        for name, field in type(value).model_fields.items()
        if name in value.model_fields_set
        and not (name in extra and not field.is_required() and value.__dict__[name] == field.default)
    ]


class _Recorder:
    """Notes what reaches head."""

    def __init__(self, app: ASGIApp, *, head: App) -> None:
        self.app = app
        self.head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self.head.received = (self.head.received or b"") + message.get("body", b"")
            return message

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.body":
                self.head.sent += message.get("body", b"")
            await send(message)

        await self.app(scope, noted, kept)


class Log(logging.Handler):
    """Keeps the last line that timegate logged."""

    def __init__(self) -> None:
        super().__init__()
        self.last: str = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            self.last += f" ({record.exc_info[1]!r})"


def gated(world: World, boundaries: list[Boundary]) -> tuple[App, Gates]:
    """Build head's app behind the middleware; raises CompileError where a change is refused."""
    head = App.of(world, timeline_source(boundaries))
    timeline: Timeline = head.names["timeline"]
    gates = timeline.compile(Contract.of(head.fastapi))
    head.fastapi.add_middleware(_Recorder, head=head)
    head.fastapi.add_middleware(TimegateMiddleware, timeline=timeline, gates=gates)
    return head, gates
