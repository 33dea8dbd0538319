"""Split a page into its statements, and read from the tests which of their words each shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PAGES: Final = ("http", "not-gated", "refusals")

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


@cache
def shown() -> tuple[tuple[str, str], ...]:
    """Each statement, or part of one, that a test says it shows, after the place of that test."""
    return tuple(_shown())


def _shown() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "import shows" in text:
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                    where = f"{file.relative_to(ROOT)}::{node.name}"
                    yield from ((where, part) for part in _parts(node.decorator_list))


def _parts(decorators: list[ast.expr]) -> Iterator[str]:
    for decorator in decorators:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "shows":
            yield from (ast.literal_eval(argument) for argument in decorator.args)


def words_of(part: str, statement: str) -> range:
    """Which words of a statement a part of it is: positions, none where it is no part."""
    wanted, there = part.split(), statement.split()
    for start in range(len(there) - len(wanted) + 1):
        if there[start : start + len(wanted)] == wanted:
            return range(start, start + len(wanted))
    return range(0)
