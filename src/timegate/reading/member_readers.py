"""Reads the members of an enum as the server of an older version did."""

from __future__ import annotations

import enum
import functools
import inspect
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from timegate.reading.value_readers import read_by
from timegate.typing import type_of
from timegate.wire.value_readers import Reader, Unread


def is_enum(model: Any) -> bool:
    """Whether a model is an enum's class."""
    return inspect.isclass(model) and issubclass(model, enum.Enum)


def member_reader(model: Any, members: Sequence[Any], *, described: bool = False) -> Reader:
    """The reader of an enum's members at an older version: it gives one of them.

    Args:
        model: the enum's class at head, whose mixin and ``_missing_`` decide what is read; None where there is none.
        members: the members' values at the older version.
        described: whether it only reads a member as the schema lists it.
    """
    mixin: Any = next((base for base in getattr(model, "__mro__", ()) if base in (int, str, float)), None)
    if mixin is not None and not all(_can_be(mixin, member) for member in members):
        # The older enum had another one, or none.
        mixin = None
    names = {f"member_{index}": member for index, member in enumerate(members)}
    older: Any = enum.Enum("Member", names, type=mixin) if mixin else enum.Enum("Member", names)
    read_member = functools.partial(read_by, TypeAdapter[Any](older))
    if described:
        return functools.partial(_read_no_member, read_member)
    own = is_enum(model) and "_missing_" in _own_names(model)
    read_missing = functools.partial(read_by, TypeAdapter[Any](model)) if own else None

    def read(value: Any) -> Any:
        try:
            return read_member(value)
        except Unread:
            if read_missing is None:
                raise
            found = _member_or_none(read_missing, value)
            if not any(type_of(found) is type_of(member) and found == member for member in members):
                raise
            return found

    return read


def _can_be(mixin: Any, member: Any) -> bool:
    """Whether a member is of a mixin, or as a key of an object the text of one that is."""
    if not isinstance(member, str):
        return isinstance(member, (int, float) if mixin is float else mixin)
    try:
        mixin(member)
    except ValueError:
        return False
    return True


def _read_no_member(read_member: Reader, value: Any) -> Any:
    """Refuse a value: the members themselves are looked up before, and pydantic may read what is left as one."""
    try:
        return read_member({})
    except Unread as error:
        raise Unread([{**one, "input": value} for one in error.details]) from None


def _own_names(model: type[enum.Enum]) -> set[str]:
    """The names that an enum or its bases define, less those of the standard library's classes."""
    return {name for cls in model.__mro__ if cls.__module__ != "enum" for name in vars(cls)}


def _member_or_none(reader: Reader, value: Any) -> Any:
    try:
        return reader(value)
    except Unread:
        return None
