"""The functions that compiled programs call while they run: JSON in, JSON out, no pydantic, no HTTP."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, NoReturn

from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.history.steps import Origin
from timegate.typing import is_array, is_object, type_of


class Missing:
    """The value of a key that is absent."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


class Renames(dict[str, "str | None"]):
    """The new name of each key, None for a dropped key; any other key keeps its name."""

    __slots__ = ()

    def __missing__(self, key: str) -> str:
        return key


def convert_each(values: Any, pairs: Iterable[tuple[Any, Any]], program: Callable[[Any], Any]) -> None:
    """Convert each value of a list or dict in place; the first error is told with its key."""
    key: Any = None
    try:
        for key, value in pairs:
            values[key] = program(value)
    except GateError as error:
        error.at(key)
        raise


def copy_json(value: Any) -> Any:
    """A copy of JSON data, so that two places of a payload share nothing."""
    if is_object(value):
        return {key: copy_json(inner) for key, inner in value.items()}
    if is_array(value):
        return [copy_json(inner) for inner in value]
    return value


def unique(values: list[Any]) -> list[Any]:
    """The values of a list, each once: what is different at one version may be the same at another."""
    return list({json.dumps(value, sort_keys=True): value for value in values}.values())


NOT_CONVERTED: Final = "the value cannot be converted"
"""Says that a declared function refused a value that its type admits."""


def apply(function: Callable[[Any], Any], value: Any, origin: Origin, error: type[GateError]) -> Any:
    """Convert a value with a declared function.

    Args:
        function: declared by a fact.
        value: JSON.
        origin: the fact.
        error: the error of this direction, see `fail`.
    """
    try:
        return function(value)
    except Exception as cause:
        fail(error, cause, origin)


def fail(error: type[GateError], cause: Exception, origin: Origin) -> NoReturn:
    """Refuse the payload because a declared function failed.

    On a request, a ``ValueError`` says that this value cannot be converted: the client's fault. All else is ours.
    """
    if error is UpgradeError and isinstance(cause, ValueError):
        raise gate_error(error, NOT_CONVERTED, origin) from None
    problem = f"the declared function failed: {type(cause).__name__}"
    raise gate_error(server_error(error), problem, origin) from cause


def server_error(error: type[GateError]) -> type[GateError]:
    """The error of this direction that is the server's fault."""
    return GateError if error is UpgradeError else error


@dataclass(frozen=True, slots=True)
class Result:
    """What a declared function may give.

    Args:
        types: the Python types of the JSON values; a float that is whole is an integer too.
        members: the only values, where the schema lists them.
        origin: the fact that declares the function.
    """

    types: frozenset[type]
    members: frozenset[tuple[type, Any]] | None
    origin: Origin

    def check(self, value: Any, error: type[GateError], key: str | None = None) -> None:
        """Refuse the payload where a value is none of these: the declared function is at fault."""
        kind = type_of(value)
        if kind is float and kind not in self.types and value.is_integer():
            kind = int
        if kind not in self.types or not is_plain(value):
            raise gate_error(error, "the declared function gave another JSON type than its schema", self.origin, key)
        if self.members is not None and kind not in (dict, list) and (kind, value) not in self.members:
            raise gate_error(error, "the declared function gave no member of the enum", self.origin, key)


def is_plain(value: Any) -> bool:
    """Whether a value is plain JSON: no date, no set, no NaN, at any depth, and nothing that holds itself."""
    below: list[Iterator[Any]] = [iter([value])]
    while 0 < len(below) <= _DEEPEST:
        for one in below[-1]:
            if is_object(one):
                if any(type_of(key) is not str for key in one):
                    return False
                below.append(iter(one.values()))
                break
            if is_array(one):
                below.append(iter(one))
                break
            if type_of(one) is float:
                if not math.isfinite(one):
                    return False
            elif one is not None and type_of(one) not in (str, int, bool):
                return False
        else:
            below.pop()
    return not below


_DEEPEST: Final = 1000
"""How many lists and objects may hold one another; in a message there are far fewer."""


class Call(NamedTuple):
    """A declared function and what it is called with.

    Args:
        function: as declared.
        stars: how many containers deep the values are.
        takes_null: whether it gets null too.
        result: what it may give, with the fact that declares it.
        may_remove: whether it may take the value away, by `UNSET`.
        beside: the types of values that stand beside the containers and stay as they are.
        back: the function of the other direction; None where none is declared.
        sets: how many containers deep the values are in each container that is a set.
    """

    function: Callable[[Any], Any]
    stars: int
    takes_null: bool
    result: Result
    may_remove: bool = False
    beside: frozenset[type] = frozenset()
    back: Callable[[Any], Any] | None = None
    sets: frozenset[int] = frozenset()


def call_each(calls: tuple[Call, ...], value: Any, error: type[GateError]) -> Any:
    """Convert a value with declared functions, one after the other."""
    for call in calls:
        value = _call(call, value, call.stars, error)
    return value


def _call(call: Call, value: Any, stars: int, error: type[GateError]) -> Any:
    """Convert each value ``stars`` containers deep with a declared function, in place."""
    if stars == 0:
        if value is None and not call.takes_null:
            return value
        given = apply(call.function, value, call.result.origin, error)
        call.result.check(given, server_error(error))
        return given
    held: Any = value
    pairs: Iterable[tuple[Any, Any]]
    if is_object(value):
        pairs = value.items()
    elif is_array(value):
        pairs = enumerate(value)
    elif error is DowngradeError and value is not None and type(value) not in call.beside:
        raise gate_error(error, "a list or an object was expected", call.result.origin)
    else:
        return value
    for key, inner in pairs:
        try:
            held[key] = _call(call, inner, stars - 1, error)
        except GateError as fault:
            fault.at(key)
            raise
    return unique(held) if stars in call.sets and is_array(value) else value


def gate_error(error: type[GateError], problem: str, origin: Origin | None, key: str | None = None) -> GateError:
    """A gate's error with its change and key. The caller raises the result directly and binds no name to it."""
    # A raised error holds its frames; a frame whose variable holds the error makes a cycle, which only the garbage
    # collector frees.
    fault = error(problem) if origin is None else error(problem, change=origin.change, version=origin.version)
    if key is not None:
        fault.at(key)
    return fault


def refuse(error: type[GateError], problem: str, origin: Origin | None, key: str | None = None) -> NoReturn:
    """Refuse the payload."""
    raise gate_error(error, problem, origin, key)


def holds_more(value: dict[str, Any], known: frozenset[str]) -> bool:
    """Whether a key of an object that is none of the known ones holds an object, at any depth of lists."""
    waiting = [inner for key, inner in value.items() if key not in known]
    while waiting:
        one = waiting.pop()
        if is_object(one):
            return True
        if is_array(one):
            waiting.extend(one)
    return False


def omit(value: Any, keys: list[Any]) -> None:
    """Leave the values under some indexes or keys out of a list or dict, in place."""
    left_out = set(keys)
    if is_object(value):
        for key in left_out:
            del value[key]
    elif left_out:
        value[:] = [one for index, one in enumerate(value) if index not in left_out]


def extract(parent: Any, path: tuple[str, ...], prune: int) -> Any:
    """Remove the value at a path from an object and return it; ``MISSING`` where there is none.

    Args:
        parent: the object; anything else has no such value.
        path: the keys below it.
        prune: how many of the path's inner objects, innermost first, are removed where they become empty.
    """
    parents: list[tuple[dict[str, Any], str]] = []
    here = parent
    for key in path[:-1]:
        if not is_object(here) or key not in here:
            return MISSING
        parents.append((here, key))
        here = here[key]
    if not is_object(here) or path[-1] not in here:
        return MISSING
    value = here.pop(path[-1])
    for outer, key in reversed(parents[len(parents) - prune :] if prune else []):
        if outer[key]:
            break
        del outer[key]
    return value


def insert(parent: Any, path: tuple[str, ...], value: Any) -> Any:
    """Set the value at a path below an object, create missing objects, and return the object."""
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


def same(value: Any, filled: Any) -> bool:
    """Whether a value is the only item of a list, of the same JSON type; anything else than a list has none."""
    return filled is not MISSING and any(type(value) is type(one) and value == one for one in filled)


@dataclass(frozen=True, slots=True)
class Filler:
    """Gives what a function fills in for a value, in a list; an empty one where it gives none.

    The function is declared for objects of head; it may fail on one that a client has not sent whole.
    """

    function: Callable[[Any], Any]

    def __call__(self, value: Any) -> list[Any]:
        try:
            # The value that is compared with what it gives stands beside the object's own keys.
            given = self.function(copy_json({key: one for key, one in value.items() if not key.startswith("\0")}))
        except Exception:
            return []
        return [given] if is_plain(given) else []


def lacks(parent: Any, path: tuple[str, ...]) -> bool:
    """Whether an object has no value at a path and everything on the way there."""
    here = parent
    for key in path[:-1]:
        here = here.get(key) if is_object(here) else None
    return is_object(here) and path[-1] not in here


def has_parent(parent: Any, path: tuple[str, ...]) -> bool:
    """Whether every object on the way to a path's last key is present."""
    here = parent
    for key in path[:-1]:
        if not is_object(here):
            return False
        here = here.get(key)
    return is_object(here)
