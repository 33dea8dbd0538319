"""Converters that put a value in place of null become a fact; any that does more is left to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from timegate.cadwyn.bundle import read_bundle

MODELS = """
from pydantic import BaseModel


class Run(BaseModel):
    note: str | None
    name: str
    start: int | str | None


class Context(BaseModel):
    run: Run | None
"""
BUNDLE = """
from cadwyn import Version, VersionBundle, VersionChange, convert_response_to_previous_version_for, schema

from app.models import Context, Run


class Change(VersionChange):
    description = "A note may be null."
    instructions_to_migrate_to_previous_version = (INSTRUCTIONS)

    @convert_response_to_previous_version_for(TARGET)
    def fill(response):
        BODY


bundle = VersionBundle(Version("2025-06-01", Change), Version("2025-01-01"))
"""


def converted(folder: Path, body: str, *, target: str = "Run", instructions: str = "") -> tuple[str, tuple[str, ...]]:
    """The facts that are written, and what is left to a person."""
    app = folder / "app"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "models.py").write_text(MODELS, encoding="utf-8")
    text = BUNDLE.replace("INSTRUCTIONS", instructions).replace("TARGET", target)
    lines = body.replace("\n", "\n        ")
    (app / "bundle.py").write_text(text.replace("BODY", lines), encoding="utf-8")
    file = read_bundle(app / "bundle.py")[0]
    return file.text.partition("changes = (")[2].strip(), file.undecided


@pytest.mark.parametrize(
    ("body", "target", "fact"),
    [
        (
            'if response.body["note"] is None:\n    response.body["note"] = "-"',
            "Run",
            "on(Run).became_nullable(\"note\", null_was='-'),)",
        ),
        (
            'if response.body.get("note") is None:\n    response.body["note"] = response.body["name"]',
            "Run",
            'on(Run).became_nullable("note", null_was=sibling("name")),)',
        ),
        (
            'run = response.body.get("run")\n'
            'if isinstance(run, dict) and run["note"] is None:\n    run["note"] = run.get("name")',
            "Context",
            'on(Run).became_nullable("note", null_was=sibling("name")),)',
        ),
    ],
)
def test_what_fills_null_is_a_fact_about_the_model(body: str, target: str, fact: str, tmp_path: Path) -> None:
    assert converted(tmp_path, body, target=target) == (fact, ())


@pytest.mark.parametrize(
    "body",
    [
        'if response.body["note"] is None:\n    response.body["note"] = made()',
        'if response.body["note"] is None:\n    response.body["name"] = "-"',
        'if response.body["note"] is not None:\n    response.body["note"] = "-"',
        'if response.body["note"] is None or response.body["name"] is None:\n    response.body["note"] = "-"',
        'if response.body["note"] is None:\n    response.body["note"] = "-"\nelse:\n    response.body["name"] = "-"',
        'if isinstance(response.body, dict) or response.body["note"] is None:\n    response.body["note"] = "-"',
        'if response.body["note"] is None and flag:\n    response.body["note"] = "-"',
        'if response.body["other"] is None:\n    response.body["other"] = "-"',
        'if response.body["note"] is None:\n    response.body["note"] = "-"\n    log(response)',
    ],
)
def test_what_does_more_is_left_to_a_person(body: str, tmp_path: Path) -> None:
    assert converted(tmp_path, body)[1] == ("fill",)


def test_a_type_that_differs_by_more_than_null_is_left_to_a_person(tmp_path: Path) -> None:
    body = 'if response.body["start"] is None:\n    response.body["start"] = 0'
    told = 'schema(Run).field("start").had(type=int),'
    assert converted(tmp_path, body, instructions=told)[1] == ("fill",)
