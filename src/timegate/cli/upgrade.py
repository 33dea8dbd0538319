"""``timegate upgrade``: stored payloads in bulk."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from timegate.bulk import LineUpgrade, Totals, upgrade_file
from timegate.cli.arguments import ContractOption, Target
from timegate.cli.ending import FINDINGS
from timegate.cli.load import load


def upgrade(
    target: Target,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines, in UTF-8.")],
    model: Annotated[
        str, typer.Option("--model", metavar="MODEL", help="What a line is: a model of the contract, `Order`.")
    ],
    from_version: Annotated[
        str, typer.Option("--from", metavar="VERSION", help="The version that the lines were written for.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the upgraded lines go.")],
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where it is told which lines did not pass, and why; by default beside the output."
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; by default one for each processor.")] = (
        os.cpu_count() or 1
    ),
    contract: ContractOption = "",
) -> None:
    """Upgrade each line of FILE to head, in order. The same command goes on where it was broken off.

    A line that does not pass is left out of the output, and the report tells its number, the place and the change,
    without any of its values. Then the exit code is 1.

    Example: `timegate upgrade shop.main:app orders.jsonl --model Order --from 2025-04-11 -o orders.new.jsonl`
    """
    told = report or output.with_name(f"{output.name}.rejected")
    lines = LineUpgrade(load(target, contract=contract).gates, model, from_version=from_version)
    began = time.monotonic()
    with _bar() as bar:
        task = bar.add_task(source.name, total=source.stat().st_size, lines=0)

        def show(totals: Totals) -> None:
            bar.update(task, completed=totals.read, lines=totals.lines)

        totals = upgrade_file(lines, source, output, report=told, workers=workers, progress=show)
    passed = totals.lines - totals.rejected
    typer.echo(f"{output}: {passed:,} of {totals.lines:,} lines in {time.monotonic() - began:.1f} s")
    if totals.rejected:
        typer.echo(f"{told}: {totals.rejected:,} did not pass")
        raise typer.Exit(FINDINGS)


def _bar() -> Progress:
    """Shows how far it is, on a terminal only."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[lines]:,} lines"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
