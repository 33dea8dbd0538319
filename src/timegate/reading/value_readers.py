"""Reads a value as the server of an older version did: through pydantic, without the validators of its models."""

from __future__ import annotations

import enum
import functools
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
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
    PydanticUserError,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapSerializer,
    WrapValidator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticKnownError, PydanticSerializationError, to_json
from typing_extensions import TypeAliasType, is_typeddict

from timegate.changes.base import UNSET
from timegate.reading.class_fields import field_types
from timegate.reading.read_failures import has_non_finite, plain_failures
from timegate.reading.settings import adapter_of, reading
from timegate.reading.type_parts import union_of
from timegate.typing import Settings, is_array, is_object, type_of
from timegate.wire.value_readers import FILE_AS_TEXT, Reader, Unread

_VALIDATORS: Final = (AfterValidator, BeforeValidator, WrapValidator, PlainValidator)

_CODE_OF_THE_APP: Final = (*_VALIDATORS, PlainSerializer, WrapSerializer)
"""Metadata that would run functions of the app while a value is read."""

_OMITS: Final = get_args(OnErrorOmit)[1:]
"""Metadata by which items that cannot be read are left out."""

_JSON: Final[Any] = get_args(Json[int])[-1]

_OTHERS_CODE: Final = sys.stdlib_module_names | {"pydantic", "pydantic_core", "timegate", "fastapi"}
"""The packages whose functions a reader may call."""

_NONE: Final[Settings] = {}

_TEXT_SETTINGS: Final = (
    "str_strip_whitespace", "str_to_lower", "str_to_upper", "str_min_length", "str_max_length",
)  # fmt: skip
"""Those that read one text as another, or do not read it."""


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

    def __call__(self, value: Any) -> Any:
        if type_of(value) is not dict:
            raise no_object(self.kind, self.name)
        return value


@dataclass(frozen=True, slots=True)
class _Labels:
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


def _stood_for(kind: Any) -> _Object | None:
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


def reader_of(
    kind: Any, *, settings: Settings = _NONE, apart: Apart = nowhere, described: bool = False
) -> Reader | None:
    """The reader of a type; None where the type is not known, or all of it is read otherwise.

    Args:
        kind: the type.
        settings: those that apply to the type, unless that is a class with its own.
        apart: says of a class whose values are converted by their own program what clients call its objects.
        described: whether it only reads the form that the type's schema describes.
    """
    if kind is UNSET:
        return None
    read = readable(kind, apart)
    if read is Any:
        return None
    try:
        adapter = adapter_of(read, reading(settings))
    except (PydanticUserError, NameError, TypeError):
        # A type that only its model can build, by a name that is not known here: its values are taken as written.
        return None
    if not getattr(adapter, "pydantic_complete", True) or runs_code_of_the_app(adapter.core_schema):
        return None
    is_strict = _has_strict_part([dict(settings), adapter.core_schema])
    read_it = _read_described if described else _read_strictly if is_strict else read_by
    return functools.partial(read_it, adapter)


def _has_strict_part(parts: list[Any]) -> bool:
    """Whether settings or core schemas, or what is in them, say that values are read strictly."""
    waiting = list(parts)
    while waiting:
        node = waiting.pop()
        if is_array(node) or type_of(node) is tuple:
            waiting.extend(node)
        elif is_object(node):
            if node.get("strict"):
                return True
            # What a strict reader would do says nothing of who reads.
            left_out = "metadata", "serialization", "strict_schema"
            waiting.extend(value for key, value in node.items() if key not in left_out)
    return False


def runs_code_of_the_app(core_schema: Any) -> bool:
    """Whether validation by a core schema would call functions that are neither pydantic's nor Python's."""
    waiting: list[Any] = [core_schema]
    while waiting:
        node = waiting.pop()
        if is_array(node) or type_of(node) is tuple:
            waiting.extend(node)
        elif is_object(node):
            if node.get("custom_init") or node.get("post_init"):
                return True
            kind, function = str(node.get("type")), node.get("function")
            called = function.get("function") if is_object(function) else function
            module = str(getattr(called, "__module__", None)).partition(".")[0]
            if kind.startswith("function-") and module not in _OTHERS_CODE:
                return True
            waiting.extend(value for key, value in node.items() if key not in ("metadata", "serialization"))
    return False


def says_all(kind: Any, *, settings: Settings, apart: Apart) -> bool:
    """Whether the JSON type of a value says all of how a type reads it: then no reader needs to be asked.

    Args:
        kind: the type.
        settings: those that apply to the type.
        apart: as for `reader_of`.
    """
    judges_text = any(settings.get(name) for name in _TEXT_SETTINGS)
    return _says_all(readable(kind, apart), judges_text=judges_text)


def _says_all(kind: Any, *, judges_text: bool) -> bool:
    if _stood_for(kind):
        return True
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        plain = all(
            isinstance(one, _Labels) or (isinstance(one, FieldInfo) and not one.metadata) for one in arguments[1:]
        )
        return plain and _says_all(arguments[0], judges_text=judges_text)
    if origin in (Union, UnionType, list, Sequence):
        return all(_says_all(one, judges_text=judges_text) for one in arguments)
    if kind is str:
        return not judges_text
    return kind in (Any, int, float, bool, None, NoneType)


def read_by(adapter: TypeAdapter[Any], value: Any) -> Any:
    """Plain JSON of what an adapter reads of a value.

    Raises:
        Unread: It reads none.
    """
    return _plain(adapter, value, adapter.validate_python)


def _read_described(adapter: TypeAdapter[Any], value: Any) -> Any:
    return _plain(adapter, value, lambda value: adapter.validate_json(to_json(value), strict=True))


def _read_strictly(adapter: TypeAdapter[Any], value: Any) -> Any:
    # A strict reader of Python takes no text for a date, and no list for a tuple: JSON has nothing else for them.
    return _plain(adapter, value, lambda value: adapter.validate_json(to_json(value)))


_NO_UNICODE: Final[Mapping[str, Any]] = {
    "type": "string_unicode",
    "loc": (),
    "msg": "Input should be a valid string, unable to parse raw data as a unicode string",
}


def _plain(adapter: TypeAdapter[Any], value: Any, read_it: Callable[[Any], Any]) -> Any:
    """Plain JSON of what was read of a value."""
    try:
        read = read_it(value)
        # An iterator reads its items only now. What was not sent is head's to fill in.
        plain = adapter.dump_python(read, mode="json", by_alias=True, exclude_unset=True, round_trip=True)
    except ValidationError as error:
        raise Unread(plain_failures(error)) from None
    except PydanticSerializationError:
        # It has a text that is no Unicode.
        raise Unread([_NO_UNICODE]) from None
    if has_non_finite(plain):
        raise Unread([{"type": "finite_number", "loc": (), "msg": "Input should be a finite number"}])
    return plain


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
            return Annotated[Any, AfterValidator(_Object(one, name))] if name else Any
    if origin is Annotated:
        kept = [one for one in arguments[1:] if not isinstance(one, _CODE_OF_THE_APP)]
        inner = readable(arguments[0], apart)
        if any(isinstance(one, Discriminator) or getattr(one, "discriminator", None) for one in kept):
            return arguments[0] if inner == arguments[0] else Any
        if inner is Any or _stood_for(inner):
            # A limit is the component's.
            kept = [one for one in kept if one in _OMITS or _is_json(one)]
        return Annotated[(inner, *kept)] if kept else inner
    if origin in (Union, UnionType):
        read = [readable(one, apart) for one in arguments]
        arms = tuple(arm for arm in read if not isinstance(getattr(_stood_for(arm), "name", ""), Newer))
        several = len(arms) - arms.count(NoneType) > 1
        union = union_of(arms)
        return Annotated[union, _Labels(arms)] if several and any(map(_stood_for, arms)) else union
    if _is_tuple(kind) and (hints := field_types(kind)):
        return _readable_tuple(kind, hints, apart)
    if _is_file(kind):
        return Annotated[kind, WrapValidator(_taken_as_file)]
    if not arguments or not hasattr(origin, "__class_getitem__"):
        return kind
    inner = tuple(one if one is ... else readable(one, apart) for one in arguments)
    return kind if inner == arguments else origin[inner]


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


def is_enum(model: Any) -> bool:
    """Whether a model is an enum's class."""
    return inspect.isclass(model) and issubclass(model, enum.Enum)


def member_reader(model: Any, members: Sequence[Any], *, described: bool = False) -> Reader:
    """The reader of an enum's members at an older version: it gives one of them.

    Args:
        model: the enum's class at head, whose mixin and ``_missing_`` decide what is read; None where there is none.
        members: the members' values at the older version.
        described: whether it only reads a member as the schema lists it.
    """
    mixin = next((base for base in getattr(model, "__mro__", ()) if base in (int, str, float)), None)
    names = {f"member_{index}": member for index, member in enumerate(members)}
    older: Any = enum.Enum("Member", names, type=mixin) if mixin else enum.Enum("Member", names)
    read_member = functools.partial(read_by, TypeAdapter[Any](older))
    if described:
        return functools.partial(_read_no_member, read_member)
    own = is_enum(model) and "_missing_" in _own_names(model)
    read_missing = functools.partial(read_by, TypeAdapter[Any](model)) if own else None

    def read(value: Any) -> Any:
        try:
            return read_member(value)
        except Unread:
            if read_missing is None:
                raise
            found = _member_or_none(read_missing, value)
            if not any(type_of(found) is type_of(member) and found == member for member in members):
                raise
            return found

    return read


def _read_no_member(read_member: Reader, value: Any) -> Any:
    """Refuse a value: the members themselves are looked up before, and pydantic may read what is left as one."""
    try:
        return read_member({})
    except Unread as error:
        raise Unread([{**one, "input": value} for one in error.details]) from None


def _own_names(model: type[enum.Enum]) -> set[str]:
    """The names that an enum or its bases define, less those of the standard library's classes."""
    return {name for cls in model.__mro__ if cls.__module__ != "enum" for name in vars(cls)}


def _member_or_none(reader: Reader, value: Any) -> Any:
    try:
        return reader(value)
    except Unread:
        return None
