"""``timegate diff``: how the contracts of two versions differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from timegate.cli.arguments import ContractOption, Target
from timegate.cli.load import load
from timegate.frozen.compare import differences
from timegate.frozen.contract import VersionContract, VersionContracts
from timegate.frozen.wording import told
from timegate.typing import Document


def diff(
    one: Annotated[str, typer.Argument(metavar="VERSION", help="The version from which it is told.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The version that it is compared with.")],
    target: Target,
    contract: ContractOption = "",
) -> None:
    """Print how the contract of OTHER differs from that of VERSION, and the changes that say so.

    Each difference has its severity: what it would mean to a client of VERSION that nobody converts for.

    Example: `timegate diff 2025-04-11 2025-09-23 shop.main:app`
    """
    loaded = load(target, contract=contract)
    gates, contracts = loaded.gates, VersionContracts(loaded.contract)
    first, second = (gates.timeline.resolve(version).value for version in (one, other))
    old, new = (contracts.at(gates, version) for version in (first, second))
    moved = dict(_moved(old, new))
    for before, after in moved.items():
        typer.echo(f"breaking: {before} is at {after} now")
    found = differences(_at_new_paths(old.document, moved), new.document)
    for difference in found:
        typer.echo(f"{difference.severity.value}: {difference.place} {told(difference)}")
    if not found and not moved:
        typer.echo(f"{first} and {second} have the same contract")
    newest, oldest = sorted(map(gates.timeline.index, (first, second)))
    for version in gates.timeline.versions[newest:oldest]:
        for change in (one for one in version.changes if not one.hidden):
            typer.echo(f"{version.value} {change.__qualname__}: {change.description.splitlines()[0]}")


def _moved(old: VersionContract, new: VersionContract) -> Iterator[tuple[str, str]]:
    """The operations that both versions have, each at another path."""
    now = {key: shown for shown, key in new.keys.items()}
    for shown, key in old.keys.items():
        if key in now and now[key] != shown:
            yield shown, now[key]


def _at_new_paths(document: Document, moved: Mapping[str, str]) -> Document:
    """A document with some operations, by method and path, at other paths."""
    paths: dict[str, dict[str, Any]] = {path: dict(item) for path, item in document.get("paths", {}).items()}
    for before, after in moved.items():
        (method, path), (_, new_path) = before.split(" ", 1), after.split(" ", 1)
        paths.setdefault(new_path, {})[method.lower()] = paths[path].pop(method.lower())
    return {**document, "paths": {path: item for path, item in paths.items() if item}}
