"""Facts as source text: expressions with the imports that they need, laid out as formatters do."""

from __future__ import annotations

import ast
import json
import keyword
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from timegate.frozen.shape import LIMITS, shape_of
from timegate.typing import Schema, is_array, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.schema import referred
from timegate.wire.wire import Component

WIDTH: Final = 88
"""The longest line that is written, which is what formatters allow if nothing else is said."""

_TYPES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("string", ""): ("", "str"),
    ("string", "uuid"): ("uuid", "UUID"),
    ("string", "date-time"): ("datetime", "datetime"),
    ("string", "date"): ("datetime", "date"),
    ("string", "time"): ("datetime", "time"),
    ("string", "duration"): ("datetime", "timedelta"),
    ("integer", ""): ("", "int"),
    ("number", ""): ("", "float"),
    ("boolean", ""): ("", "bool"),
}
_FIELD_LIMITS: Final[Mapping[str, str]] = {
    "minimum": "ge", "exclusiveMinimum": "gt", "maximum": "le", "exclusiveMaximum": "lt", "multipleOf": "multiple_of",
    "minLength": "min_length", "maxLength": "max_length", "minItems": "min_length", "maxItems": "max_length",
    "pattern": "pattern",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """An expression.

    Args:
        text: the expression.
        imports: the modules and names that it needs.
    """

    text: str
    imports: frozenset[tuple[str, str]] = frozenset()


_ANY: Final = Code("Any", frozenset({("typing", "Any")}))


def joined(template: str, *parts: Code) -> Code:
    """A template of `str.format` with expressions in it."""
    needed = frozenset[tuple[str, str]]().union(*(one.imports for one in parts))
    return Code(template.format(*(one.text for one in parts)), needed)


def text_code(text: str) -> str:
    """A text as formatters write it: in double quotes, unless it holds more of them than of the other."""
    return json.dumps(text, ensure_ascii=False) if '"' not in text else repr(text)


def value_code(value: Any) -> str:
    """A JSON value as an expression."""
    if isinstance(value, str):
        return text_code(value)
    if is_array(value):
        return f"[{', '.join(map(value_code, value))}]"
    if is_object(value):
        return f"{{{', '.join(f'{text_code(key)}: {value_code(one)}' for key, one in value.items())}}}"
    return repr(value)


def model_code(component: Component) -> Code:
    """A component's class; its name in quotes where no module has the class."""
    model = component.model
    generic: Mapping[str, Any] = getattr(model, "__pydantic_generic_metadata__", None) or {}
    model = generic.get("origin") or model
    module, name = getattr(model, "__module__", ""), getattr(model, "__qualname__", "")
    if not name.isidentifier() or keyword.iskeyword(name) or module in ("", "__main__", "builtins"):
        return Code(text_code(component.display_name or component.name))
    return Code(name, frozenset({(module, name)}))


def type_code(schema: Schema, named: Callable[[str], Code | None]) -> Code | None:
    """The Python type that a schema was made from; None where it cannot be told.

    Args:
        schema: at one place of a document.
        named: gives the class of a component, by its name in the document; None where it has none.
    """
    shape = shape_of(schema)
    arms = [_arm_code(arm, named) for arm in shape.arms]
    known = [arm for arm in arms if arm is not None]
    if not known or len(known) < len(arms):
        return None
    once = list({arm.text: arm for arm in known}.values())
    nothing = [Code("None")] if shape.nullable else []
    parts = [*once, *nothing]
    return joined(" | ".join(["{}"] * len(parts)), *parts)


def _arm_code(schema: Schema, named: Callable[[str], Code | None]) -> Code | None:
    name = referred(schema)
    if name is not None:
        return named(name)
    values = listed_values(schema)
    if values is not None:
        return Code(f"Literal[{', '.join(map(value_code, values))}]", frozenset({("typing", "Literal")}))
    kind = schema.get("type")
    if kind is None:
        return _ANY if schema.keys() <= {"title"} else None
    if kind == "array":
        return _array_code(schema, named)
    if kind == "object":
        return _dict_code(schema, named)
    known = _TYPES.get((kind, schema.get("format", "")))
    if known is None:
        return None
    module, text = known
    return _limited(Code(text, frozenset({(module, text)} if module else ())), schema)


def _dict_code(schema: Schema, named: Callable[[str], Code | None]) -> Code | None:
    names = schema.get("propertyNames", {})
    # The schema of keys says no type, since each is a text.
    keys = type_code(names if "$ref" in names else {"type": "string", **names}, named)
    values = _inner_code(schema.get("additionalProperties"), named)
    if "properties" in schema or "patternProperties" in schema or values is None or keys is None:
        return None
    return joined("dict[{}, {}]", keys, values)


def _array_code(schema: Schema, named: Callable[[str], Code | None]) -> Code | None:
    items = _inner_code(schema.get("items"), named)
    if "prefixItems" in schema or items is None:
        return None
    return _limited(joined("set[{}]" if schema.get("uniqueItems") else "list[{}]", items), schema)


def _inner_code(schema: object, named: Callable[[str], Code | None]) -> Code | None:
    """The type of items or values; any where no schema says more."""
    return type_code(schema, named) if is_object(schema) else _ANY


def _limited(code: Code, schema: Schema) -> Code:
    """A type with the limits of its schema, as ``Annotated[…]``."""
    given = [
        f"{_FIELD_LIMITS[key]}={value_code(schema[key])}" for key in LIMITS if key in schema and key in _FIELD_LIMITS
    ]
    if not given:
        return code
    needed = {("typing", "Annotated"), ("pydantic", "Field")}
    return Code(f"Annotated[{code.text}, Field({', '.join(given)})]", code.imports | needed)


def call(subject: Code, verb: str, positional: Iterable[Any] = (), **keywords: Code | str | None) -> Code:
    """A call that declares a fact.

    Args:
        subject: what the fact is about.
        verb: its method.
        positional: JSON values and expressions that are given by their place.
        keywords: expressions; those that are None are left out.
    """
    given = [("", one if isinstance(one, Code) else Code(value_code(one))) for one in positional]
    given += [
        (f"{name}=", one if isinstance(one, Code) else Code(one)) for name, one in keywords.items() if one is not None
    ]
    arguments = ", ".join(f"{name}{one.text}" for name, one in given)
    needed = subject.imports.union(*(one.imports for _, one in given))
    return Code(f"{subject.text}.{verb}({arguments})", needed)


def laid_out(call: str, *, indent: int = 8, after: int = 0, width: int = WIDTH) -> str:
    """A call in lines that are not too long, as formatters lay it out.

    Args:
        call: an expression in one line.
        indent: of its first line, which the result does not have.
        after: how many characters stand between the indentation and it.
        width: the longest line.
    """
    space = " " * indent
    if len(space) + after + len(call) + 1 <= width:
        return call
    tree = ast.parse(call, mode="eval").body
    if not isinstance(tree, ast.Call):
        return call
    given: list[ast.expr | ast.keyword] = [*tree.args, *tree.keywords]
    arguments = [_segment(call, one.col_offset, one.end_col_offset or 0) for one in given]
    links = _links(tree)
    if len(links) > 2:
        # From the second method on, formatters begin a line with each.
        first, *rest = (_segment(call, begin, end) for begin, end in links)
        more = (laid_out(one[1:], indent=indent, after=1, width=width) for one in rest)
        return first + "".join(f"\n{space}.{one}" for one in more)
    if not given and isinstance(tree.func, ast.Attribute):
        # There is nothing to break in the last parentheses.
        begun, end = _segment(call, 0, tree.func.value.end_col_offset or 0), f".{tree.func.attr}()"
        return laid_out(begun, indent=indent, after=after + len(end), width=width) + end
    function = _segment(call, 0, tree.func.end_col_offset or 0)
    inner = ", ".join(arguments)
    if len(space) + 4 + len(inner) <= width:
        return f"{function}(\n{space}    {inner}\n{space})"
    if len(arguments) == 1 and isinstance(given[0], ast.Constant):
        pieces = _pieces(str(given[0].value), width - len(space) - 6)
        return f"{function}(\n" + "".join(f"{space}    {text_code(one)}\n" for one in pieces) + f"{space})"
    parts = (_argument(one, indent + 4, width) for one in arguments)
    return f"{function}(\n" + "".join(f"{space}    {one},\n" for one in parts) + f"{space})"


def _pieces(text: str, width: int) -> list[str]:
    """A text in pieces that make it up, each but the last with a space at its end."""
    # Quotes in a text are written with a backslash.
    lines = textwrap.wrap(text, width - 1 - text.count('"'))
    return [*(f"{line} " for line in lines[:-1]), lines[-1]]


def _links(call: ast.Call) -> list[tuple[int, int]]:
    """Where the calls of a chain of methods begin and end, the dots of the others included."""
    ends: list[int] = []
    node: ast.expr = call
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        ends.append(node.end_col_offset or 0)
        node = node.func.value
    ends.append(node.end_col_offset or 0)
    return list(pairwise([0, *reversed(ends)]))


def _segment(source: str, begin: int, end: int) -> str:
    """A part of a text, by its offsets in bytes of UTF-8, as `ast` counts them."""
    return source.encode()[begin:end].decode()


def _argument(argument: str, indent: int, width: int) -> str:
    """One argument; where it is too long itself, its call is laid out."""
    if len(argument) + indent + 1 <= width:
        return argument
    name, equals, value = argument.partition("=")
    before = f"{name}=" if equals and name.isidentifier() else ""
    return before + laid_out(value if before else argument, indent=indent, after=len(before), width=width)


def shortened(code: str) -> str:
    """An expression with ``...`` for each placeholder."""
    return _PLACEHOLDER.sub("...", code)


_PLACEHOLDER: Final = re.compile(r"undecided\((?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\)")


UNDECIDED: Final = ("timegate", "undecided")


def undecided_code(question: str) -> Code:
    """A placeholder that does not compile."""
    return Code(f"undecided({text_code(question)})", frozenset({UNDECIDED}))
