"""``timegate collapse``: fold versions that are not frozen into one."""

from __future__ import annotations

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.load import load
from timegate.frozen.folder import Folder
from timegate.frozen.renaming import collapse as fold
from timegate.frozen.renaming import unfrozen_versions


def collapse(target: Target, contract: ContractOption = "", folder: FolderOption = DEFAULT_FOLDER) -> None:
    """Fold the versions that are newer than every frozen one into the newest of them, before it is released.

    Their changes stay in the order in which they happened; nobody was written for what lies between.
    """
    loaded = load(target, contract=contract)
    frozen = Folder(folder)
    newest = unfrozen_versions(loaded.timeline, frozen)[:1]
    for version in fold(loaded.timeline, frozen):
        typer.echo(f"version {version.value} is now part of {newest[0].value}")
