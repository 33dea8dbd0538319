"""Faults found on the way to a touched model: opaque places, shared places, ambiguous unions."""

from typing import Annotated, Any

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    Field,
    Json,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from tests.cells.refused import NEW, OLD, Cat, ExpectedFault, Item, Spot, change_of, faults_of
from tests.sentences import shows
from timegate import Contract, Fault, Timeline, Version, on

ITEM = on(Item)


class Parent(BaseModel):
    spot: Spot


class Serialized(BaseModel):
    spot: Annotated[Spot, PlainSerializer(dict)]


class Whole(BaseModel):
    x: int = 0

    @model_serializer
    def plain(self) -> Any:
        return {"x": self.x}


class Nested(BaseModel):
    x: int = 0
    more: list["Nested"] = []

    @model_serializer(mode="wrap")
    def sparse(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value}


class Text(BaseModel):
    spot: Json[Spot]


class Patterned(BaseModel):
    spots: dict[Annotated[str, Field(pattern="^x")], Spot]


class DeepSpot(BaseModel):
    spot: Spot = Field(validation_alias=AliasPath("deep", "spot"))


class DeepSpots(BaseModel):
    spots: list[Spot] = Field(default=[], validation_alias=AliasChoices(AliasPath("deep", 0), "spots"))


class Deep(BaseModel):
    size: int = Field(default=0, validation_alias=AliasPath("deep", "size"))
    name: str = ""


class Square(BaseModel):
    side: int
    depth: int = 0


class Circle(BaseModel):
    side: int
    depth: int = 0


NO_WAY = "which gates cannot convert"
SAY_WHAT = "declare a type that says what is on the wire (a serializer's return type, properties, items, oneOf)"
VOUCH = SAY_WHAT + ", or on({}).vouched('why it keeps the documented shape')"
OR_SAY = ", or on(Square).vouched('why each value says which arm it is')"
APART = "give head's union a callable Discriminator (pydantic), which says which one a value is"
SHARED = "the path goes through Spot, which other places share"
OWN = "declare the fact on Spot, where it holds everywhere, or give this place a model of its own"

NO_WAY_THERE = {
    "a field's serializer without a return type": ExpectedFault(
        (on(Spot).renamed("ex", to="x"),), "Serialized.spot",
        f"Spot changes and is reached through a serializer that names no keys, {NO_WAY}", VOUCH.format("Serialized"),
        Contract.of_types(Serialized),
    ),
    "a model's serializer without a return type": ExpectedFault(
        (on(Whole).renamed("ex", to="x"),), "Whole",
        f"Whole changes and is reached through a serializer that names no keys, {NO_WAY}", VOUCH.format("Whole"),
        Contract.of_types(Whole | int),
    ),
    "a recursive model's serializer that gives any object": ExpectedFault(
        (on(Nested).renamed("ex", to="x"),), "Nested",
        f"Nested changes and is reached through a serializer that names no keys, {NO_WAY}", VOUCH.format("Nested"),
        Contract.of_types(list[Nested]),
    ),
    "JSON in a string": ExpectedFault(
        (on(Spot).renamed("ex", to="x"),), "Text.spot",
        f"Spot changes and is reached through contentSchema, {NO_WAY}", SAY_WHAT,
        Contract.of_types(receives=[Text]),
    ),
    "keys by pattern": ExpectedFault(
        (on(Spot).renamed("ex", to="x"),), "Patterned.spots",
        f"Spot changes and is reached through patternProperties, {NO_WAY}", SAY_WHAT,
        Contract.of_types(Patterned),
    ),
    "a touched field with an alias path": ExpectedFault(
        (on(Deep).renamed("length", to="size"),), "Deep.size",
        "its AliasPath, or a key of another field, lets clients spell this field so that nothing keeps them out",
        "give the field a plain validation_alias, or AliasChoices of plain names, that no other field has",
        Contract.of_types(receives=[Deep]),
    ),
    "an added field with an alias path": ExpectedFault(
        (on(Deep).added("size"),), "Deep.size",
        "its AliasPath, or a key of another field, lets clients spell this field so that nothing keeps them out",
        "give the field a plain validation_alias, or AliasChoices of plain names, that no other field has",
        Contract.of_types(receives=[Deep]),
    ),
    "a model that changes, in a field with an alias path": ExpectedFault(
        (on(Spot).renamed("ex", to="x"),), "DeepSpot.spot",
        f"Spot changes and is reached through an AliasPath, or a key of another field, {NO_WAY}",
        "give the field a plain validation_alias, or AliasChoices of plain names, that no other field has",
        Contract.of_types(DeepSpot),
    ),
    "a model that changes, in a list with an alias path beside a name": ExpectedFault(
        (on(Spot).renamed("ex", to="x"),), "DeepSpots.spots",
        f"Spot changes and is reached through an AliasPath, or a key of another field, {NO_WAY}",
        "give the field a plain validation_alias, or AliasChoices of plain names, that no other field has",
        Contract.of_types(DeepSpots),
    ),
    "arms that look alike": ExpectedFault(
        (on(Square).renamed("edge", to="side"),), "Square | Circle",
        "one changes otherwise than the other between the versions, and by their schemas a value may be of both",
        f"{APART}{OR_SAY}",
        Contract.of_types(Square | Circle),
    ),
    "a tag renamed in some arms": ExpectedFault(
        (on(Cat).renamed("type", to="kind"),), "Cat.kind",
        "it is the discriminator of a union, and other arms keep the name",
        "on(Cat, Dog).renamed('type', to='kind')",
    ),
    "a path through what others share": ExpectedFault((ITEM.added("spot.x"),), "Item.spot.x", SHARED, OWN),
    "a move through what others share": ExpectedFault((ITEM.moved("ex", to="spot.x"),), "Item.spot.x", SHARED, OWN),
    "a path that leads to no single model": ExpectedFault(
        (ITEM.added("pet.lives"),), "Item.pet.lives", "'pet' leads to no single model",
        "declare the fact on the model that holds the field",
    ),
    "a move with a star": ExpectedFault(
        (ITEM.moved("first", to="tags.*"),), "tags.*", "a move goes from one place to one place",
        "declare the fact on the model of the items",
    ),
    "a field that holds what older versions lack": ExpectedFault(
        (on(Spot).introduced(),), "Parent.spot", f"it holds Spot, which version {OLD} does not have",
        "on(Parent).added('spot') in the same version, if older ones lack the field", Contract.of_types(Parent),
    ),
}  # fmt: skip


@shows("a field that an `AliasPath` reads, where it or a class in it changes;")
@pytest.mark.parametrize("refused", NO_WAY_THERE.values(), ids=NO_WAY_THERE)
def test_a_fault_names_its_change_its_place_and_its_remedy(refused: ExpectedFault) -> None:
    change = change_of("ChangeThings", *refused.facts)
    assert faults_of(refused.contract, change) == (
        Fault(NEW, "ChangeThings", refused.place, refused.problem, refused.remedy),
    )


class Plainly(BaseModel):
    spot: Annotated[Spot, PlainSerializer(str, return_type=str)]
    whole: Annotated[Whole | None, Field(exclude=True)] = None
    name: str = ""


def test_a_serializer_with_a_return_type_compiles() -> None:
    change = change_of("ChangeThings", on(Spot).renamed("ex", to="x"), on(Plainly).renamed("title", to="name"))
    gates = Timeline(Version(NEW, change), Version(OLD)).compile(Contract.of_types(Plainly))
    response = {"spot": "x=1", "name": "a"}
    assert gates.downgrade(Plainly, response, to_version=OLD) == {"spot": "x=1", "title": "a"}
    request = {"spot": {"ex": 1}, "title": "a"}
    assert gates.upgrade(Plainly, request, from_version=OLD) == {"spot": {"x": 1}, "name": "a"}


@shows(
    "a serializer without a return type in a model that holds one that changes, unless a change vouches for it;",
)
def test_a_serializer_without_a_return_type_compiles_where_nothing_below_it_changes() -> None:
    change = change_of("ChangeThings", ITEM.renamed("title", to="name"))
    contract = Contract.of_types(Serialized, Nested, Item)
    gates = Timeline(Version(NEW, change), Version(OLD)).compile(contract)
    assert gates.downgrade(Nested, {"x": 1, "more": [5]}, to_version=OLD) == {"x": 1, "more": [5]}
    assert sorted(contract.opaque) == ["Nested in the sent", "Serialized in the sent: spot"]
