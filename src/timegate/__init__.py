"""Serve every older client of an API from one set of handlers, written for today."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timegate.changes.base import Internal
    from timegate.changes.subjects import endpoint, enum, on, sibling
    from timegate.context import current_version
    from timegate.contract import Contract
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
    from timegate.gates import Gates, Hazard, merged_onto
    from timegate.placeholder import undecided
    from timegate.promises import Promises
    from timegate.timeline import Timeline, dates, semver
    from timegate.typing import JsonValue
    from timegate.version import Version, VersionChange
else:
    # Each module is imported on first use (PEP 562): who declares changes does not need what compiles them, and pytest
    # loads the plugin of this package in every run of everybody who has it installed. Type checkers see only the
    # imports above, so that they still report a name that does not exist.
    _NAMES = {
        "changes.base": ("Internal",),
        "changes.subjects": ("endpoint", "enum", "on", "sibling"),
        "context": ("current_version",),
        "contract": ("Contract",),
        "errors": (
            "CompileError", "DeclarationError", "DowngradeError", "Fault", "GateError", "SelectionError",
            "TimegateError", "UnknownVersion", "UnsupportedVersion", "UpgradeError", "VersionSunset", "VersionTooNew",
        ),
        "gates": ("Gates", "Hazard", "merged_onto"),
        "placeholder": ("undecided",),
        "promises": ("Promises",),
        "timeline": ("Timeline", "dates", "semver"),
        "typing": ("JsonValue",),
        "version": ("Version", "VersionChange"),
    }  # fmt: skip
    _MODULES = {name: f"timegate.{module}" for module, names in _NAMES.items() for name in names}

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
    "Promises",
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
    "dates",
    "endpoint",
    "enum",
    "merged_onto",
    "on",
    "semver",
    "sibling",
    "undecided",
]
