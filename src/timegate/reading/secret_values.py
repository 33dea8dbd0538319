"""Values that pydantic hides where it writes them: ``SecretStr``, ``SecretBytes``, ``Secret[…]``."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final

from pydantic import GetCoreSchemaHandler, Secret, SecretBytes, SecretStr
from pydantic_core import CoreSchema

from timegate.reading.serializers import is_pydantics
from timegate.typing import is_array, is_object, type_of

_SECRETS: Final[tuple[Any, ...]] = (SecretStr, SecretBytes, Secret)


def hides(schema: Any) -> bool:
    """Whether a core schema is that of values which pydantic writes as stars, whatever they hold."""
    serialization = schema.get("serialization")
    if schema.get("type") != "json-or-python" or not serialization:
        return False
    return bool(serialization["type"] == "function-plain" and is_pydantics(serialization["function"]))


class _Revealed:
    """Lets the values of a type be written with the secrets that they hold: what was sent is handed on."""

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = _revealed(handler(kind))
        return schema


def revealed(kind: Any) -> Any:
    """A type whose values are written with the secrets that they hold."""
    # Another mark each time: Python takes two unions for equal whose arms have another order, and gives the first.
    return Annotated[kind, _Revealed()]


def _revealed(node: Any) -> Any:
    """A core schema, or a part of one, with which secrets are written as what they hold."""
    if is_array(node) or type_of(node) is tuple:
        return type_of(node)(map(_revealed, node))
    if not is_object(node):
        return node
    found = {key: value if key in ("metadata", "serialization") else _revealed(value) for key, value in node.items()}
    if hides(node):
        given = node["serialization"]
        kept = {key: value for key, value in given.items() if key != "return_schema"}
        found["serialization"] = {**kept, "function": partial(_written, given["function"])}
    return found


def _written(write: Any, value: Any, *info: Any) -> Any:
    return value.get_secret_value() if isinstance(value, _SECRETS) else write(value, *info)
