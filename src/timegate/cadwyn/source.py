"""Python source, read without running it: modules, what they import, and classes."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from timegate.errors import TimegateError
from timegate.frozen.code import Code

_BUILTINS: Final = frozenset(dir(builtins))


class NotConverted(TimegateError):
    """A bundle cannot be read."""


@dataclass(frozen=True)
class Module:
    """One module.

    Args:
        file: where it is.
    """

    file: Path

    @cached_property
    def text(self) -> str:
        """Its source."""
        return self.file.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree.

        Raises:
            NotConverted: it is no Python.
        """
        try:
            return ast.parse(self.text)
        except SyntaxError as error:
            raise NotConverted(f"{self.file}:{error.lineno}: {error.msg}") from error

    @cached_property
    def imports(self) -> Mapping[str, tuple[str, str]]:
        """The module and name of each name that it imports."""
        return {
            alias.asname or alias.name: (self._absolute(node), alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    @cached_property
    def classes(self) -> Mapping[str, ast.ClassDef]:
        """The classes at its top, by name."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        # As far up as there are packages.
        folder, parts = self.file.parent, list[str]()
        while (folder / "__init__.py").exists():
            parts.insert(0, folder.name)
            folder = folder.parent
        kept = parts[: len(parts) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def imported(self, name: str) -> Module | None:
        """The module that a name is imported from, or this one where it has the name; None where it is not found."""
        if name in self.classes:
            return self
        found = self.imports.get(name)
        if found is None:
            return None
        relative = Path(*found[0].split("."))
        for folder in self.file.parents:
            for file in (folder / relative.with_suffix(".py"), folder / relative / "__init__.py"):
                if file.exists():
                    return Module(file)
        return None

    def code(self, node: ast.expr) -> Code:
        """An expression of this module, with the imports that it needs."""
        written = ast.get_source_segment(self.text, node) or ast.unparse(node)
        text = ast.unparse(node) if "\n" in written else written
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - _BUILTINS
        return Code(text, frozenset(self.origin(name) for name in names))

    def origin(self, name: str) -> tuple[str, str]:
        """Where a version file imports a name from."""
        return self.imports.get(name, (self._own_name(), name))

    def _own_name(self) -> str:
        parts, folder = [self.file.stem] if self.file.stem != "__init__" else [], self.file.parent
        while (folder / "__init__.py").exists():
            parts.insert(0, folder.name)
            folder = folder.parent
        return ".".join(parts)


def chain(node: ast.expr) -> list[tuple[str, ast.Call | None]]:
    """The names of a chain of attributes and calls, ``schema(M).field("x").existed``, each with its call."""
    return list(reversed(list(_chain(node))))


def _chain(node: ast.expr) -> Iterator[tuple[str, ast.Call | None]]:
    call: ast.Call | None = None
    while True:
        match node:
            case ast.Call(func=function):
                call, node = node, function
            case ast.Attribute(value=inner, attr=name):
                yield name, call
                call, node = None, inner
            case ast.Name(id=name):
                yield name, call
                return
            case _:
                return


def text_of(node: ast.expr | None) -> str | None:
    """The value of a text that is written out; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
