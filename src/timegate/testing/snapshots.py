"""Snapshots of what each old client sends and receives: a file for each version and operation; released ones stay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final

from syrupy.assertion import SnapshotAssertion
from syrupy.data import SnapshotCollections
from syrupy.extensions.json import JSONSnapshotExtension

from timegate.testing.exchange import Exchange, steady
from timegate.version import UNRELEASED

ELSEWHERE: Final = "not-in-this-version"
"""The file with the requests of a version that are none of its operations."""

SHOWN_HEADERS: Final = ("location", "allow", "deprecation", "sunset")
"""The header fields of responses that every snapshot keeps, after the media type."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The changes of released snapshots that somebody accepted, and their trace.

    Args:
        reasons: why, by version.
        trace: the file that each accepted change adds a line to.
    """

    reasons: Mapping[str, str]
    trace: Path

    def note(self, version: str, name: str, before: str, after: str) -> None:
        """Add a line to the trace."""
        line = {
            "version": version,
            "snapshot": name,
            "reason": self.reasons[version],
            "day": datetime.now(UTC).date().isoformat(),
            "before": _digest(before),
            "after": _digest(after),
        }
        # One write each, so that processes that share the tests do not mix their lines.
        with self.trace.open("a", encoding="utf-8") as trace:
            trace.write(json.dumps(line, ensure_ascii=False) + "\n")


@dataclass(slots=True)
class ExchangeSnapshots:
    """Compares what clients of old versions sent and received with files.

    The file of an operation is ``snapshots/<version>/<operation>.json``, in the folder of the test.
    ``--snapshot-update`` writes those that are missing, and those of unreleased versions. The file of a released
    version changes only with ``--accept-released "VERSION: why"``, which adds a line to ``accepted-snapshots.jsonl``.

    Args:
        snapshot: syrupy's fixture.
        folder: where the files are.
        accepted: what the command line accepts.
        owners: the test that each file belongs to.
        test: the name of this test.
        differing: the exchanges of operations that differed from their file.
    """

    snapshot: SnapshotAssertion
    folder: Path
    accepted: Accepted
    owners: MutableMapping[str, str] = field(repr=False)
    test: str
    differing: list[Exchange] = field(default_factory=list[Exchange], repr=False)

    def match(
        self,
        exchanges: Iterable[Exchange],
        *,
        name: str = "",
        headers: Iterable[str] = (),
        replaced: Callable[[Any], Any] | None = None,
    ) -> None:
        """Compare exchanges with their files; all differences at once.

        Args:
            exchanges: what clients sent and received: ``client.exchanges``.
            name: a folder below that of the version, where other tests write about the same operations.
            headers: further header fields of responses to keep.
            replaced: replaces what differs each time, in an exchange as it will be written; `steady` ids and moments.

        Raises:
            AssertionError: an operation's exchanges differ from their file.
        """
        __tracebackhide__ = True
        shown = ("content-type", *map(str.lower, headers), *SHOWN_HEADERS)
        groups: dict[tuple[str, str | None], list[Exchange]] = {}
        for exchange in exchanges:
            groups.setdefault((exchange.version, exchange.operation), []).append(exchange)
        differences: list[str] = []
        for (version, operation), group in groups.items():
            written = [one.written(shown) for one in group]
            data = written if replaced is None else list(map(replaced, written))
            difference = self._difference(version, operation, data, name)
            if difference:
                differences.append(difference)
                self.differing += group
        assert not differences, "\n\n".join(differences)

    def _difference(self, version: str, operation: str | None, exchanges: list[Any], name: str) -> str:
        """How the exchanges of one operation differ from their file; empty where they do not, or it is written."""
        index = "/".join(filter(None, (version, name, file_name(operation))))
        owner = self.owners.setdefault(str(self.folder / index), self.test)
        if owner != self.test:
            return f"{index}.json belongs to {owner}: give one of them a folder of its own, match(…, name='…')"
        file = self.folder / f"{index}.json"
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        frozen = before != "" and version != UNRELEASED
        snapshot = self.snapshot.use_extension(_extension(self.folder))
        updates = snapshot.update_snapshots
        snapshot.update_snapshots = version in self.accepted.reasons if frozen else updates
        written = {"operation": operation, "exchanges": exchanges}
        after = serialized(written)
        if snapshot(name=index) == written:
            if frozen and not _is_same(before, after):
                self.accepted.note(version, index, before, after)
            return ""
        there, here = before.splitlines(), after.splitlines()
        lines = [*unified_diff(there, here, f"{index}.json", "this time", lineterm="", n=2)]
        if frozen:
            lines.append(
                f"{version} is released, and its clients stay as they are"
                + (": --snapshot-update leaves this file as it is. " if updates else ". ")
                + self._remedy(version, before, after)
            )
        elif not before:
            lines.append("If it is right: pytest --snapshot-update")
        return "\n".join(lines)

    def _remedy(self, version: str, before: str, after: str) -> str:
        """What to do about a released file that differs."""
        if _is_same(steady(before), steady(after)):
            return "Only ids and moments differ: delete the file, and write it with match(…, replaced=steady)"
        return f'If this change does not break them: pytest --accept-released "{version}: why"'


def file_name(operation: str | None) -> str:
    """The name of an operation's file: ``items.item_id.GET`` for ``"GET /items/{item_id}"``."""
    if operation is None:
        return ELSEWHERE
    method, _, path = operation.partition(" ")
    words = [word.replace("{", "").replace("}", "") for word in path.split("/") if word]
    return ".".join([*words, method])


def serialized(data: Any) -> str:
    """JSON as a snapshot has it, with the order of keys that is on the wire."""
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _is_same(one: str, other: str) -> bool:
    """Whether two snapshots say the same: in JSON, the order of an object's keys means nothing (RFC 8259)."""
    try:
        return one == other or json.dumps(json.loads(one), sort_keys=True) == json.dumps(
            json.loads(other), sort_keys=True
        )
    except ValueError:
        return False


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def _extension(folder: Path) -> type[JSONSnapshotExtension]:
    """Syrupy's way to a folder with a file for each snapshot, which is called ``version/operation``."""

    class OneFileEach(JSONSnapshotExtension):
        @classmethod
        def dirname(cls, *, test_location: Any) -> str:
            return str(folder)

        @classmethod
        def get_file_basename(cls, *, test_location: Any, index: Any) -> str:
            return str(index)

        @classmethod
        def matches_test_location(cls, *, test_location: Any, snapshot_location: str) -> bool:
            return folder in Path(snapshot_location).parents

        def discover_snapshots(self, **_: Any) -> SnapshotCollections:
            """Find none, so that no update deletes what a test has not asked for this time."""
            return SnapshotCollections()

        def serialize(self, data: Any, **_: Any) -> str:
            return serialized(data)

        def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:
            return _is_same(snapshot_data, serialized_data)

    return OneFileEach
