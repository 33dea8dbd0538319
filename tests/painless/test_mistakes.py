"""What each mistake says: never nothing, never an exception of Python's, and a remedy that helps when it is pasted."""

from __future__ import annotations

import ast
import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

import timegate
from tests.painless import shop
from tests.painless.mistakes import CALLS, MISTAKES, Mistake
from tests.painless.shop import compiled
from timegate import CompileError, TimegateError
from timegate.changes.base import Fact

LINE = re.compile(r"\b(?:on|enum|endpoint)\(")
PLACE = re.compile(r"\((\S+\.py):(\d+)\)")


def refusal_of(mistake: Mistake) -> TimegateError:
    with pytest.raises(TimegateError) as refused:
        mistake.make()
    return refused.value


def without_lines(text: str) -> str:
    """The text of an error without the lines of the tests and the addresses of objects."""
    return re.sub(r" at 0x\w+", "", PLACE.sub(lambda match: f"({Path(match[1]).name})", text))


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_says_what_to_write_instead(name: str, snapshot: SnapshotAssertion) -> None:
    assert without_lines(str(refusal_of(MISTAKES[name]))) == snapshot


@pytest.mark.parametrize("name", [name for name, one in MISTAKES.items() if one not in CALLS.values()])
def test_each_fault_names_the_file_and_the_line_of_its_change(name: str) -> None:
    refused = refusal_of(MISTAKES[name])
    for fault in refused.faults if isinstance(refused, CompileError) else ():
        match = PLACE.fullmatch(f"({fault.at})")
        assert match is not None
        assert "type(name" in Path(match[1]).read_text(encoding="utf-8").splitlines()[int(match[2]) - 1]


def line_in(text: str) -> str:
    """The first line of code in a text, as far as it goes."""
    start = next(match.start() for match in LINE.finditer(text))
    for match in reversed(list(re.finditer(r"\)", text))):
        with contextlib.suppress(SyntaxError):
            ast.parse(text[start : match.end()].replace("…", "..."), mode="eval")
            return text[start : match.end()]
    raise AssertionError(text)


def pasted(text: str, fill: Any) -> object:
    """The value of a line of code; `…` in it is a value of the author's."""
    names = {name: getattr(timegate, name) for name in timegate.__all__}
    return eval(text.replace("…", "fill"), {**vars(shop), **names, "fill": fill})


@pytest.mark.parametrize("name", [name for name, mistake in MISTAKES.items() if mistake.pasted])
def test_a_remedy_that_is_pasted_compiles(name: str) -> None:
    mistake = MISTAKES[name]
    refused = refusal_of(mistake)
    remedy = refused.faults[0].remedy if isinstance(refused, CompileError) else str(refused).partition("write ")[2]
    fact = pasted(line_in(remedy), mistake.fill)
    assert isinstance(fact, Fact)
    assert compiled(fact).timeline.values == (shop.NEW, shop.OLD)


def test_no_text_is_kept_of_a_mistake_that_nobody_makes() -> None:
    kept = Path(__file__).parent / "__snapshots__" / "test_mistakes.ambr"
    names = re.findall(r"^# name: \w+\[(.*)\]$", kept.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(names) == sorted(MISTAKES)
