"""What a gate refuses in a request, as validation errors in the form of the app's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from timegate.asgi.exchange.client_request import NOTHING, ClientRequest
from timegate.asgi.message.parameters import is_file
from timegate.asgi.message.problems import Problem, request_refused
from timegate.asgi.route.operation import INVALID
from timegate.errors import Failure, UpgradeError
from timegate.gates.locations import Location
from timegate.gates.operation import OperationGate
from timegate.gates.run.value_checks import COMPLETE
from timegate.wire.paths import parameter_names

_PARTS: Final = {"headers": "header", "cookies": "cookie", "form": "body"}


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
        place: the part of the request: ``body``, ``query``, ``path``, ``headers``, ``cookies`` or ``form``.
        gate: the operation at the client's version.
        request: the request as the client sent it.
    """
    errors: list[dict[str, Any]] = []
    for failure in error.failures:
        location = request.as_sent(_location(failure, place, gate), lacks_last=failure.kind == "missing")
        found = dict(_validation_error(failure, location, gate, request))
        # Head's name of a key and the client's may be one place to the client.
        if found not in errors[-1:]:
            errors.append(found)
    problem = request_refused(error, place=place, errors=errors)
    return replace(problem, status=gate.statuses.get(INVALID, INVALID))


def _location(failure: Failure, place: str, gate: OperationGate) -> Location:
    """Where the client finds a failure, with the part of the request."""
    location: Location = (_PARTS.get(place, place), *failure.location)
    if place == "path":
        # The path is head's by then.
        return gate.locate(location).location
    if place == "query" and gate.rewrite is not None:
        # What a move has taken from the path into the query is still in the client's path.
        templates = dict(gate.rewrite.query)
        names = parameter_names(templates.get(str(failure.location[0]), ""))
        return ("path", *names) if names else location
    return location


def _validation_error(
    failure: Failure, location: Location, gate: OperationGate, request: ClientRequest
) -> Iterator[tuple[str, Any]]:
    part = location[0]
    yield "type", failure.kind
    yield "loc", gate.declared_place(location)
    yield "msg", failure.message or f"Value error, {failure.problem}"
    # Of a key that is missing, the object is repeated that lacks it; of a parameter, nothing.
    lacks = failure.kind == "missing" and part == "body" and not (gate.spread and len(location) == 2)
    found = request.at(location[:-1] if lacks else location)
    # Where a reader has looked inside of a value, the place has names that are no keys. A file is not repeated.
    told = failure.read[0] if failure.read and found is not None else found
    yield "input", None if told is NOTHING or is_file(told) else told
    if failure.context:
        yield "ctx", dict(failure.context)
