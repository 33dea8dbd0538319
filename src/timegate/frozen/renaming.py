"""Gives a version that is not frozen another value, in the source of its timeline, and folds several into one."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from timegate.frozen.folder import Folder
from timegate.frozen.imports import with_imports
from timegate.frozen.version_file import NotWritten, TimelineSource, module_file, module_name, offset, timeline_source
from timegate.timeline import Timeline
from timegate.version import UNRELEASED, Version


def check_value(timeline: Timeline, folder: Folder, old: str, new: str) -> None:
    """Check that a version may have another value.

    Raises:
        NotWritten: the version is frozen, there is none, or the new value is none or not between its neighbours.
    """
    index = timeline.index(old)
    if folder.has(old):
        raise NotWritten(f"version {old} is frozen: clients are written for it, and it keeps its value")
    if new in timeline.values:
        raise NotWritten(f"the timeline has a version {new} already")
    if new == UNRELEASED:
        if index:
            raise NotWritten(f"version {old} is not the newest, and only the newest may be without a date")
        return
    try:
        key: Any = timeline.scheme(new)
    except ValueError as error:
        raise NotWritten(str(error)) from error
    newer = [one.value for one in timeline.versions[:index] if one.released]
    older = [one.value for one in timeline.versions[index + 1 :]]
    if newer and not key < timeline.scheme(newer[-1]):
        raise NotWritten(f"version {new} would not be older than {newer[-1]}, the next newer one")
    if older and not key > timeline.scheme(older[0]):
        raise NotWritten(f"version {new} would not be newer than {older[0]}, the next older one")


def rename_version(timeline: Timeline, folder: Folder, old: str, new: str) -> list[Path]:
    """Give a version that is not frozen another value; returns the files that have changed.

    Raises:
        NotWritten: it may not have that value, or the source of the timeline is not such that it can be changed.
    """
    check_value(timeline, folder, old, new)
    if not timeline.package:
        return [_renamed_inline(timeline_source(timeline), timeline.index(old), new)]
    file = module_file(timeline.package, old)
    renamed = file.parent if file.name == "__init__.py" else file
    target = module_file(timeline.package, new)
    target = target if renamed == file else target.with_suffix("")
    renamed.rename(target)
    return [target, *_mentions(timeline.package, module_name(old), module_name(new))]


def _mentions(package: str, old: str, new: str) -> list[Path]:
    """Change the imports of a version's module in the files of the app."""
    root = module_file(package, UNRELEASED).parent
    for _ in package.split(".")[1:]:
        root = root.parent
    absolute = re.compile(rf"\b{re.escape(package)}\.{old}\b")
    relative = re.compile(rf"\bfrom \.{old} import\b")
    changed: list[Path] = []
    for file in sorted(root.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        edited = absolute.sub(f"{package}.{new}", text)
        if file.parent == module_file(package, UNRELEASED).parent:
            edited = relative.sub(f"from .{new} import", edited)
        if edited != text:
            file.write_text(edited, encoding="utf-8")
            changed.append(file)
    return changed


def _renamed_inline(found: TimelineSource, index: int, new: str) -> Path:
    version = found.call.args[index]
    value = version.args[0] if isinstance(version, ast.Call) and version.args else None
    if not isinstance(value, ast.Constant):
        raise NotWritten(f"{found.file}:{version.lineno}: the version has no text as its value")
    begin = offset(found.source, value.lineno, value.col_offset)
    end = offset(found.source, value.end_lineno or 0, value.end_col_offset or 0)
    quote = found.source[begin]
    text = f"{quote}{new}{quote}" if quote in "\"'" else repr(new)
    found.file.write_text(found.source[:begin] + text + found.source[end:], encoding="utf-8")
    return found.file


def unfrozen_versions(timeline: Timeline, folder: Folder) -> list[Version]:
    """The versions that are newer than every frozen one, newest first."""
    frozen = (index for index, one in enumerate(timeline) if folder.has(one.value))
    return list(timeline.versions[: next(frozen, len(timeline) - 1)])


def collapse(timeline: Timeline, folder: Folder) -> list[Version]:
    """Fold the versions that are newer than every frozen one into the newest of them; returns those that are gone.

    The changes of older versions come first, as they happened.

    Raises:
        NotWritten: there are no two such versions, or the source of the timeline is not such that it can be changed.
    """
    unfrozen = unfrozen_versions(timeline, folder)
    if len(unfrozen) < 2:
        raise NotWritten("there are no two versions that are not frozen: nothing can be folded")
    newest, *gone = unfrozen
    if timeline.package:
        _fold_modules(timeline.package, newest, gone)
    else:
        _fold_inline(timeline_source(timeline), len(gone))
    return gone


def _fold_modules(package: str, newest: Version, gone: Sequence[Version]) -> None:
    files = [module_file(package, version.value) for version in (newest, *gone)]
    if any(file.name == "__init__.py" for file in files):
        raise NotWritten(f"{package}: a version that is a package of modules is folded by hand")
    target = files[0]
    for version, file in zip(gone, files[1:], strict=True):
        target.write_text(_folded(target.read_text("utf-8"), file.read_text("utf-8"), package), encoding="utf-8")
        file.unlink()
        _mentions(package, module_name(version.value), module_name(newest.value))


def _folded(newer: str, older: str, package: str) -> str:
    """The source of a newer version's module with what an older one's declares, in front."""
    body = [node for node in ast.parse(older).body if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)]
    if any(isinstance(node, ast.Assign | ast.AnnAssign) for node in body):
        raise NotWritten(f"{package}: an older version assigns names, which are moved by hand")
    lines = older.splitlines(keepends=True)
    blocks = ["".join(lines[_first_line(node) - 1 : node.end_lineno]).rstrip() for node in body]
    needed = [
        (node.module or "", one.name)
        for node in ast.parse(older).body
        if isinstance(node, ast.ImportFrom) and not node.level
        for one in node.names
    ]
    tree = ast.parse(newer)
    first = next((_first_line(node) - 1 for node in tree.body if isinstance(node, ast.ClassDef)), None)
    text = "\n\n\n".join(blocks)
    own = newer.splitlines(keepends=True)
    if not blocks:
        return newer
    if first is None:
        source = f"{newer.rstrip()}\n\n\n{text}\n"
    else:
        source = "".join([*own[:first], f"{text}\n\n\n", *own[first:]])
    return with_imports(source, needed, own=package.partition(".")[0])


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def _fold_inline(found: TimelineSource, count: int) -> None:
    """Put the changes of the next older versions into the newest one, and remove these."""
    calls = [one for one in found.call.args[: count + 1] if isinstance(one, ast.Call)]
    newest, *older = calls
    changes = [ast.unparse(one) for call in reversed(older) for one in call.args[1:]]
    value = newest.args[0]
    at = offset(found.source, value.end_lineno or 0, value.end_col_offset or 0)
    begin = offset(found.source, newest.end_lineno or 0, newest.end_col_offset or 0)
    end = offset(found.source, older[-1].end_lineno or 0, older[-1].end_col_offset or 0)
    added = "".join(f", {one}" for one in changes)
    source = found.source
    found.file.write_text(source[:at] + added + source[at:begin] + source[end:], encoding="utf-8")
