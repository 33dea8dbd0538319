"""``timegate changelog``: what each version changed, for the people who maintain clients."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from timegate.changelog.entries import changelog as entries_of
from timegate.changelog.render import as_json, as_markdown
from timegate.cli.arguments import ContractOption, Target
from timegate.cli.load import load
from timegate.cli.output import Output, put
from timegate.cli.progress import working


class Form(StrEnum):
    """The form of a changelog."""

    MARKDOWN = "markdown"
    JSON = "json"


def changelog(
    target: Target,
    contract: ContractOption = "",
    form: Annotated[Form, typer.Option("--format", help="Markdown for people, JSON for programs.")] = Form.MARKDOWN,
    since: Annotated[
        str, typer.Option("--since", metavar="VERSION", help="Only what is newer than this version.")
    ] = "",
    output: Output = None,
) -> None:
    """Print what each version changed, newest first.

    Nothing of it is written by hand: the line of a change is its docstring; why it would break an old client, the
    operations that it touches, and a payload before and after it come from its facts. A change with `hidden = True`
    is left out.

    Example: `timegate changelog shop.main:app --since 2025-04-11`
    """
    gates = load(target, contract=contract).gates
    with working("Looking at each change"):
        entries = list(entries_of(gates))
    if since:
        entries = entries[: gates.timeline.index(gates.timeline.resolve(since).value)]
    text = as_markdown(entries) if form is Form.MARKDOWN else json.dumps(as_json(entries), indent=2) + "\n"
    put(text, output, told=f"{len(entries)} versions")
