"""Edits of head without a declared change: each is told with its severity and its fact, and mended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, validate

from tests.frozen.edits import EDITS
from tests.frozen.edits.edit import Edit
from tests.frozen.shops import EXCHANGES, Shop
from timegate import DeclarationError, Timeline
from timegate.frozen.check import Check
from timegate.frozen.difference import Severity
from timegate.frozen.finding import Finding, Level, Report
from timegate.frozen.version_file import write_change
from timegate.promises import PROMISES, Promise

EVERY = [pytest.param(edit, id=edit.name) for edit in EDITS]
DECIDED = [pytest.param(edit, id=edit.name) for edit in EDITS if edit.decided]
BEYOND = [pytest.param(edit, id=edit.name) for edit in EDITS if "no fact " in edit.fact]
OPEN = [
    pytest.param(edit, id=edit.name)
    for edit in EDITS
    if not edit.decided and edit.severity != "text" and "no fact " not in edit.fact
]
SETTLED = [pytest.param(edit, id=edit.name) for edit in EDITS if edit.settled]

SETTLED_FILE = """\
from typing import *

from pydantic import ConfigDict, Field

from PACKAGE.models import *
from timegate import *


GIVEN


class Settled(VersionChange):
    "What was decided."

    changes = (SETTLED,)
"""


def edited(edit: Edit, folder: Path) -> Shop:
    shop = Shop(folder)
    shop.freeze()
    shop.edit(edit)
    return shop


def test_without_an_edit_nothing_is_told(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.freeze()
    with shop.checked() as check:
        assert check.report() == Report((), ("2025-01-01",))


def test_there_are_at_least_eighty() -> None:
    assert len({(edit.old, edit.new) for edit in EDITS}) == len(EDITS) >= 80


@pytest.mark.parametrize("edit", EVERY)
def test_it_is_told_with_its_severity_and_its_fact_and_judged_by_each_promise(edit: Edit, tmp_path: Path) -> None:
    with edited(edit, tmp_path).checked() as check:
        findings = {promise: judged(check, promise) for promise in PROMISES}
    at_place = [one for one in findings["exact"] if one.place == edit.place]
    assert at_place, [(one.place, one.message) for one in findings["exact"]]
    worst = min(list(Severity).index(one.severity) for one in at_place if one.severity is not None)
    assert list(Severity)[worst].value == edit.severity
    assert any(edit.fact in one.remedy for one in at_place), at_place
    harmless = edit.severity == "text"
    levels = {promise: some[0].level for promise, some in findings.items()}
    assert levels == {
        "exact": Level.NOTE if harmless else Level.ERROR,
        "additive": Level.NOTE if harmless or edit.appears else Level.ERROR,
        "lossless": Level.NOTE if harmless else Level.ERROR,
    }


def judged(check: Check, promise: Promise) -> list[Finding]:
    """The differences, as a timeline with a promise judges them."""
    timeline = Timeline(*check.timeline.versions, promise=promise)
    return [one for one in Check(timeline, check.contract, check.folder).report().findings if one.told]


@pytest.mark.parametrize("edit", DECIDED)
def test_what_is_written_makes_the_check_green_and_old_clients_pass(edit: Edit, tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.freeze()
    before = shop.exchanges()
    assert [status for status, _ in before] == [int(status) for _, _, status, _ in EXCHANGES]
    shop.edit(edit)
    with shop.checked() as check:
        proposals = check.to_declare()
        assert proposals
        assert [one.question for one in proposals if one.question] == []
        file = write_change(check.timeline, check.folder, proposals).file
    lints(file)
    assert_green(shop)
    after = assert_served(shop)
    if not any(verb in edit.fact for verb in ("removed", "retired", "null", 'query("limit").retyped')):
        assert after == before


@pytest.mark.parametrize("edit", SETTLED)
def test_what_a_person_decides_as_it_is_offered_makes_the_check_green_and_old_clients_pass(
    edit: Edit, tmp_path: Path
) -> None:
    shop = Shop(tmp_path)
    shop.freeze()
    before = shop.exchanges()
    shop.edit(edit)
    text = SETTLED_FILE.replace("PACKAGE", shop.name).replace("GIVEN", edit.given).replace("SETTLED", edit.settled)
    (shop.versions / "unreleased.py").write_text(text, encoding="utf-8")
    assert_green(shop)
    # What old clients send comes back; what head's type makes of one of them is said by the function.
    after = assert_served(shop)
    assert after == before or "retyped" in edit.settled


@pytest.mark.parametrize("edit", BEYOND)
def test_what_no_fact_declares_is_said_and_nothing_is_written(edit: Edit, tmp_path: Path) -> None:
    with edited(edit, tmp_path).checked() as check:
        assert check.to_declare() == []
        assert any(edit.fact in one.question for one in check.beyond_facts())


def assert_green(shop: Shop) -> None:
    with shop.checked() as check:
        report = check.report()
    assert [one for one in report.findings if one.level is Level.ERROR] == []


def assert_served(shop: Shop) -> list[tuple[int, Any]]:
    """Assert that a client of the frozen version gets what its contract says; returns what it gets."""
    after = shop.exchanges()
    assert [status for status, _ in after] == [int(status) for _, _, status, _ in EXCHANGES]
    for (method, path, status, _), (_, body) in zip(EXCHANGES, after, strict=True):
        assert_valid(shop, method, path.partition("?")[0].replace("/7", "/{order_id}"), status, body)
    return after


@pytest.mark.parametrize("edit", OPEN)
def test_what_needs_a_decision_is_a_placeholder_with_which_no_app_starts(edit: Edit, tmp_path: Path) -> None:
    shop = edited(edit, tmp_path)
    with shop.checked() as check:
        proposals = check.to_declare()
        assert proposals
        assert all(one.question for one in proposals)
        file = write_change(check.timeline, check.folder, proposals, message="What is new").file
    text = file.read_text(encoding="utf-8")
    assert "undecided(" in text
    lints(file)
    with pytest.raises(DeclarationError, match=r"unreleased\.py:\d+: a change is undecided: "), shop.imported():
        pass


def lints(file: Path) -> None:
    """What is written passes the linters, with imports in order, and is laid out as the formatter does."""
    ruff = [sys.executable, "-m", "ruff"]
    own = f"src=['{file.parents[2]}']"
    for command in (["check", "--isolated", "--select=E,F,I,D2,D3,D4,UP,RUF"], ["format", "--isolated", "--diff"]):
        line = ["--line-length=88", "--config", own] if command[0] == "check" else []
        ignored = ["--ignore=D203,D213,RUF001,RUF002,RUF003,D400,D415,D401"] if line else []
        ran = subprocess.run([*ruff, *command, *line, *ignored, str(file)], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}\n{file.read_text(encoding='utf-8')}"


def assert_valid(shop: Shop, method: str, path: str, status: str, body: Any) -> None:
    """Assert that a response is what the frozen contract says."""
    document = json.loads(shop.contracts.file("2025-01-01").read_text(encoding="utf-8"))
    response = document["paths"][path][method.lower()]["responses"][status]
    if "content" not in response:
        assert body is None
        return
    schema = response["content"]["application/json"]["schema"]
    validate(body, {**schema, "components": document["components"]}, Draft202012Validator)
