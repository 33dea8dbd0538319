"""Reads a bundle, and writes its versions as files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from timegate.cadwyn.change import Converted, converted
from timegate.cadwyn.source import Module, NotConverted, text_of
from timegate.frozen.imports import with_imports

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class VersionFile:
    """One version as a file.

    Args:
        version: its value.
        name: the name of the file.
        text: its source.
        changes: what it declares.
    """

    version: str
    name: str
    text: str
    changes: tuple[Converted, ...]

    @property
    def undecided(self) -> tuple[str, ...]:
        """What is left to a person."""
        return tuple(one for change in self.changes for one in change.undecided)


def read_bundle(path: Path) -> list[VersionFile]:
    """The versions of a bundle, newest first.

    Args:
        path: the file that makes the ``VersionBundle``, or the package whose ``__init__.py`` does.

    Raises:
        NotConverted: there is no bundle, or it cannot be read.
    """
    module = Module(path / "__init__.py" if path.is_dir() else path)
    if not module.file.exists():
        raise NotConverted(f"{module.file}: there is no such file")
    bundles = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and _named(node) == "VersionBundle"]
    if not bundles:
        raise NotConverted(f"{module.file} makes no VersionBundle: name the file that does")
    versions = [one for one in bundles[0].args if isinstance(one, ast.Call) and _named(one) == "Version"]
    return [_version(module, one) for one in versions]


def package_text() -> str:
    """The source of the package of the version files."""
    return (
        '"""The versions, each a module that says what it changed."""\n\n'
        "from timegate import Timeline\n\n"
        "timeline = Timeline.from_package(__name__)\n"
    )


def _named(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _version(module: Module, call: ast.Call) -> VersionFile:
    value = _value(call.args[0])
    if not _DATE.fullmatch(value):
        raise NotConverted(
            f"{module.file}:{call.lineno}: version {value!r} is no date, and version files are named by dates"
        )
    changes = tuple(_changes(module, call.args[1:]))
    text = f'"""What version {value} changed."""\n' if changes else f'"""Version {value}, the oldest."""\n'
    text += "".join(f"\n\n{change.code.text}\n" for change in changes)
    needed = frozenset[tuple[str, str]]().union(*(change.code.imports for change in changes))
    own = next((module.origin(ast.unparse(one))[0] for one in call.args[1:]), "").partition(".")[0]
    return VersionFile(value, f"v{value.replace('-', '_')}.py", with_imports(text, needed, own=own), changes)


def _value(node: ast.expr) -> str:
    match node:
        case ast.Call(
            args=[ast.Constant(value=int(year)), ast.Constant(value=int(month)), ast.Constant(value=int(day))]
        ):
            return f"{year:04}-{month:02}-{day:02}"
        case _:
            return text_of(node) or ast.unparse(node)


def _changes(module: Module, names: Sequence[ast.expr]) -> Iterator[Converted]:
    for node in names:
        name = ast.unparse(node).rpartition(".")[2]
        found = module.imported(name)
        if found is None or name not in found.classes:
            raise NotConverted(f"{module.file}:{node.lineno}: the source of {name} is not found")
        yield converted(found, name)
