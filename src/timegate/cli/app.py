"""The commands of `timegate`: each is a function in a file of its own, and has one line in the table here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import typer

from timegate.cli.ending import ending_well
from timegate.cli.freeze import freeze

COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "freeze": freeze,
}
"""Each command by its name, in the order of ``timegate --help``."""

application: Final = typer.Typer(
    help="Serve every older client of an API from one set of handlers: what to do besides declaring changes.",
    epilog="Exit codes: 0, all is well; 1, there are findings; 2, the command or the app cannot be read.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@application.callback()
def every_command() -> None:
    """Hold the commands together, so that one alone still has a name."""


for _name, _command in COMMANDS.items():
    application.command(_name)(ending_well(_command))
