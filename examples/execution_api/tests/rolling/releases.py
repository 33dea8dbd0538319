"""The release before this one: the example with its newest version taken out, by a patch that is kept here."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import execution_api
from execution_api.versions import timeline

__all__ = ["NEWEST", "OLDER", "older_release", "rows_before"]

NEWEST: Final = timeline.values[0]
"""The version that only this release has."""

OLDER: Final = timeline.values[1]
"""The newest version of the release before."""

NEW_IN_RUNS: Final = frozenset({"partition_date", "team_name"})
"""What only this release has of a Dag run; in the rows of the tests it is null."""

_PATCH: Final = Path(__file__).parent / "older.patch"


def rows_before(world: Mapping[str, Any]) -> dict[str, Any]:
    """Rows to start from, as the release before knows them."""
    runs = [{key: value for key, value in run.items() if key not in NEW_IN_RUNS} for run in world["dag_runs"]]
    return {**world, "dag_runs": runs}


def older_release(folder: Path) -> Path:
    """Make the release before this one.

    Args:
        folder: where to.

    Returns:
        The folder that is to be on the path of its server.

    Raises:
        RuntimeError: the patch does not fit the example any more.
    """
    package = folder / "execution_api"
    shutil.copytree(Path(execution_api.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "versions" / f"v{NEWEST.replace('-', '_')}.py").unlink()
    patched = subprocess.run(
        ["git", "apply", str(_PATCH)],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    if patched.returncode:
        raise RuntimeError(f"{_PATCH.name} does not fit the example any more: {patched.stderr}")
    return folder
