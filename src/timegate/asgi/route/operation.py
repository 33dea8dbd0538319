"""One operation at one version: how its requests and responses are handled."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from timegate.asgi.message.headers import RawHeaders, values_of
from timegate.asgi.message.json import Codec, Convert
from timegate.asgi.route.entries import Entry
from timegate.errors import GateError
from timegate.gates.operation import OperationGate
from timegate.gates.plan.conversion import Program
from timegate.gates.raised import NO_MODELS, RaisedModels
from timegate.gates.run.runtime import copy_json
from timegate.gates.validation_lists import DETAIL
from timegate.typing import is_array, is_object
from timegate.wire.wire import WITHOUT_BODY

INVALID: Final = 422
"""The status of a response that may list validation errors, whatever is declared for it."""

NOT_MODIFIED: Final = 304
FIRST_ERROR: Final = 400
_FIRST_FINAL: Final = 200
_JSON: Final = "application/json"

_DIGESTS: Final = frozenset({b"content-md5", b"digest", b"repr-digest", b"content-digest"})

DROPPED: Final = _DIGESTS | {b"accept-ranges", b"transfer-encoding"}
"""Header fields of a response that describe the app's bytes, and are wrong for a converted body."""

OF_THE_BODY: Final = _DIGESTS | {b"content-length", b"content-encoding", b"transfer-encoding"}
"""Header fields of a request that describe the client's bytes, and are wrong for a converted body."""

# A response that must be converted must arrive whole and without a coding.
_ASK_FOR_LESS: Final = frozenset({b"accept-encoding", b"range", b"if-range"})
_ASK_FOR_CODING: Final = frozenset({b"accept-encoding"})

# Header fields of a request that decide whether it passes unchanged, and all that decide how it is handled.
_DECISIVE: Final = frozenset({b"content-type", b"if-match", b"if-none-match"})
_INSPECTED: Final = _DECISIVE | _ASK_FOR_LESS | OF_THE_BODY


def _declared_or_the_frameworks(program: Program, body: Any, *, models: RaisedModels) -> Any:
    """An error that is converted as declared, or the framework's own in its place: an object of a `detail` and no more.

    An app often raises it with the declared model as its detail, or a list of such. No model is in a text, so that
    nothing of head can be in what passes.

    Args:
        program: converts what is declared.
        body: of the error.
        models: what is declared.
    """
    if not (is_object(body) and body.keys() == {DETAIL}):
        return program(body)
    detail = body[DETAIL]
    is_text = not (is_object(detail) or is_array(detail))
    if models.lack_detail and is_text:
        # A model of which every key may be absent would take it for one of its own.
        return body
    raised = models.lack_detail or models.are_in(detail)
    try:
        return {DETAIL: _raised(program, detail, models)} if raised else program({DETAIL: copy_json(detail)})
    except GateError:
        if is_text:
            return body
        return program(body) if raised else {DETAIL: program(detail)}


def _raised(program: Program, detail: Any, models: RaisedModels) -> Any:
    """A model that was raised as the detail of an error, or each of a list of such."""
    try:
        return program(copy_json(detail))
    except GateError:
        if is_array(detail) and models.are_items_of(detail):
            return [program(copy_json(one)) if is_object(one) else one for one in detail]
        raise


def _with_the_frameworks(program: Program | None, *, models: RaisedModels) -> Program | None:
    return None if program is None else functools.partial(_declared_or_the_frameworks, program, models=models)


def _as_it_is(program: Program | None) -> Program | None:
    return program


def _has_no_body(status: int) -> bool:
    return status < _FIRST_FINAL or status in WITHOUT_BODY


def _converting(codec: Codec, program: Program | None) -> Convert:
    """What converts a body; the same bytes where no program does."""
    return bytes if program is None else codec.around(program)


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """How responses of one status are handled.

    Args:
        status: the status in the version.
        program: converts the body; None where the body passes untouched.
        convert: the program with the codec, for a plain JSON response; None where a plain one needs more, or nothing.
        media: the media types that the contract declares for it.
        apart: the programs of those whose JSON has another schema; None where it passes untouched.
        told: whether its JSON may list validation errors.
        lists: whether the contract declares that it lists them.
        bodiless: whether a body of head's is left out, because its status or the version's has none.
    """

    status: int
    program: Program | None = None
    convert: Convert | None = None
    media: tuple[str, ...] = ()
    apart: Mapping[str, Program | None] = field(default_factory=dict[str, "Program | None"])
    told: bool = False
    lists: bool = False
    bodiless: bool = False


def inspected(
    headers: Collection[tuple[bytes, bytes]], dropped: Collection[bytes] = ()
) -> tuple[RawHeaders, Mapping[bytes, bytes]]:
    """The header fields of a request that are not dropped, and those that decide how it is handled, in one pass.

    The names of a request's header fields are in lower case (ASGI).
    """
    kept: RawHeaders = []
    fields: dict[bytes, bytes] = {}
    repeated = False
    for item in headers:
        name = item[0]
        if name in _INSPECTED:
            repeated = repeated or name in fields
            fields[name] = item[1]
            if name in dropped:
                continue
        kept.append(item)
    if repeated:
        # Fields of one name are one list (RFC 9110, section 5.3).
        fields = {name: b", ".join(values_of(headers, name)) for name in fields}
    return kept, fields


class Seat(NamedTuple):
    """Where a route stands.

    Attributes:
        routes: a list of the app's.
        at: the index in it.
        route: what stood there when the versions were made.
    """

    routes: Sequence[Any]
    at: int
    route: Any


_NOWHERE: Final = Seat((None,), 0, None)


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
        unconditional: whether an untouched request passes, whatever its path and its Content-Type.
        with_parameters: head's route, where its path parameters are converted; None where they pass.
        same_place: whether path and parameters are head's, and no other route of head can match first.
        upgrade: converts the body of a request that is plain JSON to head; None where no body is converted.
        upgrades: that of each JSON media type whose schema is another.
        dropped: header fields of a request that the app does not get, by the client's names.
        dropped_at_head: those by head's names, where a program gives header fields their names.
        assumes_json: whether a body without a Content-Type is JSON.
        converts_errors: whether the app's validation errors are converted.
        converts_responses: whether a response may have to be converted.
        response_plans: how responses are handled, by each status seen so far; `plan_response` adds the others.
        routes: the list of the app's in which its route stands.
        at: where it stands there.
        route: what stood there when the plan was made.
    """

    __slots__ = (
        "_codec", "assumes_json", "at", "converts_errors", "converts_responses", "dropped", "dropped_at_head", "entry",
        "gate", "head", "response_plans", "route", "routes", "same_place", "shadows", "unconditional",
        "untouched", "upgrade", "upgrades", "with_parameters",
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
        self.with_parameters = None if gate.path_parameters is None else head.plain()
        place = (gate.rewrite, self.with_parameters, gate.query, gate.headers, gate.cookies)
        self.same_place = not self.shadows and all(part is None for part in place)
        self.unconditional = not self.shadows and not gate.json_only
        apart = gate.apart.get("request", {})
        self.upgrades = {kind: _converting(codec, program) for kind, program in apart.items()}
        self.upgrade = (
            self.upgrades.get(_JSON) or _converting(codec, gate.request)
            if any(program is not None for program in (gate.request, *apart.values()))
            else None
        )
        self.assumes_json = gate.json_only
        touched = (self.upgrade, gate.query, gate.headers, gate.cookies, gate.path_parameters, gate.rewrite, gate.form)
        self.converts_errors = gate.relabels or any(part is not None for part in touched)
        others = (one for place, apart in gate.apart.items() if place != "request" for one in apart.values())
        self.converts_responses = any(program is not None for program in (*gate.responses.values(), *others))
        dropped = (
            _ASK_FOR_LESS
            if self.converts_responses
            else _ASK_FOR_CODING
            if self.converts_errors
            else frozenset[bytes]()
        )
        # What a name means to the app, it means under head's. A program may read a field that describes the body.
        self.dropped, self.dropped_at_head = (
            (dropped if self.upgrade is None else dropped | OF_THE_BODY, frozenset[bytes]())
            if gate.headers is None
            else (frozenset[bytes](), dropped)
        )
        self.response_plans: dict[int, ResponsePlan] = {}
        self.take(_NOWHERE)

    def take(self, seat: Seat) -> None:
        """Note where its route stands."""
        self.routes, self.at, self.route = seat

    def passes(self, headers: Iterable[tuple[bytes, bytes]], path: str, tagged: bool) -> bool:
        """Whether an untouched request can pass unchanged.

        Args:
            headers: the header fields of the request.
            path: its path.
            tagged: whether entity tags differ from head's at this version.
        """
        if self.shadows and self.shadowed(path):
            return False
        typed = not self.assumes_json
        for name, _ in headers:
            if name in _DECISIVE:
                if name == b"content-type":
                    typed = True
                elif tagged:
                    # An entity tag in the request may be of another version.
                    return False
        return typed

    def shadowed(self, path: str) -> bool:
        """Whether head's router may give a path to an operation that the version does not have."""
        # A route without a regex may match any path.
        return any(entry.regex is None or entry.regex.match(path) is not None for entry in self.shadows)

    def plan_response(self, status: int) -> ResponsePlan:
        """Plan and remember how responses are handled that have a status of head not seen before."""
        gate = self.gate
        told = status == INVALID
        was = gate.statuses.get(status, status)
        # An app may send a body with such a status all the same, and nothing declares what is in it.
        bodiless = (_has_no_body(status) or _has_no_body(was)) and (self.converts_responses or was != status)
        plan = ResponsePlan(was, told=told, bodiless=bodiless)
        last = gate.success if 200 <= status < 300 else "default"
        declared = next((name for name in (str(status), f"{status // 100}XX", last) if name in gate.responses), None)
        if declared is not None and not _has_no_body(status) and not bodiless:
            raises = functools.partial(_with_the_frameworks, models=gate.raised.get(declared, NO_MODELS))
            wrap = raises if status >= FIRST_ERROR else _as_it_is
            program = wrap(gate.responses[declared])
            apart = {kind: wrap(one) for kind, one in gate.apart.get(declared, {}).items()}
            lists = declared in gate.told
            told = told or (400 <= status < 500 and lists)
            # Validation errors are converted as well, beside what the program converts.
            plain = apart.get(_JSON, program)
            convert = None if plain is None or told else self._codec.around(plain, of_app=True)
            media = gate.response_media.get(declared, ())
            plan = ResponsePlan(plan.status, program, convert, media, apart, told, lists)
        self.response_plans[status] = plan
        return plan
