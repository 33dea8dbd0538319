"""``timegate openapi``: the OpenAPI document that clients of a version get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from timegate.cli.arguments import ContractOption, Target
from timegate.cli.load import load

Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there, not to stdout.")]
"""Where the output goes."""


def openapi(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version of the timeline, such as 2025-04-11.")],
    target: Target,
    contract: ContractOption = "",
    output: Output = None,
) -> None:
    """Print the OpenAPI document of VERSION, as JSON.

    It is the document that the app serves to a client of that version. A version between two others is served by the
    closest older one.

    Example: `timegate openapi 2025-04-11 shop.main:app | jq .info`
    """
    gates = load(target, contract=contract).gates
    text = json.dumps(gates.contract(gates.timeline.resolve(version).value), indent=2, ensure_ascii=False)
    if output is None:
        typer.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
        typer.echo(f"{output}: the contract of {version}")
