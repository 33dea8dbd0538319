"""Where the tests keep their rows: on SQLite, or on the PostgreSQL server that the environment names."""

from __future__ import annotations

import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, create_engine, make_url, text

__all__ = ["SERVER", "NewDatabase", "new_databases"]

SERVER = "EXECUTION_API_TEST_SERVER"
"""The variable that holds the URL of a PostgreSQL database, in which each test is given schemas of its own."""


class NewDatabase(Protocol):
    """Makes an empty database and returns its URL; it ends with the test.

    Args:
        shared: several processes, or several engines, will open it.
    """

    def __call__(self, *, shared: bool = False) -> str: ...


@contextmanager
def new_databases(folder: Path) -> Generator[NewDatabase, None, None]:
    """Make databases of the kind that the environment asks for.

    Args:
        folder: where files may lie.
    """
    server = os.environ.get(SERVER)
    if server is None:
        yield _in_files(folder)
    else:
        with _in_schemas(server) as made:
            yield made


def _in_files(folder: Path) -> NewDatabase:
    def make(*, shared: bool = False) -> str:
        return f"sqlite:///{folder / f'{uuid.uuid4().hex}.sqlite'}" if shared else "sqlite://"

    return make


@contextmanager
def _in_schemas(server: str) -> Generator[NewDatabase]:
    """A schema costs a fraction of what a database does, and holds all that the application makes."""
    url, made = make_url(server), list[str]()
    engine = create_engine(url)

    def make(*, shared: bool = False) -> str:
        del shared  # they always are
        made.append(f"test_{uuid.uuid4().hex}")
        _carry_out(engine, f"create schema {made[-1]}")
        own = url.update_query_dict({"options": f"-csearch_path={made[-1]}"})
        return own.render_as_string(hide_password=False)

    try:
        yield make
    finally:
        for schema in made:
            # Who still holds a lock did not end with its test: better a failure than a wait without end.
            _carry_out(engine, "set local lock_timeout = '20s'", f"drop schema {schema} cascade")
        engine.dispose()


def _carry_out(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
