"""Which components a journey between two versions has anything to do with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from timegate.contract.document import Component, Side, references
from timegate.contract.edits import ASIDE_MARK
from timegate.contract.history import History
from timegate.contract.steps import Step
from timegate.typing import Schema, is_array, is_object


@dataclass(frozen=True, slots=True)
class Journey:
    """From one version's shape to another's.

    Args:
        src: the index of the version the payload comes in, 0 for head.
        dst: the index of the version it goes to.
        first: whether it comes straight from a client, so that keys must be judged.
        last: whether it goes straight to a client, so that internal fields must go.
    """

    src: int
    dst: int
    first: bool
    last: bool

    @property
    def boundaries(self) -> range:
        """The boundaries in the order they are crossed."""
        return range(self.src, self.dst) if self.src < self.dst else range(self.src - 1, self.dst - 1, -1)

    def part(self, src: int, dst: int) -> Journey:
        """The part of this journey between two of its versions."""
        return Journey(src, dst, self.first and src == self.src, self.last and dst == self.dst)


@dataclass(slots=True)
class Reach:
    """Looks up, for one side, which components are live on a journey: changed themselves, or holding one that is."""

    side: Side
    past: History
    _live: dict[Journey, frozenset[str]] = field(default_factory=dict[Journey, frozenset[str]])
    _users: dict[int, dict[str, set[str]]] = field(default_factory=dict[int, dict[str, set[str]]])

    def component(self, name: str, version: int) -> Component:
        """A component as it is at a version."""
        return self.past.wires[version].components(self.side)[name]

    def steps(self, name: str, boundary: int) -> tuple[Step, ...]:
        """What happens to a component's objects at a boundary, told from old to new."""
        return self.past.steps.get((self.side, name, boundary), ())

    def own(self, name: str, journey: Journey) -> bool:
        """Whether something happens to the component's own objects on a journey."""
        if any((self.side, name, boundary) in self.past.steps for boundary in journey.boundaries):
            return True
        if not self._judged(journey):
            return False
        return bool(self.component(name, min(journey.src, journey.dst)).internal)

    def _judged(self, journey: Journey) -> bool:
        return journey.first if self.side == "requests" else journey.last

    def live(self, journey: Journey) -> frozenset[str]:
        """The components that a journey has anything to do with."""
        found = self._live.get(journey)
        if found is None:
            components = self.past.wires[journey.src].components(self.side)
            users = self._users_at(journey.src)
            reached = {name for name in components if self.own(name, journey)}
            waiting = list(reached)
            while waiting:
                for user in users.get(waiting.pop(), ()):
                    if user not in reached:
                        reached.add(user)
                        waiting.append(user)
            found = self._live[journey] = frozenset(reached)
        return found

    def _users_at(self, version: int) -> dict[str, set[str]]:
        users = self._users.get(version)
        if users is None:
            users = dict[str, set[str]]()
            for name, component in self.past.wires[version].components(self.side).items():
                for target in names_in(component.schema):
                    users.setdefault(target, set()).add(name)
            self._users[version] = users
        return users

    def needs(self, schema: Schema, journey: Journey) -> bool:
        """Whether a payload of a schema has to be walked on a journey."""
        live = self.live(journey)
        return bool(live) and any(name in live for name in names_in(schema))


def names_in(schema: object) -> Iterator[str]:
    """The components a schema holds, those that its unions keep aside included, at any depth."""
    yield from references(schema)
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if is_object(node):
            yield from node.get(ASIDE_MARK, ())
            waiting += [value for key, value in node.items() if key != ASIDE_MARK]
        elif is_array(node):
            waiting += node
