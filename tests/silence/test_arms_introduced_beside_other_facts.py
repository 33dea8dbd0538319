"""A model that older versions do not know reaches no old client, whatever else the same version says of its place."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from tests.silence.old_client import OLD, changed, gates_of
from timegate import CompileError, Contract, Timeline, Version, on
from timegate.changes.base import Fact


class Circle(BaseModel):
    kind: Literal["circle"]
    size: int


class Blob(BaseModel):
    kind: Literal["blob"]


Shape = Annotated[Circle | Blob, Field(discriminator="kind")]


class Drawing(BaseModel):
    shapes: list[Shape] = Field(default_factory=list[Shape])
    frame: Shape | None = None


DRAWING = on(Drawing)
INTRODUCED = on(Blob).introduced(seen_as={"kind": "circle", "size": 4})
CIRCLE, BLOB = {"kind": "circle", "size": 1}, {"kind": "blob"}
SEEN = {"kind": "circle", "size": 4}


def first(shapes: list[Any]) -> Any:
    return shapes[0]


def listed(shape: Any) -> list[Any]:
    return [shape]


FACTS: dict[str, tuple[Fact, Any]] = {
    "no null": (DRAWING.became_non_null("shapes", null_is=[CIRCLE]), {"shapes": [CIRCLE, SEEN], "frame": SEEN}),
    "optional": (DRAWING.became_optional("shapes", missing_was=[]), {"shapes": [CIRCLE, SEEN], "frame": SEEN}),
    "null": (DRAWING.became_nullable("frame", null_was=CIRCLE), {"shapes": [CIRCLE, SEEN], "frame": SEEN}),
    "moved": (DRAWING.moved("page.shapes", to="shapes"), {"frame": SEEN, "page": {"shapes": [CIRCLE, SEEN]}}),
    "a list": (DRAWING.became_list("shapes", empty=CIRCLE), {"shapes": CIRCLE, "frame": SEEN}),
    "a default": (DRAWING.defaulted("shapes", was=[CIRCLE]), {"shapes": [CIRCLE, SEEN], "frame": SEEN}),
    "another name": (DRAWING.renamed("figures", to="shapes"), {"figures": [CIRCLE, SEEN], "frame": SEEN}),
    "other values": (
        DRAWING.retyped("shapes", to_head=lambda shapes: shapes, to_old=lambda shapes: shapes[::-1]),
        {"shapes": [SEEN, CIRCLE], "frame": SEEN},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fact", "read"), FACTS.values(), ids=FACTS)
@pytest.mark.parametrize("is_last", [True, False], ids=["after", "before"])
def test_an_arm_that_a_version_introduces_is_replaced_beside_every_other_fact_of_it(
    fact: Fact, read: Any, is_last: bool
) -> None:
    facts = (fact, INTRODUCED) if is_last else (INTRODUCED, fact)
    head = {"shapes": [CIRCLE, BLOB], "frame": BLOB}
    assert gates_of([Drawing], *facts).downgrade(Drawing, head, to_version="2025-01-01") == read


def test_the_first_item_of_a_list_that_an_older_version_does_not_know_is_replaced() -> None:
    gates = gates_of([Drawing], DRAWING.became_list("shapes", empty=CIRCLE), INTRODUCED)
    assert gates.downgrade(Drawing, {"shapes": [BLOB], "frame": None}, to_version="2025-01-01") == {
        "shapes": SEEN, "frame": None,
    }  # fmt: skip


def test_a_model_that_one_timeline_introduced_is_an_arm_in_another_timeline_of_the_process() -> None:
    class Old(BaseModel):
        z: int

    class Other(BaseModel):
        y: int

    class Holder(BaseModel):
        held: list[Old | int] | None

    class Both(BaseModel):
        held: Old | Other

    gates_of([Holder], on(Old).introduced(seen_as=0))
    gates = gates_of([Holder], on(Holder).became_nullable("held", null_was=[]))
    assert gates.upgrade(Holder, {"held": [{"z": 1}, "5"]}, from_version=OLD) == {"held": [{"z": 1}, "5"]}
    with pytest.raises(CompileError):
        gates_of([Both], on(Old, Other).introduced(seen_as={"y": 1}))
    gates = gates_of([Both], on(Other).introduced(seen_as={"z": 1}))
    assert gates.downgrade(Both, {"held": {"y": 2}}, to_version=OLD) == {"held": {"z": 1}}


class Former(BaseModel):
    kind: Literal["former"]
    side: int


class Square(BaseModel):
    kind: Literal["square"] = "square"
    edge: int | None = None


class Untagged(BaseModel):
    shape: Circle | Square | Blob


class Tagged(BaseModel):
    shape: Annotated[Circle | Square | Blob, Field(discriminator="kind")]


@pytest.mark.parametrize("model", [Untagged, Tagged])
@pytest.mark.parametrize("beside", [(), (on(Square).added("edge", default=None),)], ids=["alone", "beside a field"])
def test_what_stands_in_may_itself_have_come_and_gone_again(model: Any, beside: tuple[Fact, ...]) -> None:
    gates = Timeline(
        Version(
            "2025-04-01", changed(on(Circle, Square, Blob).retired(was=Former, read_as=a_circle, loses="its side"))
        ),
        Version("2025-03-01", changed(on(Blob).introduced(seen_as={"kind": "former", "side": 2}))),
        Version("2025-02-01", changed(on(Former).introduced(seen_as={"kind": "circle", "size": 3}), *beside)),
        Version("2025-01-01"),
    ).compile(Contract.of_types(model))
    seen = {version: gates.downgrade(model, {"shape": {"kind": "blob"}}, to_version=version) for version in VERSIONS}
    assert seen == {
        "2025-03-01": {"shape": {"kind": "blob"}},
        "2025-02-01": {"shape": {"kind": "former", "side": 2}},
        "2025-01-01": {"shape": {"kind": "circle", "size": 3}},
    }


VERSIONS = ("2025-03-01", "2025-02-01", "2025-01-01")


def a_circle(former: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "circle", "size": former["side"]}
