"""Promises 1 to 14: declarations."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.cadwyn import change_of
from timegate import DeclarationError, Timeline, Version, VersionChange, endpoint, on, semver


class Item(BaseModel):
    sku: str


FACT = on(Item).added("sku")


def declared(**body: Any) -> type[VersionChange]:
    return type("Change", (VersionChange,), body)


def test_01_a_change_needs_a_description() -> None:
    with pytest.raises(DeclarationError, match="needs a docstring"):
        declared(changes=(FACT,))


def test_02_an_explicit_description_wins_over_the_docstring() -> None:
    assert declared(__doc__="One.", description="Two.").description == "Two."


@pytest.mark.parametrize("changes", [FACT, "text", {FACT}, (1,), (on(Item).added,)])
def test_03_changes_are_a_sequence_of_facts_and_nothing_else(changes: Any) -> None:
    with pytest.raises(DeclarationError):
        declared(__doc__="A change.", changes=changes)


def test_04_attributes_that_mean_nothing_are_refused() -> None:
    with pytest.raises(DeclarationError, match="instructions_to_migrate_to_previous_version has no meaning"):
        declared(__doc__="A change.", instructions_to_migrate_to_previous_version=())


def test_05_a_change_is_never_instantiated_and_may_have_a_mixin() -> None:
    with pytest.raises(DeclarationError, match="is declared, not instantiated"):
        change_of(FACT)()

    class Mixin(VersionChange):
        """Something that several changes have in common."""

    assert issubclass(type("Mixed", (Mixin,), {"__doc__": "A change."}), Mixin)


def test_06_an_unknown_http_method_is_refused() -> None:
    with pytest.raises(DeclarationError, match="'FETCH' is no HTTP method"):
        endpoint("/items", "FETCH")


def of_none() -> int:
    return 1


@pytest.mark.parametrize("function", [of_none, pow, 3])
def test_07_a_function_takes_exactly_one_value(function: Any) -> None:
    with pytest.raises(DeclarationError, match="write a function of one value"):
        on(Item).retyped("sku", was=int, to_head=function)


def test_09_a_change_may_stand_in_any_number_of_timelines() -> None:
    change = change_of(FACT)
    for _ in range(2):
        assert Timeline(Version("2025-02-01", change), Version("2025-01-01")).head.changes == (change,)


def test_10_a_change_in_two_versions_is_refused() -> None:
    change = change_of(FACT)
    with pytest.raises(DeclarationError, match="is listed in"):
        Timeline(Version("2025-03-01", change), Version("2025-02-01", change), Version("2025-01-01"))


def test_11_a_version_that_is_there_twice_is_refused() -> None:
    with pytest.raises(DeclarationError, match="is listed twice"):
        Timeline(Version("2025-01-01"), Version("2025-01-01"))


@pytest.mark.parametrize(
    ("versions", "options"),
    [(("2025-01-01", "2025-02-01"), {}), (("1.9.0", "1.10.0"), {"scheme": semver}), (("9", "10"), {"scheme": int})],
)
def test_12_versions_in_the_wrong_order_are_refused_whatever_their_scheme(versions: Any, options: Any) -> None:
    with pytest.raises(DeclarationError, match="newest first"):
        Timeline(*map(Version, versions), **options)


def test_13_a_timeline_without_versions_is_refused() -> None:
    with pytest.raises(DeclarationError, match="needs at least one version"):
        Timeline()


def test_14_changes_in_the_oldest_version_are_refused() -> None:
    with pytest.raises(DeclarationError, match="is the oldest version and has no older one"):
        Timeline(Version("2025-01-01", change_of(FACT)))
