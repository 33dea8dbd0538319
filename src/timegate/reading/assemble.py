"""What an app declares, as values, and the wire at head that follows from it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from pydantic import PydanticUserError, create_model

from timegate.errors import CompileError, Fault
from timegate.reading.declared import DeclaredBody, DeclaredOperation, DeclaredParameter, DeclaredParameters, refuse_app
from timegate.reading.identity import identified
from timegate.reading.schemas import Shapes, merged, shapes
from timegate.typing import Schema
from timegate.wire.marks import HIDDEN_MARK, PARAMETER_MARK
from timegate.wire.schema import referred
from timegate.wire.wire import Body, Component, Operation, Side, Wire

_WRAPPER: Final = "TimegateWrapper"


_Key: TypeAlias = tuple[str | int, ...]
"""Where a type was asked for."""

Roots: TypeAlias = Mapping[Side, Sequence[tuple[Any, Schema]]]
"""By side, the types a contract was asked for, each with its schema."""


def head_wire(
    operations: Iterable[DeclaredOperation],
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
    reached: dict[str, DeclaredOperation] = {}
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

    def operation(self, operation: DeclaredOperation) -> None:
        if operation.request is not None and operation.request.kind is not None:
            self.requests.append(self._body((operation.key, "request"), operation.request))
        for status, answer in operation.responses.items():
            if answer is not None and answer.kind is not None:
                asked = self.responses if answer.by_alias else self.responses_by_name
                asked.append(self._body((operation.key, status), answer))
        for where, declared in (("query", operation.query), ("headers", operation.headers)):
            if declared.model is not None:
                self.requests.append(((operation.key, where, "model"), declared.model))
            if declared.single:
                fields = {f"field_{index}": (one.kind, one.info) for index, one in enumerate(declared.single)}
                self.requests.append(((operation.key, where, "single"), self._wrapper(fields)))

    def _body(self, key: _Key, content: DeclaredBody) -> tuple[_Key, Any]:
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


def _parameters(declared: DeclaredParameters, requests: Shapes, asked: _Asked, key: tuple[str, str]) -> Component:
    """The component that stands for the query or header parameters of an operation."""
    operation, where = key
    name = f"{operation} {where}"
    made = Component(name, {"type": "object", "properties": {}}, display_name=name, inline=True)
    if declared.model is not None:
        held = requests.components.get(referred(requests.schemas[(*key, "model")]) or "")
        if held is None or held.schema.get("type") != "object":
            refuse_app(operation, f"its {where} parameters are declared by a type without fields", "declare a model")
        made = replace(held, name=name, display_name=name, inline=True)
        if declared.hidden:
            hidden = {key: {**schema, HIDDEN_MARK: True} for key, schema in held.properties.items()}
            made = replace(made, schema={**held.schema, "properties": hidden})
    if declared.single:
        wrapper = requests.components[referred(requests.schemas[(*key, "single")]) or ""]
        for index, one in enumerate(declared.single):
            made = _with_parameter(made, one, wrapper, f"field_{index}")
    return made


def _with_parameter(component: Component, one: DeclaredParameter, wrapper: Component, slot: str) -> Component:
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


def _lowered(component: Component, operation: DeclaredOperation) -> Component:
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


def _operation(
    operation: DeclaredOperation, requests: Shapes, responses: Shapes, query: str, headers: str
) -> Operation:
    declared = {
        status: None if answer is None else _body(answer, responses.schemas.get((operation.key, status)))
        for status, answer in operation.responses.items()
    }
    request = operation.request
    return Operation(
        key=operation.key,
        method=operation.method,
        path=operation.path,
        request=None if request is None else _body(request, requests.schemas.get((operation.key, "request"))),
        responses=declared,
        success=operation.success,
        query=query,
        headers=headers,
        texts=operation.texts,
        hidden=operation.hidden,
    )


def _body(content: DeclaredBody, schema: Schema | None) -> Body:
    return Body(content.schema if schema is None else schema, content.media, content.required)


def _roots(
    declared: Sequence[DeclaredOperation],
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
        for status, answer in operation.responses.items():
            if answer is not None and answer.kind is not None:
                sent.append((answer.kind, responses.schemas[operation.key, status]))
    return {"requests": received, "responses": sent}
