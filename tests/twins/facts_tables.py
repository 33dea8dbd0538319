"""Facts that convert values by a table, between a list and its item, and between one field and several."""

from __future__ import annotations

import copy
from typing import Any

from tests.twins.functions import before_and_after, with_comma
from tests.twins.meaning import Happened
from tests.twins.scene import Scene
from tests.twins.shapes import BOOL, STR, EnumOf, FieldShape, ListOf, ModelShape, Scalar, Type
from tests.twins.source import annotation


def _field(scene: Scene, *kinds: Type) -> tuple[ModelShape, FieldShape] | None:
    """A required field of a body, which nothing has happened to since the last version."""
    return scene.spot(
        lambda model, one: (
            one.type in kinds
            and one.required
            and not one.aliased
            and not one.splits
            and model.uid not in scene.queries()
            and f"{model.uid}.{one.name}" not in scene.busy
        )
    )


def became_scalar(scene: Scene) -> Happened | None:
    enums: list[Type] = [ListOf(EnumOf(uid)) for uid in scene.world.enums]
    found = _field(scene, ListOf(STR), ListOf(BOOL), ListOf(Scalar("int")), *enums)
    if found is None:
        return None
    model, one = found
    older, name = one.type, one.name
    assert isinstance(older, ListOf)
    one.type = older.item
    empty = scene.value(older.item)

    def up(fields: dict[str, Any]) -> None:
        fields[name] = fields[name][0] if fields[name] else copy.deepcopy(empty)

    def down(fields: dict[str, Any]) -> None:
        fields[name] = [fields[name]]

    said = f"was={annotation(older, scene.world)}, empty={scene.constant(empty)}, loses='one was meant'"
    code = f"on({model.uid}).became_scalar({name!r}, {said})"
    return Happened("became_scalar", code, frozenset({model.uid}), up, down, fields=(name,))


def mapped(scene: Scene) -> Happened | None:
    found = _field(scene, BOOL)
    if found is None:
        return None
    model, one = found
    name, one.type = one.name, STR
    scene.busy.add(f"{model.uid}.{name}")

    def up(fields: dict[str, Any]) -> None:
        fields[name] = "on" if fields[name] else "off"

    def down(fields: dict[str, Any]) -> None:
        fields[name] = fields[name] == "on"

    code = f"on({model.uid}).mapped({name!r}, {{True: 'on', False: 'off'}}, was=bool, seen_as=False)"
    return Happened("mapped", code, frozenset({model.uid}), up, down, fields=(name,))


def split(scene: Scene) -> Happened | None:
    found = _field(scene, STR)
    if found is None:
        return None
    model, one = found
    first = scene.free_name(model.uid)
    if first is None:
        return None
    old, before = one.name, len(model.fields)
    one.name = first
    second = scene.free_name(model.uid)
    if second is None or second == old:
        one.name = old
        return None
    model.fields.insert(before, FieldShape(second, STR))

    def up(fields: dict[str, Any]) -> None:
        fields[first], fields[second] = before_and_after(fields.pop(old))

    def down(fields: dict[str, Any]) -> None:
        fields[old] = with_comma(fields.pop(first), fields.pop(second))

    said = f"into=({first!r}, {second!r}), was=str, apart=before_and_after, together=with_comma"
    code = f"on({model.uid}).split({old!r}, {said}, loses='as its functions are')"
    return Happened("split", code, frozenset({model.uid}), up, down, fields=(first, second))


def merged(scene: Scene) -> Happened | None:
    found = _field(scene, STR)
    if found is None:
        return None
    model, one = found
    others = [
        other
        for other in model.fields
        if other is not one and other.type == STR and other.required and not other.aliased and not other.splits
    ]
    name = scene.free_name(model.uid)
    if not others or name is None:
        return None
    other = scene.dice.pick(others)
    first, second, one.name = one.name, other.name, name
    model.fields.remove(other)

    def up(fields: dict[str, Any]) -> None:
        fields[name] = with_comma(fields.pop(first), fields.pop(second))

    def down(fields: dict[str, Any]) -> None:
        fields[first], fields[second] = before_and_after(fields.pop(name))

    said = f"into={name!r}, was=(str, str), together=with_comma, apart=before_and_after"
    code = f"on({model.uid}).merged(({first!r}, {second!r}), {said}, loses='as its functions are')"
    return Happened("merged", code, frozenset({model.uid}), up, down, fields=(name,))
