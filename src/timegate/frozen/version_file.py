"""Writes changes into the file of the version that is not released yet."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from timegate.errors import TimegateError
from timegate.frozen.change_code import change_code
from timegate.frozen.folder import Folder
from timegate.frozen.imports import with_imports
from timegate.frozen.proposal import Proposal
from timegate.frozen.statements import first_line
from timegate.timeline import Timeline
from timegate.version import UNRELEASED, Version


class NotWritten(TimegateError):
    """A version file cannot be written."""


@dataclass(frozen=True, slots=True)
class Written:
    """A change that was written.

    Args:
        file: where.
        name: its class.
    """

    file: Path
    name: str


def unfrozen_version(timeline: Timeline, folder: Folder) -> Version | None:
    """The version right after the newest frozen one; None where there is none yet."""
    frozen = next((index for index, one in enumerate(timeline) if folder.has(one.value)), None)
    return timeline.versions[frozen - 1] if frozen else None


def write_change(timeline: Timeline, folder: Folder, proposals: Sequence[Proposal], *, message: str = "") -> Written:
    """Write a change into the version after the newest frozen one; without one, into a new one without a date.

    It stands before the changes that are there: it tells what lies between the frozen contract and what they start
    from.

    Args:
        timeline: the versions.
        folder: the frozen contracts.
        proposals: what to declare.
        message: the line of the changelog; made from the proposals where it is empty.

    Raises:
        NotWritten: the source of the timeline is not such that a change can be added.
    """
    version = unfrozen_version(timeline, folder)
    if timeline.package:
        return _write_module(timeline.package, UNRELEASED if version is None else version.value, proposals, message)
    return _write_inline(timeline, version, proposals, message)


def module_name(value: str) -> str:
    """The name of a version's module."""
    return value if value == UNRELEASED else "v" + value.replace("-", "_")


def module_file(package: str, value: str) -> Path:
    """The file of a version in a package of version modules."""
    spec = find_spec(package)
    places = None if spec is None else spec.submodule_search_locations
    if not places:
        raise NotWritten(f"the package {package} has no folder")
    name = module_name(value)
    folder = Path(next(iter(places)))
    inner = folder / name / "__init__.py"
    return inner if inner.is_file() else folder / f"{name}.py"


def _write_module(package: str, value: str, proposals: Sequence[Proposal], message: str) -> Written:
    file = module_file(package, value)
    source = file.read_text(encoding="utf-8") if file.is_file() else ""
    own = package.partition(".")[0]
    tree = ast.parse(source)
    change = change_code(proposals, message=message, taken=_names(tree))
    first = next((first_line(node) - 1 for node in tree.body if isinstance(node, ast.ClassDef)), None)
    lines = source.splitlines(keepends=True)
    if first is None:
        text = f"{source.rstrip()}\n\n\n{change.text}\n" if source.strip() else f"\n\n{change.text}\n"
    else:
        text = "".join([*lines[:first], f"{change.text}\n\n\n", *lines[first:]])
    file.write_text(with_imports(text, change.imports, own=own).lstrip("\n"), encoding="utf-8")
    return Written(file, change.name)


def _names(tree: ast.Module) -> set[str]:
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    imported = {
        one.asname or one.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in node.names
    }
    return defined | imported


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """The call of `Timeline` in its module.

    Args:
        file: the module's file.
        source: its text.
        tree: the same, parsed.
        statement: the statement that holds the call.
        call: the call.
    """

    file: Path
    source: str
    tree: ast.Module
    statement: ast.stmt
    call: ast.Call


def timeline_source(timeline: Timeline) -> TimelineSource:
    """Find the call that made a timeline.

    Raises:
        NotWritten: it is not ``Timeline(Version(…), …)`` at the top of a module.
    """
    name, _, line = timeline.declared_at.rpartition(":")
    file = Path(name)
    if not file.is_file():
        raise NotWritten(f"the timeline was made at {timeline.declared_at or 'an unknown place'}, which is no file")
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    for statement in tree.body:
        for node in ast.walk(statement):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).rpartition(".")[2] == "Timeline"
                and node.lineno <= int(line) <= (node.end_lineno or 0)
                and len(node.args) == len(timeline)
                and all(isinstance(one, ast.Call) for one in node.args)
            ):
                return TimelineSource(file, source, tree, statement, node)
    raise NotWritten(
        f"{timeline.declared_at}: a change can be added to Timeline(Version(…), …) at the top of a module, "
        "or to a package of version modules"
    )


def _write_inline(timeline: Timeline, version: Version | None, proposals: Sequence[Proposal], message: str) -> Written:
    found = timeline_source(timeline)
    change = change_code(proposals, message=message, taken=_names(found.tree))
    if version is None:
        first = found.call.args[0]
        own_line = first.lineno != found.call.func.lineno
        apart = f",\n{' ' * first.col_offset}" if own_line else ", "
        edits = [
            (offset(found.source, first.lineno, first.col_offset), f'Version("{UNRELEASED}", {change.name}){apart}')
        ]
    else:
        given = found.call.args[timeline.versions.index(version)]
        value = given.args[0] if isinstance(given, ast.Call) and given.args else None
        if value is None:
            raise NotWritten(f"{timeline.declared_at}: Version(…) has no value to write a change after")
        edits = [(offset(found.source, value.end_lineno or 0, value.end_col_offset or 0), f", {change.name}")]
    edits.append((offset(found.source, found.statement.lineno, 0), f"{change.text}\n\n\n"))
    source = found.source
    for at, text in sorted(edits, reverse=True):
        source = source[:at] + text + source[at:]
    own = found.file.parent.name
    found.file.write_text(with_imports(source, _foreign(change.imports, found), own=own), encoding="utf-8")
    return Written(found.file, change.name)


def _foreign(imports: frozenset[tuple[str, str]], found: TimelineSource) -> list[tuple[str, str]]:
    """The imports of names that the module does not have already."""
    known = _names(found.tree)
    return [(module, name) for module, name in imports if name not in known]


def offset(source: str, line: int, column: int) -> int:
    """The index in a text of a line and a column in bytes of UTF-8, as `ast` counts them."""
    lines = source.splitlines(keepends=True)
    before = lines[line - 1].encode("utf-8")[:column].decode("utf-8") if line <= len(lines) else ""
    return sum(map(len, lines[: line - 1])) + len(before)
