"""Gives a version that is not frozen another value, in the source of its timeline."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from timegate.frozen.folder import Folder
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
    changed = dict(mentions(timeline.package, module_name(old), module_name(new), {}))
    for other, text in changed.items():
        other.write_text(text, encoding="utf-8")
    return [target, *changed]


def mentions(package: str, old: str, new: str, edits: Mapping[Path, str | None]) -> Iterator[tuple[Path, str]]:
    """The files of the app that import a version's module, with the new text of each.

    Args:
        package: the package of version modules.
        old: the module's name.
        new: its new one.
        edits: what files are to become besides; those that go are left out.
    """
    root = module_file(package, UNRELEASED).parent
    for _ in package.split(".")[1:]:
        root = root.parent
    absolute = re.compile(rf"\b{re.escape(package)}\.{old}\b")
    relative = re.compile(rf"\bfrom \.{old} import\b")
    for file in sorted(root.rglob("*.py")):
        text = edits.get(file, file.read_text(encoding="utf-8"))
        if text is None:
            continue
        edited = absolute.sub(f"{package}.{new}", text)
        if file.parent == module_file(package, UNRELEASED).parent:
            edited = relative.sub(f"from .{new} import", edited)
        if edited != text:
            yield file, edited


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
