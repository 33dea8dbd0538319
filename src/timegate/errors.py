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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final


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
        at: the file and line of the change.
    """

    version: str
    change: str
    place: str
    problem: str
    remedy: str
    at: str = field(default="", compare=False)

    def __str__(self) -> str:
        origin = " ".join(filter(None, (self.version, self.change, self.at and f"({self.at})")))
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


KEY_LABEL: Final = "[key]"
"""What validation errors have at the end of the place of a key that is wrong itself, as pydantic writes it."""


class ArmName(str):
    """The name of a union's arm on the way to a place; validation errors have it, JSON pointers do not."""

    __slots__ = ()


@dataclass(slots=True)
class Failure:
    """One reason why a payload cannot be converted.

    Args:
        problem: what is wrong, without any of the payload's values.
        kind: the type of the validation error, as pydantic names it.
        message: the text of the validation error.
        context: the ``ctx`` of the validation error.
        read: what a reader was given at the place, where that is known; a list of one.
        path: keys, indexes and names of arms that lead to the place, innermost first.
        change: the name of the change that cannot convert the value; empty where no change is the reason.
        version: the version that declares the change; empty where no change is the reason.
    """

    problem: str
    kind: str = "value_error"
    message: str = ""
    context: Mapping[str, Any] | None = None
    read: Sequence[Any] = ()
    path: list[str | int] = field(default_factory=list[str | int])
    change: str = ""
    version: str = ""

    @property
    def location(self) -> tuple[str | int, ...]:
        """Where the failure is, outermost first, with the names of arms."""
        return tuple(reversed(self.path))

    @property
    def pointer(self) -> str:
        """Where the failure is, as a JSON pointer (RFC 6901)."""
        keys = (str(part) for part in self.location if not isinstance(part, ArmName))
        return "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in keys)


class GateError(TimegateError):
    """A gate cannot convert a payload.

    Raised as it is, and not as one of its two kinds, it says that a declared function failed on a request: the server's
    fault. ``pointer``, ``change`` and ``version`` are those of the first failure, in the names of the sender's version.

    Args:
        problem: what is wrong, without any of the payload's values.
        change: the name of the change that cannot convert the value; empty where no change is the reason.
        version: the version that declares the change; empty where no change is the reason.
        failures: every reason that was found, where there is more to say than the problem.
        count: how many reasons there are; at most the first hundred are in ``failures``.
    """

    def __init__(
        self,
        problem: str = "",
        *,
        change: str = "",
        version: str = "",
        failures: Sequence[Failure] = (),
        count: int = 0,
    ) -> None:
        self.failures: Sequence[Failure] = failures or [Failure(problem, change=change, version=version)]
        self.count: int = count or len(self.failures)
        super().__init__(self.problem)

    @property
    def problem(self) -> str:
        """What is wrong, without any of the payload's values."""
        return self.failures[0].problem

    @property
    def pointer(self) -> str:
        """The place in the payload as a JSON pointer (RFC 6901)."""
        return self.failures[0].pointer

    @property
    def change(self) -> str:
        """The name of the change that cannot convert the value; empty where no change is the reason."""
        return self.failures[0].change

    @property
    def version(self) -> str:
        """The version that declares the change; empty where no change is the reason."""
        return self.failures[0].version

    def at(self, key: str | int) -> None:
        """Say that every failure lies below ``key``; called for each object and array that the error leaves."""
        for failure in self.failures:
            failure.path.append(key)

    def __str__(self) -> str:
        origin = f" ({self.version} {self.change})" if self.change else ""
        more = f" (and {self.count - 1} more)" if self.count > 1 else ""
        return f"at {self.pointer or 'the root'}: {self.problem}{origin}{more}"


class UpgradeError(GateError):
    """An old client's payload cannot be upgraded; the client's fault."""


class DowngradeError(GateError):
    """A head payload cannot be downgraded; the server's fault."""
