"""The database as the handlers see it: transactions that read and transactions that write."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.schema import CreateColumn

from execution_api.tables import Base, DagRow
from execution_api.world import World, rows_of

__all__ = ["Store"]

READS = "execution_api_reads"
BUSY_SECONDS = 30
SETUP_LOCK = 7_236_413_001
"""Any number, as long as all processes of the server ask PostgreSQL for the same."""


class Store:
    """Opens a database by its URL; one store per process.

    On SQLite a transaction that writes takes the write lock when it begins, so that what it has read is still true when
    it writes. On PostgreSQL handlers lock the rows that they are about to change.
    """

    def __init__(self, url: str) -> None:
        self.engine = _open(url)
        self._reader = self.engine.execution_options(**{READS: True})
        # Threads of one process queue up here, in order; SQLite itself would have them poll.
        sqlite = self.engine.dialect.name == "sqlite"
        self._writer: AbstractContextManager[Any] = threading.Lock() if sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Generator[Session, None, None]:
        """A transaction that changes nothing."""
        with Session(self._reader) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Generator[Session, None, None]:
        """A transaction that is committed at the end, and rolled back if an exception leaves it."""
        with self._writer, Session(self.engine) as session, session.begin():
            yield session

    def set_up(self, world: Mapping[str, Any] | None) -> None:
        """Create the tables, add what an older release does not have, and fill them if they hold no Dag yet.

        Processes that do so at once do it once.

        Args:
            world: rows to start from in neutral form, or None.
        """
        with self._writer, self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": SETUP_LOCK})
            Base.metadata.create_all(connection)
            _add_columns(connection)
            with Session(connection) as session:
                if world is not None and session.scalar(select(DagRow.dag_id).limit(1)) is None:
                    for rows in rows_of(World.model_validate(world)):
                        session.add_all(rows)
                        session.flush()
                    _start_counting_after(session)
                session.commit()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _add_columns(connection: Connection) -> None:
    """Add the columns that the tables of an older release lack.

    An older release that still runs, or runs again, must be able to write rows without them: they may be null.
    """
    inspector = inspect(connection)
    for table in Base.metadata.sorted_tables:
        there = {column["name"] for column in inspector.get_columns(table.name)}
        for column in (column for column in table.columns if column.name not in there):
            if not column.nullable:
                raise RuntimeError(
                    f"{table.name}.{column.name} is new: an older release cannot fill it, let it be null"
                )
            added = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(text(f'alter table "{table.name}" add column {added}'))


def _open(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=10, max_overflow=10, pool_pre_ping=True)
    in_memory = parsed.database in (None, "", ":memory:")
    engine = create_engine(
        parsed,
        # A database in memory is as old as its one connection, so there is one and it stays.
        poolclass=QueuePool,
        pool_size=1 if in_memory else 20,
        max_overflow=0 if in_memory else 20,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )

    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError(f"not a connection of the sqlite3 module: {connection!r}")
        connection.isolation_level = None  # hands the beginning of transactions over to `begun`
        _keep_readers_apart(connection)
        connection.execute("pragma synchronous=full").close()
        connection.execute("pragma foreign_keys=on").close()

    def begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get(READS, False)
        connection.exec_driver_sql("begin" if reads else "begin immediate")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _keep_readers_apart(connection: sqlite3.Connection) -> None:
    """Let those who read and the one who writes not wait for each other.

    The first connections to a new file may want this at the same moment; then SQLite does not wait, as it does
    elsewhere, but says at once that the file is locked.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode=wal").close()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _start_counting_after(session: Session) -> None:
    """Let the next generated id follow the rows that came with an id; PostgreSQL does not see them by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in ("asset", "asset_event"):
        session.execute(
            text(f"select setval(pg_get_serial_sequence('{table}', 'id'), greatest((select max(id) from {table}), 1))")
        )
