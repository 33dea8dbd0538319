"""``timegate history``: what became of one field."""

from __future__ import annotations

from typing import Annotated

import typer

from timegate.changelog.fields import field_history
from timegate.cli.arguments import ContractOption, Target
from timegate.cli.load import load


def history(
    field: Annotated[
        str, typer.Argument(metavar="MODEL.FIELD", help="A field under its name in any version, such as Item.sku.")
    ],
    target: Target,
    contract: ContractOption = "",
) -> None:
    """Print the name and type of a field at each version where they differ, and the changes between.

    Example: `timegate history Item.sku shop.main:app`
    """
    model, dot, name = field.rpartition(".")
    if not (model and dot and name):
        raise typer.BadParameter(f"{field!r} is no field: write MODEL.FIELD, such as Item.sku")
    states = field_history(load(target, contract=contract).gates, model, name)
    versions = max(len(state.version) for state in states)
    names = max(len(state.name) for state in states)
    for state in states:
        for change in state.changes:
            typer.echo(f"{'':{versions}}  {change.__qualname__}: {change.description.splitlines()[0]}")
        typer.echo(
            f"{state.version:{versions}}  {state.name:{names}}  {state.words}" if state.name else f"{state.version}  -"
        )
