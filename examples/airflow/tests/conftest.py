"""Airflow with a database of its own, in the process of the tests."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from starlette.testclient import TestClient

from examples.airflow.configuration import variables

SECRET: Final = "a secret of these tests, long enough to sign with"
FOLDER: Final = tempfile.TemporaryDirectory(prefix="timegate-airflow-")

# Airflow reads them when it is imported, which the modules of tests do.
os.environ.update(variables(Path(FOLDER.name), secret=SECRET))

World: TypeAlias = Mapping[str, Any]


@pytest.fixture(scope="session")
def load() -> Iterator[Callable[[World], None]]:
    """Makes the database hold the rows of a world, and no others."""
    from examples.airflow.rows import create_database, fill

    create_database()
    file = sqlite3.connect(Path(FOLDER.name) / "airflow.db", isolation_level=None)
    empty = _copy_of(file)
    worlds: dict[str, sqlite3.Connection] = {}

    def load(world: World) -> None:
        name = json.dumps(world, sort_keys=True)
        if name not in worlds:
            empty.backup(file)
            fill(world)
            worlds[name] = _copy_of(file)
        worlds[name].backup(file)

    yield load
    for connection in (file, empty, *worlds.values()):
        connection.close()


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """Speaks to Airflow's app with timegate."""
    from examples.airflow.app import create_app

    with TestClient(create_app(), raise_server_exceptions=False) as client:
        yield client


def _copy_of(database: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    database.backup(copy)
    return copy
