"""Adds to the remedy of a fault the one fact that several facts of a change are likely to mean together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from timegate.changes.base import UNSET, ModelFact, name_of
from timegate.changes.fields import Added, Removed, Renamed
from timegate.errors import Fault
from timegate.timeline import Timeline


def hinted(timeline: Timeline, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults, those of fields that went and came in one change with a fact that says both at once.

    Args:
        timeline: the versions and their changes.
        faults: of all their changes.
    """
    hints = {
        (change.__qualname__, place): hint
        for version in timeline
        for change in version.changes
        for place, hint in _hints([fact for fact in change.changes if isinstance(fact, ModelFact)])
    }
    for fault in faults:
        hint = hints.get((fault.change, fault.place))
        yield fault if hint is None else replace(fault, remedy=f"{fault.remedy}; or {hint}")


def _hints(facts: list[ModelFact]) -> Iterator[tuple[str, str]]:
    """The fact that says at once what others say of one model, by the place of each field that those are about."""
    for models in dict.fromkeys(fact.models for fact in facts):
        own = [fact for fact in facts if fact.models == models]
        came = [field for fact in own if isinstance(fact, Added) and fact.default is UNSET for field in fact.fields]
        went = {field: name_of(fact.was) for fact in own if isinstance(fact, Removed) for field in fact.fields}
        hint = _hint(own[0].subject_code(), came, went, {one.old: one.to for one in own if isinstance(one, Renamed)})
        for field in (*came, *went) if hint else ():
            yield from ((f"{name_of(model)}.{field}", hint) for model in models)


def _hint(subject: str, came: list[str], went: dict[str, str], renamed: dict[str, str]) -> str:
    """The fact in place of others, if they are as many as it is about; empty for any others."""
    if len(went) == 1 and len(came) == 1:
        ((old, was),) = went.items()
        new = came[0]
        return (
            f"{subject}.renamed({old!r}, to={new!r}) if it is the same field, "
            f"and {subject}.retyped({new!r}, was={was}, …) if its values differ"
        )
    if len(went) == 1 and came:
        ((old, was),) = went.items()
        into = ", ".join(map(repr, came))
        return f"{subject}.split({old!r}, into=({into}), was={was}, apart=…, together=…) if it became these"
    if len(came) == 1 and went:
        parts = ", ".join(map(repr, went))
        return (
            f"{subject}.merged(({parts}), into={came[0]!r}, was=({', '.join(went.values())}), together=…, apart=…) "
            "if they became it"
        )
    if not went and came and len(renamed) == 1:
        ((old, new),) = renamed.items()
        into = ", ".join(map(repr, (new, *came)))
        return f"{subject}.split({old!r}, into=({into}), was=…, apart=…, together=…) if it became these"
    return ""
