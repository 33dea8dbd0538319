"""Finds what somebody vouches for in vain, and in development tries whether serializers keep their word."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError

from timegate.changes.base import name_of
from timegate.changes.models import ToldBy, VouchedForm, VouchedShape
from timegate.errors import Fault
from timegate.gates.plan.conversion import client_conversion
from timegate.gates.plan.reach import Reach
from timegate.history.look_up import LookUp
from timegate.history.misfit import misfit
from timegate.history.vouched import facts_of, vouched_behind, written_as
from timegate.timeline import Timeline
from timegate.wire.wire import Component


def vouching_faults(
    timeline: Timeline, responses: Reach, used_forms: Collection[tuple[str, str, str]]
) -> Iterator[Fault]:
    """A fault for each form and shape at which no change touches anything.

    Args:
        timeline: the versions and their changes.
        responses: the responses and their history.
        used_forms: the version, change and code of each fact whose form a program lets pass.
    """
    problem = "no change touches what it vouches for, so that it passes anyway"
    for version, change, form in facts_of(timeline, VouchedForm):
        if (version, change, str(form)) not in used_forms:
            yield Fault(version, change, ", ".join(map(name_of, form.models)), problem, f"take {form} out")
    shapes = list(facts_of(timeline, VouchedShape))
    if not shapes:
        return
    versions = range(len(timeline.versions))
    touched = frozenset[str]().union(*map(responses.touched, map(partial(client_conversion, "responses"), versions)))
    wire = responses.history.wires[0]
    look_up = LookUp(wire)
    for version, change, shape in shapes:
        for model in shape.models:
            names = written_as(wire.responses, look_up, model)
            if touched.isdisjoint(names | vouched_behind(wire, names)):
                yield Fault(version, change, name_of(model), problem, f"take {shape} out")


def telling_faults(timeline: Timeline, needed: Collection[Any]) -> Iterator[Fault]:
    """A fault for each function that says which arm an object is, where all objects say it themselves or none changes.

    Args:
        timeline: the versions and their changes.
        needed: the functions that are asked where no tag says it.
    """
    known = set(map(id, needed))
    problem = "none of these arms changes in a version whose tags do not tell them apart, so that it is never asked"
    for version, change, told in facts_of(timeline, ToldBy):
        if id(told.function) not in known:
            yield Fault(version, change, " | ".join(map(name_of, told.models)), problem, f"take {told} out")


def broken_words(timeline: Timeline, responses: Reach) -> Iterator[Fault]:
    """A fault for each model that somebody vouches for and that no longer has its shape where an example is dumped.

    An example is what the model's schema shows as one, and the model with its defaults alone.

    Args:
        timeline: the versions and their changes.
        responses: the responses and their history.
    """
    components, look_up = responses.components(0), LookUp(responses.history.wires[0])
    for version, change, shape in facts_of(timeline, VouchedShape):
        for name in sorted(set[str]().union(*(written_as(components, look_up, model) for model in shape.models))):
            component = components[name]
            problem = _broken_word(component, components)
            if problem is not None:
                kept = "let the serializer give what its schema says"
                shown = "show one in the model: json_schema_extra={'examples': […]}"
                remedy = shown if problem is _NO_EXAMPLE else f"{kept}, or declare what it gives as its return type"
                yield Fault(version, change, component.display_name, problem, remedy)


_NO_EXAMPLE = "there is no example to try its serializer on"


def _broken_word(component: Component, components: Mapping[str, Component]) -> str | None:
    """Why a model's serializer does not keep the shape of the model; None where it does in every example."""
    tried = 0
    examples: list[Any] = [{}, *component.schema.get("examples", ())]
    for example in examples:
        adapter = TypeAdapter[Any](component.model)
        try:
            value = adapter.validate_python(example)
        except ValidationError:
            continue
        tried += 1
        try:
            given = adapter.dump_python(value, mode="json", by_alias=True)
        except Exception as error:
            return f"its serializer fails with {type(error).__name__}"
        problem = misfit(given, component.schema, components) or _unknown_key(given, component)
        if problem is not None:
            return f"what its serializer gives is not of the shape of its schema: {problem}"
    return None if tried else _NO_EXAMPLE


def _unknown_key(given: Mapping[str, Any], component: Component) -> str | None:
    if component.schema.get("additionalProperties"):
        return None
    unknown = sorted(given.keys() - component.properties.keys())
    return f"its schema has no {unknown[0]!r}" if unknown else None
