"""A component of a document that may be null, or that is combined of parts, has fields that facts can name."""

from copy import deepcopy
from typing import Any

import pytest

from tests.silence.exchanges import OLD, faults_of, timeline_of
from timegate import Contract, Gates, on


def has(*keys: str, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {key: {"type": "string"} for key in keys}, **more}


def named(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def contract_of(schemas: dict[str, Any], openapi: str = "3.0.3") -> Contract:
    media = {"content": {"application/json": {"schema": named("X")}}}
    document: dict[str, Any] = {
        "openapi": openapi,
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"post": {"requestBody": media, "responses": {"200": {"description": "", **media}}}}},
        "components": {"schemas": schemas},
    }
    return Contract.from_openapi(document, sends=["X"], receives=["X"])


def both(gates: Gates, head: Any, old: Any) -> None:
    assert gates.downgrade("X", deepcopy(head), to_version=OLD) == old
    assert gates.upgrade("X", deepcopy(old), from_version=OLD) == head


NULLABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "3.0": ("3.0.3", has("login", nullable=True)),
    "3.1": ("3.1.0", {**has("login"), "type": ["object", "null"]}),
    "3.0, combined": ("3.0.3", {"nullable": True, "allOf": [has("login"), has("z")]}),
}
HELD: dict[str, dict[str, Any]] = {
    "a reference": named("U"),
    "a union": {"anyOf": [named("U"), {"type": "integer"}]},
    "all of one": {"allOf": [named("U")]},
}


@pytest.mark.parametrize("kind", NULLABLE)
def test_a_component_that_may_be_null_can_change(kind: str) -> None:
    openapi, schema = NULLABLE[kind]
    gates = timeline_of(on("X").renamed("name", to="login")).compile(contract_of({"X": schema}, openapi))
    both(gates, {"login": "a"}, {"name": "a"})
    both(gates, None, None)


@pytest.mark.parametrize("kind", NULLABLE)
@pytest.mark.parametrize("held", HELD)
def test_it_can_change_where_it_is_held(kind: str, held: str) -> None:
    openapi, schema = NULLABLE[kind]
    schemas = {"U": schema, "X": {"type": "object", "properties": {"u": HELD[held]}}}
    gates = timeline_of(on("U").renamed("name", to="login")).compile(contract_of(schemas, openapi))
    both(gates, {"u": {"login": "a"}}, {"u": {"name": "a"}})
    both(gates, {"u": None}, {"u": None})


def test_a_list_that_may_be_null_can_change() -> None:
    schemas = {"U": has("login"), "X": {"type": "array", "nullable": True, "items": named("U")}}
    gates = timeline_of(on("U").renamed("name", to="login")).compile(contract_of(schemas))
    both(gates, [{"login": "a"}], [{"name": "a"}])
    both(gates, None, None)


COMBINED: dict[str, dict[str, Any]] = {
    "a base and fields": {"allOf": [named("Base"), has("x")]},
    "fields beside a base": {**has("x"), "allOf": [named("Base")]},
    "fields in two parts": {"allOf": [named("Base"), has("x"), has("y")]},
    "closed fields beside a base": {**has("x"), "allOf": [named("Base")], "x-more": 1},
}


@pytest.mark.parametrize("kind", COMBINED)
@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.0"])
def test_a_combined_component_can_change_in_its_own_fields_and_in_its_bases(kind: str, openapi: str) -> None:
    contract = contract_of({"Base": has("login"), "X": COMBINED[kind]}, openapi)
    both(
        timeline_of(on("Base").renamed("name", to="login")).compile(contract),
        {"login": "a", "x": "b"}, {"name": "a", "x": "b"},
    )  # fmt: skip
    both(
        timeline_of(on("X").renamed("old", to="x")).compile(contract),
        {"login": "a", "x": "b"}, {"login": "a", "old": "b"},
    )  # fmt: skip
    both(
        timeline_of(on("X").renamed("old", to="x"), on("Base").renamed("name", to="login")).compile(contract),
        {"login": "a", "x": "b"}, {"name": "a", "old": "b"},
    )  # fmt: skip
    (fault,) = faults_of(contract, on("X").renamed("name", to="login"))
    assert (fault.place, fault.problem) == ("X.login", "there is no such field right after this fact")


def test_a_field_can_be_removed_from_a_combined_component() -> None:
    fact = on("X").removed("gone", was=str, backfill="g", loses="unread")
    contract = contract_of({"Base": has("login"), "X": COMBINED["a base and fields"]})
    gates = timeline_of(fact).compile(contract)
    assert gates.downgrade("X", {"login": "a", "x": "b"}, to_version=OLD) == {"login": "a", "x": "b", "gone": "g"}
    assert gates.upgrade("X", {"login": "a", "x": "b", "gone": "g"}, from_version=OLD) == {"login": "a", "x": "b"}


def test_objects_that_are_only_combined_are_one() -> None:
    contract = contract_of({"X": {"allOf": [has("login", required=["login"]), has("x")], "description": "both"}})
    assert contract.document["components"]["schemas"]["X"] == {
        **has("login", "x"), "required": ["login"], "description": "both",
    }  # fmt: skip
    both(timeline_of(on("X").renamed("name", to="login")).compile(contract), {"login": "a"}, {"name": "a"})


def test_fields_beside_a_union_of_components_can_change() -> None:
    union = {"oneOf": [named("A"), named("B")]}
    contract = contract_of({"A": has("a", required=["a"]), "B": has("b", required=["b"]), "X": {**has("x"), **union}})
    both(timeline_of(on("A").renamed("old", to="a")).compile(contract), {"a": "1", "x": "2"}, {"old": "1", "x": "2"})
    both(timeline_of(on("X").renamed("old", to="x")).compile(contract), {"a": "1", "x": "2"}, {"a": "1", "old": "2"})


def test_fields_of_which_some_union_requires_one_can_change() -> None:
    either = {"anyOf": [{"required": ["x"]}, {"required": ["login"]}]}
    gates = timeline_of(on("X").renamed("old", to="x")).compile(contract_of({"X": {**has("login", "x"), **either}}))
    both(gates, {"login": "a", "x": "b"}, {"login": "a", "old": "b"})
