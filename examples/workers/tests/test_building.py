"""A worker is built from the document of one version and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from execution_api.worker.languages import LANGUAGES, BuildFailed, Language, LanguageWorker, Program, build

from examples.workers.tests.programs import ALL_PROGRAMS

BY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
OLDEST = "2025-04-11"
FORMATTERS = {"go": ("gofmt", "-w", "."), "typescript": ("npm", "run", "format")}
NEEDED = {
    ("paths", "/workloads"): ("GetWorkloads", "/workloads"),
    ("paths", "/variables/{variable_key}", "get"): ("GetVariable", "/variables/{variable_key}"),
    ("paths", "/xcoms/{dag_id}/{run_id}/{task_id}/{key}/slice"): ("GetMappedXComBySlice", "{key}/slice"),
    ("components", "schemas", "TIRunContext", "properties", "xcom_keys_to_clear"): (
        "XComKeysToClear",
        "xcom_keys_to_clear",
    ),
    ("components", "schemas", "TIDeferredStatePayload", "properties", "next_kwargs"): ("NextKwargs", "next_kwargs"),
}
"""Some of what both workers use, and how a compiler of either language calls it."""


@ALL_PROGRAMS
def test_its_own_tests_pass_whichever_document_it_is_built_from(worker: LanguageWorker, program: Program) -> None:
    worker.language.run(worker.language.test, folder=program.folder)


@BY_LANGUAGE
def test_it_cannot_be_built_where_the_document_lacks_what_it_uses(language: Language, tmp_path: Path) -> None:
    folder = sources_of(language, tmp_path / "sources")
    lacking = tmp_path / "lacking.json"
    lacking.write_text(json.dumps(document_without(NEEDED)))

    with pytest.raises(BuildFailed) as failed:
        language.compile(folder, document=lacking)

    for names in NEEDED.values():
        assert any(name in str(failed.value) for name in names), (names, str(failed.value))


def test_the_types_that_go_keeps_are_generated_from_the_oldest_document(tmp_path: Path) -> None:
    (go,) = (language for language in LANGUAGES if language.name == "go")
    folder = sources_of(go, tmp_path / "sources")
    generated = folder / "api" / "api.gen.go"
    generated.unlink()

    go.compile(folder, document=LanguageWorker(go, OLDEST).document)

    assert generated.read_text() == (go.folder / "api" / "api.gen.go").read_text()


@BY_LANGUAGE
def test_it_is_formatted_as_its_community_does(language: Language, tmp_path: Path) -> None:
    folder = sources_of(language, tmp_path / "sources")

    language.run([FORMATTERS[language.name]], folder=folder)

    for file in (file for suffix in ("*.go", "*.ts") for file in folder.rglob(suffix)):
        kept = language.folder / file.relative_to(folder)
        if "node_modules" not in file.parts and file.name != "generated.ts":
            assert file.read_text() == kept.read_text(), f"{file.name} is not as {FORMATTERS[language.name][0]} has it"


@BY_LANGUAGE
def test_where_its_tools_are_missing_it_says_what_to_install(
    language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BuildFailed, match=r"is not installed\. It takes (Go 1\.19|Node\.js 20)"):
        language.compile(tmp_path, document=LanguageWorker(language, OLDEST).document)


def sources_of(language: Language, folder: Path) -> Path:
    """A copy of a language's sources, beside what they depend on."""
    shutil.copytree(language.folder, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    installed = build(LanguageWorker(language, OLDEST)).folder / "node_modules"
    if installed.exists():
        (folder / "node_modules").symlink_to(installed)
    return folder


def document_without(places: Iterable[tuple[str, ...]]) -> Any:
    """The oldest document without some of its parts."""
    document: Any = json.loads(LanguageWorker(LANGUAGES[0], OLDEST).document.read_text())
    for *holders, last in places:
        holder = document
        for key in holders:
            holder = holder[key]
        del holder[last]
    return document
