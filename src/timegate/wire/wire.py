"""What is on the wire at one version, as values: components, bodies, operations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import compress
from typing import Any, Final, Literal, TypeAlias

from timegate.typing import Location, Schema, Settings
from timegate.wire.marks import MARK_PREFIX
from timegate.wire.media import is_json_media
from timegate.wire.names import in_documents
from timegate.wire.paths import plain_path
from timegate.wire.schema import ref, references

Side: TypeAlias = Literal["requests", "responses"]
"""Whether a payload comes from a client or goes to a client."""

SIDES: Final[tuple[Side, Side]] = ("requests", "responses")


WITHOUT_BODY: Final = frozenset({204, 205, 304})
"""The statuses whose responses have no body (RFC 9110, section 15)."""

SUFFIXES: Final[Mapping[Side, str]] = {"requests": "-Input", "responses": "-Output"}
"""The end of a component's name where its two sides differ, as FastAPI writes it."""


HOLDERS: Final[Mapping[Location, str]] = {"query": "query", "header": "headers", "path": "path", "cookie": "cookies"}
"""What the parameters of a part of a request are called, but those of a form, which is a body."""


@dataclass(frozen=True, slots=True)
class Component:
    """A named schema at one version, with facts that JSON Schema cannot express.

    Args:
        name: its identity, the same at every version.
        schema: its JSON Schema at this version.
        model: the class it was made from; None where there is none.
        fields: Python name to wire name.
        spellings: wire name to every key head accepts for that field, the wire name first.
        display_name: the name in this version's document.
        exists: False where only newer versions have it; it is kept so that its payloads can be refused.
        inline: True for objects without a name of their own; documents show them in place.
        uncertain: wire names of fields whose accepted keys cannot be listed (an ``AliasPath``), or are another's too.
        types: wire name to the Python type that reads the field's values, where no field of the model gives it.
        aliases: every alias that a field has in requests or in responses, with the field's Python name.
        renamed: wire name to Python name of fields that this version calls otherwise than head.
        spread: for each class whose fields are among these parameters (``Depends``), the names at head of the others.
        written: how it writes a name that no field has yet: header fields in lower case, with hyphens or not.
        settings: how the values of its fields are read and written: by what the class says, or the class that holds it.
        older_class_name: what the class was called in Python at this version; empty where that is head's name.
        by_name: whether it is sent with the names in Python of fields as keys, whatever their aliases are.
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
    types: Mapping[str, Any] = field(default_factory=dict[str, Any])
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    spread: Mapping[Any, frozenset[str]] = field(default_factory=dict[Any, frozenset[str]])
    written: Callable[[str], str] = str
    settings: Settings = field(default_factory=dict[str, Any])
    older_class_name: str = ""
    by_name: bool = False
    _made: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]], init=False, repr=False, compare=False
    )

    @property
    def references(self) -> tuple[str, ...]:
        """The names of the components that the schema refers to, found once: versions share most components."""
        if "references" not in self._made:
            self._made["references"] = tuple(dict.fromkeys(references(self.schema)))
        return self._made["references"]

    @property
    def properties(self) -> dict[str, Schema]:
        """The schema's properties by wire name."""
        properties: dict[str, Schema] = self.schema.get("properties", {})
        return properties

    @property
    def required(self) -> list[str]:
        """The wire names the schema requires."""
        required: list[str] = self.schema.get("required", [])
        return required

    @property
    def closed(self) -> bool:
        """Whether the schema forbids keys that are no properties."""
        return self.schema.get("additionalProperties") is False or self.schema.get("unevaluatedProperties") is False

    @property
    def ignores_other_keys(self) -> bool:
        """Whether its class reads no keys but those of its fields, and takes others all the same.

        A schema without a class does not say so, and of an ``AliasPath`` not all keys are known.
        """
        says_more = {"additionalProperties", "unevaluatedProperties", "patternProperties"} & self.schema.keys()
        return self.model is not None and not says_more and not self.uncertain

    @property
    def internal(self) -> frozenset[str]:
        """The wire names of fields that no client knows."""
        return frozenset(filter(self.is_internal, self.properties))

    def is_internal(self, key: str) -> bool:
        """Whether no client knows the field with this wire name."""
        return bool(self.properties.get(key, {}).get(f"{MARK_PREFIX}internal"))

    @property
    def names(self) -> tuple[str, ...]:
        """What facts may call it: its name, that in documents, and those in documents that tell its sides apart."""
        sides = () if self.model is None else (self.display_name + suffix for suffix in SUFFIXES.values())
        return (self.name, self.display_name, *sides)

    @property
    def class_name(self) -> str:
        """What its class is called in Python at this version; empty where it has none."""
        return self.older_class_name or getattr(self.model, "__name__", "")

    @property
    def arm_label(self) -> str:
        """What validation errors call it as an arm of a union: a generic class by its name in Python.

        An enum they call by what its members are, too.
        """
        called = self.class_name if self.display_name == in_documents(self.class_name) else self.display_name
        if not (inspect.isclass(self.model) and issubclass(self.model, Enum)):
            return called
        kind = next((f"{one.__name__}-" for one in (int, str, float) if issubclass(self.model, one)), "")
        return f"{kind}enum[{called}]"

    def with_schema(self, schema: Schema) -> Component:
        """The component with another schema; the same object where that is no other."""
        return self if schema is self.schema else replace(self, schema=schema)

    def is_read_as(self, other: Component) -> bool:
        """Whether another component is of the same class, and the class is read alike there."""
        return self.model is other.model and self.settings == other.settings and self.aliases == other.aliases

    def wire_name(self, name: str) -> str | None:
        """The wire name of the field with this wire name, Python name or alias of either side; None where none has."""
        meant = (name, self.fields.get(name), self.fields.get(self.aliases.get(name, "")))
        return next((key for key in meant if key in self.properties), None)

    def python_name(self, name: str) -> str:
        """What the class calls the field with this name; the same name where the class has no such field."""
        key = self.wire_name(name) or name
        if key in self.renamed:
            return self.renamed[key]
        return next(self.python_names(key), name)

    def python_names(self, key: str) -> Iterator[str]:
        """What the class calls the field with this wire name; nothing where the class has no such field."""
        # Without a loop of Python's, because an object may have very many fields, and a version change each of them.
        return compress(self.fields, map(key.__eq__, self.fields.values()))

    def accepted(self, key: str) -> tuple[str, ...]:
        """Every key that head accepts for the property ``key``, beginning with ``key``."""
        return self.spellings.get(key, (key,))


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request or of a response.

    Args:
        schema: its JSON Schema.
        media: its declared media types.
        required: whether a request must have it.
        apart: the schemas of those media types whose JSON has another one.
        lax: whether head takes a request's body without a Content-Type for JSON.
        blanks: whether head takes an empty text in a form for none.
        spread: whether the keys of a request's body are parameters of the handler, each on its own.
        by_name: whether it is sent with the names in Python of fields as keys.
    """

    schema: Schema
    media: tuple[str, ...] = ("application/json",)
    required: bool = True
    apart: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    lax: bool = False
    blanks: bool = False
    spread: bool = False
    by_name: bool = False

    @property
    def has_json(self) -> bool:
        """Whether it may be a JSON document."""
        return any(map(is_json_media, self.media))

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """The JSON Schema of each media type, its own first."""
        return (self.schema, *self.apart.values())

    def changed(self, change: Callable[[Schema], Schema]) -> Body:
        """The same body with each of its schemas changed."""
        apart = {media: change(schema) for media, schema in self.apart.items()}
        return replace(self, schema=change(self.schema), apart=apart)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path at one version.

    Args:
        key: its identity at every version: method and path at head.
        method: the HTTP method.
        path: the path at this version, with convertors (``/variables/{key:path}``).
        request: the body of the request.
        responses: the body of each declared response by status (``"200"``, ``"4XX"``, ``"default"``); None for none.
        success: the status of the declared successful response.
        parameters: the components (on the side of requests) of its parameters: header fields in lower case, path
            parameters with head's names. A form that the request has as its body is there too.
        texts: the rest of its OpenAPI object, in the form that `Texts` describes.
        hidden: whether documents leave it out.
        exists: False where this version does not have it.
        path_names: head's name of each parameter of this version's path that head's path has too, by its name here;
            empty where the path is head's.
    """

    key: str
    method: str
    path: str
    request: Body | None
    responses: Mapping[str, Body | None]
    success: str
    parameters: Mapping[Location, str]
    texts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hidden: bool = False
    exists: bool = True
    path_names: Mapping[str, str] = field(default_factory=dict[str, str])
    _made: dict[Side, tuple[tuple[str, tuple[str, ...]], ...]] = field(
        default_factory=dict[Side, tuple[tuple[str, tuple[str, ...]], ...]], init=False, repr=False, compare=False
    )

    @property
    def query(self) -> str:
        """The component of its query parameters."""
        return self.parameters["query"]

    @property
    def headers(self) -> str:
        """The component of its header parameters."""
        return self.parameters["header"]

    @property
    def path_parameters(self) -> str:
        """The component of its path parameters."""
        return self.parameters["path"]

    @property
    def cookies(self) -> str:
        """The component of its cookies."""
        return self.parameters["cookie"]

    def roots(self, side: Side) -> Iterator[tuple[str, Schema]]:
        """The schema of every body and parameter object of one side, each with its place."""
        if not self.exists:
            return
        for place, body in self.bodies(side):
            yield f"{place} of {self.key}", body.schema
            for media, schema in body.apart.items():
                yield f"{place} ({media}) of {self.key}", schema
        if side == "requests":
            for location, holder in HOLDERS.items():
                yield f"{holder} of {self.key}", ref(self.parameters[location])

    def references(self, side: Side) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The names that each root refers to, with its place, found once: versions share most operations."""
        if side not in self._made:
            self._made[side] = tuple((place, tuple(references(schema))) for place, schema in self.roots(side))
        return self._made[side]

    def bodies(self, side: Side) -> list[tuple[str, Body]]:
        """The bodies of one side, each with ``"request"`` or the status of its response."""
        declared = {"request": self.request} if side == "requests" else self.responses
        return [(place, body) for place, body in declared.items() if body is not None]


@dataclass(frozen=True, slots=True)
class Wire:
    """Everything that can be on the wire at one version.

    Args:
        requests: the components of what clients send, by identity.
        responses: the components of what clients receive, by identity.
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

    def standalone(self, side: Side) -> tuple[Schema, ...]:
        """The schemas of one side's payloads without an operation."""
        return self.receives if side == "requests" else self.sends

    @property
    def parameter_holders(self) -> frozenset[str]:
        """The components of parameters, on the side of requests."""
        return frozenset(name for one in self.operations for name in one.parameters.values())

    def edited(self, side: Side, *components: Component) -> Wire:
        """The same wire with some components of one side replaced or added."""
        changed = {**self.components(side), **{component.name: component for component in components}}
        return replace(self, requests=changed) if side == "requests" else replace(self, responses=changed)

    def roots(self, side: Side) -> Iterator[tuple[str, Schema]]:
        """The schema of every body, parameter object and other payload of one side, each with its place."""
        for operation in self.operations:
            yield from operation.roots(side)
        yield from self._bare(side)

    def _bare(self, side: Side) -> Iterator[tuple[str, Schema]]:
        for schema in self.standalone(side):
            yield "received" if side == "requests" else "sent", schema

    def payloads(self, side: Side) -> Iterator[Schema]:
        """The schema of every body of one side, also of operations that this version does not have."""
        for operation in self.operations:
            for _, body in operation.bodies(side):
                yield from body.schemas
        yield from self.standalone(side)

    def with_payloads(self, side: Side, change: Callable[[Schema], Schema]) -> Wire:
        """The same wire with the schema of each payload of one side changed."""

        def changed(body: Body | None) -> Body | None:
            return body and body.changed(change)

        if side == "requests":
            # An operation without a request body stays the same object: the gates compare operations by identity.
            operations = [replace(one, request=changed(one.request)) if one.request else one for one in self.operations]
            return replace(self, operations=tuple(operations), receives=tuple(map(change, self.receives)))
        operations = [
            replace(one, responses={status: changed(body) for status, body in one.responses.items()})
            for one in self.operations
        ]
        return replace(self, operations=tuple(operations), sends=tuple(map(change, self.sends)))

    def body_of(self, side: Side, name: str) -> Schema | None:
        """The schema of an operation's body on one side; None where the name is none of an operation with a body there.

        Args:
            side: whether it is the body of the request or of a response.
            name: method and path, ``"GET /items/{item_id}"``; with a status, that of another response than the success.
        """
        shorter, _, last = name.rpartition(" ")
        key, status = (shorter, last) if last.isdigit() else (name, "")
        for operation in self.operations:
            if key in (operation.key, f"{operation.method} {plain_path(operation.path)}"):
                bodies = dict(operation.bodies(side))
                # An undeclared success is of the type of the declared one.
                success = (operation.success,) if status[:1] in ("", "2") else ()
                places = ("request",) if side == "requests" else (status, f"{status[:1]}XX", *success, "default")
                return next((bodies[place].schema for place in places if place in bodies), None)
        return None

    def reachable(self, side: Side) -> dict[str, str]:
        """The components that payloads of one side can contain, each with a place that reaches it."""
        components, found = self.components(side), dict[str, str]()
        waiting = [root for operation in self.operations for root in operation.references(side)]
        waiting += [(place, tuple(references(schema))) for place, schema in self._bare(side)]
        while waiting:
            place, names = waiting.pop()
            for name in names:
                if name in components and name not in found:
                    found[name] = place
                    waiting.append((place, components[name].references))
        return found
