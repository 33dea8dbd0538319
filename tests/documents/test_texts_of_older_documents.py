"""What older documents said of models, fields, operations and parameters; payloads stay as they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from tests.cells.refused import Item, change_of, faults_of
from tests.sentences import shows
from timegate import Contract, DeclarationError, Gates, Timeline, Version, endpoint, on
from timegate.changes.base import Fact

OLD = "2025-01-01"


class Hero(BaseModel):
    """Somebody with a cape."""

    name: str = Field(description="As on the passport.", examples=["Ada"])
    tags: list[Annotated[str, Field(description="In small letters.")]] = []


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/heroes", summary="All heroes", tags=["heroes"], operation_id="list_heroes")
    def heroes(limit: Annotated[int, Query(description="At most.", deprecated=True)] = 10) -> list[Hero]:
        return [Hero(name="Ada")][:limit]

    @made.post("/heroes")
    def create(hero: Hero) -> Hero:
        return hero

    return made


def gates_of(*facts: Fact) -> Gates:
    return Timeline(Version("2025-06-01", change_of("Said", *facts)), Version(OLD)).compile(Contract.of(app()))


def old_document(*facts: Fact) -> dict[str, Any]:
    return gates_of(*facts).contract(OLD)


def test_a_field_has_the_texts_that_older_documents_had() -> None:
    gates = gates_of(
        on(Hero).documented("name", was={"description": "Any name.", "examples": None, "deprecated": True})
    )
    newest, old = (gates.contract(version)["components"]["schemas"]["Hero"] for version in ("2025-06-01", OLD))
    assert newest["properties"]["name"] == {
        "type": "string", "title": "Name", "description": "As on the passport.", "examples": ["Ada"],
    }  # fmt: skip
    assert old["properties"]["name"] == {
        "type": "string", "title": "Name", "description": "Any name.", "deprecated": True,
    }  # fmt: skip


def test_a_model_has_the_texts_that_older_documents_had() -> None:
    hero = old_document(on(Hero).documented(was={"title": "A hero", "description": None}))["components"]["schemas"][
        "Hero"
    ]
    assert hero["title"] == "A hero"
    assert "description" not in hero


def test_each_item_of_a_list_has_the_texts_that_older_documents_had() -> None:
    hero = old_document(on(Hero).documented("tags.*", was={"description": "Any text."}))["components"]["schemas"][
        "Hero"
    ]
    assert hero["properties"]["tags"]["items"] == {"type": "string", "description": "Any text."}


def test_an_operation_has_the_summary_tags_and_id_that_older_documents_had() -> None:
    facts = endpoint("/heroes", "GET").documented(
        was={"summary": "Heroes", "tags": None, "operationId": "heroes", "deprecated": True}
    )
    old = old_document(facts)["paths"]["/heroes"]["get"]
    assert {key: old.get(key) for key in ("summary", "tags", "operationId", "deprecated")} == {
        "summary": "Heroes", "tags": None, "operationId": "heroes", "deprecated": True,
    }  # fmt: skip
    assert "tags" not in old


def test_a_parameter_has_the_texts_that_older_documents_had() -> None:
    facts = endpoint("/heroes", "GET").query("limit").documented(was={"description": "Up to.", "deprecated": None})
    (old,) = old_document(facts)["paths"]["/heroes"]["get"]["parameters"]
    assert old["description"] == "Up to."
    assert "deprecated" not in {**old, **old["schema"]}


def test_payloads_of_a_documented_model_pass_unread() -> None:
    gates = gates_of(
        on(Hero).documented("name", was={"title": "N"}), endpoint("/heroes").documented(was={"tags": ["x"]})
    )
    assert not any(operation.gated for operation in gates.operations(OLD))


def test_texts_go_along_with_a_field_that_was_renamed_too() -> None:
    hero = old_document(
        on(Hero).renamed("called", to="name"), on(Hero).documented("name", was={"description": "Its name."})
    )["components"]["schemas"]["Hero"]
    assert hero["properties"]["called"]["description"] == "Its name."


def test_texts_of_one_change_commute_with_what_another_does() -> None:
    said = change_of("Said", endpoint("/heroes", "GET").documented(was={"summary": "Heroes"}))
    moved = change_of("Moved", endpoint("/all", "GET").moved(to="/heroes"))
    gates = Timeline(Version("2025-06-01", moved, said), Version(OLD)).compile(Contract.of(app()))
    assert gates.contract(OLD)["paths"]["/all"]["get"]["summary"] == "Heroes"


@shows("`documented` must say something else than the newer documents,")
@pytest.mark.parametrize(
    ("fact", "place"),
    [
        (on(Item).documented("name", was={"title": "Name"}), "Item.name"),
        (on(Item).documented(was={"title": "Item", "description": None}), "Item"),
    ],
    ids=["a field", "a model"],
)
def test_texts_that_are_the_same_are_a_fault(fact: Fact, place: str) -> None:
    contract = Contract.of_types(Item)
    (fault,) = faults_of(contract, change_of("Said", fact))
    assert (fault.place, fault.problem, fault.remedy) == (
        place, "documents say the same right after this fact", f"take {fact} out",
    )  # fmt: skip


def test_two_changes_that_tell_the_same_texts_are_a_fault() -> None:
    one = change_of("One", on(Item).documented("name", was={"title": "A"}))
    other = change_of("Other", on(Item).documented("name", was={"title": "B"}))
    (fault,) = faults_of(Contract.of_types(Item), one, other)
    assert fault.place == "the texts of Item.name"


def test_a_text_that_documents_do_not_have_is_refused_when_it_is_declared() -> None:
    wrong: Any = {"titel": "x"}
    with pytest.raises(DeclarationError) as refused:
        on(Item).documented("name", was=wrong)
    assert str(refused.value) == (
        "on(Item).documented(…): 'titel' is no text of it; "
        "give was= a dict with title, description, examples, deprecated"
    )
    with pytest.raises(DeclarationError, match=r"it says nothing; give was= a dict with summary, description, tags"):
        endpoint("/items").documented(was={})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", Decimal(1)),
        ("title", int),
        ("deprecated", "yes"),
        ("examples", "one"),
        ("examples", [float("nan")]),
        ("examples", [{1: 2}]),
        ("examples", [10**5000]),
        ("description", "half a character: \ud800"),
    ],
)
def test_what_no_document_can_say_is_refused_when_it_is_declared(key: str, value: Any) -> None:
    """It stood in the older document, which could not be written."""
    wrong: Any = {key: value}
    with pytest.raises(DeclarationError) as refused:
        on(Item).documented("name", was=wrong)
    assert str(refused.value) == (
        f"on(Item).documented(…): no document can say this of {key!r}; "
        "give was= a dict with title, description, examples, deprecated"
    )


def test_a_limit_of_too_many_digits_is_a_fault() -> None:
    """The start broke off while the message was written."""
    too_long = Annotated[int, Field(ge=10**5000)]
    faults = faults_of(Contract.of_types(Item), change_of("Limited", on(Item).constrained("size", was=too_long)))
    assert {fault.place for fault in faults} == {
        "on(Item).constrained('size', was=Annotated[int, <FieldInfo of too many digits>])", "Item.size",
    }  # fmt: skip
