"""Draws what happened between the oldest version and head."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeAlias

from tests.twins import (
    facts_endpoints,
    facts_fields,
    facts_http,
    facts_models,
    facts_reshaped,
    facts_shown,
    facts_tables,
    facts_values,
    facts_wholes,
)
from tests.twins.dice import Dice
from tests.twins.meaning import Boundary, Happened
from tests.twins.scene import Scene
from tests.twins.shapes import ModelOf, UnionOf, World, parts

Proposal: TypeAlias = Callable[[Scene], Happened | None]


def of_forms_and_cookies(proposal: Proposal) -> Proposal:
    """Draw a fact about a parameter for a field of a form, or for a cookie."""

    def drawn(scene: Scene) -> Happened | None:
        places, scene.places = scene.places, frozenset({"form", "cookie"})
        fact = proposal(scene)
        scene.places = places
        return fact

    return drawn


PROPOSALS: tuple[tuple[Proposal, int], ...] = (
    (facts_fields.added, 4),
    (facts_fields.removed, 3),
    (facts_fields.renamed, 4),
    (facts_fields.moved, 2),
    (facts_values.retyped, 5),
    (facts_values.became_nullable, 3),
    (facts_values.became_non_null, 2),
    (facts_values.became_required, 2),
    (facts_values.became_optional, 2),
    (facts_values.became_list, 2),
    (facts_values.defaulted, 2),
    (facts_values.constrained, 1),
    (facts_models.grew, 3),
    (facts_models.shrank, 2),
    (facts_models.member_renamed, 3),
    (facts_models.introduced, 3),
    (facts_models.was_named, 1),
    (facts_http.endpoint_moved, 1),
    (facts_http.status_changed, 1),
    (facts_http.parameter_added, 1),
    (facts_http.parameter_removed, 1),
    (facts_http.parameter_renamed, 2),
    (facts_http.parameter_defaulted, 1),
)

BESIDE: tuple[tuple[Proposal, int], ...] = (
    (facts_models.documented, 1),
    (facts_tables.became_scalar, 2),
    (facts_tables.mapped, 2),
    (facts_tables.split, 2),
    (facts_tables.merged, 2),
    (facts_reshaped.reshaped, 3),
    (facts_http.parameter_became_required, 1),
    (facts_http.parameter_became_list, 1),
    (facts_http.parameter_retyped, 1),
    (facts_wholes.literal_grew, 2),
    (facts_wholes.literal_shrank, 2),
    (facts_wholes.literal_renamed, 2),
    (facts_wholes.path_renamed, 2),
    (facts_wholes.path_retyped, 1),
    (facts_wholes.rewritten_response, 2),
    (facts_wholes.rewritten_request, 2),
    (facts_wholes.enveloped, 2),
    (facts_wholes.model_documented, 1),
    (facts_wholes.endpoint_documented, 1),
    (facts_wholes.parameter_documented, 1),
    (facts_http.parameter_became_optional, 2),
)
"""What a boundary may have besides, by choices of its own: the others of a seed stay what they were."""

OTHERWISE: tuple[tuple[Proposal, int], ...] = tuple(
    (of_forms_and_cookies(proposal), weight)
    for proposal, weight in (
        (facts_http.parameter_added, 2),
        (facts_http.parameter_removed, 1),
        (facts_http.parameter_renamed, 4),
        (facts_http.parameter_defaulted, 1),
        (facts_http.parameter_became_required, 1),
        (facts_http.parameter_became_optional, 1),
        (facts_http.parameter_became_list, 2),
        (facts_http.parameter_retyped, 2),
    )
)
"""And what it may have about forms and cookies."""

AT_LAST: tuple[tuple[Proposal, int], ...] = (
    (facts_shown.response_header_added, 1),
    (facts_shown.response_header_removed, 1),
    (facts_shown.response_header_renamed, 1),
    (facts_shown.response_header_retyped, 1),
    (facts_shown.response_header_became_list, 1),
    (facts_shown.response_header_became_optional, 1),
    (facts_models.retired, 4),
    (facts_endpoints.endpoint_added, 3),
    (facts_endpoints.endpoint_removed, 1),
    (facts_models.computed_renamed, 3),
    (facts_models.computed_added, 1),
)
"""And what it may have after that."""


SAID = ((BESIDE, 60), (OTHERWISE, 80), (AT_LAST, 50))
"""How many of a hundred boundaries have what."""


TRIES = 12
"""How often a boundary is drawn at most; now and then nothing is found that could happen."""


def told(dice: Dice, world: World, size: int) -> tuple[World, list[Boundary]]:
    """Draw one to six boundaries; the oldest world as its clients know it comes first."""
    scene = Scene(dice, copy.deepcopy(world), copy.deepcopy(world), focus=_focus(dice, world))
    boundaries: list[Boundary] = []
    count = 1 if size == 0 else dice.number(1, 1 + size) + _more(dice)
    for _ in range(TRIES):
        if len(boundaries) == count:
            break
        older = scene.world
        gone = set(scene.gone)
        scene.world, scene.busy, scene.changed = copy.deepcopy(older), set(), set()
        busy = 4 if scene.focus else 0
        facts = [fact for _ in range(dice.number(1, 1 + size + busy)) if (fact := _one(scene)) is not None]
        if facts:
            facts += [fact for said, percent in SAID for fact in _beside(scene, said, percent)]
            for uid in gone & older.operations.keys():
                del older.operations[uid]
            boundaries.append(Boundary(facts, older, scene.world))
            _rename(facts, boundaries)
            scene.past = True
    return scene.oldest, boundaries


def _focus(dice: Dice, world: World) -> frozenset[str]:
    """The model that most facts are about, in some worlds, by a choice of its own; or the arms that no tag tells."""
    own = Dice(f"focus {copy.deepcopy(dice).number(0, 10**9)}")
    if not own.chance(30):
        return frozenset[str]()
    one = own.pick(list(world.models))
    unions = [
        frozenset(arm.model for arm in part.arms if isinstance(arm, ModelOf))
        for model in world.models.values()
        for field in model.fields
        for part in parts(field.type)
        if isinstance(part, UnionOf) and part.tag is None
    ]
    arms = [union for union in unions if len(union) > 1]
    return own.pick(arms) if arms and own.chance(50) else frozenset({one})


def _more(dice: Dice) -> int:
    """How many boundaries more, by a choice of its own."""
    own = copy.deepcopy(dice)
    return own.number(1, 3) if own.chance(15) else 0


def _rename(facts: list[Happened], boundaries: list[Boundary]) -> None:
    """All clients before a boundary know a model by the name that it had."""
    for fact in facts:
        for uid in fact.about if fact.verb == "was_named" else ():
            for boundary in boundaries:
                if uid in boundary.older.models:
                    boundary.older.models[uid].name = f"Old{uid}"


def _beside(scene: Scene, proposals: tuple[tuple[Proposal, int], ...], percent: int) -> list[Happened]:
    dice, scene.dice = scene.dice, copy.deepcopy(scene.dice)
    fact = _one(scene, proposals) if scene.dice.chance(percent) else None
    scene.dice = dice
    return [] if fact is None else [fact]


def _one(scene: Scene, proposals: tuple[tuple[Proposal, int], ...] = PROPOSALS) -> Happened | None:
    for _ in range(6):
        fact = scene.dice.weighted(proposals)(scene)
        if fact is not None:
            scene.changed |= fact.about
            scene.ever_changed |= fact.about
            return fact
    return None
