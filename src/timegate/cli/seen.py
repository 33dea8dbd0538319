"""The arguments of commands that read what was counted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Counted: TypeAlias = Annotated[
    Path,
    typer.Option("--usage", metavar="FILE", help="The file that the servers' `Counts` were given."),
]
"""Where the counts are."""

Days: TypeAlias = Annotated[int, typer.Option("--days", min=1, help="Only what was counted in the last days.")]
"""How far back the counts are read."""

DEFAULT_DAYS = 90
"""How far back, if nothing else is said."""


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows of texts in columns; the first row has the names."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
