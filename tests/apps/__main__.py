"""Tries each application in an environment of its own, and prints how many of its models can change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.apps.loading import APPS, ENVIRONMENTS

ROOT: Final = Path(__file__).resolve().parent.parent.parent

CAN_CHANGE: Final[Mapping[str, int]] = {
    "prefect": 317, "airflow": 148, "phoenix": 241, "titiler": 42, "mlflow": 43, "zenml": 324, "litellm": 519,
    "github": 470,
}  # fmt: skip
"""How many models of each application could change when this was written; fewer is a failure."""

_COLUMNS: Final = "operations", "components", "can change", "after remedy", "no remedy", "opaque"

_SECONDS: Final = 1800


def probed(name: str, home: str) -> dict[str, Any]:
    """What `tests.apps.probe` found in an application."""
    own = ENVIRONMENTS / name / "bin/python"
    # None of them may write into the user's folders, or ask the network for what it ships.
    environment = {
        **os.environ, "HOME": home, "AIRFLOW_HOME": home, "PREFECT_HOME": home, "PHOENIX_WORKING_DIR": home,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "",
    }  # fmt: skip
    command = [str(own) if own.exists() else sys.executable, "-W", "ignore", "-m", "tests.apps.probe", name]
    run = subprocess.run(
        command, cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    if run.returncode:
        return {"refused": [f"it ended with {run.returncode}: {run.stderr[-2000:]}"]}
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def shown(name: str, found: Mapping[str, Any]) -> list[str]:
    """What must be mended in an application; prints what was found."""
    if "refused" in found:
        print(f"{name:10} refused as a whole")
        return [f"{name}: {fault}" for fault in found["refused"]]
    trials: list[Mapping[str, Any]] = found["trials"]
    refused = [trial for trial in trials if not trial["vouched"]]
    can_change, vouched = found["components"] - len(trials), len(trials) - len(refused)
    seconds = f"{found['read']:.0f} + {found['tried']:.0f} s"
    numbers = found["operations"], found["components"], can_change, vouched, len(refused), found["opaque"]
    print(f"{name:10}{''.join(map('{:13}'.format, numbers))}   {seconds}")
    for reason, count in Counter(trial["reason"] for trial in trials).most_common():
        print(f"{'':10}{count:6} refused: {reason}")
    wrong = [f"{name}: {trial['fault']}" for trial in refused]
    if can_change < CAN_CHANGE.get(name, 0):
        wrong += [f"{name}: only {can_change} models can change; {CAN_CHANGE[name]} could"]
    return wrong


def main(names: list[str]) -> None:
    wrong: list[str] = []
    print(f"{'app':10}{''.join(map('{:>13}'.format, _COLUMNS))}   read + tried")
    for name in names:
        with tempfile.TemporaryDirectory() as home:
            wrong += shown(name, probed(name, home))
        sys.stdout.flush()
    print(*wrong, sep="\n")
    # The line by which a run of tests is known.
    print(f"{len(names) - len({one.partition(':')[0] for one in wrong})} passed, {len(wrong)} failed")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv[1:] or list(APPS))
