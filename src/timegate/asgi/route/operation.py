"""One operation at one version: how its requests and responses are handled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from timegate.asgi.message.json import Codec, Convert
from timegate.asgi.route.entries import Entry
from timegate.gates.operation import OperationGate, Program

INVALID: Final = 422
"""The status of an answer that says what is wrong in a request."""

_UNTOUCHED_STATUSES: Final = frozenset({204, 205, 304})

DROPPED: Final = frozenset({b"accept-ranges", b"content-md5", b"digest", b"repr-digest", b"content-digest"})
"""Fields of an answer that speak of bytes which a gated answer does not have."""

OF_THE_BODY: Final = frozenset({b"content-length", b"content-encoding", b"transfer-encoding"})
"""Fields of a request that speak of its body's bytes, and are wrong about a gated one."""

# An answer that must be gated is wanted whole and plain.
_NOT_ASKED_FOR: Final = frozenset({b"accept-encoding", b"range", b"if-range"})
_NOT_ENCODED: Final = frozenset({b"accept-encoding"})

INSPECTED: Final = frozenset({b"content-encoding", b"content-length", b"content-type", b"if-match", b"if-none-match"})
"""Fields of a request that decide what is done for it."""


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """What becomes of answers of one status.

    Args:
        status: the status in the version.
        program: of the body; None where it is passed on untouched.
        usual: what takes the body of a usual answer through the program; None where such an answer wants more.
        media: the media types that the contract declares for it.
    """

    status: int
    program: Program | None = None
    usual: Convert | None = None
    media: tuple[str, ...] = ()


def inspected(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The fields of a request that are looked at, by name; two of one name are one list (RFC 9110, section 5.3)."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in INSPECTED:
            fields[name] = fields[name] + b", " + value if name in fields else value
    return fields


def conditional(fields: Mapping[bytes, bytes]) -> bool:
    """Whether a request asks about the tag of what it is answered with."""
    return b"if-none-match" in fields or b"if-match" in fields


class OperationPlan:
    """One operation at one version.

    Args:
        gate: the operation's gate.
        codec: decodes and encodes its bodies.
        entry: the route in the version.
        head: the route at head.
        shadows: routes of head that the version does not have and that may match first.

    Attributes:
        untouched: whether no change touches its bodies, its parameters or its path.
        unconditional: whether an untouched request needs no look at its path or its Content-Type.
        same_place: whether path, query and header fields are head's, and no other route of head can match first.
        upgrade: converts the body of a request to head; None where it passes untouched.
        dropped: header fields of a request that the app does not get.
        assumes_json: whether a body without a Content-Type is JSON.
        converts_errors: whether validation errors of the app are converted.
        converts_responses: whether a response may have to be converted.
        response_plans: how responses are handled, by each status met so far; `plan_response` adds the others.
    """

    __slots__ = (
        "_codec", "assumes_json", "converts_errors", "converts_responses", "dropped", "entry", "gate", "head",
        "response_plans", "same_place", "shadows", "unconditional", "untouched", "upgrade",
    )  # fmt: skip

    def __init__(
        self, gate: OperationGate, *, codec: Codec, entry: Entry, head: Entry, shadows: Sequence[Entry]
    ) -> None:
        self.gate = gate
        self._codec = codec
        self.entry = entry
        self.head = head
        self.shadows = tuple(shadows)
        self.untouched = not gate.gated and gate.rewrite is None
        self.same_place = gate.rewrite is None and not self.shadows and gate.query is None and gate.headers is None
        self.unconditional = not self.shadows and not gate.json_only
        self.upgrade = None if gate.request is None else codec.around(gate.request)
        self.assumes_json = gate.json_only
        changed = (gate.request, gate.query, gate.headers, gate.rewrite)
        self.converts_errors = any(change is not None for change in changed)
        self.converts_responses = any(program is not None for program in gate.responses.values())
        dropped = (
            _NOT_ASKED_FOR if self.converts_responses else _NOT_ENCODED if self.converts_errors else frozenset[bytes]()
        )
        # A program of the fields may know one that speaks of the body.
        self.dropped = dropped if self.upgrade is None or gate.headers is not None else dropped | OF_THE_BODY
        self.response_plans: dict[int, ResponsePlan] = {}

    def passes(self, fields: Mapping[bytes, bytes], path: str, *, tagged: bool) -> bool:
        """Whether a request that no change touches can be passed on as it is.

        Args:
            fields: the inspected header fields of the request.
            path: its path.
            tagged: whether entity tags differ from head's at this version.
        """
        if self.shadows and self.shadowed(path):
            return False
        if self.assumes_json and b"content-type" not in fields:
            return False
        # An entity tag in the request may be of another version.
        return not (tagged and conditional(fields))

    def shadowed(self, path: str) -> bool:
        """Whether head's router may give a path to an operation that the version does not have."""
        # A route that only it can tell about may match whatever its path says.
        return any(entry.regex is None or entry.regex.match(path) is not None for entry in self.shadows)

    def plan_response(self, status: int) -> ResponsePlan:
        """What becomes of an answer of a status of head's that was not met before; remembered."""
        found = self.response_plans[status] = self._plan_response(status)
        return found

    def _plan_response(self, status: int) -> ResponsePlan:
        gate = self.gate
        converted = gate.statuses.get(status, status)
        if status < 200 or status in _UNTOUCHED_STATUSES:
            return ResponsePlan(converted)
        ranged = f"{status // 100}XX"
        last = gate.success if 200 <= status < 300 else "default"
        declared = next((name for name in (str(status), ranged, last) if name in gate.responses), None)
        if declared is None:
            return ResponsePlan(converted)
        program = gate.responses[declared]
        # What is wrong in a request is told in the client's names, beside what the program does.
        usual = None if program is None or status == INVALID else self._codec.around(program)
        return ResponsePlan(converted, program, usual, tuple(gate.response_media.get(declared, ())))
