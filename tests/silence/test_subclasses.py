"""A base and its subclasses: what is declared anew is told at the start, what is inherited is served alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, create_model
from typing_extensions import TypedDict

from tests.silence.old_client import OLD, Client, changed, gated, gates_of, old_client, refusal, starts
from timegate import CompileError, Contract, Timeline, Version, endpoint, on

T = TypeVar("T")


class Hero(BaseModel):
    name: str
    secret_name: str
    age: int = 0


class Villain(Hero):
    """Only the name is declared anew."""

    name: str = "nobody"


class Limited(Hero):
    secret_name: Annotated[str, Field(max_length=5)]


HeroUpdate = create_model(
    "HeroUpdate", __base__=Hero, __module__=__name__, name=(str | None, None), secret_name=(str | None, None)
)
Grandchild = create_model("Grandchild", __base__=HeroUpdate, __module__=__name__, more=(int, 0))


@dataclass
class Point:
    x: int
    y: int = 0


@dataclass
class Loose(Point):
    x: int = 0


class Named(TypedDict):
    name: str


class NamedAnew(Named):
    title: str


ALIAS = on(Hero).renamed("alias", to="secret_name")


def heroes(stored: dict[str, Any], patch: Any) -> FastAPI:
    app = FastAPI()

    @app.get("/hero")
    async def get() -> Hero:
        return Hero(**stored)

    async def update(body: Any) -> Any:
        stored.update(body.model_dump(exclude_unset=True))
        return Hero(**stored)

    update.__annotations__["body"] = patch
    app.patch("/hero", response_model=Hero)(update)
    return app


@pytest.mark.parametrize("patch", [HeroUpdate, Limited, Grandchild])
def test_a_subclass_that_declares_the_field_anew_is_told_with_the_line_to_write(patch: Any) -> None:
    said = refusal(Contract.of(heroes({}, patch)), lambda: ALIAS)
    kind = HeroUpdate if patch is Grandchild else patch
    assert f"{kind.__name__}" in said
    assert ".renamed('alias', to='secret_name')" in said


@pytest.mark.parametrize(
    "declare",
    [
        lambda: on(Hero).renamed("alias", to="secret_name"),
        lambda: on(Hero).added("secret_name", default="x"),
        lambda: on(Hero).retyped("secret_name", was=int, to_head=str, to_old=len),
        lambda: on(Hero).became_required("secret_name", default="x"),
        lambda: on(Hero).constrained("secret_name", was=Annotated[str, Field(max_length=9)], tolerated="x"),
        lambda: on(Hero).defaulted("secret_name", was="x"),
    ],
)
def test_every_fact_about_a_field_that_is_declared_anew_is_told(declare: Any) -> None:
    assert "HeroUpdate" in refusal(Contract.of_types(Hero, HeroUpdate), declare)


def test_a_dataclass_that_declares_the_field_anew_is_told() -> None:
    said = refusal(Contract.of_types(Point, Loose), lambda: on(Point).renamed("left", to="x"))
    assert "Loose" in said


def test_the_line_that_is_told_works() -> None:
    stored = {"name": "a", "secret_name": "b"}
    both = on(Hero, HeroUpdate).renamed("alias", to="secret_name")
    app = gated(heroes(stored, HeroUpdate), both)
    response = Client(app).request("PATCH", "/hero", json={"alias": "new"})
    assert (response.status_code, response.json()) == (200, {"name": "a", "alias": "new", "age": 0})
    assert stored == {"name": "a", "secret_name": "new"}


def test_two_facts_of_one_change_say_the_same() -> None:
    facts = (ALIAS, on(HeroUpdate).renamed("alias", to="secret_name"))
    gates = gates_of([Hero, HeroUpdate], *facts)
    assert gates.upgrade(HeroUpdate, {"alias": "x"}, from_version=OLD) == {"secret_name": "x"}


@pytest.mark.parametrize("patch", [Villain, Hero])
def test_a_subclass_that_inherits_the_field_is_served_as_its_base(patch: Any) -> None:
    stored = {"name": "a", "secret_name": "b"}
    body = {"name": "a", "alias": "new"}
    response = old_client(heroes(stored, patch), ALIAS).request("PATCH", "/hero", json=body)
    assert (response.status_code, response.json()) == (200, {"name": "a", "alias": "new", "age": 0})
    assert stored["secret_name"] == "new"


def test_a_subclass_that_the_contract_does_not_hold_is_not_told() -> None:
    gates = gates_of([Hero], ALIAS)
    assert gates.upgrade(Hero, {"name": "a", "alias": "b"}, from_version=OLD) == {"name": "a", "secret_name": "b"}


def test_a_field_of_which_nothing_is_declared_is_not_told() -> None:
    gates = gates_of([Hero, HeroUpdate], on(Hero).renamed("years", to="age"))
    assert gates.upgrade(HeroUpdate, {"years": 3}, from_version=OLD) == {"age": 3}


def test_a_typed_dict_with_fields_of_its_own_is_served_as_its_base() -> None:
    gates = gates_of([Named, NamedAnew], on(Named).renamed("called", to="name"))
    old = {"called": "a", "title": "t"}
    assert gates.upgrade(NamedAnew, old, from_version=OLD) == {"name": "a", "title": "t"}


class Inner(BaseModel):
    value: int


class Box(BaseModel):
    box: Inner


class LabelledBox(Box):
    label: str = ""


class PaddedBox(LabelledBox):
    padding: int = 0


class Wrapped(BaseModel, Generic[T]):
    box: Inner
    content: T


class Stranger(BaseModel):
    inner: Inner


MOVED = on(Box).moved("x", to="box.value")


class TestAMoveAndASubclass:
    """The value stood in the object, and is in a box now; the box is the base's own."""

    @pytest.mark.parametrize("types", [[Box], [Box, LabelledBox], [LabelledBox, PaddedBox], [list[Box], LabelledBox]])
    def test_each_is_carried_both_ways(self, types: list[Any]) -> None:
        gates = gates_of(types, MOVED)
        for kind in types:
            old: Any = {"x": 1} if kind != list[Box] else [{"x": 1}]
            head: Any = {"box": {"value": 1}} if kind != list[Box] else [{"box": {"value": 1}}]
            assert gates.upgrade(kind, old, from_version=OLD) == head
            assert gates.downgrade(kind, head, to_version=OLD) == old

    def test_the_fields_of_the_subclass_stay(self) -> None:
        gates = gates_of([Box, LabelledBox], MOVED)
        head = {"label": "l", "box": {"value": 1}}
        assert gates.downgrade(LabelledBox, head, to_version=OLD) == {"label": "l", "x": 1}
        assert gates.upgrade(LabelledBox, {"label": "l", "x": 1}, from_version=OLD) == head

    def test_each_old_document_has_the_old_place(self) -> None:
        schemas = gates_of([Box, LabelledBox], MOVED).contract(OLD)["components"]["schemas"]
        assert list(schemas["Box"]["properties"]) == ["x"]
        assert list(schemas["LabelledBox"]["properties"]) == ["label", "x"]

    def test_every_parametrisation_of_a_generic_is_served_alike(self) -> None:
        gates = gates_of([Wrapped[int], Wrapped[str]], on(Wrapped).moved("x", to="box.value"))
        for kind, content in ((Wrapped[int], 1), (Wrapped[str], "a")):
            head = {"content": content, "box": {"value": 1}}
            assert gates.upgrade(kind, {"content": content, "x": 1}, from_version=OLD) == head
            assert gates.downgrade(kind, head, to_version=OLD) == {"content": content, "x": 1}

    def test_one_in_requests_and_the_other_in_responses_are_served(self) -> None:
        app = FastAPI()

        @app.post("/")
        async def post(body: Box) -> LabelledBox:
            return LabelledBox(box=body.box, label="l")

        response = old_client(app, MOVED).post("/", {"x": 1})
        assert (response.status_code, response.json()) == (200, {"label": "l", "x": 1})

    def test_a_box_that_another_model_holds_too_is_still_refused(self) -> None:
        assert "Inner" in refusal(Contract.of_types(Box, LabelledBox, Stranger), lambda: MOVED)


class Base(BaseModel):
    a: str = "x"


class Sub(Base):
    b: int = 1
    fresh: int = 0


def union_of(seen: list[Any], *facts: Any) -> Client | None:
    """An app that takes either, or None where it does not start."""
    app = FastAPI()

    @app.post("/")
    async def post(body: Base | Sub) -> int:
        seen.append(body)
        return 1

    return old_client(app, *facts) if starts(Contract.of(app), *facts, else_blaming="Sub") else None


class TestABaseBesideItsSubclass:
    """A valid body is read as the old app read it, or the app does not start."""

    @pytest.mark.parametrize(
        ("body", "given"),
        [
            ({}, Base()),
            ({"was_a": "q"}, Base(a="q")),
            ({"b": 2}, Sub(b=2)),
            ({"was_a": "q", "b": 2}, Sub(a="q", b=2)),
            ({"was_a": "q", "b": 2, "fresh": 3}, Sub(a="q", b=2, fresh=3)),
        ],
    )
    def test_with_a_fact_about_the_base(self, body: Any, given: Any) -> None:
        seen: list[Any] = []
        client = union_of(seen, on(Base).renamed("was_a", to="a"))
        if client is not None:
            assert (client.post("/", body).status_code, seen) == (200, [given])

    @pytest.mark.parametrize(
        ("body", "given"),
        [
            ({}, Base()),
            ({"a": "q"}, Base(a="q")),
            ({"b": 2}, Sub(b=2, fresh=7)),
            ({"a": "q", "b": 2}, Sub(a="q", b=2, fresh=7)),
        ],
    )
    def test_with_a_fact_about_the_subclass(self, body: Any, given: Any) -> None:
        seen: list[Any] = []
        client = union_of(seen, on(Sub).added("fresh", default=7))
        if client is not None:
            assert (client.post("/", body).status_code, seen) == (200, [given])


def test_a_union_of_a_base_and_its_subclass_that_no_fact_touches_passes() -> None:
    seen: list[Any] = []
    client = union_of(seen, endpoint("/gone").moved(to="/"))
    assert client is not None
    assert (client.post("/gone", {"b": 2}).status_code, seen) == (200, [Sub(b=2)])


class Tall(BaseModel):
    height: int


class Wide(BaseModel):
    height: int = 0
    width: int = 0


@pytest.mark.parametrize(
    ("body", "given"), [({"size": 1}, Tall(height=1)), ({"height": 1}, Wide(height=1)), ({}, Wide())]
)
def test_a_renamed_key_never_leads_head_to_another_arm_than_the_old_client_meant(body: Any, given: Any) -> None:
    seen: list[Any] = []
    app = FastAPI()

    @app.post("/")
    async def post(body: Tall | Wide) -> int:
        seen.append(body)
        return 1

    fact = on(Tall).renamed("size", to="height")
    if starts(Contract.of(app), fact, else_blaming="Tall"):
        assert (old_client(app, fact).post("/", body).status_code, seen) == (200, [given])


class Aliased(BaseModel):
    secret_name: str = Field(default="", validation_alias="secretName", serialization_alias="SecretName")


class AliasedAnew(Aliased):
    secret_name: str = Field(default="nobody", validation_alias="secretName", serialization_alias="SecretName")


@pytest.mark.parametrize("spelling", ["secret_name", "secretName", "SecretName"])
def test_a_field_that_is_declared_anew_is_told_under_any_spelling(spelling: str) -> None:
    said = refusal(Contract.of_types(Aliased, AliasedAnew), lambda: on(Aliased).renamed("alias", to=spelling))
    assert "on(Aliased, AliasedAnew)" in said


def test_a_field_that_is_declared_anew_is_told_under_the_name_that_a_version_between_gave_it() -> None:
    newer = changed(on(Hero, HeroUpdate).renamed("alias", to="secret_name"), name="Newer")
    older = changed(on(Hero).renamed("nick", to="alias"), name="Older")
    timeline = Timeline(Version("2025-06-01", newer), Version("2025-03-01", older), Version("2025-01-01"))
    with pytest.raises(CompileError, match=r"on\(Hero, HeroUpdate\).renamed\('nick', to='alias'\)"):
        timeline.compile(Contract.of_types(Hero, HeroUpdate))


def test_a_fact_about_the_component_alone_says_that_the_subclass_did_not_change() -> None:
    gates = gates_of([Hero, HeroUpdate], on("Hero").renamed("alias", to="secret_name"))
    assert gates.upgrade(Hero, {"alias": "x"}, from_version=OLD) == {"secret_name": "x"}
    assert gates.upgrade(HeroUpdate, {"secret_name": "x"}, from_version=OLD) == {"secret_name": "x"}


def test_a_field_below_the_base_is_the_same_field_below_its_subclass() -> None:
    gates = gates_of([Box, LabelledBox], on(Box).renamed("box.was", to="box.value"))
    for kind in (Box, LabelledBox):
        assert gates.upgrade(kind, {"box": {"was": 1}}, from_version=OLD) == {"box": {"value": 1}}
