"""An environment for each Task SDK: the same packages on every machine, made once and kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from execution_api.worker.cache import FolderCache, default_cache_root
from execution_api.worker.interpreter import Interpreter, find_interpreter
from execution_api.worker.sdks import Generation

__all__ = ["Environment", "EnvironmentFailed", "make_environment", "relock"]

_UV: Final = (sys.executable, "-m", "uv")
_SECONDS_TO_INSTALL: Final = 1800


class EnvironmentFailed(RuntimeError):
    """An environment could not be made; the message holds what the installer said."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed Task SDK.

    Attributes:
        generation: What is installed.
        folder: Where.
        seconds: How long it took to make; None if it was there already.
    """

    generation: Generation
    folder: Path
    seconds: float | None

    @property
    def python(self) -> Path:
        """The interpreter that sees the SDK."""
        return self.folder / "bin" / "python"


def make_environment(
    generation: Generation,
    *,
    root: Path | None = None,
    interpreter: Interpreter | None = None,
    report: Callable[[str], None] = print,
) -> Environment:
    """The environment of a generation, from the cache or made now.

    Args:
        generation: Which SDK.
        root: The folder of all environments; by default below the user's cache folder.
        interpreter: The Python to make it with; by default the first suitable one of this machine.
        report: Called with a line for the user when something takes time.

    Raises:
        NoSuitablePython: There is no Python 3.11 or 3.12.
        EnvironmentFailed: The packages could not be installed.
    """
    chosen = interpreter or find_interpreter()
    cache = FolderCache(root or default_cache_root() / "environments")
    digest = hashlib.sha256(generation.lock_file.read_bytes()).hexdigest()[:12]
    # The interpreter's own place is part of the name: an environment leans on it.
    home = hashlib.sha256(os.path.realpath(chosen.executable).encode()).hexdigest()[:6]
    name = f"task-sdk-{generation.sdk}-py{chosen.version}-{home}-{digest}"
    started = time.monotonic()
    made = False

    def make(folder: Path) -> None:
        nonlocal made
        made = True
        report(f"Task SDK {generation.sdk}: making its environment with Python {chosen.version}")
        _install(generation, chosen, folder)

    folder = cache.obtain(name, make=make)
    return Environment(generation, folder, time.monotonic() - started if made else None)


def _install(generation: Generation, interpreter: Interpreter, folder: Path) -> None:
    # Relocatable, because the folder is renamed when it is whole. The lock names every package, so nothing is resolved
    # here, and all of them are wheels, so nothing is built here.
    uv = partial(_run_uv, generation, working_folder=folder)
    uv("venv", "--relocatable", "--allow-existing", "--python", interpreter.executable, str(folder))
    python = str(folder / "bin" / "python")
    lock = str(generation.lock_file)
    uv("pip", "install", "--python", python, "--no-deps", "--no-build", "--requirement", lock)


def relock(generation: Generation) -> None:
    """Resolve a generation's requirements anew, for every supported Python and system, into its lock file.

    Raises:
        EnvironmentFailed: The requirements cannot be resolved.
    """
    lock = generation.lock_file
    wanted = lock.with_suffix(".in")
    wanted.write_text("\n".join(generation.requirements) + "\n", encoding="utf-8")
    try:
        _run_uv(
            generation,
            *("pip", "compile", "--universal", "--python-version", "3.11", "--upgrade", "--only-binary", ":all:"),
            *("--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"),
            *("--output-file", str(lock), str(wanted)),
            working_folder=lock.parent,
        )
    finally:
        wanted.unlink()


def _run_uv(generation: Generation, *arguments: str, working_folder: Path) -> None:
    # In a folder of its own uv finds no project whose settings it would follow.
    try:
        subprocess.run(
            [*_UV, "--quiet", *arguments],
            cwd=working_folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS_TO_INSTALL,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        output = f"{error.stdout}{error.stderr}".strip()
        raise EnvironmentFailed(f"Task SDK {generation.sdk}: uv {arguments[0]} failed:\n{output}") from error
    except subprocess.TimeoutExpired as error:
        raise EnvironmentFailed(
            f"Task SDK {generation.sdk}: uv {arguments[0]} took longer than {_SECONDS_TO_INSTALL} s"
        ) from error
