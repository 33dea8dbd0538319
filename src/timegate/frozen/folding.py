"""Folds versions that are not frozen into the newest of them, in the source of their timeline."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from timegate.frozen.folder import Folder
from timegate.frozen.imports import is_docstring, with_imports
from timegate.frozen.renaming import mentions, unfrozen_versions
from timegate.frozen.statements import bound, first_line
from timegate.frozen.version_file import NotWritten, TimelineSource, module_file, module_name, offset, timeline_source
from timegate.timeline import Timeline
from timegate.version import Version, shown


@dataclass(frozen=True, slots=True)
class Folding:
    """What becomes of the files.

    Args:
        newest: the version that the others become part of.
        gone: these.
        edits: the new text of each file that differs; None for one that goes.
    """

    newest: Version
    gone: tuple[Version, ...]
    edits: Mapping[Path, str | None]

    def apply(self) -> Mapping[Path, str | None]:
        """Write the files; returns the edits that take it back."""
        before = {file: file.read_text(encoding="utf-8") if file.exists() else None for file in self.edits}
        write(self.edits)
        return before


def write(edits: Mapping[Path, str | None]) -> None:
    """Give files their new texts; those without one go."""
    for file, text in edits.items():
        if text is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(text, encoding="utf-8")


def folding(timeline: Timeline, folder: Folder) -> Folding:
    """Fold the versions that are newer than every frozen one into the newest of them, without writing anything.

    The changes of older versions come first, as they happened.

    Raises:
        NotWritten: there are no two such versions, or the source of the timeline is not such that it can be changed.
    """
    unfrozen = unfrozen_versions(timeline, folder)
    if len(unfrozen) < 2:
        raise NotWritten("there are no two versions that are not frozen: nothing can be folded")
    newest, *gone = unfrozen
    if timeline.package:
        edits = _of_modules(timeline.package, newest, gone)
    else:
        found = timeline_source(timeline)
        edits = {found.file: _inline(found, len(gone))}
    return Folding(newest, tuple(gone), edits)


def _of_modules(package: str, newest: Version, gone: Sequence[Version]) -> dict[Path, str | None]:
    target, *files = (module_file(package, version.value) for version in (newest, *gone))
    modules = [_Source(file, file.read_text(encoding="utf-8")) for file in (target, *files)]
    for one in modules:
        if one.file.name == "__init__.py":
            raise NotWritten(f"{shown(str(one.file))}: a version that is a package of modules is folded by hand")
    _check_names(modules)
    text = modules[0].text
    for older in modules[1:]:
        text = _in_front(text, older, package.partition(".")[0])
    own = {module_name(version.value) for version in (newest, *gone)}
    text = _without_imports_of(text, package, own)
    edits: dict[Path, str | None] = {target: text}
    for version, file in zip(gone, files, strict=True):
        names = module_name(version.value), module_name(newest.value)
        edits[file] = None
        for other, edited in mentions(package, *names, edits):
            edits[other] = edited
    return edits


@dataclass(frozen=True, slots=True)
class _Source:
    """The module of one version."""

    file: Path
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        return [node for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]

    @property
    def names(self) -> dict[str, tuple[int, str]]:
        """The line of each name that the module binds, and what it is bound to where it is imported."""
        found: dict[str, tuple[int, str]] = {}
        for node in self.tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                base = f"{'.' * node.level}{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
                for one in node.names:
                    found[one.asname or one.name] = node.lineno, f"{base}{one.name}"
            else:
                found |= dict.fromkeys(bound(node), (node.lineno, ""))
        return found

    @property
    def body(self) -> str:
        """What stands behind the imports, with its comments."""
        rest = [node for node in self.tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
        if rest and is_docstring(rest[0]):
            del rest[0]
        lines = self.text.splitlines(keepends=True)
        ends = [0, *(node.end_lineno or 0 for node in self.tree.body)]
        blocks: list[str] = []
        for node in rest:
            # Comments above a statement are about it.
            begin = max(end for end in ends if end < first_line(node))
            blocks.append("".join(lines[begin : node.end_lineno]).strip("\n"))
        return "\n\n\n".join(blocks)


def _check_names(modules: Sequence[_Source]) -> None:
    """Refuse what would mean something else in one module: a name that two of them give to different things."""
    known: dict[str, tuple[_Source, int, str]] = {}
    for module in modules:
        for name, (line, origin) in module.names.items():
            if _is_of(origin, name, modules):
                continue
            other = known.setdefault(name, (module, line, origin))
            if other[0] is not module and (not origin or other[2] != origin):
                first, second = (f"{shown(str(one.file))}:{at}" for one, at in ((other[0], other[1]), (module, line)))
                raise NotWritten(f"{first} and {second} both have a name {name}: give one of them another name first")


def _is_of(origin: str, name: str, modules: Sequence[_Source]) -> bool:
    """Whether a name is imported from one of the modules that become one."""
    return any(origin.endswith(f"{module.file.stem}.{name}") for module in modules)


def _in_front(newer: str, older: _Source, own: str) -> str:
    """The source of a newer version's module with what an older one has, in front."""
    plain: list[tuple[str, str]] = []
    others: list[str] = []
    for node in older.imports:
        if isinstance(node, ast.ImportFrom) and not node.level and not any(one.asname for one in node.names):
            plain += [(node.module or "", one.name) for one in node.names]
        else:
            others.append(ast.unparse(node))
    tree, lines = ast.parse(newer), newer.splitlines(keepends=True)
    rest = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    rest = [node for node in rest if not is_docstring(node)]
    imports = [node.end_lineno or 0 for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    at = max(imports, default=first_line(rest[0]) - 1 if rest else len(lines))
    head, tail = "".join(lines[:at]).rstrip("\n"), "".join(lines[at:]).strip("\n")
    added = "\n".join(line for line in others if line not in newer.splitlines())
    head = "\n".join(filter(None, [head, added]))
    text = "\n\n\n".join(filter(None, [head, older.body, tail])) + "\n"
    return with_imports(text, plain, own=own)


def _without_imports_of(text: str, package: str, modules: set[str]) -> str:
    """A source without what it imports from modules that it is made of."""
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.ImportFrom):
            relative = node.level == 1 and (node.module or "") in modules
            absolute = not node.level and (node.module or "") in {f"{package}.{name}" for name in modules}
            if relative or absolute:
                renamed = next((one for one in node.names if one.asname not in (None, one.name)), None)
                if renamed is not None:
                    raise NotWritten(
                        f"{package}: {renamed.name} is imported as {renamed.asname}: use its own name first"
                    )
                del lines[node.lineno - 1 : node.end_lineno]
    return re.sub(r"\n{4,}", "\n\n\n", "".join(lines)).lstrip("\n")


def _inline(found: TimelineSource, count: int) -> str:
    """The source with the changes of the next older versions in the newest one, and without these."""
    calls = [one for one in found.call.args[: count + 1] if isinstance(one, ast.Call)]
    newest, *older = calls
    for call in older:
        if call.keywords:
            said = ", ".join(f"{one.arg}=" for one in call.keywords)
            raise NotWritten(
                f"{shown(f'{found.file}:{call.lineno}')}: {said} of this version would be lost: take it out first"
            )
    value = newest.args[0]
    at = offset(found.source, value.end_lineno or 0, value.end_col_offset or 0)
    begin = offset(found.source, newest.end_lineno or 0, newest.end_col_offset or 0)
    end = offset(found.source, older[-1].end_lineno or 0, older[-1].end_col_offset or 0)
    added = "".join(f", {one}" for one in _changes(older))
    return found.source[:at] + added + found.source[at:begin] + found.source[end:]


def _changes(older: Sequence[ast.Call]) -> Iterator[str]:
    """The changes of versions, as code, in the order in which they happened."""
    for call in reversed(older):
        yield from (ast.unparse(one) for one in call.args[1:])
