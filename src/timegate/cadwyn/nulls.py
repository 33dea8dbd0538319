"""Converters that put another value in place of null, which a fact declares: of the body itself, or of one field's."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timegate.cadwyn.converters import Converter
from timegate.cadwyn.source import Module, text_of
from timegate.frozen.code import Code, text_code


@dataclass(frozen=True, slots=True)
class Filled:
    """A field that is never null in the older version.

    Args:
        model: the name of the class that has the field.
        origin: the module and name that the class is imported from.
        field: the field.
        value: what old clients read for null, as code.
        annotation: the field's type at head, as written.
    """

    model: str
    origin: tuple[str, str]
    field: str
    value: Code
    annotation: str

    @property
    def place(self) -> tuple[str, str]:
        """The model and the field."""
        return self.model, self.field

    def only_null(self, was: str) -> bool:
        """Whether at most null differs between head's type and an older one, as written."""
        return self.annotation in (was, f"{was} | None", f"Optional[{was}]")


def filled_by(module: Module, converter: Converter) -> list[Filled] | None:
    """What a converter of responses fills, for each of its targets; None where it does anything else."""
    read = None if converter.upgrades else _Reader().read(converter.statements)
    if read is None:
        return None
    path, field, value = read
    found = [_of_target(module, target, path, field, value) for target in converter.targets]
    return [one for one in found if one is not None] if all(found) else None


class _Reader:
    """Reads statements of the only form that is known: conditions around one assignment."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def read(self, statements: Sequence[ast.stmt]) -> tuple[str, str, Code] | None:
        """The field of the body that holds the object, empty for the body itself; what is filled there; its value."""
        match statements:
            case [ast.Assign(targets=[ast.Name(id=name)], value=value), *rest] if key := self._key_of(value, ""):
                self._names[name] = key
                return self.read(rest)
            case [ast.If(test=test, body=[ast.If(test=inner, body=body, orelse=[])], orelse=[])]:
                both = ast.BoolOp(op=ast.And(), values=[test, inner])
                return self.read([ast.If(test=both, body=body, orelse=[])])
            case [ast.If(test=test, body=[ast.Assign(targets=[ast.Subscript() as target], value=value)], orelse=[])]:
                return self._filled(test, target, value)
            case _:
                return None

    def _filled(self, test: ast.expr, target: ast.Subscript, value: ast.expr) -> tuple[str, str, Code] | None:
        holder, field = self._holder(target.value), text_of(target.slice)
        if holder is None or field is None:
            return None
        conditions = _all_of(test)
        nulls = [one for one in conditions if self._is_null(one, holder, field)]
        if len(nulls) != 1 or not all(one in nulls or self._is_there(one, holder) for one in conditions):
            return None
        sibling = self._key_of(value, holder)
        if sibling is not None:
            return holder, field, Code(f"sibling({text_code(sibling)})", frozenset({("timegate", "sibling")}))
        try:
            ast.literal_eval(value)
        except ValueError:
            return None
        return holder, field, Code(ast.unparse(value))

    def _holder(self, node: ast.expr) -> str | None:
        """The field of the body that an expression means, empty for the body itself."""
        match node:
            case ast.Attribute(value=ast.Name(), attr="body"):
                return ""
            case ast.Name(id=name):
                return self._names.get(name)
            case _:
                return self._key_of(node, "")

    def _key_of(self, node: ast.expr, holder: str) -> str | None:
        """The key of a holder that an expression reads."""
        match node:
            case (
                ast.Call(func=ast.Attribute(value=inner, attr="get"), args=[key])
                | ast.Subscript(value=inner, slice=key)
            ):
                return text_of(key) if self._holder(inner) == holder else None
            case _:
                return None

    def _is_null(self, node: ast.expr, holder: str, field: str) -> bool:
        match node:
            case ast.Compare(left=read, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
                return self._key_of(read, holder) == field
            case _:
                return False

    def _is_there(self, node: ast.expr, holder: str) -> bool:
        match node:
            case ast.Compare(left=key, ops=[ast.In()], comparators=[body]):
                return text_of(key) == holder and self._holder(body) == ""
            case ast.Call(func=ast.Name(id="isinstance"), args=[value, ast.Name(id="dict")]):
                return self._holder(value) == holder
            case _:
                return False


def _all_of(test: ast.expr) -> list[ast.expr]:
    """The conditions that all have to hold."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [one for each in test.values for one in _all_of(each)]
    return [test]


def _of_target(module: Module, target: str, path: str, field: str, value: Code) -> Filled | None:
    holder = module.imported(target)
    if holder is None or target not in holder.classes:
        return None
    model, origin = target, module.origin(target)
    if path:
        model = _fields(holder.classes[target]).get(path, "").removesuffix(" | None")
        origin = holder.imports.get(model, (origin[0], model))
    defined_in = holder.imported(model)
    if defined_in is None or model not in defined_in.classes:
        return None
    annotation = _fields(defined_in.classes[model]).get(field)
    return None if annotation is None else Filled(model, origin, field, value, annotation)


def _fields(node: ast.ClassDef) -> Mapping[str, str]:
    """The fields of a class with their types, as written."""
    declared = (one for one in node.body if isinstance(one, ast.AnnAssign))
    return {one.target.id: ast.unparse(one.annotation) for one in declared if isinstance(one.target, ast.Name)}
