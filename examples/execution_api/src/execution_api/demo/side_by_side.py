"""Two JSON documents beside each other, so that what one lacks is seen at a glance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

__all__ = ["render_side_by_side"]

_INDENT: Final = "  "


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of both documents; None where a document has no such line."""

    left: str | None
    right: str | None

    @property
    def mark(self) -> str:
        if self.left is None:
            return ">"
        if self.right is None:
            return "<"
        return " " if self.left == self.right else "~"


def render_side_by_side(left: JsonValue, right: JsonValue, *, titles: tuple[str, str]) -> str:
    """Both documents with equal keys on equal lines.

    Between them stands `<` or `>` where only that side has the line, and `~` where both have it and it differs.

    Args:
        left: A JSON document.
        right: Another one.
        titles: What stands above each.
    """
    rows = list(_object_rows("", left, right, depth=0))
    width = max(len(titles[0]), *(len(row.left or "") for row in rows))
    lines = [f"{titles[0]:<{width}}   {titles[1]}", f"{'-' * width}   {'-' * len(titles[1])}"]
    lines += [f"{row.left or '':<{width}} {row.mark} {row.right or ''}".rstrip() for row in rows]
    return "\n".join(lines)


def _object_rows(label: str, left: JsonValue, right: JsonValue, *, depth: int) -> Iterator[_Row]:
    """The rows of a value that both documents have: objects are opened, all else is one line."""
    pad = _INDENT * depth
    if not (isinstance(left, dict) and isinstance(right, dict) and (left or right)):
        yield _Row(f"{pad}{label}{_compact(left)}", f"{pad}{label}{_compact(right)}")
        return
    yield _Row(f"{pad}{label}{{", f"{pad}{label}{{")
    inner = _INDENT * (depth + 1)
    for key in _merged(list(left), list(right)):
        name = f"{json.dumps(key)}: "
        if key not in right:
            yield _Row(f"{inner}{name}{_compact(left[key])}", None)
        elif key not in left:
            yield _Row(None, f"{inner}{name}{_compact(right[key])}")
        else:
            yield from _object_rows(name, left[key], right[key], depth=depth + 1)
    yield _Row(f"{pad}}}", f"{pad}}}")


def _merged(left: list[str], right: list[str]) -> list[str]:
    """The keys of both in the order of the right one, each key of the left one alone after its neighbour there."""
    merged = list(right)
    for position, key in enumerate(left):
        if key in merged:
            continue
        before = next((known for known in reversed(left[:position]) if known in merged), None)
        merged.insert(0 if before is None else merged.index(before) + 1, key)
    return merged


def _compact(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
