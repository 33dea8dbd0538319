"""Serve every older client of an API from one set of handlers, written for today."""

from typing import TYPE_CHECKING

from timegate.changes.base import Internal, sibling
from timegate.changes.subjects import endpoint, enum, on
from timegate.context import current_version
from timegate.errors import (
    CompileError,
    DeclarationError,
    DowngradeError,
    Fault,
    GateError,
    SelectionError,
    TimegateError,
    UnknownVersion,
    UnsupportedVersion,
    UpgradeError,
    VersionSunset,
    VersionTooNew,
)
from timegate.timeline import Timeline, Version, VersionChange
from timegate.typing import JsonValue

if TYPE_CHECKING:
    from timegate.contract import Contract
    from timegate.gates import Gates
else:
    # A module that only declares changes has no use for what derives and runs gates: it is loaded when it is first
    # asked for (PEP 562). Type checkers are shown the names alone, so that they still find a name that is not there.
    def __getattr__(name):
        if name == "Contract":
            from timegate.contract import Contract

            return Contract
        if name == "Gates":
            from timegate.gates import Gates

            return Gates
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__})


__all__ = [
    "CompileError",
    "Contract",
    "DeclarationError",
    "DowngradeError",
    "Fault",
    "GateError",
    "Gates",
    "Internal",
    "JsonValue",
    "SelectionError",
    "TimegateError",
    "Timeline",
    "UnknownVersion",
    "UnsupportedVersion",
    "UpgradeError",
    "Version",
    "VersionChange",
    "VersionSunset",
    "VersionTooNew",
    "current_version",
    "endpoint",
    "enum",
    "on",
    "sibling",
]
