"""Which components a journey between two versions has anything to do with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from timegate.gates.plan.conversion import Conversion
from timegate.history.history import History
from timegate.history.steps import Step
from timegate.typing import Schema, is_object
from timegate.wire.marks import NEWER_ARMS_MARK
from timegate.wire.schema import objects_in, referred
from timegate.wire.wire import Component, Side


@dataclass(slots=True)
class Reach:
    """Looks up, for one side, which components are live on a journey: changed themselves, or holding one that is.

    Attributes:
        handed: the components that each serializer without a return type is given, once somebody has looked.
    """

    side: Side
    history: History
    _touched: dict[Conversion, frozenset[str]] = field(default_factory=dict[Conversion, frozenset[str]])
    _users: dict[int, dict[str, set[str]]] = field(default_factory=dict[int, dict[str, set[str]]])
    handed: tuple[frozenset[str], ...] | None = None
    _changed: dict[int, set[str]] = field(default_factory=dict[int, set[str]])
    _internal: dict[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    _differing: dict[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    _unsettled: dict[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    _names: dict[int, tuple[Schema, frozenset[str]]] = field(default_factory=dict[int, tuple[Schema, frozenset[str]]])

    def __post_init__(self) -> None:
        for side, name, boundary in self.history.steps:
            if side == self.side:
                self._changed.setdefault(boundary, set()).add(name)

    def component(self, name: str, version: int) -> Component:
        """A component as it is at a version."""
        return self.history.wires[version].components(self.side)[name]

    def steps(self, name: str, boundary: int) -> tuple[Step, ...]:
        """What happens to a component's objects at a boundary, told from old to new."""
        return self.history.steps.get((self.side, name, boundary), ())

    def own(self, name: str, conversion: Conversion) -> bool:
        """Whether something happens to the component's own objects on a journey."""
        if any(name in self._changed.get(boundary, ()) for boundary in self._boundaries(conversion)):
            return True
        return self._judged(conversion) and name in self._internal_at(min(conversion.src, conversion.dst))

    def _boundaries(self, conversion: Conversion) -> range:
        # What comes straight from a client is judged against all that is newer, however short the journey.
        judged = self.side == "requests" and conversion.from_client
        return range(conversion.src) if judged else conversion.boundaries

    def _judged(self, conversion: Conversion) -> bool:
        return conversion.from_client if self.side == "requests" else conversion.to_client

    def _internal_at(self, version: int) -> frozenset[str]:
        """The components with fields that no client of a version knows."""
        found = self._internal.get(version)
        if found is None:
            components = self.history.wires[version].components(self.side)
            found = frozenset(name for name, component in components.items() if component.internal)
            self._internal[version] = found
        return found

    def touched(self, conversion: Conversion) -> frozenset[str]:
        """The components that a journey has anything to do with."""
        found = self._touched.get(conversion)
        if found is None:
            own = set[str]().union(*(self._changed.get(boundary, ()) for boundary in self._boundaries(conversion)))
            if self._judged(conversion):
                own |= self._internal_at(min(conversion.src, conversion.dst))
            own &= self.history.wires[conversion.src].components(self.side).keys()
            found = self._touched[conversion] = self._with_users(own, conversion.src)
        return found

    def _with_users(self, names: Set[str], version: int) -> frozenset[str]:
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

    def shortest(self, names: Iterable[str], conversion: Conversion) -> Conversion:
        """The shortest journey that does the same to payloads of some components.

        Many versions differ in other components only, and one program serves the clients of all of them.
        """
        wanted = frozenset(names)
        near, far = sorted((conversion.src, conversion.dst))
        while far > near and wanted.isdisjoint(self.affected_by(far - 1)):
            far -= 1
        if conversion.src < conversion.dst:
            return Conversion(near, far, conversion.from_client, conversion.to_client)
        return Conversion(far, near, conversion.from_client, conversion.to_client)

    def affected_by(self, boundary: int) -> frozenset[str]:
        """The components that differ, in whatever way, on both sides of a boundary, and all that hold one."""
        found = self._unsettled.get(boundary)
        if found is None:
            differ = self._differing_at(boundary) | self._changed.get(boundary, set())
            found = self._unsettled[boundary] = self._with_users(differ, boundary)
        return found

    def _differing_at(self, boundary: int) -> frozenset[str]:
        found = self._differing.get(boundary)
        if found is None:
            newer = self.history.wires[boundary].components(self.side)
            older = self.history.wires[boundary + 1].components(self.side)
            found = frozenset(name for name, component in newer.items() if older.get(name) is not component)
            self._differing[boundary] = found
        return found

    def forget(self) -> None:
        """Let go of what was only worth keeping while programs were written."""
        for kept in (self._touched, self._users, self._differing, self._unsettled, self._names):
            kept.clear()

    def _users_at(self, version: int) -> dict[str, set[str]]:
        """The components that hold a component, by its name."""
        nearest = version
        while nearest and nearest not in self._users and not self._refer_otherwise(nearest - 1):
            nearest -= 1
        users = self._users.get(nearest)
        if users is None:
            users = dict[str, set[str]]()
            for name, component in self.history.wires[nearest].components(self.side).items():
                for target in self.names_in(component.schema):
                    users.setdefault(target, set()).add(name)
        self._users[nearest] = self._users[version] = users
        return users

    def _refer_otherwise(self, boundary: int) -> bool:
        """Whether some component holds others on one side of a boundary than on the other."""
        newer = self.history.wires[boundary].components(self.side)
        older = self.history.wires[boundary + 1].components(self.side)
        return newer.keys() != older.keys() or any(
            self.names_in(newer[name].schema) != self.names_in(older[name].schema)
            for name in self._differing_at(boundary)
        )

    def needs(self, schema: Schema, conversion: Conversion) -> bool:
        """Whether a payload of a schema has to be walked on a journey."""
        touched = self.touched(conversion)
        return bool(touched) and self.holds(schema, touched)

    def holds(self, schema: Schema, names: frozenset[str]) -> bool:
        """Whether a schema holds one of some components."""
        return not names.isdisjoint(self.names_in(schema))

    def names_in(self, schema: Schema) -> frozenset[str]:
        """The components a schema holds, those kept aside included."""
        known = self._names.get(id(schema))
        if known is None:
            # The schema is kept beside its names, so that its identity stays its own.
            known = self._names[id(schema)] = (schema, frozenset(self._found_in(schema)))
        return known[1]

    def _found_in(self, schema: Any) -> Iterator[str]:
        properties = schema.get("properties") if is_object(schema) else None
        if not is_object(properties):
            yield from names_in(schema)
            return
        # Most properties of an object that changes stay what they are.
        yield from names_in({key: value for key, value in schema.items() if key != "properties"})
        for inner in properties.values():
            yield from self.names_in(inner)


def names_in(schema: object) -> Iterator[str]:
    """The components a schema holds, those that its unions keep aside included, at any depth."""
    for node in objects_in(schema):
        name = referred(node)
        if name is not None:
            yield name
        yield from node.get(NEWER_ARMS_MARK, ())
