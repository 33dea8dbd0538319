"""What a check tells besides differences: changes that do nothing, places that slip away, versions that have ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from timegate.changes.base import Loss
from timegate.contract import Contract
from timegate.frozen.contract import extension
from timegate.frozen.difference import Severity
from timegate.frozen.finding import Finding, Level
from timegate.gates import Gates
from timegate.timeline import Timeline
from timegate.typing import Document
from timegate.version import Version, shown


def ended(timeline: Timeline) -> Iterator[Finding]:
    """The versions that are past their sunset."""
    now = datetime.now(UTC)
    for version in timeline.released:
        if version.lifecycle.is_over(now):
            yield Finding(
                level=Level.WARNING,
                rule="past its sunset",
                place=version.value,
                message="the version is no longer served, and its changes are still compiled",
                versions=(version.value,),
                remedy=f"once no client asks for it: timegate retire {version.value} module:app --usage FILE",
            )


def newly_listed(frozen: Document, contract: Contract) -> Iterator[Finding]:
    """The places that no gate converts, or that lost a form, since the newest contract was frozen."""
    for rule, today, message, remedy in (
        ("newly opaque", contract.opaque, "no schema describes it any more, so no gate converts it", "give it a type"),
        (
            "newly narrowed",
            contract.narrowed,
            "a validator reads more there than the schema says, which old clients may no longer send once it changes",
            "describe the form, or declare on(…).vouched(…)",
        ),
    ):
        known = extension(frozen, rule.removeprefix("newly "))
        for place in today:
            if place not in known:
                yield Finding(level=Level.WARNING, rule=rule, place=place, message=message, remedy=remedy)


def never_firing(gates: Gates) -> Iterator[Finding]:
    """The facts about objects that no client of an older version sends or gets."""
    for origin in gates.idle:
        yield Finding(
            level=Level.WARNING,
            rule="never fires",
            place=origin.change,
            message=f"no older version has an operation with such an object: {origin.fact}",
            versions=_older(gates.timeline, origin.version),
            remedy="remove the fact",
            at=_declared_at(gates.timeline, origin.change),
        )


def hazards(gates: Gates) -> Iterator[Finding]:
    """Where old clients that write back what they read lose what they cannot know."""
    for one in gates.hazards:
        what = "erase" if one.kind == "erased" else "write back what they read in place of"
        place = f"{one.model}.{one.field}" if one.field else one.model
        yield Finding(
            level=Level.NOTE,
            rule="hazard of loss",
            place=one.operation,
            message=f"old clients {what} {place}: {one.change}, {one.fact}",
            versions=_older(gates.timeline, one.version),
            severity=Severity.RISKY,
            at=_declared_at(gates.timeline, one.change),
        )


def untruths(gates: Gates, unfrozen: Iterable[Version]) -> Iterator[Finding]:
    """What old clients are told that is not so; a warning as long as it can still be decided otherwise."""
    open_ones = {version.value for version in unfrozen}
    for one in gates.untruths:
        yield Finding(
            level=Level.WARNING if one.version in open_ones else Level.NOTE,
            rule="told what is not so",
            place=one.place,
            message=f"old clients read {one.told}: {one.change}, {one.fact}",
            versions=_older(gates.timeline, one.version),
            severity=Severity.RISKY,
            remedy="give old clients what is so, if there is something; or accept it with a reason",
            at=_declared_at(gates.timeline, one.change),
        )


def _older(timeline: Timeline, version: str) -> tuple[str, ...]:
    """The versions whose clients a change of a version is about."""
    return tuple(one.value for one in timeline.versions[timeline.index(version) + 1 :])


def _declared_at(timeline: Timeline, name: str) -> str:
    """Where a change is."""
    changes = (one for version in timeline for one in version.changes if one.__qualname__ == name)
    return next((shown(one.declared_at) for one in changes), "")


def forgotten_twins(gates: Gates, unfrozen: Iterable[Version]) -> Iterator[Finding]:
    """The models whose field is still as it was, while a new change is about that of others."""
    open_ones = {version.value for version in unfrozen}
    for twin in gates.kept_twins:
        if twin.version in open_ones:
            both = twin.fact.replace(").", f", {twin.model}).", 1)
            yield Finding(
                level=Level.WARNING,
                rule="forgotten twin",
                place=f"{twin.model}.{twin.field}",
                message=f"is as it was, {twin.why}, while {twin.change} has {twin.fact}",
                remedy=f"change it too: {both}; or leave it, if it is something else: "
                f"on({twin.model}).unchanged('why'); once the version is frozen, this is told no more",
                at=_declared_at(gates.timeline, twin.change),
            )


def losses(timeline: Timeline) -> Iterator[Finding]:
    """The facts that lose data, where the timeline promises that none does."""
    if "lossless" not in (timeline.promises.default, *timeline.promises.operations.values()):
        return
    for version in timeline:
        for change in version.changes:
            for fact in change.changes:
                if fact.loss in (Loss.TO_OLD, Loss.TO_HEAD):
                    yield Finding(
                        level=Level.ERROR,
                        rule="loses data",
                        place=change.__qualname__,
                        message=f"loses data {fact.loss.value}, and the promise is lossless: {fact}",
                        versions=_older(timeline, version.value),
                        remedy="keep the data under another key, or promise 'exact'",
                        at=shown(change.declared_at),
                    )
