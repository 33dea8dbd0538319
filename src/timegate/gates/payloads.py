"""Reads payloads without HTTP: what is handed to `Gates` is plain JSON data, or what pydantic dumps as such."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from math import isfinite
from types import NoneType
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_jsonable_python

from timegate.errors import DeclarationError, DowngradeError, GateError, UpgradeError
from timegate.gates.check.faults import display_name, program_faults
from timegate.gates.plan.conversion import Conversion, Program
from timegate.gates.plan.reach import Reach
from timegate.gates.source.keywords import NotConvertible
from timegate.gates.source.programs import new_module
from timegate.typing import Schema, is_object, type_of

_SCALARS: Final = frozenset({NoneType, bool, int, str})

DEPTH: Final = 200
"""How deep a payload may be nested; JSON of more levels is not read over HTTP either."""


def sent_payload(data: Any) -> Any:
    """A copy of what an old client sent.

    Raises:
        UpgradeError: it is no plain JSON data.
    """
    return _copy(data, UpgradeError, DEPTH)


def head_payload(data: Any, *, of: Any = None) -> Any:
    """A copy of what head would send, in which instances of models and dataclasses are dumped.

    Args:
        data: what head would send.
        of: its type; None where it is not known.

    Raises:
        DowngradeError: it is no plain JSON data, an instance cannot be dumped, or it is one of another class.
    """
    # An instance of a generic class is none of the parametrised one.
    if _is_class(of) and _is_instance(data) and not (isinstance(data, of) or issubclass(of, type_of(data))):
        raise DowngradeError(f"this is a {_name_of(data)} and no {of.__name__}, whose fields decide what is converted")
    return _copy(data, DowngradeError, DEPTH)


def payload_program(
    reach: Reach, schema: Schema, conversion: Conversion, versions: Sequence[str], name: str
) -> Program | None:
    """The program of a payload without HTTP; None where it stays as it is.

    Args:
        reach: the side and its history.
        schema: of the payload.
        conversion: what the program does.
        versions: the timeline's.
        name: of the payload's type.

    Raises:
        DeclarationError: no client of the version has such a payload, so that no start has refused what it holds.
    """
    module, version = new_module(reach, strict=True), versions[conversion.client]
    try:
        function = module.root(schema, conversion)
        space = module.build()
        faults = program_faults(module, conversion, version) if conversion.is_whole else []
    except NotConvertible as stop:
        raise DeclarationError(
            f"no client of {version} sends or gets {name}, and it cannot be converted: "
            f"{display_name(reach, stop.name, conversion)} is behind {stop.obstacle}"
        ) from None
    if faults:
        raise DeclarationError(f"no client of {version} sends or gets {name}, and it cannot be converted: {faults[0]}")
    return None if function is None else space[function]


def _copy(value: Any, error: type[GateError], levels: int) -> Any:
    """A copy of plain JSON data.

    Args:
        value: the data.
        error: what is raised where it is none.
        levels: how many more levels there may be.
    """
    kind = type_of(value)
    if kind in _SCALARS or (kind is float and isfinite(value)):
        return value
    if kind is not dict and kind is not list:
        if _is_instance(value) and error is DowngradeError:
            return _copy(_dumped(value), error, levels)
        raise error(_refusal(value, error))
    if levels == 0:
        raise error(f"the payload has more than {DEPTH} levels, or it holds itself")
    pairs = value.items() if is_object(value) else enumerate(value)
    copied: dict[Any, Any] = {}
    place: Any = None
    try:
        for place, inner in pairs:
            if kind is dict and type_of(place) is not str:
                raise error(f"a key is no text but of the type {_name_of(place)}, which JSON does not have")
            copied[place] = _copy(inner, error, levels - 1)
    except GateError as fault:
        if isinstance(place, str | int):
            fault.at(place)
        raise
    return copied if kind is dict else list(copied.values())


def _is_class(kind: Any) -> bool:
    """Whether a type is a model or a dataclass."""
    return inspect.isclass(kind) and (issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind))


def _is_instance(value: object) -> bool:
    """Whether a value is an instance of a model or of a dataclass."""
    return isinstance(value, BaseModel) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def _dumped(value: Any) -> Any:
    """An instance as its class writes it.

    Raises:
        DowngradeError: its class cannot write it as JSON.
    """
    try:
        if isinstance(value, BaseModel):
            return to_jsonable_python(value, by_alias=True)
        # Only an adapter knows the aliases that a dataclass of the standard library has in annotations.
        return TypeAdapter[Any](type_of(value)).dump_python(value, mode="json", by_alias=True)
    except Exception as cause:
        raise DowngradeError(f"the {_name_of(value)} cannot be written as JSON: {type(cause).__name__}") from cause


def _refusal(value: object, error: type[GateError]) -> str:
    """Why a value is no plain JSON data, and what to hand over instead."""
    if isinstance(value, float):
        return "JSON has no infinities and no NaN"
    if error is UpgradeError and _is_instance(value):
        return f"this is head's {_name_of(value)}: hand over what the old client sent, read by json.loads(…)"
    if isinstance(value, bytes | bytearray):
        return f"plain JSON data is wanted, not {_name_of(value)}: json.loads(…) reads it"
    return f"plain JSON data is wanted, not {_name_of(value)}: pydantic_core.to_jsonable_python(…) makes it"


def _name_of(value: object) -> str:
    return type(value).__name__
