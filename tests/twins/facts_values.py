"""Facts about the value of a field: its type, null, presence, default and limits."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.twins import functions
from tests.twins.facts_fields import has_models
from tests.twins.meaning import Happened, at
from tests.twins.scene import Scene
from tests.twins.shapes import (
    ABSENT,
    ANY,
    BOOL,
    DATACLASSES,
    DATE,
    FLOAT,
    INT,
    REQUIRED,
    STR,
    TYPED_DICT,
    DictOf,
    EnumOf,
    FieldShape,
    ListOf,
    ModelShape,
    Nullable,
    Scalar,
    Type,
    UnionOf,
    World,
)
from tests.twins.source import annotation
from tests.twins.values import default_for, is_dict, is_list, lifted, plain, same
from tests.twins.values import each as inside
from timegate import on

EMPTY = ", empty={}" if "empty" in inspect.signature(on(object).became_list).parameters else ""
"""How the value of an empty list is declared, where it can be."""


@dataclass(frozen=True)
class Conversion:
    """A pair of types and the functions between them; None is the identity."""

    was: Scalar
    now: Type
    to_head: Callable[[Any], Any] | None
    to_old: Callable[[Any], Any]


CONVERSIONS = (
    Conversion(INT, STR, functions.text_of, functions.number_of),
    Conversion(STR, INT, functions.number_of, functions.text_of),
    Conversion(INT, INT, functions.hundredfold, functions.hundredth),
    Conversion(STR, ListOf(STR), functions.parts_of, functions.joined),
    Conversion(INT, FLOAT, None, functions.whole),
    Conversion(BOOL, STR, functions.yes_or_no, functions.is_yes),
    Conversion(STR, BOOL, functions.is_yes, functions.yes_or_no),
    Conversion(DATE, STR, functions.as_it_is, functions.day_of),
    Conversion(INT, UnionOf((INT, STR)), None, functions.counted),
)


def retyped(scene: Scene) -> Happened | None:
    asked = scene.queries()

    def fits(model: ModelShape, one: FieldShape) -> bool:
        core = _core(one.type)
        known = isinstance(core, Scalar) and not core.limits and core.name != "float"
        return known and not one.splits and not one.null_by_default

    found = scene.spot(fits)
    if found is None:
        return None
    model, one = found
    core = _core(one.type)
    usable = [each for each in CONVERSIONS if each.was == core]
    if model.uid in asked or isinstance(one.type, ListOf | DictOf):
        usable = [each for each in usable if isinstance(each.now, Scalar) and each.to_head]
    if not usable:
        return None
    how = scene.dice.pick(usable)
    older, world = one.type, scene.world
    newer = _with_core(older, how.now)
    star = ".*" if isinstance(older, ListOf | DictOf) else ""
    up = _mapped(converted(how.to_head, how.now, world), each=bool(star))
    down = _mapped(converted(how.to_old, how.was, world), each=bool(star))
    default = one.default
    if one.has_default:
        default = up(copy.deepcopy(one.default))
        if not same(down(default), one.default) or _is_made_anew(model, default):
            return None
    name = one.name
    said = [f"was={annotation(how.was, world)}"] if how.was != how.now else []
    said += [f"to_head={how.to_head.__name__}"] if how.to_head else []
    said.append(f"to_old={how.to_old.__name__}")
    if not star and how.was != how.now:
        said[0] = f"was={annotation(older, world)}"
    one.type, one.default = newer, default
    scene.busy.add(f"{model.uid}.{name}")
    code = f"on({model.uid}).retyped('{name}{star}', {', '.join(said)}, loses='as its functions are')"
    return Happened("retyped", code, frozenset({model.uid}), at(name, up), at(name, down), fields=(name,))


def _is_made_anew(model: ModelShape, default: Any) -> bool:
    """Whether a function makes the default, of which nobody knows that it is the same on each call."""
    return model.kind in DATACLASSES and default not in ([], {}) and (is_list(default) or is_dict(default))


def _core(kind: Type) -> Type:
    return kind.item if isinstance(kind, Nullable | ListOf | DictOf) else kind


def _with_core(kind: Type, core: Type) -> Type:
    return replace(kind, item=core) if isinstance(kind, Nullable | ListOf | DictOf) else core


def converted(function: Callable[[Any], Any] | None, target: Type, world: World) -> Callable[[Any], Any]:
    """What a function of plain JSON does to canonical values; None is the identity."""

    def convert(value: Any) -> Any:
        given = plain(value, world, sent=True)
        return lifted(given if function is None else function(given), target, world)

    return convert


def _mapped(change: Callable[[Any], Any], *, each: bool) -> Callable[[Any], Any]:
    """The change of a whole value: of each item where the path ends in a star; null stays null."""

    def mapped(value: Any) -> Any:
        if value is None:
            return None
        if each and is_dict(value):
            # The keys stay, also where they are members of an enum.
            return {key: change(item) for key, item in value.items()}
        return inside(value, change) if each else change(value)

    return mapped


def became_nullable(scene: Scene) -> Happened | None:
    found = scene.spot(
        lambda model, one: (
            isinstance(one.type, Scalar | EnumOf | ListOf)
            and one.type != ANY
            and one.default is not None
            and model.uid not in scene.queries()
        )
    )
    if found is None or has_models(found[1].type):
        return None
    model, one = found
    name = one.name
    fill = scene.value(one.type)
    one.type = Nullable(one.type)

    def down(fields: dict[str, Any]) -> None:
        if name in fields and fields[name] is None:
            fields[name] = copy.deepcopy(fill)

    code = f"on({model.uid}).became_nullable({name!r}, null_was={scene.constant(fill)})"
    return Happened("became_nullable", code, frozenset({model.uid}), down=down, fields=(name,))


def became_non_null(scene: Scene) -> Happened | None:
    found = scene.spot(lambda model, one: isinstance(one.type, Nullable) and one.type.item != ANY and one.required)
    if found is None or has_models(found[1].type):
        return None
    model, one = found
    if model.uid in scene.queries() or not isinstance(one.type, Nullable):
        return None
    name, one.type = one.name, one.type.item
    fill = scene.value(one.type)

    def up(fields: dict[str, Any]) -> None:
        if name in fields and fields[name] is None:
            fields[name] = copy.deepcopy(fill)

    code = f"on({model.uid}).became_non_null({name!r}, null_is={scene.constant(fill)})"
    return Happened("became_non_null", code, frozenset({model.uid}), up, fields=(name,))


def became_required(scene: Scene) -> Happened | None:
    found = scene.spot(
        lambda model, one: (
            not one.required
            and not one.null_by_default
            and (model.uid not in scene.queries() or scene.fits_a_query(one.type, one.default))
        )
    )
    if found is None or has_models(found[1].type):
        return None
    model, one = found
    fill = one.default if one.has_default else scene.value(one.type)
    name, one.default = one.name, REQUIRED

    def up(fields: dict[str, Any]) -> None:
        fields.setdefault(name, copy.deepcopy(fill))

    code = f"on({model.uid}).became_required({name!r}, default={scene.constant(fill)})"
    return Happened("became_required", code, frozenset({model.uid}), up, fields=(name,))


def became_optional(scene: Scene) -> Happened | None:
    found = scene.spot(lambda model, one: one.required and model.uid not in scene.queries())
    if found is None or has_models(found[1].type):
        return None
    model, one = found
    default = default_for(one.type, scene.world, scene.dice)
    if default is REQUIRED:
        return None
    name, one.default = one.name, ABSENT if model.kind == TYPED_DICT else default

    def down(fields: dict[str, Any]) -> None:
        fields.setdefault(name, copy.deepcopy(default))

    code = f"on({model.uid}).became_optional({name!r}, missing_was={scene.constant(default)})"
    return Happened("became_optional", code, frozenset({model.uid}), down=down, fields=(name,))


def became_list(scene: Scene) -> Happened | None:
    found = scene.spot(
        lambda model, one: (
            isinstance(one.type, Scalar | EnumOf)
            and one.type != ANY
            and one.required
            and model.uid not in scene.queries()
        )
    )
    if found is None:
        return None
    model, one = found
    name, item = one.name, one.type
    one.type = ListOf(item)
    empty = scene.value(item)
    said = f", was={annotation(item, scene.world)}" if scene.dice.chance(50) else ""

    def up(fields: dict[str, Any]) -> None:
        fields[name] = [fields[name]]

    def down(fields: dict[str, Any]) -> None:
        fields[name] = fields[name][0] if fields[name] else copy.deepcopy(empty)

    code = f"on({model.uid}).became_list({name!r}{said}{EMPTY.format(scene.constant(empty))})"
    return Happened("became_list", code, frozenset({model.uid}), up, down, fields=(name,))


def defaulted(scene: Scene) -> Happened | None:
    def fits(model: ModelShape, one: FieldShape) -> bool:
        # Of a dataclass in a partial update nobody can tell what was left out.
        is_told = model.tells_what_is_set or model.uid not in scene.patches()
        return one.has_default and not one.null_by_default and is_told

    found = scene.spot(fits)
    if found is None or has_models(found[1].type):
        return None
    model, one = found
    if model.uid in scene.queries() and not scene.fits_a_query(one.type, one.default):
        return None
    name, was = one.name, one.default
    newer = scene.value(one.type)
    if same(newer, was) or (model.uid in scene.queries() and not scene.fits_a_query(one.type, newer)):
        return None
    if _is_made_anew(model, newer):
        return None
    one.default = newer

    def up(fields: dict[str, Any]) -> None:
        fields.setdefault(name, copy.deepcopy(was))

    code = f"on({model.uid}).defaulted({name!r}, was={scene.constant(was)})"
    partial = scene.filled_in_part(one, up)
    return Happened("defaulted", code, frozenset({model.uid}), up, fields=(name,), partial=partial)


LIMITS = (
    ((("le", 5),), (), functions.at_most_five),
    ((("ge", 1),), (), functions.at_least_one),
    ((), (("le", 19),), None),
)


def constrained(scene: Scene) -> Happened | None:
    """Loosen the limits of a number, or tighten them a little."""
    found = scene.spot(lambda model, one: one.type == INT and one.required)
    if found is None:
        return None
    model, one = found
    # What the client knows has the older limits, so they are written into every older world too.
    older, newer, to_old = scene.dice.pick(LIMITS)
    known = as_the_oldest_has_it(scene, model.uid, one)
    if older and known is None:
        return None
    if older and known is not None:
        known.type = Scalar("int", older)
    one.type = Scalar("int", newer)
    was = annotation(Scalar("int", older or (("ge", -1000),)), scene.world)
    if not older:
        was = "int"
    given = f", to_old={to_old.__name__}" if to_old else ""
    code = f"on({model.uid}).constrained({one.name!r}, was={was}{given})"
    down = at(one.name, to_old) if to_old else None
    about = frozenset({model.uid})
    if down is None:
        return Happened("constrained", code, about, fields=(one.name,))
    return Happened("constrained", code, about, down=down, fields=(one.name,))


def as_the_oldest_has_it(scene: Scene, uid: str, one: FieldShape) -> FieldShape | None:
    """The field in the oldest version, where nothing has happened to its value since."""
    if scene.past or uid not in scene.oldest.models or f"{uid}.{one.name}" in scene.busy:
        return None
    return next((known for known in scene.oldest.models[uid].fields if known.born == one.born), None)
