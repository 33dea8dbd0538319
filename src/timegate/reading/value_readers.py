"""Reads a value as the server of an older version did: through pydantic, without the validators of its models."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import PydanticUserError, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticSerializationError, to_json

from timegate.changes.base import UNSET
from timegate.reading.read_failures import has_non_finite, plain_failures
from timegate.reading.readable_types import Apart, Labels, nowhere, readable, stood_for
from timegate.reading.settings import adapter_of, reading
from timegate.typing import Settings, is_array, is_object, type_of
from timegate.wire.value_readers import Reader, Unread

_OTHERS_CODE: Final = sys.stdlib_module_names | {"pydantic", "pydantic_core", "timegate", "fastapi"}
"""The packages whose functions a reader may call."""

_NONE: Final[Settings] = {}

_TEXT_SETTINGS: Final = (
    "str_strip_whitespace", "str_to_lower", "str_to_upper", "str_min_length", "str_max_length",
)  # fmt: skip
"""Those that read one text as another, or do not read it."""


def reader_of(
    kind: Any, *, settings: Settings = _NONE, apart: Apart = nowhere, described: bool = False
) -> Reader | None:
    """The reader of a type; None where the type is not known, or all of it is read otherwise.

    Args:
        kind: the type.
        settings: those that apply to the type, unless that is a class with its own.
        apart: says of a class whose values are converted by their own program what clients call its objects.
        described: whether it only reads the form that the type's schema describes.
    """
    if kind is UNSET:
        return None
    read = readable(kind, apart)
    if read is Any:
        return None
    try:
        adapter = adapter_of(read, reading(settings))
    except (PydanticUserError, NameError, TypeError):
        # A type that only its model can build, by a name that is not known here: its values are taken as written.
        return None
    if not getattr(adapter, "pydantic_complete", True) or runs_code_of_the_app(adapter.core_schema):
        return None
    is_strict = _has_strict_part([dict(settings), adapter.core_schema])
    read_it = _read_described if described else _read_strictly if is_strict else read_by
    has_texts = any(node.get("type") == "json" for node in _nodes([adapter.core_schema], "metadata", "serialization"))
    return functools.partial(read_it, adapter, has_texts=has_texts)


def _nodes(parts: list[Any], *left_out: str) -> Iterator[Mapping[str, Any]]:
    """The objects in settings and core schemas, at any depth, but for those under some keys."""
    waiting = list(parts)
    while waiting:
        node = waiting.pop()
        if is_array(node) or type_of(node) is tuple:
            waiting.extend(node)
        elif is_object(node):
            yield node
            waiting.extend(value for key, value in node.items() if key not in left_out)


def _has_strict_part(parts: list[Any]) -> bool:
    """Whether settings or core schemas, or what is in them, say that values are read strictly."""
    # What a strict reader would do says nothing of who reads.
    return any(node.get("strict") for node in _nodes(parts, "metadata", "serialization", "strict_schema"))


def runs_code_of_the_app(core_schema: Any) -> bool:
    """Whether validation by a core schema would call functions that are neither pydantic's nor Python's."""
    return any(map(_runs_code, _nodes([core_schema], "metadata", "serialization")))


def _runs_code(node: Mapping[str, Any]) -> bool:
    kind, function = str(node.get("type")), node.get("function")
    called = function.get("function") if is_object(function) else function
    module = str(getattr(called, "__module__", None)).partition(".")[0]
    is_others = kind.startswith("function-") and module not in _OTHERS_CODE
    return is_others or bool(node.get("custom_init") or node.get("post_init"))


def is_strict(kind: Any, *, settings: Settings) -> bool:
    """Whether a type, or the settings that apply to it, say that it is read strictly; False where it is not known."""
    if settings.get("strict") or kind is UNSET:
        return bool(settings.get("strict"))
    try:
        return _has_strict_part([adapter_of(readable(kind, nowhere), _NONE).core_schema])
    except (PydanticUserError, NameError, TypeError):
        return False


def says_all(kind: Any, *, settings: Settings, apart: Apart) -> bool:
    """Whether the JSON type of a value says all of how a type reads it: then no reader needs to be asked.

    Args:
        kind: the type.
        settings: those that apply to the type.
        apart: as for `reader_of`.
    """
    judges_text = any(settings.get(name) for name in _TEXT_SETTINGS)
    return _says_all(readable(kind, apart), judges_text=judges_text)


def _says_all(kind: Any, *, judges_text: bool) -> bool:
    if stood_for(kind):
        return True
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        plain = all(
            isinstance(one, Labels) or (isinstance(one, FieldInfo) and not one.metadata) for one in arguments[1:]
        )
        return plain and _says_all(arguments[0], judges_text=judges_text)
    if origin in (Union, UnionType, list, Sequence):
        return all(_says_all(one, judges_text=judges_text) for one in arguments)
    if kind is str:
        return not judges_text
    return kind in (Any, int, float, bool, None, NoneType)


def read_by(adapter: TypeAdapter[Any], value: Any, *, has_texts: bool = False) -> Any:
    """Plain JSON of what an adapter reads of a value.

    Args:
        adapter: the adapter.
        value: the value.
        has_texts: whether there may be texts of JSON in it.

    Raises:
        Unread: It reads none.
    """
    return _plain(adapter, value, adapter.validate_python, has_texts=has_texts)


def _read_described(adapter: TypeAdapter[Any], value: Any, *, has_texts: bool) -> Any:
    return _plain(adapter, value, lambda value: adapter.validate_json(to_json(value), strict=True), has_texts=has_texts)


def _read_strictly(adapter: TypeAdapter[Any], value: Any, *, has_texts: bool) -> Any:
    # A strict reader of Python takes no text for a date, and no list for a tuple: JSON has nothing else for them.
    return _plain(adapter, value, lambda value: adapter.validate_json(to_json(value)), has_texts=has_texts)


_NO_UNICODE: Final[Mapping[str, Any]] = {
    "type": "string_unicode",
    "loc": (),
    "msg": "Input should be a valid string, unable to parse raw data as a unicode string",
}


def _plain(adapter: TypeAdapter[Any], value: Any, read_it: Callable[[Any], Any], *, has_texts: bool) -> Any:
    """Plain JSON of what was read of a value."""
    try:
        read = read_it(value)
        # An iterator reads its items only now. What was not sent is head's to fill in.
        plain = adapter.dump_python(read, mode="json", by_alias=True, exclude_unset=True, round_trip=True)
        # In a text of JSON, pydantic writes null for a number that JSON does not have.
        inside = adapter.dump_python(read) if has_texts else plain
    except ValidationError as error:
        raise Unread(plain_failures(error)) from None
    except PydanticSerializationError:
        # It has a text that is no Unicode.
        raise Unread([_NO_UNICODE]) from None
    if has_non_finite(inside):
        raise Unread([{"type": "finite_number", "loc": (), "msg": "Input should be a finite number"}])
    return plain
