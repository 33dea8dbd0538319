"""Reads what processes counted: merges their files into one SQLite file, and sums it up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from timegate.errors import TimegateError
from timegate.observing.counts import LOST, journals_of

_EPOCH: Final = date(1970, 1, 1)
_TABLES: Final = """
create table if not exists counted (
    writer text not null, day integer not null, client text not null, version text not null, operation text not null,
    status integer not null, problem text not null, number integer not null,
    primary key (writer, day, client, version, operation, status, problem)
) without rowid;
create table if not exists lost (
    writer text not null, day integer not null, version text not null, operation text not null, change text not null,
    kind text not null, rate real not null, number integer not null,
    primary key (writer, day, version, operation, change, kind, rate)
) without rowid;
create table if not exists ended (writer text primary key) without rowid;
"""
_COLUMNS: Final = {
    "counted": "day, client, version, operation, status, problem, number",
    "lost": "day, version, operation, change, kind, rate, number",
}
_SET: Final = "insert into {} values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set number = excluded.number"
_ADD: Final = """
insert into {0} select '', {1} from {0} where writer = ?
on conflict do update set number = number + excluded.number
"""


class NoCounts(TimegateError):
    """There are no counts where they are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How often one client got one status of one operation at one version.

    Args:
        client: who asked.
        version: the version in force, or ``"unknown"``.
        operation: method and path template at head, or ``"other"``.
        status: of the responses.
        problem: why timegate refused; empty where it did not.
        number: how often.
        first: the first day on which it happened.
        last: the last.
    """

    client: str
    version: str
    operation: str
    status: int
    problem: str
    number: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """How often one change lost something in one operation at one version.

    Args:
        version: the version in force.
        operation: method and path template at head.
        change: the change.
        kind: what it does, as `timegate.observing.Loss` has it.
        number: how often in the requests that were sampled.
        estimated: how often in all requests, by the rates of the samples.
    """

    version: str
    operation: str
    change: str
    kind: str
    number: int
    estimated: int


def usage(database: str | Path, *, days: int | None = None) -> tuple[Usage, ...]:
    """What was counted, by client, version, operation, status and problem.

    Args:
        database: the file that `Counts` was given.
        days: only the last days, today included; None for all.

    Raises:
        NoCounts: nothing was ever counted there.
    """
    query = (
        "select client, version, operation, status, problem, sum(number), min(day), max(day) from counted "
        "where day >= ? group by client, version, operation, status, problem order by 1, 2, 3, 4, 5"
    )
    with _merged(Path(database)) as connection:
        return tuple(_read(connection.execute(query, (_since(days),))))


def losses(database: str | Path, *, days: int | None = None) -> tuple[Losses, ...]:
    """What conversions lost, by version, operation, change and kind.

    Args:
        database: the file that `Counts` was given.
        days: only the last days, today included; None for all.

    Raises:
        NoCounts: nothing was ever counted there.
    """
    query = (
        "select version, operation, change, kind, sum(number), sum(number / rate) from lost where day >= ? "
        "group by version, operation, change, kind order by 1, 2, 3, 4"
    )
    with _merged(Path(database)) as connection:
        rows: Iterable[tuple[str, str, str, str, int, float]] = connection.execute(query, (_since(days),))
        return tuple(
            Losses(version=one[0], operation=one[1], change=one[2], kind=one[3], number=one[4], estimated=round(one[5]))
            for one in rows
        )


def _since(days: int | None) -> int:
    return 0 if days is None else (_today() - timedelta(days=days - 1) - _EPOCH).days


@contextmanager
def _merged(file: Path) -> Generator[sqlite3.Connection]:
    """The SQLite file, with what all processes counted so far."""
    if not file.exists() and not journals_of(file).exists():
        raise NoCounts(f"nothing was counted in {file}: TimegateMiddleware(…, observer=Counts({str(file)!r}))")
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        connection.executescript(_TABLES)
        for keys in sorted(journals_of(file).glob("*.keys")):
            # Somebody else may have merged it in the meantime.
            with suppress(FileNotFoundError):
                _merge(connection, keys)
        yield connection


def _read(rows: Iterable[tuple[str, str, str, int, str, int, int, int]]) -> Iterator[Usage]:
    for client, version, operation, status, problem, number, first, last in rows:
        yield Usage(
            client=client,
            version=version,
            operation=operation,
            status=status,
            problem=problem,
            number=number,
            first=_EPOCH + timedelta(days=first),
            last=_EPOCH + timedelta(days=last),
        )


def _merge(connection: sqlite3.Connection, keys: Path) -> None:
    """Set what one process counted so far to what it is now; where the process has ended, for the last time."""
    numbers, writer = keys.with_suffix(".numbers"), keys.stem
    with keys.open("rb") as held, connection:
        connection.execute("begin immediate")
        if connection.execute("select 1 from ended where writer = ?", (writer,)).fetchone() is None:
            is_over = _is_over(held.fileno())
            # A line that is not whole yet has counted nothing.
            lines = [line for line in held.read().splitlines(keepends=True) if line.endswith(b"\n")]
            counts = memoryview(numbers.read_bytes()).cast("Q")
            rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in _COLUMNS}
            for line, number in zip(lines, counts, strict=False):
                key = json.loads(line)
                table, values = ("lost", key[1:]) if key[0] == LOST else ("counted", key)
                rows[table] += [(writer, *values, number)] if number else []
            for table, columns in _COLUMNS.items():
                connection.executemany(_SET.format(table), rows[table])
                if is_over:
                    connection.execute(_ADD.format(table, columns), (writer,))
                    connection.execute(f"delete from {table} where writer = ?", (writer,))
            if not is_over:
                return
            connection.execute("insert into ended values (?)", (writer,))
    # Only after the commit: what is counted is never lost, and never counted twice.
    numbers.unlink(missing_ok=True)
    keys.unlink(missing_ok=True)


def _is_over(file: int) -> bool:
    """Whether the process that counted in a file has ended."""
    # Imported here because the command line is there on every system, and this is not.
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _today() -> date:
    return datetime.now(UTC).date()
