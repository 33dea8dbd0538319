"""Workers in other languages: each is built from the document of one version of the API, and speaks that version."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from execution_api.worker.cache import FolderCache, default_cache_root
from execution_api.worker.run import TaskRun
from execution_api.worker.traffic import read_traffic

__all__ = [
    "BUILT_FROM",
    "LANGUAGES",
    "BuildFailed",
    "Language",
    "LanguageWorker",
    "Program",
    "UnknownLanguage",
    "build",
    "language_workers_of",
    "run_next",
]

# The example is a folder to try things in, installed as it stands: the workers of other languages lie beside it.
_WORKERS: Final = Path(__file__).parents[4] / "workers"
_CONTRACTS: Final = _WORKERS.parent / "execution_api" / "contracts"
BUILT_FROM: Final = ("2025-04-11", "2026-06-30")
"""The versions whose frozen contracts workers are built from: the oldest, and today's."""

_LEFT_OUT: Final = shutil.ignore_patterns("node_modules", "dist", "generated.ts")
_SECONDS_TO_BUILD: Final = 900


class UnknownLanguage(LookupError):
    """There is no worker in this language, or no document of this version."""


class BuildFailed(RuntimeError):
    """A worker could not be built; the message holds what the compiler said, or what is to be installed."""


CommandLines: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language that has a worker.

    Attributes:
        name: What it is asked for by, and its folder.
        title: What people call it.
        remedy: What to install where a command is missing.
        install: The command lines that fetch what it depends on.
        generate: Those that build it; `{document}` is the document to build from.
        test: Those of its own checks and tests.
        command: The command line of what was built, in the folder of the build.
        heartbeat: A short time between two heartbeats, as the worker's command line has it.
    """

    name: str
    title: str
    remedy: str
    install: CommandLines
    generate: CommandLines
    test: CommandLines
    command: tuple[str, ...]
    heartbeat: str

    @property
    def folder(self) -> Path:
        """Where its sources are."""
        return _WORKERS / self.name

    def compile(self, folder: Path, *, document: Path) -> None:
        """Build a copy of the sources from a document.

        Raises:
            BuildFailed: A tool is missing, or it failed.
        """
        self.run([[word.format(document=document) for word in line] for line in self.generate], folder=folder)

    def run(self, lines: Sequence[Sequence[str]], *, folder: Path) -> None:
        """Run command lines in a folder.

        Raises:
            BuildFailed: A tool is missing, or it failed.
        """
        for line in lines:
            if shutil.which(line[0]) is None:
                raise BuildFailed(f"{self.title}: {line[0]} is not installed. It takes {self.remedy}")
            try:
                subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=_SECONDS_TO_BUILD, check=True)
            except subprocess.CalledProcessError as error:
                output = f"{error.stdout}{error.stderr}".strip()
                raise BuildFailed(f"{self.title}: {' '.join(line)} failed:\n{output}") from error
            except subprocess.TimeoutExpired as error:
                raise BuildFailed(f"{self.title}: {' '.join(line)} took longer than {_SECONDS_TO_BUILD} s") from error


LANGUAGES: Final = (
    Language(
        name="go",
        title="Go",
        remedy="Go 1.19 or later, on Debian: apt-get install golang-go",
        install=(),
        generate=(
            ("go", "run", "./internal/apigen", "-document", "{document}", "-out", "api/api.gen.go"),
            ("go", "build", "-buildvcs=false", "-o", "program", "./cmd/worker"),
        ),
        test=(("go", "vet", "./..."), ("go", "test", "./...")),
        command=("./program",),
        heartbeat="200ms",
    ),
    Language(
        name="typescript",
        title="TypeScript",
        remedy="Node.js 20 or later with npm, from https://nodejs.org",
        install=(("npm", "ci", "--silent", "--no-progress"),),
        generate=(("node", "scripts/generate.mjs", "{document}", "src/generated.ts"), ("npx", "tsc")),
        test=(("node", "--test", "dist/test/"),),
        command=("node", "dist/src/example/main.js"),
        heartbeat="200",
    ),
)


@dataclass(frozen=True, slots=True)
class LanguageWorker:
    """The worker of a language, built from one version's document."""

    language: Language
    api_version: str

    @property
    def name(self) -> str:
        """What people call it."""
        return self.language.title

    @property
    def document(self) -> Path:
        """The document that it is built from."""
        return _CONTRACTS / f"{self.api_version}.json"


def language_workers_of(words: str) -> tuple[LanguageWorker, ...]:
    """The workers that a user asked for.

    Args:
        words: Names of languages, separated by blanks or commas; `go@2026-06-30` is built from the
            document of that version, a bare name from the oldest.

    Raises:
        UnknownLanguage: There is no such language, or no document of this version.
    """
    languages = {language.name: language for language in LANGUAGES}
    found: list[LanguageWorker] = []
    for word in words.replace(",", " ").split():
        name, _, version = word.partition("@")
        if name not in languages:
            raise UnknownLanguage(f"there is no worker in {name!r}; choose from {', '.join(languages)}")
        if version and version not in BUILT_FROM:
            there = ", ".join(BUILT_FROM)
            raise UnknownLanguage(f"{word}: there is no document of {version} to build from; {there} are")
        found.append(LanguageWorker(languages[name], version or BUILT_FROM[0]))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Program:
    """A worker that is built.

    Attributes:
        worker: Which.
        folder: Where.
        seconds: How long it took to build; None if it was there already.
    """

    worker: LanguageWorker
    folder: Path
    seconds: float | None

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs it, from its folder."""
        return [*self.worker.language.command, *arguments]


def build(worker: LanguageWorker, *, root: Path | None = None, report: Callable[[str], None] = print) -> Program:
    """The program of a worker, from the cache or built now.

    Args:
        worker: Which.
        root: The folder of all programs; by default below the user's cache folder.
        report: Called with a line for the user when something takes time.

    Raises:
        BuildFailed: A tool is missing, or it failed.
    """
    language = worker.language
    cache = FolderCache(root or default_cache_root() / "workers")
    started = time.monotonic()
    made = False

    def make(folder: Path) -> None:
        nonlocal made
        made = True
        report(f"{worker.name}: building its worker from the document of {worker.api_version}")
        shutil.copytree(language.folder, folder, ignore=_LEFT_OUT, dirs_exist_ok=True)
        language.run(language.install, folder=folder)
        language.compile(folder, document=worker.document)

    folder = cache.obtain(f"{language.name}-{worker.api_version}-{_digest(worker)}", make=make)
    return Program(worker, folder, time.monotonic() - started if made else None)


def _digest(worker: LanguageWorker) -> str:
    """Tell apart what is built from other sources or from another document."""
    found = hashlib.sha256(worker.document.read_bytes())
    for folder, folders, files in os.walk(worker.language.folder):
        left_out = _LEFT_OUT(folder, [*folders, *files])
        folders[:] = sorted(set(folders) - left_out)
        for file in (Path(folder, name) for name in sorted(set(files) - left_out)):
            found.update(f"{file.relative_to(worker.language.folder)}\0".encode() + file.read_bytes())
    return found.hexdigest()[:12]


def run_next(program: Program, *, server: str, token: str, timeout: float = 180.0) -> TaskRun:
    """Let a worker wait for the next workload of a queue and run it, in a process of its own.

    Args:
        program: The worker.
        server: The base URL of the execution API.
        token: The queue's token.
        timeout: Seconds after which the worker is ended.
    """
    with tempfile.TemporaryDirectory(prefix="worker-") as home:
        traffic = Path(home, "traffic.jsonl")
        options = ("--server", server, "--trace", str(traffic), "--heartbeat", program.worker.language.heartbeat)
        started = time.monotonic()
        with subprocess.Popen(
            program.command(*options, "next"),
            cwd=program.folder,
            env={**os.environ, "WORKER_TOKEN": token, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                _, log = process.communicate(timeout=timeout)
                error = None if process.returncode == 0 else f"the worker ended with {process.returncode}"
            except subprocess.TimeoutExpired:
                process.kill()
                _, log = process.communicate()
                error = f"the worker was not done after {timeout:g} s and was ended"
        return TaskRun(
            exit_code=process.returncode,
            error=error,
            seconds=time.monotonic() - started,
            exchanges=read_traffic(traffic),
            task_log=log,
            supervisor_log="",
        )
