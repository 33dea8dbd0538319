"""Types without the functions of the app, in which a class of its own program stands for any object."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Flag
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    GetCoreSchemaHandler,
    Json,
    OnErrorOmit,
    PlainSerializer,
    PlainValidator,
    ValidatorFunctionWrapHandler,
    WrapSerializer,
    WrapValidator,
)
from pydantic_core import CoreSchema, PydanticKnownError
from typing_extensions import TypeAliasType, is_typeddict

from timegate.reading.class_fields import field_types
from timegate.reading.type_parts import union_arms, union_of
from timegate.typing import is_object, type_of
from timegate.wire.value_readers import FILE_AS_TEXT

_VALIDATORS: Final = (AfterValidator, BeforeValidator, WrapValidator, PlainValidator)

_CODE_OF_THE_APP: Final = (*_VALIDATORS, PlainSerializer, WrapSerializer)
"""Metadata that would run functions of the app while a value is read."""

_OMITS: Final = get_args(OnErrorOmit)[1:]
"""Metadata by which items that cannot be read are left out."""

_JSON: Final[Any] = get_args(Json[int])[-1]


def no_object(kind: Any, name: str) -> PydanticKnownError:
    """What pydantic says of a value that is no object of a class.

    Args:
        kind: the class; None where it is not known.
        name: what a client calls it.
    """
    if is_typeddict(kind):
        return PydanticKnownError("dict_type")
    if inspect.isclass(kind) and is_dataclass(kind):
        return PydanticKnownError("dataclass_type", {"class_name": name})
    return PydanticKnownError("model_attributes_type")


@dataclass(frozen=True, slots=True)
class _Object:
    """Reads any object, in the place of a component whose values are objects."""

    kind: Any
    name: str
    # Python takes two types for one whose parts are equal, and a text of another class is.
    is_newer: bool = False

    def __call__(self, value: Any) -> Any:
        if type_of(value) is not dict:
            raise no_object(self.kind, self.name)
        return value


@dataclass(frozen=True, slots=True)
class Labels:
    """Lets a union call an arm that stands for a component what clients call the component.

    Args:
        arms: of the union, because Python takes two unions for equal whose arms have another order.
    """

    arms: tuple[Any, ...]

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(kind)
        union: Any = schema["schema"] if schema["type"] == "nullable" else schema
        union["choices"] = [_labelled(choice) for choice in union["choices"]]
        return schema


def _labelled(choice: Any) -> Any:
    called = choice["function"]["function"] if is_object(choice) and choice["type"] == "function-after" else None
    return (choice, called.name) if isinstance(called, _Object) else choice


def stood_for(kind: Any) -> _Object | None:
    """The component whose values are objects that a type stands for; None where it stands for none."""
    arguments = get_args(kind) if get_origin(kind) is Annotated else ()
    functions = (one.func for one in arguments if isinstance(one, AfterValidator))
    return next((one for one in functions if isinstance(one, _Object)), None)


class Newer(str):
    """What head calls the objects of a class that the client's version does not have: no arm of its unions."""

    __slots__ = ()


Apart: TypeAlias = Callable[[Any], str | None]
"""What clients call the objects of a class that have a program of their own; empty for values that are no objects.

It gives None of any other class. A reader looks at no more of such a value than whether it is an object.
"""


def nowhere(_: Any) -> None:
    """Says of no class that its values are converted by their own program."""


def without_functions(kind: Any) -> Any:
    """A type without the app's functions: no reader calls them, and many cannot be pickled."""
    return readable(kind, nowhere)


def has_validators(kind: Any) -> bool:
    """Whether a type says of functions of the app that they read or judge values."""
    if isinstance(kind, TypeAliasType):
        return has_validators(kind.__value__) if without_functions(kind) != kind else False
    if get_origin(kind) is Annotated and any(isinstance(one, _VALIDATORS) for one in get_args(kind)[1:]):
        return True
    return any(map(has_validators, get_args(kind)))


def readable(kind: Any, apart: Apart) -> Any:
    """A type without the app's functions, in which a component stands for any value, or for any object."""
    if isinstance(kind, TypeAliasType):
        inner = readable(kind.__value__, apart)
        # A recursive alias has no other name for itself.
        return kind if inner == kind.__value__ else inner
    origin, arguments = get_origin(kind), get_args(kind)
    for one in (kind, origin):
        name = None if one is None else apart(one)
        if name is not None:
            return Annotated[Any, AfterValidator(_Object(one, name, isinstance(name, Newer)))] if name else Any
    if origin is Annotated:
        kept = [one for one in arguments[1:] if not isinstance(one, _CODE_OF_THE_APP)]
        inner = readable(arguments[0], apart)
        if any(isinstance(one, Discriminator) or getattr(one, "discriminator", None) for one in kept):
            return arguments[0] if inner == arguments[0] else _of_any_arm(inner)
        if inner is Any or stood_for(inner):
            # A limit is the component's.
            kept = [one for one in kept if one in _OMITS or _is_json(one)]
        return Annotated[(inner, *kept)] if kept else inner
    if origin in (Union, UnionType):
        read = [readable(one, apart) for one in arguments]
        arms = tuple(arm for arm in read if (found := stood_for(arm)) is None or not found.is_newer)
        if not arms:
            return Any
        several = len(arms) - arms.count(NoneType) > 1
        union = union_of(arms)
        return Annotated[union, Labels(arms)] if several and any(map(stood_for, arms)) else union
    if _is_tuple(kind) and (hints := field_types(kind)):
        return _readable_tuple(kind, hints, apart)
    if inspect.isclass(kind) and issubclass(kind, Flag):
        return Annotated[kind, PlainSerializer(_number_of)]
    if _is_file(kind):
        return Annotated[kind, WrapValidator(_taken_as_file)]
    if not arguments or not hasattr(origin, "__class_getitem__"):
        return kind
    inner = tuple(one if one is ... else readable(one, apart) for one in arguments)
    return kind if inner == arguments else origin[inner]


def _of_any_arm(union: Any) -> Any:
    """What stands for a union that a tag chooses from: any object, where all its arms are objects."""
    if stood_for(union):
        # It is the one arm that is left.
        return union
    arms = [arm for arm in union_arms(union) if arm is not NoneType]
    objects = [found for found in map(stood_for, arms) if found is not None]
    if len(objects) < len(arms):
        return Any
    one = Annotated[Any, AfterValidator(_Object(None, f"tagged-union[{','.join(one.name for one in objects)}]"))]
    return one if len(arms) == len(union_arms(union)) else union_of((one, NoneType))


def _number_of(flags: Flag) -> int:
    """The number of a combination: Python keeps false as that of none, once somebody asked for it by false."""
    return int(flags.value)


def _is_file(kind: Any) -> bool:
    """Whether a type takes the files of forms, as they are uploaded, and no texts."""
    known = "starlette.datastructures", "UploadFile"
    return any((one.__module__, one.__name__) == known for one in getattr(kind, "__mro__", ()))


def _taken_as_file(value: Any, own: ValidatorFunctionWrapHandler) -> Any:
    """What stands for a file; the class itself tells what is wrong with anything else."""
    return value if value == FILE_AS_TEXT else own(value)


def _is_json(metadata: Any) -> bool:
    """Whether a type is written as a JSON text."""
    return metadata is Json or type(metadata) is type(_JSON)


def _is_tuple(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, tuple)


def _readable_tuple(kind: Any, hints: Mapping[str, Any], apart: Apart) -> Any:
    """The same of a `NamedTuple`: one of its name, with such types."""
    inner = {name: readable(hint, apart) for name, hint in hints.items()}
    return kind if inner == hints else type(kind.__name__, (kind,), {"__annotations__": inner, "__slots__": ()})
