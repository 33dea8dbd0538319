"""The laws: what must be the same, for the client and for the handler."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.twins.documents import Documents
from tests.twins.drawing import SHOWN
from tests.twins.exchange import Exchange
from tests.twins.requests import takes
from tests.twins.shapes import NONE
from tests.twins.values import is_dict, same


@dataclass(frozen=True)
class Difference:
    """A law that does not hold.

    Args:
        law: its name.
        what: in few words, the same for the same cause.
        details: what was expected, and what came.
    """

    law: str
    what: str
    details: str


Judged: TypeAlias = tuple[str, Difference | None]
Law: TypeAlias = Callable[[Exchange], Iterator[Judged]]


def judged(exchange: Exchange, own: Documents, heads: Documents) -> Iterator[Judged]:
    """Judge an exchange by every law that says something about it."""
    if exchange.request.kind == "version":
        yield from version(exchange)
        return
    if exchange.request.kind == "strange":
        yield from absence(exchange)
        return
    yield from verdict(exchange)
    yield from handler(exchange)
    yield from refusal(exchange)
    yield from reading(exchange)
    yield from header_fields(exchange, own)
    yield from valid_at_head(exchange, own, heads)


PROBLEMS = ("version-missing", "version-unknown", "version-unsupported", "version-too-new", "version-ambiguous")


def version(exchange: Exchange) -> Iterator[Judged]:
    """A version that is none is refused before any handler is called."""
    response = exchange.new_response
    refused = response.status == 400 and response.headers.get("content-type") == "application/problem+json"
    known = refused and json.loads(response.body)["type"].removeprefix("urn:timegate:problem:") in PROBLEMS
    if known and exchange.new_heard is None:
        yield "version", None
    else:
        yield "version", Difference("version", str(response.status), repr(response.body))


def absence(exchange: Exchange) -> Iterator[Judged]:
    """What only head has is not there for an old client: 404, or 405 with the methods that its version has."""
    old, new = exchange.old_response, exchange.new_response
    methods = {one.method for one in exchange.oldest.operations.values() if takes(one.path, exchange.old.path)}
    allowed = {*filter(None, new.headers.get("allow", "").replace(" ", "").split(","))} - {"HEAD", "OPTIONS"}
    if old.status == new.status and exchange.new_heard is None and allowed == methods:
        yield "absence", None
    else:
        yield "absence", Difference("absence", f"{old.status}, now {new.status}", f"{old} {new}")


def header_fields(exchange: Exchange, own: Documents) -> Iterator[Judged]:
    """An old client gets the header fields that its own app sent, and its document has them."""
    if exchange.old_heard is None or exchange.new_heard is None:
        return
    old, new = exchange.old_response, exchange.new_response
    names = [name for name in SHOWN if old.values(name) or new.values(name)]
    unlike = [name for name in names if old.values(name) != new.values(name)]
    if exchange.head.told and exchange.head.shown:
        told = own.header_fields(exchange.old)
        unlike += [f"{name} in the document" for name in told ^ {shown.name for shown in exchange.old.shown}]
    if unlike:
        yield (
            "header fields",
            Difference("header fields", "", f"{unlike}: expected {old.fields}\n     got {new.fields}"),
        )
    elif names:
        yield "header fields", None


def verdict(exchange: Exchange) -> Iterator[Judged]:
    """The new app accepts what the old app accepts, and both respond with the same status."""
    old, new = exchange.old_response.status, exchange.new_response.status
    heard = exchange.old_heard is not None, exchange.new_heard is not None
    if old == new and heard[0] == heard[1]:
        yield "verdict", None
        return
    details = exchange.old_details or exchange.new_details
    types = ",".join(sorted({entry.get("type", "") for entry in details}))
    shown = f"old {exchange.old_details} new {exchange.new_response.body[:600]!r} {exchange.log}"
    what = f"{old} {'heard' if heard[0] else 'refused'}, now {new} {'heard' if heard[1] else 'refused'} {types}"
    yield "verdict", Difference("verdict", what, shown)


def handler(exchange: Exchange) -> Iterator[Judged]:
    """What head's handler is given means what the old one was given."""
    if exchange.old_heard is None or exchange.new_heard is None:
        return
    if same(exchange.expected, exchange.new_heard):
        yield "handler", None
        return
    shown = f"expected {exchange.expected}\n     got {exchange.new_heard}"
    places = ",".join(name for name in exchange.expected if not _same_at(exchange, name))
    yield "handler", Difference("handler", "body" if places == "body" else "parameters", shown)


def _same_at(exchange: Exchange, name: str) -> bool:
    heard = exchange.new_heard or {}
    return name in heard and same(exchange.expected[name], heard[name])


def refusal(exchange: Exchange) -> Iterator[Judged]:
    """A 422 names the same places, types and inputs."""
    if exchange.old_response.status != 422 or exchange.new_response.status != 422:
        return
    old, new = exchange.old_details, exchange.new_details
    if len(old) == len(new) and all(entry in old for entry in new) and all(entry in new for entry in old):
        yield "refusal", None
        return
    strange = [entry for entry in new if entry not in old] or new
    theirs = [entry for entry in old if entry not in new]
    parts = sorted({part for entry in strange for part in _unlike(entry, theirs)}) or ["fewer"]
    new_text = new or repr(exchange.new_response.body[:600])
    yield "refusal", Difference("refusal", f"other {','.join(parts)}", f"expected {old}\n     got {new_text}")


def _unlike(entry: Any, others: list[Any]) -> list[str]:
    """In what an entry is unlike the most similar other one."""
    best = ["loc", "type", "input"]
    for other in others:
        unlike = [key for key in ("loc", "type", "input") if entry.get(key, ...) != other.get(key, ...)]
        best = min(best, unlike, key=len)
    return best


def reading(exchange: Exchange) -> Iterator[Judged]:
    """What the old client reads is the same."""
    if exchange.old_heard is None or exchange.new_heard is None:
        return
    if exchange.old_response.status != exchange.new_response.status:
        return
    if exchange.old.response == NONE and not exchange.failed:
        # It is empty, or the null that a status with a body has.
        alike = exchange.old_response.body == exchange.new_response.body
        yield "reading", None if alike else Difference("reading", "a body", repr(exchange.new_response.body[:300]))
        return
    try:
        old, new = exchange.read
    except ValueError:
        yield "reading", Difference("reading", "no JSON", repr(exchange.new_response.body[:300]))
        return
    if same(old, new):
        yield "reading", None
        return
    yield "reading", Difference("reading", " ".join(exchange.old.flags), f"expected {old}\n     got {new}")


def valid_at_head(exchange: Exchange, own: Documents, heads: Documents) -> Iterator[Judged]:
    """A valid response is valid in its own document, and what reaches head of a valid request in head's."""
    if exchange.old_heard is None or exchange.new_heard is None:
        return
    if exchange.old_response.status == exchange.new_response.status:
        try:
            body, sent = json.loads(exchange.new_response.body), json.loads(exchange.sent)
        except ValueError:
            return
        # What head sends may lack what its own document requires: `exclude_none` and the like leave it out.
        if exchange.failed and is_dict(sent) and sent.keys() == {"detail"}:
            # As the detail of an error, the model stands where no document has it.
            return
        status = exchange.old_response.status
        failing = exchange.head.failing if exchange.failed else exchange.head.status
        if heads.response(exchange.head, sent, failing) is None:
            fault = own.response(exchange.old, body, status)
            found = None if fault is None else Difference("own document", _kind(fault), f"{fault} in {body} of {sent}")
            yield "own document", found
    if exchange.request.kind == "valid" and exchange.old.has_json and exchange.received:
        fault = heads.request(exchange.head, json.loads(exchange.received))
        found = (
            None if fault is None else Difference("head's document", _kind(fault), f"{fault} in {exchange.received!r}")
        )
        yield "head's document", found


def _kind(fault: str) -> str:
    for word in ("is a required", "not of type", "not one of", "not valid under any", "unexpected", "does not have"):
        if word in fault:
            return word
    return "other"
