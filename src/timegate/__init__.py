"""Serve every older client of an API from one set of handlers, written for today."""

from importlib import import_module
from typing import TYPE_CHECKING

from timegate.changes.base import Internal
from timegate.changes.subjects import endpoint, enum, on, sibling
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
from timegate.timeline import Timeline
from timegate.typing import JsonValue
from timegate.version import Version, VersionChange

if TYPE_CHECKING:
    from timegate.contract import Contract
    from timegate.gates import Gates, Hazard, merged_onto
else:
    # A module that only declares changes does not need what compiles and runs gates, so that is imported on first use
    # (PEP 562). Type checkers see only the imports above, so that they still report a name that does not exist.
    _MODULES = {"Contract": "timegate.contract", **dict.fromkeys(("Gates", "Hazard", "merged_onto"), "timegate.gates")}

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name]), name)

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
    "Hazard",
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
    "merged_onto",
    "on",
    "sibling",
]
