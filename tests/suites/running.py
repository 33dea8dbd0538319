"""Runs a suite in one of the modes of the plugin, and reads what became of each test."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias
from xml.etree import ElementTree as ET

__all__ = ["MODES", "ROOT", "SUITES", "Mode", "Sample", "Suite", "outcomes"]

Mode: TypeAlias = Literal["bare", "head", "touched"]
Outcome: TypeAlias = Literal["passed", "failed", "skipped"]

ROOT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENT: Final = ROOT / ".venv-suites"
_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a source distribution.

    Attributes:
        name: The distribution.
        modes: How it is run behind the middleware.
        left_out: Folders that are not run: they start processes of their own, which the plugin does not reach.
    """

    name: str
    modes: tuple[Mode, ...]
    left_out: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the distribution lies."""
        (folder,) = (path for path in (ENVIRONMENT / "src").glob(f"{self.name}-*") if path.is_dir())
        return folder


SUITES: Final = (
    Suite("fastapi", ("head", "touched"), left_out=("tests/test_telemetry",)),
    Suite("starlette", ("head",)),
)
MODES: Final[Mapping[Mode, str]] = {
    "bare": "bare",
    "head": "behind, newest client",
    "touched": "behind, oldest client, every component touched",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Which files are run: all, or one in `share`, picked by `seed`."""

    share: int
    seed: int

    def of(self, suite: Suite) -> list[str]:
        """The files of a suite, as paths in its folder; at least one."""
        left_out = tuple(f"{folder}/" for folder in suite.left_out)
        names = [file.relative_to(suite.folder).as_posix() for file in suite.folder.glob("tests/**/test_*.py")]
        files = sorted((name for name in names if not name.startswith(left_out)), key=self._rank)
        return sorted(files[: math.ceil(len(files) / self.share)])

    def _rank(self, name: str) -> bytes:
        return hashlib.sha256(f"{self.seed} {name}".encode()).digest()


def outcomes(suite: Suite, mode: Mode, sample: Sample, *, folder: Path) -> Mapping[str, Outcome]:
    """What became of each test, by its name.

    Args:
        suite: the tests.
        mode: how apps are served.
        sample: which files.
        folder: where the report may lie.

    Raises:
        RuntimeError: the suite could not be run; the message holds what it printed last.
    """
    report = folder / f"{suite.name}-{mode}.xml"
    command: Sequence[str] = (
        *(str(ENVIRONMENT / "bin/python"), "-m", "pytest", "--quiet", "--numprocesses=2", "--timeout=300"),
        *("-p", "behind", "-p", "no:cacheprovider", "--junit-xml", str(report)),
        *sample.of(suite),
    )
    own = {
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", Path(__file__).parent))),
        "TIMEGATE_SUITE": mode,
        "TIMEGATE_COUNTS": str(folder / f"{suite.name}-{mode}.counts"),
    }
    ran = subprocess.run(
        command,
        cwd=suite.folder,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    # 1: some tests failed, which is what is looked for; anything else above 0 is no result.
    if ran.returncode > 1 or not report.exists():
        raise RuntimeError(f"{suite.name}, {mode}: pytest ended with {ran.returncode}:\n{ran.stdout[-2000:]}")
    return _read(report)


def _read(report: Path) -> Mapping[str, Outcome]:
    found: dict[str, Outcome] = {}
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').replace('.', '/')}::{case.get('name', '')}"
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            found[name] = "failed"
        else:
            found.setdefault(name, "skipped" if "skipped" in kinds else "passed")
    return found
