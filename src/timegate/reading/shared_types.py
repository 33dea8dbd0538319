"""Types with a name and no settings of their own: named tuples and named aliases.

At one place such a type is read by the settings of the class whose field it is. At several places in one model pydantic
reads it once for all of them, by that model's settings: where a dataclass or a TypedDict with settings of its own lies
in between, by others than that one's.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

from pydantic import (
    VERSION,
    BaseModel,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic.dataclasses import is_pydantic_dataclass
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypeAliasType

from timegate.changes.base import UNSET
from timegate.reading.class_fields import field_types
from timegate.reading.settings import adapter_of, reading
from timegate.reading.type_parts import union_of
from timegate.typing import Schema
from timegate.wire.marks import HOLDERS_MARK
from timegate.wire.schema import references
from timegate.wire.wire import Component

# Before 2.11, pydantic read such a type by the settings of the class around it.
_READS_EACH_IN_ITS_CLASS: Final = tuple(map(int, VERSION.split(".")[:2])) < (2, 11)

_Given: TypeAlias = tuple[tuple[str, Any], ...]


def with_holders(components: Mapping[str, Component], payloads: Iterable[Schema]) -> dict[str, Component]:
    """The components of requests; one with fields of such types says by which settings its holders read them.

    Args:
        components: by their names.
        payloads: the schemas of what is sent as a whole, which has no settings.
    """
    parts = {name: named for name, one in components.items() if not _is_read_alone(one) and (named := _named_in(one))}
    if not parts or _READS_EACH_IN_ITS_CLASS:
        return dict(components)
    known: dict[str, dict[Any, set[_Given]]] = {name: {kind: set() for kind in named} for name, named in parts.items()}
    holders = [(_given(one), _named_in(one), one.references) for one in components.values() if _is_read_alone(one)]
    for given, own, inner in [*holders, *(((), Counter[Any](), tuple(references(schema))) for schema in payloads)]:
        held = set(_held(inner, components))
        counts = sum((parts[name] for name in held & parts.keys()), own)
        for name in held & parts.keys():
            for kind in parts[name]:
                known[name][kind].add(given if counts[kind] > 1 else _given(components[name]))
    return {name: _with_holders(one, known.get(name, {})) for name, one in components.items()}


def _held(names: Iterable[str], components: Mapping[str, Component]) -> Iterator[str]:
    """The components that are read as parts of what refers to some: not those that are read alone."""
    seen, waiting = set[str](), [*names]
    while waiting:
        name = waiting.pop()
        if name not in seen and name in components and not _is_read_alone(components[name]):
            seen.add(name)
            yield name
            waiting += components[name].references


def _with_holders(component: Component, known: Mapping[Any, set[_Given]]) -> Component:
    others = {kind: given for kind, given in known.items() if given - {_given(component)}}
    if not others:
        return component
    told = {kind: tuple(sorted(given, key=repr)) for kind, given in others.items()}
    return component.with_schema({**component.schema, HOLDERS_MARK: told})


def _is_read_alone(component: Component) -> bool:
    """Whether a component is of a class that reads its objects wherever they are."""
    kind = component.model
    return inspect.isclass(kind) and (issubclass(kind, BaseModel) or is_pydantic_dataclass(kind))


def _given(component: Component) -> _Given:
    return tuple((name, value) for name, value in reading(component.settings).items() if name != "extra")


def _named_in(component: Component) -> Counter[Any]:
    """How often a component's fields have each named type."""
    return Counter(one for kind in field_types(component.model).values() for one in _named(kind))


def _named(kind: Any) -> Iterator[Any]:
    if _is_named(kind):
        yield kind
    else:
        for one in get_args(kind):
            yield from _named(one)


def _is_named(kind: Any) -> bool:
    return isinstance(kind, TypeAliasType) or (inspect.isclass(kind) and issubclass(kind, tuple) and not get_args(kind))


def as_held(kind: Any, component: Component) -> Any:
    """The type of a field of a component, in which named types are read as those read them who hold the component."""
    told: Mapping[Any, Sequence[_Given]] = component.schema.get(HOLDERS_MARK, {})
    return _as_held(kind, told) if told and kind is not UNSET else kind


def _as_held(kind: Any, told: Mapping[Any, Sequence[_Given]]) -> Any:
    if _is_named(kind):
        return Annotated[kind, _ReadBy(tuple(told[kind]))] if kind in told else kind
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(_as_held(arguments[0], told), *arguments[1:])]
    if origin in (Union, UnionType):
        return union_of(_as_held(one, told) for one in arguments)
    inner = tuple(one if one is ... else _as_held(one, told) for one in arguments)
    return kind if inner == arguments or origin is None else origin[inner]


@dataclass(frozen=True, slots=True)
class _ReadBy:
    """Reads a type by some settings, whichever read the value.

    Args:
        holders: the settings.
    """

    holders: tuple[_Given, ...]

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        adapters = [adapter_of(kind, dict(one)) for one in self.holders]
        return core_schema.no_info_wrap_validator_function(_Reading(adapters), handler(kind))


@dataclass(frozen=True, slots=True)
class _Reading:
    adapters: Sequence[TypeAdapter[Any]]

    def __call__(self, value: Any, own: ValidatorFunctionWrapHandler) -> Any:
        for adapter in self.adapters[:-1]:
            try:
                return adapter.validate_python(value)
            except ValidationError:
                continue
        return self.adapters[-1].validate_python(value)
