"""``timegate freeze``: write the contract of a version into a file, which later apps are held to."""

from __future__ import annotations

from typing import Annotated

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.load import load
from timegate.frozen.folder import Folder


def freeze(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version of the timeline, such as 2025-04-11.")],
    target: Target,
    contract: ContractOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Write the contract of VERSION into a file: from then on it is released, and must not change.

    The file is the OpenAPI 3.1 document that clients of the version get. Commit it; `timegate check` compares every
    later state of the app with it.
    """
    loaded = load(target, contract=contract)
    file = Folder(folder).write(version, loaded.gates.contract(version))
    typer.echo(f"{file}: version {version} is frozen")
