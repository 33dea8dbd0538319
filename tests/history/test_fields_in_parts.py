"""One field that became several, and several that became one: in both directions, in documents, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.testclient import TestClient

from tests.cells.refused import change_of, faults_of
from timegate import Contract, DeclarationError, DowngradeError, Gates, Timeline, UpgradeError, Version, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

OLD = "2025-01-01"


class Person(BaseModel):
    first: str
    last: str = Field(alias="lastName")
    age: int = 0


class Named(BaseModel):
    name: str
    age: int = 0


class Patch(BaseModel):
    name: str | None = None


class Single(BaseModel):
    name: str
    surname: str | None = None


def apart(name: str) -> tuple[str, str]:
    first, space, last = name.partition(" ")
    if not space:
        raise ValueError("one word")
    return first, last


def together(first: str, last: str | None) -> str:
    return f"{first} {last}" if last else first


def first_and_perhaps_last(name: str) -> list[str | None]:
    first, _, last = name.partition(" ")
    return [first, last or None]


SPLIT = on(Person).split("name", into=("first", "last"), was=str, apart=apart, together=together)
MERGED = on(Named).merged(("first", "last"), into="name", was=(str, str), together=together, apart=apart)


def timeline_of(*facts: Fact) -> Timeline:
    return Timeline(Version("2025-06-01", change_of("Changed", *facts)), Version(OLD))


def gates_of(model: Any, *facts: Fact) -> Gates:
    return timeline_of(*facts).compile(Contract.of_types(model))


def old_schema(gates: Gates, model: type) -> Any:
    return gates.contract(OLD)["components"]["schemas"][model.__name__]


def test_an_old_field_becomes_several_and_these_become_it_again() -> None:
    gates = gates_of(Person, SPLIT)
    assert gates.upgrade(Person, {"name": "Ada L", "age": 3}, from_version=OLD) == {
        "first": "Ada", "lastName": "L", "age": 3,
    }  # fmt: skip
    sent = {"first": "Ada", "lastName": "L", "age": 3}
    assert gates.downgrade(Person, sent, to_version=OLD) == {"name": "Ada L", "age": 3}
    old = old_schema(gates, Person)
    assert old["properties"] == {
        "age": {"default": 0, "title": "Age", "type": "integer"}, "name": {"type": "string"},
    }  # fmt: skip
    assert old["required"] == ["name"]


def test_several_old_fields_become_one_and_it_becomes_these_again() -> None:
    gates = gates_of(Named, MERGED)
    assert gates.upgrade(Named, {"first": "Ada", "last": "L"}, from_version=OLD) == {"name": "Ada L"}
    assert gates.downgrade(Named, {"name": "Ada L", "age": 3}, to_version=OLD) == {
        "first": "Ada", "last": "L", "age": 3,
    }  # fmt: skip
    old = old_schema(gates, Named)
    assert {*old["properties"]} == {"age", "first", "last"}
    assert {*old["required"]} == {"first", "last"}


def test_a_part_may_have_the_name_of_the_whole() -> None:
    split = on(Single).split("name", into=("name", "surname"), was=str, apart=first_and_perhaps_last, together=together)
    gates = gates_of(Single, split)
    assert gates.upgrade(Single, {"name": "Ada L"}, from_version=OLD) == {"name": "Ada", "surname": "L"}
    assert gates.upgrade(Single, {"name": "Ada"}, from_version=OLD) == {"name": "Ada", "surname": None}
    assert gates.downgrade(Single, {"name": "Ada"}, to_version=OLD) == {"name": "Ada"}
    assert old_schema(gates, Single)["required"] == ["name"]
    merged = on(Named).merged(("name", "last"), into="name", was=(str, str), together=together, apart=apart)
    assert gates_of(Named, merged).upgrade(Named, {"name": "Ada", "last": "L"}, from_version=OLD) == {"name": "Ada L"}


def test_a_key_of_the_parts_does_not_reach_head_beside_the_old_field() -> None:
    gates = gates_of(Person, SPLIT)
    sent = {"name": "Ada L", "first": "root", "lastName": "root"}
    assert gates.upgrade(Person, sent, from_version=OLD) == {"first": "Ada", "lastName": "L"}


def test_each_part_is_judged_by_its_own_type_and_a_missing_one_is_named() -> None:
    gates = gates_of(Named, MERGED)
    for sent, said in (
        ({"first": 7, "last": "L"}, "at /first: the value is not of its type"),
        ({"first": "Ada"}, "at /last: the key is required"),
    ):
        with pytest.raises(UpgradeError) as refused:
            gates.upgrade(Named, sent, from_version=OLD)
        assert str(refused.value) == said


def test_a_value_that_cannot_be_split_is_the_clients_fault_and_one_that_cannot_be_downgraded_is_ours() -> None:
    with pytest.raises(UpgradeError, match="at /name: the value cannot be converted"):
        gates_of(Person, SPLIT).upgrade(Person, {"name": "Ada"}, from_version=OLD)
    with pytest.raises(DowngradeError):
        gates_of(Named, MERGED).downgrade(Named, {"name": "Ada"}, to_version=OLD)


def test_one_part_alone_is_refused_where_both_are_optional_and_neither_stays_absent() -> None:
    merged = on(Patch).merged(("first", "last"), into="name", was=(str, str), together=together, apart=apart)
    gates = gates_of(Patch, merged)
    assert gates.upgrade(Patch, {}, from_version=OLD) == {}
    assert gates.upgrade(Patch, {"first": "Ada", "last": "L"}, from_version=OLD) == {"name": "Ada L"}
    with pytest.raises(UpgradeError):
        gates.upgrade(Patch, {"first": "Ada"}, from_version=OLD)


def test_parts_cross_several_versions_with_their_renames() -> None:
    renamed = on(Person).renamed("given", to="first")
    older = on(Person).renamed("full_name", to="name")
    timeline = Timeline(
        Version("2025-06-01", change_of("Renamed", renamed)),
        Version("2025-05-01", change_of("Split", on(Person).split(
            "name", into=("given", "last"), was=str, apart=apart, together=together
        ))),
        Version("2025-04-01", change_of("Older", older)),
        Version(OLD),
    )  # fmt: skip
    gates = timeline.compile(Contract.of_types(Person))
    head = {"first": "Ada", "lastName": "L"}
    assert gates.downgrade(Person, head, to_version=OLD) == {"full_name": "Ada L"}
    assert gates.upgrade(Person, {"full_name": "Ada L"}, from_version=OLD) == head
    assert gates.upgrade(Person, {"given": "Ada", "lastName": "L"}, from_version="2025-05-01") == head


def test_an_old_client_posts_and_reads_one_field_over_http() -> None:
    app = FastAPI()

    @app.post("/people")
    def create(person: Person) -> Person:
        return person

    app.add_middleware(TimegateMiddleware, timeline=timeline_of(SPLIT))
    with TestClient(app, headers={"API-Version": OLD}) as client:
        assert client.post("/people", json={"name": "Ada L"}).json() == {"name": "Ada L", "age": 0}
        refused = client.post("/people", json={"age": 1})
        assert (refused.status_code, refused.json()["detail"][0]["loc"][0]) == (422, "body")


@pytest.mark.parametrize(
    ("model", "fact", "place", "problem"),
    [
        (
            Person,
            on(Person).split("name", into=("first", "middle"), was=str, apart=apart, together=together),
            "Person.middle",
            "there is no such field right after this fact",
        ),
        (
            Person,
            on(Person).split("age", into=("first", "last"), was=str, apart=apart, together=together),
            "Person.age",
            "'age' is another field of the newer version",
        ),
        (
            Named,
            on(Named).merged(("first", "age"), into="name", was=(str, int), together=together, apart=apart),
            "Named.age",
            "'age' is another field of the newer version",
        ),
        (
            Named,
            on(Named).merged(("first", "last"), into="title", was=(str, str), together=together, apart=apart),
            "Named.title",
            "there is no such field right after this fact",
        ),
    ],
    ids=["a part that is none", "an old name that is taken", "an old part that is taken", "a whole that is none"],
)
def test_parts_that_are_not_there_are_a_fault(model: Any, fact: Fact, place: str, problem: str) -> None:
    (fault,) = faults_of(Contract.of_types(model), change_of("Changed", fact))
    assert (fault.place, fault.problem) == (place, problem)


def test_functions_and_names_of_the_wrong_number_are_refused_when_they_are_declared() -> None:
    with pytest.raises(DeclarationError, match=r"together cannot be called with 2 values .* write a function of 2 val"):
        on(Person).split("name", into=("first", "last"), was=str, apart=apart, together=str.upper)
    with pytest.raises(DeclarationError, match="into is a tuple of two names or more"):
        on(Person).split("name", into=("first",), was=str, apart=apart, together=str.upper)
    with pytest.raises(DeclarationError, match="was= is a tuple with a type for each field"):
        on(Named).merged(("first", "last"), into="name", was=(str,), together=together, apart=apart)


def before_and_after(both: str) -> tuple[str, str]:
    before, _, after = both.partition(" ")
    return before, after


def test_a_field_that_came_and_was_split_in_one_version_leaves_nothing_else_behind() -> None:
    class Member(BaseModel, extra="allow"):
        first: str
        last: str

    split = on(Member).split(
        "name", into=("first", "last"), was=str, apart=before_and_after, together=lambda *parts: " ".join(parts)
    )
    gates = gates_of(Member, on(Member).added("name", default="Ada L"), split)
    assert gates.upgrade(Member, {"age": 3}, from_version=OLD) == {"first": "Ada", "last": "L", "age": 3}
    assert gates.downgrade(Member, {"first": "Ada", "last": "L"}, to_version=OLD) == {}


def test_a_field_that_was_merged_and_went_in_one_version_leaves_nothing_else_behind() -> None:
    class Member(BaseModel, extra="allow"):
        age: int = 1

    merged = on(Member).merged(
        ("first", "last"), into="name", was=(str, str), together=lambda *parts: " ".join(parts), apart=before_and_after
    )
    gone = on(Member).removed("name", was=str, backfill="Ada L", loses="nobody reads it")
    gates = gates_of(Member, merged, gone)
    assert gates.downgrade(Member, {"age": 3}, to_version=OLD) == {"first": "Ada", "last": "L", "age": 3}
    assert gates.upgrade(Member, {"first": "Ada", "last": "L"}, from_version=OLD) == {}
