"""Facts about enums and whole models."""

from __future__ import annotations

from typing import Any

from tests.twins.drawing import NUMBERS, TEXTS
from tests.twins.meaning import Happened
from tests.twins.scene import Scene
from tests.twins.shapes import (
    INT,
    STR,
    DictOf,
    EnumOf,
    EnumShape,
    FieldShape,
    ListOf,
    ModelOf,
    ModelShape,
    Nullable,
    Tag,
    TupleOf,
    Type,
    UnionOf,
    parts,
)
from tests.twins.values import Drawer, Member, filled


def _enums(scene: Scene) -> list[EnumShape]:
    used = scene.sent() | scene.received()
    return [one for one in scene.world.enums.values() if EnumOf(one.uid) in used and one.uid not in scene.busy]


def _free_members(scene: Scene, one: EnumShape) -> list[Any]:
    pool: tuple[Any, ...] = NUMBERS if isinstance(one.members[0], int) else TEXTS
    ever = {*one.members, *scene.oldest.enums[one.uid].members}
    return [value for value in pool if value not in ever]


def _in_defaults(scene: Scene, one: EnumShape, value: Any) -> bool:
    gone = Member(one.uid, value)
    held = [field.default for model in scene.world.models.values() for field in model.fields]
    held += [parameter.default for op in scene.world.operations.values() for parameter in op.parameters]
    return any(default == gone for default in held)


def grew(scene: Scene) -> Happened | None:
    found = _enums(scene)
    if not found:
        return None
    one = scene.dice.pick(found)
    free = _free_members(scene, one)
    if not free:
        return None
    new, seen = scene.dice.pick(free), scene.dice.pick(one.members)
    one.members.append(new)
    scene.busy.add(one.uid)
    code = f"enum({one.uid}).grew({new!r}, seen_as={seen!r})"
    return Happened("grew", code, members={one.uid: ({}, {new: seen})})


def shrank(scene: Scene) -> Happened | None:
    found = [one for one in _enums(scene) if len(one.members) > 2]
    if not found:
        return None
    one = scene.dice.pick(found)
    gone = scene.dice.pick(one.members)
    if _in_defaults(scene, one, gone):
        return None
    one.members.remove(gone)
    instead = scene.dice.pick(one.members)
    scene.busy.add(one.uid)
    code = f"enum({one.uid}).shrank({gone!r}, read_as={instead!r}, loses='nobody minds')"
    return Happened("shrank", code, members={one.uid: ({gone: instead}, {})})


def member_renamed(scene: Scene) -> Happened | None:
    found = _enums(scene)
    if not found:
        return None
    one = scene.dice.pick(found)
    old = scene.dice.pick(one.members)
    free = _free_members(scene, one)
    if not free or _in_defaults(scene, one, old):
        return None
    new = scene.dice.pick(free)
    one.members[one.members.index(old)] = new
    scene.busy.add(one.uid)
    code = f"enum({one.uid}).renamed({old!r}, to={new!r})"
    return Happened("member_renamed", code, members={one.uid: ({old: new}, {new: old})})


def introduced(scene: Scene) -> Happened | None:
    """A union gets one more model."""
    places = [
        (model, one)
        for model in scene.models()
        for one in model.fields
        if any(
            isinstance(part, UnionOf) and all(isinstance(arm, ModelOf) for arm in part.arms) for part in parts(one.type)
        )
    ]
    if not places:
        return None
    _, one = scene.dice.pick(places)
    union = next(part for part in parts(one.type) if isinstance(part, UnionOf))
    known = scene.dice.pick([arm.model for arm in union.arms if isinstance(arm, ModelOf)])
    if known in scene.busy | scene.changed:
        return None
    tagged = any(field.name == "kind" for field in scene.world.fields(known))
    seen = Drawer(scene.world, scene.dice).value(ModelOf(known))
    count = len(scene.world.models)
    uid = f"New{count}"
    fields = [FieldShape("kind", Tag(f"n{count}"))] if tagged else []
    fields.append(FieldShape(f"fresh{count}", scene.dice.pick([INT, STR])))
    scene.world.models[uid] = ModelShape(uid, uid, fields, scene.dice.pick(["ignore", "forbid"]))
    one.type = _with_arm(one.type, ModelOf(uid))
    scene.busy |= {uid, known}
    code = f"on({uid}).introduced(seen_as={scene.constant(seen)})"
    return Happened("introduced", code, arms={uid: filled(seen, scene.world)})


def _with_arm(kind: Type, arm: Type) -> Type:
    match kind:
        case UnionOf(arms, tag):
            return UnionOf((*arms, arm), tag)
        case ListOf(item):
            return ListOf(_with_arm(item, arm))
        case DictOf(item):
            return DictOf(_with_arm(item, arm))
        case Nullable(item):
            return Nullable(_with_arm(item, arm))
        case TupleOf(items):
            return TupleOf(tuple(_with_arm(item, arm) for item in items))
        case _:
            return kind


def was_named(scene: Scene) -> Happened | None:
    found = [
        model
        for model in scene.models()
        if model.uid in scene.oldest.models and model.uid not in scene.busy and model.parameter is None
    ]
    if not found:
        return None
    model = scene.dice.pick(found)
    old = scene.oldest.models[model.uid]
    if old.name != old.uid:
        return None
    old.name = f"Old{old.uid}"
    return Happened("was_named", f"on({model.uid}).was_named({old.name!r})")


def documented(scene: Scene) -> Happened | None:
    """Older documents said something else; nothing happens to payloads."""
    found = scene.spot(lambda model, one: True)
    if found is None:
        return None
    model, one = found
    was = {"description": f"As it was told {len(scene.busy)} times."}
    return Happened("documented", f"on({model.uid}).documented({one.name!r}, was={was!r})")
