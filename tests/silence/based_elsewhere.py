"""A base class with a validator, which models of another module inherit."""

from typing import Any

from pydantic import BaseModel, model_validator

from timegate.typing import is_object


class Lifting(BaseModel):
    """Reads a key that no schema has."""

    @model_validator(mode="before")
    @classmethod
    def lifted(cls, value: Any) -> Any:
        return lift(value)


def lift(value: Any) -> Any:
    """What ``legacy`` says, as ``secret``, at any depth of the objects that a validator gets."""
    if not is_object(value):
        return value
    inner = {key: lift(one) for key, one in value.items()}
    return {**inner, "secret": inner.pop("legacy")} if "legacy" in inner else inner
