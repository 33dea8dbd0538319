"""The two forms in which a deferred task stores the arguments that it resumes with.

*Tagged*, by Task SDK 1.0 and 1.1: every object is `{"__type": T, "__var": V}`, plain dictionaries too (T is `dict`).
*Plain*, by later ones: JSON as it is, and `{"__classname__": C, "__version__": N, "__data__": D}` where it has no type.
Later workers read both, older ones the tagged form only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from timegate import JsonValue

__all__ = ["to_tagged_kwargs"]

_CLASS, _VERSION, _DATA = "__classname__", "__version__", "__data__"
_TYPE, _VAR = "__type", "__var"


def to_tagged_kwargs(value: JsonValue) -> JsonValue:
    """Convert to the tagged form what may be in either form, or in both at different depths.

    Args:
        value: the keyword arguments; null and an opaque string stay what they are.

    Raises:
        ValueError: an instance of a class that the tagged form cannot express.
    """
    if isinstance(value, list):
        return [to_tagged_kwargs(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _TYPE in value and _VAR in value:
        return _already_tagged(value)
    if _CLASS in value and _VERSION in value:
        return _instance(value)
    return _tagged("dict", _each(value))


def _tagged(kind: JsonValue, content: JsonValue) -> JsonValue:
    return {_TYPE: kind, _VAR: content}


def _each(items: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: to_tagged_kwargs(item) for key, item in items.items()}


def _already_tagged(value: dict[str, JsonValue]) -> JsonValue:
    """Convert inner values: the plain event of a trigger may be inside arguments that are tagged."""
    kind, content = value[_TYPE], value[_VAR]
    if kind == "dict" and isinstance(content, dict):
        return _tagged(kind, _each(content))
    if kind in ("tuple", "set"):
        return _tagged(kind, to_tagged_kwargs(content))
    return value


def _instance(value: dict[str, JsonValue]) -> JsonValue:
    name = value[_CLASS]
    write = _WRITERS.get(name) if isinstance(name, str) else None
    if write is None:
        raise ValueError(f"workers of this age have no form for an instance of {name}")
    return write(value.get(_DATA))


def _moment(data: JsonValue) -> JsonValue:
    # The plain form has a time zone next to the moment; the tagged form has only the moment, which readers take as UTC.
    return _tagged("datetime", _seconds(data.get("timestamp") if isinstance(data, dict) else data))


def _seconds(data: JsonValue) -> float:
    if not isinstance(data, int | float | str):
        raise ValueError("a moment or a duration must be a number of seconds")
    return float(data)


def _zone(data: JsonValue) -> JsonValue:
    return _tagged("timezone", data)


def _text(data: JsonValue) -> JsonValue:
    return str(data)


_Writer: TypeAlias = Callable[[JsonValue], JsonValue]

_WRITERS: Final[dict[str, _Writer]] = {
    "builtins.tuple": lambda data: _tagged("tuple", to_tagged_kwargs(data)),
    "builtins.set": lambda data: _tagged("set", to_tagged_kwargs(data)),
    "builtins.frozenset": lambda data: _tagged("set", to_tagged_kwargs(data)),
    "datetime.datetime": _moment,
    "pendulum.datetime.DateTime": _moment,
    "datetime.timedelta": lambda data: _tagged("timedelta", _seconds(data)),
    "pendulum.tz.timezone.FixedTimezone": _zone,
    "pendulum.tz.timezone.Timezone": _zone,
    "zoneinfo.ZoneInfo": _zone,
    # The tagged form never knew these and wrote them as text.
    "datetime.date": _text,
    "pendulum.date.Date": _text,
    "decimal.Decimal": _text,
    "uuid.UUID": _text,
}
