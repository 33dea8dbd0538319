"""What a client has to do to speak a newer version: of all changes, those that touch what it was seen to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from timegate.changelog.entries import ChangeEntry, changelog
from timegate.errors import TimegateError
from timegate.gates import Gates
from timegate.observing.event import OTHER
from timegate.observing.usage import Usage
from timegate.observing.verdict import Keys


class NotSeen(TimegateError):
    """There is nothing to guide: the client was not seen, or speaks the version already."""


@dataclass(frozen=True, slots=True)
class Met:
    """A change that a client meets.

    Args:
        version: the version that has it.
        entry: what the changelog says of it.
        operations: those that the client was seen to use and that it touches.
    """

    version: str
    entry: ChangeEntry
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """What one client has to do.

    Args:
        client: the client.
        spoken: the versions that it was seen to speak, newest first.
        to: the version that it shall speak.
        changes: how many changes lie between.
        met: those that touch it, the oldest first.
    """

    client: str
    spoken: tuple[str, ...]
    to: str
    changes: int
    met: tuple[Met, ...]


def guide(seen: Iterable[Usage], gates: Gates, *, client: str, to: str) -> Guide:
    """Guide a client to a newer version.

    Args:
        seen: what was counted.
        gates: the build's.
        client: the client.
        to: the version that it shall speak.

    Raises:
        NotSeen: it was not seen, or only at that version or newer ones.
        UnknownVersion: there is no such version.
    """
    timeline, keys = gates.timeline, Keys(gates)
    target = timeline.index(to)
    rows = [one for one in seen if one.client == client and one.version in timeline.values]
    used: dict[str, set[str]] = {}
    for one in rows:
        key = None if one.operation == OTHER else keys.key(one.operation)
        used.setdefault(one.version, set()).update(() if key is None else (key,))
    older = {version: found for version, found in used.items() if timeline.index(version) > target}
    if not rows:
        raise NotSeen(f"{client!r} was not seen at any version of this build")
    if not older:
        spoken = ", ".join(sorted(used, reverse=True))
        raise NotSeen(f"{client!r} needs no guide: it speaks {spoken}, and shall speak {to}")
    touched: dict[tuple[str, str], set[str]] = {}
    for version, operations in older.items():
        for key in operations:
            for touch in gates.touching(version)[key]:
                touched.setdefault((touch.version, touch.change.__qualname__), set()).add(key)
    between = timeline.versions[target : max(map(timeline.index, older))]
    met = [
        Met(entry.version.value, change, tuple(sorted(touched[entry.version.value, change.name])))
        for entry in changelog(gates)
        if entry.version in between
        for change in entry.changes
        if (entry.version.value, change.name) in touched
    ]
    return Guide(
        client=client,
        spoken=tuple(value for value in timeline.values if value in older),
        to=to,
        changes=sum(not change.hidden for version in between for change in version.changes),
        met=tuple(reversed(met)),
    )
