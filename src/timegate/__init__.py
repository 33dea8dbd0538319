"""Serve every older client of an API from one set of handlers, written for today."""

from timegate.changes.base import Internal, sibling
from timegate.changes.subjects import endpoint, enum, on
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
from timegate.gates import Gates
from timegate.timeline import Timeline, Version, VersionChange
from timegate.typing import JsonValue

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
