"""The release before this one can still be made of it: `make test-rolling` runs both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from execution_api.store import Store
from execution_api.tables import DagRunRow
from sqlalchemy import inspect

from examples.execution_api.tests.rolling.releases import OLDER, older_release


def columns(store: Store) -> set[str]:
    return {column["name"] for column in inspect(store.engine).get_columns(DagRunRow.__tablename__)}


def test_the_release_before_starts_without_the_newest_version(tmp_path: Path) -> None:
    release = older_release(tmp_path)
    asked = "from execution_api.versions.serving import gates; print(gates().timeline.values[0])"
    ran = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "PYTHONPATH": str(release)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, OLDER), ran.stderr


def test_a_database_of_the_release_before_gains_the_columns_of_this_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite'}"
    release = older_release(tmp_path)
    made = f"from execution_api.store import Store; Store({url!r}).set_up(None)"
    subprocess.run([sys.executable, "-c", made], env={**os.environ, "PYTHONPATH": str(release)}, check=True)
    store = Store(url)
    before = columns(store)
    store.set_up(None)
    assert columns(store) - before == {"partition_date", "team_name"}
    store.set_up(None)
    subprocess.run([sys.executable, "-c", made], env={**os.environ, "PYTHONPATH": str(release)}, check=True)
    store.close()
