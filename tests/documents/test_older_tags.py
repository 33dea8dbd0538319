"""The tags that a discriminator lists in an older document are those that old clients send."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.exchanges import OLD, faults_of, timeline_of
from timegate import Contract, on


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Visit(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


def cat(value: Any) -> str:
    return "cat"


def first(value: Any) -> str:
    return "kitten"


FACTS = {
    "another type": on(Cat).retyped("kind", was=Literal["kitten"], to_head=cat, to_old=first),
    "a type of two": on(Cat).retyped("kind", was=Literal["kitten", "puss"], to_head=cat, to_old=first, loses="a word"),
    "a table": on(Cat).mapped("kind", {"kitten": "cat"}),
    "another name": on(Cat).literal("kind").renamed("kitten", to="cat"),
}


def contract() -> Contract:
    app = FastAPI()

    @app.post("/visits")
    async def visit(body: Visit) -> Visit:
        return body

    return Contract.of(app)


@pytest.mark.parametrize("name", FACTS)
def test_lead_to_the_arm(name: str) -> None:
    gates = timeline_of(FACTS[name]).compile(contract())
    tags = ["kitten", "puss"] if name == "a type of two" else ["kitten"]
    document: Any = gates.contract(OLD)
    discriminator = document["components"]["schemas"]["Visit"]["properties"]["pet"]["discriminator"]
    mapping = {**dict.fromkeys(tags, "#/components/schemas/Cat"), "dog": "#/components/schemas/Dog"}
    assert discriminator == {"propertyName": "kind", "mapping": mapping}
    for tag in tags:
        assert gates.upgrade(Visit, {"pet": {"kind": tag}}, from_version=OLD) == {"pet": {"kind": "cat"}}
    assert gates.downgrade(Visit, {"pet": {"kind": "cat"}}, to_version=OLD) == {"pet": {"kind": "kitten"}}


def test_must_be_known() -> None:
    (fault, *_) = faults_of(contract(), on(Cat).retyped("kind", was=str, to_head=cat, to_old=first))
    assert fault.place == "Cat.kind"
    assert fault.problem == "this key tells the arms of a union apart, and its old type does not list by which values"
    assert fault.remedy == "on(Cat).retyped('kind', was=Literal[…])"
