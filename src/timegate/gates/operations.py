"""What a version's clients see of each operation: its programs, its path, its statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from timegate.gates.check.refusals import is_json_media
from timegate.gates.locations import Locator
from timegate.gates.operation import OperationGate, Program, Rewrite
from timegate.gates.plan.reach import Reach
from timegate.history.history import History
from timegate.wire.json_types import python_types
from timegate.wire.marks import PATH_MARK
from timegate.wire.paths import PARAMETER, parameter_names, plain_path
from timegate.wire.schema import ref
from timegate.wire.wire import Operation, Side


@dataclass(frozen=True, slots=True)
class Compiled:
    """The compiled programs of one side for one version, by the schema's text."""

    programs: Mapping[str, Callable[[Any], Any]]

    def of(self, schema: Any) -> Program | None:
        """The program of a schema; None where nothing is to be done."""
        return self.programs.get(repr(schema))


def gates_of(
    reach: Mapping[Side, Reach], index: int, compiled: Mapping[Side, Compiled], newer: Sequence[OperationGate]
) -> tuple[OperationGate, ...]:
    """The operations as the clients of the version at ``index`` see them.

    Args:
        reach: both sides and their history.
        index: the version's.
        compiled: its programs.
        newer: the operations as the clients of the next newer version see them; most are no others here.
    """
    history = reach["requests"].history
    operations = zip(history.wires[0].operations, history.wires[index].operations, strict=True)
    return tuple(
        newer[place]
        if newer and _is_same(reach, index, place)
        else _gate(reach["requests"], index, head, then, compiled)
        for place, (head, then) in enumerate(operations)
    )


def _is_same(reach: Mapping[Side, Reach], index: int, place: int) -> bool:
    """Whether the clients of a version see an operation as those of the next newer version do."""
    requests, responses, boundary = reach["requests"], reach["responses"], index - 1
    history = requests.history
    head, newer, then = (history.wires[version].operations[place] for version in (0, boundary, index))
    if then is not newer or (head.key, boundary) in history.renumbered:
        return False
    differ = requests.affected_by(boundary)
    if head.query in differ or head.headers in differ:
        return False
    if any(requests.holds(body.schema, differ) for body in (head.request, then.request) if body is not None):
        return False
    differ = responses.affected_by(boundary)
    return not any(responses.holds(body.schema, differ) for body in head.responses.values() if body is not None)


def _gate(
    reach: Reach, index: int, head: Operation, then: Operation, compiled: Mapping[Side, Compiled]
) -> OperationGate:
    requests = compiled["requests"]
    request = None if then.request is None else requests.of(then.request.schema)
    responses = {
        status: None if body is None else compiled["responses"].of(body.schema)
        for status, body in head.responses.items()
    }
    query = _of_parameters(reach, index, head.query, requests)
    headers = _of_parameters(reach, index, head.headers, requests)
    rewrite = _rewrite(reach.history, index, head, then)
    statuses = reach.history.statuses(head.key, index)
    gated = any((request, *responses.values(), query, headers, rewrite, statuses, not then.exists))
    return OperationGate(
        key=head.key,
        method=head.method,
        head_path=head.path,
        path=then.path,
        exists=then.exists,
        rewrite=rewrite,
        request=request,
        json_only=then.request is not None and all(is_json_media(media) for media in then.request.media),
        responses=responses,
        success=head.success,
        response_media={status: body.media if body is not None else () for status, body in head.responses.items()},
        query=query,
        headers=headers,
        statuses=statuses,
        gated=bool(gated),
        locate=Locator(reach, head, index),
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """A program of parameters that sees a list where the contract has one, however often the name came."""

    program: Program
    lists: frozenset[str]

    def __call__(self, values: Any) -> Any:
        for name in self.lists:
            if isinstance(values.get(name), str):
                values[name] = [values[name]]
        return self.program(values)


def _of_parameters(reach: Reach, index: int, name: str, compiled: Compiled) -> Program | None:
    program = compiled.of(ref(name))
    if program is None:
        return None
    properties = reach.component(name, index).properties
    kinds = {key: python_types(schema, lambda one: reach.component(one, index)) for key, schema in properties.items()}
    lists = frozenset(key for key, types in kinds.items() if list in types and str not in types)
    return _Listed(program, lists) if lists else program


def _rewrite(history: History, index: int, head: Operation, then: Operation) -> Rewrite | None:
    """How the version's path becomes head's: its parameters travel by place, or into the query."""
    if then.path == head.path:
        return None
    # A parameter that a newer path holds in its query stands in the query component under its old braces.
    component = history.wires[index].requests[head.query]
    held = [key for key, schema in component.properties.items() if schema.get(PATH_MARK)]
    carried = [name for name in parameter_names(then.path) if f"{{{name}}}" not in held]
    names = iter(carried)
    path = PARAMETER.sub(lambda _: f"{{{next(names)}}}", plain_path(head.path))
    return Rewrite(path, tuple((key, key) for key in held))
