"""What the oldest version alone needs, as edits: its module or entry, the facts above it, and its files."""

from __future__ import annotations

import ast
import contextlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from timegate.frozen.folder import Folder
from timegate.frozen.patch import WorkTree
from timegate.frozen.statements import Definition, imports_module, mentions, names_in, without
from timegate.frozen.version_file import NotWritten, TimelineSource, module_file, offset, timeline_source
from timegate.timeline import Timeline
from timegate.typing import METHODS
from timegate.version import Version

_TEMPLATES: Final = (".html", ".jinja", ".jinja2", ".j2")
_REST_OF_LINE: Final = re.compile(r",?\s*(?:#.*)?")
_DECORATORS: Final = frozenset(map(str.lower, METHODS))


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler that only clients of the retired version reach.

    Args:
        operations: what it serves.
        function: the endpoint.
        is_shared: whether it serves operations of other versions too.
    """

    operations: tuple[str, ...]
    function: Any
    is_shared: bool


@dataclass(slots=True)
class Retirement:
    """What goes with a version.

    Args:
        tree: where the files are.

    Attributes:
        edits: the new text of each file; None for one that goes.
        deleted: the handlers that go.
        left: what only a person can do first.
        removed: the classes and functions that go, by file.
        freed: what the version's entry used, by file.
        idle: what nothing uses any more, and which stays because it calls something.
    """

    tree: WorkTree
    edits: dict[Path, str | None] = field(default_factory=dict[Path, "str | None"])
    deleted: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])
    removed: dict[Path, set[str]] = field(default_factory=dict[Path, set[str]])
    freed: dict[Path, set[str]] = field(default_factory=dict[Path, set[str]])
    idle: list[str] = field(default_factory=list[str])

    def shown(self, file: Path) -> str:
        """A file as seen from the root of the work tree."""
        return str(file.relative_to(self.tree.root)) if file.is_relative_to(self.tree.root) else str(file)


def check_oldest(timeline: Timeline, value: str) -> None:
    """Check that a version may go before all others.

    Raises:
        UnknownVersion: there is no such version.
        NotWritten: it is not the oldest, or no released version is left.
    """
    timeline.index(value)
    oldest = timeline.versions[-1].value
    if value != oldest:
        raise NotWritten(f"version {value} is not the oldest, and older ones need its facts: retire {oldest} first")
    if len(timeline.released) == 1:
        raise NotWritten(f"version {value} is the only released version: an API without one serves nobody")


def retire(timeline: Timeline, folder: Folder, tree: WorkTree, handlers: Iterable[Handler]) -> Retirement:
    """Find everything that only the oldest version needs.

    Args:
        timeline: the versions.
        folder: the frozen contracts.
        tree: the files.
        handlers: what only its clients reach.

    Raises:
        NotWritten: the source of the timeline is not such that it can be changed.
    """
    found = Retirement(tree)
    sources = dict(_readable(file for file in tree.files if file.suffix in (".py", *_TEMPLATES)))
    trees = dict(_parsed(sources))
    oldest, above = timeline.versions[-1], timeline.versions[-2]
    for change in above.changes:
        file = Path(change.declared_at.rpartition(":")[0]).resolve()
        body = trees[file].body if file in trees else []
        tops = {node.name for node in body if isinstance(node, ast.ClassDef)}
        if change.__qualname__ not in tops:
            raise NotWritten(f"{change.declared_at}: {change.__qualname__} is no class at the top of a tracked module")
        found.removed.setdefault(file, set()).add(change.__qualname__)
    for handler in handlers:
        _decide(handler, found, trees, sources)
    _entry(timeline, oldest, above, found)
    for file in {**found.removed, **found.freed}:
        text = found.edits.get(file, sources[file])
        if text is not None:
            elsewhere, freed = _Elsewhere(file, trees), found.freed.get(file, ())
            rest = without(text, found.removed.get(file, ()), freed=freed, used_elsewhere=elsewhere.uses)
            found.edits[file] = rest.source
            found.idle += [f"{name} ({found.shown(file)}:{line})" for line, name in rest.idle]
    _note_uses(found, trees)
    frozen = folder.file(oldest.value).resolve()
    # Elsewhere in the work tree may be another API with a version of that day.
    here = Path.cwd().resolve()
    own = (file for file in tree.files if file.is_relative_to(here))
    snapshots = [file for file in own if _is_snapshot(file.relative_to(here), oldest.value)]
    for file in [*([frozen] if frozen.is_file() else []), *snapshots]:
        found.edits[file] = None
    return found


def _readable(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    for file in files:
        with contextlib.suppress(UnicodeDecodeError):
            yield file, file.read_text(encoding="utf-8")


def _parsed(sources: Mapping[Path, str]) -> Iterator[tuple[Path, ast.Module]]:
    """The modules; what is called so and is none, as test data may be, imports nothing."""
    for file, text in sources.items():
        with contextlib.suppress(SyntaxError, ValueError):
            if file.suffix == ".py":
                yield file, ast.parse(text)


def _is_snapshot(file: Path, version: str) -> bool:
    return any(pair == ("snapshots", version) for pair in pairwise(file.parts))


def _entry(timeline: Timeline, oldest: Version, above: Version, found: Retirement) -> None:
    """Remove the module of the oldest version, or its entry and the changes of the next one."""
    if timeline.package:
        file = module_file(timeline.package, oldest.value).resolve()
        inner = file.parent if file.name == "__init__.py" else file
        found.edits |= {one: None for one in found.tree.files if one.is_relative_to(inner)}
        found.edits.setdefault(file, None)
        return
    source = timeline_source(timeline)
    text = source.source
    for begin, end in _spans(source, above):
        text = text[:begin] + text[end:]
    file = source.file.resolve()
    found.edits[file] = text
    found.freed[file] = names_in([source.call.args[-1]])


def _spans(source: TimelineSource, above: Version) -> Iterator[tuple[int, int]]:
    """What goes of the call of `Timeline`, from its end."""
    newer, older = source.call.args[-2:]
    begin, end = offset(source.source, older.lineno, 0), _end(source, older)
    line = source.source.find("\n", end)
    before, after = (
        source.source[begin : offset(source.source, older.lineno, older.col_offset)],
        source.source[end:line],
    )
    if not before.strip() and _REST_OF_LINE.fullmatch(after):
        yield begin, line + 1
    else:
        yield _end(source, newer), end
    args = newer.args if isinstance(newer, ast.Call) else []
    changes = args[1:]
    if any(not isinstance(one, ast.Name | ast.Attribute) for one in changes) or len(changes) != len(above.changes):
        raise NotWritten(f"{source.file}:{newer.lineno}: Version({above.value!r}, …) does not list its changes by name")
    if changes:
        yield _end(source, args[0]), _end(source, changes[-1])


def _end(source: TimelineSource, node: ast.expr) -> int:
    return offset(source.source, node.end_lineno or 0, node.end_col_offset or 0)


def _decide(handler: Handler, found: Retirement, trees: Mapping[Path, ast.Module], sources: Mapping[Path, str]) -> None:
    """Note that a handler goes; where that is not certain, why."""
    name = getattr(handler.function, "__qualname__", type(handler.function).__qualname__)
    try:
        file = Path(inspect.getsourcefile(handler.function) or "").resolve()
    except TypeError:
        file = Path()
    tree = trees.get(file)
    nodes = [node for node in tree.body if isinstance(node, Definition) and node.name == name] if tree else []
    place = f"{found.shown(file)}:{nodes[0].lineno}" if nodes else found.shown(file)
    told = f"{' and '.join(handler.operations)}: {name} ({place})"
    if tree is None or len(nodes) != 1:
        problem = "is no function at the top of a tracked module"
    elif handler.is_shared:
        problem = "serves newer versions too"
    elif not _is_route(nodes[0]):
        problem = "has other decorators than that of its route"
    else:
        uses = [(file, line) for line in mentions(tree, name, apart_from=nodes)]
        uses += [*_Elsewhere(file, trees).lines(name), *_routed_to(name, sources)]
        problem = "is used in " + ", ".join(f"{found.shown(one)}:{line}" for one, line in uses) if uses else ""
    if problem:
        found.left.append(f"{told} {problem}: delete its route, with the fact that removed it, and retire again")
    else:
        found.deleted.append(told)
        found.removed.setdefault(file, set()).add(name)


def _routed_to(name: str, sources: Mapping[Path, str]) -> Iterator[tuple[Path, int]]:
    """The places that ask for the address of a route by its name."""
    asked = re.compile(rf"""\burl_\w*for\(\s*(?:name\s*=\s*)?["']{re.escape(name)}["']""")
    for file, text in sources.items():
        yield from ((file, text.count("\n", 0, one.start()) + 1) for one in asked.finditer(text))


def _is_route(node: Definition) -> bool:
    """Whether a function has one decorator, such as ``@app.get("/items")``."""
    match node.decorator_list:
        case [ast.Call(func=ast.Attribute(attr=verb))]:
            return verb in _DECORATORS
        case _:
            return False


def _note_uses(found: Retirement, trees: Mapping[Path, ast.Module]) -> None:
    """Note who still needs what goes: a proof would not see it where it is used in a request alone."""
    for file, names in found.removed.items():
        text = found.edits[file]
        own = ast.parse(text) if text is not None else None
        for name in sorted(names):
            uses = [f"{found.shown(file)}:{line}" for line in mentions(own, name)] if own else []
            uses += [f"{found.shown(other)}:{line}" for other, line in _Elsewhere(file, trees).lines(name)]
            if uses:
                found.left.append(
                    f"{name} goes and is used in {', '.join(uses)}: write what holds where it always applies"
                )
    for file in [one for one, text in found.edits.items() if text is None and one in trees]:
        for other, tree in trees.items():
            module = file.parent.name if file.name == "__init__.py" else file.stem
            if other not in found.edits:
                for line in imports_module(tree, file, file=other):
                    found.left.append(f"{found.shown(other)}:{line} imports {module}, which goes: import it no more")


class _Elsewhere:
    """Finds where other modules use the names of one.

    Args:
        file: the module.
        trees: all of them.
    """

    def __init__(self, file: Path, trees: Mapping[Path, ast.Module]) -> None:
        others = ((other, tree) for other, tree in trees.items() if other != file)
        self._importing = {other: tree for other, tree in others if any(imports_module(tree, file, file=other))}

    def lines(self, name: str) -> Iterator[tuple[Path, int]]:
        """The places that use a name."""
        for other, tree in self._importing.items():
            yield from ((other, line) for line in mentions(tree, name))

    def uses(self, name: str) -> bool:
        """Whether any other module uses a name."""
        return any(self.lines(name))
