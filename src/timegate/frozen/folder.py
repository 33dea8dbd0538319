"""The folder of frozen contracts: one OpenAPI document for each released version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic_core import from_json

from timegate.errors import TimegateError
from timegate.typing import Document, is_object

_UNSAFE: Final = re.compile(r"[^\w.+-]")

ACCEPTED: Final = "accepted.json"
"""The file of accepted findings beside the frozen contracts."""


class NotFrozen(TimegateError):
    """A frozen contract is missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The frozen contracts of one API.

    Args:
        path: the folder; it need not exist yet.
        kept: what its files were at another revision, by name; where they differ, that is what was promised.
    """

    path: Path
    kept: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def file(self, version: str) -> Path:
        """Where the contract of a version is."""
        return self.path / f"{_UNSAFE.sub('_', version)}.json"

    def has(self, version: str) -> bool:
        """Whether the contract of a version is frozen."""
        file = self.file(version)
        return file.name in self.kept or file.is_file()

    def others(self, known: Iterable[str]) -> list[str]:
        """The versions that are frozen besides known ones."""
        files = set(self.path.glob("*.json")) - {self.path / ACCEPTED, *map(self.file, known)}
        return [file.stem for file in sorted(files)]

    def changed(self) -> dict[Path, bytes | None]:
        """The files that are no longer what they were, each with what it is now; None for one that is gone."""
        files = {self.path / name: kept for name, kept in self.kept.items()}
        now = {file: file.read_bytes() if file.is_file() else None for file in files}
        return {file: text for file, text in now.items() if text != files[file]}

    def read(self, version: str) -> Document:
        """The frozen contract of a version.

        Raises:
            NotFrozen: there is none, or the file is no JSON object.
        """
        file = self.file(version)
        try:
            document: object = from_json(self.kept[file.name] if file.name in self.kept else file.read_bytes())
        except FileNotFoundError as error:
            raise NotFrozen(f"{file}: version {version} is not frozen: timegate freeze {version} module:app") from error
        except ValueError as error:
            raise NotFrozen(f"{file} is no JSON: {error}; take it from version control again") from error
        if not is_object(document):
            raise NotFrozen(f"{file} holds no OpenAPI document; take it from version control again")
        return document

    def write(self, version: str, document: Document) -> Path:
        """Write the contract of a version and return its file."""
        self.path.mkdir(parents=True, exist_ok=True)
        file = self.file(version)
        file.write_text(written(document), encoding="utf-8")
        return file


def written(document: Document) -> str:
    """A document as its file has it: the same text for the same contract, and one line for each difference."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
