"""What a person is asked about an edit of head: all that no schema says, and nothing twice."""

from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, create_model

from timegate import Contract
from timegate.frozen.change_code import change_code
from timegate.frozen.compare import differences
from timegate.frozen.contract import ContractPair, VersionContracts
from timegate.frozen.proposal import Proposal
from timegate.frozen.proposals import proposals
from timegate.frozen.wording import told

OLD = "2025-01-01"


def model(name: str, **fields: Any) -> Any:
    return create_model(name, __module__=__name__, **fields)


def proposed(old: Contract, new: Contract) -> list[Proposal]:
    frozen, today = VersionContracts(old).of_head(OLD).document, VersionContracts(new).of_head(OLD)
    return proposals(differences(frozen, today.document), ContractPair(frozen, today))


def pets(kind: Any, *, create: Any = None, sends: bool = True) -> Contract:
    """A clinic whose pets are sent by one model and received by another."""
    sent = [model("Pet", weight=(kind, ...))] if sends else []
    return Contract.of_types(receives=[model("PetCreate", weight=(create or kind, ...))], sends=sent)


def questions(old: Contract, new: Contract) -> dict[str, str]:
    return {fact.text.partition(".")[0]: one.question for one in proposed(old, new) for fact in one.facts}


def test_a_number_that_a_function_converts_for_responses_is_asked_about_in_requests() -> None:
    asked = questions(pets(int), pets(float))
    assert asked.keys() == {"on(Pet)", "on(PetCreate)"}
    assert "how does an old client read `weight`?" in asked["on(Pet)"]
    assert "how does head read an old `weight`" in asked["on(PetCreate)"]


def test_a_number_that_a_function_converts_for_requests_is_asked_about_in_responses() -> None:
    asked = questions(pets(float), pets(int))
    assert "how does head read an old `weight`?" in asked["on(PetCreate)"]
    assert "how does an old client read `weight`, where" in asked["on(Pet)"]


def test_a_number_of_one_model_on_both_sides_is_asked_about_on_both() -> None:
    def both(kind: Any) -> Contract:
        one = model("Pet", weight=(kind, ...))
        return Contract.of_types(receives=[one], sends=[one])

    (found,) = proposed(both(int), both(float))
    assert [fact.text.count("undecided(") for fact in found.facts] == [2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (pets(int, sends=False), pets(float, sends=False)),
        (pets(str, create=int), pets(str, create=float)),
    ],
)
def test_a_number_without_a_twin_that_is_converted_is_not_asked_about(old: Contract, new: Contract) -> None:
    assert questions(old, new) == {"on(PetCreate)": ""}


def visits(**fields: Any) -> Contract:
    return Contract.of_types(sends=[model("Visit", id=(int, ...), **fields)])


def test_a_key_that_old_servers_always_sent_is_asked_about_where_it_is_gone() -> None:
    (found,) = proposed(visits(paid=(bool, False)), visits())
    assert (
        "what does an old client read as `paid`? Old servers sent False where nothing else was said" in found.question
    )
    (fact,) = found.facts
    assert fact.text.startswith('on(Visit).removed("paid", was=bool, required=False, backfill=undecided(')


def test_a_key_that_was_null_by_default_is_left_out_without_a_question() -> None:
    (found,) = proposed(visits(note=(str | None, None)), visits())
    assert (found.question, found.facts[0].text) == ("", 'on(Visit).removed("note", was=str | None, required=False)')


def test_keys_that_are_other_members_are_told_as_keys() -> None:
    kinds: list[Any] = [dict[Literal["cat", "dog"], int], dict[Literal["pets"], int]]
    old, new = (VersionContracts(visits(rates=(kind, ...))).of_head(OLD).document for kind in kinds)
    texts = [told(one) for one in differences(old, new)]
    assert texts
    assert not any("was object and is object" in text for text in texts)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ({"colour": (str, ...)}, {"colour": (str, ...), "zip_of_the_clinic": (int, 1)}, "ZipOfTheClinicOfVisitIsNew"),
        ({"colour": (str, ...)}, {"colour": (int, ...)}, "ColourOfVisitHasAnotherType"),
    ],
)
def test_the_name_of_a_change_is_a_whole_sentence(old: Any, new: Any, name: str) -> None:
    assert change_code(proposed(visits(**old), visits(**new))).name == name


def test_the_name_of_a_rename_says_what_it_is_called_now() -> None:
    old, new = visits(zip=(str, ...)), visits(zip_code=(str, ...))
    assert change_code(proposed(old, new)).name == "ZipOfVisitIsNowCalledZipCode"


class OldFilters(BaseModel):
    who: str = ""
    limit: int = 10


class Filters(BaseModel):
    owner: str = ""
    limit: int = 10


class Wide(BaseModel):
    owner: str = ""
    limit: float = 10


def listing(filters: Any, *paths: str) -> Contract:
    """An app that lists several things by the same query model."""
    app = FastAPI()

    async def listed(by: Any) -> list[int]:
        return [by.limit]

    listed.__annotations__["by"] = Annotated[filters, Query()]
    for path in paths:
        app.get(path)(listed)
    return Contract.of(app)


def test_a_field_of_a_query_model_is_asked_about_once() -> None:
    paths = ("/cats", "/dogs", "/birds")
    (found,) = proposed(listing(OldFilters, *paths), listing(Filters, *paths))
    assert "`who` of Filters is now called `owner`" in found.says
    renamed, apart = ([fact.text for fact in offer.facts] for offer in found.offers)
    assert renamed == ['on(Filters).renamed("who", to="owner")']
    assert [text.partition('("')[0] for text in apart] == ["on(Filters).removed", "on(Filters).added"]


def test_a_field_of_a_query_model_of_one_operation_is_a_parameter_of_that() -> None:
    (found,) = proposed(listing(OldFilters, "/cats"), listing(Filters, "/cats"))
    assert found.offers[0].facts[0].text == 'endpoint("/cats", "GET").query("who").renamed(to="owner")'


def test_all_that_differs_in_a_query_model_is_told_of_it() -> None:
    paths = ("/cats", "/dogs")
    renamed, widened = proposed(listing(OldFilters, *paths), listing(Wide, *paths))
    assert renamed.offers[0].facts[0].text == 'on(Wide).renamed("who", to="owner")'
    assert [fact.text for fact in widened.facts] == ['on(Wide).retyped("limit", was=int)']


def test_what_only_some_operations_of_a_query_model_lack_is_no_field_of_it() -> None:
    app = FastAPI()

    @app.get("/cats")
    async def cats(by: Annotated[Filters, Query()]) -> int:
        return by.limit

    @app.get("/dogs")
    async def dogs(who: str = "", limit: int = 10) -> int:
        return limit

    (found,) = [one for one in proposed(Contract.of(app), listing(Filters, "/cats", "/dogs")) if one.offers]
    assert found.offers[0].facts[0].text == 'endpoint("/dogs", "GET").query("who").renamed(to="owner")'
