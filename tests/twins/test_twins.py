"""An old client cannot tell today's app from the one it was written for, but where a documented rule says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.sentences import shows
from tests.twins.breakages import BREAKAGES, broken_copy, exchanged
from tests.twins.exceptions import EXCEPTIONS
from tests.twins.pairs import listening
from tests.twins.rules import RULES
from tests.twins.running import Report, run

SEED = 7
EXCHANGES = 2_500


@pytest.fixture(scope="module")
def report() -> Report:
    with listening():
        return asyncio.run(run(seed=SEED, exchanges=EXCHANGES))


def told(report: Report) -> str:
    """The differences, most frequent first; ``python -m tests.twins`` shows their code."""
    lines = [f"seed {report.seed}"]
    for key, count in report.counts.most_common(20):
        found = report.found[key]
        lines += [f"{count} x {' | '.join(key)}", f"  pair {found.pair} exchange {found.number}: {found.request}"]
        lines += [*(f"    {fact}" for fact in found.facts), f"  {found.difference.details}"]
    return "\n".join(lines)


@shows("An old client sees in it what its own server would have told, but for this:")
def test_an_old_client_sees_what_its_own_server_sent(report: Report) -> None:
    assert report.different == 0, told(report)


def test_no_timeline_that_could_have_happened_is_refused(report: Report) -> None:
    assert dict(report.refused) == {}, report.refused_at


def test_no_pair_of_apps_fails_to_be_built(report: Report) -> None:
    assert dict(report.errors) == {}, report.errors_at


def test_no_exception_is_used_for_more_than_a_few_cases_of_its_law(report: Report) -> None:
    assert report.overused() == []


def test_every_exception_quotes_the_documentation() -> None:
    text = " ".join(" ".join(path.read_text("utf-8") for path in Path("docs").glob("*.md")).split())
    used = {one.__name__ for exceptions in EXCEPTIONS.values() for one in exceptions}
    assert used == RULES.keys()
    assert [name for name, rule in RULES.items() if rule not in text] == []


def test_every_law_and_kind_of_request_was_tried(report: Report) -> None:
    assert set(report.kinds) == {"valid", "lenient", "nearly", "absurd", "version", "strange"}
    assert set(report.laws) == {
        "version", "verdict", "handler", "refusal", "reading", "own document", "head's document", "absence",
        "header fields",
    }  # fmt: skip


FOUND_QUICKLY = (
    "a key that only head has is dropped from an open model",
    "an old client reads a renamed member by its old name",
    "what became required is filled where it is absent",
)
"""What a few thousand exchanges find; ``python -m tests.twins.breakages`` tries every breakage."""


@pytest.mark.parametrize("name", FOUND_QUICKLY)
def test_a_package_that_is_broken_on_purpose_differs(name: str, tmp_path: Path) -> None:
    (breakage,) = [one for one in BREAKAGES if one.name == name]
    none = tmp_path / "none.txt"
    none.write_text("", "utf-8")
    path = broken_copy(breakage, tmp_path)
    ran = exchanged(path, "--exchanges", str(EXCHANGES), "--seed", str(SEED), "--show", "0", "--known", str(none))
    assert ran.returncode == 1, ran.stderr
    assert "new: " in ran.stdout


def test_every_breakage_changes_one_place_of_the_package(tmp_path: Path) -> None:
    for index, breakage in enumerate(BREAKAGES):
        broken_copy(breakage, tmp_path / str(index))
