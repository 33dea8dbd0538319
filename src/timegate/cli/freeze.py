"""``timegate freeze``: write the contract of a version into a file, which later apps are held to."""

from __future__ import annotations

from typing import Annotated

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.load import NotLoaded, load
from timegate.frozen.contract import contract_at
from timegate.frozen.folder import Folder


def freeze(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version of the timeline, such as 2025-04-11.")],
    target: Target,
    contract: ContractOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Write the contract of VERSION into a file: from then on it is released, and must not change.

    The file is an OpenAPI 3.1 document. Commit it; `timegate check` compares every later state of the app with it.
    VERSION is `all` for every version that is not frozen yet.
    """
    loaded = load(target, contract=contract)
    frozen = Folder(folder)
    versions = [one for one in loaded.timeline.supported if not frozen.has(one)] if version == "all" else [version]
    for one in versions:
        if frozen.has(one):
            raise NotLoaded(
                f"{frozen.file(one)} is there: version {one} is frozen, and a frozen contract stays as it is"
            )
        file = frozen.write(one, contract_at(loaded.gates, one).document)
        typer.echo(f"{file}: version {one} is frozen")
