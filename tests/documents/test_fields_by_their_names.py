"""A field that a handler sends by its name in Python is called so in every document."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from timegate import Contract, Timeline, Version, VersionChange, on
from timegate.wire.wire import Component


class Aliased(BaseModel):
    some_thing: int = Field(alias="someThing")


never = NotImplementedError("documents only")


def test_names_that_a_handler_sends_without_aliases_are_in_older_documents_that_name_them_otherwise() -> None:
    plain = FastAPI()

    @plain.get("/a", response_model_by_alias=False)
    def by_name() -> Aliased:
        raise never

    class NamedBetter(VersionChange):
        """`thing` is now called `some_thing`."""

        changes = (on(Aliased).renamed("thing", to="some_thing"),)

    gates = Timeline(Version("2", NamedBetter), Version("1"), scheme=int).compile(Contract.of(plain))
    shown = {version: gates.contract(version)["components"]["schemas"]["Aliased"] for version in ("2", "1")}
    assert shown["2"] == plain.openapi()["components"]["schemas"]["Aliased"]
    assert list(shown["1"]["properties"]) == shown["1"]["required"] == ["thing"]


def test_a_class_that_is_sent_with_and_without_aliases_has_two_components() -> None:
    plain = FastAPI()

    @plain.get("/a", response_model_by_alias=False)
    def by_name() -> Aliased:
        raise never

    @plain.get("/b")
    def by_alias() -> Aliased:
        raise never

    contract = Contract.of(plain)
    responses = {operation.path: operation.responses["200"] for operation in contract.wire.operations}
    sent = {path: set(sent_in(contract, response).properties) for path, response in responses.items()}
    assert sent == {"/a": {"some_thing"}, "/b": {"someThing"}}
    assert {c.model for c in contract.wire.responses.values()} == {Aliased}


def sent_in(contract: Contract, response: Any) -> Component:
    return contract.wire.responses[response.schema["$ref"].rpartition("/")[2]]
