"""How facts about header fields of responses are undone: what old clients read, and what their documents show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, TypeAlias

from timegate.changes.base import UNSET
from timegate.changes.response_headers import (
    ResponseHeaderAdded,
    ResponseHeaderBecameList,
    ResponseHeaderBecameOptional,
    ResponseHeaderFact,
    ResponseHeaderRemoved,
    ResponseHeaderRenamed,
    ResponseHeaderRetyped,
)
from timegate.history.builder import HistoryBuilder
from timegate.history.declared_values import plain_value
from timegate.history.remedies import name_one
from timegate.history.steps import HeaderFieldChanged
from timegate.history.undo import undo
from timegate.history.undo_endpoints import name_of_operation, operations_of
from timegate.typing import Function, is_array, is_object
from timegate.wire.wire import Operation

Documented: TypeAlias = dict[str, Any]
"""The header fields of a response in a document, each an OpenAPI object, by name."""

# What stands between two commas of a list; one in a quoted string is none (RFC 9110, section 5.6).
_ITEM: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+', re.DOTALL)
_WHOLE_LINE: Final = re.compile(r".+", re.DOTALL)
# Their lines hold commas that part no values.
_ONE_A_LINE: Final = frozenset({"set-cookie", "www-authenticate", "proxy-authenticate"})

_Edit: TypeAlias = Callable[[Documented, str | None], Documented]
"""Makes older header fields of newer ones; it is told how the document spells the newer name, None for no such."""


@dataclass(frozen=True, slots=True)
class EachValue:
    """Converts each value of a header field."""

    function: Function

    def __call__(self, values: Sequence[Any]) -> list[Any]:
        # A `StopIteration` of the function must not end the list, as it would in `map`.
        return [self.function(value) for value in values]


@dataclass(frozen=True, slots=True)
class FirstValue:
    """Keeps the first value of a list, whose values may stand in lines of their own, in one line with commas, or both.

    Args:
        item: matches one value in a line.
    """

    item: re.Pattern[str]

    def __call__(self, values: Sequence[Any]) -> list[Any]:
        items = (item for line in values for match in self.item.finditer(line) if (item := match[0].strip(" \t")))
        return list(islice(items, 1))


@dataclass(frozen=True, slots=True)
class OtherwiseValue:
    """Gives a value where a header field is not there."""

    value: Any

    def __call__(self, values: Sequence[Any]) -> list[Any]:
        return list(values) or [self.value]


@dataclass(frozen=True, slots=True)
class OnlyValues:
    """Gives values whatever a header field has."""

    values: tuple[Any, ...] = ()

    def __call__(self, values: Sequence[Any]) -> list[Any]:
        return list(self.values)


def _documented(operation: Operation) -> Iterator[tuple[str, Documented]]:
    """The documented header fields of each response, with its status."""
    for status, around in operation.texts.get("responses", {}).items():
        if is_object(around.get("headers")):
            yield status, around["headers"]


def _spelled(headers: Mapping[str, Any], name: str) -> str | None:
    names = list(headers)
    lower = list(map(str.lower, names))
    return names[lower.index(name)] if name in lower else None


def _change(
    builder: HistoryBuilder, fact: ResponseHeaderFact, *, new: str, old: str, values: Function, edit: _Edit
) -> None:
    """Record what happens to a header field of each operation of a fact, and edit the documents.

    Args:
        builder: the walk so far.
        fact: the fact at hand.
        new: the name in the newer version.
        old: the name in the older one.
        values: makes the older values of the newer ones, a list of a list.
        edit: makes the older document.
    """
    for operation in operations_of(builder, fact, fact.path):
        place = f"{name_of_operation(operation)} response header {new}"
        documented = dict(_documented(operation))
        found = {status: _spelled(headers, new) for status, headers in documented.items()}
        missing = bool(documented) and not any(found.values())
        if isinstance(fact, ResponseHeaderRemoved):
            if any(found.values()):
                builder.fault_without_effect(place, "the newer version has this header field too")
                continue
        elif missing:
            known = sorted({name.lower() for headers in documented.values() for name in headers})
            problem = "the app documents other header fields of this endpoint, and not this one"
            declare = f"declare it at the route: responses={{{operation.success}: {{'headers': {{{new!r}: …}}}}}}"
            builder.fault(place, problem, f"{declare}; or {name_one(fact, new, known)}")
            continue
        texts: dict[str, Any] = {**operation.texts.get("responses", {})}
        for status, headers in documented.items():
            if found[status] or (isinstance(fact, ResponseHeaderRemoved) and status == operation.success):
                texts[status] = {**texts[status], "headers": edit(dict(headers), found[status])}
        step = HeaderFieldChanged(builder.origin, new, old, values)
        builder.header_changes.setdefault(operation.key, {}).setdefault(builder.boundary, []).append(step)
        changed = replace(operation, texts={**operation.texts, "responses": texts})
        builder.put_operation(changed, touches=f"the response header {new} of {operation.key}")
        builder.touch(f"the response header {old} of {operation.key}", old)


def _constant(builder: HistoryBuilder, fact: ResponseHeaderFact, value: Any, argument: str) -> Any:
    """A constant as plain data; UNSET and a fault where a header field cannot have it."""
    plain = plain_value(builder, f"{fact.path} response header {fact.name}", value, argument=argument)
    if plain is None or is_array(plain) or is_object(plain):
        builder.fault(
            f"{fact.path} response header {fact.name}",
            f"{argument}={plain!r} is no value of a header field",
            f"write a text, a number or a boolean: {argument}='…'",
        )
        return UNSET
    return plain


@undo.register
def _added(fact: ResponseHeaderAdded, builder: HistoryBuilder) -> None:
    def without(headers: Documented, name: str | None) -> Documented:
        return {key: value for key, value in headers.items() if key != name}

    _change(builder, fact, new=fact.name, old=fact.name, values=OnlyValues(), edit=without)


@undo.register
def _removed(fact: ResponseHeaderRemoved, builder: HistoryBuilder) -> None:
    schema = builder.type_of("responses", fact)
    values = OnlyValues()
    if fact.backfill is not UNSET:
        values = OnlyValues((_constant(builder, fact, fact.backfill, "backfill"),))
    required = {"required": True} if fact.backfill is not UNSET else {}

    def put(headers: Documented, name: str | None) -> Documented:
        return {**headers, fact.name: {**required, "schema": schema}}

    _change(builder, fact, new=fact.name, old=fact.name, values=values, edit=put)


@undo.register
def _renamed(fact: ResponseHeaderRenamed, builder: HistoryBuilder) -> None:
    if fact.to == fact.name:
        builder.fault_without_effect(f"{fact.path} response header {fact.to}", "the name is the same")
        return

    def renamed(headers: Documented, name: str | None) -> Documented:
        names = list(headers)
        if name is not None:
            names[names.index(name)] = fact.name
        return dict(zip(names, headers.values(), strict=True))

    _change(builder, fact, new=fact.to, old=fact.name, values=list, edit=renamed)


@undo.register
def _retyped(fact: ResponseHeaderRetyped, builder: HistoryBuilder) -> None:
    schema = None if fact.was is UNSET else builder.type_of("responses", fact)

    def retyped(headers: Documented, name: str | None) -> Documented:
        told = {} if schema is None else {"schema": schema}
        return {key: {**value, **told} if key == name else value for key, value in headers.items()}

    _change(builder, fact, new=fact.name, old=fact.name, values=EachValue(fact.to_old), edit=retyped)


@undo.register
def _became_list(fact: ResponseHeaderBecameList, builder: HistoryBuilder) -> None:
    def single(headers: Documented, name: str | None) -> Documented:
        return {
            key: {**value, "schema": value["schema"].get("items", value["schema"])}
            if key == name and is_object(value.get("schema"))
            else value
            for key, value in headers.items()
        }

    first = FirstValue(_WHOLE_LINE if fact.name in _ONE_A_LINE else _ITEM)
    _change(builder, fact, new=fact.name, old=fact.name, values=first, edit=single)


@undo.register
def _became_optional(fact: ResponseHeaderBecameOptional, builder: HistoryBuilder) -> None:
    def required(headers: Documented, name: str | None) -> Documented:
        return {key: {**value, "required": True} if key == name else value for key, value in headers.items()}

    value = _constant(builder, fact, fact.missing_was, "missing_was")
    _change(builder, fact, new=fact.name, old=fact.name, values=OtherwiseValue(value), edit=required)
