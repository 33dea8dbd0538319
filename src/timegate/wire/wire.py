"""What the wire looks like at one version, as values, and the OpenAPI document drawn from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from timegate.typing import Schema
from timegate.wire.marks import MARK_PREFIX
from timegate.wire.schema import ref, references

Side: TypeAlias = Literal["requests", "responses"]
"""Whether a payload comes from a client or goes to one."""

SIDES: Final[tuple[Side, Side]] = ("requests", "responses")


@dataclass(frozen=True, slots=True)
class Component:
    """A named schema at one version, with what JSON Schema does not tell.

    Args:
        name: its identity, the same at every version.
        schema: its JSON Schema at this version.
        model: the class it was made from; None where there is none.
        fields: Python name to wire name.
        spellings: wire name to every key head accepts for that field, the wire name first.
        shown: the name in this version's document.
        exists: False where this version does not have it (it is kept aside, so that it can be refused).
        adhoc: True for objects written inline; their document shows them in place.
        complete: False where keys may be spelled in ways that cannot be listed (an ``AliasPath``).
    """

    name: str
    schema: Schema
    model: Any = None
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    display_name: str = ""
    exists: bool = True
    inline: bool = False
    uncertain: frozenset[str] = frozenset()

    @property
    def properties(self) -> dict[str, Schema]:
        """The schema's properties by wire name."""
        found: dict[str, Schema] = self.schema.get("properties", {})
        return found

    @property
    def required(self) -> list[str]:
        """The wire names the schema requires."""
        found: list[str] = self.schema.get("required", [])
        return found

    @property
    def closed(self) -> bool:
        """Whether a key that is no property is forbidden."""
        return self.schema.get("additionalProperties") is False or self.schema.get("unevaluatedProperties") is False

    @property
    def internal(self) -> frozenset[str]:
        """The wire names of fields that no client knows."""
        return frozenset(key for key, schema in self.properties.items() if schema.get(f"{MARK_PREFIX}internal"))

    def wire(self, name: str) -> str | None:
        """The wire name of a field given by its Python name or its wire name."""
        if name in self.properties:
            return name
        known = self.fields.get(name)
        return known if known is not None and known in self.properties else None

    def accepted(self, key: str) -> tuple[str, ...]:
        """Every key that head accepts for the property ``key``, that one first."""
        return self.spellings.get(key, (key,))


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request or of an answer.

    Args:
        schema: its JSON Schema.
        media: the media types it is declared with.
        required: whether it must be there.
    """

    schema: Schema
    media: tuple[str, ...] = ("application/json",)
    required: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path at one version.

    Args:
        key: its identity at every version: method and path at head.
        method: the HTTP method.
        path: the path at this version, with convertors (``/variables/{key:path}``).
        request: the body of the request.
        answers: declared answers by status (``"200"``, ``"4XX"``, ``"default"``); None where one has no body.
        success: the status of the declared success.
        query: the component (of the requests) that holds its query parameters.
        headers: the component (of the requests) that holds its header parameters, in lower case.
        texts: the rest of its OpenAPI object.
        hidden: whether documents leave it out.
        exists: False where this version does not have it.
    """

    key: str
    method: str
    path: str
    request: Body | None
    responses: Mapping[str, Body | None]
    success: str
    query: str
    headers: str
    texts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hidden: bool = False
    exists: bool = True


@dataclass(frozen=True, slots=True)
class Wire:
    """Everything that can be on the wire at one version.

    Args:
        requests: the components of what clients send, by identity.
        responses: the components of what clients get, by identity.
        operations: in the order in which the app matches them.
        receives: schemas of payloads that arrive without an operation.
        sends: schemas of payloads that leave without an operation.
    """

    requests: Mapping[str, Component]
    responses: Mapping[str, Component]
    operations: tuple[Operation, ...] = ()
    receives: tuple[Schema, ...] = ()
    sends: tuple[Schema, ...] = ()

    def components(self, side: Side) -> Mapping[str, Component]:
        """The components of one side."""
        return self.requests if side == "requests" else self.responses

    def edited(self, side: Side, *components: Component) -> Wire:
        """The same wire with other components on one side."""
        changed = {**self.components(side), **{component.name: component for component in components}}
        return replace(self, requests=changed) if side == "requests" else replace(self, responses=changed)

    def roots(self, side: Side) -> Iterator[tuple[str, Schema]]:
        """Every schema from which payloads of one side start, with the place it stands at."""
        for operation in self.operations:
            if not operation.exists:
                continue
            if side == "requests":
                if operation.request is not None:
                    yield f"request of {operation.key}", operation.request.schema
                yield f"query of {operation.key}", ref(operation.query)
                yield f"headers of {operation.key}", ref(operation.headers)
            else:
                for status, answer in operation.responses.items():
                    if answer is not None:
                        yield f"{status} of {operation.key}", answer.schema
        for schema in self.receives if side == "requests" else self.sends:
            yield "received" if side == "requests" else "sent", schema

    def payloads(self, side: Side) -> Iterator[Schema]:
        """Every schema of a body of one side, those of operations that this version lacks included."""
        for operation in self.operations:
            bodies = [operation.request] if side == "requests" else operation.responses.values()
            for body in bodies:
                if body is not None:
                    yield body.schema
        yield from self.receives if side == "requests" else self.sends

    def reachable(self, side: Side) -> dict[str, str]:
        """The components payloads of one side can hold, each with the place it was first found at."""
        components, found = self.components(side), dict[str, str]()
        waiting = list(self.roots(side))
        while waiting:
            place, schema = waiting.pop()
            for name in references(schema):
                if name in components and name not in found:
                    found[name] = place
                    waiting.append((place, components[name].schema))
        return found
