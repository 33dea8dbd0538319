"""A good document in which anything is something else compiles or is refused: nothing else leaves the compiler."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.silence.documents import faults_of, json_of, named
from tests.silence.exchanges import NEW, OLD, timeline_of
from timegate import Contract, enum, on
from timegate.typing import is_array, is_object, type_of

SEED = 20261126


GOOD: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/a/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    {"$ref": "#/components/parameters/Trace"},
                ],
                "responses": {
                    "200": {"description": "", **json_of(named("A"))},
                    "default": {"$ref": "#/components/responses/Wrong"},
                },
            },
            "post": {
                "requestBody": {"required": True, **json_of({"type": "array", "items": named("A")})},
                "responses": {
                    "200": {
                        "description": "",
                        **json_of(
                            {
                                "oneOf": [named("B"), named("D")],
                                "discriminator": {
                                    "propertyName": "kind",
                                    "mapping": {"b": "#/components/schemas/B", "d": "D"},
                                },
                            }
                        ),
                    }
                },
            },
        }
    },
    "components": {
        "parameters": {"Trace": {"name": "X-Trace", "in": "header", "schema": {"type": "string"}}},
        "responses": {"Wrong": {"description": "", **json_of(named("E"))}},
        "schemas": {
            "A": {
                "type": "object",
                "required": ["x"],
                "properties": {
                    "x": {"type": "integer"},
                    "y": {"type": ["integer", "null"]},
                    "c": named("Colour"),
                    "l": {"type": "array", "items": {"anyOf": [named("B"), {"type": "null"}]}},
                    "m": {"type": "object", "additionalProperties": named("B")},
                },
            },
            "B": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"const": "b"}, "n": {"type": "integer", "default": 1}},
            },
            "D": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"enum": ["d"]}},
                "allOf": [{"properties": {"in": {"type": "object", "properties": {"z": named("A")}}}}],
            },
            "E": {"type": "object", "properties": {"detail": {"type": "string"}, "b": named("B")}},
            "Colour": {"type": "string", "enum": ["red", "blue"]},
        },
    },
}


STRANGE: list[Any] = [
    None, True, -1, "", "x", [], {}, [None], {"a": None}, [[]], named("A"), named("Nobody"), {"$ref": 7},
    {"anyOf": [named("A"), named("A")]}, {"const": [1]}, {"enum": [[1], {}]},
]  # fmt: skip


FACTS = (
    on("A").renamed("w", to="y"),
    on("B").added("n"),
    enum("Colour").grew("blue", seen_as="red"),
    on("E").renamed("message", to="detail"),
)


def judged(given: Any) -> None:
    """Compile, and serve each version's document."""
    gates = timeline_of(*FACTS).compile(Contract.from_openapi(given))
    for version in (NEW, OLD):
        gates.contract(version)


def places_in(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    pairs: Iterable[tuple[Any, Any]] = node.items() if is_object(node) else enumerate(node) if is_array(node) else ()
    for key, inner in pairs:
        yield from places_in(inner, (*place, key))


def changed(given: Any, place: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """A copy in which the container of a place was changed."""
    copied = copy.deepcopy(given)
    node = copied
    for key in place[:-1]:
        node = node[key]
    change(node, place[-1])
    return copied


PLACES = [place for place in places_in(GOOD) if place]


def test_the_good_document_compiles() -> None:
    assert faults_of(partial(judged, GOOD)) == 0


@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_a_document_with_one_strange_value_compiles_or_is_refused(strange: Any) -> None:
    escaped: list[str] = []
    for place in PLACES:

        def put(node: Any, key: Any) -> None:
            node[key] = strange

        mutated = changed(GOOD, place, put)
        try:
            faults_of(partial(judged, mutated))
        except Exception as error:
            escaped.append(f"{'/'.join(map(str, place))}: {type(error).__name__}: {error}")
    assert escaped == []


def test_a_document_that_lacks_one_thing_compiles_or_is_refused() -> None:
    escaped: list[str] = []

    def take(node: Any, key: Any) -> None:
        del node[key]

    for place in PLACES:
        mutated = changed(GOOD, place, take)
        try:
            faults_of(partial(judged, mutated))
        except Exception as error:
            escaped.append(f"{'/'.join(map(str, place))}: {type(error).__name__}: {error}")
    assert escaped == []


@pytest.mark.parametrize("seed", range(SEED, SEED + 8))
def test_a_document_with_several_mutations_compiles_or_is_refused(seed: int) -> None:
    dice = random.Random(seed)
    escaped: list[str] = []
    for _ in range(60):
        mutated = copy.deepcopy(GOOD)
        for _ in range(dice.randint(2, 6)):
            places = [place for place in places_in(mutated) if place]
            place, other = dice.choice(places), dice.choice(places)
            strange: Any = dice.choice([*STRANGE, other])

            def mutate(node: Any, key: Any, strange: Any = strange, mutated: Any = mutated) -> None:
                node[key] = copy.deepcopy(found(mutated, strange) if type_of(strange) is tuple else strange)

            mutated = changed(mutated, place, mutate)
        try:
            faults_of(partial(judged, mutated))
        except Exception as error:
            escaped.append(f"seed {seed}: {type(error).__name__}: {error}")
    assert escaped == []


def found(node: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        node = node[key]
    return node
