"""Facts about null, absence, defaults, lists and limits, that could have happened."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from tests.oracle.places import (
    admits_null,
    arms_of,
    is_enum,
)
from tests.strategies import functions
from tests.strategies.models import nullable
from tests.strategies.scene import Scene, Spot
from timegate.changes.base import Fact
from timegate.changes.subjects import on
from timegate.wire.wire import SIDES


def all_null(spot: Spot, scene: Scene) -> bool:
    """Whether both sides admit null."""
    return all(admits_null(spot.places[side], dict(scene.state[side])) for side in SIDES)


def became_nullable(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and all_null(spot, scene) and not scene.endless(spot))
    if spot is None or arms_of(spot.request) is None:
        return None
    rest = [arm for arm in arms_of(spot.places["responses"]) or [] if arm.get("type") != "null"]
    return on(spot.model).became_nullable(spot.name, null_was=scene.value("responses", {"anyOf": rest}))


def became_non_null(scene: Scene) -> Fact | None:
    spot = scene.spot(
        lambda spot: (
            not spot.protected
            and not any(admits_null(spot.places[side], dict(scene.state[side])) for side in SIDES)
            and not is_enum(spot.request)
        )
    )
    if spot is None:
        return None
    return on(spot.model).became_non_null(spot.name, null_is=scene.value("requests", spot.request))


def became_required(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and spot.always)
    if spot is None:
        return None
    return on(spot.model).became_required(spot.name, default=scene.value("requests", spot.request))


def became_optional(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and spot.never and not scene.endless(spot))
    if spot is None:
        return None
    return on(spot.model).became_optional(spot.name, missing_was=scene.value("responses", spot.places["responses"]))


def became_list(scene: Scene) -> Fact | None:
    def fits(spot: Spot) -> bool:
        known = scene.kind(spot)
        listed = known is not None and len(getattr(known, "__args__", ())) == 1
        return not spot.protected and listed and all("items" in place for place in spot.places.values())

    spot = scene.spot(fits)
    if spot is None:
        return None
    (item,) = scene.kind(spot).__args__
    return on(spot.model).became_list(spot.name, was=nullable(item))


def defaulted(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and spot.never)
    if spot is None:
        return None
    was = scene.value("requests", spot.request)
    return None if was == spot.request.get("default") else on(spot.model).defaulted(spot.name, was=was)


def constrained(scene: Scene) -> Fact | None:
    def fits(spot: Spot) -> bool:
        return all(set(place) <= {"type", "title"} and place.get("type") == "integer" for place in spot.places.values())

    spot = scene.spot(lambda spot: not spot.protected and fits(spot))
    if spot is None:
        return None
    was: Any = Annotated[int, Field(le=5)]
    return on(spot.model).constrained(spot.name, was=was, to_old=functions.at_most_five)
