"""How facts about texts are undone: they edit documents, and nothing happens to payloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from timegate.changes.base import name_of
from timegate.changes.texts import EndpointDocumented, FieldDocumented, ModelDocumented
from timegate.history.builder import HistoryBuilder
from timegate.history.schema_edits import at_depth, with_property_schema
from timegate.history.undo import undo
from timegate.history.undo_endpoints import operations_of
from timegate.typing import Schema, is_object
from timegate.wire.marks import PARAMETER_MARK, SHOWN_TITLE_MARK
from timegate.wire.wire import Side


def _with_texts(node: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a document that says what older documents say; None, false and what is empty say nothing."""
    said = {key: value for key, value in was.items() if value}
    return {**{key: value for key, value in node.items() if key not in was}, **said}


def _told_anew(schema: Schema, was: Mapping[str, Any]) -> Schema:
    """A schema with older texts; documents say those of a parameter beside its schema."""
    if "title" not in schema and SHOWN_TITLE_MARK in schema and was.get("title") == schema[SHOWN_TITLE_MARK]:
        was = {key: value for key, value in was.items() if key != "title"}
    older = _with_texts(schema, was)
    beside = schema.get(PARAMETER_MARK)
    if is_object(beside):
        older[PARAMETER_MARK] = _with_texts(beside, {key: value for key, value in was.items() if key in beside})
    return older


def _tell(builder: HistoryBuilder, side: Side, name: str, text: str, key: str | None, older: Schema) -> None:
    """Put a schema with older texts in its place; a fault where they are the same."""
    component = builder.component(side, name)
    newer = component.schema if key is None else component.properties[key]
    if newer == older:
        builder.fault_without_effect(text, "documents say the same right after this fact")
        return
    builder.put(side, replace(component, schema=older) if key is None else with_property_schema(component, key, older))
    builder.touch(f"the texts of {name}", key or "")


def fault_unshown(
    builder: HistoryBuilder, place: str, targets: Sequence[tuple[Side, str]], *, a_key: bool = False
) -> None:
    """Note that no document shows what the fact at hand says of some components, by side and name."""
    if targets and not any(builder.shown.shows(builder.wire, side, name, a_key=a_key) for side, name in targets):
        builder.fault_without_effect(place, "no document shows it")


@undo.register
def _model_documented(fact: ModelDocumented, builder: HistoryBuilder) -> None:
    targets = list(builder.targets(fact.models, None))
    for model in fact.models:
        found: list[tuple[Side, str]] = [(side, component.name) for one, side, component in targets if one is model]
        fault_unshown(builder, name_of(model), found)
    for model, side, component in targets:
        _tell(builder, side, component.name, name_of(model), None, _told_anew(component.schema, fact.was))


@undo.register
def _field_documented(fact: FieldDocumented, builder: HistoryBuilder) -> None:
    places = list(builder.field_places(fact))
    for text in dict.fromkeys(place.text for place in places):
        found: list[tuple[Side, str]] = [(place.side, place.name) for place in places if place.text == text]
        fault_unshown(builder, text, found, a_key=True)
    for place in places:
        newer = builder.component(place.side, place.name).properties[place.key]
        older = at_depth(newer, place.stars, lambda schema: _told_anew(schema, fact.was))
        _tell(builder, place.side, place.name, place.text, place.key, older)


@undo.register
def _endpoint_documented(fact: EndpointDocumented, builder: HistoryBuilder) -> None:
    operations = list(operations_of(builder, fact, fact.path))
    if operations and all(operation.hidden for operation in operations):
        builder.fault_without_effect(fact.path, "no document shows it")
    for operation in operations:
        newer: Mapping[str, Any] = operation.texts.get("operation", {})
        older = _with_texts(newer, fact.was)
        if newer == older:
            builder.fault_without_effect(fact.path, "documents say the same right after this fact")
            continue
        texts = {**operation.texts, "operation": older}
        builder.put_operation(replace(operation, texts=texts), touches=f"the texts of {operation.key}")
