"""Random timelines: each fact is drawn for what the models look like right after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.oracle.history import undone
from tests.strategies.dice import Dice
from tests.strategies.fields_proposed import renamed_tag
from tests.strategies.models import World, worlds
from tests.strategies.models_proposed import introduced
from tests.strategies.proposals import PROPOSALS
from tests.strategies.scene import Scene
from timegate.changes.base import Fact
from timegate.contract import Contract
from timegate.timeline import Timeline, Version, VersionChange
from timegate.wire.wire import SIDES

MOST_VERSIONS = 12

TAKES_SOMETHING_AWAY = ("removed", "shrank", "became_non_null", "became_required", "defaulted", "moved")
"""The kinds of facts after which an old request does not come back as it was sent."""


@dataclass(frozen=True)
class Case:
    """Models with a timeline.

    Args:
        world: the models.
        contract: of head.
        timeline: what happened.
        kinds: the verbs of the facts in it.
        converts_models: whether some function makes something else of objects that hold models.
    """

    world: World
    contract: Contract
    timeline: Timeline
    kinds: frozenset[str]
    converts_models: bool

    def __repr__(self) -> str:
        told = [
            f"{version.value}: {'; '.join(str(fact) for change in version.changes for fact in change.changes)}"
            for version in self.timeline
        ]
        return "\n".join([f"Case of {sorted(self.world.features)} at {self.world.root}", *told])


def change_of(name: str, facts: list[Fact]) -> type[VersionChange]:
    """Declare a change."""
    body = {"__doc__": "Something happened.", "changes": tuple(facts)}
    return type(name, (VersionChange,), body)


@dataclass
class Story:
    """Draws a timeline, from head backwards."""

    dice: Dice
    world: World
    contract: Contract
    without: tuple[str, ...] = ()
    kinds: set[str] = field(default_factory=set[str])
    converts_models: bool = False

    def told(self) -> Case:
        wire = self.contract.wire
        scene = Scene(
            dice=self.dice,
            world=self.world,
            state={side: dict(wire.components(side)) for side in SIDES},
            newer={side: dict(wire.components(side)) for side in SIDES},
            types={name: dict(found) for name, found in self.types_by_component().items()},
            protected={name: set(self.world.protected.get(model, ())) for name, model in self.models().items()},
            tags=list(self.world.tags),
        )
        boundaries = [self.boundary(scene) for _ in range(self.dice.number(1, MOST_VERSIONS - 1))]
        versions: list[Version] = []
        for index, facts in enumerate(boundaries):
            value = f"{2030 - index}-01-01"
            versions.append(Version(value, *self.changes(index, facts)))
        timeline = Timeline(*versions, Version("2001-01-01"))
        return Case(self.world, self.contract, timeline, frozenset(self.kinds), scene.converts_models)

    def models(self) -> dict[str, Any]:
        return {name: component.model for name, component in self.contract.wire.requests.items()}

    def types_by_component(self) -> dict[str, dict[str, Any]]:
        return {name: self.world.types.get(model, {}) for name, model in self.models().items()}

    def boundary(self, scene: Scene) -> list[Fact]:
        scene.newer = {side: dict(components) for side, components in scene.state.items()}
        scene.busy, scene.locked = set(), set()
        facts: list[Fact] = []
        allowed = [one for name, one in PROPOSALS if name not in self.without]
        if self.world.unions and "introduced" not in self.without:
            allowed += [introduced, renamed_tag]
        for _ in range(self.dice.number(1, 3)):
            for _attempt in range(4):
                fact = self.dice.pick(allowed)(scene)
                if fact is None:
                    continue
                facts.insert(0, fact)
                self.kinds.add(fact.verb)
                scene.happened(fact, undone(scene.state, fact))
                break
        return facts

    def changes(self, index: int, facts: list[Fact]) -> list[type[VersionChange]]:
        """One change for all facts of a boundary: facts of different changes must commute."""
        return [change_of(f"Change{index}", facts)] if facts else []


@st.composite
def cases(draw: Any, *, without: tuple[str, ...] = (), alike: bool = False) -> Case:
    """Draw models with a timeline.

    Args:
        draw: given by hypothesis.
        without: verbs of facts that must not occur.
        alike: whether requests and answers have the same names on the wire.
    """
    world = draw(worlds(alike=alike))
    return Story(Dice(draw), world, world.contract, without).told()
