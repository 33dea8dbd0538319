"""Edits of members of enums and literals."""

from __future__ import annotations

from typing import Final

from tests.frozen.edits.edit import Edit

EDITS: Final = (
    Edit(
        "another member on both sides",
        '    small = "small"\n',
        '    small = "small"\n    medium = "medium"\n',
        "Size",
        "breaking",
        'enum(Size).grew("medium", seen_as=undecided(',
    ),
    Edit(
        "another member in requests",
        '    web = "web"\n',
        '    web = "web"\n    phone = "phone"\n',
        "Channel",
        "additive",
        'enum(Channel).grew("phone")',
        True,
    ),
    Edit(
        "a member less in responses",
        '    lost = "lost"\n',
        "",
        "Stage",
        "additive",
        'enum(Stage).shrank("lost", read_as=undecided(',
    ),
    Edit(
        "a member less in requests",
        '    web = "web"\n',
        "",
        "Channel",
        "breaking",
        'enum(Channel).shrank("web", read_as=undecided(',
    ),
    Edit(
        "another value of a literal in responses",
        'Literal["open", "done"]',
        'Literal["open", "done", "late"]',
        "Order.state",
        "breaking",
        'on(Order).literal("state").grew("late", seen_as=undecided(',
    ),
    Edit(
        "a member renamed",
        '    north = "north"\n',
        '    arctic = "northern"\n',
        "Zone",
        "breaking",
        'renamed: enum(Zone).renamed("north", to="northern")',
        settled='enum(Zone).renamed("north", to="northern")',
    ),
    Edit(
        "another member of what keys are made of",
        '    north = "north"\n',
        '    north = "north"\n    west = "west"\n',
        "Zone",
        "breaking",
        'enum(Zone).open(undecided("why do old clients get along with ',
        settled='enum(Zone).open("they skip what they do not know").grew("west")',
    ),
    Edit(
        "a value of a literal renamed",
        'Literal["1", "2"]',
        'Literal["1", "second"]',
        "Parcel.level",
        "breaking",
        'renamed: on(Parcel).literal("level").renamed("2", to="second")',
        settled='on(Parcel).literal("level").renamed("2", to="second")',
    ),
)
