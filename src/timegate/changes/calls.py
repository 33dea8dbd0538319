"""Wrong calls of this package's functions are refused with the line to write, and not with a bare ``TypeError``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from enum import Enum
from types import FunctionType, NoneType
from typing import Any, Final, ParamSpec, TypeVar

from timegate.changes.base import check_reasons, is_tuple, name_of
from timegate.changes.nearest import nearest
from timegate.errors import DeclarationError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_C = TypeVar("_C")
_PLAIN: Final = (str, int, float, type, Enum, FunctionType, NoneType)
_SEVERAL: Final = inspect.Parameter.VAR_POSITIONAL
_BY_NAME: Final = inspect.Parameter.KEYWORD_ONLY


class WrongCall(DeclarationError, TypeError):
    """A function was called with arguments that it does not take."""


class UnknownFact(DeclarationError, AttributeError):
    """A subject has no fact of this name."""


def explained(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make a function or method say what to write where it is called with arguments that it does not take."""

    @functools.wraps(function)
    def called(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            made = function(*args, **kwargs)
        except TypeError:
            refusal = _refusal(function, args, kwargs)
            if refusal is None:
                raise
            raise refusal from None
        check_reasons(made)
        return made

    return called


def vocabulary(subject: type[_C]) -> type[_C]:
    """Make the methods of a subject of facts `explained`; one that it does not have is an error that names others."""
    known: dict[str, Any] = {name: one for base in reversed(subject.__mro__) for name, one in vars(base).items()}
    methods = {name: one for name, one in known.items() if not name.startswith("_")}
    methods = {name: explained(method) for name, method in methods.items() if inspect.isfunction(method)}

    def unknown(self: object, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        meant = nearest(name, methods)
        remedy = f"did you mean {self!r}.{meant}(…)?" if meant else f"it has {', '.join(sorted(methods))}"
        raise UnknownFact(f"{self!r}.{name}: there is no such fact; {remedy}")

    # Set here, so that type checkers do not believe that it has every attribute.
    for name, method in {**methods, "__getattr__": unknown}.items():
        setattr(subject, name, method)
    return subject


_OF_VALUES: Final = frozenset({"was", "to_head", "to_old"})
"""The arguments that say how the values of a field differ."""


def _refusal(function: Any, args: tuple[Any, ...], given: Mapping[str, Any]) -> WrongCall | None:
    """Why a function cannot be called so, and the line to write; None where it can."""
    signature = inspect.signature(function)
    try:
        signature.bind(*args, **given)
    except TypeError:
        pass
    else:
        return None
    parameters = list(signature.parameters.values())
    written, owner = function.__name__, None
    if parameters and parameters[0].name in ("self", "cls"):
        owner, args, parameters = args[0], args[1:], parameters[1:]
        # What is being made has no text of its own yet.
        written = type(owner).__name__ if written == "__init__" else f"{name_of(owner)}.{written}"
    by_place = [one for one in parameters if one.kind not in (_BY_NAME, _SEVERAL)]
    # An older Starlette gives the app by its name.
    first = {one.name: given[one.name] for one in by_place[:1] if one.name in given}
    args, given = (*first.values(), *args), {key: value for key, value in given.items() if key not in first}
    several = len(by_place) < len([one for one in parameters if one.kind is not _BY_NAME])
    leading = [_code(value) for value in (args if several else args[: len(by_place)])] or ["…"] * several
    surplus = [] if several else list(args[len(by_place) :])
    meant = {_meant(key, parameters): key for key in given}
    named: dict[str, str] = {}
    problems = [
        f"there is no argument {key}=" for name, key in meant.items() if name != key or not _takes(parameters, key)
    ]
    for one in parameters[0 if several else min(len(args), len(by_place)) :]:
        if one.name in meant:
            named[one.name] = _code(given[meant[one.name]], one.name)
        elif surplus and one.kind is _BY_NAME:
            named[one.name] = _code(surplus.pop(0), one.name)
            problems.append(f"{one.name}= is given by its name")
        elif one.default is inspect.Parameter.empty and one.kind is not _SEVERAL:
            named[one.name] = "…"
            problems.append(f"{one.name}= is missing")
    line = f"{written}({', '.join([*leading, *(f'{key}={value}' for key, value in named.items())])})"
    others = [f"{key}={_code(value)}" for key, value in given.items() if key in _OF_VALUES and meant.get(key) == key]
    if others and "to" in named and hasattr(owner, "models"):
        # One fact says one thing.
        line += f" and {name_of(owner)}.retyped({', '.join([named['to'], *others])})"
    return WrongCall(f"{written}(…): {problems[0] if problems else 'too many arguments'}; write {line}")


def _takes(parameters: list[inspect.Parameter], key: str) -> bool:
    return any(one.name == key and one.kind is not _SEVERAL for one in parameters)


def _meant(key: str, parameters: list[inspect.Parameter]) -> str:
    """The name of the parameter that is meant by a keyword."""
    if _takes(parameters, key):
        return key
    return nearest(key, [one.name for one in parameters if one.kind is not _SEVERAL]) or key


def _code(value: object, name: str = "…") -> str:
    """An argument as code; an object that has none is called what its parameter is called."""
    if is_tuple(value):
        return f"({', '.join(map(_code, value))}{',' * (len(value) == 1)})"
    return name_of(value) if isinstance(value, _PLAIN) else name
