"""The shapes of payloads: the declared type, the models that a fact is about, and where the object is in the JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.cells.models import (
    Aliased,
    Allowing,
    Bare,
    Box,
    Child,
    Choices,
    Chosen,
    ChosenParcel,
    ClosedLetter,
    ClosedParcel,
    Computing,
    Data,
    Forbidding,
    Generated,
    Left,
    Node,
    North,
    Outer,
    Page,
    Parent,
    Picked,
    PickedParcel,
    Rows,
    StoppedLetter,
    StoppedParcel,
    Tagged,
    TaggedParcel,
    Twins,
    TwoAliases,
    Typed,
)

Object: TypeAlias = dict[str, Any]
"""The object that a fact is about, as JSON."""

Wrap: TypeAlias = Callable[[Object], Any]
"""Puts the object into a payload of a shape."""


def itself(parcel: Object) -> Any:
    return parcel


def leaf(parcel: Object) -> Object:
    """Return an object of the recursive model without children."""
    return {**parcel, "children": list[Object]()}


def spelled(names: Mapping[str, str]) -> Wrap:
    """Return a function that gives the keys of the object other names."""
    return lambda parcel: {names.get(key, key): value for key, value in parcel.items()}


CAMEL = {
    "parcel_label": "parcelLabel",
    "net_weight": "netWeight",
    "item_count": "itemCount",
    "box_size": "boxSize",
    "free_note": "freeNote",
}
SPELLED = {**CAMEL, "marks": "itsMarks", "grade": "itsGrade", "phase": "itsPhase"}
PASCAL = {
    "parcel_label": "ParcelLabel",
    "net_weight": "NetWeight",
    "item_count": "ItemCount",
    "box_size": "BoxSize",
    "free_note": "FreeNote",
    "marks": "Marks",
    "grade": "Grade",
    "phase": "Phase",
}
SHORT = {
    "parcel_label": "label",
    "net_weight": "weight",
    "item_count": "count",
    "box_size": "size",
    "free_note": "note",
    "marks": "labels",
    "grade": "class",
    "phase": "status",
}


@dataclass(frozen=True)
class Shape:
    """One row of the table of cells.

    Args:
        type: the declared type of the request or response.
        models: the models that the fact is about.
        in_request: puts the object into a request.
        other_in_response: puts the object into a response, where that differs from ``in_request``.
        others: payloads of that type without such an object, which no fact changes.
        overlaps: whether only the app's own function tells the arms apart, so that ``oneOf`` holds at no version.
    """

    type: Any
    models: tuple[Any, ...]
    in_request: Wrap = itself
    other_in_response: Wrap | None = None
    others: tuple[Any, ...] = ()
    overlaps: bool = False

    def in_response(self, parcel: Object) -> Any:
        return (self.other_in_response or self.in_request)(parcel)


LETTER = {"kind": "letter", "title": "a letter's", "net_weight": 3}
UNTOUCHED_TWIN: Object = {
    "parcel_label": "south", "net_weight": 3, "item_count": 0, "box_size": 0, "free_note": None, "marks": [],
    "grade": "low", "phase": "new",
}  # fmt: skip

SHAPES: dict[str, Shape] = {
    "a bare model": Shape(Bare, (Bare,)),
    "a model or null": Shape(Bare | None, (Bare,), others=(None,)),
    "a model or a scalar": Shape(Bare | int | str, (Bare,), others=(5, "title")),
    "a list": Shape(list[Bare], (Bare,), lambda parcel: [parcel, parcel], others=([],)),
    "a dict": Shape(dict[str, Bare], (Bare,), lambda parcel: {"title": parcel, "net_weight": parcel}, others=({},)),
    "a fixed tuple": Shape(tuple[int, Bare, str], (Bare,), lambda parcel: [1, parcel, "title"]),
    "a variadic tuple": Shape(tuple[Bare, ...], (Bare,), lambda parcel: [parcel, parcel, parcel], others=([],)),
    "a field of another model": Shape(
        Outer, (Bare,), lambda parcel: {"inner": parcel, "title": "another's", "net_weight": 8}
    ),
    "deep below containers": Shape(
        dict[str, list[tuple[int, Page[Bare | None] | None]]],
        (Bare,),
        lambda parcel: {"a": [[1, {"items": [parcel, None], "total": 2}], [2, None]], "b": []},
        others=({"a": [[1, None]]},),
    ),
    "a recursive model": Shape(
        Node, (Node,), lambda parcel: {**leaf(parcel), "children": [leaf(parcel), leaf(parcel)]}
    ),
    "two models that hold each other": Shape(
        Left, (Left,), lambda parcel: {**parcel, "right": {"left": {**parcel, "right": {"left": None}}}}
    ),
    "a page": Shape(Page[Bare], (Bare,), lambda parcel: {"items": [parcel, parcel], "total": 2}),
    "a generic model": Shape(Box[int], (Box,), lambda parcel: {**parcel, "content": 4}),
    "two parametrisations": Shape(
        Box[Box[str]], (Box,), lambda parcel: {**parcel, "content": {**parcel, "content": "title"}}
    ),
    "a root model": Shape(Rows, (Bare,), lambda parcel: [parcel, parcel], others=([],)),
    "a discriminated union": Shape(
        list[Tagged], (TaggedParcel,), lambda parcel: [LETTER, {**parcel, "kind": "parcel"}], others=([LETTER],)
    ),
    "a plain union with closed arms": Shape(
        list[ClosedLetter | ClosedParcel],
        (ClosedParcel,),
        lambda parcel: [{"pages": 2, "colour": "white"}, parcel],
        others=([{"pages": 2, "colour": "red"}],),
    ),
    "a callable discriminator": Shape(
        list[Picked],
        (PickedParcel,),
        lambda parcel: [{"kind": "letter", "title": "a letter's"}, {**parcel, "kind": "parcel"}],
        others=([{"kind": "letter", "title": "a letter's"}],),
        overlaps=True,
    ),
    "a callable discriminator on the touched field": Shape(
        list[Chosen], (ChosenParcel,), lambda parcel: [{"pages": 1}, parcel], others=([{"pages": 1}],)
    ),
    "arms that share tags": Shape(
        list[StoppedParcel | StoppedLetter],
        (StoppedParcel,),
        lambda parcel: [{"state": "failed", "until": 4}, {**parcel, "state": "failed"}, {**parcel, "state": "skipped"}],
        others=([{"state": "failed", "until": 4}, {"state": "deferred", "until": 5}],),
    ),
    "a dataclass": Shape(Data, (Data,)),
    "a typed dict": Shape(Typed, (Typed,)),
    "a subclass that inherits the field": Shape(Child, (Parent,), lambda parcel: {**parcel, "age": 7}),
    "two classes of one name": Shape(Twins, (North.Twin,), lambda parcel: {"north": parcel, "south": UNTOUCHED_TWIN}),
    "aliases": Shape(Aliased, (Aliased,), spelled(SPELLED)),
    "an alias generator": Shape(Generated, (Generated,), spelled(CAMEL)),
    "validation and serialization aliases that differ": Shape(
        TwoAliases, (TwoAliases,), spelled(CAMEL), spelled(PASCAL)
    ),
    "alias choices": Shape(Choices, (Choices,), spelled(SHORT), itself),
    "computed fields": Shape(Computing, (Computing,), itself, lambda parcel: {**parcel, "twice": 10}),
    "extra forbidden": Shape(Forbidding, (Forbidding,)),
    "extra allowed": Shape(Allowing, (Allowing,), lambda parcel: {**parcel, "extra": {"title": 1, "net_weight": 2}}),
}
