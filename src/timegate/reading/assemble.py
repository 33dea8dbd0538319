"""The declared operations and types of an app become the wire at head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from pydantic import PydanticUserError, create_model

from timegate.errors import CompileError
from timegate.reading.class_fields import field_types
from timegate.reading.declared import (
    DeclaredBody,
    DeclaredOperation,
    reached_operations,
    refuse_app,
)
from timegate.reading.forms import with_forms
from timegate.reading.identity import share_identities
from timegate.reading.opaque import opaque_paths
from timegate.reading.parameters import parameters_of, renamed_keys, slot_schema
from timegate.reading.schemas import GeneratedSchemas, generate_schemas, merge_schemas
from timegate.typing import Location, Schema
from timegate.wire.marks import BEHIND_MARK, LEFT_OUT_MARK
from timegate.wire.schema import beside, references, referred
from timegate.wire.wire import HOLDERS, SIDES, Body, Component, Operation, Side, Wire

_WRAPPER: Final = "TimegateWrapper"

_Key: TypeAlias = tuple[str | int, ...]
"""Where a type is declared."""

Roots: TypeAlias = Mapping[Side, Sequence[tuple[Any, Schema]]]
"""By side, the types of payloads, each with its schema."""


def head_wire(
    operations: Iterable[DeclaredOperation],
    *,
    both: Sequence[Any] = (),
    sends: Sequence[Any] = (),
    receives: Sequence[Any] = (),
) -> tuple[Wire, Roots]:
    """The wire at head, and the schema of each payload's type.

    Args:
        operations: in the order in which the app matches them; the app calls the first of two with one key.
        both: types of payloads without an operation in both directions.
        sends: types of payloads that leave without an operation.
        receives: types of payloads that arrive without an operation.
    """
    declared = list(reached_operations(operations).values())
    standalone: dict[Side, list[Any]] = {"requests": [*both, *receives], "responses": [*both, *sends]}
    types = _Types(declared, standalone)
    requests = types.unwrapped(_generate("requests", types.requests))
    responses = types.unwrapped(
        merge_schemas(
            _generate("responses", types.responses),
            _generate("responses", types.responses_by_name, by_alias=False),
        )
    )
    requests = _without_models(
        requests, [one.request for one in declared if one.request is not None and one.request.synthetic]
    )
    schemas: dict[Side, GeneratedSchemas] = {"requests": requests, "responses": share_identities(responses, requests)}
    for side in SIDES:
        for operation in declared:
            for place, body in operation.typed_bodies(side):
                schemas[side] = _with_others(schemas[side], (operation.key, place), body)
    requests, responses = schemas["requests"], schemas["responses"]
    components = dict(requests.components)
    built: list[Operation] = []
    for operation in declared:
        holders: dict[Location, Component] = {
            location: parameters_of(parameters, requests, (operation.key, HOLDERS[location]))
            for location, parameters in operation.parameters.items()
        }
        components |= {one.name: one for one in holders.values()}
        built.append(_operation(operation, schemas, {location: one.name for location, one in holders.items()}))
    received = [requests.schemas["received", index] for index in range(len(standalone["requests"]))]
    sent = [responses.schemas["sent", index] for index in range(len(standalone["responses"]))]
    without_forms = Wire(
        requests={name: c for name, c in components.items() if name not in types.wrappers},
        responses=responses.components,
        operations=tuple(built),
        receives=tuple(received),
        sends=tuple(sent),
    )
    wire = with_forms(without_forms)
    roots: dict[Side, list[tuple[Any, Schema]]] = {
        side: list(zip(standalone[side], wire.standalone(side), strict=True)) for side in SIDES
    }
    for operation in declared:
        for side in SIDES:
            roots[side] += [
                (body.kind, schemas[side].schemas[operation.key, place])
                for place, body in operation.typed_bodies(side)
                if not body.synthetic and not body.rendered
            ]
    return wire, roots


class _Types:
    """The types that the generator has to describe, each under a key of its own.

    Args:
        operations: what an app declares.
        standalone: by side, the types of payloads without an operation.
    """

    def __init__(self, operations: Iterable[DeclaredOperation], standalone: Mapping[Side, Sequence[Any]]) -> None:
        self.requests: list[tuple[_Key, Any]] = []
        self.responses: list[tuple[_Key, Any]] = []
        self.responses_by_name: list[tuple[_Key, Any]] = []
        self.wrappers: set[str] = set()
        self._wrapped: set[_Key] = set()
        for operation in operations:
            self._add(operation)
        self.requests += [(("received", index), kind) for index, kind in enumerate(standalone["requests"])]
        self.responses += [(("sent", index), kind) for index, kind in enumerate(standalone["responses"])]

    def unwrapped(self, generated: GeneratedSchemas) -> GeneratedSchemas:
        """The schemas with each wrapped body's own in place of its wrapper's."""
        schemas = dict(generated.schemas)
        for key in self._wrapped & schemas.keys():
            wrapper = generated.components[referred(schemas[key]) or ""]
            schemas[key] = slot_schema(wrapper, "field_0")
        return GeneratedSchemas(schemas, generated.components)

    def _add(self, operation: DeclaredOperation) -> None:
        for place, body in operation.typed_bodies("requests"):
            self.requests += self._body((operation.key, place), body)
        for place, body in operation.typed_bodies("responses"):
            if body.rendered and not _is_describable(body.kind):
                continue
            types = self.responses if body.by_alias else self.responses_by_name
            types += self._body((operation.key, place), body)
        for location, declared in operation.parameters.items():
            where = HOLDERS[location]
            for index, model in enumerate(declared.models):
                self.requests.append(((operation.key, where, index), model.kind))
            if declared.single:
                fields = {f"field_{index}": (one.kind, one.info) for index, one in enumerate(declared.single)}
                self.requests.append(((operation.key, where, "single"), self._wrapper(fields)))

    def _body(self, key: _Key, body: DeclaredBody) -> Iterator[tuple[_Key, Any]]:
        if body.info is None:
            yield key, body.kind
        else:
            self._wrapped.add(key)
            yield key, self._wrapper({"field_0": (body.kind, body.info)})
        yield from (((*key, index), kind) for index, (_, kind) in enumerate(body.others))

    def _wrapper(self, fields: Mapping[str, Any]) -> Any:
        # In a model's field, a FieldInfo means what it means to the app; in Annotated, pydantic ignores parts of it.
        name = f"{_WRAPPER}{len(self.wrappers)}"
        self.wrappers.add(name)
        return create_model(name, **dict(fields))


def _is_describable(kind: Any) -> bool:
    """Whether a type has a JSON Schema; one that is not sent as JSON needs none."""
    try:
        generate_schemas("responses", [("", kind)], leaves_undescribed=True)
    except RecursionError:
        raise
    except Exception:
        # A type may run code of its author, and have a schema that its author wrote: either may raise anything.
        return False
    return True


def _generate(side: Side, types: Sequence[tuple[_Key, Any]], *, by_alias: bool = True) -> GeneratedSchemas:
    """The schemas of types.

    Raises:
        CompileError: a type has no JSON Schema; names the first such type.
    """
    try:
        return generate_schemas(side, types, by_alias=by_alias, leaves_undescribed=True)
    except (CompileError, RecursionError):
        raise
    except Exception as error:
        reason = error.message if isinstance(error, PydanticUserError) else str(error) or type(error).__name__
        if len(types) > 1:
            for one in types:
                _generate(side, [one], by_alias=by_alias)
            refuse_app("its types", reason, "declare types that have a JSON Schema")
        ((key, _),) = types
        problem = f"its type has no JSON Schema: {reason}"
        refuse_app(" ".join(map(str, key)), problem, "declare a type that has one")


def _behind(declared: DeclaredBody, schema: Schema) -> Schema:
    """The schema of a body that is not JSON, with a note of the components in the type that it is made from."""
    if not any(references(schema)):
        return declared.schema
    media = ", ".join(declared.media) or "a response without a media type"
    return {**declared.schema, BEHIND_MARK: [{"by": media, "schema": schema, "listed": False}]}


def _without_models(generated: GeneratedSchemas, synthetic: Sequence[DeclaredBody]) -> GeneratedSchemas:
    """The schemas whose components forget classes that a framework made, but not the types of their fields.

    No fact can name these classes. Their fields get the keys from which the framework reads them.
    """

    def without(component: Component, keys: Mapping[str, str]) -> Component:
        known = field_types(component.model)
        types = {wire: known[name] for name, wire in component.fields.items() if name in known}
        names = {wire: keys[name] for name, wire in component.fields.items() if name in keys}
        return renamed_keys(replace(component, model=None, types={**component.types, **types}), names)

    components = {
        name: next((without(component, one.keys) for one in synthetic if component.model is one.kind), component)
        for name, component in generated.components.items()
    }
    return GeneratedSchemas(generated.schemas, components)


def _with_others(generated: GeneratedSchemas, key: _Key, body: DeclaredBody) -> GeneratedSchemas:
    """The schemas with notes of what the other declarations of a body hold."""
    for index, (name, _) in enumerate(body.others):
        own, other = generated.schemas.get(key, {}), generated.schemas.get((*key, index), {})
        component = generated.components.get(referred(own) or "")
        wire = None if component is None else component.fields.get(name)
        shared = map(referred, () if component is None else component.schema.get("allOf", ()))
        if referred(other) is not None and referred(other) in shared:
            continue  # a form has the fields of this class among its own
        if component is None or wire is None:
            generated = GeneratedSchemas({**generated.schemas, key: beside(own, other)}, generated.components)
            continue
        properties = {**component.properties, wire: beside(component.properties[wire], other)}
        component = component.with_schema({**component.schema, "properties": properties})
        generated = GeneratedSchemas(generated.schemas, {**generated.components, component.name: component})
    return generated


def _operation(
    operation: DeclaredOperation,
    schemas: Mapping[Side, GeneratedSchemas],
    parameters: Mapping[Location, str],
) -> Operation:
    def body(side: Side, place: str, declared: DeclaredBody | None) -> Body | None:
        if declared is None:
            return None
        schema = described = schemas[side].schemas.get((operation.key, place), declared.schema)
        if declared.rendered:
            schema = _behind(declared, schema)
            if not schema and not declared.media and next(opaque_paths(described), None) is None:
                return None
        if declared.left_out is not None:
            schema = {**schema, LEFT_OUT_MARK: declared.left_out}
        return Body(
            schema,
            declared.media,
            declared.required,
            lax=declared.lax,
            blanks=declared.blanks,
            spread=declared.synthetic,
            by_name=not declared.by_alias,
        )

    return Operation(
        key=operation.key,
        method=operation.method,
        path=operation.path,
        request=body("requests", "request", operation.request),
        responses={status: body("responses", status, one) for status, one in operation.responses.items()},
        success=operation.success,
        parameters=parameters,
        texts=operation.texts,
        hidden=operation.hidden,
    )
