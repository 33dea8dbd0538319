"""How facts about endpoints are undone: existence, path, status."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from timegate.changes.endpoints import (
    EndpointAdded,
    EndpointFact,
    EndpointMoved,
    EndpointRemoved,
    StatusChanged,
)
from timegate.history.builder import HistoryBuilder
from timegate.history.remedies import name_one, own_middleware
from timegate.history.schema_edits import with_property, with_property_schema, without_property
from timegate.history.steps import KeyRenamed
from timegate.history.undo import undo
from timegate.wire.marks import PATH_MARK
from timegate.wire.names import first_free
from timegate.wire.paths import PARAMETER, parameter_names, plain_path, without_names
from timegate.wire.wire import WITHOUT_BODY, Operation


def has_method(fact: EndpointFact, operation: Operation) -> bool:
    """Whether a fact is about the method of an operation."""
    return not fact.methods or operation.method in fact.methods


def operations_of(builder: HistoryBuilder, fact: EndpointFact, path: str, *, removed: bool = False) -> list[Operation]:
    """The operations that a fact is about; a fault where there are none.

    Args:
        builder: the walk so far.
        fact: the fact at hand.
        path: the path that they have right after the fact.
        removed: whether only the older version has them.
    """
    known = [one for one in builder.operations_at(path) if has_method(fact, one)]
    found = [one for one in known if one.exists is not removed]
    missing = [method for method in fact.methods if method not in {one.method for one in found}]
    if not found or missing:
        name = f"{', '.join(missing) or 'any method'} {path}"
        if not removed:
            problem = "there is no such endpoint right after this fact"
            builder.fault(name, problem, _endpoint_remedy(builder, fact, path))
        elif known and {one.method for one in known} >= {*missing}:
            builder.fault_without_effect(name, "the newer version has this endpoint too")
        else:
            problem = "the app does not route it, so nothing can serve older clients"
            builder.fault(name, problem, "keep its route at head")
    return found


def _endpoint_remedy(builder: HistoryBuilder, fact: EndpointFact, path: str) -> str:
    """What to write instead of a path or method that no operation has."""
    mount = next((mount for mount in builder.mounts if path.startswith(f"{mount}/")), None)
    if mount is not None:
        return own_middleware(mount)
    there = [one for one in builder.wire.operations if one.exists]
    newer = {one.key: one.path for one in builder.newer.operations}
    for one in there:
        # Its own move has taken it away from here: one route of head is one operation of an older version.
        if has_method(fact, one) and without_names(path) == without_names(newer[one.key]) != without_names(one.path):
            old = f"endpoint({plain_path(one.path)!r}, {one.method!r})"
            return (
                f"a later fact has moved it to {plain_path(one.path)}, where alone older versions have it: if they "
                f"had both, keep the route at {plain_path(one.path)} at head, and write {old}.removed() for the move"
            )
    methods = [one.method for one in there if without_names(one.path) == without_names(path)]
    if methods:
        return f"it has {', '.join(methods)}: {replace(fact, methods=tuple(methods))}"
    written = fact.to if isinstance(fact, EndpointMoved) else fact.path
    known = [one for one in there if has_method(fact, one)] or there
    return name_one(fact, written, sorted({plain_path(one.path) for one in known}))


def name_of_operation(operation: Operation) -> str:
    """An operation as faults write it."""
    return f"{operation.method} {plain_path(operation.path)}"


_CONVERTORS: Final = ("str", "path", "int", "float", "uuid")
"""The convertors that each app has (Starlette, `Routing`)."""


@undo.register
def _added(fact: EndpointAdded, builder: HistoryBuilder) -> None:
    for operation in operations_of(builder, fact, fact.path):
        builder.put_operation(replace(operation, exists=False))


@undo.register
def _removed(fact: EndpointRemoved, builder: HistoryBuilder) -> None:
    # Head still routes the operation, to serve older clients. `history` has hidden it from the newer versions.
    for operation in operations_of(builder, fact, fact.path, removed=True):
        builder.put_operation(replace(operation, exists=True))


@undo.register
def _moved(fact: EndpointMoved, builder: HistoryBuilder) -> None:
    target, _, query = fact.to.partition("?")
    old_names, new_names = parameter_names(fact.path), parameter_names(target)
    for operation in operations_of(builder, fact, target):
        same_path = without_names(fact.path) == without_names(operation.path)
        changed_places = old_names != new_names and {*old_names} == {*new_names}
        if same_path and not changed_places and not query:
            builder.fault_without_effect(fact.path, "the path is the same right after this fact")
            continue
        unknown = [name for name in parameter_names(fact.to) if name not in old_names]
        if unknown:
            problem = f"{{{unknown[0]}}} is no parameter of the old path"
            builder.fault(f"{operation.method} {fact.path}", problem, _parameter_remedy(fact, unknown))
            continue
        _check_lost(builder, fact, operation)
        _check_convertors(builder, fact)
        newer_names = dict(zip(new_names, parameter_names(operation.path), strict=True))
        renamed = {
            name: newer
            for name, newer in newer_names.items()
            if name != newer and operation.path_names.get(newer, newer) != newer
        }
        if renamed:
            # The rename of a later fact would be lost: no client would see it.
            name, newer = next(iter(renamed.items()))
            problem = f"right after this fact {{{name}}} is called {{{newer}}}: a later fact renames it"
            builder.fault(name_of_operation(operation), problem, f"write {_with_names(fact, renamed)}")
            continue
        _rename_moved(builder, operation, {newer: name for name, newer in newer_names.items()})
        for name, template in parse_qsl(query, keep_blank_values=True):
            _move_from_path(builder, fact, operation, name, template)
        head_names = {name: operation.path_names.get(newer, newer) for name, newer in newer_names.items()}
        path = _with_convertors(fact.path, operation.path, newer_names)
        builder.put_operation(replace(operation, path=path, path_names=head_names))
        _check_free(builder, fact, operation)


def _with_names(fact: EndpointMoved, names: Mapping[str, str]) -> EndpointMoved:
    """A move with some parameters under other names, in both paths."""
    path, to = (
        PARAMETER.sub(lambda match: match[0].replace(match[1], names.get(match[1], match[1]), 1), written)
        for written in (fact.path, fact.to)
    )
    return replace(fact, path=path, to=to)


def _parameter_remedy(fact: EndpointMoved, unknown: Sequence[str]) -> str:
    """What to write instead of a path that lacks the parameters of the newer one."""
    lost = _lost(fact)
    if len(lost) != len(unknown):
        return f"write the parameters of {fact.path} in to= too, by their names"
    path = fact.path
    for name, newer in zip(lost, unknown, strict=True):
        path = path.replace(f"{{{name}", f"{{{newer}")
    return f"a parameter has one name in both paths: {replace(fact, path=path)}"


def _lost(fact: EndpointMoved) -> list[str]:
    """The parameters of the old path that the newer one does not have."""
    kept = set(parameter_names(fact.to))
    return [name for name in parameter_names(fact.path) if name not in kept]


def _check_lost(builder: HistoryBuilder, fact: EndpointMoved, operation: Operation) -> None:
    """Note a fault where the newer path does not take a parameter along and the fact does not say why."""
    lost = _lost(fact)
    if lost and fact.loses is None:
        problem = f"{{{lost[0]}}} of the old path is nowhere in the newer one, so it is lost"
        properties = builder.component("requests", operation.query).properties
        query = f"{'&' if '?' in fact.to else '?'}{lost[0]}={{{lost[0]}}}"
        taken = f", or take it along: to={fact.to + query!r}" if lost[0] in properties else ""
        builder.fault(fact.path, problem, builder.line('loses="why nobody misses it"') + taken)


def _check_convertors(builder: HistoryBuilder, fact: EndpointMoved) -> None:
    """Note a fault where the old path has a convertor that no route is known by."""
    written = {match[2] for match in PARAMETER.finditer(fact.path) if match[2]}.difference(_CONVERTORS)
    if written:
        known = {match[2] for one in builder.wire.operations for match in PARAMETER.finditer(one.path)}
        for name in sorted(written - known):
            problem = f"no route of the app has a convertor of the name {name!r}"
            builder.fault(
                fact.path, problem, f"endpoint({plain_path(fact.path)!r}), or one of {', '.join(_CONVERTORS)}"
            )


def _check_free(builder: HistoryBuilder, fact: EndpointMoved, operation: Operation) -> None:
    """Note a fault where the older version has another operation at the path."""
    for other in builder.operations_at(fact.path):
        if other.method == operation.method and other.exists and other.key != operation.key:
            path = plain_path(other.path)
            builder.fault(
                f"{operation.method} {path}",
                "the endpoint was here in older versions, and another one is here right after this fact",
                f"if that one came later, write endpoint({path!r}, {other.method!r}).added() after this fact",
            )


def _with_convertors(old: str, newer: str, newer_names: Mapping[str, str]) -> str:
    """The old path, each parameter with its own convertor, or else that which it has in the newer path."""
    convertors = {match[1]: match[2] for match in PARAMETER.finditer(newer)}

    def written(match: re.Match[str]) -> str:
        convertor = match[2] or convertors.get(newer_names.get(match[1], ""))
        return f"{{{match[1]}:{convertor}}}" if convertor else f"{{{match[1]}}}"

    return PARAMETER.sub(written, old)


def _rename_moved(builder: HistoryBuilder, operation: Operation, names: Mapping[str, str]) -> None:
    """Give the parameters that newer versions have in the query their old names in the path."""
    component = builder.component("requests", operation.query)
    for key, schema in component.properties.items():
        name = names.get(schema.get(PATH_MARK, ""))
        if name is not None:
            component = with_property_schema(component, key, {**schema, PATH_MARK: name})
    builder.put("requests", component)


def _move_from_path(
    builder: HistoryBuilder, fact: EndpointMoved, operation: Operation, name: str, template: str
) -> None:
    """Undo a query parameter that was part of the old path.

    Its old key has braces, so no query of a client can contain it until the gate renames it.
    """
    component = builder.component("requests", operation.query)
    key, parameter = component.wire_name(name), PARAMETER.fullmatch(template)
    if key is None or parameter is None:
        builder.fault(
            fact.to,
            f"{name!r} is no query parameter of the endpoint" if key is None else f"{template!r} is no parameter",
            f"write {name}={{…}} with a parameter of the old path, for a query parameter that the endpoint has",
        )
        return
    schema = {**component.properties[key], PATH_MARK: parameter[1]}
    written = f"{{{parameter[1]}}}"
    braces = first_free(component.properties, written, numbered=written)
    builder.put("requests", with_property(without_property(component, key), braces, schema, required=True))
    builder.record("requests", operation.query, KeyRenamed(builder.origin, braces, key), braces, key)


@undo.register
def _status(fact: StatusChanged, builder: HistoryBuilder) -> None:
    new, was = str(fact.new), str(fact.was)
    for operation in operations_of(builder, fact, fact.path):
        if new == was:
            builder.fault_without_effect(fact.path, "the status is the same")
            continue
        undescribed: Mapping[str, Any] = operation.texts.get("undescribed_responses", {})
        known = [*operation.responses, *undescribed]
        if new not in known:
            problem = f"it declares no status {new} right after this fact"
            statuses = [int(status) for status in known if status.isdigit()]
            builder.fault(name_of_operation(operation), problem, name_one(fact, fact.new, statuses))
            continue
        # Two that become one have the form of the one that older versions had before.
        older = {status: status for status in known if status != new} | ({} if was in known else {new: was})
        responses, undescribed = (
            {older[status]: one for status, one in some.items() if status in older}
            for some in (operation.responses, undescribed)
        )
        if fact.was in WITHOUT_BODY and was in responses:
            responses[was] = None
        if fact.tolerated is None:
            builder.naming[operation.key, was] = builder.origin
        changes = builder.status_changes.setdefault(operation.key, {})
        changes.setdefault(builder.boundary, []).append((fact.new, fact.was))
        success = was if operation.success == new else operation.success
        texts = {**operation.texts, "undescribed_responses": undescribed}
        builder.put_operation(replace(operation, responses=responses, success=success, texts=texts))
