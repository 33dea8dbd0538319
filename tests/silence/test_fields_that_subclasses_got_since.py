"""A subclass may have got a field since that is called as a field of its base was: facts about the older one hold."""

from pydantic import BaseModel

from timegate import Contract, Timeline, Version, VersionChange, on


class Place(BaseModel):
    row: list[int] | None = None


class Thing(BaseModel):
    place: Place


class Named(Thing):
    row: str = "first"


class NamedRows(VersionChange):
    """A named thing has a row, which is another than that of its place."""

    changes = (on(Named).added("row"),)


class Moved(VersionChange):
    """A row may be unknown, and is that of a place."""

    changes = (on(Thing).became_nullable("row", null_was=[18, 7]), on(Thing).moved("row", to="place.row"))


def test_a_fact_about_a_field_of_a_base_holds_where_a_subclass_has_another_one_since() -> None:
    timeline = Timeline(Version("2026-01-01", NamedRows), Version("2025-01-01", Moved), Version("2024-01-01"))
    gates = timeline.compile(Contract.of_types(Thing, Named))
    head = {"place": {"row": None}}
    assert gates.downgrade(Thing, head, to_version="2024-01-01") == {"row": [18, 7]}
    assert gates.downgrade(Named, {**head, "row": "first"}, to_version="2024-01-01") == {"row": [18, 7]}
    assert gates.downgrade(Named, {**head, "row": "first"}, to_version="2025-01-01") == head
