"""Checks the values of a client's payload against the contract of its version: type, null, presence, members."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextvars import ContextVar
from dataclasses import dataclass, is_dataclass
from typing import Any, Final

from timegate.errors import Failure, GateError, UpgradeError
from timegate.gates.run.runtime import MISSING, NOT_CONVERTED
from timegate.gates.run.tuples import TupleFields
from timegate.history.steps import Origin
from timegate.typing import type_of
from timegate.wire.value_readers import Reader, Unread

MOST: Final = 100
"""How many failures of a payload are listed; more are counted."""

_TYPE_ERRORS: Mapping[type, tuple[str, str]] = {
    str: ("string_type", "Input should be a valid string"),
    float: ("float_type", "Input should be a valid number"),
    int: ("int_type", "Input should be a valid integer"),
    bool: ("bool_type", "Input should be a valid boolean"),
    list: ("list_type", "Input should be a valid list"),
    dict: ("model_attributes_type", "Input should be a valid dictionary or object to extract fields from"),
    type(None): ("none_required", "Input should be None"),
}
"""What a value is told that is none of a JSON type, as pydantic says it."""

NO_OBJECT: Final = _TYPE_ERRORS[dict]
"""What a value is told that is no object of a class."""

NO_DICT: Final = "dict_type", "Input should be a valid dictionary"
"""What a value is told that is no dict of anything."""
_LISTS: Final = {
    "list": _TYPE_ERRORS[list],
    "set": ("set_type", "Input should be a valid set"),
    "tuple": ("tuple_type", "Input should be a valid tuple"),
    "named tuple": ("named_tuple_type", "Input should be a tuple, list or dictionary"),
}
"""What a value is told that is no list, by what the list stands for."""


COMPLETE: Final[ContextVar[bool]] = ContextVar("timegate.complete", default=False)
"""Whether a payload that is refused is looked through once more, for failures that would be left to head alone."""


class Failures:
    """The failures of an object or array so far, at most the first hundred; keys that it does not have come last.

    It holds failures and no error: a raised error whose frame held it would only be freed by the garbage collector.
    """

    __slots__ = ("count", "listed", "strange")

    def __init__(self) -> None:
        self.listed: list[Failure] = []
        self.strange: list[Failure] = []
        self.count = 0

    def error(self) -> UpgradeError:
        """The error that lists them; the caller raises it directly."""
        return UpgradeError(failures=[*self.listed, *self.strange][:MOST], count=self.count)


def collect(failures: Failures | None, error: GateError, key: str | int | None) -> Failures:
    """The failures with those of an error below a key; an error that is not the client's fault goes on if it is first.

    What the client's contract refuses is judged before any fact: what a function makes of the rest does not count.
    """
    if key is not None:
        error.at(key)
    if not isinstance(error, UpgradeError):
        if failures is None:
            raise error
        return failures
    failures = failures or Failures()
    failures.listed.extend(error.failures[: MOST - len(failures.listed)])
    failures.count += error.count
    return failures


def collect_each(values: Any, pairs: Iterable[tuple[Any, Any]], program: Callable[[Any], Any]) -> None:
    """Convert each value of a list or dict in place; all that fail are told in one error."""
    failures: Failures | None = None
    for key, value in pairs:
        try:
            values[key] = program(value)
        except GateError as error:
            failures = collect(failures, error, key)
    if failures is not None:
        raise failures.error()


def is_unread(error: GateError) -> bool:
    """Whether the client's own contract refuses a value: not a function, for which it was good enough to be read."""
    return isinstance(error, UpgradeError) and any(one.problem != NOT_CONVERTED for one in error.failures)


def note_absent(failures: Failures | None, key: str) -> Failures | None:
    """The failures with that of an absent key, where the payload is refused already; see `COMPLETE`."""
    if not COMPLETE.get():
        return failures
    failure = Failure("the key is required", "missing", "Field required", path=[key])
    return collect(failures, UpgradeError(failures=[failure]), None)


EXTRA: Final = "extra_forbidden", "Extra inputs are not permitted"
"""What a key is told that a closed class does not have, but for a dataclass."""

_EXTRA_OF_DATACLASS: Final = "unexpected_keyword_argument", "Unexpected keyword argument"


def extra_of(model: Any) -> tuple[str, str]:
    """What is told of a key that a closed class does not have."""
    return _EXTRA_OF_DATACLASS if is_dataclass(model) else EXTRA


def in_order(keys: Set[str], value: dict[str, Any]) -> Sequence[str]:
    """Some keys of an object in the order in which they were sent."""
    return [key for key in value if key in keys] if keys else ()


def unknown_key(failures: Failures | None, key: str, told: tuple[str, str] = EXTRA) -> Failures:
    """The failures with that of a key that the client's contract does not have.

    Args:
        failures: those so far.
        key: the key.
        told: the type and the text of its validation error.
    """
    failures = failures or Failures()
    if len(failures.strange) < MOST:
        failures.strange.append(Failure("this version has no such key", *told, path=[key]))
    failures.count += 1
    return failures


def wrong_type(*expected: type, objects: tuple[Any, ...] = _TYPE_ERRORS[dict], lists: str = "list") -> UpgradeError:
    """The error of a value that is of none of these JSON types; the caller raises it directly.

    Args:
        expected: the JSON types.
        objects: what a value is told that is no object, as type, message and context; that of a model by default.
        lists: what the lists among them stand for: a "list", a "set", a "tuple" or a "named tuple".
    """
    errors: Mapping[type, tuple[Any, ...]] = {**_TYPE_ERRORS, dict: objects, list: _LISTS[lists]}
    kind, message, *context = next((errors[one] for one in errors if one in expected), objects)
    return UpgradeError(failures=[Failure("the value has another JSON type than its schema", kind, message, *context)])


def too_long(most: int, found: int, kind: str) -> UpgradeError:
    """The error of a tuple that has more items than it may have; the caller raises it directly.

    Args:
        most: how many it may have.
        found: how many it has.
        kind: what it is called.
    """
    message = f"{kind} should have at most {most} item{'s' if most > 1 else ''} after validation, not {found}"
    context = {"field_type": kind, "max_length": most, "actual_length": found}
    return UpgradeError(failures=[Failure("the tuple has more items than its schema", "too_long", message, context)])


@dataclass(frozen=True, slots=True)
class Named:
    """The types that a schema names: a value of one of them stays as it was sent, at every depth.

    Args:
        types: of the value.
        inside: of the items of a list, or of the values of a dict; None where all of them stay.
        fields: those of a named tuple, which is a list also where an object was sent for it.
        in_order: whether the items of a list are read in their order; those of a set have none.
    """

    types: frozenset[type]
    inside: Named | None = None
    fields: TupleFields | None = None
    in_order: bool = True

    def kept(self, value: Any, read: Any) -> Any:
        """A value as it was sent, but for what is of no named type: that is as it was read."""
        kind, inside = type_of(value), self.inside
        if kind not in self.types:
            listed = self.fields.listed(value) if self.fields is not None and kind is dict else None
            return read if listed is None else listed
        if inside is not None and kind is list and not self.in_order:
            return value if self._holds(value) else read
        if inside is not None and kind is list and type_of(read) is kind and len(value) == len(read):
            return [inside.kept(item, found) for item, found in zip(value, read, strict=True)]
        if inside is not None and kind is dict and type_of(read) is kind and value.keys() == read.keys():
            return {key: inside.kept(item, read[key]) for key, item in value.items()}
        return value

    def _holds(self, value: Any) -> bool:
        """Whether a value is of the named types, at every depth."""
        kind, inside = type_of(value), self.inside
        if kind not in self.types or inside is None or kind not in (list, dict):
            return kind in self.types
        return all(map(inside._holds, value.values() if kind is dict else value))


@dataclass(frozen=True, slots=True)
class ValueCheck:
    """Checks one value of an object.

    Args:
        exact: the types whose values need no more than that.
        named: the types that the schema names.
        nullable: whether null is admitted.
        required: whether the key must be there.
        reader: reads every other value; None where nothing can.
        converted: whether the plain JSON of what was read replaces the value.
        objects: what a value is told that is no object, as type and message.
        lists: what the lists among the types stand for, as `wrong_type` has it.
    """

    exact: frozenset[type]
    named: Named
    nullable: bool
    required: bool
    reader: Reader | None
    converted: bool
    objects: tuple[str, str] = NO_OBJECT
    lists: str = "list"

    def __call__(self, value: Any) -> Any:
        if value is MISSING:
            if self.required:
                raise UpgradeError(failures=[Failure("the key is required", "missing", "Field required")])
            return value
        if value is None and self.nullable:
            return value
        kind = type_of(value)
        if kind in self.exact:
            return value
        types = self.named.types
        is_named = value is not None and kind in types
        if self.reader is None:
            if is_named:
                return value
            raise wrong_type(*types, objects=self.objects, lists=self.lists)
        try:
            read = self.reader(value)
        except Unread as error:
            failures = unread(error)
        else:
            # A component's part of the type reads anything: what it has read must be of a type that the schema names.
            if value is not None and (is_named or type_of(read) in types):
                return read if self.converted else self.named.kept(value, read)
            failures = wrong_type(*types, objects=self.objects, lists=self.lists).failures
        raise UpgradeError(failures=failures)


@dataclass(frozen=True, slots=True)
class FormCheck:
    """Whether a value has a form that a change vouches for, and not the one that its schema describes.

    Args:
        described: the types that the schema names.
        reader: reads the described form; None where its type alone says that it is it.
        forms: the types of each other form, with what reads it.
    """

    described: frozenset[type]
    reader: Reader | None
    forms: tuple[tuple[frozenset[type], Reader | None], ...]

    def __call__(self, value: Any) -> bool:
        kind = type_of(value)
        if kind in self.described and (self.reader is None or _reads(self.reader, value)):
            return False
        return any(kind in types and (reader is None or _reads(reader, value)) for types, reader in self.forms)


def _reads(reader: Reader, value: Any) -> bool:
    try:
        reader(value)
    except (Unread, UpgradeError):
        return False
    return True


def unread(error: Unread) -> Sequence[Failure]:
    """The failures that a reader found."""
    return [
        Failure(
            str(error),
            detail["type"],
            detail["msg"],
            detail.get("ctx"),
            [detail["input"]] if "input" in detail else [],
            # Innermost first.
            list(reversed(detail["loc"])),
        )
        for detail in error.details
    ]


_MEMBER_TYPES: Final = frozenset({str, int, float, bool})


@dataclass(frozen=True, slots=True)
class MemberCheck:
    """Reads what is no member of the client's enum as it was written.

    Args:
        reader: gives a member of the client's version.
        members: head's value for each member of the client's version.
        newer: the fact that introduced each member which only head has.
    """

    reader: Reader | None
    members: Mapping[tuple[type, Any], Any]
    newer: Mapping[tuple[type, Any], Origin]

    def __call__(self, value: Any) -> Any:
        kind = type_of(value)
        if kind in _MEMBER_TYPES and (kind, value) in self.members:
            return self.members[kind, value]
        failure = Failure("this version has no such member", "enum", "Input is no member of the enum")
        if self.reader is not None:
            try:
                member = self.reader(value)
            except Unread as error:
                (found, *_) = unread(error)
                failure.kind, failure.message, failure.context = found.kind, found.message, found.context
                failure.read = found.read
            else:
                return self.members.get((type_of(member), member), member)
        origin = self.newer.get((type_of(value), value)) if isinstance(value, str | int | float) else None
        if origin is not None:
            failure.change, failure.version = origin.change, origin.version
        raise UpgradeError(failures=[failure])
