"""How facts about whole models are undone."""

from __future__ import annotations

import re
from dataclasses import replace

from timegate.changes.base import UNSET, name_of
from timegate.changes.models import Introduced, Reshaped, ToldBy, WasNamed
from timegate.history.builder import HistoryBuilder
from timegate.history.conversions import values_listed
from timegate.history.declared_values import check_value, plain_value
from timegate.history.places import EVERY_KEY
from timegate.history.steps import ModelIntroduced, ObjectConverted, Origin
from timegate.history.undo import undo
from timegate.history.undo_texts import fault_unshown
from timegate.wire.names import in_documents
from timegate.wire.paths import plain_path
from timegate.wire.schema import references, referred
from timegate.wire.wire import Component, Side


@undo.register
def _was_named(fact: WasNamed, builder: HistoryBuilder) -> None:
    targets = list(builder.targets(fact.models, None))
    for model in fact.models:
        fault_unshown(
            builder, name_of(model), [(side, component.name) for one, side, component in targets if one is model]
        )
    for model, side, component in targets:
        if component.display_name == fact.name:
            builder.fault_without_effect(name_of(model), f"it is called {fact.name!r} already")
            continue
        builder.naming[component.name, fact.name] = builder.origin
        named = replace(component, display_name=fact.name)
        if not _is_generic(component):
            # The name of a generic class holds those of its arguments, and no component's name tells it.
            named = _with_class_name(named, fact.name)
            _name_generics(builder, side, component, fact.name)
        builder.put(side, named)


def _with_class_name(component: Component, name: str) -> Component:
    """A component whose class had another name; its title was that, unless the class says otherwise."""
    titled = component.schema.get("title") == component.class_name
    schema = {**component.schema, "title": name} if titled else component.schema
    return replace(component, schema=schema, older_class_name=name)


def _is_generic(component: Component) -> bool:
    return "[" in component.class_name


def _name_generics(builder: HistoryBuilder, side: Side, argument: Component, name: str) -> None:
    """Rename one argument of every generic class that has it, because the name of such a class holds its arguments."""
    word = re.compile(rf"(?<=[\[ |]){re.escape(argument.class_name)}(?=[\], |])")
    found = [argument.name]
    for held in found:
        for holder in sorted(builder.references.holders(builder.wire, side, [held]) - {"", *found}):
            component = builder.component(side, holder)
            called = word.sub(lambda _: name, component.class_name) if _is_generic(component) else component.class_name
            if called != component.class_name:
                is_plain = component.display_name == in_documents(component.class_name)
                shown = in_documents(called) if is_plain else component.display_name
                builder.put(side, _with_class_name(replace(component, display_name=shown), called))
                found.append(holder)


@undo.register
def _introduced(fact: Introduced, builder: HistoryBuilder) -> None:
    for model, side, component in builder.targets(fact.models, None):
        name = component.name
        unions = builder.unions.lose(side, name)
        if side == "responses" and fact.seen_as is UNSET and unions:
            builder.fault(
                name_of(model),
                "it is an arm of a union in a response, and nothing says what old clients read in its place",
                f"{builder.line('seen_as=…')} with a value of another arm, or a function of the object that gives one",
            )
        seen_as = fact.seen_as
        if seen_as is not UNSET and not callable(seen_as):
            seen_as = plain_value(builder, name_of(model), seen_as, argument="seen_as")
            if side == "responses" and seen_as is not UNSET:
                for union in unions:
                    check_value(
                        builder,
                        side,
                        name_of(model),
                        seen_as,
                        argument="seen_as",
                        fits=union.schema,
                        gone=union.gone.keys(),
                    )
        builder.put(side, replace(component, exists=False))
        builder.lacking[side].add(name)
        builder.record(side, name, ModelIntroduced(builder.origin, seen_as, builder.undone), EVERY_KEY)


def check_absent_models(builder: HistoryBuilder, side: Side) -> None:
    """Note a fault for each place where payloads can still hold a component that the older version does not have."""
    if not builder.lacking[side]:
        # Who refers to whom is looked up where somebody asks, because that walks over every schema.
        return
    lacking = builder.lacking[side] & builder.references.referred(builder.wire, side)
    if not any(True for name in lacking for _ in builder.references.places(builder.wire, side, name)):
        return
    components = builder.wire.components(side)
    older = builder.values[builder.boundary + 1]
    reachable = builder.wire.reachable(side)
    for name, place in reachable.items():
        if components[name].exists:
            continue
        problem = f"it holds {components[name].display_name}, which version {older} does not have"
        origin = _introduced_by(builder, side, name)
        holders = [
            (components[holder].display_name, key)
            for holder in reachable
            for key, schema in components[holder].properties.items()
            if name in references(schema)
        ]
        for holder, key in holders:
            remedy = f"on({holder}).added({key!r}) in the same version, if older ones lack the field"
            builder.fault(f"{holder}.{key}", problem, remedy, origin)
        if not holders:
            builder.fault(place, problem, _remedy_at_root(builder, side, name), origin)


def _introduced_by(builder: HistoryBuilder, side: Side, name: str) -> Origin | None:
    """The origin of the fact that a component does not exist in older versions."""
    boundaries = range(builder.boundary, -1, -1)
    steps = (step for boundary in boundaries for step in builder.steps.get((side, name, boundary), ()))
    return next((step.origin for step in steps if isinstance(step, ModelIntroduced)), None)


def _remedy_at_root(builder: HistoryBuilder, side: Side, name: str) -> str:
    for operation in builder.wire.operations:
        bodies = [operation.request] if side == "requests" else operation.responses.values()
        if operation.exists and any(body is not None and name in references([*body.schemas]) for body in bodies):
            return f"endpoint({plain_path(operation.path)!r}, {operation.method!r}).added() in the same version"
    return "make it an arm of a union with what older versions have at this place"


@undo.register
def _told_by(fact: ToldBy, builder: HistoryBuilder) -> None:
    reached = list(builder.targets(fact.models, None))
    targets = [(model, component.name) for model, side, component in reached if side == "requests"]
    found = builder.unions.tell("requests", targets, fact.function)
    if reached and not found:
        builder.fault_without_effect(" | ".join(map(name_of, fact.models)), "no union of a request has two of them")


@undo.register
def _reshaped(fact: Reshaped, builder: HistoryBuilder) -> None:
    for model, side, component in builder.targets(fact.models, None):
        builder.check_loss(fact, side, name_of(model))
        older = builder.type_of(side, fact, component)
        target = referred(older)
        shape = builder.component(side, target) if target is not None else Component(component.name, older)
        reshaped = replace(
            component,
            schema=shape.schema,
            fields=shape.fields,
            spellings=shape.spellings,
            settings=shape.settings,
            uncertain=shape.uncertain,
            aliases=shape.aliases,
            renamed=shape.renamed,
        )
        builder.put(side, reshaped)
        for key in builder.unions.keys(side) & component.properties.keys():
            tags = values_listed(reshaped.properties.get(key, {}), builder.wire.components(side))
            builder.unions.retag(side, key, component.name, tags)
        step = ObjectConverted(builder.origin, component.schema, shape.schema, fact.to_head, fact.to_old, fact.was)
        builder.record(side, component.name, step, EVERY_KEY)
