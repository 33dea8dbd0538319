"""The one public module for third parties: what it offers, and that a fact of one's own is a fact like any other."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

import timegate.extend
from timegate import CompileError, Contract, DeclarationError, Timeline, Version, VersionChange
from timegate.asgi import TimegateMiddleware
from timegate.extend import (
    DeclaredBody,
    DeclaredOperation,
    FieldsFact,
    HistoryBuilder,
    KeyRenamed,
    Loss,
    Model,
    Models,
    contract_of,
    fact,
    undo,
    with_property_renamed,
)


@fact
class Prefixed(FieldsFact):
    """Fields whose name has a prefix in older versions."""

    prefix: str

    verb: ClassVar[str] = "prefixed"
    loss: ClassVar[Loss] = Loss.NONE


@undo.register
def _undo_prefixed(fact: Prefixed, builder: HistoryBuilder) -> None:
    for field in fact.fields:
        for place in builder.places(fact.models, field, newer=True):
            old = fact.prefix + place.key
            builder.put(place.side, with_property_renamed(builder.component(place.side, place.name), place.key, old))
            builder.record(place.side, place.name, KeyRenamed(builder.origin, old, place.key), old, place.key)


@fact
class Unregistered(FieldsFact):
    """A kind of fact that nothing undoes."""

    verb: ClassVar[str] = "unregistered"


class Vocabulary(Models):
    def prefixed(self, *fields: str, prefix: str) -> Prefixed:
        return Prefixed(models=self.models, fields=fields, prefix=prefix)


def on(*models: Model) -> Vocabulary:
    return Vocabulary(models)


class Item(BaseModel):
    name: str
    parts: list[Item] = []


class Prefix(VersionChange):
    """Names have no prefix any more."""

    changes = (on(Item).prefixed("name", prefix="x_"),)


TIMELINE = Timeline(Version("2025-06-01", Prefix), Version("2025-01-01"))
OLD: dict[str, Any] = {"x_name": "a", "parts": [{"x_name": "b", "parts": []}]}
HEAD: dict[str, Any] = {"name": "a", "parts": [{"name": "b", "parts": []}]}


def test_the_names_of_the_module_are_these() -> None:
    names = """
        UNSET Component Contract DeclaredBody DeclaredOperation DeclaredParameter DeclaredParameters
        Endpoint EndpointFact Fact FieldPlace FieldsFact Given HistoryBuilder KeyAdded KeyRemoved KeyRenamed
        Loss Members MembersChanged Model ModelFact Models ObjectConverted Origin Pin Schema Scope Selector
        Sibling Side ValueConverted ValueReplaced contract_of fact undo with_property with_property_renamed
        with_property_required with_property_schema without_property
    """
    assert timegate.extend.__all__ == names.split()
    assert [name for name in timegate.extend.__all__ if not hasattr(timegate.extend, name)] == []


def test_a_fact_of_ones_own_converts_payloads_both_ways_wherever_the_model_occurs() -> None:
    gates = TIMELINE.compile(Contract.of_types(Item))
    assert gates.upgrade(Item, OLD, from_version="2025-01-01") == HEAD
    assert gates.downgrade(Item, HEAD, to_version="2025-01-01") == OLD


def test_it_is_in_the_old_document_and_reads_as_code() -> None:
    schemas: dict[str, Any] = TIMELINE.compile(Contract.of_types(Item)).contract("2025-01-01")["components"]["schemas"]
    assert {name: list(schema["properties"]) for name, schema in schemas.items()} == {
        "Item-Input": ["x_name", "parts"],
        "Item-Output": ["x_name", "parts"],
    }
    assert str(Prefix.changes[0]) == "on(Item).prefixed('name', prefix='x_')"
    assert Prefix.changes[0] == on(Item).prefixed("name", prefix="x_")
    assert Prefix.changes[0].loss is Loss.NONE


def test_it_is_served_over_http() -> None:
    app = FastAPI()
    app.add_middleware(TimegateMiddleware, timeline=TIMELINE)
    received: list[Any] = []

    @app.post("/items")
    def post(item: Item) -> Item:
        received.append(item)
        return item

    with TestClient(app) as client:
        response = client.post("/items", json=OLD, headers={"API-Version": "2025-01-01"})
    assert (response.status_code, response.json()) == (200, OLD)
    assert received == [Item.model_validate(HEAD)]


def test_it_obeys_the_rules_of_every_fact() -> None:
    with pytest.raises(DeclarationError, match=r"on\(Item\)\.prefixed\(…\)"):
        on(Item).prefixed(prefix="x_")

    class Misspelled(VersionChange):
        """The field is misspelled."""

        changes = (on(Item).prefixed("nam", prefix="x_"),)

    with pytest.raises(CompileError) as caught:
        Timeline(Version("2025-06-01", Misspelled), Version("2025-01-01")).compile(Contract.of_types(Item))
    (fault,) = caught.value.faults
    assert (fault.version, fault.change, fault.place) == ("2025-06-01", Misspelled.__qualname__, "Item.nam")


def test_a_kind_of_fact_that_nothing_undoes_is_a_fault_that_says_so() -> None:
    class Unknown(VersionChange):
        """Nothing undoes it."""

        changes = (Unregistered(models=(Item,), fields=("name",)),)

    with pytest.raises(CompileError) as caught:
        Timeline(Version("2025-06-01", Unknown), Version("2025-01-01")).compile(Contract.of_types(Item))
    assert "timegate.extend.undo.register" in caught.value.faults[0].remedy


def test_a_contract_of_ones_own_has_documents_and_gates_for_every_version() -> None:
    operation = DeclaredOperation(
        method="PUT",
        path="/items/{key}",
        request=DeclaredBody(kind=Item),
        responses={"200": DeclaredBody(kind=list[Item]), "204": None},
    )
    contract = contract_of([operation], undescribed=["GET /health: nothing describes it"])
    assert contract.opaque == ("GET /health: nothing describes it",)
    gates = TIMELINE.compile(contract)
    (gate,) = gates.operations("2025-01-01")
    assert (gate.key, gate.gated, gate.success) == ("PUT /items/{key}", True, "200")
    assert list(gates.contract("2025-01-01")["paths"]["/items/{key}"]["put"]["responses"]) == ["200", "204"]


BUILDER = (
    "places", "field_places", "targets", "component", "put", "record", "fault", "fault_without_effect", "type_of",
)  # fmt: skip
"""What an undoing function works with, of a class that has more."""

SUBJECTS = ("Endpoint", "Members", "Models")
"""Classes to derive from; `docs/vocabulary.md` has their methods, and each of these is a fact."""


def signatures() -> Iterator[str]:
    """Yield every name of the module with what it is called with, and the members that a third party uses."""
    for name in timegate.extend.__all__:
        value: Any = getattr(timegate.extend, name)
        if inspect.isfunction(value) and name != "undo":
            yield signature(name, value)
        elif inspect.isclass(value):
            yield from class_signatures(name, value)
        else:
            yield name


def class_signatures(name: str, value: type[Any]) -> Iterator[str]:
    annotations: dict[str, Any] = getattr(value, "__annotations__", {})
    if dataclasses.is_dataclass(value) and name != "HistoryBuilder":
        yield f"{name}({', '.join(f'{one.name}: {one.type}' for one in dataclasses.fields(value) if one.init)})"
    else:
        yield f"{name}({', '.join(annotations)})" if hasattr(value, "_fields") else name
    members = BUILDER if name == "HistoryBuilder" else () if name in SUBJECTS else sorted(vars(value))
    for member in members:
        method = getattr(value, member, None)
        if not member.startswith("_") and (inspect.isfunction(method) or inspect.ismethod(method)):
            yield signature(f"{name}.{member}", method)


def signature(name: str, function: Any) -> str:
    # Releases of Python differ in the quotation marks around annotations.
    return f"{name}{inspect.signature(function)}".replace("'", "")


def test_names_and_signatures_are_frozen() -> None:
    """A name may be added, and an argument that has a default; whatever else changes here breaks somebody's package."""
    frozen = Path(__file__).with_name("extend.txt").read_text("utf-8").splitlines()
    assert list(signatures()) == frozen
