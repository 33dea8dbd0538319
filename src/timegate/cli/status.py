"""``timegate status``: every version at a glance."""

from __future__ import annotations

import typer

from timegate.cli.arguments import DEFAULT_FOLDER, ContractOption, FolderOption, Target
from timegate.cli.load import load
from timegate.frozen.folder import Folder
from timegate.version import Version


def status(target: Target, contract: ContractOption = "", folder: FolderOption = DEFAULT_FOLDER) -> None:
    """Print every version: its lifecycle, whether its contract is frozen, and how much its clients differ from head.

    `changes` are those between a version and the next older one; `operations` those that the version has, and
    `converted` those of them whose requests or responses are converted for its clients.

    Example: `timegate status shop.main:app`
    """
    gates = load(target, contract=contract).gates
    rows: list[tuple[str, ...]] = [("version", "lifecycle", "contract", "changes", "operations", "converted")]
    for version in gates.timeline:
        operations = [gate for gate in gates.operations(version.value) if gate.exists]
        counts = len(version.changes), len(operations), sum(gate.gated for gate in operations)
        frozen = "frozen" if Folder(folder).has(version.value) else "not frozen"
        rows.append((version.value, _lifecycle(version), frozen, *map(str, counts)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        texts = (text.ljust(width) for text, width in zip(row[:3], widths[:3], strict=True))
        numbers = (text.rjust(width) for text, width in zip(row[3:], widths[3:], strict=True))
        typer.echo("  ".join([*texts, *numbers]))


def _lifecycle(version: Version) -> str:
    moments = {"deprecated": version.deprecated, "sunset": version.sunset}
    return ", ".join(f"{word} {moment.date()}" for word, moment in moments.items() if moment) or "served"
