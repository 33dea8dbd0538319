"""How a body that functions rewrite is undone, and what stands for the body of one operation as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from timegate.changes.base import UNSET, name_of
from timegate.changes.endpoints import Rewritten
from timegate.changes.models import Retired
from timegate.history.builder import HistoryBuilder
from timegate.history.places import EVERY_KEY
from timegate.history.remedies import name_one
from timegate.history.steps import ObjectConverted, one_way
from timegate.history.undo import undo
from timegate.history.undo_endpoints import name_of_operation, operations_of
from timegate.typing import Schema
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import LEFT_OUT_MARK
from timegate.wire.schema import ref, references, referred
from timegate.wire.wire import SIDES, Body, Component, Operation, Side, Wire


def whole_body(builder: HistoryBuilder, operation: Operation, side: Side, place: str, body: Body) -> Component:
    """The component that stands for one body as a whole: its steps are about this body alone.

    Args:
        builder: the walk so far; the component is there at every version then.
        operation: the operation.
        side: whether clients send or receive the body.
        place: ``"request"`` or the status of the response.
        body: the body.
    """
    name = _name(operation, place)
    if stands_alone(operation, place, body):
        return builder.component(side, name)
    root, whole = _apart(name, body)
    places = [_place_at(builder, operation, place, version) for version in range(len(builder.wires))]
    at = list(zip(builder.wires, places, strict=True))
    own = [_schema_at(*both, key=operation.key, side=side) or body.schema for both in at]
    builder.wires[:] = [_with_root(*both, root, key=operation.key, side=side) for both in at]
    if all(one == body.schema for one in own):
        builder.made.add(builder.wires, side, whole)
    else:
        # A fact about a model has changed the body itself, such as a union in it.
        both = zip(builder.wires, own, strict=True)
        builder.wires[:] = [wire.edited(side, _apart(name, replace(body, schema=one))[1]) for wire, one in both]
    return whole


def _apart(name: str, body: Body) -> tuple[Schema, Component]:
    """The schema of a body that refers to a component of its own, and that component."""
    schema, of_model = body.schema, referred(body.schema)
    # What a route leaves out of the body is left out of what a function makes of it, too.
    marks = {key: value for key, value in schema.items() if of_model is not None or key == LEFT_OUT_MARK}
    unmarked = {key: value for key, value in schema.items() if key not in marks}
    of_body = unmarked if of_model is None else ref(of_model)
    whole = Component(name, of_body, inline=True, display_name=name, by_name=body.by_name)
    return {**marks, **ref(name)}, whole


def _schema_at(wire: Wire, place: str, *, key: str, side: Side) -> Schema | None:
    """The schema of one body of an operation in a wire; None where it has none."""
    bodies = (one.bodies(side) for one in wire.operations if one.key == key)
    return next((body.schema for found in bodies for where, body in found if where == place), None)


def stands_alone(operation: Operation, place: str, body: Body) -> bool:
    """Whether a component stands for a body as a whole, so that facts are about it at this operation alone."""
    return referred(body.schema) == _name(operation, place)


def _place_at(builder: HistoryBuilder, operation: Operation, place: str, version: int) -> str:
    """Where a newer version has a body: a response may have another status there."""
    changes = builder.status_changes.get(operation.key, {})
    for boundary in range(builder.boundary, version - 1, -1):
        for newer, older in reversed(changes.get(boundary, [])):
            place = str(newer) if place == str(older) else place
    return place


def _with_root(wire: Wire, place: str, root: Schema, *, key: str, side: Side) -> Wire:
    """A wire with another schema at the root of one body of an operation."""

    def changed(operation: Operation) -> Operation:
        if operation.key != key:
            return operation
        if side == "requests":
            return replace(operation, request=operation.request and replace(operation.request, schema=root))
        responses = {
            status: body and (replace(body, schema=root) if status == place else body)
            for status, body in operation.responses.items()
        }
        return replace(operation, responses=responses)

    return replace(wire, operations=tuple(map(changed, wire.operations)))


@undo.register
def _rewritten(fact: Rewritten, builder: HistoryBuilder) -> None:
    for operation in operations_of(builder, fact, fact.path):
        for side in SIDES:
            if (fact.request if side == "requests" else fact.response) is None:
                continue
            bodies = list(_bodies(fact, operation, side))
            if not bodies:
                _fault_without_body(builder, fact, operation, side)
            for place, body in bodies:
                _rewrite(builder, fact, operation, side, place, body)


def _bodies(fact: Rewritten, operation: Operation, side: Side) -> Iterator[tuple[str, Body]]:
    """The bodies of one side that a fact is about, each with its place; a form is none of them."""
    for place, body in operation.bodies(side):
        if side == "requests":
            meant = "form" not in operation.parameters
        else:
            meant = place == str(fact.status) or (fact.status is None and (place, body) in _successes(operation))
        if meant:
            yield place, body


def _fault_without_body(builder: HistoryBuilder, fact: Rewritten, operation: Operation, side: Side) -> None:
    name = name_of_operation(operation)
    if side == "requests" and operation.request is not None:
        remedy = "write a fact for each field of the form: endpoint(…).form('name').retyped(…)"
        builder.fault(name, "the body of its request is a form", remedy)
    elif side == "requests":
        builder.fault(name, "its request has no body that the contract describes", "take request= out")
    elif fact.status is None:
        builder.fault(name, "its success has no body that the contract describes", "take response= out")
    else:
        statuses = [int(place) for place, _ in operation.bodies(side) if place.isdigit()]
        problem = f"it declares no body of the status {fact.status} right after this fact"
        builder.fault(name, problem, name_one(fact, fact.status, statuses))


def _rewrite(
    builder: HistoryBuilder, fact: Rewritten, operation: Operation, side: Side, place: str, body: Body
) -> None:
    if fact.response is None:
        problem = "no function back proves that nothing of what old clients send is lost"
        builder.check_loss(fact, side, f"{name_of_operation(operation)} {place}", problem)
    whole = whole_body(builder, operation, side, place, body)
    older = whole.schema if fact.was is UNSET else builder.type_of(side, fact, whole)
    builder.put(side, replace(whole, schema=older))
    components = builder.wire.components(side)
    if side == "requests":
        _check_retired(builder, operation, older)
    if side == "requests" and is_nullable(whole.schema, components) and not is_nullable(older, components):
        # Null is what head reads where there is no body.
        (now,) = (one for one in builder.wire.operations if one.key == operation.key)
        builder.put_operation(replace(now, request=now.request and replace(now.request, required=True)))
    to_head, to_old = fact.request or one_way, fact.response or one_way
    if side == "responses":
        to_head = one_way
    elif fact.status is not None or whole.schema not in _shapes(builder, operation):
        # Otherwise the laws try both on what old clients send.
        to_old = one_way
    step = ObjectConverted(builder.origin, whole.schema, older, to_head, to_old, fact.was)
    builder.record(side, whole.name, step, EVERY_KEY)


def _check_retired(builder: HistoryBuilder, operation: Operation, older: Schema) -> None:
    """Refuse a body with a model that a fact of the same version retires: a function gives what newer versions have."""
    components, seen, waiting = builder.wire.requests, set[str](), [*references(older)]
    while waiting:
        name = waiting.pop()
        if name in components and name not in seen:
            seen.add(name)
            waiting += components[name].references
    for fact in builder.facts:
        # Another component stands for the arm that it makes of the model.
        if isinstance(fact, Retired) and referred(builder.type_of("requests", fact)) in seen:
            problem = f"the function gets objects of {name_of(fact.was)}, which {fact} retires in the same version"
            remedy = f"move {fact} to the next newer version: then the function may give such objects"
            builder.fault(name_of_operation(operation), problem, remedy)


def _shapes(builder: HistoryBuilder, operation: Operation) -> list[Schema]:
    """The schemas of an operation's successes right after the fact, be there a component that stands for one or not."""
    wholes, bodies = builder.wire.responses, _successes(operation)
    known = [(wholes.get(_name(operation, place)), body) for place, body in bodies]
    return [body.schema if whole is None else whole.schema for whole, body in known]


def _successes(operation: Operation) -> list[tuple[str, Body]]:
    return [(place, body) for place, body in operation.bodies("responses") if place.startswith("2")]


def _name(operation: Operation, place: str) -> str:
    return f"{operation.key} {place} as a whole"
