"""The settings by which pydantic reads and writes the values of a class's fields."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, Final

from pydantic import BaseModel, RootModel, TypeAdapter
from typing_extensions import is_typeddict

from timegate.reading.secret_values import revealed
from timegate.typing import Settings

_READING: Final = (
    "strict", "str_strip_whitespace", "str_to_lower", "str_to_upper", "str_min_length", "str_max_length",
    "regex_engine", "coerce_numbers_to_str", "allow_inf_nan", "val_json_bytes", "val_temporal_unit", "extra",
)  # fmt: skip
"""Those that decide how values are read."""

_MODES: Final = {
    "ser_json_timedelta": "timedelta_mode", "ser_json_temporal": "temporal_mode", "ser_json_bytes": "bytes_mode",
}  # fmt: skip
"""Those that decide how values are written, as pydantic's functions call them."""

_NAMES: Final = ("loc_by_alias",)
"""Those that decide what validation errors call a field."""


def settings_in(config: Mapping[str, Any]) -> Settings:
    """The settings in a configuration, that of a class or that of a core schema."""
    # A core schema has its own name for one of them.
    given = {"extra": config.get("extra_fields_behavior"), **config}
    return {name: given[name] for name in (*_READING, *_MODES, *_NAMES) if given.get(name) is not None}


def settings_of(model: Any) -> Settings:
    """The settings that a class declares; the class that holds it may have others for it."""
    return settings_in(_config_of(model) or {})


def _config_of(model: Any) -> Mapping[str, Any] | None:
    return getattr(model, "model_config", None) or getattr(model, "__pydantic_config__", None)


def reading(settings: Settings) -> Settings:
    """Those of the settings that decide how values are read; what was read is written so that it is read alike."""
    found = {name: settings[name] for name in _READING if name in settings}
    return found | ({"ser_json_bytes": found["val_json_bytes"]} if "val_json_bytes" in found else {})


def reading_scalars(settings: Settings) -> Settings:
    """Those of the settings that decide which scalars a lenient reader takes."""
    return {name: value for name, value in reading(settings).items() if name not in ("strict", "extra")}


def writing(settings: Settings) -> Settings:
    """Those of the settings that decide how values are written."""
    return {name: settings[name] for name in _MODES if name in settings}


def written_modes(settings: Settings) -> dict[str, Any]:
    """How values are written, as arguments of pydantic's `to_jsonable_python`."""
    return {_MODES[name]: value for name, value in writing(settings).items()}


def tells_python_names(settings: Settings) -> bool:
    """Whether validation errors call the fields of a class by their names in Python, and not by their aliases."""
    return settings.get("loc_by_alias") is False


def has_own_settings(kind: Any) -> bool:
    """Whether a type is a class that takes no settings of the one that holds it."""
    if not inspect.isclass(kind):
        return False
    return issubclass(kind, BaseModel) or ((is_dataclass(kind) or is_typeddict(kind)) and _config_of(kind) is not None)


def adapter_of(kind: Any, settings: Settings) -> TypeAdapter[Any]:
    """What reads values of a type that a class with settings holds, and writes them with the secrets in them."""
    if has_own_settings(kind):
        return TypeAdapter(revealed(kind))
    # Head has built the type already, arbitrary ones too.
    config: Any = {**settings, "arbitrary_types_allowed": True}
    if is_dataclass(kind) or is_typeddict(kind):
        # Pydantic lets only a model set them for a class.
        return TypeAdapter(type("Holder", (RootModel[kind],), {"model_config": config}))
    return TypeAdapter(revealed(kind), config=config)
