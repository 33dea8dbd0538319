"""``timegate guide``: what one client has to do to speak a newer version."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from timegate.changelog.render import change_data, change_lines
from timegate.cli.arguments import ContractOption, Target
from timegate.cli.changelog import Form
from timegate.cli.load import load
from timegate.cli.output import Output, put
from timegate.cli.seen import DEFAULT_DAYS, Counted, Days
from timegate.observing.guide import Guide
from timegate.observing.guide import guide as guide_of
from timegate.observing.usage import usage
from timegate.wire.paths import plain_path


def guide(
    target: Target,
    file: Counted,
    client: Annotated[str, typer.Option("--client", metavar="CLIENT", help="As `timegate usage` names it.")],
    to: Annotated[str, typer.Option("--to", metavar="VERSION", help="The version that it shall speak.")],
    days: Days = DEFAULT_DAYS,
    contract: ContractOption = "",
    form: Annotated[Form, typer.Option("--format", help="Markdown for people, JSON for programs.")] = Form.MARKDOWN,
    output: Output = None,
) -> None:
    """Print what one client has to do: of all changes, those that touch the operations that it was seen to use.

    Example: `timegate guide shop.main:app --usage usage.sqlite --client acme --to 2025-09-01`
    """
    gates = load(target, contract=contract).gates
    found = guide_of(usage(file, days=days), gates, client=client, to=to)
    text = _markdown(found) if form is Form.MARKDOWN else json.dumps(_data(found), indent=2) + "\n"
    put(text, output, told=f"{len(found.met)} of {found.changes} changes")


def _markdown(found: Guide) -> str:
    lines = [f"# {found.client}: from {' and '.join(found.spoken)} to {found.to}", ""]
    verb = "touches" if len(found.met) == 1 else "touch"
    lines += [f"{len(found.met)} of {found.changes} changes {verb} you.", ""]
    for met in found.met:
        heading, *rest = change_lines(met.entry)
        lines += [f"#{heading} ({met.version})".replace("####", "##"), *rest]
        lines += ["", f"You use: {', '.join(f'`{plain_path(one)}`' for one in met.operations)}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _data(found: Guide) -> dict[str, object]:
    return {
        "client": found.client,
        "from": list(found.spoken),
        "to": found.to,
        "changes": found.changes,
        "met": [{"version": met.version, **change_data(met.entry), "used": list(met.operations)} for met in found.met],
    }
