"""``timegate openapi``: the OpenAPI document that clients of a version get."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from timegate.cli.arguments import ContractOption, Target
from timegate.cli.load import load
from timegate.cli.output import Output, put


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
    text = json.dumps(gates.contract(gates.timeline.resolve(version).value), indent=2, ensure_ascii=False) + "\n"
    put(text, output, told=f"the contract of {version}")
