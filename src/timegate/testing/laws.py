"""Laws of conversions, tried on sample payloads: what an old client sends and gets back is what it sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from timegate.changelog.samples import CHOICES, differing, sample
from timegate.errors import GateError
from timegate.gates import Gates
from timegate.history.list_values import FirstItem
from timegate.history.steps import ObjectConverted, ValueConverted, one_way
from timegate.wire.schema import ref


@dataclass(frozen=True, slots=True)
class BrokenLaw:
    """A payload of an old client that does not come back as it was sent.

    Args:
        version: the version that the client speaks.
        model: the model, under its name in that version's document; with the field, where it is about one.
        sent: what it sends, without what comes back.
        back: what comes back in its place; the text of the error where nothing does.
    """

    version: str
    model: str
    sent: Any
    back: Any

    def __str__(self) -> str:
        return f"{self.version} {self.model}: {self.sent!r} comes back as {self.back!r}"


def broken_laws(gates: Gates) -> list[BrokenLaw]:
    """Where a client sends an object, reads it again, and finds something else.

    For each version, a sample of each model that clients both send and get is upgraded to head and downgraded again.
    For each fact with two functions, ``to_old(to_head(value))`` is tried on old values. Both must be as before. What a
    change is declared to lose breaks the law too: compare the result with what you expect.

    Args:
        gates: the compiled changes.
    """
    found = [
        *_broken_functions(gates),
        *(law for version in gates.timeline.values for law in _broken_at(gates, version)),
    ]
    return list({str(law): law for law in found}.values())


def _broken_functions(gates: Gates) -> Iterator[BrokenLaw]:
    for (side, name, boundary), steps in gates.history.steps.items():
        older = gates.history.wires[boundary + 1]
        for step in steps:
            if not isinstance(step, ValueConverted | ObjectConverted) or not (step.to_head and step.to_old):
                continue
            # A list without items needs the object too.
            of_object = any(isinstance(one, FirstItem) and callable(one.empty) for one in (step.to_head, step.to_old))
            if of_object or one_way in (step.to_head, step.to_old):
                continue
            place = getattr(step, "key", "")
            for choice in CHOICES:
                sent = sample(step.older, older.components(side), choice)
                try:
                    back = step.to_old(step.to_head(sent))
                except Exception as error:  # a function of the user's may raise anything
                    back = repr(error)
                if back != sent:
                    model = older.components(side)[name].display_name
                    yield BrokenLaw(
                        gates.timeline.values[boundary + 1], ".".join(filter(None, [model, place])), sent, back
                    )
                    break


def _broken_at(gates: Gates, version: str) -> Iterator[BrokenLaw]:
    wire = gates.wire(version)
    reached = wire.reachable("responses")
    # A type that only a fact names is tried as a part of what holds it.
    known = gates.head.wire.requests.keys() & gates.head.wire.responses.keys()
    for name in sorted(known & wire.reachable("requests").keys()):
        component = wire.requests[name]
        if component.inline or name not in reached:
            continue
        for choice in CHOICES:
            sent = sample(ref(name), wire.requests, choice)
            back = _sent_and_read(gates, name, sent, version)
            if back != sent:
                yield BrokenLaw(version, component.display_name, *differing(sent, back))
                break


def _sent_and_read(gates: Gates, name: str, sent: Any, version: str) -> Any:
    """What comes back of a payload; the text of the error where nothing does."""
    try:
        head = gates.upgrade(name, sent, from_version=version)
        back = gates.downgrade(name, head, to_version=version)
    except GateError as error:
        return str(error)
    # What head adds is another matter: the client left it out.
    return {key: value for key, value in back.items() if key in sent} if isinstance(sent, dict) else back
