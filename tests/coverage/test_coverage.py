"""Each kind of breaking change that is called mended breaks an old client without its fact, and not with it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.coverage.exchanges import exchange
from tests.coverage.others import DECIDED, OUT
from tests.coverage.page import PAGE, kinds, page, row
from tests.coverage.schemas import schema_change
from tests.coverage.typespec import PAIRS
from timegate import endpoint, enum, on

KINDS = kinds()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if schema_change(kind) is not None])
def test_a_value_that_the_other_side_does_not_take_is_one_that_it_takes(kind: str) -> None:
    change = schema_change(kind)
    assert change is not None
    pair = change.pair
    assert pair.fits(pair.sender, pair.sent)
    assert not pair.fits(pair.receiver, pair.sent), "nothing breaks"
    assert pair.fits(pair.receiver, pair.received)
    assert change.converted() == change.payload(pair.received)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if exchange(kind) is not None])
def test_an_exchange_that_the_change_breaks_is_what_the_old_server_made_it(kind: str) -> None:
    found = exchange(kind)
    assert found is not None
    assert found.read(mended=False) != found.expected, "nothing breaks"
    assert found.read(mended=True) == found.expected


def test_of_243_kinds_at_least_190_are_mended_or_decided() -> None:
    counts = Counter(row(kind).state for kind in KINDS)
    assert len(KINDS) == 243
    assert counts["mended"] + counts["decided"] >= 190
    assert counts["mended"] > counts["decided"] + counts["out of scope"]


def test_no_kind_is_told_twice_and_none_is_made_up() -> None:
    told = [{kind for kind in KINDS if schema_change(kind) or exchange(kind)}, {*DECIDED}, {*OUT}]
    assert sum(map(len, told)) == len({*told[0], *told[1], *told[2]}) == len(KINDS)
    assert {*told[0], *told[1], *told[2]} == {*KINDS}


def test_every_fact_that_stands_beside_a_decorator_of_typespec_exists() -> None:
    subjects = {
        "on(M).": on("M"),
        "enum(E).": enum("E"),
        "endpoint(…).": endpoint("/a"),
        "literal('a').": on("M").literal("a"),
        "query('q').": endpoint("/a").query("q"),
    }
    named = [
        (subject, fact)
        for _, _, here in PAIRS
        for subject in subjects
        for fact in re.findall(rf"{re.escape(subject)}(\w+)\(", here)
    ]
    assert len(named) > 30
    assert [(subject, fact) for subject, fact in named if not hasattr(subjects[subject], fact)] == []


def test_the_page_is_what_the_tests_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.coverage"
