"""What no client ever gets is in no explanation of a downgrade, and its removal is no change's doing."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from timegate import Contract, Gates, Internal, Timeline, Version, VersionChange, on, sibling
from timegate.changes.base import Fact


class Keeper(BaseModel):
    name: str = ""
    secret: Annotated[int, Internal()] = 0


class Label(BaseModel):
    text: str = ""


class Holder(BaseModel):
    keepers: list[Keeper] = []
    label: Label = Label()


HEADS = {"keepers": [{"name": "a", "secret": 7}], "label": {"text": "t"}}
NAMED: dict[str, tuple[Fact, ...]] = {"2030-01-01": (on(Keeper).renamed("title", to="name"),)}
LABELLED: dict[str, tuple[Fact, ...]] = {"2028-01-01": (on(Label).renamed("words", to="text"),)}
NOTHING: dict[str, tuple[Fact, ...]] = {"2029-01-01": (), "2001-01-01": ()}


def gates_of(declared: dict[str, tuple[Fact, ...]]) -> Gates:
    versions: list[Version] = []
    for value, facts in sorted(declared.items(), reverse=True):
        body: dict[str, Any] = {"__doc__": "A change.", "changes": facts}
        versions.append(Version(value, *([type(f"Of{value[:4]}", (VersionChange,), body)] if facts else [])))
    return Timeline(*versions).compile(Contract.of_types(Holder))


@pytest.mark.parametrize("declared", [NAMED, LABELLED, {**NAMED, **LABELLED}], ids=["its own", "another", "both"])
def test_an_explanation_ends_with_what_the_client_gets_and_begins_with_what_the_newest_one_gets(
    declared: dict[str, tuple[Fact, ...]],
) -> None:
    gates = gates_of({**declared, **NOTHING})
    for version in gates.timeline.values:
        steps = gates.explain(Holder, HEADS, to_version=version).steps
        assert [step.version for step in steps] == [one for one in sorted(declared, reverse=True) if one > version]
        shapes = [step.before for step in steps[:1]] + [step.after for step in steps]
        newer = [
            gates.timeline.values[0],
            *(gates.timeline.values[gates.timeline.index(one.version) + 1] for one in steps),
        ]
        assert shapes == [gates.downgrade(Holder, HEADS, to_version=one) for one in newer[: len(shapes)]]


def test_a_change_that_does_not_concern_the_client_is_not_blamed_for_what_no_client_gets() -> None:
    gates = gates_of({**LABELLED, **NOTHING})
    assert gates.explain(Keeper, {"name": "a", "secret": 7}, to_version="2001-01-01").steps == ()


def test_an_old_field_that_is_filled_from_what_no_client_gets_appears_where_the_change_brought_it() -> None:
    filled = on(Keeper).removed("number", was=int, backfill=sibling("secret"), loses="nobody asks for it")
    gates = gates_of({"2030-01-01": (on(Keeper).renamed("title", to="name"),), "2028-01-01": (filled,), **NOTHING})
    first, second = gates.explain(Keeper, {"name": "a", "secret": 7}, to_version="2001-01-01")
    assert (first.before, first.after) == ({"name": "a"}, {"title": "a"})
    assert (second.before, second.after) == ({"title": "a"}, {"title": "a", "number": 7})
