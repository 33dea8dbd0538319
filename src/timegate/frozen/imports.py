"""Adds imports to a module, where linters want them, and leaves those that are there as they are."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping

from timegate.frozen.code import WIDTH


def with_imports(source: str, needed: Iterable[tuple[str, str]], *, own: str) -> str:
    """The source of a module with more ``from … import …``.

    Args:
        source: a module; may be empty.
        needed: modules and names.
        own: the top package of the app, whose imports stand apart.
    """
    by_module: dict[str, set[str]] = {}
    for module, name in needed:
        by_module.setdefault(module, set()).add(name)
    for module, names in sorted(by_module.items()):
        source = _with_import(source, module, names, own=own)
    return source


def _with_import(source: str, module: str, names: set[str], *, own: str) -> str:
    """The source with names of one module: in the statement that imports from it, or in a new one."""
    tree = ast.parse(source)
    block = _first_imports(tree)
    lines = source.splitlines(keepends=True)
    for node in block:
        if isinstance(node, ast.ImportFrom) and node.module == module and not node.level:
            if names <= {one.name for one in node.names if one.asname is None}:
                return source
            texts = {one.name if one.asname is None else f"{one.name} as {one.asname}" for one in node.names}
            end = node.end_lineno or node.lineno
            return "".join([*lines[: node.lineno - 1], f"{_statement(module, texts | names)}\n", *lines[end:]])
    group, statement = _group(module, own), f"{_statement(module, names)}\n"
    alike = [node for node in block if _group_of(node, own) == group]
    lower = [node for node in block if _group_of(node, own) < group]
    smaller = [node for node in alike if _rank(node) < (1, module)]
    if smaller:
        return _inserted(lines, smaller[-1].end_lineno or 0, statement)
    if alike:
        return _inserted(lines, alike[0].lineno - 1, statement)
    if lower:
        return _inserted(lines, lower[-1].end_lineno or 0, f"\n{statement}")
    if block:
        return _inserted(lines, block[0].lineno - 1, f"{statement}\n")
    at = _after_docstring(tree)
    rest = "".join(lines[at:]).lstrip("\n")
    before = "".join(lines[:at])
    return f"{before}{chr(10) if before else ''}{statement}" + (f"\n\n{rest}" if rest else "")


def _inserted(lines: list[str], at: int, text: str) -> str:
    return "".join([*lines[:at], text, *lines[at:]])


def _first_imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """The imports at the beginning of a module."""
    found: list[ast.Import | ast.ImportFrom] = []
    for node in tree.body[1:] if tree.body and is_docstring(tree.body[0]) else tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            break
        found.append(node)
    return found


def is_docstring(node: ast.stmt) -> bool:
    """Whether a statement is a text alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _after_docstring(tree: ast.Module) -> int:
    return (tree.body[0].end_lineno or 0) if tree.body and is_docstring(tree.body[0]) else 0


def _rank(node: ast.Import | ast.ImportFrom) -> tuple[int, str]:
    """Where a statement stands in its group: plain imports first, both by module."""
    return (1, node.module or "") if isinstance(node, ast.ImportFrom) else (0, node.names[0].name)


def _group_of(node: ast.Import | ast.ImportFrom, own: str) -> int:
    if isinstance(node, ast.ImportFrom) and node.level:
        return _GROUPS["relative"]
    return _group(node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name, own)


def _group(module: str, own: str) -> int:
    top = module.partition(".")[0]
    if top == "__future__":
        return _GROUPS["future"]
    known = "standard" if top in sys.stdlib_module_names else "own" if top == own else "others"
    return _GROUPS[known]


_GROUPS: Mapping[str, int] = {"future": 0, "standard": 1, "others": 2, "own": 3, "relative": 4}


def _order(name: str) -> tuple[int, str, str]:
    """Where linters want a name: constants first, then classes, then the rest, whatever the case of their letters."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name.lower(), name


def _statement(module: str, names: Iterable[str]) -> str:
    ordered = sorted(names, key=_order)
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in ordered) + ")"
