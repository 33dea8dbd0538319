"""How an envelope is undone: an object whose one key holds what older versions have as the whole body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from timegate.changes.endpoints import Enveloped
from timegate.history.builder import HistoryBuilder
from timegate.history.places import EVERY_KEY
from timegate.history.remedies import name_one
from timegate.history.steps import ObjectConverted, one_way
from timegate.history.undo import undo
from timegate.history.undo_bodies import whole_body
from timegate.history.undo_endpoints import operations_of
from timegate.typing import Function, Schema, is_object
from timegate.wire.paths import plain_path
from timegate.wire.schema import referred
from timegate.wire.wire import SIDES, Body, Component, Operation, Side


@dataclass(frozen=True, slots=True)
class PutInEnvelope:
    """Converts a body to an object that holds it under one key."""

    key: str

    def __call__(self, value: Any) -> Any:
        return {self.key: value}


@dataclass(frozen=True, slots=True)
class TakeOutOfEnvelope:
    """Converts an object to what it holds under one key."""

    key: str

    def __call__(self, value: Any) -> Any:
        if not is_object(value):
            raise TypeError("an object was expected")
        return value[self.key]


def is_declared(function: Function) -> bool:
    """Whether a function of a whole object is one that an author has written."""
    return function is not one_way and not isinstance(function, PutInEnvelope | TakeOutOfEnvelope)


@undo.register
def _enveloped(fact: Enveloped, builder: HistoryBuilder) -> None:
    for operation in operations_of(builder, fact, fact.path):
        bodies = [one for one in _bodies(builder, operation) if fact.only is None or one[0] == f"{fact.only}s"]
        having = [one for one in bodies if one[3].wire_name(fact.key) is not None]
        if not having:
            known = sorted({key for *_, component in bodies for key in component.properties})
            problem = f"no body of it is an object with {fact.key!r} right after this fact"
            builder.fault(f"{operation.method} {plain_path(operation.path)}", problem, name_one(fact, fact.key, known))
        for side, place, body, component in having:
            _take_out(builder, fact, operation, side, place, body, component)


def _bodies(builder: HistoryBuilder, operation: Operation) -> Iterator[tuple[Side, str, Body, Component]]:
    """The bodies of an operation that are objects of a model: its request's and those of its successes."""
    for side in SIDES:
        for place, body in operation.bodies(side):
            name = _model(builder, side, body.schema)
            if name is not None and (side == "requests" or place.startswith("2")):
                yield side, place, body, builder.component(side, name)


def _model(builder: HistoryBuilder, side: Side, schema: Schema) -> str | None:
    """The component that a body is an object of, also where another one stands for the body as a whole."""
    name = referred(schema)
    inner = None if name is None else referred(builder.component(side, name).schema)
    return name if inner is None else inner


def _take_out(
    builder: HistoryBuilder,
    fact: Enveloped,
    operation: Operation,
    side: Side,
    place: str,
    body: Body,
    component: Component,
) -> None:
    """Undo the envelope of one body."""
    key = component.wire_name(fact.key) or fact.key
    text = f"{operation.method} {plain_path(operation.path)} {place}"
    others = [other for other in component.required if other != key]
    if side == "requests" and others:
        builder.fault(
            text,
            f"head requires {others[0]!r} beside {key!r} in the envelope, and nothing says what it gets",
            f"give {others[0]!r} a default in the model, or take {fact} out",
        )
    if side == "responses" and key not in component.required:
        builder.fault(
            text,
            f"head may leave {key!r} out of the envelope, and old clients need it as the body",
            f"require {key!r} in the model",
        )
    whole, older = whole_body(builder, operation, side, place, body), component.properties[key]
    builder.put(side, replace(whole, schema=older))
    step = ObjectConverted(builder.origin, whole.schema, older, PutInEnvelope(key), TakeOutOfEnvelope(key))
    builder.record(side, whole.name, step, EVERY_KEY)
