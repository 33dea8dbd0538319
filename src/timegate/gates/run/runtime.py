"""What a compiled program calls while it runs: JSON in, JSON out, no pydantic, no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.history.steps import Origin
from timegate.typing import is_array, is_object


class Missing:
    """The value of a key that is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


class Renames(dict[str, "str | None"]):
    """The new name of each key, None for a key that goes; any other key keeps its name."""

    __slots__ = ()

    def __missing__(self, key: str) -> str:
        return key


def copy_json(value: Any) -> Any:
    """A copy of JSON data, so that nothing is shared between two places of a payload."""
    if is_object(value):
        return {key: copy_json(inner) for key, inner in value.items()}
    if is_array(value):
        return [copy_json(inner) for inner in value]
    return value


def called(
    function: Callable[[Any], Any], value: Any, origin: Origin, error: type[GateError], expected: frozenset[type] | None
) -> Any:
    """What a declared function makes of a value.

    Args:
        function: declared by a fact.
        value: JSON.
        origin: who is to blame.
        error: ``UpgradeError``, whose ``ValueError`` is the client's fault, or ``DowngradeError``, all ours.
        expected: the JSON types the function takes; a request's value of another type is left alone. None: any.
    """
    if expected is not None and type(value) not in expected:
        return value
    try:
        return function(value)
    except Exception as cause:
        if error is UpgradeError and not isinstance(cause, ValueError):
            raise
        unconverted(error, cause, origin, None)


def unconverted(error: type[GateError], cause: Exception, origin: Origin, key: str | None) -> NoReturn:
    """Stop the payload because a declared function failed: a request's value is the client's fault, else it is ours."""
    problem = "the value cannot be converted"
    if error is DowngradeError:
        problem = f"the declared function failed: {type(cause).__name__}"
    raise blamed(error, problem, origin, key) from cause


def called_at_depth(
    function: Callable[[Any], Any],
    value: Any,
    stars: int,
    origin: Origin,
    error: type[GateError],
    expected: frozenset[type] | None,
    nullable: bool,
) -> Any:
    """What a declared function makes of each value ``stars`` containers deep."""
    if stars == 0:
        return called(function, value, origin, error, expected)
    if is_array(value):
        for index, inner in enumerate(value):
            try:
                value[index] = called_at_depth(function, inner, stars - 1, origin, error, expected, nullable)
            except GateError as fault:
                fault.at(index)
                raise
        return value
    if is_object(value):
        for key, inner in value.items():
            try:
                value[key] = called_at_depth(function, inner, stars - 1, origin, error, expected, nullable)
            except GateError as fault:
                fault.at(key)
                raise
        return value
    if error is DowngradeError and not (value is None and nullable):
        raise blamed(error, "a list or an object was expected", origin)
    return value


def blamed(error: type[GateError], problem: str, origin: Origin | None, key: str | None = None) -> GateError:
    """A gate's error that names its change and the key it is at; whoever raises it keeps no name for it."""
    # A function whose variable holds what it raises is held by what it holds, until the garbage collector comes.
    fault = error(problem) if origin is None else error(problem, change=origin.change, version=origin.version)
    if key is not None:
        fault.at(key)
    return fault


def refuse(error: type[GateError], problem: str, origin: Origin | None, key: str | None = None) -> NoReturn:
    """Stop the payload."""
    raise blamed(error, problem, origin, key)


def taken(parent: Any, path: tuple[str, ...], prune: int) -> Any:
    """Take the value at a path out of an object; missing where there is none.

    Args:
        parent: the object; anything else has no such value.
        path: the keys below it.
        prune: how many of the path's own parents, innermost first, go when they are left empty.
    """
    holders: list[tuple[dict[str, Any], str]] = []
    here = parent
    for key in path[:-1]:
        if not is_object(here) or key not in here:
            return MISSING
        holders.append((here, key))
        here = here[key]
    if not is_object(here) or path[-1] not in here:
        return MISSING
    value = here.pop(path[-1])
    for holder, key in reversed(holders[len(holders) - prune :] if prune else []):
        if holder[key]:
            break
        del holder[key]
    return value


def put(parent: Any, path: tuple[str, ...], value: Any) -> Any:
    """Set a value at a path below an object that is made where it is missing; gives the object."""
    if parent is MISSING or parent is None:
        parent = {}
    if not is_object(parent):
        return parent
    here = parent
    for key in path[:-1]:
        inner = here.get(key)
        if not is_object(inner):
            inner = here[key] = {}
        here = inner
    here[path[-1]] = value
    return parent


def has_parent(parent: Any, path: tuple[str, ...]) -> bool:
    """Whether every object on the way to a path's last key is there."""
    here = parent
    for key in path[:-1]:
        if not is_object(here):
            return False
        here = here.get(key)
    return is_object(here)
