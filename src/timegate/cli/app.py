"""The commands of `timegate`: each is a function in a file of its own, and has one line in the table here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import typer

from timegate.cli.baseline import baseline
from timegate.cli.can_i_deploy import can_i_deploy
from timegate.cli.changelog import changelog
from timegate.cli.check import check
from timegate.cli.clients import clients
from timegate.cli.collapse import collapse
from timegate.cli.convert import convert
from timegate.cli.diff import diff
from timegate.cli.ending import ending_well
from timegate.cli.explain import explain
from timegate.cli.freeze import freeze
from timegate.cli.guide import guide
from timegate.cli.history import history
from timegate.cli.openapi import openapi
from timegate.cli.redate import redate
from timegate.cli.retire import retire
from timegate.cli.revision import revision
from timegate.cli.status import status
from timegate.cli.upgrade import upgrade
from timegate.cli.usage import usage

COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "baseline": baseline,
    "status": status,
    "check": check,
    "revision": revision,
    "freeze": freeze,
    "redate": redate,
    "collapse": collapse,
    "diff": diff,
    "changelog": changelog,
    "history": history,
    "explain": explain,
    "openapi": openapi,
    "clients": clients,
    "upgrade": upgrade,
    "convert": convert,
    "usage": usage,
    "can-i-deploy": can_i_deploy,
    "guide": guide,
    "retire": retire,
}
"""Each command by its name, in the order of ``timegate --help``."""

application: Final = typer.Typer(
    help="Serve every older client of an API from one set of handlers: what to do besides declaring changes.",
    epilog="Exit codes: 0, all is well; 1, there are findings; 2, the command or the app cannot be read.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _add(commands: Mapping[str, Callable[..., None]]) -> None:
    for name, command in commands.items():
        application.command(name)(ending_well(command))


_add(COMMANDS)
