"""Kinds of breaking changes in the schema of a body or of a property: one fact mends each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import WithJsonSchema

from tests.coverage.schema_pairs import PAIRS, Pair, topic
from timegate import Contract, Timeline, Version, VersionChange, endpoint, on
from timegate.changes.base import Fact
from timegate.typing import Schema

NEW, OLD = "2025-06-01", "2025-01-01"

_PLACE = re.compile(r"(request|response)-(body|property)-(.+)")

_VALUE = "which value stands for one that the other side does not take"


@dataclass(frozen=True)
class SchemaChange:
    """One kind of change at one place, with the fact that mends it.

    Args:
        sent: whether it is about a request.
        pair: what the sender sends, and what the receiver reads.
        whole: whether the schema is the body's own, and not that of a property.
        fact: mends it.
        decision: what its author decides.
    """

    sent: bool
    pair: Pair
    whole: bool
    fact: Fact
    decision: str

    @property
    def head(self) -> Schema:
        return self.pair.receiver if self.sent else self.pair.sender

    @property
    def old(self) -> Schema:
        return self.pair.sender if self.sent else self.pair.receiver

    def contract(self) -> Contract:
        """The contract of head, from a document."""
        return Contract.from_openapi(document(self.body(self.head), sent=self.sent))

    def body(self, schema: Schema) -> Schema:
        """The schema of the body where the schema is that of its property."""
        if self.whole:
            return schema
        return {"type": "object", "properties": {"value": schema}, "required": ["value"]}

    def payload(self, value: Any) -> Any:
        return value if self.whole else {"value": value}

    def converted(self) -> Any:
        """What the receiver gets."""
        change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": (self.fact,)})
        gates = Timeline(Version(NEW, change), Version(OLD)).compile(self.contract())
        if self.sent:
            return gates.upgrade("POST /bodies", self.payload(self.pair.sent), from_version=OLD)
        return gates.downgrade("POST /bodies", self.payload(self.pair.sent), to_version=OLD)


def document(body: Schema, *, sent: bool) -> dict[str, Any]:
    """A document with one operation, whose request or response has a body."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}
    operation: dict[str, Any] = {"responses": {"200": {"description": "Done."}}}
    if sent:
        operation["requestBody"] = {"required": True, "content": content}
    else:
        operation["responses"]["200"]["content"] = content
    return {
        "openapi": "3.1.0",
        "info": {"title": "Example", "version": "1"},
        "paths": {"/bodies": {"post": operation}},
        "components": {"schemas": {"Body": body}},
    }


def schema_change(kind: str) -> SchemaChange | None:
    """A kind of change by its name; None where it is about something else than a schema."""
    found = _PLACE.fullmatch(kind)
    if found is None:
        return None
    sent, whole = found[1] == "request", found[2] == "body"
    name = topic(found[3], sent=sent)
    pair = PAIRS.get(name)
    if pair is None:
        return None
    fact, decision = _fact(name, pair, sent=sent, whole=whole)
    return SchemaChange(sent, pair, whole, fact, decision)


def _fact(name: str, pair: Pair, *, sent: bool, whole: bool) -> tuple[Fact, str]:
    def converted(value: Any) -> Any:
        return pair.received

    body = on("Body")
    was: Any = Annotated[Any, WithJsonSchema(pair.sender if sent else pair.receiver)]
    match name:
        case _ if whole:
            bodies = endpoint("/bodies", "POST")
            if sent:
                return bodies.rewritten(request=converted, was=was, loses="as decided"), _VALUE
            return bodies.rewritten(response=converted, was=was), _VALUE
        case "nullable" if sent:
            return body.became_non_null("value", null_is=pair.received), "what head gets for null"
        case "nullable":
            return body.became_nullable("value", null_was=pair.received), "what old clients read for null"
        case "enum-value" if sent:
            shrank = body.literal("value").shrank("c", read_as="b", loses="as decided")
            return shrank, "which member head reads for the old one"
        case "enum-value":
            return body.literal("value").grew("c", seen_as="b"), "which member old clients read for the new one"
        case "const-changed":
            old, new = (pair.sent, pair.received) if sent else (pair.received, pair.sent)
            return body.literal("value").renamed(old, to=new), ""
        case "became-enum":
            return body.retyped("value", was=str, to_head=converted, to_old=str, loses="as decided"), _VALUE
        case _ if not sent and _is_limit(name):
            return body.constrained("value", was=was, to_old=converted), _VALUE
        case _:
            fact = body.retyped("value", was=was, to_head=converted, to_old=converted, loses="as decided")
            return fact, _VALUE


def _is_limit(name: str) -> bool:
    return name.removesuffix("-set").removeprefix("exclusive-") in _LIMITS


_LIMITS = frozenset({"max", "min", "max-length", "min-length", "max-items", "min-items", "pattern"})
