"""Each statement of these pages names a test that there is; what is written anew has to say which test holds it."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.sentences.statements import PAGES, ROOT, RUN_BY_THE_PAGE, held, statements

NEEDS_NONE = ("(introduces the ", "(leads to ")
"""How it is said that a statement says nothing of what happens."""


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the tests in a file below ``tests``."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    found = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


@pytest.mark.parametrize("page", PAGES)
def test_each_statement_of_the_page_is_listed_with_what_holds_it(page: str) -> None:
    said, listed = list(statements(page)), list(held(page))
    assert [one for one in said if one not in listed] == [], f"say in tests/sentences/{page}.txt which test holds it"
    assert [one for one in listed if one not in said] == [], f"{page}.md no longer says it"
    assert listed == said


@pytest.mark.parametrize("page", PAGES)
def test_each_test_that_is_named_is_there(page: str) -> None:
    missing = [
        (statement, name)
        for statement, names in held(page).items()
        for name in names or ["no test at all"]
        if name != RUN_BY_THE_PAGE and not name.startswith(NEEDS_NONE)
        if name.partition("::")[2] not in names_in(name.partition("::")[0])
    ]
    assert missing == []


def test_hardly_a_statement_needs_no_test() -> None:
    needless = [names for page in PAGES for names in held(page).values() if names[0].startswith(NEEDS_NONE)]
    assert len(needless) <= 8


def test_a_statement_ends_where_the_next_one_begins() -> None:
    said = [one for page in PAGES for one in statements(page)]
    assert {"Big integers stay exact.", "The reason is a text.", "`version-brownout` | 503"} <= set(said)
    assert not [one for one in said if "```" in one or one.startswith(("#", "|"))]
