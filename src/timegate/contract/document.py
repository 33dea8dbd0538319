"""What the wire looks like at one version, as values, and the OpenAPI document drawn from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from timegate.typing import Document, Schema, is_array, is_object

REF_PREFIX: Final = "#/components/schemas/"
MARK_PREFIX: Final = "x-timegate-"

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
    shown: str = ""
    exists: bool = True
    adhoc: bool = False
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
    answers: Mapping[str, Body | None]
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
                for status, answer in operation.answers.items():
                    if answer is not None:
                        yield f"{status} of {operation.key}", answer.schema
        for schema in self.receives if side == "requests" else self.sends:
            yield "received" if side == "requests" else "sent", schema

    def payloads(self, side: Side) -> Iterator[Schema]:
        """Every schema of a body of one side, those of operations that this version lacks included."""
        for operation in self.operations:
            bodies = [operation.request] if side == "requests" else operation.answers.values()
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


def ref(name: str) -> Schema:
    """A schema that refers to a component."""
    return {"$ref": REF_PREFIX + name}


def referred(schema: object) -> str | None:
    """The component a schema refers to; None where it is no reference."""
    if is_object(schema):
        target: object = schema.get("$ref")
        if isinstance(target, str) and target.startswith(REF_PREFIX):
            return target[len(REF_PREFIX) :]
    return None


def objects_in(schema: object) -> Iterator[dict[str, Any]]:
    """Every schema object in a schema, at any depth, each after what holds it."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if is_array(node):
            waiting.extend(node)
        elif is_object(node):
            yield node
            for key, value in node.items():
                if isinstance(value, str):
                    # Most of what a schema says is text.
                    continue
                if key in NAMED_SCHEMAS and is_object(value):
                    waiting.extend(value.values())
                elif key not in LITERAL_KEYWORDS:
                    waiting.append(value)


def references(schema: object) -> Iterator[str]:
    """Every component a schema refers to, at any depth, its discriminator mappings left out."""
    for node in objects_in(schema):
        name = referred(node)
        if name is not None:
            yield name


LITERAL_KEYWORDS: Final = frozenset({"default", "const", "enum", "examples", "example", "discriminator", "required"})
"""Keywords whose values are payloads or names, not schemas."""

NAMED_SCHEMAS: Final = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
"""Keywords whose values are schemas by names of the user's, which may look like keywords."""


def rewritten(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A copy of a schema in which each schema object, innermost first, is what ``change`` makes of it."""
    if is_array(schema):
        return [rewritten(item, change) for item in schema]
    if not is_object(schema):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in NAMED_SCHEMAS and is_object(value):
            copy[key] = {name: rewritten(inner, change) for name, inner in value.items()}
        elif key in LITERAL_KEYWORDS or key.startswith(MARK_PREFIX):
            copy[key] = value
        else:
            copy[key] = rewritten(value, change)
    return change(copy)


def unmarked(schema: Any) -> Any:
    """A copy of a schema without this package's own notes."""
    return rewritten(
        schema, lambda node: {key: value for key, value in node.items() if not str(key).startswith(MARK_PREFIX)}
    )


def plain_path(path: str) -> str:
    """A path without convertors, as OpenAPI writes it."""
    return "/".join(_plain_segment(segment) for segment in path.split("/"))


def _plain_segment(segment: str) -> str:
    out, rest = "", segment
    while "{" in rest:
        before, _, after = rest.partition("{")
        name, _, rest = after.partition("}")
        out += f"{before}{{{name.partition(':')[0]}}}"
    return out + rest


__all__ = [
    "LITERAL_KEYWORDS",
    "MARK_PREFIX",
    "REF_PREFIX",
    "SIDES",
    "Body",
    "Component",
    "Document",
    "Operation",
    "Side",
    "Wire",
    "objects_in",
    "plain_path",
    "ref",
    "references",
    "referred",
    "rewritten",
    "unmarked",
]
