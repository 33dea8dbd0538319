"""``timegate freeze``: write the contract of a version into a file, which later apps are held to."""

from __future__ import annotations

from typing import Annotated

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.ending import FINDINGS
from timegate.cli.formats import Format, printed
from timegate.cli.load import Loaded, NotLoaded, load
from timegate.frozen.check import Check
from timegate.frozen.contract import VersionContracts
from timegate.frozen.folder import Folder
from timegate.frozen.renaming import check_value, rename_version
from timegate.version import UNRELEASED, shown


def freeze(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version of the timeline, such as 2025-04-11.")],
    target: Target,
    contract: ContractOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Write the contract of VERSION into a file: from then on it is released, and must not change.

    The file is an OpenAPI 3.1 document. Commit it; `timegate check` compares every later state of the app with it.
    VERSION is `all` for every version that is not frozen yet. A VERSION that the timeline does not have becomes the
    date of its unreleased version, in the source too. Nothing is frozen while a released contract would change.
    """
    loaded = load(target, contract=contract)
    frozen = Folder(folder)
    report = Check(loaded.timeline, loaded.contract, frozen).report()
    if report.failed and report.compared:
        typer.echo(printed(report, Format.TEXT), nl=False)
        typer.echo("timegate: nothing is frozen while a released contract would change", err=True)
        raise typer.Exit(FINDINGS)
    timeline = loaded.timeline
    if version == "all":
        versions = [one for one in timeline.supported if not frozen.has(one)]
    elif version not in timeline.values and not timeline.head.released:
        _release(loaded, frozen, version)
        return
    else:
        versions = [version]
    for one in versions:
        if frozen.has(one):
            raise NotLoaded(f"version {one} is frozen already, and stays as it is: {frozen.file(one)}")
        if one == UNRELEASED:
            raise NotLoaded("the unreleased version is frozen with its date: timegate freeze 2026-01-31 module:app")
        file = frozen.write(one, VersionContracts(loaded.contract).at(loaded.gates, one).document)
        typer.echo(f"{file}: version {one} is frozen")


def _release(loaded: Loaded, frozen: Folder, version: str) -> None:
    """Freeze the unreleased version under a date, and give it that in its source."""
    check_value(loaded.timeline, frozen, UNRELEASED, version)
    document = VersionContracts(loaded.contract).at(loaded.gates, UNRELEASED, named=version).document
    changed = rename_version(loaded.timeline, frozen, UNRELEASED, version)
    file = frozen.write(version, document)
    for one in changed:
        typer.echo(f"{shown(str(one))}: the unreleased version is now {version}")
    typer.echo(f"{file}: version {version} is frozen")
