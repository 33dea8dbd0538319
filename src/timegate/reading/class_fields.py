"""What a class says of how its fields are read: their types, and its settings."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Any, Final, NotRequired, Required, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typing_extensions import ReadOnly, get_type_hints, is_typeddict

_SETTINGS: Final = (
    "strict", "str_strip_whitespace", "str_to_lower", "str_to_upper", "coerce_numbers_to_str", "allow_inf_nan",
    "val_json_bytes", "val_temporal_unit", "arbitrary_types_allowed",
)  # fmt: skip
"""The settings of a model that decide how the values of its fields are read."""

_MODES: Final = {
    "ser_json_timedelta": "timedelta_mode", "ser_json_temporal": "temporal_mode", "ser_json_bytes": "bytes_mode",
}  # fmt: skip
"""The settings of a model that decide how the values of its fields are written, as pydantic's functions call them."""


def settings_of(model: Any) -> dict[str, Any] | None:
    """The settings of a class that decide how the values of its fields are read; None where it has none."""
    config = _config_of(model)
    return {name: config[name] for name in _SETTINGS if name in config} or None


def written_settings_of(model: Any, kind: Any) -> dict[str, Any] | None:
    """The settings of a class that decide how values of a type are written; None where they are not those of the class.

    Args:
        model: the class that has a field of the type.
        kind: the type; a class with settings of its own is written by these.
    """
    if inspect.isclass(kind) and (issubclass(kind, BaseModel) or is_dataclass(kind) or is_typeddict(kind)):
        return None
    config = _config_of(model)
    return {name: config[name] for name in _MODES if name in config} or None


def written_modes_of(model: Any) -> dict[str, Any]:
    """How values of a class's fields are written, as arguments of pydantic's `to_jsonable_python`."""
    return {_MODES[name]: value for name, value in (written_settings_of(model, None) or {}).items()}


def _config_of(model: Any) -> Mapping[str, Any]:
    return getattr(model, "model_config", None) or getattr(model, "__pydantic_config__", None) or {}


def tells_python_names(model: Any) -> bool:
    """Whether validation errors call the fields of a class by their names in Python, and not by their aliases."""
    config: Mapping[str, Any] = (
        getattr(model, "model_config", None) or getattr(model, "__pydantic_config__", None) or {}
    )
    return config.get("loc_by_alias") is False


def read_alike(model: Any, other: Any) -> bool:
    """Whether two models read the values of a type alike; one that is no class has no settings."""
    return settings_of(model) == settings_of(other)


@functools.cache
def field_types(model: Any) -> Mapping[str, Any]:
    """The types of a class's fields by their names in Python; empty where they cannot be resolved."""
    if inspect.isclass(model) and issubclass(model, BaseModel):
        return {name: info.rebuild_annotation() for name, info in model.model_fields.items()}
    try:
        hints = get_type_hints(model, include_extras=True)
    except (NameError, TypeError, AttributeError):
        # Names of a function's scope cannot be resolved from outside: such values are taken as written.
        return {}
    if is_typeddict(model):
        return {name: FieldInfo.from_annotation(_of_value(hint)).rebuild_annotation() for name, hint in hints.items()}
    if not is_dataclass(model):
        return hints
    # What `Field` says of a value belongs to its type; what it says of a key means nothing there.
    defaults = {one.name: PydanticUndefined if one.default is MISSING else one.default for one in fields(model)}
    return {
        name: FieldInfo.from_annotated_attribute(hints[name], default).rebuild_annotation()
        for name, default in defaults.items()
    }


def _of_value(hint: Any) -> Any:
    """The type of a key's value, without what a TypedDict says of the key."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (NotRequired, Required, ReadOnly):
        return _of_value(arguments[0])
    # Its first argument is the type, the others are notes.
    return Annotated[(_of_value(arguments[0]), *arguments[1:])] if origin is Annotated else hint
