"""The frozen contracts that workers in other languages are built from are what the server shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from execution_api.versions import timeline
from execution_api.versions.serving import gates
from execution_api.worker.languages import BUILT_FROM, LANGUAGES, Language, LanguageWorker

FILES = [LanguageWorker(LANGUAGES[0], version).document for version in BUILT_FROM]
OPERATION = r"(GET|PUT|POST|PATCH|DELETE|HEAD) (/[^`\s.]*)"
BY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)


def told_in(language: Language) -> set[tuple[str, str]]:
    """The operations in the table of a language's page."""
    return set(re.findall(rf"^\| `{OPERATION}`", (language.folder / "README.md").read_text(), re.MULTILINE))


def used_by(language: Language) -> set[tuple[str, str]]:
    """The operations that the sources of a language call."""
    if language.name == "go":
        generated = (language.folder / "api" / "api.gen.go").read_text()
        methods = re.findall(rf"^// (\w+) sends {OPERATION}\.$", generated, re.MULTILINE)
        operations = {name: (method, path) for name, method, path in methods}
        sources = "".join(file.read_text() for file in (language.folder / "worker").glob("*.go"))
        return {operations[name] for name in re.findall(r"\b(?:client|queue)\.([A-Z]\w+)\(", sources)}
    sources = "".join(file.read_text() for file in (language.folder / "src").glob("*.ts"))
    return set(re.findall(r'\.(GET|PUT|POST|PATCH|DELETE|HEAD)\(\s*"(/[^"]*)"', sources))


def test_there_is_the_document_of_the_oldest_version_and_of_todays() -> None:
    assert [file.stem for file in FILES] == [timeline.values[-1], timeline.values[0]]


@pytest.mark.parametrize("version", BUILT_FROM)
def test_the_server_still_shows_the_document_that_workers_were_built_from(version: str) -> None:
    kept = json.loads(LanguageWorker(LANGUAGES[0], version).document.read_text())
    # What a frozen contract says besides is for the check of later releases.
    assert kept.pop("x-timegate")
    assert kept == gates().contract(version)


@BY_LANGUAGE
def test_the_page_of_a_language_tells_each_operation_that_its_worker_calls_and_no_other(language: Language) -> None:
    assert told_in(language) == used_by(language)
    assert len(told_in(language)) == 13


@BY_LANGUAGE
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_operation_of_the_page_is_in_every_document(language: Language, file: Path) -> None:
    paths = json.loads(file.read_text())["paths"]

    assert [(method, path) for method, path in told_in(language) if method.lower() not in paths.get(path, {})] == []
