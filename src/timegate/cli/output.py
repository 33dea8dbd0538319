"""Where the output of a command goes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Output: TypeAlias = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there, not to stdout.")
]
"""Where the output goes; to stdout if nothing is said."""


def put(text: str, output: Path | None, *, told: str) -> None:
    """Print a text, or write it into a file and tell what is in there."""
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        typer.echo(f"{output}: {told}")
