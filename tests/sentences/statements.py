"""Split a page into its statements, and read which tests hold each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
HERE: Final = Path(__file__).resolve().parent
PAGES: Final = ("http", "not-gated", "refusals")
RUN_BY_THE_PAGE: Final = "the page"
"""Stands for the test that runs the code of every page and compares what it prints."""

_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_RULE: Final = re.compile(r"^\|[-| ]+\|$")
_ITEM: Final = re.compile(r"^- ")
# A sentence ends before one that begins with a capital letter, a figure, code or emphasis.
_END: Final = re.compile(r"(?<=[.?!])[*)]*\s+(?=[A-Z0-9`*\[(]|timegate )")


def statements(page: str) -> Iterator[str]:
    """The statements of a page: each sentence of its text, each row of its tables without the head."""
    text = _FENCE.sub("", (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    for block in re.split(r"\n{2,}", text):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        rows = [line for line in lines if line.startswith("|")]
        if rows:
            body = [row for row in rows if not _RULE.match(row)]
            yield from (row.strip("| ") for row in (body[1:] if len(body) < len(rows) else body))
        else:
            yield from _sentences(lines)


def _sentences(lines: list[str]) -> Iterator[str]:
    items: list[list[str]] = [[]]
    for line in lines:
        if _ITEM.match(line):
            items.append([])
        items[-1].append(line.strip().removeprefix("- "))
    for item in items:
        yield from (sentence.strip("* ") for sentence in _END.split(" ".join(item)) if sentence.strip())


def held(page: str) -> Mapping[str, list[str]]:
    """The tests that hold each statement of a page, as its file lists them.

    A line that begins at the margin is a statement. Below it stands a test a line, by its file below ``tests`` and its
    name, or in parentheses why the statement needs none.
    """
    found: dict[str, list[str]] = {}
    for line in (HERE / f"{page}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            found[next(reversed(found))].append(line.strip())
        elif line:
            assert line not in found, f"{page}.txt has this statement twice: {line}"
            found[line] = []
    return found
