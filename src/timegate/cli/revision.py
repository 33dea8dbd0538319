"""``timegate revision``: write the change between the newest frozen contract and head."""

from __future__ import annotations

from typing import Annotated

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.load import load
from timegate.errors import CompileError
from timegate.frozen.check import Check
from timegate.frozen.folder import Folder
from timegate.frozen.version_file import write_change
from timegate.version import shown


def revision(
    target: Target,
    message: Annotated[
        str, typer.Option("--message", "-m", metavar="TEXT", help="The line of the changelog; made up if left out.")
    ] = "",
    contract: ContractOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Compare head with the newest frozen contract, and write what changed into the version that is not released yet.

    What only a person can decide is a placeholder, `undecided("…")`, with which the app does not start. That one key
    is gone and another has come is offered as a rename, with how much speaks for it.
    """
    loaded = load(target, contract=contract)
    frozen = Folder(folder)
    check = Check(loaded.timeline, loaded.contract, frozen)
    if check.faults and not check.compared:
        raise CompileError(check.faults)
    proposals, beyond = check.to_declare(), check.beyond_facts()
    for one in beyond:
        typer.echo(f"not to be declared: {one.question}")
    if not proposals:
        if not beyond:
            typer.echo("head has the newest frozen contract: there is nothing to declare")
        return
    written = write_change(loaded.timeline, frozen, proposals, message=message)
    typer.echo(f"{shown(str(written.file))}: {written.name}")
    for one in proposals:
        for line in [f"decide: {one.question}"] if one.question else [fact.text for fact in one.facts]:
            typer.echo(f"    {line}")
