"""What a function gets as a whole is judged before, also where it is no object with keys of its own."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, RootModel

from tests.asgi.calling import Caller
from tests.cells.refused import change_of
from tests.sentences import shows
from tests.silence.old_client import OLD, gates_of, timeline_of
from timegate import Contract, Timeline, UpgradeError, Version, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.testing import broken_laws


class Point(BaseModel):
    x: int
    y: int


class Path(BaseModel):
    points: list[Point] = []
    start: Point


def to_head(numbers: list[int]) -> dict[str, int]:
    return {"x": numbers[0], "y": numbers[1]}


def to_old(point: dict[str, int]) -> list[int]:
    return [point["x"], point["y"]]


def reshaped(was: Any) -> Timeline:
    return timeline_of(on(Point).reshaped(was=was, to_head=to_head, to_old=to_old))


@pytest.mark.parametrize("was", [list[int], RootModel[list[int]]], ids=["a list", "a model that is a list"])
def test_the_items_of_a_list_in_place_of_a_model_are_judged_by_the_old_type(was: Any) -> None:
    served = FastAPI()

    @served.post("/paths")
    def create(path: Path) -> Path:
        return path

    served.add_middleware(TimegateMiddleware, timeline=reshaped(was))
    with Caller(served, headers={"API-Version": OLD}) as client:
        assert client.post("/paths", json={"start": [1, "2"]}).json() == {"points": [], "start": [1, 2]}
        refused = client.post("/paths", json={"start": [1, 2], "points": [[1, "much"]]})
    assert refused.status_code == 422
    (error,) = refused.json()["detail"]
    assert (error["loc"], error["input"]) == (["body", "points", 0, 1], "much")


def test_without_http_too() -> None:
    gates = reshaped(list[int]).compile(Contract.of_types(Path))
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(Path, {"start": [1, None]}, from_version=OLD)
    assert refused.value.pointer == "/start/1"


def test_values_of_which_no_type_is_known_are_judged_by_their_schema() -> None:
    served = FastAPI()

    @served.post("/sums")
    def add(numbers: list[int]) -> int:
        return sum(numbers)

    fact = endpoint("/sums").rewritten(request=lambda numbers: numbers[:2], loses="only two ever counted")
    served.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
    with Caller(served, headers={"API-Version": OLD}) as client:
        assert client.post("/sums", json=[1, 2, 3]).json() == 3
        assert client.post("/sums", json=[1, 2, "much"]).status_code == 422


class Numbers(BaseModel):
    items: list[int]


def test_the_body_of_an_endpoint_is_converted_alike_with_and_without_http() -> None:
    served = FastAPI()

    @served.put("/numbers")
    def put(numbers: Numbers) -> Numbers:
        return numbers

    gates = timeline_of(endpoint("/numbers").enveloped("items")).compile(Contract.of(served))
    assert gates.upgrade("PUT /numbers", [1], from_version=OLD) == {"items": [1]}
    assert gates.downgrade("PUT /numbers", {"items": [1]}, to_version=OLD) == [1]
    assert gates.downgrade(Numbers, {"items": [1]}, to_version=OLD) == {"items": [1]}
    assert gates.upgrade("PUT /numbers", [2], from_version=OLD, onto={"items": [1]}) == {"items": [2]}


class Cat(BaseModel):
    lives: int


class Dog(BaseModel):
    bark: str


class Home(BaseModel):
    pet: Cat | Dog


class Fish(BaseModel):
    fins: int


def test_a_function_of_one_way_alone_is_no_law() -> None:
    fact = on(Cat).retired(was=Fish, read_as=lambda fish: {"lives": fish["fins"]}, loses="nobody has one")
    broken = broken_laws(timeline_of(fact).compile(Contract.of_types(Home)))
    assert [law.model for law in broken] == ["Home"], broken


class OldDog(BaseModel):
    sound: str


class Kennel(BaseModel):
    dog: Dog


def test_the_laws_try_a_type_that_only_a_fact_names_within_what_holds_it() -> None:
    fact = on(Kennel).retyped(
        "dog", was=OldDog, to_head=lambda dog: {"bark": dog["sound"]}, to_old=lambda dog: {"sound": dog["bark"]}
    )
    assert broken_laws(timeline_of(fact).compile(Contract.of_types(Kennel))) == []


class Listed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    numbers: list[int]


class Sealed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    x: int
    y: int


class Loose(Listed):
    model_config = ConfigDict(extra="ignore")


@shows("refused (422) where its model is closed, though the function would not pass it on;")
@pytest.mark.parametrize("model", [Point, Sealed])
def test_a_key_that_a_closed_old_type_lacks_is_refused_though_no_function_would_pass_it_on(model: Any) -> None:
    fact = on(model).reshaped(
        was=Listed,
        to_head=lambda old: to_head(old["numbers"]),
        to_old=lambda new: {"numbers": to_old(new)},
    )
    gates = timeline_of(fact).compile(Contract.of_types(model, receives=[list[model]]))
    assert gates.upgrade(model, {"numbers": [1, 2]}, from_version=OLD) == {"x": 1, "y": 2}
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(model, {"numbers": [1, 2], "note": "n"}, from_version=OLD)
    assert [(one.kind, one.path) for one in refused.value.failures] == [("extra_forbidden", ["note"])]
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(list[model], [{"numbers": [1, 2]}, {"note": "n"}], from_version=OLD)
    assert [one.kind for one in refused.value.failures] == ["missing", "extra_forbidden"]


def test_a_key_that_an_open_old_type_lacks_is_dropped() -> None:
    fact = on(Point).reshaped(
        was=Loose, to_head=lambda old: to_head(old["numbers"]), to_old=lambda new: {"numbers": to_old(new)}
    )
    gates = timeline_of(fact).compile(Contract.of_types(Point))
    assert gates.upgrade(Point, {"numbers": [1, 2], "note": "n"}, from_version=OLD) == {"x": 1, "y": 2}


class Tool(BaseModel):
    name: str = Field(validation_alias="nameIn", serialization_alias="nameOut")
    size: int = 1
    parts: list[Tool] = []


def numbered(tools: list[Any]) -> dict[str, Any]:
    return {str(number): tool for number, tool in enumerate(tools)}


def test_an_object_of_head_in_what_a_function_gets_is_as_it_was_sent() -> None:
    """Under the key that requests have, and without the defaults of what was left out."""
    served, got = FastAPI(), list[dict[str, Any]]()

    @served.post("/tools")
    def create(tools: dict[str, Tool]) -> None:
        got.extend(tool.model_dump(exclude_unset=True) for tool in tools.values())

    fact = endpoint("/tools").rewritten(request=numbered, was=list[Tool], loses="nothing")
    served.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
    with Caller(served, headers={"API-Version": OLD}) as client:
        assert client.post("/tools", json=[{"nameIn": "saw", "parts": [{"nameIn": "blade", "size": "2"}]}]).is_success
        refused = client.post("/tools", json=[{"nameIn": "saw", "parts": [{"size": "big"}]}])
    assert got == [{"name": "saw", "parts": [{"name": "blade", "size": 2}]}]
    assert sorted((error["loc"], error["type"]) for error in refused.json()["detail"]) == [
        (["body", 0, "parts", 0, "nameIn"], "missing"),
        (["body", 0, "parts", 0, "size"], "int_parsing"),
    ]


class Held(BaseModel):
    held: Point
    total: int = 1


@pytest.mark.parametrize("is_newer", [True, False])
def test_a_body_of_another_status_then_leaves_its_envelope_in_whatever_order_the_facts_are(is_newer: bool) -> None:
    served = FastAPI()

    @served.post("/points", status_code=201)
    def post(point: Point) -> Held:
        return Held(held=point)

    status, enveloped = endpoint("/points").status(201, was=200), endpoint("/points").enveloped("held")
    versions = [change_of("Status", status), change_of("Envelope", enveloped)]
    one, other = versions if is_newer else reversed(versions)
    timeline = Timeline(Version("2025-06-01", one), Version("2025-03-01", other), Version(OLD))
    served.add_middleware(TimegateMiddleware, timeline=timeline)
    with Caller(served, headers={"API-Version": OLD}) as client:
        response = client.post("/points", json={"x": 1, "y": 2})
    assert (response.status_code, response.json()) == (200, {"x": 1, "y": 2})


def test_facts_of_one_change_do_so_too() -> None:
    served = FastAPI()

    @served.post("/points", status_code=201)
    def post(point: Point) -> Held:
        return Held(held=point)

    facts = endpoint("/points").enveloped("held"), endpoint("/points").status(201, was=200)
    served.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts))
    with Caller(served, headers={"API-Version": OLD}) as client:
        response = client.post("/points", json={"x": 1, "y": 2})
    assert (response.status_code, response.json()) == (200, {"x": 1, "y": 2})


class Labelled(BaseModel):
    label: str
    note: str | None = None


@pytest.mark.parametrize("merged_first", [True, False])
def test_a_function_of_the_object_gets_no_key_that_only_a_fact_beside_it_has(merged_first: bool) -> None:
    seen: list[set[str]] = []

    def note_of(labelled: dict[str, Any]) -> str:
        seen.append(set(labelled))
        return "none"

    merged = on(Labelled).merged(("a", "b"), into="label", was=(str, str), together="{}-{}".format, apart=str.split)
    noted = on(Labelled).became_optional("note", missing_was=note_of)
    gates = gates_of([Labelled], *([merged, noted] if merged_first else [noted, merged]))
    old = {"a": "x", "b": "y", "note": "none"}
    assert gates.downgrade(Labelled, {"label": "x y"}, to_version=OLD) == old
    assert seen == [{"label"} if merged_first else {"a", "b"}]
