"""Which components a journey between two versions has anything to do with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    """Looks up, for one side, which components are live on a journey: changed themselves, or holding one that is.

    Attributes:
        handed: the components that each serializer without a return type is given, once somebody has looked.
    """

    side: Side
    past: History
    _live: dict[Journey, frozenset[str]] = field(default_factory=dict[Journey, frozenset[str]])
    _users: dict[int, dict[str, set[str]]] = field(default_factory=dict[int, dict[str, set[str]]])
    handed: tuple[frozenset[str], ...] | None = None
    _unsettled: dict[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    _names: dict[int, tuple[Schema, frozenset[str]]] = field(default_factory=dict[int, tuple[Schema, frozenset[str]]])

    def component(self, name: str, version: int) -> Component:
        """A component as it is at a version."""
        return self.past.wires[version].components(self.side)[name]

    def steps(self, name: str, boundary: int) -> tuple[Step, ...]:
        """What happens to a component's objects at a boundary, told from old to new."""
        return self.past.steps.get((self.side, name, boundary), ())

    def own(self, name: str, journey: Journey) -> bool:
        """Whether something happens to the component's own objects on a journey.

        What comes straight from a client is judged against all that is newer, however short the journey.
        """
        judged = self.side == "requests" and journey.first
        boundaries = range(journey.src) if judged else journey.boundaries
        if any((self.side, name, boundary) in self.past.steps for boundary in boundaries):
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
            own = {name for name in components if self.own(name, journey)}
            found = self._live[journey] = self._with_users(own, journey.src)
        return found

    def _with_users(self, names: set[str], version: int) -> frozenset[str]:
        """The components and all that hold one of them."""
        users = self._users_at(version)
        reached = set(names)
        waiting = list(reached)
        while waiting:
            for user in users.get(waiting.pop(), ()):
                if user not in reached:
                    reached.add(user)
                    waiting.append(user)
        return frozenset(reached)

    def settled(self, names: Iterable[str], journey: Journey) -> Journey:
        """The shortest journey that does the same to payloads of some components.

        Many versions differ in other components only, and one program serves the clients of all of them.
        """
        wanted = frozenset(names)
        near, far = sorted((journey.src, journey.dst))
        while far > near and wanted.isdisjoint(self._unsettled_by(far - 1)):
            far -= 1
        if journey.src < journey.dst:
            return Journey(near, far, journey.first, journey.last)
        return Journey(far, near, journey.first, journey.last)

    def _unsettled_by(self, boundary: int) -> frozenset[str]:
        """The components that differ, in whatever way, on both sides of a boundary, and all that hold one."""
        found = self._unsettled.get(boundary)
        if found is None:
            newer = self.past.wires[boundary].components(self.side)
            older = self.past.wires[boundary + 1].components(self.side)
            differ = {name for name, component in newer.items() if older.get(name) is not component}
            differ |= {name for side, name, place in self.past.steps if side == self.side and place == boundary}
            found = self._unsettled[boundary] = self._with_users(differ, boundary)
        return found

    def forget(self) -> None:
        """Let go of what was only worth keeping while programs were written."""
        for kept in (self._live, self._users, self._unsettled, self._names):
            kept.clear()

    def _users_at(self, version: int) -> dict[str, set[str]]:
        users = self._users.get(version)
        if users is None:
            users = dict[str, set[str]]()
            for name, component in self.past.wires[version].components(self.side).items():
                for target in self.names_in(component.schema):
                    users.setdefault(target, set()).add(name)
            self._users[version] = users
        return users

    def needs(self, schema: Schema, journey: Journey) -> bool:
        """Whether a payload of a schema has to be walked on a journey."""
        live = self.live(journey)
        return bool(live) and not live.isdisjoint(self.names_in(schema))

    def names_in(self, schema: Schema) -> frozenset[str]:
        """The components a schema holds, those kept aside included."""
        known = self._names.get(id(schema))
        if known is None:
            # The schema is kept beside its names, so that its identity stays its own.
            known = self._names[id(schema)] = (schema, frozenset(names_in(schema)))
        return known[1]


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
