"""What a class says of how its fields are read: their types."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Any, NotRequired, Required, get_args, get_origin

from pydantic import AliasGenerator, BaseModel, Discriminator
from pydantic.alias_generators import to_snake
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typing_extensions import ReadOnly, get_type_hints, is_typeddict


@functools.cache
def field_types(model: Any) -> Mapping[str, Any]:
    """The types of a class's fields by their names in Python; empty where they cannot be resolved."""
    if inspect.isclass(model) and issubclass(model, BaseModel):
        return {name: _declared(info) for name, info in model.model_fields.items()}
    try:
        hints = get_type_hints(model, include_extras=True)
    except (NameError, TypeError, AttributeError):
        # Names of a function's scope cannot be resolved from outside: such values are taken as written.
        return {}
    if is_typeddict(model):
        return {name: _declared(FieldInfo.from_annotation(_of_value(hint))) for name, hint in hints.items()}
    if not is_dataclass(model):
        return hints
    # What `Field` says of a value belongs to its type; what it says of a key means nothing there.
    defaults = {one.name: PydanticUndefined if one.default is MISSING else one.default for one in fields(model)}
    return {
        name: _declared(FieldInfo.from_annotated_attribute(hints[name], default)) for name, default in defaults.items()
    }


def _declared(info: FieldInfo) -> Any:
    """The type of a field with what `Field` says of its values."""
    kind = info.rebuild_annotation()
    # The annotation has the limits of the values, and lacks what tells the arms of a union apart.
    told = info.discriminator
    return kind if told is None else Annotated[kind, told if isinstance(told, Discriminator) else Discriminator(told)]


def _of_value(hint: Any) -> Any:
    """The type of a key's value, without what a TypedDict says of the key."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (NotRequired, Required, ReadOnly):
        return _of_value(arguments[0])
    # Its first argument is the type, the others are notes.
    return Annotated[(_of_value(arguments[0]), *arguments[1:])] if origin is Annotated else hint


def reads_names(model: Any) -> bool:
    """Whether a class also reads fields by their names in Python where they have aliases."""
    config: Mapping[str, Any] = getattr(model, "model_config", {})
    return bool(config.get("populate_by_name") or config.get("validate_by_name"))


def name_of_alias(model: Any, alias: str) -> str | None:
    """What a class whose generator makes its aliases would call a field of an alias; None where nothing says so."""
    config: Mapping[str, Any] = getattr(model, "model_config", {})
    generator = config.get("alias_generator")
    if isinstance(generator, AliasGenerator):
        generator = generator.validation_alias or generator.alias
    name = to_snake(alias)
    return name if callable(generator) and name != alias and generator(name) == alias else None
