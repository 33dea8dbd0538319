"""The exceptions of this package, as one tree.

    TimegateError
    ├── DeclarationError      a change or a timeline is malformed
    ├── CompileError          declared changes cannot be carried out (``.faults``)
    ├── SelectionError        the version a client asks for cannot be served
    │   ├── UnknownVersion        the timeline's scheme does not parse it
    │   ├── UnsupportedVersion    it is older than the oldest version
    │   ├── VersionTooNew         it is newer than head
    │   └── VersionSunset         it is past its sunset
    └── GateError             a payload cannot be converted (``.pointer``, ``.change``)
        ├── UpgradeError          the client's fault, a 422
        └── DowngradeError        the server's fault, a 500

Each keeps its data as attributes and builds its text from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class TimegateError(Exception):
    """The root of everything this package raises."""


class DeclarationError(TimegateError):
    """A change or a timeline is malformed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why declared changes cannot be carried out.

    Args:
        version: the version whose file declares the change.
        change: the name of the change; empty where the fault has no change.
        place: the model, field, endpoint or parameter, under the name that it has right after the fact.
        problem: what cannot be done.
        remedy: the line to write instead.
    """

    version: str
    change: str
    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        origin = f"{self.version} {self.change}" if self.change else self.version
        return f"{origin}: {self.place}: {self.problem}\n    {self.remedy}"


class CompileError(TimegateError):
    """Declared changes cannot be carried out on data; every reason is in ``faults``."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(tuple(faults))
        self.faults: tuple[Fault, ...] = tuple(faults)

    def __str__(self) -> str:
        count = len(self.faults)
        head = "1 fault" if count == 1 else f"{count} faults"
        return f"{head} in the declared changes:\n" + "\n".join(f"- {fault}" for fault in self.faults)


class SelectionError(TimegateError):
    """The version a client asks for cannot be served.

    Args:
        requested: the version as the client wrote it.
        supported: the versions of the timeline, newest first.
    """

    reason = "cannot be served"

    def __init__(self, requested: str, supported: Sequence[str]) -> None:
        super().__init__(requested, tuple(supported))
        self.requested: str = requested
        self.supported: tuple[str, ...] = tuple(supported)

    def __str__(self) -> str:
        return f"Version {self.requested!r} {self.reason}. Supported: {', '.join(self.supported)}."


class UnknownVersion(SelectionError):
    """The timeline's scheme does not parse the value."""

    reason = "is not a version of this API"


class UnsupportedVersion(SelectionError):
    """The version is older than the oldest one."""

    reason = "is older than the oldest supported version"


class VersionTooNew(SelectionError):
    """The version is newer than head: the server must be upgraded first."""

    reason = "is newer than this server: upgrade the server first"


class VersionSunset(SelectionError):
    """The version is past its sunset."""

    reason = "is past its sunset"


class GateError(TimegateError):
    """A gate cannot convert a payload.

    Args:
        problem: what is wrong, without any of the payload's values.
        pointer: the place in the payload as a JSON pointer (RFC 6901), in the names of the sender's version.
        change: the name of the change that cannot convert the value; empty where no change is the reason.
        version: the version that declares the change; empty where no change is the reason.
    """

    def __init__(self, problem: str, *, pointer: str = "", change: str = "", version: str = "") -> None:
        super().__init__(problem)
        self.problem: str = problem
        self.pointer: str = pointer
        self.change: str = change
        self.version: str = version

    def at(self, key: str | int) -> None:
        """Put ``key`` before the pointer; called for each object and array that the error propagates through."""
        self.pointer = f"/{str(key).replace('~', '~0').replace('/', '~1')}{self.pointer}"

    def __str__(self) -> str:
        origin = f" ({self.version} {self.change})" if self.change else ""
        return f"at {self.pointer or 'the root'}: {self.problem}{origin}"


class UpgradeError(GateError):
    """An old client's payload cannot be upgraded; the client's fault."""


class DowngradeError(GateError):
    """A head payload cannot be downgraded; the server's fault."""
