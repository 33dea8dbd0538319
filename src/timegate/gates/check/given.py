"""Finds what a function of a version file would get unread: the values of a dict that may be an object of a class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from timegate.errors import Fault
from timegate.gates.plan.judged import given_by
from timegate.history.history import History
from timegate.history.steps import Step, ValueConverted
from timegate.typing import Schema, is_object
from timegate.wire.schema import arms_of, objects_in, referred
from timegate.wire.wire import Component


def given_faults(history: History) -> Iterator[Fault]:
    """A fault for each function that gets a dict of a type in a union with a class.

    Which of both an object is, is only known where its program runs; the function gets what was read before.
    """
    for (side, name, boundary), steps in history.steps.items():
        components = history.wires[boundary + 1].components(side)
        for step in steps if side == "requests" else ():
            if any(_is_mixed(node, components) for schema in _given(step) for node in objects_in(schema)):
                key = getattr(step, "key", "")
                yield Fault(
                    step.origin.version,
                    step.origin.change,
                    f"{history.wires[boundary].requests[name].display_name}{key and '.'}{key}",
                    "a dict may stand for an object of a class here, and the function would get its values unread",
                    "declare it as dict[str, Any] beside the class, and let the function read the values",
                )


def _given(step: Step) -> list[Schema]:
    """The schemas of what a function gets by a step, or of a part of that."""
    if isinstance(step, ValueConverted) and step.older is step.newer:
        return [step.older]
    return given_by(step)


def _is_mixed(node: Schema, components: Mapping[str, Component]) -> bool:
    arms = [one for arm in arms_of(node) for one in (arms_of(arm) or [arm])]
    classes = [arm for arm in arms if _is_class(arm, components)]
    entries = [arm["additionalProperties"] for arm in arms if is_object(arm.get("additionalProperties"))]
    return bool(classes) and any(one and not _is_class(one, components) for one in entries)


def _is_class(schema: Schema, components: Mapping[str, Component]) -> bool:
    found = components.get(referred(schema) or "")
    return found is not None and "properties" in found.schema
