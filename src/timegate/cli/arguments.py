"""The arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Target: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="MODULE:NAME",
        help="An app with `TimegateMiddleware`, a `Gates`, or a `Timeline` with `--contract`; or a function that "
        "returns one.",
    ),
]
"""What a command is about: `timegate.cli.load` finds it."""

ContractOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--contract",
        metavar="MODULE:NAME",
        help="The `Contract` of today's API, or the app to read it from, where the target does not have it.",
    ),
]
"""Where the contract of head is, for a target that is a timeline."""

FolderOption: TypeAlias = Annotated[
    Path, typer.Option("--folder", metavar="FOLDER", help="The folder of the frozen contracts.")
]
"""The folder of the frozen contracts."""

DEFAULT_FOLDER = Path("contracts")
"""Where frozen contracts are, if nothing else is said."""
