"""What a person is asked about an edit of head: all that no schema says, and nothing twice."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import create_model

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
