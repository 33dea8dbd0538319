"""Takes statements out of a module, with what only they used."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

_WORD: Final = re.compile(r"[^\W\d]\w*")
_GIVES_A_VALUE: Final = re.compile(
    r"(datetime\.)?(date|datetime|timedelta)(\.fromisoformat)?|os\.(environ\.get|getenv)"
)

Definition: TypeAlias = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Rest(NamedTuple):
    """What is left of a module.

    Attributes:
        source: its text.
        idle: what nothing uses any more, and which stays because it calls something: its lines and names.
    """

    source: str
    idle: tuple[tuple[int, str], ...]


def without(
    source: str, names: Iterable[str], *, freed: Iterable[str] = (), used_elsewhere: Callable[[str], bool]
) -> Rest:
    """What is left of a module without some classes and functions, and without what nothing but they used.

    Args:
        source: the module.
        names: what goes.
        freed: what else was used until now by something that is gone already.
        used_elsewhere: whether another module needs a name of this one.
    """
    tree, gone = ast.parse(source), set(names)
    removed: list[ast.stmt] = [node for node in tree.body if isinstance(node, Definition) and node.name in gone]
    candidates = names_in(removed).union(freed)
    idle: list[ast.stmt] = []
    while True:
        rest = [node for node in tree.body if node not in removed]
        more = [
            node
            for node in rest
            if _defines(node)
            and node not in idle
            and bound(node) <= candidates
            and not bound(node) & names_in(one for one in rest if one is not node)
            and not any(map(used_elsewhere, bound(node)))
        ]
        if not more:
            break
        idle += [node for node in more if not _is_plain(node)]
        removed += [node for node in more if _is_plain(node)]
        candidates |= names_in(one for one in more if one not in idle)
    used = names_in(one for one in tree.body if one not in removed)
    lines = source.splitlines(keepends=True)
    edits = [(_first_line_with_comment(node, lines), node.end_lineno or node.lineno, "") for node in removed]
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in removed:
            unused = [one for one in node.names if _name_of(one) in candidates - used]
            if unused:
                kept = [one for one in node.names if one not in unused]
                edits.append((node.lineno, node.end_lineno or node.lineno, _import(node, kept)))
    for first, last, text in sorted(edits, reverse=True):
        _replace(lines, first - 1, last, text)
    return Rest("".join(lines), tuple((node.lineno, name) for node in idle for name in sorted(bound(node))))


def names_in(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that code may use; those in texts too, because annotations and `__all__` may be texts."""
    found: set[str] = set()
    for node in nodes:
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
                found.add(one.id)
            elif isinstance(one, ast.Constant) and isinstance(one.value, str) and _WORD.fullmatch(one.value):
                found.add(one.value)
    return found


def mentions(tree: ast.Module, name: str, *, apart_from: Iterable[ast.stmt] = ()) -> Iterator[int]:
    """The lines of a module that use a name, as their own, as an attribute or as an import."""
    left_out = list(apart_from)
    for statement in tree.body:
        for node in ast.walk(statement) if statement not in left_out else ():
            is_name = isinstance(node, ast.Name) and node.id == name
            is_attribute = isinstance(node, ast.Attribute) and node.attr == name
            is_import = isinstance(node, ast.ImportFrom) and any(one.name == name for one in node.names)
            if is_name or is_attribute or is_import:
                yield getattr(node, "lineno", statement.lineno)


def imports_module(tree: ast.Module, module: Path, *, file: Path) -> Iterator[int]:
    """The lines of a module that import another one.

    Args:
        tree: the module.
        module: the file of the other one.
        file: the file of the module.
    """
    place = module.parent if module.name == "__init__.py" else module.with_suffix("")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imported = _imported(node, file)
            if any(
                place == one if one.is_absolute() else place.parts[-len(one.parts) :] == one.parts for one in imported
            ):
                yield node.lineno


def _imported(node: ast.Import | ast.ImportFrom, file: Path) -> list[Path]:
    """What an import may mean, as files without a suffix; relative where only the name of the package is known."""
    if isinstance(node, ast.Import):
        return [Path(*one.name.split(".")) for one in node.names]
    base = file.parents[node.level - 1] if node.level else Path()
    base = base.joinpath(*filter(None, (node.module or "").split(".")))
    return [base, *(base / one.name for one in node.names)]


def bound(node: ast.stmt) -> set[str]:
    """The names that a statement defines; none where it is of another kind."""
    if isinstance(node, Definition):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {_name_of(one) for one in node.names}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {one.id for one in targets if isinstance(one, ast.Name)}


def _defines(node: ast.stmt) -> bool:
    """Whether a statement defines names; imports are looked at name by name."""
    if isinstance(node, ast.Assign):
        return all(isinstance(one, ast.Name) for one in node.targets)
    return isinstance(node, Definition | ast.AnnAssign) and bool(bound(node))


def _is_plain(node: ast.stmt) -> bool:
    """Whether a statement does nothing but define its names."""
    if isinstance(node, Definition):
        return not node.decorator_list
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return all(_GIVES_A_VALUE.fullmatch(ast.unparse(one)) for one in calls)


def _name_of(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _import(node: ast.Import | ast.ImportFrom, kept: list[ast.alias]) -> str:
    if not kept:
        return ""
    if isinstance(node, ast.Import):
        return f"{ast.unparse(ast.Import(kept))}\n"
    line = ast.unparse(ast.ImportFrom(node.module, kept, node.level))
    if node.lineno == node.end_lineno:
        return f"{line}\n"
    head, _, _ = line.partition(" import ")
    return f"{head} import (\n" + "".join(f"    {ast.unparse(one)},\n" for one in kept) + ")\n"


def first_line(node: ast.stmt) -> int:
    """The first line of a statement, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def _first_line_with_comment(node: ast.stmt, lines: list[str]) -> int:
    """The line on which a definition begins, with its decorators and the comment right above it."""
    first = first_line(node)
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return first


def _replace(lines: list[str], first: int, last: int, text: str) -> None:
    """Replace lines; where they only go, with one of the gaps around them."""
    if text:
        lines[first:last] = [text]
        return
    above, below = first, last
    while above and not lines[above - 1].strip():
        above -= 1
    while below < len(lines) and not lines[below].strip():
        below += 1
    gap = 0 if below == len(lines) or not above else max(first - above, below - last)
    lines[above:below] = ["\n"] * gap
