"""Facts about which fields there are and what type they have, that could have happened."""

from __future__ import annotations

from typing import Any

from tests.oracle.history import undone
from tests.oracle.places import (
    behind,
    is_enum,
)
from tests.strategies import functions
from tests.strategies.models import NAMES, dict_of, list_of
from tests.strategies.scene import Scene, Spot
from timegate.changes.base import UNSET, Fact, sibling
from timegate.changes.subjects import on


def added(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected)
    if spot is None:
        return None
    if spot.required["requests"] or scene.dice.chance(40):
        component = scene.state["requests"][spot.component]
        alike = [
            other.keys["requests"]
            for other in scene.spots(component)
            if other.name != spot.name and other.request == spot.request and other.always
        ]
        if alike and scene.dice.chance(40):
            return on(spot.component).added(spot.name, default=sibling(scene.dice.pick(alike)))
        return on(spot.model).added(spot.name, default=scene.value("requests", spot.request))
    return on(spot.model).added(spot.name)


def removed(scene: Scene) -> Fact | None:
    found = scene.components()
    if not found:
        return None
    component = scene.dice.pick(found)
    subject = scene.subject(component)
    name = scene.free_name(scene.meant(subject, "?"))
    if name is None:
        return None
    kind, required = scene.old_type(), scene.dice.chance(50)
    how = scene.dice.number(0, 9)
    if how <= 1:
        kinds = [(spot, scene.kind(spot)) for spot in scene.spots(component) if not spot.protected]
        known = [(spot, kind) for spot, kind in kinds if kind is not None]
        if known:
            spot, kind = scene.dice.pick(known)
            required = required and spot.always
            return on(component.name).removed(
                name, was=kind, required=required, backfill=sibling(spot.name), loses="nobody asks for it"
            )
    if how == 2:
        scene.converts_models = True
        function = scene.dice.pick([functions.as_text, functions.size_of])
        was: Any = str if function is functions.as_text else int
        return on(subject).removed(name, was=was, required=required, backfill=function, loses="nobody asks for it")
    if how == 3:
        return on(subject).removed(name, was=kind, required=False, loses="nobody asks for it")
    fact = on(subject).removed(name, was=kind, required=required, backfill=None, loses="nobody asks for it")
    older = undone(scene.state, fact)["responses"]
    place = older[component.name].properties[name]
    if scene.leads_to(place, scene.meant(subject, name), older):
        return None
    backfill = scene.value("responses", place)
    return on(subject).removed(name, was=kind, required=required, backfill=backfill, loses="nobody asks for it")


def renamed(scene: Scene) -> Fact | None:
    if scene.world.unions and scene.dice.chance(15):
        return renamed_tag(scene)
    spot = scene.spot(lambda spot: not is_tag(scene, spot))
    if spot is None:
        return None
    name = scene.free_name(scene.meant(spot.model, spot.name))
    return None if name is None else on(spot.model).renamed(name, to=spot.name)


def is_tag(scene: Scene, spot: Spot) -> bool:
    return spot.protected and is_enum(spot.request)


def renamed_tag(scene: Scene) -> Fact | None:
    arms, tag = scene.world.unions[0], scene.tags[0]
    names = {name for arm in arms for name in scene.meant(arm, tag)}
    # A union is found by its tag: nothing else happens at the boundary where the tag gets another name.
    if (
        scene.busy
        or scene.locked
        or not tag
        or not names
        or any(tag not in scene.state["requests"][name].properties for name in names)
    ):
        return None
    name = scene.free_name(names)
    if name is None:
        return None
    scene.locked |= set(scene.state["requests"])
    return on(*arms).renamed(name, to=tag)


def moved(scene: Scene) -> Fact | None:
    """Plunge into a model that only one place holds, or hoist out of an object that nobody has any more."""
    holders = scene.holders()
    if scene.dice.chance(50):
        spot = scene.spot(lambda spot: not spot.protected and spot.keys["requests"] == spot.keys["responses"])
        name = None if spot is None else scene.free_name(scene.meant(spot.model, spot.name))
        if spot is None or name is None:
            return None
        # What was an object in between is not made something else again: only its fields have facts.
        for component in scene.meant(spot.model, spot.name):
            scene.protected.setdefault(component, set()).add(name)
        return on(spot.model).moved(f"{name}.{scene.dice.pick(NAMES)}", to=spot.name)

    def fits(spot: Spot) -> bool:
        inner = behind(spot.request, scene.state["requests"])
        arm = inner is not None and any(inner.model in arms for arms in scene.world.unions)
        free = inner is not None and not arm and inner.name not in scene.busy | scene.locked
        return inner is not None and free and holders[inner.name] == 1 and len(scene.spots(inner)) > 1

    spot = scene.spot(fits)
    inner = None if spot is None else behind(spot.request, scene.state["requests"])
    if spot is None or inner is None or spot.keys["requests"] != spot.keys["responses"]:
        return None
    sources = [source for source in scene.spots(inner) if source.keys["requests"] == source.keys["responses"]]
    name = scene.free_name(scene.meant(spot.model, spot.name))
    if not sources or name is None:
        return None
    source = scene.dice.pick(sources)
    # A path goes through models as the newer version has them: nothing else happens to them at this boundary.
    scene.locked |= {inner.name, spot.component}
    empty: Any = UNSET
    if not spot.always and not scene.holds_models(source.request) and scene.dice.chance(50):
        empty = scene.value("requests", source.request)
    return on(spot.model).moved(name, to=f"{spot.keys['requests']}.{source.keys['requests']}", empty=empty)


def retyped(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and spot.request == spot.places["responses"])
    if spot is None:
        return None
    field = on(spot.model)
    place = spot.request
    kind = {key: value for key, value in place.items() if key not in ("title", "default")}
    models = scene.holds_models(place)
    match kind:
        case {"type": "integer"} if scene.dice.chance(70):
            if scene.dice.chance(30):
                return field.retyped(spot.name, to_head=functions.one_more, to_old=functions.one_less)
            return field.retyped(
                spot.name, was=str, to_head=functions.number, to_old=functions.digits, loses="only numbers"
            )
        case {"type": "array", "items": {"type": "integer"}} | {
            "type": "object",
            "additionalProperties": {"type": "integer"},
        } if scene.dice.chance(70):
            return field.retyped(
                f"{spot.name}.*", was=str, to_head=functions.number, to_old=functions.digits, loses="only numbers"
            )
        case {"type": "array", "items": _} if scene.dice.chance(70):
            known = scene.kind(spot)
            if known is not None and len(getattr(known, "__args__", ())) == 1:
                scene.converts_models |= models
                (inner,) = known.__args__
                return field.retyped(
                    spot.name,
                    was=dict_of(inner),
                    to_head=functions.listed,
                    to_old=functions.numbered,
                    loses="the names",
                )
        case _:
            pass
    scene.converts_models |= models
    known = scene.kind(spot)
    if known is not None and scene.dice.chance(50):
        return field.retyped(
            spot.name, was=list_of(known), to_head=functions.unwrapped, to_old=functions.wrapped, loses="all but one"
        )
    return field.retyped(spot.name, was=str, to_head=functions.as_json, to_old=functions.as_text, loses="bad text")
