"""Facts about which fields there are, and where."""

from __future__ import annotations

import copy
from typing import Any

from tests.twins.meaning import Happened
from tests.twins.scene import Scene
from tests.twins.shapes import (
    ABSENT,
    BOOL,
    INT,
    REQUIRED,
    STR,
    TYPED_DICT,
    EnumOf,
    FieldShape,
    ListOf,
    ModelOf,
    ModelShape,
    Nullable,
    Type,
    parts,
)
from tests.twins.source import annotation
from tests.twins.values import Obj, default_for


def has_models(kind: Type) -> bool:
    return any(isinstance(part, ModelOf) for part in parts(kind))


def plain_type(scene: Scene) -> Type:
    simple: list[Type] = [INT, STR, BOOL, EnumOf(scene.dice.pick(list(scene.world.enums)))]
    kind = scene.dice.pick(simple)
    kinds: list[Type] = [kind, kind, Nullable(kind), ListOf(kind)]
    return scene.dice.pick(kinds)


def added(scene: Scene) -> Happened | None:
    models = scene.models()
    model = scene.dice.pick(models)
    name = scene.free_name(model.uid)
    if name is None:
        return None
    kind = plain_type(scene)
    asked = model.uid in scene.queries()
    if asked and isinstance(kind, Nullable):
        kind = kind.item
    if model.uid in scene.queries("cookie", "header") and isinstance(kind, ListOf):
        return None
    default = default_for(kind, scene.world, scene.dice) if scene.dice.chance(65) else REQUIRED
    if default is not REQUIRED and model.kind == TYPED_DICT:
        default = ABSENT
    one = FieldShape(name, kind, default)
    if scene.dice.chance(25) and not asked and model.kind != TYPED_DICT:
        one.reads, one.writes = scene.dice.pick([(f"{name}In", None), (f"{name}In", f"{name}Out"), (f"{name}A",) * 2])
    fill: Any = REQUIRED
    if one.required or scene.dice.chance(30):
        fill = scene.value(kind)
    if asked and not scene.fits_a_query(kind, fill):
        return None
    model.fields.append(one)
    given = "" if fill is REQUIRED else f", default={scene.constant(fill)}"

    def up(fields: dict[str, Any]) -> None:
        if fill is not REQUIRED:
            fields[name] = copy.deepcopy(fill)

    def down(fields: dict[str, Any]) -> None:
        fields.pop(name, None)

    partial = scene.filled_in_part(one, up)
    code = f"on({model.uid}).added({name!r}{given})"
    return Happened("added", code, frozenset({model.uid}), up, down, fields=(name,), partial=partial)


def removed(scene: Scene) -> Happened | None:
    asked = scene.queries()
    found = scene.spot(
        lambda model, one: not one.aliased and not one.splits and not has_models(one.type) and len(model.fields) > 1
    )
    if found is None:
        return None
    model, one = found
    if one.null_by_default:
        return None
    model.fields.remove(one)
    name, kind = one.name, one.type
    fill = scene.value(kind)
    said = [f"was={annotation(kind, scene.world)}", f"required={one.required}"]
    backfills = one.required or (scene.dice.chance(85) and model.uid not in asked)
    said += [f"backfill={scene.constant(fill)}"] if backfills else []
    like = [other.name for other in model.fields if other.type == kind and other.required and not other.aliased]
    source = scene.dice.pick(like) if like and backfills and scene.dice.chance(50) else None
    if source is not None:
        said[-1] = f"backfill=sibling({source!r})"
    code = f"on({model.uid}).removed({name!r}, {', '.join(said)}, loses='nobody asks for it')"

    def up(fields: dict[str, Any]) -> None:
        fields.pop(name, None)

    def down(fields: dict[str, Any]) -> None:
        if source is not None:
            fields[name] = copy.deepcopy(fields[source])
        elif backfills:
            fields[name] = copy.deepcopy(fill)

    return Happened("removed", code, frozenset({model.uid}), up, down, fields=(name,))


def renamed(scene: Scene) -> Happened | None:
    found = scene.spot(lambda model, one: not one.aliased)
    if found is None:
        return None
    model, one = found
    name = scene.free_name(model.uid)
    if name is None:
        return None
    old, one.name = one.name, name
    if scene.dice.chance(30) and model.uid not in scene.queries() and model.kind != TYPED_DICT:
        one.reads, one.writes = scene.dice.pick([(f"{name}In", None), (f"{name}In", f"{name}Out"), (f"{name}A",) * 2])
    code = f"on({model.uid}).renamed({old!r}, to={name!r})"
    return Happened("renamed", code, frozenset({model.uid}), _rename(old, name), _rename(name, old), fields=(name,))


def _rename(old: str, new: str) -> Any:
    def rename(fields: dict[str, Any]) -> None:
        if old in fields:
            fields[new] = fields.pop(old)

    return rename


def moved(scene: Scene) -> Happened | None:
    """Plunge a required field into a model that nobody else holds, or hoist it out of one."""
    found = scene.spot(
        lambda model, one: not one.aliased and one.required and not one.splits and model.uid not in scene.queries()
    )
    if found is None:
        return None
    return _hoisted(scene, *found) or _plunged(scene, *found)


def _plunged(scene: Scene, model: ModelShape, one: FieldShape) -> Happened | None:
    name = scene.free_name(model.uid)
    if name is None:
        return None
    uid = f"Box{len(scene.world.models)}"
    scene.world.models[uid] = ModelShape(uid, uid, [FieldShape("value", one.type)], config=model.config)
    scene.busy.add(uid)
    model.fields[model.fields.index(one)] = FieldShape(name, ModelOf(uid))
    old = one.name

    def up(fields: dict[str, Any]) -> None:
        fields[name] = Obj(uid, {"value": fields.pop(old)})

    def down(fields: dict[str, Any]) -> None:
        fields[old] = fields.pop(name).fields["value"]

    code = f"on({model.uid}).moved({old!r}, to='{name}.value')"
    return Happened("moved", code, frozenset({model.uid}), up, down, fields=(name,))


def _hoisted(scene: Scene, model: ModelShape, one: FieldShape) -> Happened | None:
    name = scene.free_name(model.uid)
    if name is None or not isinstance(one.type, ModelOf):
        return None
    uid = one.type.model
    inner = scene.world.models[uid]
    holders = sum(
        isinstance(part, ModelOf) and part.model == uid
        for other in scene.world.models.values()
        for held in other.fields
        for part in parts(held.type)
    )
    tops = [kind for op in scene.world.operations.values() for kind in op.tops]
    alone = holders == 1 and not any(ModelOf(uid) in parts(kind) for kind in tops) and inner.base is None
    if not alone or len(inner.fields) != 1 or not inner.fields[0].required or inner.fields[0].aliased:
        return None
    # A fact about a model that head no longer has would have no class to name.
    if inner.extra != "ignore" or uid in scene.changed | scene.busy | scene.ever_changed:
        return None
    value = inner.fields[0]
    model.fields[model.fields.index(one)] = FieldShape(name, value.type)
    old = one.name

    def up(fields: dict[str, Any]) -> None:
        fields[name] = fields.pop(old).fields[value.name]

    def down(fields: dict[str, Any]) -> None:
        fields[old] = Obj(uid, {value.name: fields.pop(name)})

    code = f"on({model.uid}).moved('{old}.{value.name}', to={name!r})"
    return Happened("moved", code, frozenset({model.uid}), up, down, fields=(name,))
