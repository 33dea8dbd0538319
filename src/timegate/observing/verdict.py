"""Whether a build honours what clients were seen to do: versions and operations, under its ceiling and its sunsets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from timegate.gates import Gates
from timegate.observing.event import OTHER, UNKNOWN
from timegate.observing.usage import Usage
from timegate.wire.paths import plain_path, without_names


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that a client was served, and would not be.

    Args:
        seen: what it was served.
        reason: why it would not be.
    """

    seen: Usage
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of all that was seen.

    Args:
        honoured: how many requests would be served as before.
        clients: of how many clients.
        versions: at which versions, newest first.
        broken: what would not be served.
    """

    honoured: int
    clients: int
    versions: tuple[str, ...]
    broken: tuple[Broken, ...]


def verdict(
    seen: Iterable[Usage], gates: Gates, *, newest: int, now: datetime, during_sunset: Collection[str] = ()
) -> Verdict:
    """Judge a build by what was seen.

    Args:
        seen: what was counted.
        gates: the build's.
        newest: the index of the newest version that it offers, its ceiling.
        now: the moment for which sunsets count.
        during_sunset: the paths of the operations that are served past the sunset too.
    """
    keys, timeline = Keys(gates), gates.timeline
    versions = {version.value: (index, version) for index, version in enumerate(timeline)}
    broken, honoured = list[Broken](), list[Usage]()
    for one in seen:
        # What was refused, or failed, is no worse than before.
        if one.version == UNKNOWN or one.problem or one.status >= 400:
            continue
        index, version = versions.get(one.version, (0, None))
        reason = f"version {one.version} is not in this build"
        if version is not None:
            ended = version.lifecycle.is_over(now) and not keys.is_at(one.operation, during_sunset)
            reason = _reason(one, keys, above=index < newest, top=timeline.values[newest], ended=ended)
        if reason:
            broken.append(Broken(one, reason))
        else:
            honoured.append(one)
    return Verdict(
        honoured=sum(one.number for one in honoured),
        clients=len({one.client for one in honoured}),
        versions=tuple(value for value in timeline.values if any(one.version == value for one in honoured)),
        broken=tuple(broken),
    )


def _reason(one: Usage, keys: Keys, *, above: bool, top: str, ended: bool) -> str:
    """Why something is not served any more; empty where it is."""
    if above:
        return f"version {one.version} is above the ceiling, {top}"
    if ended:
        return f"version {one.version} is past its sunset"
    if one.operation != OTHER and not keys.has(one.operation, one.version):
        return f"version {one.version} has no {one.operation}"
    return ""


class Keys:
    """Finds an operation by any method and path that it has, or had at head, in any version.

    Args:
        gates: of the build.
    """

    def __init__(self, gates: Gates) -> None:
        self._gates = gates
        self._keys: dict[str, str] = {}
        for version in gates.timeline.values:
            for gate in gates.operations(version):
                self._keys.setdefault(_plain(gate.key), gate.key)
                self._keys.setdefault(_plain(f"{gate.method} {gate.path}"), gate.key)
        self._exist: Mapping[str, frozenset[str]] = {
            version: frozenset(gate.key for gate in gates.operations(version) if gate.exists)
            for version in gates.timeline.values
        }

    def key(self, operation: str) -> str | None:
        """The key of an operation; None where the build has none."""
        return self._keys.get(_plain(operation))

    def has(self, operation: str, version: str) -> bool:
        """Whether a version has an operation."""
        return self.key(operation) in self._exist[version]

    def is_at(self, operation: str, paths: Collection[str]) -> bool:
        """Whether an operation is at one of some paths of head, with convertors or without."""
        _, _, path = (self.key(operation) or "").partition(" ")
        return path in paths or plain_path(path) in paths


def _plain(operation: str) -> str:
    method, _, path = operation.partition(" ")
    return f"{method} {without_names(plain_path(path))}"
