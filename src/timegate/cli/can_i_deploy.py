"""``timegate can-i-deploy``: whether a build honours what clients were seen to do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from timegate.cli.arguments import ContractOption, Target
from timegate.cli.ending import FINDINGS
from timegate.cli.load import load
from timegate.cli.seen import DEFAULT_DAYS, Counted, Days
from timegate.observing.usage import usage
from timegate.observing.verdict import verdict


def can_i_deploy(
    target: Target,
    file: Counted,
    days: Days = DEFAULT_DAYS,
    ceiling: Annotated[
        str, typer.Option("--ceiling", metavar="VERSION", help="The ceiling, where the target is no app that has it.")
    ] = "",
    contract: ContractOption = "",
) -> None:
    """Say whether this build serves every version and operation that was seen, under its ceiling and sunsets.

    It exits with 0 where it does, and with 1 where it does not.

    Example: `timegate can-i-deploy shop.main:app --usage /var/lib/shop/usage.sqlite --days 30`
    """
    loaded = load(target, contract=contract)
    timeline = loaded.timeline
    newest = timeline.index(timeline.resolve(ceiling).value) if ceiling else loaded.newest
    spared = () if loaded.startup is None else loaded.startup.during_sunset
    found = verdict(usage(file, days=days), loaded.gates, newest=newest, now=datetime.now(UTC), during_sunset=spared)
    for one in found.broken:
        seen = one.seen
        typer.echo(f"{seen.client}: {seen.number} × {seen.operation}, last on {seen.last}: {one.reason}")
    versions = f"{len(found.versions)} version{'' if len(found.versions) == 1 else 's'}"
    clients = f"{found.clients} client{'' if found.clients == 1 else 's'}"
    if found.broken:
        lost = sum(one.seen.number for one in found.broken)
        requests = f"{lost} request{'' if lost == 1 else 's'}"
        typer.echo(f"no: {requests} of the last {days} days would fail; {found.honoured} would not")
        raise typer.Exit(FINDINGS)
    requests = f"{found.honoured} request{'' if found.honoured == 1 else 's'}"
    typer.echo(f"yes: {requests} of {clients} at {versions} in {days} days would be served as before")
