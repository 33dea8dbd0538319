"""What somebody vouches for, because no schema says it: forms that validators read, shapes that serializers keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from timegate.changes.base import name_of
from timegate.changes.models import Unchanged, VouchedForm, VouchedShape
from timegate.history.builder import HistoryBuilder
from timegate.history.undo import undo
from timegate.history.widening import admits_all_of
from timegate.typing import Schema
from timegate.wire.json_types import python_types
from timegate.wire.marks import VALIDATED_MARK, Form, Validated
from timegate.wire.schema import LISTED_SCHEMAS, references, referred
from timegate.wire.wire import Component


@undo.register
def _vouched_form(fact: VouchedForm, builder: HistoryBuilder) -> None:
    reached = [(model, one) for model, side, one in builder.targets(fact.models, None) if side == "requests"]
    if not reached:
        return
    described = builder.type_of("requests", fact)
    if _may_hold_objects(described, builder.wire.requests):
        builder.fault(
            str(fact),
            "an object of this form would reach head ungated",
            "vouch for a type without objects: str, int, list[str]",
        )
        return
    types = python_types(described, builder.wire.requests.get)
    form = Form(fact.form, types, (builder.version, builder.change, builder.code))
    for model, component in reached:
        marked = {key: _with_form(builder, fact, schema, form) for key, schema in component.properties.items()}
        schema = _with_form(builder, fact, component.schema, form)
        if schema is component.schema and all(marked[key] is component.properties[key] for key in marked):
            builder.fault_without_effect(
                name_of(model),
                f"it has no validator that could read {name_of(fact.form)} beside what the schema describes",
            )
            continue
        properties = {"properties": marked} if marked else {}
        builder.put("requests", replace(component, schema={**schema, **properties}))


def _may_hold_objects(schema: Schema, components: Mapping[str, Component]) -> bool:
    """Whether a value of a schema can be an object, or a list that holds one."""
    if dict in python_types(schema, components.get):
        return True
    inner: list[Any] = [arm for keyword in LISTED_SCHEMAS for arm in schema.get(keyword, ())]
    if schema.get("type") == "array" and "prefixItems" not in schema:
        inner.append(schema.get("items", {}))
    if (name := referred(schema)) is not None and name in components:
        inner.append(components[name].schema)
        # A type that holds itself counts as one that may hold anything.
        components = {other: one for other, one in components.items() if other != name}
    return any(_may_hold_objects(one, components) for one in inner)


def _with_form(builder: HistoryBuilder, fact: VouchedForm, schema: Schema, form: Form) -> Schema:
    """A schema whose validators may get a form besides; the same one where the form cannot be told from it."""
    validated: Validated | None = schema.get(VALIDATED_MARK)
    if validated is None:
        return schema
    components = builder.wire.requests
    if admits_all_of(schema, builder.type_of("requests", fact), components):
        return schema
    holds_components = any("properties" in components[name].schema for name in references(schema))
    if holds_components and form.types & python_types(schema, components.get):
        return schema
    return {**schema, VALIDATED_MARK: replace(validated, forms=(*validated.forms, form))}


@undo.register
def _vouched_shape(fact: VouchedShape, builder: HistoryBuilder) -> None:
    # What it says is done at head, before any boundary: see `vouched_head`.
    for _ in builder.targets(fact.models, None):
        pass


@undo.register
def _unchanged(fact: Unchanged, builder: HistoryBuilder) -> None:
    # What it says is about models that other facts do not name: see `timegate.gates.twins`.
    for _ in builder.targets(fact.models, None):
        pass
