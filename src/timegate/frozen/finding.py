"""What a check finds, as a value that is printed in several formats."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from timegate.frozen.difference import Severity


class Level(enum.Enum):
    """How much a finding matters to the check."""

    ERROR = "error"
    """The check fails."""
    WARNING = "warning"
    """Somebody should look at it."""
    NOTE = "note"
    """It is as it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found.

    Args:
        level: how much it matters.
        rule: the kind of finding, in two or three words.
        place: where it is in the contract.
        message: what is so, in a sentence.
        versions: the versions whose clients it concerns, newest first.
        severity: what it means to them; None where it means nothing to them.
        remedy: what to write or do.
        reason: why it is accepted; empty where it is not.
        at: the file and line of the code that it is about, as far as they are known.
        told: what the fingerprint is made from; the place and the message where it is empty.
    """

    level: Level
    rule: str
    place: str
    message: str
    versions: tuple[str, ...] = ()
    severity: Severity | None = None
    remedy: str = ""
    reason: str = ""
    at: str = ""
    told: str = ""

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that name it in acceptances."""
        if self.told:
            return self.told
        return hashlib.sha256(f"{self.rule}|{self.place}|{self.message}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check.

    Args:
        findings: what was found, the gravest first.
        compared: the versions whose frozen contract was compared, newest first.
    """

    findings: tuple[Finding, ...]
    compared: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether something has to be done."""
        return any(one.level is Level.ERROR for one in self.findings)
