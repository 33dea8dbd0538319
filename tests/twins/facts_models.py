"""Facts about enums and whole models."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from typing_extensions import TypeIs

from tests.twins.drawing import NUMBERS, TEXTS
from tests.twins.facts_values import as_the_oldest_has_it
from tests.twins.meaning import Happened
from tests.twins.scene import Scene
from tests.twins.shapes import (
    INT,
    MODEL,
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
from tests.twins.values import Drawer, Member, Obj, Pair, filled, is_dict, is_list


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
    return any(gone in _members(default) for default in held)


def _members(value: Any) -> Iterator[Member]:
    """The members that a default holds, at any depth."""
    if isinstance(value, Member):
        yield value
    inner = value.items if isinstance(value, Pair) else [*value, *value.values()] if is_dict(value) else value
    for one in inner if is_list(inner) else ():
        yield from _members(one)


def _is_key(one: EnumShape, types: set[Type]) -> bool:
    """Whether the members of an enum are keys of a dict."""
    return any(isinstance(kind, DictOf) and kind.enum == one.uid for kind in types)


def grew(scene: Scene) -> Happened | None:
    found = _enums(scene)
    if not found:
        return None
    one = scene.dice.pick(found)
    free = _free_members(scene, one)
    if not free:
        return None
    if _is_key(one, scene.received()):
        # Of a dict with both members as keys an entry would be lost, which is refused.
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
    if _in_defaults(scene, one, gone) or _is_key(one, scene.sent()):
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


def retired(scene: Scene) -> Happened | None:
    """A union has one model less; head reads another one in its place."""
    places = [(model, one, part) for model in scene.models() for one in model.fields for part in parts(one.type)]
    unions = [(model, one, part) for model, one, part in places if _is_of_models(part)]
    if not unions:
        return None
    model, one, union = scene.dice.pick(unions)
    forgotten = as_the_oldest_has_it(scene, model.uid, one)
    if forgotten is not None:
        gone, left = _gone(scene, union), list(union.arms)
        forgotten.type = _with_arm(forgotten.type, ModelOf(gone))
    else:
        lonely = _lonely(scene, union)
        if not lonely or len(union.arms) < 3:
            return None
        gone = scene.dice.pick(lonely)
        left = [arm for arm in union.arms if arm != ModelOf(gone)]
        one.type = _with_arms(one.type, tuple(left))
    return _read_as(scene, gone, [arm.model for arm in left if isinstance(arm, ModelOf)])


def _read_as(scene: Scene, gone: str, left: list[str]) -> Happened | None:
    known = scene.dice.pick(left)
    read = Drawer(scene.world, scene.dice).value(ModelOf(known))
    alike = [
        (old.name, new.name)
        for old in scene.world.fields(gone)
        for new in scene.world.fields(known)
        if scene.world.models[known].config == scene.world.models[gone].config
        if old.type == new.type and old.required and not any((old.aliased, new.aliased, old.splits, new.splits))
    ]
    old, new = scene.dice.pick(alike) if alike else ("", "")
    scene.busy |= {gone, *left}

    def reads(fields: dict[str, Any]) -> Obj:
        return Obj(known, copy.deepcopy(read.fields) | ({new: copy.deepcopy(fields[old])} if new else {}))

    said = f"read_as=with_value_of({old!r}, {new!r}, {scene.constant(read, sent=True)}), loses='none is left'"
    return Happened("retired", f"on({', '.join(left)}).retired(was={gone}, {said})", reads={gone: reads})


def _is_of_models(kind: Type) -> TypeIs[UnionOf]:
    return isinstance(kind, UnionOf) and all(isinstance(arm, ModelOf) for arm in kind.arms)


def _gone(scene: Scene, union: UnionOf) -> str:
    """A model that only the oldest version has, as one more arm of a union."""
    count = len(scene.world.models)
    uid = f"Gone{count}"
    first = next(arm.model for arm in union.arms if isinstance(arm, ModelOf))
    tagged = any(field.name == "kind" for field in scene.world.fields(first))
    fields = [FieldShape("kind", Tag(f"g{count}"))] if tagged else []
    fields += [FieldShape(f"gone{count}", scene.dice.pick([INT, STR])), FieldShape("left", scene.dice.pick([INT, STR]))]
    shape = ModelShape(uid, uid, fields, scene.dice.pick(["ignore", "forbid"]))
    scene.world.models[uid], scene.oldest.models[uid] = shape, copy.deepcopy(shape)
    return uid


def _lonely(scene: Scene, union: UnionOf) -> list[str]:
    """The arms of a union that are nowhere else, and that no fact of the boundary is about."""
    held = [one.type for model in scene.world.models.values() for one in model.fields]
    tops = [kind for one in scene.world.operations.values() for kind in one.tops]
    everywhere = [part for kind in (*held, *tops) for part in parts(kind)]
    arguments = {model.parameter for model in scene.world.models.values()}
    return [
        arm.model
        for arm in union.arms
        if isinstance(arm, ModelOf) and everywhere.count(arm) == 1 and scene.world.models[arm.model].base is None
        if arm.model not in scene.busy | scene.changed | arguments and scene.world.heirs(arm.model) == [arm.model]
    ]


def _with_arm(kind: Type, arm: Type) -> Type:
    union = next(part for part in parts(kind) if isinstance(part, UnionOf))
    return _with_arms(kind, (*union.arms, arm))


def _with_arms(kind: Type, arms: tuple[Type, ...]) -> Type:
    """A type whose union has these arms."""
    match kind:
        case UnionOf(_, tag):
            return UnionOf(arms, tag)
        case ListOf(item):
            return ListOf(_with_arms(item, arms))
        case DictOf(item):
            return DictOf(_with_arms(item, arms))
        case Nullable(item):
            return Nullable(_with_arms(item, arms))
        case TupleOf(items):
            return TupleOf(tuple(_with_arms(item, arms) for item in items))
        case _:
            return kind


def was_named(scene: Scene) -> Happened | None:
    found = [
        model
        for model in scene.shown()
        if model.uid in scene.oldest.models and model.uid not in scene.busy and model.parameter is None
    ]
    if not found:
        return None
    model = scene.dice.pick(found)
    old = scene.oldest.models[model.uid]
    if old.name != old.uid:
        return None
    old.name = f"Old{old.uid}"
    return Happened("was_named", f"on({model.uid}).was_named({old.name!r})", frozenset({model.uid}))


def computed_renamed(scene: Scene) -> Happened | None:
    """A computed field, which no request has, has another name."""
    found = [model for model in scene.shown() if model.computed and model.uid not in scene.busy]
    found = [model for model in found if ModelOf(model.uid) in scene.received()]
    if not found:
        return None
    model = scene.dice.pick(found)
    (old,) = model.computed
    new = scene.dice.pick([name for name in ("label", "caption", "title") if name != old])
    model.computed = (new,)
    return Happened("computed_renamed", f"on({model.uid}).renamed({old!r}, to={new!r})", frozenset({model.uid}))


def _is_arm(scene: Scene, uid: str) -> bool:
    """Whether a model is an arm of a union."""
    held = [one.type for model in scene.world.models.values() for one in model.fields]
    return any(ModelOf(uid) in part.arms for kind in held for part in parts(kind) if isinstance(part, UnionOf))


def computed_added(scene: Scene) -> Happened | None:
    """A model has a computed field, which no request has."""
    found = [model for model in scene.shown() if model.kind == MODEL and model.extra != "allow" and not model.computed]
    found = [model for model in found if model.uid not in scene.busy and scene.world.heirs(model.uid) == [model.uid]]
    found = [model for model in found if model.base is None and ModelOf(model.uid) in scene.received()]
    found = [model for model in found if not _is_arm(scene, model.uid)]
    if not found:
        return None
    model = scene.dice.pick(found)
    model.computed = ("label",)
    return Happened("computed_added", f"on({model.uid}).added('label')", frozenset({model.uid}))


def documented(scene: Scene) -> Happened | None:
    """Older documents said something else; nothing happens to payloads."""
    shown = {model.uid for model in scene.shown(as_parameters=True)}
    found = scene.spot(lambda model, one: model.uid in shown)
    if found is None:
        return None
    model, one = found
    was = {"description": scene.description()}
    return Happened("documented", f"on({model.uid}).documented({one.name!r}, was={was!r})")
