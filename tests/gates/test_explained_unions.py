"""An explanation shows payloads of versions between the client's and head: head need not read those."""

from __future__ import annotations

from pydantic import BaseModel

from tests.cells.refused import NEW, OLD, change_of
from timegate import Contract, Timeline, Version, on


class Named(BaseModel):
    label: int
    size: int


class Plain(BaseModel):
    size: int
    depth: int = 0


class Holder(BaseModel):
    thing: Named | Plain


def test_what_an_upgrade_passes_is_explained() -> None:
    """It was refused: head would read the payload of the middle version as another arm of the union."""
    timeline = Timeline(
        Version(NEW, change_of("Second", on(Named).renamed("name", to="label"))),
        Version("2025-06-01", change_of("First", on(Named).renamed("title", to="name"))),
        Version(OLD),
    )
    gates = timeline.compile(Contract.of_types(receives=[Holder]))
    sent = {"thing": {"title": 1, "size": 2}}
    assert gates.upgrade(Holder, sent, from_version=OLD) == {"thing": {"label": 1, "size": 2}}
    assert [(step.before, step.after) for step in gates.explain(Holder, sent, from_version=OLD).steps] == [
        (sent, {"thing": {"name": 1, "size": 2}}),
        ({"thing": {"name": 1, "size": 2}}, {"thing": {"label": 1, "size": 2}}),
    ]
