"""``timegate check``: hold an app to its frozen contracts."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import Annotated

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.ending import FINDINGS
from timegate.cli.formats import Format, printed
from timegate.cli.load import load
from timegate.frozen.acceptances import Acceptances, NotAccepted
from timegate.frozen.check import Check
from timegate.frozen.folder import Folder
from timegate.frozen.git import frozen_at
from timegate.frozen.version_file import write_change
from timegate.version import shown


def check(
    target: Target,
    contract: ContractOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    against: Annotated[
        str, typer.Option(metavar="REV", help="A revision of git whose frozen contracts must still be there.")
    ] = "",
    form: Annotated[Format, typer.Option("--format", help="How the findings are printed.")] = Format.TEXT,
    fix: Annotated[bool, typer.Option("--fix", help="Write the facts that need no decision, and check again.")] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FINGERPRINT", help="Accept an error or a warning, with --reason; may be given several times."
        ),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is accepted.")] = "",
) -> None:
    """Derive every frozen contract again from today's app, and tell each difference with the fact to write.

    The check fails (exit code 1) where a released version no longer has the contract that was frozen, and no promise
    of the timeline lets it change so. An accepted difference stays accepted in versions to come.
    """
    about = [target, *(["--contract", contract] if contract else [])]
    about += ["--folder", str(folder)] if folder != DEFAULT_FOLDER else []
    loaded = load(target, contract=contract)
    frozen = Folder(folder, frozen_at(folder, against)) if against else Folder(folder)
    checked = Check(loaded.timeline, loaded.contract, frozen, against, loaded.handlers)
    decided = [one for one in checked.to_declare() if one.decided] if fix else []
    if decided:
        written = write_change(loaded.timeline, checked.folder, decided)
        typer.echo(f"{shown(str(written.file))}: {written.name} is written", err=True)
        _check_again([*about, "--format", form.value, *(["--against", against] if against else [])])
    if accept:
        _accept(checked, accept, reason)
    report = checked.report()
    typer.echo(printed(report, form), nl=False)
    if form is Format.TEXT and checked.to_declare():
        typer.echo(f"to write what is missing: timegate revision {shlex.join(about)}")
    if report.failed:
        raise typer.Exit(FINDINGS)


def _accept(checked: Check, fingerprints: list[str], reason: str) -> None:
    found = {one.fingerprint: one for one in checked.report().findings}
    acceptances = Acceptances.of(checked.folder.path)
    for fingerprint in fingerprints:
        if fingerprint not in found:
            raise NotAccepted(f"no finding has the fingerprint {fingerprint}")
        acceptances.accept(found[fingerprint], reason)


def _check_again(arguments: list[str]) -> None:
    """Check in a new process, which reads what was written; ends as that one does."""
    command = [sys.executable, "-m", "timegate.cli", "check", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    typer.echo(ran.stdout, nl=False)
    typer.echo(ran.stderr, nl=False, err=True)
    raise typer.Exit(ran.returncode)
