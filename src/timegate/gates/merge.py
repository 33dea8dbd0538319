"""A three-way merge: what a client changed wins, and all else stays as it is now.

The base is what the client read, as it would send it back unchanged. So a value that the client could not know, or that
it was told instead of the truth, equals the base and never replaces the current one.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from timegate.changes.base import UNSET
from timegate.typing import Schema, is_array, is_object
from timegate.wire.objects import ObjectShape, item_schemas, object_shape
from timegate.wire.wire import Component

EACH: Final = "*"

NO_KEYS: Final[Mapping[str, str]] = MappingProxyType({})
"""Every list is replaced as a whole."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge of values of head: plain data under the names of the wire, or instances of models.

    Args:
        components: what clients send, at head.
        by: the key that tells a list's items apart, by the dotted path of the list (``"orders.*.lines"``).
    """

    components: Mapping[str, Component]
    by: Mapping[str, str]

    def value(self, base: Any, sent: Any, current: Any, schema: Schema, path: tuple[str, ...] = ()) -> Any:
        """The merged value; ``UNSET`` stands for a key that is not there.

        Args:
            base: what the client would send if it had changed nothing.
            sent: what it sent.
            current: what it is now.
            schema: what it should be.
            path: where it is, from the root.
        """
        if _same(sent, base):
            return current
        if is_array(base) and is_array(sent) and is_array(current):
            key = self.by.get(".".join(path))
            return sent if key is None else self._list(base, sent, current, schema, (*path, EACH), key)
        shape = self._common_shape(base, sent, current, schema)
        return sent if shape is None else self._object(base, sent, current, shape, path)

    def _common_shape(self, base: Any, sent: Any, current: Any, schema: Schema) -> ObjectShape | None:
        """The object that all three are; None where they differ, so that the client's is taken whole."""
        if not all(is_object(one) or isinstance(one, BaseModel) for one in (base, sent, current)):
            return None
        shape = object_shape(sent, schema, self.components)
        others = (object_shape(one, schema, self.components) for one in (base, current))
        return shape if shape is not None and all(other == shape for other in others) else None

    def _object(self, base: Any, sent: Any, current: Any, shape: ObjectShape, path: tuple[str, ...]) -> Any:
        before, ours, now = (_fields(one, shape) for one in (base, sent, current))
        merged: dict[str, Any] = {}
        for key in {**now, **ours}:
            schema = next((part.properties[key] for part in shape.parts if key in part.properties), shape.extra or {})
            place = (*path, key if any(key in part.properties for part in shape.parts) else EACH)
            value = self.value(before.get(key, UNSET), ours.get(key, UNSET), now.get(key, UNSET), schema, place)
            if value is not UNSET:
                merged[key] = value
        return _with_fields(sent, merged, ours, current, shape) if isinstance(sent, BaseModel) else merged

    def _list(
        self, base: list[Any], sent: list[Any], current: list[Any], schema: Schema, path: tuple[str, ...], key: str
    ) -> list[Any]:
        """The client's items, each merged with what it was made of, then those that the client did not know."""
        item = item_schemas(schema, self.components)
        aligned = len(base) == len(current)
        # An item that old clients read as another one may have lost its key; then its place tells which it is.
        now = {_name(_key_of(one, key)): index for index, one in enumerate(current)}
        known: dict[int, int | None] = {
            index: index if aligned else now.get(_name(_key_of(one, key))) for index, one in enumerate(base)
        }
        left: dict[tuple[bool, str], list[int]] = {}
        for index in reversed(range(len(base))):
            left.setdefault(_identity(base[index], key), []).append(index)
        merged: list[Any] = []
        for index, one in enumerate(sent):
            identity = _identity(one, key)
            same = left.get(identity)
            was = same.pop() if same and (identity[0] or _same(base[same[-1]], one)) else None
            place = None if was is None else known[was]
            if was is None or place is None:
                merged.append(one)
            else:
                merged.append(self.value(base[was], one, current[place], item(index), path))
        seen = {*known.values()}
        return [*merged, *(one for index, one in enumerate(current) if index not in seen)]


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal; true is not 1."""
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    if is_object(one) and is_object(other):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if is_array(one) and is_array(other):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _key_of(item: Any, key: str) -> Any:
    value = item.get(key, UNSET) if is_object(item) else getattr(item, key, UNSET)
    return value if isinstance(value, str | int) else UNSET


def _identity(item: Any, key: str) -> tuple[bool, str]:
    """What tells an item from others: whether it has a key, and the name of the key, or of the whole item."""
    value = _key_of(item, key)
    return value is not UNSET, _name(item if value is UNSET else value)


def _name(value: Any) -> str:
    """A text that equal values share; not the hash of a number, because a client can choose many of one hash."""
    if is_object(value):
        return f"{{{','.join(sorted(f'{key!r}:{_name(one)}' for key, one in value.items()))}}}"
    if is_array(value):
        return f"[{','.join(map(_name, value))}]"
    if isinstance(value, BaseModel):
        return _name(dict(value))
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, str):
        return str.__repr__(value)
    if isinstance(value, int | float):
        return str(int(value)) if value == value // 1 else repr(value)
    return f"#{hash(value)}" if isinstance(value, Hashable) else "#"


def _fields(value: Any, shape: ObjectShape) -> dict[str, Any]:
    """The keys that are set, by their wire names."""
    if is_object(value):
        return value
    wire_names = _wire_names(shape)
    set_fields: list[str] = sorted(value.model_fields_set)
    return {wire_names.get(name, name): getattr(value, name) for name in set_fields}


def _wire_names(shape: ObjectShape) -> dict[str, str]:
    return {name: wire for part in shape.parts for name, wire in part.fields.items()}


def _with_fields(
    sent: BaseModel, merged: Mapping[str, Any], ours: Mapping[str, Any], current: BaseModel, shape: ObjectShape
) -> BaseModel:
    """An instance of the client's with other fields; no validator runs again."""
    names = {wire: name for name, wire in _wire_names(shape).items()}
    kept = {names.get(key, key): value for key, value in merged.items() if value is not ours.get(key, UNSET)}
    unset = {names.get(key, key) for key in ours if key not in merged}
    copied = sent.model_copy(update={**kept, **{name: getattr(current, name) for name in unset}})
    copied.model_fields_set.difference_update(unset)
    return copied
