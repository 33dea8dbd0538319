"""How facts about endpoints are undone: existence, path, status, parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

from timegate.changes.endpoints import (
    EndpointAdded,
    EndpointFact,
    EndpointMoved,
    EndpointRemoved,
    ParameterAdded,
    ParameterDefaulted,
    ParameterFact,
    ParameterRemoved,
    ParameterRenamed,
    StatusChanged,
)
from timegate.changes.fields import Added, Renamed
from timegate.changes.values import Defaulted
from timegate.history.builder import HistoryBuilder
from timegate.history.schema_edits import with_property, without_property
from timegate.history.steps import KeyRemoved, KeyRenamed
from timegate.history.undo import undo
from timegate.wire.marks import PATH_MARK
from timegate.wire.paths import PARAMETER, parameter_names, plain_path, without_names
from timegate.wire.wire import Operation


def is_about(fact: EndpointFact, path: str, operation: Operation) -> bool:
    """Whether an operation is at a path, whatever its parameters are called, and has one of a fact's methods."""
    same_path = without_names(operation.path) == without_names(path)
    return same_path and (not fact.methods or operation.method in fact.methods)


def _operations(builder: HistoryBuilder, fact: EndpointFact, path: str, *, removed: bool = False) -> list[Operation]:
    """The operations that a fact is about; a fault where there are none.

    Args:
        builder: the walk so far.
        fact: the fact at hand.
        path: the path that they have right after the fact.
        removed: whether only the older version has them.
    """
    known = [one for one in builder.wire.operations if is_about(fact, path, one)]
    found = [one for one in known if one.exists is not removed]
    missing = [method for method in fact.methods if method not in {one.method for one in found}]
    if not found or missing:
        name = f"{', '.join(missing) or 'any method'} {path}"
        if not removed:
            names = sorted({_name(one) for one in builder.wire.operations if one.exists})
            remedy = f"name one of {', '.join(names[:12])}" if names else "serve it"
            builder.fault(name, "there is no such endpoint right after this fact", remedy)
        elif known and {one.method for one in known} >= {*missing}:
            builder.fault_without_effect(name, "the newer version has this endpoint too")
        else:
            problem = "the app does not route it, so nothing can serve older clients"
            builder.fault(name, problem, "keep its route at head")
    return found


def _name(operation: Operation) -> str:
    return f"{operation.method} {plain_path(operation.path)}"


def _put(builder: HistoryBuilder, operation: Operation) -> None:
    operations = tuple(operation if one.key == operation.key else one for one in builder.wire.operations)
    builder.wire = replace(builder.wire, operations=operations)
    builder.touch(operation.key, "*")


@undo.register
def _added(fact: EndpointAdded, builder: HistoryBuilder) -> None:
    for operation in _operations(builder, fact, fact.path):
        _put(builder, replace(operation, exists=False))


@undo.register
def _removed(fact: EndpointRemoved, builder: HistoryBuilder) -> None:
    # Head still routes the operation, to serve older clients. `history` has hidden it from the newer versions.
    for operation in _operations(builder, fact, fact.path, removed=True):
        _put(builder, replace(operation, exists=True))


@undo.register
def _moved(fact: EndpointMoved, builder: HistoryBuilder) -> None:
    target, _, query = fact.to.partition("?")
    names = parameter_names(fact.path)
    for operation in _operations(builder, fact, target):
        if without_names(fact.path) == without_names(operation.path) and not query:
            builder.fault_without_effect(fact.path, "the path is the same right after this fact")
            continue
        unknown = [name for name in parameter_names(fact.to) if name not in names]
        if unknown:
            builder.fault(fact.path, f"{{{unknown[0]}}} is no parameter of the old path", f"name one of {names}")
            continue
        for name, template in parse_qsl(query, keep_blank_values=True):
            _move_from_path(builder, fact, operation, name, template)
        _put(builder, replace(operation, path=_with_convertors(fact.path, operation.path, fact.to)))


def _with_convertors(old: str, newer: str, to: str) -> str:
    """The old path, each parameter with the convertor that the newer path has at its place."""
    found = [f":{match[2]}" if match[2] else "" for match in PARAMETER.finditer(newer)]
    convertors = dict(zip(parameter_names(to.partition("?")[0]), found, strict=True))
    return PARAMETER.sub(lambda match: f"{{{match[1]}{convertors.get(match[1], '')}}}", old)


def _move_from_path(
    builder: HistoryBuilder, fact: EndpointMoved, operation: Operation, name: str, template: str
) -> None:
    """Undo a query parameter that was part of the old path.

    Its old name is the template, braces included, which no query of a client can contain until the gate renames it.
    """
    component = builder.component("requests", operation.query)
    key = component.wire_name(name)
    if key is None or not PARAMETER.fullmatch(template):
        builder.fault(
            fact.to,
            f"{name!r} is no query parameter of the endpoint" if key is None else f"{template!r} is no parameter",
            f"write {name}={{…}} with a parameter of the old path, for a query parameter that the endpoint has",
        )
        return
    schema = {**component.properties[key], PATH_MARK: True}
    builder.put("requests", with_property(without_property(component, key), template, schema, required=True))
    builder.record("requests", operation.query, KeyRenamed(builder.origin, template, key), template, key)


@undo.register
def _status(fact: StatusChanged, builder: HistoryBuilder) -> None:
    new, was = str(fact.new), str(fact.was)
    for operation in _operations(builder, fact, fact.path):
        if new == was:
            builder.fault_without_effect(fact.path, "the status is the same")
            continue
        if new not in operation.responses:
            problem = f"it declares no status {new} right after this fact"
            builder.fault(_name(operation), problem, f"name one of {', '.join(operation.responses)}")
            continue
        responses = {was if status == new else status: body for status, body in operation.responses.items()}
        if was in operation.responses:
            responses = {status: body for status, body in operation.responses.items() if status != new}
        builder.status_changes.setdefault((operation.key, builder.boundary), []).append((fact.new, fact.was))
        success = was if operation.success == new else operation.success
        _put(builder, replace(operation, responses=responses, success=success))


def _parameters(builder: HistoryBuilder, fact: ParameterFact, name: str, *, removed: bool = False) -> Iterator[str]:
    """The components that hold a parameter of the operations that a fact is about; a fault where one does not.

    Args:
        builder: the walk so far.
        fact: the fact at hand.
        name: the parameter's name right after the fact.
        removed: whether only the older version has the parameter.
    """
    for operation in _operations(builder, fact, fact.path):
        holder = operation.query if fact.location == "query" else operation.headers
        component = builder.component("requests", holder)
        place = f"{_name(operation)} {fact.location} {name}"
        exists = component.wire_name(name) is not None
        if removed and exists:
            builder.fault_without_effect(place, "the newer version has this parameter too")
        elif not removed and not exists:
            names = sorted(key for key, schema in component.properties.items() if not schema.get(PATH_MARK))
            remedy = f"name one of {', '.join(names)}" if names else f"take {fact} out"
            builder.fault(place, "there is no such parameter right after this fact", remedy)
        else:
            yield holder


@undo.register
def _parameter_added(fact: ParameterAdded, builder: HistoryBuilder) -> None:
    for holder in _parameters(builder, fact, fact.name):
        undo(Added(models=(holder,), fields=(fact.name,), default=fact.default), builder)


@undo.register
def _parameter_removed(fact: ParameterRemoved, builder: HistoryBuilder) -> None:
    for holder in _parameters(builder, fact, fact.name, removed=True):
        builder.check_loss(fact, "requests", f"{fact.path} {fact.location} {fact.name}")
        component, schema = builder.component("requests", holder), builder.type_of("requests", fact)
        builder.put("requests", with_property(component, fact.name, schema, required=fact.required))
        builder.record("requests", holder, KeyRemoved(builder.origin, fact.name, schema, fact.required), fact.name)


@undo.register
def _parameter_renamed(fact: ParameterRenamed, builder: HistoryBuilder) -> None:
    to = fact.to.lower() if fact.location == "header" else fact.to
    for holder in _parameters(builder, fact, to):
        undo(Renamed(models=(holder,), old=fact.name, to=to), builder)


@undo.register
def _parameter_defaulted(fact: ParameterDefaulted, builder: HistoryBuilder) -> None:
    for holder in _parameters(builder, fact, fact.name):
        undo(Defaulted(models=(holder,), fields=(fact.name,), was=fact.was), builder)
