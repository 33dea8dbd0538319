"""Paths to fields, as facts write them: names with dots between them, and `*` for each value of a list or dict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from timegate.typing import Schema, is_object
from timegate.wire.schema import NULL, arms_of, single_reference
from timegate.wire.wire import Component

EACH: Final = "*"
"""The part of a path that means each value of a list or dict."""

_DOT: Final = re.compile(r"(?<!\\)\.")
_ESCAPED: Final = re.compile(r"\\([.*])")


def split_path(path: str) -> list[str]:
    """The parts of a path, as written; a dot after a backslash belongs to a name."""
    return _DOT.split(path)


def plain_key(part: str) -> str:
    """The key that a part of a path means."""
    return _ESCAPED.sub(r"\1", part)


def written_key(key: str) -> str:
    """A key as a path writes it."""
    return re.sub(r"([.*])", r"\\\1", key)


def next_field(parts: Sequence[str], component: Component) -> tuple[str, list[str]]:
    """The field of a component that a path names first, and the rest of the path.

    A name may hold dots itself: of the fields that the path can mean, the one with the longest name.
    """
    for count in range(len(parts), 0, -1):
        name = plain_key(".".join(parts[:count]))
        if component.wire_name(name) is not None:
            return name, list(parts[count:])
    return plain_key(parts[0]), list(parts[1:])


def paths_like(path: str, component: Component, components: Mapping[str, Component]) -> Iterator[str]:
    """Every path that differs from one that leads nowhere in the first field that is not there.

    Args:
        path: the path, as a fact writes it.
        component: where it begins.
        components: all components of its side.
    """
    left, before = split_path(path), list[str]()
    while left:
        if left[0] == EACH:
            before.append(left.pop(0))
            continue
        name, rest = next_field(left, component)
        key = component.wire_name(name)
        if key is None:
            yield from (".".join([*before, written_key(other), *rest]) for other in component.properties)
            return
        schema = component.properties[key]
        inner = single_reference(item_schema(schema) if rest[:1] == [EACH] else schema)
        before += left[: len(left) - len(rest)]
        component, left = components.get(inner or "", component), rest


def item_schema(schema: Schema) -> Schema:
    """The schema of a list's items or a dict's values, which may be nullable; empty where there is none."""
    for keyword in ("items", "additionalProperties"):
        if is_object(found := schema.get(keyword)):
            return found
    arms = [arm for arm in arms_of(schema) if arm != NULL]
    return item_schema(arms[0]) if arms else {}
