"""How facts about endpoints are undone: existence, path, status, parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl

from timegate.changes.base import UNSET
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
from timegate.contract.document import MARK_PREFIX, Operation, plain_path
from timegate.contract.edits import with_property, without_property
from timegate.contract.lowering import undo
from timegate.contract.past import Past
from timegate.contract.steps import Back, Rekeyed

PATH_MARK: Final = MARK_PREFIX + "path"
_PARAMETER: Final = re.compile(r"\{([^}:]+)(?::[^}]+)?\}")


def nameless(path: str) -> str:
    """A path whose parameters have no names, to compare by."""
    return _PARAMETER.sub("{}", path)


def _operations(past: Past, fact: EndpointFact, path: str, *, gone: bool = False) -> Iterator[Operation]:
    """The operations a fact is about; a fault where there are none."""
    wanted = nameless(path)
    at_path = [one for one in past.wire.operations if nameless(one.path) == wanted]
    known = [one for one in at_path if not fact.methods or one.method in fact.methods]
    found = [one for one in known if one.exists is not gone]
    missing = [method for method in fact.methods if method not in {one.method for one in found}]
    if not found or missing:
        name = f"{', '.join(missing) or 'any method'} {path}"
        if not gone:
            names = sorted({f"{one.method} {plain_path(one.path)}" for one in past.wire.operations if one.exists})
            remedy = f"name one of {', '.join(names[:12])}" if names else "serve it"
            past.blame(name, "there is no such endpoint right after this fact", remedy)
        elif {one.method for one in known} >= {*missing} and known:
            past.blame(name, "the newer version has this endpoint too", f"take {fact} out")
        else:
            past.blame(name, "the app does not route it, so nothing can serve older clients", "keep its route at head")
    yield from found


def _put(past: Past, operation: Operation) -> None:
    operations = tuple(operation if one.key == operation.key else one for one in past.wire.operations)
    past.wire = replace(past.wire, operations=operations)


@undo.register
def _added(fact: EndpointAdded, past: Past) -> None:
    for operation in _operations(past, fact, fact.path):
        _put(past, replace(operation, exists=False))
        past.touch(operation.key, "*")


@undo.register
def _removed(fact: EndpointRemoved, past: Past) -> None:
    # Head still routes it, so that older clients are served; that newer ones lack it was said by `removed_since`.
    for operation in _operations(past, fact, fact.path, gone=True):
        _put(past, replace(operation, exists=True))
        past.touch(operation.key, "*")


@undo.register
def _moved(fact: EndpointMoved, past: Past) -> None:
    target, _, query = fact.to.partition("?")
    names = _PARAMETER.findall(fact.path)
    for operation in _operations(past, fact, target):
        if nameless(fact.path) == nameless(operation.path) and not query:
            past.blame(fact.path, "the path is the same right after this fact", f"take {past.fact} out")
            continue
        unknown = [name for name in _PARAMETER.findall(fact.to) if name not in names]
        if unknown:
            past.blame(fact.path, f"{{{unknown[0]}}} is no parameter of the old path", f"name one of {names}")
            continue
        for name, template in parse_qsl(query, keep_blank_values=True):
            _take_from_path(past, fact, operation, name, template)
        _put(past, replace(_current(past, operation), path=_with_convertors(fact.path, operation.path, fact.to)))
        past.touch(operation.key, "*")


def _current(past: Past, operation: Operation) -> Operation:
    return next(one for one in past.wire.operations if one.key == operation.key)


def _with_convertors(old: str, newer: str, to: str) -> str:
    """The old path, each parameter with the convertor that the newer path has at its place."""
    names, found = _PARAMETER.findall(to.partition("?")[0]), re.findall(r"\{[^}:]+(:[^}]+)?\}", newer)
    convertors = dict(zip(names, found, strict=True))
    return re.sub(r"\{([^}:]+)\}", lambda match: f"{{{match[1]}{convertors.get(match[1], '')}}}", old)


def _take_from_path(past: Past, fact: EndpointMoved, operation: Operation, name: str, template: str) -> None:
    """A query parameter that the old path held: under a name no client can spell until it is renamed."""
    component = past.component("requests", operation.query)
    key = component.wire(name)
    if key is None or not _PARAMETER.fullmatch(template):
        past.blame(
            fact.to,
            f"{name!r} is no query parameter of the endpoint" if key is None else f"{template!r} is no parameter",
            f"write {name}={{…}} with a parameter of the old path, for a query parameter that the endpoint has",
        )
        return
    pseudo = template
    schema = {**component.properties[key], PATH_MARK: True}
    past.put("requests", with_property(without_property(component, key), pseudo, schema, required=True))
    past.record("requests", operation.query, Rekeyed(past.origin, pseudo, key), pseudo, key)


@undo.register
def _status(fact: StatusChanged, past: Past) -> None:
    for operation in _operations(past, fact, fact.path):
        new, was = str(fact.new), str(fact.was)
        if new == was:
            past.blame(fact.path, "the status is the same", f"take {past.fact} out")
            continue
        if new not in operation.answers:
            past.blame(
                f"{operation.method} {plain_path(operation.path)}",
                f"it declares no status {new} right after this fact",
                f"name one of {', '.join(operation.answers)}",
            )
            continue
        answers = {was if status == new else status: body for status, body in operation.answers.items()}
        if was in operation.answers:
            answers = {status: body for status, body in operation.answers.items() if status != new}
        past.renumbered.setdefault((operation.key, past.boundary), []).append((fact.new, fact.was))
        success = was if operation.success == new else operation.success
        _put(past, replace(operation, answers=answers, success=success))
        past.touch(operation.key, "*")


def _parameters(past: Past, fact: ParameterFact, name: str, *, gone: bool = False) -> Iterator[str]:
    """The components that hold a parameter of the operations a fact is about; a fault where one does not."""
    for operation in _operations(past, fact, fact.path):
        holder = operation.query if fact.location == "query" else operation.headers
        component = past.component("requests", holder)
        place = f"{operation.method} {plain_path(operation.path)} {fact.location} {name}"
        if gone and component.wire(name) is not None:
            past.blame(place, "the newer version has this parameter too", f"take {fact} out")
        elif not gone and component.wire(name) is None:
            names = sorted(key for key, schema in component.properties.items() if not schema.get(PATH_MARK))
            remedy = f"name one of {', '.join(names)}" if names else f"take {fact} out"
            past.blame(place, "there is no such parameter right after this fact", remedy)
        else:
            yield holder


@undo.register
def _parameter_added(fact: ParameterAdded, past: Past) -> None:
    for holder in _parameters(past, fact, fact.name):
        undo(Added(models=(holder,), fields=(fact.name,), default=fact.default), past)


@undo.register
def _parameter_removed(fact: ParameterRemoved, past: Past) -> None:
    for holder in _parameters(past, fact, fact.name, gone=True):
        if fact.loses is None:
            place = f"{fact.path} {fact.location} {fact.name}"
            past.blame(place, "what old clients send here is lost", past.line('loses="why nobody misses it"'))
        component, schema = past.component("requests", holder), past.type_of("requests", fact)
        past.put("requests", with_property(component, fact.name, schema, required=fact.required))
        past.record("requests", holder, Back(past.origin, fact.name, schema, fact.required, UNSET), fact.name)


@undo.register
def _parameter_renamed(fact: ParameterRenamed, past: Past) -> None:
    to = fact.to.lower() if fact.location == "header" else fact.to
    for holder in _parameters(past, fact, to):
        undo(Renamed(models=(holder,), old=fact.name, to=to), past)


@undo.register
def _parameter_defaulted(fact: ParameterDefaulted, past: Past) -> None:
    for holder in _parameters(past, fact, fact.name):
        undo(Defaulted(models=(holder,), fields=(fact.name,), was=fact.was), past)
