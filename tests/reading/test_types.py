"""A contract is read from Python types, for payloads without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, Field, computed_field, model_serializer, model_validator

from tests.sentences import shows
from timegate import Contract
from timegate.errors import DeclarationError


class Leaf(BaseModel):
    size: int = 1


class Tree(BaseModel):
    leaves: list[Leaf] = []
    anything: Any = None


class Sent(BaseModel):
    name: str = Field(alias="theName")

    @computed_field
    def length(self) -> int:
        return len(self.name)


class Unknown(BaseModel):
    x: int


def test_types_go_both_ways_and_have_a_document_of_components() -> None:
    contract = Contract.of_types(Tree, dict[str, Leaf])
    validate(contract.document)
    assert "paths" not in contract.document
    assert set(contract.document["components"]["schemas"]) == {"Tree", "Leaf"}
    assert contract.wire.receives == contract.wire.sends
    assert contract.wire.operations == ()


@shows("types that the app does not declare are named: `Contract.of(app, sends=[…], receives=[…])`")
def test_a_type_that_is_only_sent_is_not_received() -> None:
    contract = Contract.of_types(Leaf, sends=[Sent], receives=[Tree])
    assert set(contract.wire.requests) == {"Leaf", "Tree"}
    assert set(contract.wire.responses) == {"Leaf", "Sent"}
    assert list(contract.wire.responses["Sent"].properties) == ["theName", "length"]


def test_a_type_is_found_as_it_was_given_and_a_class_wherever_it_is_a_component() -> None:
    contract = Contract.of_types(list[Tree])
    tree, leaf = {"$ref": "#/components/schemas/Tree"}, {"$ref": "#/components/schemas/Leaf"}
    assert contract.head.schema_of("requests", list[Tree]) == {"type": "array", "items": tree}
    assert contract.head.schema_of("responses", Tree) == tree
    assert contract.head.schema_of("responses", Leaf) == leaf
    assert contract.head.schema_of("responses", "Leaf") == leaf


@pytest.mark.parametrize("kind", [Unknown, "Unknown", list[Leaf]])
def test_an_unknown_type_is_named_with_the_remedy(kind: Any) -> None:
    contract = Contract.of_types(Tree)
    with pytest.raises(DeclarationError, match=r"Contract\.of\(app, receives=\["):
        contract.head.schema_of("requests", kind)
    with pytest.raises(DeclarationError, match=r"sends=\["):
        contract.head.schema_of("responses", kind)


def test_a_class_has_one_identity_in_both_directions() -> None:
    contract = Contract.of_types(sends=[Alpha.User], receives=[Beta.User, Alpha.User])
    requests = {component.model: name for name, component in contract.wire.requests.items()}
    responses = {component.model: name for name, component in contract.wire.responses.items()}
    assert len(requests) == 2
    assert responses == {Alpha.User: requests[Alpha.User]}


def test_two_classes_of_one_name_stay_two_where_each_goes_one_way() -> None:
    contract = Contract.of_types(sends=[Alpha.User], receives=[Beta.User])
    (received,), (sent,) = contract.wire.requests.values(), contract.wire.responses.values()
    assert (received.model, sent.model) == (Beta.User, Alpha.User)
    assert received.name != sent.name
    validate(contract.document)
    assert len(contract.document["components"]["schemas"]) == 2


def test_opaque_places_are_listed_once_for_each_direction() -> None:
    assert Contract.of_types(Tree, sends=[Tree]).opaque == (
        "Tree in the received: anything",
        "Tree in the sent: anything",
    )


class Alpha:
    class User(BaseModel):
        name: str = "a"


class Beta:
    class User(BaseModel):
        mail: str


def test_a_class_that_reads_and_writes_itself_is_listed() -> None:
    class Settings(BaseModel):
        size: int = 0

        @model_validator(mode="wrap")
        @classmethod
        def read(cls, value: Any, handler: Callable[[Any], Self]) -> Self:
            return handler(value)

        @model_serializer(mode="plain")
        def written(self) -> dict[str, Any]:
            return {"size": self.size}

    assert Contract.of_types(Settings).opaque == ("Settings in the sent",)
