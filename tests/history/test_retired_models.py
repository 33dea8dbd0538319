"""An arm of a union that only old clients know is read as another one, or refused; responses never hold it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.testclient import TestClient

from tests.cells.refused import change_of, faults_of
from tests.sentences import shows
from timegate import Contract, Gates, Timeline, UpgradeError, Version, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

OLD = "2025-01-01"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    bark: str = "w"


class Fish(BaseModel):
    kind: Literal["fish"]
    fins: int = 2


class Home(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    others: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []


class Circle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    radius: int


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid")
    side: int


class Dot(BaseModel):
    model_config = ConfigDict(extra="forbid")
    at: int


class Drawing(BaseModel):
    shape: Circle | Square | None


def as_cat(fish: Any) -> Any:
    return {"kind": "cat", "lives": fish.get("fins", 0)}


def as_circle(dot: Any) -> Any:
    return {"radius": dot["at"]}


FISH = on(Cat).retired(was=Fish, read_as=as_cat, loses="a fish was never kept")


def gates_of(model: Any, *facts: Fact) -> Gates:
    return Timeline(Version("2025-06-01", change_of("Changed", *facts)), Version(OLD)).compile(Contract.of_types(model))


def test_an_old_arm_is_read_as_another_one_wherever_the_union_is() -> None:
    sent = {"pet": {"kind": "fish", "fins": 3}, "others": [{"kind": "fish"}, {"kind": "dog"}]}
    assert gates_of(Home, FISH).upgrade(Home, sent, from_version=OLD) == {
        "pet": {"kind": "cat", "lives": 3},
        "others": [{"kind": "cat", "lives": 0}, {"kind": "dog"}],
    }


def test_an_old_arm_without_a_tag_is_found_by_its_keys() -> None:
    fact = on(Circle).retired(was=Dot, read_as=as_circle, loses="a dot has no size")
    gates = gates_of(Drawing, fact)
    for sent, got in (({"at": 3}, {"radius": 3}), ({"side": 2}, {"side": 2}), (None, None)):
        assert gates.upgrade(Drawing, {"shape": sent}, from_version=OLD) == {"shape": got}
    with pytest.raises(UpgradeError, match="at /shape/at: the value is not of its type"):
        gates.upgrade(Drawing, {"shape": {"at": "x"}}, from_version=OLD)


def test_an_old_arm_that_nothing_stands_for_is_refused() -> None:
    gates = gates_of(Home, on(Cat).retired(was=Fish))
    with pytest.raises(UpgradeError, match="at /pet: this version has no Fish"):
        gates.upgrade(Home, {"pet": {"kind": "fish"}}, from_version=OLD)
    assert gates.upgrade(Home, {"pet": {"kind": "cat"}}, from_version=OLD) == {"pet": {"kind": "cat"}}


def test_old_documents_have_the_arm_and_its_tag_and_newer_ones_have_not() -> None:
    gates = gates_of(Home, FISH)
    newest, old = (gates.contract(version)["components"]["schemas"] for version in ("2025-06-01", OLD))
    assert not [name for name in newest if name.startswith("Fish")]
    pet = old["Home"]["properties"]["pet"]
    assert len(pet["oneOf"]) == 3
    assert {*pet["discriminator"]["mapping"]} == {"cat", "dog", "fish"}
    assert old["Fish"]["properties"]["fins"] == {"title": "Fins", "type": "integer", "default": 2}


def test_what_it_is_read_as_goes_on_through_newer_changes() -> None:
    retired = on(Cat).retired(was=Fish, read_as=lambda fish: {"kind": "cat", "count": 1}, loses="x")
    timeline = Timeline(
        Version("2025-07-01", change_of("Renamed", on(Cat).renamed("count", to="lives"))),
        Version("2025-06-01", change_of("Retired", retired)),
        Version(OLD),
    )
    gates = timeline.compile(Contract.of_types(Home))
    sent = {"pet": {"kind": "fish"}}
    assert gates.upgrade(Home, sent, from_version=OLD) == {"pet": {"kind": "cat", "lives": 1}}
    with pytest.raises(UpgradeError):
        gates.upgrade(Home, sent, from_version="2025-06-01")


def test_an_old_client_posts_the_retired_model_over_http() -> None:
    app = FastAPI()

    @app.post("/homes")
    def create(home: Home) -> Home:
        return home

    timeline = Timeline(Version("2025-06-01", change_of("Retired", FISH)), Version(OLD))
    app.add_middleware(TimegateMiddleware, timeline=timeline)
    with TestClient(app) as client:
        sent = {"pet": {"kind": "fish", "fins": 4}}
        old = client.post("/homes", json=sent, headers={"API-Version": OLD})
        assert (old.status_code, old.json()) == (200, {"pet": {"kind": "cat", "lives": 4}, "others": []})
        assert client.post("/homes", json=sent, headers={"API-Version": "2025-06-01"}).status_code == 422


class Alone(BaseModel):
    cat: Cat


@shows("`retired` needs a union that has all the models it names,")
@pytest.mark.parametrize(
    ("model", "fact", "problem"),
    [
        (Alone, FISH, "it is an arm of no union"),
        (Home, on(Cat).retired(was=Fish, read_as=as_cat), "head reads another model in its place"),
        (Home, on(Cat).retired(was=int), "only a model can be one more arm"),
    ],
    ids=["no union", "a loss that nobody acknowledges", "no model"],
)
def test_a_retired_model_that_data_cannot_follow_is_a_fault(model: Any, fact: Fact, problem: str) -> None:
    (fault,) = faults_of(Contract.of_types(model), change_of("Changed", fact))
    assert fault.problem == problem


class Bird(BaseModel):
    kind: Literal["bird"]
    wings: int = 2


Tagged = Field(discriminator="kind")


class Nest(BaseModel):
    owner: Annotated[Cat | Dog, Tagged]
    guest: Annotated[Cat | Bird, Tagged]
    anyone: Annotated[Cat | Dog | Bird, Tagged]
    named: Cat | None = None


PETS: dict[str, Any] = {"owner": {"kind": "dog"}, "guest": {"kind": "bird"}, "anyone": {"kind": "dog"}}


def retired_fish(*models: Any) -> Fact:
    return on(*models).retired(was=Fish, read_as=as_cat, loses="x")


@pytest.mark.parametrize(
    ("models", "meant"),
    [((Cat, Dog), "owner"), ((Bird, Cat), "guest"), ((Cat, Dog, Bird), "anyone")],
)
def test_only_the_unions_of_the_named_models_have_the_old_arm(models: tuple[Any, ...], meant: str) -> None:
    gates = gates_of(Nest, retired_fish(*models))
    for key in PETS:
        fish = {"kind": "fish", "fins": 3}
        # What is no arm is left to head, which refuses it.
        got = {"kind": "cat", "lives": 3} if key == meant else fish
        assert gates.upgrade(Nest, {**PETS, key: fish}, from_version=OLD) == {**PETS, key: got}
    properties = gates.contract(OLD)["components"]["schemas"]["Nest"]["properties"]
    assert [key for key in PETS if "fish" in properties[key]["discriminator"]["mapping"]] == [meant]


def test_a_retired_model_of_several_unions_is_declared_for_each() -> None:
    gates = gates_of(Nest, retired_fish(Cat, Dog), retired_fish(Cat, Bird))
    fish, cat = {"kind": "fish", "fins": 3}, {"kind": "cat", "lives": 3}
    sent = {**PETS, "owner": fish, "guest": fish}
    assert gates.upgrade(Nest, sent, from_version=OLD) == {**PETS, "owner": cat, "guest": cat}


def test_models_that_were_retired_together_were_arms_of_one_union() -> None:
    eel = on(Cat, Dog).retired(was=Eel, read_as=lambda eel: {"kind": "cat", "lives": 1}, loses="x")
    for facts in ((retired_fish(Cat, Dog), eel), (eel, retired_fish(Cat, Dog))):
        gates = gates_of(Nest, *facts)
        sent = {**PETS, "owner": {"kind": "eel"}}
        assert gates.upgrade(Nest, sent, from_version=OLD)["owner"] == {"kind": "cat", "lives": 1}
        sent = {**PETS, "owner": {"kind": "fish", "fins": 3}}
        assert gates.upgrade(Nest, sent, from_version=OLD)["owner"] == {"kind": "cat", "lives": 3}


class Eel(BaseModel):
    kind: Literal["eel"]


class Held(BaseModel):
    one: Cat | int
    other: Cat | None = None


@shows("and where several have them among others, it must name all models of the one it means.")
@pytest.mark.parametrize(
    ("model", "models", "remedies"),
    [
        (Nest, (Cat,), ["on(Cat, Dog).retired(was=Fish, ", "on(Cat, Bird).retired(", "on(Cat, Dog, Bird).retired("]),
        (Nest, (Dog,), ["on(Cat, Dog).retired(", "on(Cat, Dog, Bird).retired("]),
        (Held, (Cat,), ['on(…).retyped("…", was=…)']),
    ],
)
def test_a_retired_model_of_which_nothing_says_where_it_was_is_a_fault(
    model: Any, models: tuple[Any, ...], remedies: list[str]
) -> None:
    (fault,) = faults_of(Contract.of_types(model), change_of("Changed", retired_fish(*models)))
    assert fault.problem == "it is an arm of several unions, and nothing says which of them had one more"
    assert all(remedy in fault.remedy for remedy in remedies)
    assert fault.remedy.count(" or ") == len(remedies) - 1


class Mixed(BaseModel):
    pet: Cat | Dog
    shape: Circle | Square


def test_models_that_are_arms_of_no_union_together_are_a_fault() -> None:
    (fault,) = faults_of(Contract.of_types(Mixed), change_of("Changed", retired_fish(Cat, Circle)))
    assert fault.problem == "they are arms of no union together"


def test_an_older_fact_about_a_retired_model_holds_for_it() -> None:
    retired = on(Cat, Dog).retired(was=Fish, read_as=lambda fish: {"kind": "cat", "lives": fish["fins"]}, loses="gone")
    counted = on(Fish).retyped("fins", was=str, to_head=len, to_old=lambda fins: "|" * fins)
    timeline = Timeline(
        Version("2027-01-01", change_of("Retired", retired)),
        Version("2026-01-01", change_of("C", counted)),
        Version(OLD),
    )
    gates = timeline.compile(Contract.of_types(receives=[Home]))
    sent = {"pet": {"kind": "fish", "fins": "|||"}}
    assert gates.upgrade(Home, sent, from_version=OLD) == {"pet": {"kind": "cat", "lives": 3}}
    with pytest.raises(UpgradeError):
        gates.upgrade(Home, {"pet": {"kind": "fish", "fins": 3}}, from_version=OLD)


class Parrot(BaseModel):
    kind: Literal["parrot"]
    wings: int = 2


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["strict"]


class Cage(BaseModel):
    pet: Annotated[Strict | Parrot, Field(discriminator="kind")]


def test_the_arm_beside_a_retired_model_keeps_its_label_where_no_other_is_left() -> None:
    app = FastAPI()

    @app.post("/cages")
    async def post(body: Cage) -> None:
        """Refuses what the test sends."""

    came = on(Parrot).introduced(seen_as={"kind": "strict"})
    gone = on(Strict, Parrot).retired(was=Fish, read_as=lambda fish: {"kind": "strict"}, loses="gone")
    gated = TimegateMiddleware(
        app, timeline=Timeline(Version("2026-01-01", change_of("Changed", came, gone)), Version(OLD))
    )
    sent = {"pet": {"kind": "strict", "fins": 2}}
    response = TestClient(gated).post("/cages", json=sent, headers={"API-Version": OLD})
    assert [entry["loc"] for entry in response.json()["detail"]] == [["body", "pet", "strict", "fins"]]


@pytest.mark.parametrize("retired_first", [True, False])
def test_what_it_is_read_as_is_the_newer_versions_whatever_else_that_changed(retired_first: bool) -> None:
    renamed = on(Cat).renamed("years", to="lives")
    gates = gates_of(Home, *((FISH, renamed) if retired_first else (renamed, FISH)))
    assert gates.upgrade(Home, {"pet": {"kind": "fish", "fins": 3}}, from_version=OLD) == {
        "pet": {"kind": "cat", "lives": 3}
    }
    assert gates.upgrade(Home, {"pet": {"kind": "cat", "years": 4}}, from_version=OLD) == {
        "pet": {"kind": "cat", "lives": 4}
    }


class ByName(BaseModel):
    pets: dict[str, Cat | Dog | None] | None = None


def test_what_is_no_object_beside_a_retired_arm_is_told_as_no_object_of_a_class() -> None:
    gates = gates_of(Home, retired_fish(Cat, Dog))
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(Home, {"pet": [1]}, from_version=OLD)
    assert [(failure.path, failure.kind) for failure in refused.value.failures] == [(["pet"], "model_attributes_type")]


def test_what_is_no_dict_of_arms_of_which_one_was_retired_is_told_as_no_dict() -> None:
    gates = gates_of(ByName, retired_fish(Cat, Dog))
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(ByName, {"pets": 1}, from_version=OLD)
    assert [(failure.path, failure.kind) for failure in refused.value.failures] == [(["pets"], "dict_type")]


class Frog(BaseModel):
    kind: Literal["frog"]
    legs: int


def test_models_that_were_retired_one_after_the_other_are_read_each_as_its_fact_says() -> None:
    fish = on(Cat, Dog).retired(was=Fish, read_as=as_cat, loses="a cat has no fins")
    frog = on(Cat, Dog, Fish).retired(
        was=Frog, read_as=lambda frog: {"kind": "fish", "fins": frog["legs"]}, loses="a fish has no legs"
    )
    gates = Timeline(
        Version("2025-12-01", change_of("RetireFish", fish)),
        Version("2025-06-01", change_of("RetireFrogs", frog)),
        Version(OLD),
    ).compile(Contract.of_types(Home))
    sent = [{"kind": "frog", "legs": 4}, {"kind": "fish", "fins": 3}, {"kind": "dog"}]
    assert [gates.upgrade(Home, {"pet": pet}, from_version=OLD)["pet"] for pet in sent] == [
        {"kind": "cat", "lives": 4},
        {"kind": "cat", "lives": 3},
        {"kind": "dog"},
    ]
    with pytest.raises(UpgradeError):
        gates.upgrade(Home, {"pet": sent[0]}, from_version="2025-06-01")
