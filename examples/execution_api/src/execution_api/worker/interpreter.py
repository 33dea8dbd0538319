"""The Python that an environment of a Task SDK is made with."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["Interpreter", "NoSuitablePython", "find_interpreter"]

_SUPPORTED: Final = ("3.11", "3.12")
_COMMANDS: Final = ("python3.11", "python3.12", "python3", "python")
_ASK_VERSION: Final = "import platform; print(platform.python_version())"
_SECONDS_TO_ANSWER: Final = 60


class NoSuitablePython(RuntimeError):
    """This machine has no Python that every Task SDK runs on."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One Python of this machine.

    Attributes:
        executable: Its path.
        version: Its full version, as `3.11.7`.
    """

    executable: str
    version: str

    @property
    def series(self) -> str:
        """The part of the version that decides which packages fit, as `3.11`."""
        return ".".join(self.version.split(".")[:2])


def find_interpreter(*, search_path: str | None = None, running: Interpreter | None = None) -> Interpreter:
    """The first Python 3.11 or 3.12: the one that runs this program, then those on the search path.

    Args:
        search_path: Folders to look in, as in `PATH`, which is the default.
        running: The Python that is asked first; by default the one that runs this program.

    Raises:
        NoSuitablePython: There is none; the message says what was found and what to install.
    """
    found: list[Interpreter] = []
    for interpreter in _candidates(search_path, running or Interpreter(sys.executable, platform.python_version())):
        if interpreter.series in _SUPPORTED:
            return interpreter
        found.append(interpreter)
    seen = ", ".join(f"{interpreter.version} ({interpreter.executable})" for interpreter in found)
    raise NoSuitablePython(
        f"Task SDK environments want Python {' or '.join(_SUPPORTED)}, and here is only {seen}. "
        "Install one and put it on PATH: `uv python install 3.12`, or python3.12 from your system's packages."
    )


def _candidates(search_path: str | None, running: Interpreter) -> Iterator[Interpreter]:
    yield running
    for command in _COMMANDS:
        executable = shutil.which(command, path=search_path)
        if executable is None:
            continue
        version = _version_of(executable)
        if version is not None:
            yield Interpreter(executable, version)


def _version_of(executable: str) -> str | None:
    """What the Python says of itself; None where it does not start, as a version manager's empty shim does not."""
    try:
        result = subprocess.run(
            [executable, "-I", "-c", _ASK_VERSION],
            capture_output=True,
            text=True,
            timeout=_SECONDS_TO_ANSWER,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip() or None
