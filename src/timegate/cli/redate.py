"""``timegate redate``: give a version that is not frozen another date."""

from __future__ import annotations

from typing import Annotated

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.load import load
from timegate.frozen.folder import Folder
from timegate.frozen.renaming import rename_version
from timegate.version import shown


def redate(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A version that is not frozen.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its date from now on, or `unreleased`.")],
    target: Target,
    contract: ContractOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Give a version that is not frozen another date, in its source: the file of its module, or `Version("…")`."""
    loaded = load(target, contract=contract)
    for file in rename_version(loaded.timeline, Folder(folder), old, new):
        typer.echo(f"{shown(str(file))}: version {old} is now {new}")
