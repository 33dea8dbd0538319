"""Findings that somebody has accepted, each with a reason, in a file beside the frozen contracts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from timegate.errors import TimegateError
from timegate.frozen.finding import Finding, Level
from timegate.frozen.folder import ACCEPTED
from timegate.typing import is_object


class NotAccepted(TimegateError):
    """The file of acceptances is malformed, or a finding cannot be accepted."""


@dataclass(slots=True)
class Acceptances:
    """The accepted findings of one folder.

    Args:
        file: where they are.
        entries: by fingerprint, the reason and the place of the finding.
    """

    file: Path
    entries: dict[str, dict[str, str]]

    @classmethod
    def of(cls, folder: Path) -> Acceptances:
        """Read the acceptances of a folder.

        Raises:
            NotAccepted: the file is no JSON object of objects with a reason.
        """
        file = folder / ACCEPTED
        if not file.is_file():
            return cls(file, {})
        try:
            read: object = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise NotAccepted(f"{file} is no JSON: {error}") from error
        entries: dict[str, dict[str, str]] = {}
        for fingerprint, entry in read.items() if is_object(read) else [("", None)]:
            if not is_object(entry) or not str(entry.get("reason", "")).strip():
                raise NotAccepted(f'{file}: {fingerprint or "it"} has no reason: "{fingerprint}": {{"reason": "…"}}')
            entries[fingerprint] = {key: str(value) for key, value in entry.items()}
        return cls(file, entries)

    def accept(self, finding: Finding, reason: str) -> None:
        """Accept a finding and write the file.

        Raises:
            NotAccepted: there is no reason, or the finding is a note.
        """
        if not reason.strip():
            raise NotAccepted(f"{finding.fingerprint} is accepted with a reason: --reason '…'")
        if finding.level is Level.NOTE:
            raise NotAccepted(f"{finding.fingerprint} is a {finding.level.value}, which needs no acceptance")
        self.entries[finding.fingerprint] = {"place": finding.place, "message": finding.message, "reason": reason}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.entries, indent=2, sort_keys=True, ensure_ascii=False)
        self.file.write_text(f"{text}\n", encoding="utf-8")

    def applied(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings; those that are accepted are notes, and an acceptance without a finding is a warning."""
        found = list(findings)
        known = {one.fingerprint for one in found}
        left = [entry for fingerprint, entry in self.entries.items() if fingerprint not in known]
        return [
            *(self._applied(one) for one in found),
            *(
                Finding(
                    level=Level.WARNING,
                    rule="needless acceptance",
                    place=entry.get("place", ""),
                    message="what was accepted is no longer so",
                    remedy=f"take it out of {self.file}",
                )
                for entry in left
            ),
        ]

    def _applied(self, finding: Finding) -> Finding:
        entry = self.entries.get(finding.fingerprint)
        if entry is None:
            return finding
        return replace(finding, level=Level.NOTE, reason=entry["reason"])
