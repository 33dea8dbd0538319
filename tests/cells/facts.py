"""The facts of the cells, each with one object as old clients and as head write it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from tests.cells.shapes import SHAPES, Object, Shape
from timegate import Contract, Gates, Timeline, Version, VersionChange, on
from timegate.changes.base import Fact
from timegate.changes.subjects import Models

NEW, OLD = "2025-09-23", "2025-04-11"


@dataclass(frozen=True)
class FactCase:
    """One column of the table of cells: a fact, and one object as both versions write it.

    Args:
        fact: declares the fact about models.
        old_request: the object as an old client sends it.
        head_request: the same request, upgraded to head.
        head_response: the object as head sends it.
        old_response: the same response, downgraded to the old version.
    """

    fact: Callable[[Models], Fact]
    old_request: Object
    head_request: Object
    head_response: Object
    old_response: Object


HEAD: Object = {"parcel_label": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": None}


def apart(text: str) -> tuple[int, int]:
    first, _, second = text.partition("x")
    return int(first), int(second)


def together(first: int, second: int) -> str:
    return f"{first}x{second}"


def tens_and_ones(number: int) -> tuple[int, int]:
    return divmod(number, 10)


def number_of(tens: int, ones: int) -> int:
    return 10 * tens + ones


FACTS: dict[str, FactCase] = {
    "added": FactCase(
        lambda models: models.added("net_weight"),
        old_request={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
        head_request={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
        head_response=HEAD,
        old_response={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
    ),
    "added with a default": FactCase(
        lambda models: models.added("net_weight", default=4),
        old_request={"parcel_label": "a", "item_count": 5},
        head_request={"parcel_label": "a", "item_count": 5, "net_weight": 4},
        head_response=HEAD,
        old_response={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
    ),
    "renamed": FactCase(
        lambda models: models.renamed("title", to="parcel_label"),
        old_request={"title": "a", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response={"title": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": None},
    ),
    "removed": FactCase(
        lambda models: models.removed("colour", was=str, backfill="red", loses="nobody reads it"),
        old_request={"parcel_label": "a", "colour": "blue", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response={
            "parcel_label": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": None, "colour": "red",
        },
    ),
    "retyped": FactCase(
        lambda models: models.retyped("item_count", was=str, to_head=int, to_old=str),
        old_request={"parcel_label": "a", "item_count": "5"},
        head_request={"parcel_label": "a", "item_count": 5},
        head_response=HEAD,
        old_response={"parcel_label": "a", "net_weight": 2, "item_count": "5", "box_size": 7, "free_note": None},
    ),
    "mapped": FactCase(
        lambda models: models.mapped("box_size", {"small": 7, "large": 9}, seen_as="large"),
        old_request={"parcel_label": "a", "box_size": "small"},
        head_request={"parcel_label": "a", "box_size": 7},
        head_response=HEAD,
        old_response={"parcel_label": "a", "net_weight": 2, "item_count": 5, "box_size": "small", "free_note": None},
    ),
    "became scalar": FactCase(
        lambda models: models.became_scalar("item_count", was=list[int], empty=0),
        old_request={"parcel_label": "a", "item_count": [5]},
        head_request={"parcel_label": "a", "item_count": 5},
        head_response=HEAD,
        old_response={"parcel_label": "a", "net_weight": 2, "item_count": [5], "box_size": 7, "free_note": None},
    ),
    "split": FactCase(
        lambda models: models.split(
            "measures", into=("net_weight", "item_count"), was=str, apart=apart, together=together
        ),
        old_request={"parcel_label": "a", "measures": "2x5"},
        head_request={"parcel_label": "a", "net_weight": 2, "item_count": 5},
        head_response=HEAD,
        old_response={"parcel_label": "a", "box_size": 7, "free_note": None, "measures": "2x5"},
    ),
    "merged": FactCase(
        lambda models: models.merged(
            ("tens", "ones"), into="box_size", was=(int, int), together=number_of, apart=tens_and_ones
        ),
        old_request={"parcel_label": "a", "tens": 3, "ones": 7},
        head_request={"parcel_label": "a", "box_size": 37},
        head_response=HEAD,
        old_response={
            "parcel_label": "a", "net_weight": 2, "item_count": 5, "free_note": None, "tens": 0, "ones": 7,
        },
    ),
    "moved": FactCase(
        lambda models: models.moved("meta.size", to="box_size"),
        old_request={"parcel_label": "a", "meta": {"size": 7}},
        head_request={"parcel_label": "a", "box_size": 7},
        head_response=HEAD,
        old_response={"parcel_label": "a", "net_weight": 2, "item_count": 5, "meta": {"size": 7}, "free_note": None},
    ),
    "documented": FactCase(
        lambda models: models.documented("net_weight", was={"description": "In stones."}),
        old_request={"parcel_label": "a", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response=HEAD,
    ),
    "became non-null": FactCase(
        lambda models: models.became_non_null("net_weight", null_is=4),
        old_request={"parcel_label": "a", "net_weight": None},
        head_request={"parcel_label": "a", "net_weight": 4},
        head_response=HEAD,
        old_response=HEAD,
    ),
    "became required": FactCase(
        lambda models: models.became_required("parcel_label", default="?"),
        old_request={"net_weight": 2},
        head_request={"net_weight": 2, "parcel_label": "?"},
        head_response=HEAD,
        old_response=HEAD,
    ),
    "became optional": FactCase(
        lambda models: models.became_optional("net_weight", missing_was=1),
        old_request={"parcel_label": "a", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response={key: value for key, value in HEAD.items() if key != "net_weight"},
        old_response={**HEAD, "net_weight": 1},
    ),
    "defaulted": FactCase(
        lambda models: models.defaulted("net_weight", was=9),
        old_request={"parcel_label": "a"},
        head_request={"parcel_label": "a", "net_weight": 9},
        head_response=HEAD,
        old_response=HEAD,
    ),
    "constrained": FactCase(
        lambda models: models.constrained("net_weight", was=Annotated[int, Field(le=100)], tolerated="no client minds"),
        old_request={"parcel_label": "a", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response=HEAD,
    ),
    "became nullable": FactCase(
        lambda models: models.became_nullable("free_note", null_was=""),
        old_request={"parcel_label": "a", "free_note": ""},
        head_request={"parcel_label": "a", "free_note": ""},
        head_response=HEAD,
        old_response={"parcel_label": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": ""},
    ),
}  # fmt: skip


def timeline_of(*facts: Fact) -> Timeline:
    """Make a timeline of two versions with one change between them."""
    change = type("ChangeParcels", (VersionChange,), {"__doc__": "Parcels changed.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


def timeline_of_cell(shape: Shape, case: FactCase) -> Timeline:
    return timeline_of(case.fact(on(*shape.models)))


def timeline_of_all(shapes: dict[str, Shape], case: FactCase) -> Timeline:
    """Make one timeline that declares the fact about every model of every shape."""
    models: dict[int, Any] = {id(model): model for shape in shapes.values() for model in shape.models}
    return timeline_of(case.fact(on(*models.values())))


@cache
def gates_of(name: str, fact: str) -> Gates:
    """Compile the gates of one cell, for payloads without HTTP."""
    shape = SHAPES[name]
    return timeline_of_cell(shape, FACTS[fact]).compile(Contract.of_types(shape.type))
