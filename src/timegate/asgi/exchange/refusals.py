"""What a gate refuses in a request, as validation errors in the form of the app's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from timegate.asgi.exchange.validation_errors import NOTHING, ClientRequest
from timegate.asgi.message.problems import Problem, request_refused
from timegate.errors import Failure, UpgradeError
from timegate.gates.operation import OperationGate
from timegate.gates.run.value_checks import COMPLETE

_PARTS: Final = {"headers": "header"}


def complete(error: UpgradeError, again: Callable[[], object]) -> UpgradeError:
    """The error with every failure: the refused part is looked through once more, also for what head would refuse."""
    token = COMPLETE.set(True)
    try:
        again()
    except UpgradeError as whole:
        return whole
    finally:
        COMPLETE.reset(token)
    return error


def refusal(error: UpgradeError, place: str, gate: OperationGate, request: ClientRequest) -> Problem:
    """The problem of a request that a gate refuses.

    Args:
        error: what the gate found.
        place: the part of the request: ``body``, ``query``, ``path`` or ``headers``.
        gate: the operation at the client's version.
        request: the request as the client sent it.
    """
    errors: list[dict[str, Any]] = []
    for failure in error.failures:
        location: tuple[str | int, ...] = (_PARTS.get(place, place), *failure.location)
        if place == "path":
            # The path is head's by then.
            location = gate.locate(location).location
        errors.append(dict(_validation_error(failure, location, request)))
    return request_refused(error, place=place, errors=errors)


def _validation_error(
    failure: Failure, location: tuple[str | int, ...], request: ClientRequest
) -> Iterator[tuple[str, Any]]:
    part = location[0]
    yield "type", failure.kind
    yield "loc", list(location)
    yield "msg", failure.message or f"Value error, {failure.problem}"
    # Of a key that is missing, the object is repeated that lacks it; of a parameter, nothing.
    lacks = failure.kind == "missing" and part == "body"
    found = request.at(location[:-1]) if lacks else request.scalar_at(location)
    yield "input", None if found is NOTHING else found
    if failure.context:
        yield "ctx", dict(failure.context)
