"""Counts the harnesses of the tests: `make figures` prints the table of the page *How timegate is tested*."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = "examples/execution_api/tests"

HARNESSES = {
    "oracle and properties": ("tests/oracle", "tests/test_properties.py"),
    "cells": ("tests/cells",),
    "laws": ("tests/gates/test_laws_of_boundaries.py",),
    "attacks": ("tests/attacks", "tests/asgi/exchange/test_attackers.py"),
    "faults at start-up": (
        "tests/history",
        "tests/gates/test_faults_of_programs.py",
        "tests/gates/test_declared_values.py",
    ),
    "silence": ("tests/silence",),
    "painless": ("tests/painless",),
    "twins": ("tests/twins",),
    "growth": ("tests/growth",),
    "HTTP": ("tests/asgi",),
    "a real cache": ("tests/asgi/nginx",),
    "recordings of a real server": (f"{EXAMPLE}/test_replay.py", f"{EXAMPLE}/test_recordings.py"),
    "real clients": (f"{EXAMPLE}/clients",),
    "documentation": ("tests/test_docs.py", "tests/sentences"),
    "the house": ("tests/test_house.py",),
}
"""Where the tests of each harness are; a test may count for two."""


def collected() -> Counter[str]:
    """The number of tests in each file of the checkout."""
    # A folder that needs more than the environment is collected only where it is named.
    folders = ["tests", "tests/growth", "tests/asgi/nginx", EXAMPLE, f"{EXAMPLE}/clients"]
    command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "--quiet", "--snapshot-warn-unused"]
    command += folders
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    counts: Counter[str] = Counter()
    for line in ran.stdout.splitlines():
        file, separator, count = line.rpartition(": ")
        if separator and count.isdigit():
            counts[file] += int(count)
    return counts


def main() -> None:
    counts = collected()
    rows = [
        (name, sum(count for file, count in counts.items() if file.startswith(places)))
        for name, places in HARNESSES.items()
    ]
    cells = sorted(ROOT.glob("requirements/matrix/*.in"))
    print(f"{'harness':<30}{'tests':>8}")
    print("-" * 38)
    for name, count in [*rows, ("all tests", counts.total()), ("sets of releases in the matrix", len(cells))]:
        print(f"{name:<30}{count:>8,}")


if __name__ == "__main__":
    main()
