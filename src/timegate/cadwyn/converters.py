"""Converters of a change: those that repeat what its instructions declare, and those that say more."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from timegate.cadwyn.source import Module, text_of

_DECORATORS: Final = ("convert_request_to_next_version_for", "convert_response_to_previous_version_for")
_READING: Final = frozenset({"get", "isinstance", "items", "values", "keys"})


@dataclass(frozen=True, slots=True)
class Converter:
    """A function that converts messages.

    Args:
        function: its definition.
        targets: the models or paths that it converts for, as written.
        source: its source, without the decorators.
        upgrades: whether it converts requests.
    """

    function: ast.FunctionDef | ast.AsyncFunctionDef
    targets: tuple[str, ...]
    source: str
    upgrades: bool

    @property
    def path(self) -> str | None:
        """The operations that it converts for, as the subject of facts; None where it converts for models."""
        match [ast.parse(one, mode="eval").body for one in self.targets]:
            case [ast.Constant(value=str(path)), ast.List(elts=methods), *_]:
                texts = [text for one in methods if (text := text_of(one)) is not None]
                return f"endpoint({', '.join(map(repr, [path, *texts]))})"
            case _:
                return None

    @property
    def dropped(self) -> frozenset[str]:
        """The keys that it takes out."""
        popped = (node for node in self._nodes if isinstance(node, ast.Call) and _called(node) == "pop")
        deleted = (target for node in self._nodes if isinstance(node, ast.Delete) for target in node.targets)
        keys = [text_of(node.args[0]) if node.args else None for node in popped]
        keys += [text_of(target.slice) if isinstance(target, ast.Subscript) else None for target in deleted]
        return frozenset(key for key in keys if key is not None)

    @property
    def written(self) -> frozenset[str]:
        """The keys that it writes."""
        return frozenset(key for key, _ in self._assigned())

    @property
    def only_drops(self) -> bool:
        """Whether it does nothing else than take keys out."""
        calls = {_called(node) for node in self._nodes if isinstance(node, ast.Call)}
        return bool(self.dropped) and not self.written and calls <= {*_READING, "pop"}

    def constant(self) -> tuple[str, ast.expr] | None:
        """The one key that it always writes, and the constant that it writes there; None where it does more."""
        match self.statements:
            case [ast.Assign(targets=[ast.Subscript(slice=key)], value=ast.Constant() as value)]:
                name = text_of(key)
                return None if name is None else (name, value)
            case _:
                return None

    def renames(self) -> list[tuple[str, str]] | None:
        """Head's key and the old one of each value that it moves to another key; None where it does more."""
        found: list[tuple[str, str]] = []
        for statement in self.statements:
            match statement:
                case ast.Assign(
                    targets=[ast.Subscript(slice=ast.Constant(value=str(written)))],
                    value=ast.Call(func=ast.Attribute(attr="pop"), args=[ast.Constant(value=str(read))], keywords=[]),
                ):
                    found.append((written, read) if self.upgrades else (read, written))
                case _:
                    return None
        return found

    def of_lists(self) -> tuple[str, str] | None:
        """Head's key and the fact about it, where it only wraps a value in a list or takes its first item."""
        match self.statements:
            case [ast.Assign(targets=[ast.Subscript(slice=written)], value=ast.List(elts=[taken]))]:
                wraps = True
            case [ast.Assign(targets=[ast.Subscript(slice=written)], value=ast.Subscript(value=taken, slice=index))]:
                if ast.unparse(index) != "0":
                    return None
                wraps = False
            case _:
                return None
        match taken:
            case ast.Call(func=ast.Attribute(attr="pop"), args=[read]) | ast.Subscript(slice=read):
                key = text_of(written if self.upgrades else read)
                verb = "became_list" if wraps is self.upgrades else "became_scalar"
                return None if key is None or text_of(read) is None else (key, verb)
            case _:
                return None

    @property
    def statements(self) -> list[ast.stmt]:
        """Its body without the docstring."""
        return [one for one in self.function.body if not _is_docstring(one)]

    @property
    def _nodes(self) -> list[ast.AST]:
        return [node for statement in self.function.body for node in ast.walk(statement)]

    def _assigned(self) -> Iterator[tuple[str, ast.AST]]:
        for node in self._nodes:
            targets: Sequence[ast.expr] = node.targets if isinstance(node, ast.Assign) else ()
            for target in targets:
                match target:
                    case ast.Subscript(slice=ast.Constant(value=str(key))):
                        yield key, node
                    case ast.Subscript(value=ast.Name()) | ast.Name() | ast.Tuple():
                        # Something of the function's own.
                        pass
                    case _:
                        yield "", node


def converters_of(module: Module, change: ast.ClassDef) -> list[Converter]:
    """The converters of a change, in the order of the file."""
    found: list[Converter] = []
    for node in change.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        made = [one for one in node.decorator_list if isinstance(one, ast.Call) and _called(one) in _DECORATORS]
        if made:
            targets = tuple(ast.unparse(argument) for one in made for argument in one.args)
            upgrades = any(_called(one) == _DECORATORS[0] for one in made)
            found.append(Converter(node, targets, _without_decorators(module, node), upgrades))
    return found


def _without_decorators(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    lines = module.text.splitlines()[node.lineno - 1 : node.end_lineno]
    return "\n".join(line.removeprefix(" " * node.col_offset) for line in lines)


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and text_of(node.value) is not None
