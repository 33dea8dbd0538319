"""Applies the difference between two JSON values to a third one, which says the same as the first in its own way."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final

from timegate.typing import is_array, is_object

_NAMES: Final = frozenset({"title", "name", "operationId"})
"""The keys that a renamed member may have in another form."""

_TEXTS: Final = frozenset({"title", "description", "summary", "example", "examples", "deprecated", "externalDocs"})
"""The keys that say nothing about what is valid."""


class _Absent:
    """What takes the place of a member that is not there."""


_ABSENT: Final = _Absent()


def edited(own: Any, before: Any, after: Any) -> Any:
    """`own` with every difference between two other values.

    Where they do not differ, `own` stays as it is, whatever it says. Where `own` lacks what differs, it says the same
    in another way that nobody here knows: then that node is `after`, with the texts of `own`.

    Args:
        own: the value to edit; it is not changed.
        before: says the same as `own`.
        after: what `before` has become.
    """
    if _same(before, after):
        return own
    if is_object(own) and is_object(before) and is_object(after):
        members = _edited_members(own, before, after)
        texts = {key: value for key, value in own.items() if key in _TEXTS or key.startswith("x-")}
        return {**texts, **after} if members is None else members
    if is_array(own) and is_array(before) and is_array(after):
        return _edited_items(own, before, after)
    return after


def _edited_members(
    own: Mapping[Any, Any], before: Mapping[Any, Any], after: Mapping[Any, Any]
) -> dict[Any, Any] | None:
    """Members by key; None where `own` lacks one that differs."""
    renamed = _renamed(before, after)
    sources = {key: renamed.get(key, key) for key in after}
    known = [(key, source) for key, source in sources.items() if source in before]
    differing = {source for key, source in known if source != key or not _same(before[key], after[key])}
    gone = before.keys() - set(sources.values())
    if not own.keys() >= differing | gone:
        return None
    becomes = {source: key for key, source in sources.items()}
    members: dict[Any, Any] = {}
    for key, value in own.items():
        if key in before and key in becomes:
            members[becomes[key]] = edited(value, before[key], after[becomes[key]])
        elif key not in before:
            members[key] = after.get(key, value)
    previous: Any = _ABSENT
    for key, source in sources.items():
        if source not in before and key not in members:
            members = _inserted(members, key, after[key], previous)
        previous = key if key in members else previous
    return members


def _inserted(members: dict[Any, Any], key: Any, value: Any, previous: Any) -> dict[Any, Any]:
    """Members with a new one after another, or at the end where there is none before it."""
    if previous is _ABSENT or next(reversed(members)) == previous:
        return {**members, key: value}
    placed: dict[Any, Any] = {}
    for name, one in members.items():
        placed[name] = one
        if name == previous:
            placed[key] = value
    return placed


def _renamed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[Any, Any]:
    """The old key of each member that has only got another name, by the new one."""
    gone = [key for key in before if key not in after]
    found: dict[Any, Any] = {}
    for key in after:
        if key not in before:
            same = next((old for old in gone if _nameless(before[old]) == _nameless(after[key])), None)
            if same is not None:
                gone.remove(same)
                found[key] = same
    return found


def _same(before: Any, after: Any) -> bool:
    """Whether two JSON values are the same, which for Python True and 1 are not."""
    return bool(before == after) and json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)


def _nameless(node: Any) -> Any:
    if not is_object(node):
        # What a scalar is says all of it: another scalar is another one.
        return node if is_array(node) else (type(node), node)
    bare = {key: value for key, value in node.items() if key not in _NAMES}
    return {**bare, "schema": _nameless(bare["schema"])} if is_object(bare.get("schema")) else bare


def _edited_items(own: list[Any], before: list[Any], after: list[Any]) -> list[Any]:
    by_key = [_by_key(items) for items in (own, before, after)]
    if all(items is not None for items in by_key):
        members = _edited_members(*(items or {} for items in by_key))
        return after if members is None else list(members.values())
    if len(own) != len(before):
        return after
    return [_edited_item(index, own, before, after) for index in range(len(after))]


def _edited_item(index: int, own: list[Any], before: list[Any], after: list[Any]) -> Any:
    item = after[index]
    if item in before:
        return own[before.index(item)]
    return edited(own[index], before[index], item) if len(before) == len(after) else item


def _by_key(items: Iterable[Any]) -> dict[Hashable, Any] | None:
    """Items by what tells them apart: parameters by place and name, scalars by themselves; None for any others."""
    found: dict[Hashable, Any] = {}
    for item in items:
        if is_object(item) and isinstance(item.get("name"), str) and isinstance(item.get("in"), str):
            name: str = item["name"]
            found["parameter", item["in"], name.lower() if item["in"] == "header" else name] = item
        elif is_object(item) or is_array(item):
            return None
        else:
            found["scalar", type(item), item] = item
    return found
