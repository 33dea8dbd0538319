"""The release before this one can still be made of it: `make test-rolling` runs both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from examples.execution_api.tests.rolling.releases import OLDER, older_release


def test_the_release_before_starts_without_the_newest_version(tmp_path: Path) -> None:
    release = older_release(tmp_path)
    asked = "from execution_api.versions.serving import gates; print(gates().timeline.values[0])"
    ran = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "PYTHONPATH": str(release)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, OLDER), ran.stderr
