"""Propose facts about whole models and about enums."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, create_model

from tests.oracle.places import (
    members_of,
)
from tests.strategies import functions
from tests.strategies.payloads import Payloads
from tests.strategies.snapshot import Snapshot
from timegate.changes.base import Fact
from timegate.changes.subjects import enum, on
from timegate.changes.texts import SchemaTexts


def introduced(snapshot: Snapshot) -> Fact | None:
    if not snapshot.world.unions:
        return None
    by_model = {component.model: component for component in snapshot.components()}
    arms = [by_model[arm] for arm in snapshot.world.unions[0] if arm in by_model]
    if len(arms) < 2 or arms[-1].name in snapshot.changed:
        return None
    other = snapshot.state["responses"][snapshot.choices.pick(arms[:-1]).name]
    newer = snapshot.newer["responses"][other.name]
    value = Payloads(dict(snapshot.newer["responses"]), snapshot.choices.random()).object(newer, 1)
    return on(arms[-1].model).introduced(seen_as=value)


def retired(snapshot: Snapshot) -> Fact | None:
    """Older versions have one more arm in the union; head reads another one for it."""
    if not snapshot.world.unions:
        return None
    by_model = {component.model: component for component in snapshot.components()}
    arms = [by_model[arm] for arm in snapshot.world.unions[0] if arm in by_model]
    if not arms or any(arm.name in snapshot.changed for arm in arms):
        return None
    known = snapshot.choices.pick(arms)
    if not snapshot.is_arm(known):
        return None
    snapshot.old_types += 1
    snapshot.converts_models = True
    tag, number = snapshot.tags[0], snapshot.old_types
    fields: dict[str, Any] = {tag: (Literal[f"g{number}"], ...)} if tag else {}
    fields[f"only_g{number}"] = (snapshot.choices.pick([int, str]), ...)
    older = create_model(f"Gone{number}", __config__=ConfigDict(extra="ignore" if tag else "forbid"), **fields)
    newer = snapshot.newer["requests"]
    read = Payloads(dict(newer), snapshot.choices.random()).object(newer[known.name], 1)
    snapshot.locked |= {arm.name for arm in arms}
    snapshot.has_retired = True
    return on(known.model).retired(was=older, read_as=functions.always(read), loses="none is left")


def reshaped(snapshot: Snapshot) -> Fact | None:
    found = [
        component
        for component in snapshot.components()
        if component.model in snapshot.world.reshapeable
        and not component.internal
        and set(component.properties) == set(snapshot.state["responses"][component.name].properties)
        and set(component.properties) <= set(snapshot.types.get(component.name, {}))
        and component.properties
    ]
    if not found:
        return None
    component = snapshot.choices.pick(found)
    snapshot.old_types += 1
    snapshot.converts_models = True
    fields: dict[str, Any] = {}
    for key in component.properties:
        kind = snapshot.types[component.name][key]
        required = key in component.required
        fields[f"r{snapshot.old_types}_{key}"] = (
            (kind, ...) if required else (kind, Field(default_factory=lambda: None))
        )
    old = create_model(
        f"Old{snapshot.old_types}",
        __config__=ConfigDict(extra="forbid" if component.closed else "ignore"),
        **fields,
    )
    to_old = {key: f"r{snapshot.old_types}_{key}" for key in component.properties}
    snapshot.types[component.name] = {
        to_old[key]: kind for key, kind in snapshot.types[component.name].items() if key in to_old
    }
    return on(component.model).reshaped(
        was=old,
        to_head=functions.keys_renamed({old: new for new, old in to_old.items()}),
        to_old=functions.keys_renamed(to_old),
        loses="nothing",
    )


def was_named(snapshot: Snapshot) -> Fact | None:
    found = snapshot.components()
    if not found:
        return None
    snapshot.old_types += 1
    return on(snapshot.choices.pick(found).model).was_named(f"Named{snapshot.old_types}")


def documented(snapshot: Snapshot) -> Fact | None:
    found = snapshot.components()
    if not found:
        return None
    snapshot.old_types += 1
    was: SchemaTexts = {"description": f"As it was told {snapshot.old_types} times.", "deprecated": True}
    candidate = snapshot.candidate(lambda _: True)
    if candidate is None or snapshot.choices.chance(30):
        return on(snapshot.choices.pick(found).model).documented(was=was)
    return on(candidate.model).documented(candidate.name, was=was)


def enum_of(snapshot: Snapshot) -> tuple[Any, list[Any]] | None:
    found = [
        component
        for component in snapshot.state["requests"].values()
        if component.model in snapshot.world.enums and component.name in snapshot.state["responses"]
    ]
    if not found:
        return None
    component = snapshot.choices.pick(found)
    return component.model, members_of(component.schema)


def grew(snapshot: Snapshot) -> Fact | None:
    found = enum_of(snapshot)
    if found is None or len(found[1]) < 2:
        return None
    model, members = found
    new = snapshot.choices.pick(members)
    return enum(model).grew(new, seen_as=snapshot.choices.pick([member for member in members if member != new]))


def shrank(snapshot: Snapshot) -> Fact | None:
    found = enum_of(snapshot)
    if found is None:
        return None
    model, members = found
    free = [f"m{number}" for number in range(9 + len(members)) if f"m{number}" not in members]
    return enum(model).shrank(
        snapshot.choices.pick(free), read_as=snapshot.choices.pick(members), loses="they were one"
    )


def member_renamed(snapshot: Snapshot) -> Fact | None:
    found = enum_of(snapshot)
    if found is None:
        return None
    model, members = found
    free = [f"m{number}" for number in range(9 + len(members)) if f"m{number}" not in members]
    return enum(model).renamed(snapshot.choices.pick(free), to=snapshot.choices.pick(members))
