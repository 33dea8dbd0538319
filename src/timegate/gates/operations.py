"""Makes the gates of all operations for the clients of one version: programs, paths, statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import is_not
from typing import Any, Final, TypeAlias

from timegate.errors import GateError
from timegate.gates.class_names import OtherNames
from timegate.gates.locations import Locator
from timegate.gates.operation import FormGate, OperationGate, Rewrite
from timegate.gates.plan.conversion import Conversion, Program
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.roots import request_root
from timegate.gates.raised import raised_models
from timegate.gates.validation_lists import lists_places
from timegate.history.history import History
from timegate.history.undo_bodies import stands_alone
from timegate.typing import Location, Schema, is_array
from timegate.wire.json_types import EVERY
from timegate.wire.marks import OPTIONAL_MARK, PARAMETER_MARK, PATH_MARK
from timegate.wire.media import is_json_media, media_kind
from timegate.wire.paths import PARAMETER
from timegate.wire.schema import objects_in, ref
from timegate.wire.wire import SIDES, Body, Component, Operation, Side

Programs: TypeAlias = Mapping[str, Program]
"""The compiled programs of one side for one version, by the text of the schema; others need no program."""

# How declared statuses of a client's error begin: ``"400"``, ``"4XX"``, ``"default"``.
_OF_CLIENTS: Final = ("4", "d")
_OF_ERRORS: Final = (*_OF_CLIENTS, "5")


class Holders:
    """The operations that hold a component in a message, at any version so far.

    Args:
        reach: both sides and their history.

    Attributes:
        names: the classes of requests that the last version calls otherwise than head.
    """

    def __init__(self, reach: Mapping[Side, Reach]) -> None:
        self._reach = reach
        self.names = OtherNames(reach["requests"])
        self._positions: dict[tuple[Side, str], set[int]] = {}
        for position, operation in enumerate(reach["requests"].history.wires[0].operations):
            self.note(position, operation)

    def note(self, position: int, operation: Operation) -> None:
        """Note what an operation holds."""
        for side, reach in self._reach.items():
            schemas = [schema for _, body in operation.bodies(side) for schema in body.schemas]
            names = {name for schema in schemas for name in reach.names_in(schema)}
            parameters = operation.parameters.values()
            for name in names.union(parameters if side == "requests" else ()):
                self._positions.setdefault((side, name), set()).add(position)

    def differing(self, boundary: int) -> set[int]:
        """The positions of the operations that are served otherwise on both sides of a boundary."""
        newer, older = (self._reach["requests"].history.wires[at].operations for at in (boundary, boundary + 1))
        # Without a loop of Python's, because an API may have very many operations, and each version changes a few.
        found = {*compress(range(len(older)), map(is_not, newer, older))}
        for position in found:
            self.note(position, older[position])
        for side, reach in self._reach.items():
            for name in reach.affected_by(boundary):
                found |= self._positions.get((side, name), set())
        return found


def gates_of(
    reach: Mapping[Side, Reach],
    index: int,
    programs: Mapping[Side, Programs],
    made: Mapping[tuple[str, Conversion], Program],
    newer: Sequence[OperationGate],
    holders: Holders,
) -> tuple[OperationGate, ...]:
    """The gates of all operations for the clients of a version.

    Args:
        reach: both sides and their history.
        index: the index of the version.
        programs: its programs.
        made: the programs of all components of requests so far, by the conversion.
        newer: the gates for the clients of the next newer version; most are the same here.
        holders: the operations by what they hold; the same for all versions.
    """
    head, old = (reach["requests"].history.wires[version].operations for version in (0, index))
    holders.names.go_to(index)
    if not newer:
        return tuple(_gate(reach, index, *both, programs, made, holders.names) for both in zip(head, old, strict=True))
    gates = list(newer)
    for position in holders.differing(index - 1):
        gates[position] = _gate(reach, index, head[position], old[position], programs, made, holders.names)
    return tuple(gates)


def _gate(
    reach: Mapping[Side, Reach],
    index: int,
    head: Operation,
    old: Operation,
    programs: Mapping[Side, Programs],
    made: Mapping[tuple[str, Conversion], Program],
    class_names: OtherNames,
) -> OperationGate:
    requests = reach["requests"]

    def program_of(side: Side, schema: Schema) -> Program | None:
        root = request_root(old.method, schema) if side == "requests" else schema
        return programs[side].get(repr(root))

    def program_at(where: Location) -> Program | None:
        name = old.parameters[where]
        program = programs["requests"].get(repr(ref(name)))
        if program is not None and OPTIONAL_MARK in requests.component(name, index).schema:
            program = _of_any(requests.component(name, index), requests.head_keys(name), program)
        return None if program is None else _OfWhatIsRead(program, as_read.at(where))

    as_read = _ParametersAsRead(requests, index, old)
    request = None if old.request is None else program_of("requests", old.request.schema)
    form = None
    if "form" in head.parameters and old.request is not None:
        request, program = None, request
        if program is not None:
            name = head.parameters["form"]
            names = requests.names_at_head(name, index)
            texts = _texts_of(requests, requests.component(name, index), index)
            form = FormGate(_OfWhatIsRead(program, as_read.at("form")), names, texts)
    responses = {
        status: None if body is None else program_of("responses", body.schema)
        for status, body in head.responses.items()
    }
    apart = {
        place: {media_kind(media): program_of(side, schema) for media, schema in body.apart.items()}
        for side in SIDES
        for place, body in (old if side == "requests" else head).bodies(side)
        if body.apart
    }
    query = program_at("query")
    headers = program_at("header")
    cookies = program_at("cookie")
    path_names = {head_name: name for name, head_name in old.path_names.items() if head_name != name}
    path_parameters = programs["requests"].get(repr(ref(head.path_parameters)))
    if path_parameters is not None and path_names:
        path_parameters = _AsCalled(path_parameters, path_names)
    rewrite = _rewrite(requests.history, index, head, old)
    statuses = requests.history.statuses(head.key, index)
    response_headers = requests.history.header_fields(head.key, index)
    locator = Locator(requests, head, index, path_names, made)
    relabels = class_names.are_told(head)
    return OperationGate(
        key=head.key,
        method=head.method,
        head_path=head.path,
        path=old.path,
        exists=old.exists,
        rewrite=rewrite,
        request=request,
        form=form,
        json_only=old.request is not None and all(is_json_media(media) for media in old.request.media),
        lax=head.request is not None and head.request.lax,
        spread=old.request is not None and old.request.spread,
        responses=responses,
        success=head.success,
        response_media={status: () if body is None else body.media for status, body in head.responses.items()},
        apart=apart,
        query=query,
        headers=headers,
        cookies=cookies,
        path_parameters=path_parameters,
        statuses=statuses,
        response_headers=response_headers,
        request_alone=head.request is not None and stands_alone(head, "request", head.request),
        gated=any(
            (
                *(request, form, *responses.values(), query, headers, cookies, path_parameters, rewrite),
                *(program for one in apart.values() for program in one.values()),
                *(statuses, response_headers, not old.exists, relabels),
            )
        ),
        relabels=relabels,
        told=frozenset(
            status
            for status, body in head.bodies("responses")
            if status[:1] in _OF_CLIENTS and lists_places(body.schema, reach["responses"].components(0))
        ),
        raised={
            status: raised_models(body.schema, reach["responses"].components(0))
            for status, body in head.bodies("responses")
            if status[:1] in _OF_ERRORS
        },
        locate=locator,
        header_names=_declared_names(requests.component(old.headers, index)),
        header_keys={name: key for key, name in _declared_names(requests.component(head.headers, 0)).items()},
        locators={
            media_kind(media): Locator(requests, replace(head, request=Body(schema)), index, path_names, made)
            for media, schema in (head.request.apart.items() if head.request is not None else ())
        },
        spellings=locator.spellings,
        as_read=as_read,
    )


@dataclass(frozen=True, slots=True)
class _AsRead:
    """Parameters as the server reads them: a list where the contract has one, and one value elsewhere.

    Args:
        lists: the parameters that are lists, which a client may send as one value.
        scalars: those that are none, which a client may send more than once.
        read: the index of the value that head reads of such a parameter.
        blanks: whether head takes an empty text in place of one value for none.
    """

    lists: frozenset[str]
    scalars: frozenset[str]
    read: int
    blanks: bool

    def __call__(self, values: dict[str, Any]) -> dict[str, Any]:
        for name, value in values.items():
            if not is_array(value):
                if name in self.lists:
                    values[name] = [value]
            elif name in self.scalars:
                values[name] = value[self.read]
        if self.blanks:
            values = {name: value for name, value in values.items() if value != "" or name not in self.scalars}
        return values


@dataclass(frozen=True, slots=True)
class _OfWhatIsRead:
    """A program of parameters as the server reads them."""

    program: Program
    as_read: _AsRead

    def __call__(self, values: Any) -> Any:
        return self.program(self.as_read(values))


@dataclass(frozen=True, slots=True)
class _OfAnyOfThem:
    """A program of parameters that changes nothing where a request has none: the version's server made no object then.

    Args:
        program: the program.
        own: the keys of the version's class.
        heads: those of head's class alone.
        keeps_others: whether any other key counts as one of them, because the class keeps or forbids it.
    """

    program: Program
    own: frozenset[str]
    heads: frozenset[str]
    keeps_others: bool

    def __call__(self, values: Any) -> Any:
        if (self.keeps_others and values) or not self.own.isdisjoint(values):
            return self.program(values)
        return {name: value for name, value in values.items() if name not in self.heads}


# Which value FastAPI and Starlette read of a parameter that was sent more than once.
_READ: Final[Mapping[Location, int]] = {"query": -1, "header": 0, "cookie": -1, "form": -1}


@dataclass(frozen=True, slots=True)
class _ParametersAsRead:
    """The parameters of an operation at a version as the server reads them."""

    reach: Reach
    index: int
    operation: Operation

    def __call__(self, where: Location, values: dict[str, Any]) -> dict[str, Any]:
        return self.at(where)(values) if where in self.operation.parameters else values

    def at(self, where: Location) -> _AsRead:
        """What is read of the parameters of one part of a request."""
        body, component = self.operation.request, self.reach.component(self.operation.parameters[where], self.index)
        types = {
            spelling: self.reach.python_types(schema, self.index)
            for key, schema in component.properties.items()
            for spelling in component.accepted(key)
        }
        # A list in a union is enough; cookies have no lists. A type that takes anything is none, where it is known.
        lists = frozenset(key for key, found in types.items() if where != "cookie" and list in found and found != EVERY)
        is_typed = bool(component.types) or component.model is not None
        scalars = frozenset(key for key, found in types.items() if key not in lists and (is_typed or found != EVERY))
        return _AsRead(lists, scalars, _READ[where], blanks=where == "form" and body is not None and body.blanks)


@dataclass(frozen=True, slots=True)
class _AsCalled:
    """A program of path parameters whose errors have the client's names.

    Args:
        program: the program, with head's names.
        names: the client's names by head's, where they differ.
    """

    program: Program
    names: Mapping[str, str]

    def __call__(self, values: Any) -> Any:
        try:
            return self.program(values)
        except GateError as error:
            for failure in error.failures:
                if failure.path:
                    failure.path[-1] = self.names.get(str(failure.path[-1]), failure.path[-1])
            raise


def _declared_names(headers: Component) -> dict[str, str]:
    """How a server calls header fields that it declares with capitals, by their names in lower case."""
    found = {key: str(schema.get(PARAMETER_MARK, {}).get("name", key)) for key, schema in headers.properties.items()}
    return {key: name for key, name in found.items() if name != key == name.lower()}


def _of_any(component: Component, head_keys: set[str], program: Program) -> Program:
    own = frozenset(spelling for key in component.properties for spelling in component.accepted(key))
    return _OfAnyOfThem(program, own, frozenset(head_keys - own), "additionalProperties" in component.schema)


def _texts_of(reach: Reach, component: Component, index: int) -> frozenset[str]:
    """The fields of a form that take no file."""
    return frozenset(
        spelling
        for key, schema in component.properties.items()
        if reach.python_types(schema, index) != EVERY and not any(map(_is_file, objects_in(schema)))
        for spelling in component.accepted(key)
    )


def _is_file(schema: Schema) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema


def _rewrite(history: History, index: int, head: Operation, old: Operation) -> Rewrite | None:
    """How the old URL becomes head's: each path parameter goes where head has it, into the path or into the query."""
    if not old.path_names and old.path == head.path:
        return None
    old_names = {head_name: name for name, head_name in old.path_names.items()}
    path = PARAMETER.sub(lambda match: f"{{{old_names[match[1]]}}}", head.path)
    properties = history.wires[index].requests[head.query].properties
    return Rewrite(path, tuple((key, f"{{{s[PATH_MARK]}}}") for key, s in properties.items() if PATH_MARK in s))
