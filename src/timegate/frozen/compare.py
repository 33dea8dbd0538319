"""Compares a frozen contract with today's by structure: each difference once, with the operations that it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from timegate.frozen.contract import nameless, schemas_of
from timegate.frozen.difference import ABSENT, Difference, Kind
from timegate.frozen.operations import OperationComparison, credentials_of, operations_of, standalone
from timegate.frozen.schemas import Pair, SchemaComparison
from timegate.typing import Document
from timegate.wire.wire import SIDES


def differences(old: Document, new: Document) -> tuple[Difference, ...]:
    """What differs between a frozen contract and today's, told from the first to the second.

    Args:
        old: the frozen contract.
        new: the contract of the same version, derived from today's app.
    """
    if old == new:
        return ()
    schemas = SchemaComparison(schemas_of(old), schemas_of(new))
    before, after = operations_of(old), operations_of(new)
    found: list[Difference] = []
    reached: dict[Pair, set[str]] = {}
    known = {nameless(key): key for key in before}
    for key, operation in after.items():
        was = known.pop(nameless(key), None)
        if was is None:
            found.append(_of_operation(Kind.OPERATION_ADDED, key, new=operation))
            continue
        compared = OperationComparison(key, schemas)
        compared.compare(before[was], operation)
        compared.credentials(credentials_of(before[was], old), credentials_of(operation, new))
        found += compared.differences
        _follow(schemas, compared.pairs, key, reached)
    found += [_of_operation(Kind.OPERATION_REMOVED, key, old=before[key]) for key in known.values()]
    for place, compared_schema, _ in standalone(old, new, schemas):
        _follow(schemas, compared_schema.pairs, place, reached)
    found += _in_components(schemas, reached)
    return tuple(_merged(found))


def _of_operation(kind: Kind, key: str, *, old: Any = ABSENT, new: Any = ABSENT) -> Difference:
    return Difference(kind=kind, sides=("requests",), operation=key, old=old, new=new, reaches=(key,))


def _follow(schemas: SchemaComparison, pairs: Iterable[Pair], operation: str, reached: dict[Pair, set[str]]) -> None:
    """Note every pair of components that payloads of an operation can contain."""
    waiting = list(pairs)
    while waiting:
        pair = waiting.pop()
        operations = reached.setdefault(pair, set())
        if operation not in operations:
            operations.add(operation)
            waiting.extend(schemas.components(pair).pairs)


def _in_components(schemas: SchemaComparison, reached: dict[Pair, set[str]]) -> Iterator[Difference]:
    for pair, operations in reached.items():
        for kind, path, old, new in schemas.components(pair).found:
            yield Difference(
                kind=kind,
                sides=(pair.side,),
                component=pair.new,
                frozen_component=pair.old,
                path=path,
                old=old,
                new=new,
                reaches=tuple(sorted(operations)),
            )


def _merged(found: Iterable[Difference]) -> Iterator[Difference]:
    """The differences, those of both sides as one, in the order of their places."""
    alike: dict[tuple[str, ...], Difference] = {}
    for one in found:
        key = (one.kind.phrase, one.place, one.frozen_component, repr(one.old), repr(one.new))
        other = alike.get(key)
        if other is not None:
            sides = tuple(side for side in SIDES if side in (*one.sides, *other.sides))
            one = replace(one, sides=sides, reaches=tuple(sorted({*one.reaches, *other.reaches})))
        alike[key] = one
    yield from sorted(alike.values(), key=lambda one: (one.component, one.operation, one.path, one.kind.phrase))
