"""``timegate retire``: delete what only the oldest version needs, once nobody asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.ending import FINDINGS
from timegate.cli.load import Loaded, load
from timegate.cli.seen import DEFAULT_DAYS, Counted, Days
from timegate.frozen.compare import differences
from timegate.frozen.contract import VersionContracts
from timegate.frozen.folder import Folder
from timegate.frozen.patch import WorkTree
from timegate.frozen.retiring import Handler, check_oldest
from timegate.frozen.retiring import retire as retirement
from timegate.frozen.wording import told
from timegate.observing.usage import Usage
from timegate.observing.usage import usage as counted


def retire(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The oldest version of the timeline.")],
    target: Target,
    file: Counted,
    days: Days = DEFAULT_DAYS,
    contract: ContractOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    write: Annotated[bool, typer.Option("--write", help="Apply the patch to the work tree, which is clean.")] = False,
) -> None:
    """Print a patch that deletes what only the oldest version needs, if nobody was seen to ask for it.

    The patch is tried in a copy first: the contract of every other released version has to stay the same. It
    goes to the standard output, and what there is to say to the standard error.

    Example: `timegate retire 2025-01-01 shop.main:app --usage usage.sqlite --write`
    """
    loaded = load(target, contract=contract)
    check_oldest(loaded.timeline, version)
    rows = counted(file, days=days)
    _end_with([*_in_use(version, rows, days), *_offered(version, loaded)], f"{version} stays")
    requests, since = sum(row.number for row in rows), min(row.first for row in rows)
    typer.echo(f"none of {requests} requests counted since {since} asked for {version}", err=True)
    tree = WorkTree.here()
    found = retirement(loaded.timeline, Folder(folder), tree, _handlers(loaded))
    with tempfile.TemporaryDirectory() as scratch:
        # As the interpreter will see it, where the folder for temporary files is behind a link.
        copy = Path(scratch).resolve() / "copy"
        tree.copied(found.edits, copy)
        patch = tree.patch(found.edits, copy)
        proven, broken = _proof(loaded, target, contract, tree, copy)
    for told_of in found.deleted:
        typer.echo(f"only clients of {version} reach {told_of}, which goes", err=True)
    for idle in found.idle:
        typer.echo(f"nothing uses {idle} any more, which stays, because it calls something: yours to delete", err=True)
    if not write:
        typer.echo(patch.decode("utf-8", "surrogateescape"), nl=False)
    _end_with([*found.left, *broken], "the patch is not proven, and nothing is written")
    plural = "" if proven == 1 else "s"
    typer.echo(f"the contract{plural} of {proven} other version{plural} stay{'' if plural else 's'} the same", err=True)
    if write:
        tree.apply(patch)
        files = f"{len(found.edits)} file{'' if len(found.edits) == 1 else 's'}"
        typer.echo(f"version {version} is retired: {files} changed", err=True)


def _end_with(findings: Sequence[str], conclusion: str) -> None:
    """End the command where there are findings."""
    for one in findings:
        typer.echo(one, err=True)
    if findings:
        typer.echo(f"timegate: {conclusion}", err=True)
        raise typer.Exit(FINDINGS)


def _in_use(version: str, rows: Sequence[Usage], days: int) -> Iterator[str]:
    """Who was seen to ask for a version; that nothing was counted at all says nothing of it."""
    if not rows:
        yield f"no request was counted in the last {days} days, so nothing says that nobody asks for {version}"
    for one in rows:
        if one.version == version:
            yield f"{one.client}: {one.number} × {one.operation}, last on {one.last}: asked for {version}"


def _offered(version: str, loaded: Loaded) -> Iterator[str]:
    """Where the app itself names its oldest version."""
    startup = loaded.startup
    if startup is None:
        typer.echo("the target is no app: that no default= names the version is yours to see", err=True)
        return
    if startup.default in (version, "oldest"):
        yield f"default={startup.default!r}: requests that name no version get {version}: name a newer one"
    elif not isinstance(startup.default, str):
        typer.echo(f"default= is a function: that it never gives {version} is yours to see", err=True)
    if loaded.timeline.values[loaded.newest] == version:
        yield f"the ceiling is {version}: raise it"


def _handlers(loaded: Loaded) -> list[Handler]:
    """The handlers of the operations that no other version has."""
    gates = loaded.gates
    kept = {gate.key for value in loaded.timeline.values[:-1] for gate in gates.operations(value) if gate.exists}
    served: dict[int, tuple[object, list[str]]] = {}
    for key, function in loaded.handlers.items():
        served.setdefault(id(function), (function, []))[1].append(key)
    return [
        Handler(tuple(sorted(set(operations) - kept)), function, is_shared=not kept.isdisjoint(operations))
        for function, operations in served.values()
        if not kept.issuperset(operations)
    ]


def _proof(loaded: Loaded, target: str, contract: str, tree: WorkTree, copy: Path) -> tuple[int, list[str]]:
    """Freeze every contract in a copy by a new process, and compare; how many were, and what is not as it was."""
    folder = Folder(copy.with_name("contracts"))
    command = [sys.executable, "-m", "timegate.cli", "freeze", "all", target, "--folder", str(folder.path)]
    command += ["--contract", contract] if contract else []
    # What this process imports from, with the copy in place of the work tree; its environment is no part of that.
    installed = Path(sys.prefix).resolve()
    paths = [
        copy / one.relative_to(tree.root)
        if one.is_relative_to(tree.root) and not one.is_relative_to(installed)
        else one
        for one in (Path(entry).resolve() for entry in sys.path if entry)
    ]
    ran = subprocess.run(
        command,
        cwd=copy / Path.cwd().resolve().relative_to(tree.root),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        return 0, [f"with the patch the app does not start: {ran.stderr.strip() or ran.stdout.strip()}"]
    *others, retired = loaded.timeline.released
    if folder.has(retired.value):
        return 0, [f"Python imports {target} from elsewhere than {tree.root}, so the patch cannot be tried"]
    contracts = VersionContracts(loaded.contract)
    return len(others), [
        f"version {version.value} would not be the same: {one.place} {told(one)}"
        for version in others
        for one in differences(contracts.at(loaded.gates, version.value).document, folder.read(version.value))
    ]
