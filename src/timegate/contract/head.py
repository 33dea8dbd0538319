"""What an app declares, as values, and the wire at head that follows from it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn, TypeAlias

from pydantic import PydanticUserError, create_model

from timegate.contract.document import MARK_PREFIX, Body, Component, Operation, Side, Wire, referred
from timegate.contract.identity import identified
from timegate.contract.shapes import Shapes, merged, shapes
from timegate.errors import CompileError, Fault
from timegate.typing import Schema

PARAMETER_MARK: Final = MARK_PREFIX + "parameter"
"""Holds, in a parameter's schema, what its OpenAPI object says beside the schema."""

HIDDEN_MARK: Final = MARK_PREFIX + "hidden"
"""Stands in the schema of a parameter that documents leave out."""

_WRAPPER: Final = "TimegateWrapper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body as an app declares it.

    Args:
        kind: its type; None where only ``schema`` is known.
        schema: its JSON Schema where there is no type.
        info: a pydantic ``FieldInfo`` with limits and texts of its own.
        by_alias: whether aliases are on the wire.
        media: the media types it is declared with.
        required: whether it must be there.
        made: whether a framework made the class for itself.
    """

    kind: Any = None
    schema: Schema = field(default_factory=dict[str, Any])
    info: Any = None
    by_alias: bool = True
    media: tuple[str, ...] = ("application/json",)
    required: bool = True
    made: bool = False

    def with_media(self, *others: str) -> Content:
        """The same body with more media types."""
        return replace(self, media=tuple(dict.fromkeys([*self.media, *others])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One query or header parameter.

    Args:
        field: its name in Python.
        name: its name on the wire.
        kind: its type.
        info: a pydantic ``FieldInfo``, or the default, or ``...``.
        hidden: whether documents leave it out.
    """

    field: str
    name: str
    kind: Any
    info: Any
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The query or header parameters of an operation.

    Args:
        model: the class that holds them; None where there is none.
        single: those declared one by one.
        hidden: whether documents leave out the model's fields.
        underscores: whether underscores in the names of the model's fields become hyphens on the wire.
    """

    model: Any = None
    single: tuple[Parameter, ...] = ()
    hidden: bool = False
    underscores: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One method of one path as an app declares it.

    Args:
        method: the HTTP method.
        path: the path with convertors.
        request: the body of the request.
        answers: by status; None where one has no body.
        success: the status of the declared success.
        query: the query parameters.
        headers: the header parameters.
        texts: the rest of its OpenAPI object.
        hidden: whether documents leave it out.
    """

    method: str
    path: str
    request: Content | None = None
    answers: Mapping[str, Content | None] = field(default_factory=dict[str, "Content | None"])
    success: str = "200"
    query: Parameters = Parameters()
    headers: Parameters = Parameters()
    texts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hidden: bool = False

    @property
    def key(self) -> str:
        """Its identity at every version."""
        return f"{self.method} {self.path}"


_Key: TypeAlias = tuple[str | int, ...]
"""Where a type was asked for."""

Roots: TypeAlias = Mapping[Side, Sequence[tuple[Any, Schema]]]
"""By side, the types a contract was asked for, each with its schema."""


def unreadable(place: str, problem: str, remedy: str) -> NoReturn:
    """Refuse an app that cannot be read whole, so that nothing is gated less."""
    raise CompileError([Fault("head", "", place, problem, remedy)])


def assembled(
    operations: Iterable[Declared],
    *,
    both: Sequence[Any] = (),
    sends: Sequence[Any] = (),
    receives: Sequence[Any] = (),
) -> tuple[Wire, Roots]:
    """The wire at head, and the schema of each type that was asked for.

    Args:
        operations: in the order in which the app matches them; of two with one key the first is reached.
        both: types of payloads that go both ways without an operation.
        sends: types of payloads that leave without an operation.
        receives: types of payloads that arrive without an operation.
    """
    reached: dict[str, Declared] = {}
    for operation in operations:
        reached.setdefault(operation.key, operation)
    declared = list(reached.values())
    leaving, arriving = [*both, *sends], [*both, *receives]
    asked = _Asked()
    for operation in declared:
        asked.operation(operation)
    for index, kind in enumerate(arriving):
        asked.requests.append((("received", index), kind))
    for index, kind in enumerate(leaving):
        asked.responses.append((("sent", index), kind))
    requests = _shapes("requests", asked.requests)
    responses = merged(
        _shapes("responses", asked.responses),
        _shapes("responses", asked.responses_by_name, by_alias=False),
        one_per_class=False,
    )
    requests, responses = _unwrapped(requests, asked), _unwrapped(responses, asked)
    made = [one.request.kind for one in declared if one.request is not None and one.request.made]
    requests = _anonymous(requests, made)
    responses = identified(responses, requests)
    components = dict(requests.components)
    built: list[Operation] = []
    for operation in declared:
        query = _parameters(operation.query, requests, asked, (operation.key, "query"))
        headers = _lowered(_parameters(operation.headers, requests, asked, (operation.key, "headers")), operation)
        components |= {query.name: query, headers.name: headers}
        built.append(_operation(operation, requests, responses, query.name, headers.name))
    wire = Wire(
        requests={name: c for name, c in components.items() if name not in asked.wrappers},
        responses=responses.components,
        operations=tuple(built),
        receives=tuple(requests.schemas["received", index] for index in range(len(arriving))),
        sends=tuple(responses.schemas["sent", index] for index in range(len(leaving))),
    )
    return wire, _roots(declared, arriving, leaving, requests, responses)


class _Asked:
    """The types of all operations, by side, each under a key of its own."""

    def __init__(self) -> None:
        self.requests: list[tuple[_Key, Any]] = []
        self.responses: list[tuple[_Key, Any]] = []
        self.responses_by_name: list[tuple[_Key, Any]] = []
        self.wrappers: set[str] = set()
        self.wrapped: set[_Key] = set()

    def operation(self, operation: Declared) -> None:
        if operation.request is not None and operation.request.kind is not None:
            self.requests.append(self._body((operation.key, "request"), operation.request))
        for status, answer in operation.answers.items():
            if answer is not None and answer.kind is not None:
                asked = self.responses if answer.by_alias else self.responses_by_name
                asked.append(self._body((operation.key, status), answer))
        for where, declared in (("query", operation.query), ("headers", operation.headers)):
            if declared.model is not None:
                self.requests.append(((operation.key, where, "model"), declared.model))
            if declared.single:
                fields = {f"field_{index}": (one.kind, one.info) for index, one in enumerate(declared.single)}
                self.requests.append(((operation.key, where, "single"), self._wrapper(fields)))

    def _body(self, key: _Key, content: Content) -> tuple[_Key, Any]:
        if content.info is None:
            return key, content.kind
        self.wrapped.add(key)
        return key, self._wrapper({"field_0": (content.kind, content.info)})

    def _wrapper(self, fields: Mapping[str, Any]) -> Any:
        # As a model's field a FieldInfo means what it means to the app; in Annotated, pydantic ignores parts of it.
        name = f"{_WRAPPER}{len(self.wrappers)}"
        self.wrappers.add(name)
        return create_model(name, **dict(fields))


def _shapes(side: Side, asked: Sequence[tuple[_Key, Any]], *, by_alias: bool = True) -> Shapes:
    """The schemas of types; a type that has none is named."""
    try:
        return shapes(side, asked, by_alias=by_alias)
    except PydanticUserError as error:
        for key, kind in asked:
            try:
                shapes(side, [(key, kind)], by_alias=by_alias)
            except PydanticUserError as first:
                place = " ".join(str(part) for part in key)
                problem = f"its type has no JSON Schema: {first.message}"
                raise CompileError([Fault("head", "", place, problem, "declare a type that has one")]) from first
        fault = Fault("head", "", "its types", error.message, "declare types that have a JSON Schema")
        raise CompileError([fault]) from error


def _unwrapped(found: Shapes, asked: _Asked) -> Shapes:
    """The bodies that were asked for by way of a wrapper, as what it holds."""
    schemas: dict[Hashable, Schema] = {}
    for key, schema in found.schemas.items():
        if key in asked.wrapped:
            (held,) = found.components[referred(schema) or ""].properties.values()
            schema = _without_slot(held)
        schemas[key] = schema
    return Shapes(schemas, found.components)


def _anonymous(found: Shapes, made: Sequence[Any]) -> Shapes:
    """The components of classes that a framework made for itself without these classes: no fact can name them."""
    components = {
        name: replace(component, model=None) if any(component.model is one for one in made) else component
        for name, component in found.components.items()
    }
    return Shapes(found.schemas, components)


def _without_slot(schema: Schema) -> Schema:
    """A field's schema without the title that only its slot in the wrapper gave it."""
    return {key: value for key, value in schema.items() if key != "title" or not str(value).startswith("Field ")}


def _parameters(declared: Parameters, requests: Shapes, asked: _Asked, key: tuple[str, str]) -> Component:
    """The component that stands for the query or header parameters of an operation."""
    operation, where = key
    name = f"{operation} {where}"
    made = Component(name, {"type": "object", "properties": {}}, shown=name, adhoc=True)
    if declared.model is not None:
        held = requests.components.get(referred(requests.schemas[(*key, "model")]) or "")
        if held is None or held.schema.get("type") != "object":
            unreadable(operation, f"its {where} parameters are declared by a type without fields", "declare a model")
        made = replace(held, name=name, shown=name, adhoc=True)
        if declared.hidden:
            hidden = {key: {**schema, HIDDEN_MARK: True} for key, schema in held.properties.items()}
            made = replace(made, schema={**held.schema, "properties": hidden})
    if declared.single:
        wrapper = requests.components[referred(requests.schemas[(*key, "single")]) or ""]
        for index, one in enumerate(declared.single):
            made = _with_parameter(made, one, wrapper, f"field_{index}")
    return made


def _with_parameter(component: Component, one: Parameter, wrapper: Component, slot: str) -> Component:
    wire = wrapper.fields[slot]
    if one.name in component.properties:
        return component
    schema = _without_slot(wrapper.properties[wire])
    if one.hidden:
        schema = {**schema, HIDDEN_MARK: True}
    required = [*component.required, one.name] if wire in wrapper.required else component.required
    others = [key for key in wrapper.accepted(wire) if key not in (slot, one.name)]
    return replace(
        component,
        schema={**component.schema, "properties": {**component.properties, one.name: schema}, "required": required},
        fields={**component.fields, one.field: one.name},
        spellings={**component.spellings, **({one.name: (one.name, *others)} if others else {})},
    )


def _lowered(component: Component, operation: Declared) -> Component:
    """Header parameters under the names that HTTP knows them by: case does not count."""
    python = {wire: name for name, wire in component.fields.items()}
    single = {one.name for one in operation.headers.single}

    def name_of(wire: str) -> str:
        hyphens = operation.headers.underscores and wire not in single and python.get(wire) == wire
        return (wire.replace("_", "-") if hyphens else wire).lower()

    properties: dict[str, Schema] = {}
    for wire, schema in component.properties.items():
        mark = {"name": wire} if wire in single and wire != wire.lower() else {}
        properties[name_of(wire)] = {**schema, PARAMETER_MARK: mark} if mark else schema
    spellings = {
        name_of(wire): tuple(dict.fromkeys([name_of(wire), *(key.lower() for key in keys[1:])]))
        for wire, keys in component.spellings.items()
    }
    return replace(
        component,
        schema={**component.schema, "properties": properties, "required": [name_of(n) for n in component.required]},
        fields={name: name_of(wire) for name, wire in component.fields.items()},
        spellings=spellings,
    )


def _operation(operation: Declared, requests: Shapes, responses: Shapes, query: str, headers: str) -> Operation:
    answers = {
        status: None if answer is None else _body(answer, responses.schemas.get((operation.key, status)))
        for status, answer in operation.answers.items()
    }
    request = operation.request
    return Operation(
        key=operation.key,
        method=operation.method,
        path=operation.path,
        request=None if request is None else _body(request, requests.schemas.get((operation.key, "request"))),
        answers=answers,
        success=operation.success,
        query=query,
        headers=headers,
        texts=operation.texts,
        hidden=operation.hidden,
    )


def _body(content: Content, schema: Schema | None) -> Body:
    return Body(content.schema if schema is None else schema, content.media, content.required)


def _roots(
    declared: Sequence[Declared],
    arriving: Sequence[Any],
    leaving: Sequence[Any],
    requests: Shapes,
    responses: Shapes,
) -> Roots:
    received = [(kind, requests.schemas["received", index]) for index, kind in enumerate(arriving)]
    sent = [(kind, responses.schemas["sent", index]) for index, kind in enumerate(leaving)]
    for operation in declared:
        if operation.request is not None and operation.request.kind is not None and not operation.request.made:
            received.append((operation.request.kind, requests.schemas[operation.key, "request"]))
        for status, answer in operation.answers.items():
            if answer is not None and answer.kind is not None:
                sent.append((answer.kind, responses.schemas[operation.key, status]))
    return {"requests": received, "responses": sent}


__all__ = [
    "HIDDEN_MARK",
    "PARAMETER_MARK",
    "Content",
    "Declared",
    "Parameter",
    "Parameters",
    "Roots",
    "assembled",
    "unreadable",
]
