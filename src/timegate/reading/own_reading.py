"""Asks head's own class once, at the start, what it reads of a value: with the app's validators and settings."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from timegate.changes.base import UNSET
from timegate.reading.readable_types import without_functions
from timegate.reading.settings import adapter_of
from timegate.typing import Settings

_PLAIN: Final = (str, int, float, bool, type(None))


def reads_otherwise(model: Any, field: str | None, kind: Any, settings: Settings, value: Any) -> Any:
    """What head reads in place of a value; UNSET where it reads that value, or nobody can say.

    Args:
        model: the class that has the value; None for none.
        field: the name of the value there.
        kind: its type.
        settings: those that apply to the type.
        value: plain JSON, which fits the type.
    """
    try:
        read = _read(model, field, kind, settings, value)
        # What is no plain value is told apart from what its type makes of the same without functions.
        plain = value if type(read) in _PLAIN else adapter_of(without_functions(kind), settings).validate_python(value)
        return UNSET if bool(read == plain) else read
    except Exception:
        # It is a function of the app that may want more than a value, or a type that only its model can build.
        return UNSET


def _read(model: Any, field: str | None, kind: Any, settings: Settings, value: Any) -> Any:
    if field is not None and inspect.isclass(model) and issubclass(model, BaseModel):
        blank = model.model_construct(**dict.fromkeys(model.model_fields))
        read = _adapter(model).validator.validate_assignment(blank, field, value)
        return getattr(read, field)
    return adapter_of(kind, settings).validate_python(value)


@functools.lru_cache(maxsize=16)
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)
