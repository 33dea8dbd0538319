"""The same environment on every machine: what is locked, and with which Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from execution_api.worker import (
    GENERATIONS,
    EnvironmentFailed,
    Generation,
    Interpreter,
    NoSuitablePython,
    UnknownSdk,
    find_interpreter,
    generation_of,
    generations_of,
    make_environment,
)

_PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[0-9][0-9a-z.]*)(?: ; .+)?")


def _fake_python(folder: Path, command: str, *, says: str) -> Path:
    """A command on a search path that prints what a Python of that version would."""
    folder.mkdir(exist_ok=True)
    executable = folder / command
    executable.write_text(f"#!/bin/sh\n{says}\n")
    executable.chmod(0o755)
    return executable


class TestTable:
    def test_every_api_version_has_one_generation_and_they_stand_oldest_first(self) -> None:
        versions = [generation.api_version for generation in GENERATIONS]
        assert versions == sorted(set(versions))
        assert len(versions) == 9

    def test_words_choose_generations_in_their_order_and_each_once(self) -> None:
        assert [g.sdk for g in generations_of("1.3.2, 1.0.0 1.3.2")] == ["1.0.0", "1.3.2"]
        assert generations_of(["1.1.8"]) == (generation_of("1.1.8"),)
        assert generations_of("all") == GENERATIONS

    @pytest.mark.parametrize("words", ["", "  ", "1.0.0 9.9.9", "all 1.0.0"])
    def test_a_version_that_is_not_there_is_refused(self, words: str) -> None:
        with pytest.raises(UnknownSdk):
            generations_of(words)

    def test_the_refusal_lists_what_there_is(self) -> None:
        with pytest.raises(UnknownSdk, match=r"'9\.9\.9'.*1\.0\.0.*1\.3\.2"):
            generation_of("9.9.9")


@pytest.mark.parametrize("generation", GENERATIONS, ids=lambda generation: generation.sdk)
class TestLocks:
    def test_every_line_names_one_exact_version_and_no_place(self, generation: Generation) -> None:
        lines = generation.lock_file.read_text().splitlines()
        assert len(lines) > 100
        assert [line for line in lines if _PIN.fullmatch(line) is None] == []

    def test_what_the_table_asks_for_is_what_is_locked(self, generation: Generation) -> None:
        locked = set(generation.lock_file.read_text().splitlines())
        assert set(generation.requirements) <= locked


def test_there_is_no_lock_without_a_generation() -> None:
    folder = GENERATIONS[0].lock_file.parent
    assert {file.name for file in folder.iterdir()} == {f"{generation.sdk}.txt" for generation in GENERATIONS}


class TestInterpreter:
    def test_the_running_python_is_taken_where_it_fits(self, tmp_path: Path) -> None:
        _fake_python(tmp_path, "python3.12", says="echo 3.12.1")
        running = Interpreter("/here/python", "3.11.9")
        assert find_interpreter(search_path=str(tmp_path), running=running) == running

    def test_another_one_on_the_path_is_taken_where_the_running_one_is_too_new(self, tmp_path: Path) -> None:
        _fake_python(tmp_path, "python3.12", says="echo 3.12.1")
        _fake_python(tmp_path, "python3", says="echo 3.14.0")
        found = find_interpreter(search_path=str(tmp_path), running=Interpreter("/here/python", "3.13.0"))
        assert found == Interpreter(str(tmp_path / "python3.12"), "3.12.1")
        assert found.series == "3.12"

    def test_a_command_that_does_not_start_is_passed_over(self, tmp_path: Path) -> None:
        _fake_python(tmp_path, "python3.11", says="echo 'no such version' >&2; exit 127")
        _fake_python(tmp_path, "python3", says="echo 3.12.4")
        found = find_interpreter(search_path=str(tmp_path), running=Interpreter("/here/python", "3.14.0"))
        assert found == Interpreter(str(tmp_path / "python3"), "3.12.4")

    def test_where_none_fits_the_message_says_what_was_found_and_what_to_install(self, tmp_path: Path) -> None:
        _fake_python(tmp_path, "python3", says="echo 3.10.2")
        with pytest.raises(NoSuitablePython) as caught:
            find_interpreter(search_path=str(tmp_path), running=Interpreter("/here/python", "3.13.0"))
        message = str(caught.value)
        assert "want Python 3.11 or 3.12" in message
        assert "3.13.0 (/here/python)" in message
        assert f"3.10.2 ({tmp_path / 'python3'})" in message
        assert "uv python install 3.12" in message


class TestEnvironment:
    def test_what_the_installer_says_is_in_the_error_and_nothing_is_kept(self, tmp_path: Path) -> None:
        reported: list[str] = []
        with pytest.raises(EnvironmentFailed, match=r"(?s)Task SDK 1\.0\.0: uv venv failed:\n.*nowhere/python"):
            make_environment(
                generation_of("1.0.0"),
                root=tmp_path / "cache",
                interpreter=Interpreter(str(tmp_path / "nowhere" / "python"), "3.11.7"),
                report=reported.append,
            )
        assert reported == ["Task SDK 1.0.0: making its environment with Python 3.11.7"]
        assert [entry for entry in (tmp_path / "cache").iterdir() if entry.is_dir()] == []
