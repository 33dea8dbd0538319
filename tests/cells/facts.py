"""The facts of the cells, each with one object as old clients and as head write it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, get_type_hints

from pydantic import ConfigDict, Field, create_model

from tests.cells.models import Grade
from tests.cells.shapes import SHAPES, Object, Shape
from timegate import Contract, Gates, Timeline, Version, VersionChange, enum, on
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
        without: the shapes in which the fact cannot be said, and why.
    """

    fact: Callable[[Models], Fact]
    old_request: Object
    head_request: Object
    head_response: Object
    old_response: Object
    without: Mapping[str, str] = field(default_factory=dict[str, str])


HEAD: Object = {
    "parcel_label": "a", "net_weight": 2, "item_count": 5, "box_size": 7, "free_note": None, "marks": ["x"],
    "grade": "top", "phase": "sold",
}  # fmt: skip


def as_head(*without: str, **changed: Any) -> Object:
    """The object as head sends it, but for some keys."""
    return {key: value for key, value in {**HEAD, **changed}.items() if key not in without}


def apart(text: str) -> tuple[int, int]:
    first, _, second = text.partition("x")
    return int(first), int(second)


def together(first: int, second: int) -> str:
    return f"{first}x{second}"


def tens_and_ones(number: int) -> tuple[int, int]:
    return divmod(number, 10)


def number_of(tens: int, ones: int) -> int:
    return 10 * tens + ones


def before(model: Any) -> Any:
    """A model as it was when its label was a title: another class altogether."""
    hints = get_type_hints(model, include_extras=True)
    fields: dict[str, Any] = getattr(model, "model_fields", {})
    kept: dict[str, Any] = {
        name: (hint, fields[name] if name in fields else Field(default_factory=lambda: None))
        for name, hint in hints.items()
        if name in HEAD.keys() | fields.keys() and name != "parcel_label"
    }
    closed: Any = getattr(model, "model_config", {}).get("extra", "ignore")
    return create_model(f"Was{model.__qualname__}", __config__=ConfigDict(extra=closed), title=(str, ...), **kept)


def labelled(old: Object) -> Object:
    return {"parcel_label" if key == "title" else key: value for key, value in old.items()}


def titled(parcel: Object) -> Object:
    return {"title" if key == "parcel_label" else key: value for key, value in parcel.items()}


OF_THE_CLASS = {"a subclass that inherits the field": "a fact about a whole model is about that class alone"}
OF_BOTH_SIDES = "requests have other keys than responses, and a function of the object is told neither"

FACTS: dict[str, FactCase] = {
    "added": FactCase(
        lambda models: models.added("net_weight"),
        old_request={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
        head_request={"parcel_label": "a", "item_count": 5, "box_size": 7, "free_note": None},
        head_response=HEAD,
        old_response=as_head("net_weight"),
    ),
    "added with a default": FactCase(
        lambda models: models.added("net_weight", default=4),
        old_request={"parcel_label": "a", "item_count": 5},
        head_request={"parcel_label": "a", "item_count": 5, "net_weight": 4},
        head_response=HEAD,
        old_response=as_head("net_weight"),
    ),
    "renamed": FactCase(
        lambda models: models.renamed("title", to="parcel_label"),
        old_request={"title": "a", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response=as_head("parcel_label", title="a"),
    ),
    "removed": FactCase(
        lambda models: models.removed("colour", was=str, backfill="red", loses="nobody reads it"),
        old_request={"parcel_label": "a", "colour": "blue", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response=as_head(colour="red"),
    ),
    "retyped": FactCase(
        lambda models: models.retyped("item_count", was=str, to_head=int, to_old=str),
        old_request={"parcel_label": "a", "item_count": "5"},
        head_request={"parcel_label": "a", "item_count": 5},
        head_response=HEAD,
        old_response=as_head(item_count="5"),
    ),
    "mapped": FactCase(
        lambda models: models.mapped("box_size", {"small": 7, "large": 9}, seen_as="large"),
        old_request={"parcel_label": "a", "box_size": "small"},
        head_request={"parcel_label": "a", "box_size": 7},
        head_response=HEAD,
        old_response=as_head(box_size="small"),
    ),
    "became scalar": FactCase(
        lambda models: models.became_scalar("item_count", was=list[int], empty=0),
        old_request={"parcel_label": "a", "item_count": [5]},
        head_request={"parcel_label": "a", "item_count": 5},
        head_response=HEAD,
        old_response=as_head(item_count=[5]),
    ),
    "split": FactCase(
        lambda models: models.split(
            "measures", into=("net_weight", "item_count"), was=str, apart=apart, together=together
        ),
        old_request={"parcel_label": "a", "measures": "2x5"},
        head_request={"parcel_label": "a", "net_weight": 2, "item_count": 5},
        head_response=HEAD,
        old_response=as_head("net_weight", "item_count", measures="2x5"),
    ),
    "merged": FactCase(
        lambda models: models.merged(
            ("tens", "ones"), into="box_size", was=(int, int), together=number_of, apart=tens_and_ones
        ),
        old_request={"parcel_label": "a", "tens": 3, "ones": 7},
        head_request={"parcel_label": "a", "box_size": 37},
        head_response=HEAD,
        old_response=as_head("box_size", tens=0, ones=7),
    ),
    "moved": FactCase(
        lambda models: models.moved("meta.size", to="box_size"),
        old_request={"parcel_label": "a", "meta": {"size": 7}},
        head_request={"parcel_label": "a", "box_size": 7},
        head_response=HEAD,
        old_response=as_head("box_size", meta={"size": 7}),
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
        head_response=as_head("net_weight"),
        old_response=as_head(net_weight=1),
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
        old_response=as_head(free_note=""),
    ),
    "became list": FactCase(
        lambda models: models.became_list("marks", was=str, empty="?"),
        old_request={"parcel_label": "a", "marks": "x"},
        head_request={"parcel_label": "a", "marks": ["x"]},
        head_response=HEAD,
        old_response=as_head(marks="x"),
    ),
    "member grew": FactCase(
        lambda _: enum(Grade).grew(Grade.TOP, seen_as=Grade.LOW),
        old_request={"parcel_label": "a", "grade": "low"},
        head_request={"parcel_label": "a", "grade": "low"},
        head_response=HEAD,
        old_response=as_head(grade="low"),
    ),
    "member shrank": FactCase(
        lambda _: enum(Grade).shrank("odd", read_as=Grade.TOP, loses="odd ones are top"),
        old_request={"parcel_label": "a", "grade": "odd"},
        head_request={"parcel_label": "a", "grade": "top"},
        head_response=HEAD,
        old_response=HEAD,
    ),
    "member renamed": FactCase(
        lambda _: enum(Grade).renamed("best", to=Grade.TOP),
        old_request={"parcel_label": "a", "grade": "best"},
        head_request={"parcel_label": "a", "grade": "top"},
        head_response=HEAD,
        old_response=as_head(grade="best"),
    ),
    "literal grew": FactCase(
        lambda models: models.literal("phase").grew("sold", seen_as="new"),
        old_request={"parcel_label": "a", "phase": "new"},
        head_request={"parcel_label": "a", "phase": "new"},
        head_response=HEAD,
        old_response=as_head(phase="new"),
    ),
    "literal shrank": FactCase(
        lambda models: models.literal("phase").shrank("lost", read_as="sold", loses="none is lost"),
        old_request={"parcel_label": "a", "phase": "lost"},
        head_request={"parcel_label": "a", "phase": "sold"},
        head_response=HEAD,
        old_response=HEAD,
    ),
    "literal renamed": FactCase(
        lambda models: models.literal("phase").renamed("gone", to="sold"),
        old_request={"parcel_label": "a", "phase": "gone"},
        head_request={"parcel_label": "a", "phase": "sold"},
        head_response=HEAD,
        old_response=as_head(phase="gone"),
    ),
    "model documented": FactCase(
        lambda models: models.documented(was={"description": "What is sent."}),
        old_request={"parcel_label": "a", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response=HEAD,
        without=OF_THE_CLASS,
    ),
    "was named": FactCase(
        lambda models: models.was_named("Package"),
        old_request={"parcel_label": "a", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response=HEAD,
        without={**OF_THE_CLASS, "two parametrisations": "two components would have one name"},
    ),
    "reshaped": FactCase(
        lambda models: models.reshaped(was=before(models.models[0]), to_head=labelled, to_old=titled),
        old_request={"title": "a", "net_weight": 2},
        head_request={"parcel_label": "a", "net_weight": 2},
        head_response=HEAD,
        old_response=as_head("parcel_label", title="a"),
        without={
            **OF_THE_CLASS,
            "two parametrisations": "each has an old type of its own",
            "a typed dict": "the old type is a model, which requires what a TypedDict leaves out",
            **dict.fromkeys(("aliases", "an alias generator", "alias choices"), OF_BOTH_SIDES),
            "validation and serialization aliases that differ": OF_BOTH_SIDES,
        },
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
