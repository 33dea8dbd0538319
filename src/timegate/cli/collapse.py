"""``timegate collapse``: fold versions that are not frozen into one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.load import Loaded, load
from timegate.frozen.compare import differences
from timegate.frozen.contract import VersionContracts
from timegate.frozen.folder import Folder
from timegate.frozen.folding import folding, write
from timegate.frozen.version_file import NotWritten
from timegate.frozen.wording import told
from timegate.gates import Gates


def collapse(target: Target, contract: ContractOption = "", folder: FolderOption = DEFAULT_FOLDER) -> None:
    """Fold the versions that are newer than every frozen one into the newest of them, before it is released.

    Their changes stay in the order in which they happened; nobody was written for what lies between. Every other
    version keeps its contract: that is tried in a new process, and else the files are put back as they were.
    """
    loaded = load(target, contract=contract)
    # Changes that cannot be carried out are told before anything is written.
    gates = loaded.gates
    found = folding(loaded.timeline, Folder(folder))
    before = found.apply()
    broken = list(_broken(loaded, gates, target, contract, {version.value for version in found.gone}))
    if broken:
        write(before)
        raise NotWritten("\n".join(["nothing is folded:", *broken]))
    for version in found.gone:
        typer.echo(f"version {version.value} is now part of {found.newest.value}")


def _broken(loaded: Loaded, gates: Gates, target: str, contract: str, gone: set[str]) -> Iterator[str]:
    """What is not as it was, of the contracts of the versions that stay."""
    with TemporaryDirectory() as place:
        now = Folder(Path(place) / "contracts")
        command = [sys.executable, "-m", "timegate.cli", "freeze", "all", target, "--folder", str(now.path)]
        command += ["--contract", contract] if contract else []
        paths = os.pathsep.join(str(Path(one).resolve()) for one in sys.path if one)
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            yield f"the app would not start: {ran.stderr.strip() or ran.stdout.strip()}"
            return
        contracts = VersionContracts(loaded.contract)
        for version in loaded.timeline.released:
            if version.value not in gone:
                for one in differences(contracts.at(gates, version.value).document, now.read(version.value)):
                    yield f"version {version.value} would not be the same: {one.place} {told(one)}"
