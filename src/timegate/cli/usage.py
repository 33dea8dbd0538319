"""``timegate usage``: who asked for which version of what, and how often."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from timegate.cli.seen import DEFAULT_DAYS, Days, table
from timegate.observing.usage import Losses, Usage, losses
from timegate.observing.usage import usage as counted


class Form(StrEnum):
    """The form of what was counted."""

    TEXT = "text"
    JSON = "json"


def usage(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file that the servers' `Counts` were given.")],
    days: Days = DEFAULT_DAYS,
    operations: Annotated[bool, typer.Option("--operations", help="A row for each operation too.")] = False,
    lost: Annotated[bool, typer.Option("--losses", help="What conversions lost, in the place of who asked.")] = False,
    form: Annotated[Form, typer.Option("--format", help="A table for people, JSON for programs.")] = Form.TEXT,
) -> None:
    """Print who asked for which version, how often, how much of it was refused or failed, and when last.

    Example: `timegate usage /var/lib/shop/usage.sqlite --days 30`
    """
    if lost:
        found = losses(file, days=days)
        if form is Form.JSON:
            typer.echo(json.dumps([asdict(one) for one in found], indent=2))
            return
        names = ("version", "operation", "change", "loss", "sampled", "about")
        typer.echo(table([names, *map(_lost_row, found)]))
        return
    rows = counted(file, days=days)
    if form is Form.JSON:
        typer.echo(json.dumps([_data(row) for row in rows], indent=2))
        return
    grouped: dict[tuple[str, ...], list[Usage]] = {}
    for row in rows:
        key = (row.client, row.version, *((row.operation,) if operations else ()))
        grouped.setdefault(key, []).append(row)
    headings = ("client", "version", *(("operation",) if operations else ()), "requests", "refused", "failed", "last")
    typer.echo(table([headings, *((*key, *_summed(found)) for key, found in grouped.items())]))


def _lost_row(one: Losses) -> tuple[str, ...]:
    return one.version, one.operation, one.change, one.kind, str(one.number), str(one.estimated)


def _summed(rows: list[Usage]) -> tuple[str, ...]:
    counts: tuple[Callable[[Usage], bool], ...] = (
        lambda row: True,
        lambda row: bool(row.problem) and row.status < 500,
        lambda row: row.status >= 500,
    )
    numbers = (sum(row.number for row in rows if counts_in(row)) for counts_in in counts)
    return (*map(str, numbers), _last(rows))


def _last(rows: Iterable[Usage]) -> str:
    return max(row.last for row in rows).isoformat()


def _data(row: Usage) -> dict[str, str | int]:
    return {
        "client": row.client,
        "version": row.version,
        "operation": row.operation,
        "status": row.status,
        "problem": row.problem,
        "number": row.number,
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
    }
