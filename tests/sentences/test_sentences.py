"""Each word of these pages is shown by a test that carries it: who writes one anew has to say which test holds it."""

from __future__ import annotations

import pytest

from tests.sentences.statements import PAGES, shown, statements, words_of

SAY_NOTHING = (
    "How timegate handles a request and its response.",
    "How a version is chosen is in [Selecting a version](selecting.md); how timegate and other middleware "
    "work together is in [The order of middleware](middleware-order.md).",
    "Where a change touches the body of an operation:",
    "This page says what it does not gate, and how to list that for your app.",
    "Some things cannot be gated although a contract describes them.",
    "Then nothing passes ungated: the app does not start, or timegate refuses the one body.",
    "[HTTP](http.md) has the whole list.",
)
"""What introduces or leads on, and says nothing of what happens."""

SHOWN_BY_THE_PAGE = (
    "`GET /items` is not in the list: it is gated completely.",
    "Keep the list in a test of yours, and you see each new gap at once:",
    "So the list also has the places whose schema says less than the type:",
    "or a key that no schema shows.",
)
"""What the code of the page itself shows: ``tests/test_docs.py`` runs it and compares what it prints."""


def pages() -> list[str]:
    return [statement for page in PAGES for statement in statements(page)]


@pytest.mark.parametrize("page", PAGES)
def test_each_word_of_the_page_is_shown_by_a_test_that_carries_it(page: str) -> None:
    parts = [*(part for _, part in shown()), *SAY_NOTHING, *SHOWN_BY_THE_PAGE]
    missing: list[str] = []
    for statement in statements(page):
        there = {position for part in parts for position in words_of(part, statement)}
        words = [word for position, word in enumerate(statement.split()) if position not in there]
        if words:
            missing.append(f"{' '.join(words)!r} of {statement!r}")
    assert not missing, "write @shows(…) of tests.sentences at the test of:\n" + "\n".join(missing)


def test_what_a_test_shows_stands_in_one_place_of_the_pages() -> None:
    said = pages()
    carried = [*shown(), *(("SAY_NOTHING", one) for one in SAY_NOTHING)]
    carried += [("SHOWN_BY_THE_PAGE", one) for one in SHOWN_BY_THE_PAGE]
    wrong = [
        f"{where} shows {part!r}, in {places} statements"
        for where, part in carried
        if (places := sum(bool(words_of(part, statement)) for statement in said)) != 1
    ]
    assert not wrong, "no page says it (any more), or more words have to say what is meant:\n" + "\n".join(wrong)


def test_hardly_a_statement_needs_no_test() -> None:
    assert len(SAY_NOTHING) <= 8


def test_a_statement_ends_where_the_next_one_begins() -> None:
    said = pages()
    assert {"Big integers stay exact.", "`version-brownout` | 503"} <= set(said)
    assert not [one for one in said if "```" in one or one.startswith(("#", "|"))]
