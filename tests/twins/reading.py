"""What an old client makes of a response, by its own document."""

from __future__ import annotations

from typing import Any

from tests.twins.shapes import DictOf, FieldShape, ListOf, ModelOf, Nullable, SetOf, Tag, TupleOf, Type, UnionOf, World
from tests.twins.values import each, is_dict, is_list, plain


def read(value: Any, kind: Type, world: World, *, by_alias: bool = True) -> Any:
    """What a client makes of a response: what is left out is its default."""

    def inside(value: Any, kind: Type) -> Any:
        return read(value, kind, world, by_alias=by_alias)

    match kind:
        case ModelOf(uid) if is_dict(value):
            full = dict(value)
            for one in world.fields(uid):
                key = one.received_as if by_alias else one.name
                if key in full:
                    full[key] = inside(full[key], one.type)
                elif one.has_default:
                    full[key] = plain(one.default, world, sent=False)
                elif one.required and isinstance(one.type, Nullable):
                    # An app that leaves out null leaves it out where it is required, too.
                    full[key] = None
            return full
        case Nullable(item):
            return None if value is None else inside(value, item)
        case ListOf(item) | DictOf(item):
            return each(value, lambda one: inside(one, item))
        case SetOf() if is_list(value):
            return sorted(value, key=repr)
        case TupleOf(items) if is_list(value) and len(value) == len(items):
            return [inside(item, one) for item, one in zip(value, items, strict=True)]
        case UnionOf(arms) if is_dict(value):
            return inside(value, _arm(value, arms, world, by_alias=by_alias))
        case _:
            return value


def _arm(value: Any, arms: tuple[Type, ...], world: World, *, by_alias: bool) -> Type:
    def key_of(one: FieldShape) -> str:
        return one.received_as if by_alias else one.name

    def is_of(arm: ModelOf, *, without_nulls: bool) -> bool:
        fields = world.fields(arm.model)
        lacking = {key_of(one) for one in fields if without_nulls and isinstance(one.type, Nullable)}
        needed = {key_of(one) for one in fields if one.required and one.name != "kind"} - lacking
        tags = [one.type.value for one in fields if isinstance(one.type, Tag)]
        return needed <= set(value) <= set(map(key_of, fields)) and ("kind" not in value or value["kind"] in tags)

    models = [arm for arm in arms if isinstance(arm, ModelOf)]
    # An app that leaves out null leaves it out where it is required, too.
    found = [arm for lacks in (False, True) for arm in models if is_of(arm, without_nulls=lacks)]
    return next(iter(found), models[0])
