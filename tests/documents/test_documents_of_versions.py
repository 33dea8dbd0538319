"""The OpenAPI document of a version names that version."""

from __future__ import annotations

from pydantic import BaseModel

from timegate import Contract, Timeline, Version, VersionChange, on


class Note(BaseModel):
    text: str
    pinned: bool = False


class PinNotes(VersionChange):
    """Notes may be pinned."""

    changes = (on(Note).added("pinned"),)


def test_each_document_has_the_version_in_its_info() -> None:
    timeline = Timeline(Version("2025-02-01", PinNotes), Version("2025-01-01"))
    gates = timeline.compile(Contract.of_types(Note))

    assert [gates.contract(version)["info"]["version"] for version in timeline.values] == ["2025-02-01", "2025-01-01"]
