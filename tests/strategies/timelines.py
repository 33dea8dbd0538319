"""Random timelines: each fact is drawn for the models as they are right after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.oracle.history import History, State, Step, undone
from tests.strategies.carried import is_carried
from tests.strategies.choices import Choices
from tests.strategies.fields_proposed import renamed_tag
from tests.strategies.models import World, worlds
from tests.strategies.models_proposed import introduced, retired
from tests.strategies.proposals import PROPOSALS
from tests.strategies.snapshot import Snapshot
from timegate.changes.base import Fact
from timegate.contract import Contract
from timegate.timeline import Timeline
from timegate.version import Version, VersionChange
from timegate.wire.wire import SIDES

MOST_VERSIONS = 12

NOT_REVERSIBLE = (
    "removed", "shrank", "became_non_null", "became_required", "defaulted", "moved",
    "became_scalar", "mapped", "literal_shrank", "split", "merged", "retired",
)  # fmt: skip
"""The kinds of facts after which an old request does not come back as it was sent."""


@dataclass(frozen=True)
class Case:
    """Models with a timeline.

    Args:
        world: the models.
        contract: the contract of head.
        timeline: its versions with their facts.
        kinds: the verbs of the facts in it.
        converts_models: whether a function converts objects that hold models.
    """

    world: World
    contract: Contract
    timeline: Timeline
    kinds: frozenset[str]
    converts_models: bool

    def __repr__(self) -> str:
        lines = [
            f"{version.value}: {'; '.join(str(fact) for change in version.changes for fact in change.changes)}"
            for version in self.timeline
        ]
        return "\n".join([f"Case of {sorted(self.world.features)} at {self.world.root}", *lines])

    def described(self) -> str:
        """The case with all of its models: two that read alike are the same."""
        components = [self.contract.wire.components(side) for side in SIDES]
        return "\n".join([repr(self), *(f"{name}: {one[name].schema}" for one in components for name in sorted(one))])


def change_of(name: str, facts: list[Fact]) -> type[VersionChange]:
    """Declare a change."""
    body = {"__doc__": "Something changed.", "changes": tuple(facts)}
    return type(name, (VersionChange,), body)


@dataclass
class TimelineBuilder:
    """Draws a timeline, from head backwards."""

    choices: Choices
    world: World
    contract: Contract
    without: tuple[str, ...] = ()
    kinds: set[str] = field(default_factory=set[str])
    converts_models: bool = False
    newer: list[tuple[State, list[Step]]] = field(default_factory=list[tuple[State, list[Step]]])

    def build(self) -> Case:
        wire = self.contract.wire
        snapshot = Snapshot(
            choices=self.choices,
            world=self.world,
            state={side: dict(wire.components(side)) for side in SIDES},
            newer={side: dict(wire.components(side)) for side in SIDES},
            types={name: dict(found) for name, found in self.types_by_component().items()},
            protected={name: set(self.world.protected.get(model, ())) for name, model in self.models().items()},
            tags=list(self.world.tags),
        )
        boundaries = [self.boundary(snapshot) for _ in range(self.choices.number(1, MOST_VERSIONS - 1))]
        versions: list[Version] = []
        for index, facts in enumerate(boundaries):
            value = f"{2030 - index}-01-01"
            versions.append(Version(value, *self.changes(index, facts)))
        timeline = Timeline(*versions, Version("2001-01-01"))
        return Case(self.world, self.contract, timeline, frozenset(self.kinds), snapshot.converts_models)

    def models(self) -> dict[str, Any]:
        return {name: component.model for name, component in self.contract.wire.requests.items()}

    def types_by_component(self) -> dict[str, dict[str, Any]]:
        return {name: self.world.types.get(model, {}) for name, model in self.models().items()}

    def boundary(self, snapshot: Snapshot) -> list[Fact]:
        snapshot.newer = {side: dict(components) for side, components in snapshot.state.items()}
        snapshot.changed, snapshot.locked = set(), set()
        facts: list[Fact] = []
        steps: list[Step] = []
        self.newer.append((snapshot.newer, steps))
        history = History([state for state, _ in self.newer], [drawn for _, drawn in self.newer])
        allowed = [one for name, one in PROPOSALS if name not in self.without]
        if self.world.unions and "introduced" not in self.without:
            allowed += [introduced, renamed_tag, *([] if "retired" in self.without else [retired])]
        for _ in range(self.choices.number(1, 3)):
            for _attempt in range(4):
                fact = self.choices.pick(allowed)(snapshot)
                older = None if fact is None else undone(snapshot.state, fact)
                if fact is None or older is None or not is_carried(fact, older, snapshot.state, history):
                    continue
                facts.insert(0, fact)
                steps.insert(0, Step("", fact, snapshot.state, older))
                self.kinds.add(fact.verb)
                snapshot.go_back(fact, older)
                break
        return facts

    def changes(self, index: int, facts: list[Fact]) -> list[type[VersionChange]]:
        """Put all facts of a boundary into one change, because facts of different changes must commute."""
        return [change_of(f"Change{index}", facts)] if facts else []


@st.composite
def cases(draw: Any, *, without: tuple[str, ...] = (), same_names: bool = False) -> Case:
    """Draw models with a timeline.

    Args:
        draw: given by hypothesis.
        without: verbs of facts that must not occur.
        same_names: whether requests and responses have the same names on the wire.
    """
    world = draw(worlds(same_names=same_names))
    return TimelineBuilder(Choices(draw), world, world.contract, without).build()
