"""What a callable discriminator looks for in an object, and which of that no response has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from timegate.reading.recorder import ClassRecord
from timegate.typing import Schema


class _Noting(dict[str, Any]):
    """An object without keys that notes which ones it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, None] = {}

    def _note(self, key: Any) -> None:
        if isinstance(key, str):
            self.asked[key] = None

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return False

    def __missing__(self, key: str) -> Any:
        self._note(key)
        raise KeyError(key)

    def get(self, key: str, default: Any = None, /) -> Any:
        self._note(key)
        return default

    def pop(self, key: str, *default: Any) -> Any:
        self._note(key)
        return super().pop(key, *default)


def looked_up(pick: Callable[[Any], Any]) -> tuple[str, ...]:
    """The keys that a callable looks for in an object that has none."""
    shown = _Noting()
    try:
        pick(shown)
    except Exception:
        # It may say so of an object that is none of its arms.
        return tuple(shown.asked)
    return tuple(shown.asked)


def unsent(asked: Iterable[str], record: ClassRecord, schema: Schema) -> frozenset[str]:
    """Those keys that are fields of a class and in none of its responses.

    Args:
        asked: the keys.
        record: the class.
        schema: its schema.
    """
    sent: Schema = schema.get("properties", {})
    fields = {key: record.names.get(record.aliases.get(key, key)) for key in asked}
    return frozenset(key for key, names in fields.items() if names and sent.keys().isdisjoint((key, *names)))
