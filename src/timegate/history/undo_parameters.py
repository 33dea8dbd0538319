"""How facts about parameters are undone: as facts about fields of the component that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from timegate.changes.fields import Renamed
from timegate.changes.parameters import ChangedParameter, ParameterFact, ParameterRemoved, ParameterRenamed
from timegate.history.builder import HistoryBuilder
from timegate.history.field_paths import written_key
from timegate.history.remedies import instead, name_one
from timegate.history.schema_edits import with_property, with_property_schema
from timegate.history.steps import KeyRemoved
from timegate.history.undo import undo
from timegate.history.undo_endpoints import has_method, name_of_operation, operations_of
from timegate.wire.marks import PATH_MARK
from timegate.wire.paths import PARAMETER, parameter_names
from timegate.wire.wire import Component, Operation, Wire


def _place(wire: Wire, fact: ParameterFact, operation: Operation, name: str) -> tuple[str, str | None]:
    """The component that holds the parameters which a fact is about, and the wire name of one; None for no such."""
    if fact.location == "path":
        # What a newer version has in the query, an older one may have in the path.
        in_query = wire.requests[operation.query].properties
        moved = next((key for key, schema in in_query.items() if schema.get(PATH_MARK) == name), None)
        if moved is not None:
            return operation.query, moved
        in_path = wire.requests[operation.path_parameters]
        here = name in parameter_names(operation.path)
        return operation.path_parameters, in_path.wire_name(operation.path_names.get(name, name)) if here else None
    holder = operation.parameters.get(fact.location, "")
    return holder, wire.requests[holder].wire_name(name) if holder else None


def _places(builder: HistoryBuilder, fact: ParameterFact, name: str) -> Iterator[tuple[str, str]]:
    """The places of a parameter, each a component and a wire name; a fault where an operation lacks it.

    Args:
        builder: the walk so far.
        fact: the fact at hand.
        name: the parameter's name right after the fact.
    """
    for operation in operations_of(builder, fact, fact.path):
        holder, key = _place(builder.wire, fact, operation, name)
        if key is not None:
            yield holder, key
        else:
            place = f"{name_of_operation(operation)} {fact.location} {name}"
            problem = "there is no such parameter right after this fact"
            builder.fault(place, problem, _remedy(builder, fact, operation, name))


def _remedy(builder: HistoryBuilder, fact: ParameterFact, operation: Operation, name: str) -> str:
    """What to write instead of a parameter that an operation lacks."""
    # A method that was undone before has it in the newer version alone.
    wires = (builder.wire, builder.newer)
    others = [one for one in builder.operations_at(fact.path) if has_method(fact, one)]
    having = [other.method for other in others if any(_place(wire, fact, other, name)[1] is not None for wire in wires)]
    if having:
        return f"only {', '.join(having)} has it: {replace(fact, methods=tuple(having))}"
    holder, _ = _place(builder.wire, fact, operation, name)
    if not holder:
        return "its body is no form: write on(Model)… about the model of the body"
    properties = builder.component("requests", holder).properties
    return name_one(fact, name, sorted(key for key, schema in properties.items() if PATH_MARK not in schema))


@undo.register
def _changed(fact: ChangedParameter, builder: HistoryBuilder) -> None:
    for holder, key in _places(builder, fact, fact.name):
        newer = builder.component("requests", holder)
        undo(fact.of_field(holder, written_key(key)), builder)
        _follow_fields(builder, holder, newer)


def _follow_fields(builder: HistoryBuilder, holder: str, newer: Component) -> None:
    """Require the form whose fields a component holds where only the older version requires one, or the other way."""
    older = bool(builder.component("requests", holder).schema.get("required"))
    if bool(newer.schema.get("required")) != older:
        for one in builder.wire.operations:
            if one.parameters.get("form") == holder and one.request is not None:
                builder.put_operation(replace(one, request=replace(one.request, required=older)))


@undo.register
def _removed(fact: ParameterRemoved, builder: HistoryBuilder) -> None:
    for operation in operations_of(builder, fact, fact.path):
        holder, key = _place(builder.wire, fact, operation, fact.name)
        place = f"{name_of_operation(operation)} {fact.location} {fact.name}"
        if not holder:
            builder.fault(place, "the endpoint has no form", _remedy(builder, fact, operation, fact.name))
            continue
        if key is not None:
            builder.fault_without_effect(place, "the newer version has this parameter too")
            continue
        builder.check_loss(fact, "requests", f"{fact.path} {fact.location} {fact.name}")
        _check_hyphens(builder, fact)
        component, schema = builder.component("requests", holder), builder.type_of("requests", fact)
        builder.put("requests", with_property(component, fact.name, schema, required=fact.required))
        _follow_fields(builder, holder, component)
        step = KeyRemoved(builder.origin, fact.name, schema, fact.required, was=fact.was, checked=True)
        builder.record("requests", holder, step, fact.name)


def _check_hyphens(builder: HistoryBuilder, fact: ParameterFact) -> None:
    """Note a fault where the old name of a header field is that of a function's argument: no client sends it."""
    if fact.location == "header" and "_" in fact.name:
        meant = instead(fact, fact.name, fact.name.replace("_", "-"))
        problem = "an underscore in a header field is lost on its way, and FastAPI reads a hyphen"
        builder.fault(f"{fact.path} header {fact.name}", problem, f"as clients send it: {meant}")


@undo.register
def _renamed(fact: ParameterRenamed, builder: HistoryBuilder) -> None:
    if fact.location == "path":
        for operation in operations_of(builder, fact, fact.path):
            _rename_in_path(builder, fact, operation)
        return
    to = fact.to.lower() if fact.location == "header" else fact.to
    for holder, key in _places(builder, fact, to):
        if "_" not in key:
            _check_hyphens(builder, fact)
        undo(Renamed(models=(holder,), old=written_key(fact.name), to=written_key(to)), builder)


def _rename_in_path(builder: HistoryBuilder, fact: ParameterRenamed, operation: Operation) -> None:
    """Give a path parameter its old name. No client sends it: documents and validation errors have it."""
    names = parameter_names(operation.path)
    place = f"{name_of_operation(operation)} path {fact.to}"
    if fact.to == fact.name:
        builder.fault_without_effect(place, "the name is the same")
    elif fact.to not in names:
        remedy = name_one(fact, fact.to, names)
        builder.fault(place, "there is no such parameter right after this fact", remedy)
    elif fact.name in names:
        remedy = "name the parameter that older paths have"
        builder.fault(place, f"{fact.name!r} is another parameter of the newer path", remedy)
    else:
        old_names = {fact.to: fact.name}
        path = PARAMETER.sub(lambda match: _renamed_parameter(match, old_names), operation.path)
        in_query = builder.component("requests", operation.query)
        for key, schema in in_query.properties.items():
            if schema.get(PATH_MARK) == fact.to:
                in_query = with_property_schema(in_query, key, {**schema, PATH_MARK: fact.name})
        builder.put("requests", in_query)
        moved = {schema.get(PATH_MARK) for schema in in_query.properties.values()}
        head_names = {old_names.get(name, name): operation.path_names.get(name, name) for name in names}
        kept = {name: head for name, head in head_names.items() if name not in moved}
        builder.put_operation(replace(operation, path=path, path_names=kept))


def _renamed_parameter(match: re.Match[str], names: Mapping[str, str]) -> str:
    """A parameter in a path, with its convertor, under another name."""
    name, convertor = match[1], match[2]
    return f"{{{names.get(name, name)}:{convertor}}}" if convertor else f"{{{names.get(name, name)}}}"
