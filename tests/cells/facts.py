"""The facts of the cells, each with one object as old clients and head write it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.cells.shapes import SHAPES, Object, Shape
from timegate import Contract, Gates, Timeline, Version, VersionChange, on
from timegate.changes.base import Fact
from timegate.changes.subjects import Models

NEW, OLD = "2025-09-23", "2025-04-11"


@dataclass(frozen=True)
class Told:
    """One column of the table.

    Args:
        fact: tells it about models.
        sent: what an old client sends.
        received: what head gets of that.
        answered: what head answers.
        read: what an old client gets of that.
    """

    fact: Callable[[Models], Fact]
    sent: Object
    received: Object
    answered: Object
    read: Object


HEAD: Object = {"parcel_label": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": None}


TOLD: dict[str, Told] = {
    "added": Told(
        lambda models: models.added("net_weight"),
        sent={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
        received={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
        answered=HEAD,
        read={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
    ),
    "added with a default": Told(
        lambda models: models.added("net_weight", default=4),
        sent={"parcel_label": "a", "item_count": 5},
        received={"parcel_label": "a", "item_count": 5, "net_weight": 4},
        answered=HEAD,
        read={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
    ),
    "renamed": Told(
        lambda models: models.renamed("title", to="parcel_label"),
        sent={"title": "a", "net_weight": 2},
        received={"parcel_label": "a", "net_weight": 2},
        answered=HEAD,
        read={"title": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": None},
    ),
    "removed": Told(
        lambda models: models.removed("colour", was=str, backfill="red", loses="nobody reads it"),
        sent={"parcel_label": "a", "colour": "blue", "net_weight": 2},
        received={"parcel_label": "a", "net_weight": 2},
        answered=HEAD,
        read={
            "parcel_label": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": None, "colour": "red",
        },
    ),
    "retyped": Told(
        lambda models: models.retyped("item_count", was=str, to_head=int, to_old=str),
        sent={"parcel_label": "a", "item_count": "5"},
        received={"parcel_label": "a", "item_count": 5},
        answered=HEAD,
        read={"parcel_label": "a", "net_weight": 2, "item_count": "5", "box_size": 7, "free_note": None},
    ),
    "moved": Told(
        lambda models: models.moved("meta.size", to="box_size"),
        sent={"parcel_label": "a", "meta": {"size": 7}},
        received={"parcel_label": "a", "box_size": 7},
        answered=HEAD,
        read={"parcel_label": "a", "net_weight": 2, "item_count": 5, "meta": {"size": 7}, "free_note": None},
    ),
    "became nullable": Told(
        lambda models: models.became_nullable("free_note", null_was=""),
        sent={"parcel_label": "a", "free_note": ""},
        received={"parcel_label": "a", "free_note": ""},
        answered=HEAD,
        read={"parcel_label": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": ""},
    ),
}  # fmt: skip


def timeline_of(*facts: Fact) -> Timeline:
    """Two versions, and one change between them."""
    change = type("ChangeParcels", (VersionChange,), {"__doc__": "Parcels changed.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


def timeline_of_cell(shape: Shape, told: Told) -> Timeline:
    return timeline_of(told.fact(on(*shape.models)))


def timeline_of_all(shapes: dict[str, Shape], told: Told) -> Timeline:
    """One timeline in which the fact is told of every model of every shape."""
    models: dict[int, Any] = {id(model): model for shape in shapes.values() for model in shape.models}
    return timeline_of(told.fact(on(*models.values())))


@cache
def gates_of(name: str, fact: str) -> Gates:
    """The gates of one cell, for payloads without HTTP."""
    shape = SHAPES[name]
    return timeline_of_cell(shape, TOLD[fact]).compile(Contract.of_types(shape.type))
