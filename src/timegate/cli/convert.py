"""``timegate convert``: version files from what another library declares."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from timegate.cadwyn.bundle import package_text, read_bundle
from timegate.cadwyn.source import NotConverted


class Library(StrEnum):
    """A library whose declarations are read."""

    CADWYN = "cadwyn"


def convert(
    library: Annotated[
        Library, typer.Argument(metavar="cadwyn", help="The library that the versions were written for.")
    ],
    bundle: Annotated[
        Path, typer.Argument(metavar="BUNDLE", help="The file that makes the VersionBundle, or the package that does.")
    ],
    output: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write the version files.")],
) -> None:
    """Write version files from a bundle of Cadwyn, which is read by its source and not run.

    An instruction becomes a fact. A converter that only repeats what the instructions of its change declare is left
    out: a fact converts payloads by itself. What a converter does besides is left to you: its body stands as a comment
    above a placeholder, `undecided("…")`, with which the app does not start.

    Example: `timegate convert cadwyn src/shop/versions src/shop/api_versions`
    """
    files = read_bundle(bundle)
    if output.exists() and any(output.glob("v*.py")):
        raise NotConverted(f"{output} holds version files already: name another folder")
    output.mkdir(parents=True, exist_ok=True)
    (output / "__init__.py").write_text(package_text(), encoding="utf-8")
    for file in files:
        (output / file.name).write_text(file.text, encoding="utf-8")
        left = f", left to you: {', '.join(file.undecided)}" if file.undecided else ""
        count = len(file.changes)
        typer.echo(f"{output / file.name}: {count} change{'' if count == 1 else 's'}{left}")
