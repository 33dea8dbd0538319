"""``timegate explain``: a payload on its way through the gates."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, Any

import typer

from timegate.cli.arguments import ContractOption, Target
from timegate.cli.load import load

_COLOURS = {"-": typer.colors.RED, "+": typer.colors.GREEN}


def explain(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="What it is: a model, `Item`; or an operation, `GET /items`, `GET /items 404`."
        ),
    ],
    target: Target,
    to_version: Annotated[
        str,
        typer.Option("--to", metavar="VERSION", help="The payload is head's; show how a client of VERSION gets it."),
    ] = "",
    from_version: Annotated[
        str,
        typer.Option("--from", metavar="VERSION", help="The payload is of a client of VERSION; show how head gets it."),
    ] = "",
    file: Annotated[Path, typer.Option("--file", "-f", help="A file with the payload as JSON; `-` is stdin.")] = Path(
        "-"
    ),
    contract: ContractOption = "",
) -> None:
    """Print each change that affects a payload, and what it does to it.

    Example: `echo '{"sku": "tea"}' | timegate explain Item shop.main:app --to 2025-04-11`
    """
    if bool(to_version) == bool(from_version):
        raise typer.BadParameter(
            "say which way: --to VERSION for what the server sends, --from VERSION for what it gets"
        )
    payload = _payload(file)
    gates = load(target, contract=contract).gates
    steps = gates.explain(kind, payload, to_version=to_version or None, from_version=from_version or None)
    for step in steps:
        typer.secho(f"{step.version} {step.change}", bold=True, nl=False)
        typer.echo(f": {step.description.splitlines()[0]}")
        for sign, line in _compared(_lines(step.before), _lines(step.after)):
            typer.secho(f"  {sign} {line}", fg=_COLOURS.get(sign))
    if not steps.steps:
        typer.echo("no change affects it")


def _compared(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """The lines of both, each with what happened to it; that another key follows is nothing that happened."""
    plain, new = ([line.rstrip(",") for line in lines] for lines in (before, after))
    for kind, begin, end, new_begin, new_end in SequenceMatcher(None, plain, new).get_opcodes():
        gone = before[begin:end] if kind != "equal" else []
        yield from (("-", line) for line in gone)
        yield from ((" " if kind == "equal" else "+", line) for line in after[new_begin:new_end])


def _payload(file: Path) -> Any:
    name = "stdin" if str(file) == "-" else str(file)
    try:
        return json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{name} holds no JSON: {error}") from error


def _lines(payload: Any) -> list[str]:
    return json.dumps(payload, indent=2, ensure_ascii=False).splitlines()
