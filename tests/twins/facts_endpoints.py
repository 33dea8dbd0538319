"""Facts about which operations there are."""

from __future__ import annotations

import copy
from typing import Any

from tests.twins.meaning import Happened
from tests.twins.scene import Scene
from tests.twins.shapes import INT, STR, EnumOf, ListOf, ModelOf, Operation, Type

METHODS = ("PUT", "POST", "GET", "DELETE")


def endpoint_added(scene: Scene) -> Happened | None:
    """Head has an operation of a new path, of a new method, or in front of a path that takes anything."""
    count = len(scene.world.operations)
    drawn = [Operation(f"op{count}", "GET", f"/fresh{count}", INT), *_beside(scene, count), *_in_front(scene, count)]
    one = scene.dice.pick(drawn)
    models: list[Type] = [ModelOf(model.uid) for model in scene.models() if model.uid not in scene.queries()]
    if models and scene.dice.chance(50):
        one.response = scene.dice.pick([models[-1], ListOf(models[0])])
    if models and one.method in ("PUT", "POST"):
        one.body = scene.dice.pick(models)
    scene.busy |= {f"{one.uid}.{part}" for part in ("path", "request", "response")}
    # The more special path comes first, as somebody would have written it.
    scene.world.operations = {one.uid: one, **scene.world.operations}
    return Happened("endpoint_added", f"endpoint({one.path!r}, {one.method!r}).added()")


def _beside(scene: Scene, count: int) -> list[Operation]:
    """Other methods of a path that is there."""
    taken = {(one.method, one.path) for one in scene.world.operations.values()}
    return [
        Operation(f"op{count}", method, one.path, INT, parameters=copy.deepcopy(one.named("path")))
        for one in scene.operations()
        if f"{one.uid}.path" not in scene.busy
        for method in METHODS
        if (method, one.path) not in taken
    ][:2]


def _in_front(scene: Scene, count: int) -> list[Operation]:
    """An operation whose path is one that another operation served before."""
    found: list[Operation] = []
    for one in scene.operations():
        if "{key}" in one.path and f"{one.uid}.path" not in scene.busy:
            key = next(parameter for parameter in one.named("path") if parameter.name == "key")
            others = [parameter for parameter in one.named("path") if parameter is not key]
            path = one.path.replace("{key}", _word(scene, key.type))
            found.append(Operation(f"op{count}", one.method, path, INT, parameters=copy.deepcopy(others)))
    taken = {(one.method, one.path) for one in scene.world.operations.values()}
    return [one for one in found if (one.method, one.path) not in taken]


def _word(scene: Scene, kind: Type) -> str:
    """A text that clients send for a parameter of a path."""
    words: list[Any] = ["7", "blue"]
    if kind == INT:
        words = ["3", "7"]
    elif kind == STR:
        words = ["blue", "on"]
    elif isinstance(kind, EnumOf):
        words = scene.world.enums[kind.enum].members
    return str(scene.dice.pick(words))


def endpoint_removed(scene: Scene) -> Happened | None:
    """Only older clients see an operation any more; head serves it still."""
    found = [one for one in scene.operations() if f"{one.uid}.path" not in scene.busy]
    if len(found) < 2:
        return None
    one = scene.dice.pick(found)
    scene.gone.add(one.uid)
    return Happened("endpoint_removed", f"endpoint({one.path!r}, {one.method!r}).removed()")
