"""Times conversions over the parser's own load and dump, without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from benchmarks.api import SIZES, body_data
from benchmarks.byhand import request_by_hand, response_by_hand
from benchmarks.gated import timeline
from benchmarks.hosts import starlette_app
from benchmarks.past import DEPTH, DEPTHS, as_sent, downgraded, upgraded, version_at
from benchmarks.timing import Timing, Work, timed
from timegate import Contract, Gates
from timegate.asgi.message.json import decode_json, encode_json

FLOOR: Final = "load and dump"
HAND_WRITTEN: Final = "by hand"
GATE: Final = "timegate"
DIRECTIONS: Final = ("response", "request")


def name_of(direction: str, size: str, depth: int) -> str:
    """The row's name in tables."""
    return f"{direction} {size} {depth} back"


def program_of(gates: Gates, direction: str, size: str, depth: int) -> Callable[[Any], Any]:
    """The compiled program."""
    operations = {gate.key: gate for gate in gates.operations(version_at(depth))}
    if direction == "response":
        found = operations["GET /pages/{name}" if SIZES[size] else "GET /tasks/{task_id}"].responses["200"]
    else:
        found = operations["POST /pages" if SIZES[size] else "POST /tasks"].request
    if found is None:
        raise AssertionError(f"{name_of(direction, size, depth)} is not gated")
    return found


def _floor(given: bytes, wanted: Any) -> Work:
    """Load the input, dump the output."""

    async def work() -> None:
        decode_json(given)
        encode_json(wanted)

    return work


def _through(given: bytes, program: Callable[[Any], Any]) -> Work:
    """Load the input, convert it, dump it."""

    async def work() -> None:
        encode_json(program(decode_json(given)))

    return work


async def measured(
    *, rounds: int, seconds: float, report: Callable[[str, dict[str, Timing]], None]
) -> dict[str, dict[str, Timing]]:
    """The timings by name and side; the floor loads the input and dumps the output."""
    gates = timeline().compile(Contract.of(starlette_app()))
    found: dict[str, dict[str, Timing]] = {}
    for direction in DIRECTIONS:
        for size in SIZES:
            head = body_data(size)
            for depth in DEPTHS:
                old = as_sent(head, depth)
                given = encode_json(head if direction == "response" else old)
                wanted: Any = downgraded(head, depth) if direction == "response" else upgraded(old, depth)
                program, by_hand = program_of(gates, direction, size, depth), _BY_HAND.get((direction, depth))
                name = name_of(direction, size, depth)
                _check(name, program(decode_json(given)), wanted)
                sides = {FLOOR: _floor(given, wanted), GATE: _through(given, program)}
                if by_hand is not None:
                    _check(name, by_hand(decode_json(given)), wanted)
                    sides[HAND_WRITTEN] = _through(given, by_hand)
                found[name] = await timed(sides, rounds=rounds, seconds=seconds)
                report(name, found[name])
    return found


def _check(name: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"{name}: {str(found)[:600]} is not {str(wanted)[:600]}")


_BY_HAND: Final = {("response", DEPTH): response_by_hand, ("request", DEPTH): request_by_hand}
