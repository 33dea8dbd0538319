"""Examples of what each fact does to a small payload in each direction, as literal values taken from the design."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from timegate.changes.base import Fact, Internal
from timegate.changes.subjects import enum, on, sibling


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Spot(BaseModel):
    x: int = 0
    y: int | None = None


class Cat(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["dog"]
    bark: str


class Item(BaseModel):
    name: str
    size: int = 0
    note: str | None = None
    tags: list[str] = []
    spot: Spot | None = None
    colour: Colour | None = None
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    again: list["Item"] = []
    limited: int = 0


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    size: int = 0


class Spelled(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    old_name: str = Field(default="", alias="oldName")
    plain_one: int = Field(default=0, alias="plainOne")


class Secretive(BaseModel):
    name: str
    secret: Annotated[list[str], Internal()] = []


class Fish(BaseModel):
    kind: Literal["fish"]


class OldItem(BaseModel):
    label: str


def its_x(item: Any) -> Any:
    return item["spot"]["x"]


def nothing_there(item: Any) -> Any:
    return item["missing"]


def same_spot(spot: Any) -> Any:
    return {**spot}


def wet_cat(_: Any) -> Any:
    return {"kind": "cat", "lives": 3}


def loud_cat(dog: Any) -> Any:
    return {"kind": "cat", "lives": len(dog["bark"])}


@dataclass(frozen=True)
class Example:
    facts: tuple[Fact, ...]
    before: Any
    after: Any
    model: Any = Item


def ref(model: Any) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


ITEM = on(Item)
NULL_NOTE = {"name": "a", "note": None}

UPGRADES = {
    "added: absent stays absent": Example((ITEM.added("size"),), {"name": "a"}, {"name": "a"}),
    "added: the default is set": Example((ITEM.added("size", default=4),), {"name": "a"}, {"name": "a", "size": 4}),
    "added: a sibling is copied": Example(
        (ITEM.added("note", default=sibling("name")),), {"name": "a"}, {"name": "a", "note": "a"}
    ),
    "added: the client's key is dropped": Example((ITEM.added("size"),), {"name": "a", "size": 7}, {"name": "a"}),
    "removed": Example(
        (ITEM.removed("gone", was=str, backfill="", loses="it is gone"),), {"gone": "x", "name": "a"}, {"name": "a"}
    ),
    "renamed": Example((ITEM.renamed("title", to="name"),), {"title": "a", "size": 1}, {"name": "a", "size": 1}),
    "renamed: both names": Example(
        (ITEM.renamed("title", to="name"),), {"title": "a", "name": "b", "zz": 1}, {"name": "a", "zz": 1}
    ),
    "renamed at every depth": Example(
        (ITEM.renamed("title", to="name"),),
        {"title": "a", "again": [{"title": "b", "again": [{"title": "c"}]}]},
        {"name": "a", "again": [{"name": "b", "again": [{"name": "c"}]}]},
    ),
    "moved: plunge": Example((ITEM.moved("y", to="spot.y"),), {"name": "a", "y": 3}, {"name": "a", "spot": {"y": 3}}),
    "moved: plunge next to other keys": Example(
        (ITEM.moved("y", to="spot.y"),),
        {"name": "a", "y": 3, "spot": {"x": 1}},
        {"name": "a", "spot": {"x": 1, "y": 3}},
    ),
    "moved: absent": Example((ITEM.moved("y", to="spot.y"),), {"name": "a"}, {"name": "a"}),
    "moved: empty": Example((ITEM.moved("y", to="spot.y", empty=0),), {"name": "a", "y": 0}, {"name": "a"}),
    "moved: hoist": Example(
        (ITEM.moved("meta.size", to="size"),), {"name": "a", "meta": {"size": 3}}, {"name": "a", "size": 3}
    ),
    "moved: hoist next to extra keys": Example(
        (ITEM.moved("meta.size", to="size"),),
        {"name": "a", "meta": {"size": 3, "zz": 1}},
        {"name": "a", "size": 3},
    ),
    "moved: the new place is no way in": Example(
        (ITEM.moved("y", to="spot.y"),), {"name": "a", "spot": {"x": 1, "y": 6}}, {"name": "a", "spot": {"x": 1}}
    ),
    "retyped": Example(
        (ITEM.retyped("size", was=str, to_head=int, to_old=str),), {"name": "a", "size": "5"}, {"name": "a", "size": 5}
    ),
    "retyped: each of a list": Example(
        (ITEM.retyped("tags.*", was=int, to_head=str, to_old=int),),
        {"name": "a", "tags": [1, 2]},
        {"name": "a", "tags": ["1", "2"]},
    ),
    "retyped: sees the newer shape": Example(
        (
            ITEM.retyped("spot", was=list[Spot], to_head=lambda spots: spots[0], to_old=lambda spot: [spot]),
            on(Spot).renamed("ex", to="x"),
        ),
        {"name": "a", "spot": [{"ex": 1}]},
        {"name": "a", "spot": {"x": 1}},
    ),
    "became_nullable": Example(
        (ITEM.became_nullable("note", null_was=""),), {"name": "a", "note": "b"}, {"name": "a", "note": "b"}
    ),
    "became_non_null": Example(
        (ITEM.became_non_null("size", null_is=3),), {"name": "a", "size": None}, {"name": "a", "size": 3}
    ),
    "became_non_null: absent": Example((ITEM.became_non_null("size", null_is=3),), {"name": "a"}, {"name": "a"}),
    "became_required": Example((ITEM.became_required("name", default="?"),), {}, {"name": "?"}),
    "became_optional": Example(
        (ITEM.became_optional("size", missing_was=1),), {"name": "a", "size": 2}, {"name": "a", "size": 2}
    ),
    "became_list": Example((ITEM.became_list("tags"),), {"name": "a", "tags": "x"}, {"name": "a", "tags": ["x"]}),
    "became_list: null": Example(
        (ITEM.became_list("tags", was=str | None),), {"name": "a", "tags": None}, {"name": "a", "tags": []}
    ),
    "defaulted": Example((ITEM.defaulted("size", was=8),), {"name": "a"}, {"name": "a", "size": 8}),
    "constrained": Example(
        (ITEM.constrained("limited", was=Annotated[int, Field(le=5)], to_old=lambda value: min(value, 5)),),
        {"name": "a", "limited": 9},
        {"name": "a", "limited": 9},
    ),
    "reshaped": Example(
        (
            ITEM.reshaped(
                was=OldItem, to_head=lambda old: {"name": old["label"]}, to_old=lambda new: {"label": new["name"]}
            ),
        ),
        {"label": "a"},
        {"name": "a"},
    ),
    "was_named": Example(
        (on(Spot).was_named("Point"),), {"name": "a", "spot": {"x": 1}}, {"name": "a", "spot": {"x": 1}}
    ),
    "a dotted path": Example(
        (on(Secretive).added("secret", default=["s"]),), {"name": "a"}, {"name": "a", "secret": ["s"]}, Secretive
    ),
    "enum renamed": Example(
        (enum(Colour).renamed("azure", to=Colour.BLUE),),
        {"name": "a", "colour": "azure"},
        {"name": "a", "colour": "blue"},
    ),
    "enum shrank": Example(
        (enum(Colour).shrank("green", read_as="blue", loses="it was blue"),),
        {"name": "a", "colour": "green"},
        {"name": "a", "colour": "blue"},
    ),
    "retired: what it is read as has the newer shape of its version": Example(
        (on(Cat).retired(was=Fish, read_as=wet_cat, loses="wet"), on(Cat).renamed("souls", to="lives")),
        {"name": "a", "pet": {"kind": "fish"}},
        {"name": "a", "pet": {"kind": "cat", "lives": 3}},
    ),
    "a union's arm": Example(
        (on(Cat).renamed("souls", to="lives"),),
        {"name": "a", "pet": {"kind": "cat", "souls": 7}},
        {"name": "a", "pet": {"kind": "cat", "lives": 7}},
    ),
    "a discriminator": Example(
        (on(Cat, Dog).renamed("type", to="kind"),),
        {"name": "a", "pet": {"type": "dog", "bark": "b"}},
        {"name": "a", "pet": {"kind": "dog", "bark": "b"}},
    ),
    "a name in between is no key": Example(
        (ITEM.renamed("first", to="middle"), ITEM.renamed("middle", to="name")),
        {"first": "a", "middle": "m"},
        {"name": "a", "middle": "m"},
    ),
    "another spelling of a renamed field": Example(
        (on(Spelled).renamed("was", to="oldName"),), {"was": "a", "old_name": "b"}, {"oldName": "a"}, Spelled
    ),
    "another spelling of a touched field": Example(
        (on(Spelled).retyped("oldName", was=int, to_head=str, to_old=int),), {"old_name": 5}, {"oldName": "5"}, Spelled
    ),
    "another spelling of a field that a client must send": Example(
        (on(Spelled).became_optional("oldName", missing_was=""),), {"old_name": "b"}, {"oldName": "b"}, Spelled
    ),
    "another spelling of an untouched field": Example(
        (on(Spelled).retyped("oldName", was=int, to_head=str, to_old=int),),
        {"oldName": 5, "plain_one": 1},
        {"oldName": "5", "plain_one": 1},
        Spelled,
    ),
    "another spelling, where a function sees the object": Example(
        (on(Spelled).added("oldName", default=min),), {"plain_one": 1}, {"plainOne": 1, "oldName": "plainOne"}, Spelled
    ),
    "an internal field is no key": Example((), {"name": "a", "secret": ["x"]}, {"name": "a"}, Secretive),
    "an old field sets an internal one": Example(
        (on(Secretive).renamed("aliases", to="secret"),),
        {"name": "a", "aliases": ["x"]},
        {"name": "a", "secret": ["x"]},
        Secretive,
    ),
    "a null that no fact is about": Example(
        (on(Spot).renamed("ex", to="x"),), {"name": "a", "spot": None}, {"name": "a", "spot": None}
    ),
    "read as the old server did, for a function": Example(
        (ITEM.retyped("size", was=bool, to_head=int, to_old=bool),),
        {"name": "a", "size": "yes"},
        {"name": "a", "size": 1},
    ),
    "a removed field may be absent": Example(
        (ITEM.removed("gone", was=str, backfill="", loses="it is gone"),), {"name": "a"}, {"name": "a"}
    ),
}

DOWNGRADES = {
    "added": Example((ITEM.added("size"),), {"name": "a", "size": 4}, {"name": "a"}),
    "removed: a value": Example(
        (ITEM.removed("gone", was=int, backfill=1, loses="it is gone"),), {"name": "a"}, {"name": "a", "gone": 1}
    ),
    "removed: null": Example(
        (ITEM.removed("gone", was=None, backfill=None, loses="it is gone"),), {"name": "a"}, {"name": "a", "gone": None}
    ),
    "removed: nothing": Example(
        (ITEM.removed("gone", was=int, required=False, loses="it is gone"),), {"name": "a"}, {"name": "a"}
    ),
    "removed: a sibling": Example(
        (ITEM.removed("gone", was=str, backfill=sibling("name"), loses="it is gone"),),
        {"name": "a"},
        {"name": "a", "gone": "a"},
    ),
    "removed: an optional sibling": Example(
        (ITEM.removed("gone", was=str | None, required=False, backfill=sibling("note"), loses="it is gone"),),
        {"name": "a"},
        {"name": "a"},
    ),
    "removed: a function sees the newer shape": Example(
        (
            ITEM.removed("gone", was=int, backfill=its_x, loses="it is gone"),
            on(Spot).renamed("ex", to="x"),
            ITEM.renamed("title", to="name"),
        ),
        {"name": "a", "spot": {"x": 4}},
        {"title": "a", "spot": {"ex": 4}, "gone": 4},
    ),
    "renamed": Example((ITEM.renamed("title", to="name"),), {"name": "a", "size": 1}, {"title": "a", "size": 1}),
    "renamed: an extra key collides": Example(
        (ITEM.renamed("title", to="name"),), {"name": "a", "title": 5, "zz": 1}, {"title": "a", "zz": 1}
    ),
    "moved: plunge": Example(
        (ITEM.moved("y", to="spot.y"),),
        {"name": "a", "spot": {"x": 1, "y": 3}},
        {"name": "a", "spot": {"x": 1}, "y": 3},
    ),
    "moved: absent": Example((ITEM.moved("y", to="spot.y"),), {"name": "a", "spot": None}, {"name": "a", "spot": None}),
    "moved: empty": Example(
        (ITEM.moved("y", to="spot.y", empty=0),), {"name": "a", "spot": None}, {"name": "a", "spot": None, "y": 0}
    ),
    "moved: hoist": Example(
        (ITEM.moved("meta.size", to="size"),), {"name": "a", "size": 3}, {"name": "a", "meta": {"size": 3}}
    ),
    "retyped": Example(
        (ITEM.retyped("size", was=str, to_head=int, to_old=str),), {"name": "a", "size": 5}, {"name": "a", "size": "5"}
    ),
    "retyped: each of a list": Example(
        (ITEM.retyped("tags.*", was=int, to_head=str, to_old=int),),
        {"name": "a", "tags": ["1", "2"]},
        {"name": "a", "tags": [1, 2]},
    ),
    "retyped: sees the newer shape": Example(
        (
            ITEM.retyped("spot", was=list[Spot], to_head=lambda spots: spots[0], to_old=lambda spot: [spot]),
            on(Spot).renamed("ex", to="x"),
        ),
        {"name": "a", "spot": {"x": 1}},
        {"name": "a", "spot": [{"ex": 1}]},
    ),
    "became_nullable": Example((ITEM.became_nullable("note", null_was=""),), NULL_NOTE, {"name": "a", "note": ""}),
    "became_nullable: a sibling": Example(
        (ITEM.became_nullable("note", null_was=sibling("name")),), NULL_NOTE, {"name": "a", "note": "a"}
    ),
    "became_nullable: absent and not required": Example(
        (ITEM.became_nullable("note", null_was=""),), {"name": "a"}, {"name": "a"}
    ),
    "became_nullable: absent and required": Example(
        (ITEM.became_nullable("note", null_was=""), ITEM.became_optional("note", missing_was="gone")),
        {"name": "a"},
        {"name": "a", "note": "gone"},
    ),
    "became_non_null": Example((ITEM.became_non_null("size", null_is=3),), {"name": "a"}, {"name": "a"}),
    "became_required": Example((ITEM.became_required("name", default="?"),), {"name": "a"}, {"name": "a"}),
    "became_optional": Example((ITEM.became_optional("size", missing_was=1),), {"name": "a"}, {"name": "a", "size": 1}),
    "became_list": Example((ITEM.became_list("tags"),), {"name": "a", "tags": ["x", "y"]}, {"name": "a", "tags": "x"}),
    "became_list: none": Example((ITEM.became_list("tags"),), {"name": "a", "tags": []}, {"name": "a"}),
    "became_list: null": Example(
        (ITEM.became_list("tags", was=str | None),), {"name": "a", "tags": []}, {"name": "a", "tags": None}
    ),
    "became_list: empty": Example(
        (ITEM.became_list("tags", empty="none"),), {"name": "a", "tags": []}, {"name": "a", "tags": "none"}
    ),
    "defaulted": Example((ITEM.defaulted("size", was=8),), {"name": "a"}, {"name": "a"}),
    "constrained": Example(
        (ITEM.constrained("limited", was=Annotated[int, Field(le=5)], to_old=lambda value: min(value, 5)),),
        {"name": "a", "limited": 9},
        {"name": "a", "limited": 5},
    ),
    "introduced": Example(
        (on(Dog).introduced(seen_as={"kind": "cat"}),),
        {"name": "a", "pet": {"kind": "dog", "bark": "b"}},
        {"name": "a", "pet": {"kind": "cat"}},
    ),
    "introduced: what it is seen as is converted further": Example(
        (
            on(Dog).introduced(seen_as=loud_cat),
            on(Cat).renamed("souls", to="lives"),
        ),
        {"name": "a", "pet": {"kind": "dog", "bark": "b"}},
        {"name": "a", "pet": {"kind": "cat", "souls": 1}},
    ),
    "reshaped": Example(
        (
            ITEM.reshaped(
                was=OldItem, to_head=lambda old: {"name": old["label"]}, to_old=lambda new: {"label": new["name"]}
            ),
        ),
        {"name": "a"},
        {"label": "a"},
    ),
    "enum grew": Example(
        (enum(Colour).grew("blue", seen_as="red"),), {"name": "a", "colour": "blue"}, {"name": "a", "colour": "red"}
    ),
    "enum renamed": Example(
        (enum(Colour).renamed("azure", to="blue"),), {"name": "a", "colour": "blue"}, {"name": "a", "colour": "azure"}
    ),
    "enum shrank": Example(
        (enum(Colour).shrank("green", read_as="blue", loses="it was blue"),),
        {"name": "a", "colour": "blue"},
        {"name": "a", "colour": "blue"},
    ),
    "an internal field goes last": Example(
        (on(Secretive).removed("aliases", was=list[str], backfill=sibling("secret"), loses="it is gone"),),
        {"name": "a", "secret": ["x"]},
        {"name": "a", "aliases": ["x"]},
        Secretive,
    ),
    "a dotted path": Example(
        (ITEM.removed("spot.z", was=int, backfill=0, loses="it is gone"),),
        {"name": "a", "spot": {"x": 1}},
        {"name": "a", "spot": {"x": 1, "z": 0}},
    ),
}
