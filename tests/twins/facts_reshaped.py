"""Facts by functions of whole objects."""

from __future__ import annotations

import copy
from typing import Any

from tests.twins.facts_values import CONVERSIONS, converted
from tests.twins.meaning import Happened
from tests.twins.scene import Scene
from tests.twins.shapes import ANY, FieldShape, ModelOf, ModelShape, UnionOf, parts
from tests.twins.source import model_source


def reshaped(scene: Scene) -> Happened | None:
    """A model had another key with another type; functions of the whole object make one of the other."""
    found = [(model, one) for model in _suited(scene) for one in model.fields if _fits(one)]
    if not found:
        return None
    model, one = scene.dice.pick(found)
    name = scene.free_name(model.uid)
    if name is None:
        return None
    how = scene.dice.pick(_conversions(one))
    assert how.to_head is not None
    was = copy.deepcopy(model)
    was.name = f"Was{model.uid}{name.title()}"
    old, one.name, one.type = one.name, name, how.now
    to_head, to_old = converted(how.to_head, how.now, scene.world), converted(how.to_old, how.was, scene.world)

    def up(fields: dict[str, Any]) -> None:
        fields[name] = to_head(fields.pop(old))

    def down(fields: dict[str, Any]) -> None:
        fields[old] = to_old(fields.pop(name))

    scene.busy.add(model.uid)
    functions = f"to_head=with_key({old!r}, {name!r}, {how.to_head.__name__})"
    functions += f", to_old=with_key({name!r}, {old!r}, {how.to_old.__name__})"
    code = f"on({model.uid}).reshaped(was={was.name}, {functions}, loses='as its functions are')"
    older = model_source(was, scene.world)
    return Happened("reshaped", code, frozenset({model.uid}), up, down, fields=(name,), types=older)


def _fits(one: FieldShape) -> bool:
    return one.required and not one.aliased and bool(_conversions(one))


def _conversions(one: FieldShape) -> list[Any]:
    return [each for each in CONVERSIONS if each.was == one.type and each.to_head and each.was != each.now]


def _suited(scene: Scene) -> list[ModelShape]:
    """The models of plain values that no other fact of the boundary is about, and whose objects are read whole."""
    held = [one.type for model in scene.world.models.values() for one in model.fields]
    arms = {arm for kind in held for part in parts(kind) if isinstance(part, UnionOf) for arm in part.arms}
    return [
        model
        for model in scene.models()
        if model.uid not in scene.changed | scene.queries() | scene.patches()
        and model.base is None
        and model.parameter is None
        and model.extra != "allow"
        and scene.world.heirs(model.uid) == [model.uid]
        and ModelOf(model.uid) not in arms
        and not any(one.splits for one in model.fields)
        and not any(isinstance(part, ModelOf) or part == ANY for one in model.fields for part in parts(one.type))
    ]
