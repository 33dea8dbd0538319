"""The forms of an app's requests: their fields are texts, as parameters are, and files."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from timegate.reading.parameters import merged
from timegate.typing import Location
from timegate.wire.marks import BEHIND_MARK
from timegate.wire.media import FORMS, media_kind
from timegate.wire.schema import ref, references, referred
from timegate.wire.wire import SIDES, Body, Component, Operation, Wire


def with_forms(wire: Wire) -> Wire:
    """A wire whose operations have the fields of their forms among their parameters.

    A class that is a form here and something else there becomes two components: its fields are texts in one of them.
    """
    if not any(one.request is not None and is_form(one.request) for one in wire.operations):
        return wire
    uses: Counter[str] = Counter(
        name
        for side in SIDES
        for schema in (*wire.payloads(side), *(one.schema for one in wire.components(side).values()))
        for name in references(schema)
    )
    operations: list[Operation] = []
    for operation in wire.operations:
        body = operation.request
        name = None if body is None or not is_form(body) or BEHIND_MARK in body.schema else referred(body.schema)
        form = None if name is None else _whole(wire, wire.requests[name])
        if body is None or form is None or not form.properties:
            operations.append(operation)
            continue
        if uses[form.name] > 1 or form.name in wire.responses or form is not wire.requests[form.name]:
            label = f"{operation.key} form"
            copied = replace(form, name=label, inline=True)
            wire = wire.edited("requests", copied)
            operation = replace(operation, request=replace(body, schema=ref(label)))
        else:
            label = form.name
        parameters: dict[Location, str] = {**operation.parameters, "form": label}
        operations.append(replace(operation, parameters=parameters))
    return replace(wire, operations=tuple(operations))


def _whole(wire: Wire, component: Component) -> Component:
    """The component of a form with the fields of the classes that are among its own."""
    names = [referred(part) for part in component.schema.get("allOf", ())]
    parts = [wire.requests[name] for name in names if name is not None]
    return replace(merged([*parts, component]), name=component.name) if parts else component


def is_form(body: Body) -> bool:
    """Whether a body is a form, and nothing else."""
    return all(media_kind(media) in FORMS for media in body.media)
