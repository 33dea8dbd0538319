"""The folder of frozen contracts: one OpenAPI document for each released version."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from timegate.errors import TimegateError
from timegate.typing import Document, is_array, is_object

_UNSAFE: Final = re.compile(r"[^\w.+-]")


class NotFrozen(TimegateError):
    """A frozen contract is missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The frozen contracts of one API.

    Args:
        path: the folder; it need not exist yet.
    """

    path: Path

    def file(self, version: str) -> Path:
        """Where the contract of a version is."""
        return self.path / f"{_UNSAFE.sub('_', version)}.json"

    def has(self, version: str) -> bool:
        """Whether the contract of a version is frozen."""
        return self.file(version).is_file()

    def versions(self) -> list[str]:
        """The versions whose contracts are frozen, by name."""
        documents = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(self.path.glob("*.json"))]
        return [str(one["info"]["version"]) for one in documents if is_object(one) and "openapi" in one]

    def read(self, version: str) -> Document:
        """The frozen contract of a version.

        Raises:
            NotFrozen: there is none, or the file is no JSON object.
        """
        file = self.file(version)
        try:
            document: object = json.loads(file.read_text(encoding="utf-8"))
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
    return json.dumps(_ordered(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _ordered(value: object, key: str = "") -> object:
    """Data in the order of the file: keys by name, and names that a schema requires as well."""
    if is_object(value):
        return {name: _ordered(value[name], name) for name in sorted(value)}
    if is_array(value):
        items = [_ordered(item) for item in value]
        return sorted(items, key=str) if key == "required" and all(isinstance(one, str) for one in items) else items
    return value
