"""Facts about whole models and about enums, that could have happened."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field, create_model

from tests.oracle.places import (
    members_of,
)
from tests.strategies import functions
from tests.strategies.payloads import Payloads
from tests.strategies.scene import Scene
from timegate.changes.base import Fact
from timegate.changes.subjects import enum, on


def introduced(scene: Scene) -> Fact | None:
    if not scene.world.unions:
        return None
    by_model = {component.model: component for component in scene.components()}
    arms = [by_model[arm] for arm in scene.world.unions[0] if arm in by_model]
    if len(arms) < 2 or arms[-1].name in scene.busy:
        return None
    other = scene.state["responses"][scene.dice.pick(arms[:-1]).name]
    newer = scene.newer["responses"][other.name]
    value = Payloads(dict(scene.newer["responses"]), scene.dice.random()).object(newer, 1)
    return on(arms[-1].model).introduced(seen_as=value)


def reshaped(scene: Scene) -> Fact | None:
    found = [
        component
        for component in scene.components()
        if component.model in scene.world.reshapeable
        and not component.internal
        and set(component.properties) == set(scene.state["responses"][component.name].properties)
        and set(component.properties) <= set(scene.types.get(component.name, {}))
        and component.properties
    ]
    if not found:
        return None
    component = scene.dice.pick(found)
    scene.olds += 1
    scene.converts_models = True
    fields: dict[str, Any] = {}
    for key in component.properties:
        kind = scene.types[component.name][key]
        required = key in component.required
        fields[f"r{scene.olds}_{key}"] = (kind, ...) if required else (kind, Field(default_factory=lambda: None))
    old = create_model(
        f"Old{scene.olds}",
        __config__=ConfigDict(extra="forbid" if component.closed else "ignore"),
        **fields,
    )
    to_old = {key: f"r{scene.olds}_{key}" for key in component.properties}
    scene.types[component.name] = {
        to_old[key]: kind for key, kind in scene.types[component.name].items() if key in to_old
    }
    return on(component.model).reshaped(
        was=old,
        to_head=functions.keys_renamed({old: new for new, old in to_old.items()}),
        to_old=functions.keys_renamed(to_old),
        loses="nothing",
    )


def was_named(scene: Scene) -> Fact | None:
    found = scene.components()
    if not found:
        return None
    scene.olds += 1
    return on(scene.dice.pick(found).model).was_named(f"Named{scene.olds}")


def enum_of(scene: Scene) -> tuple[Any, list[Any]] | None:
    found = [
        component
        for component in scene.state["requests"].values()
        if component.model in scene.world.enums and component.name in scene.state["responses"]
    ]
    if not found:
        return None
    component = scene.dice.pick(found)
    return component.model, members_of(component.schema)


def grew(scene: Scene) -> Fact | None:
    found = enum_of(scene)
    if found is None or len(found[1]) < 2:
        return None
    model, members = found
    new = scene.dice.pick(members)
    return enum(model).grew(new, seen_as=scene.dice.pick([member for member in members if member != new]))


def shrank(scene: Scene) -> Fact | None:
    found = enum_of(scene)
    if found is None:
        return None
    model, members = found
    free = [f"m{number}" for number in range(9) if f"m{number}" not in members]
    return enum(model).shrank(scene.dice.pick(free), read_as=scene.dice.pick(members), loses="they were one")


def member_renamed(scene: Scene) -> Fact | None:
    found = enum_of(scene)
    if found is None:
        return None
    model, members = found
    free = [f"m{number}" for number in range(9) if f"m{number}" not in members]
    return enum(model).renamed(scene.dice.pick(free), to=scene.dice.pick(members))
