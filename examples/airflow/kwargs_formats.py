"""The form in which workers older than 1.2 read what a deferred task resumes with: Airflow's own conversion to it."""

from __future__ import annotations

from airflow.sdk.serde import deserialize
from airflow.serialization.serialized_objects import BaseSerialization
from pydantic_core import to_jsonable_python

from timegate import JsonValue

__all__ = ["to_tagged_kwargs"]


def to_tagged_kwargs(value: JsonValue) -> JsonValue:
    """Convert to the tagged form; what has it already, because an older worker wrote it, stays as it is.

    Args:
        value: the keyword arguments, plain JSON that names its classes; an encrypted string stays what it is.
    """
    if not isinstance(value, dict):
        return value
    try:
        plain = deserialize(value)
    except (ImportError, KeyError, AttributeError, TypeError):
        return value
    # The keys that it writes are members of an enum.
    tagged: JsonValue = to_jsonable_python(BaseSerialization.serialize(plain))
    return tagged
