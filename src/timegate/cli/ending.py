"""How a command ends: with an exit code, and with one message instead of a traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final, ParamSpec

import typer

from timegate.errors import TimegateError

FINDINGS: Final = 1
"""The exit code of a command that found something."""

UNREADABLE: Final = 2
"""The exit code of a command that cannot be carried out."""

_P = ParamSpec("_P")


def ending_well(command: Callable[_P, None]) -> Callable[_P, None]:
    """A command that tells an error of this package, and an output file that it cannot write, in a message."""

    @functools.wraps(command)
    def ending(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (TimegateError, OSError) as error:
            typer.echo(f"timegate: {error}", err=True)
            raise typer.Exit(UNREADABLE) from error

    return ending
