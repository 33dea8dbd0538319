"""Convert whole payloads: one boundary after the other, one fact after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.oracle.arms import gone
from tests.oracle.checks import Checks
from tests.oracle.facts import FactContext, redo, undo
from tests.oracle.history import History, Step, history, moved_through, plain_value, targets
from tests.oracle.parts import parts_subjects
from tests.oracle.places import is_enum, key_of, subjects
from tests.oracle.reading import EXTRA, Leaf, Obj, Reader, Refusals, plain, same
from tests.oracle.whole import judged_whole
from timegate.changes.base import UNSET, Fact, FieldsFact
from timegate.changes.fields import Added, Merged, Moved, Renamed, Split
from timegate.changes.members import Grew, LiteralGrew, MemberRenamed, Shrank
from timegate.changes.models import Introduced, Reshaped, Retired
from timegate.changes.texts import FieldDocumented
from timegate.changes.values import BecameNonNull, BecameNullable, BecameOptional, BecameRequired, Constrained, Retyped
from timegate.errors import DowngradeError, UpgradeError
from timegate.timeline import Timeline
from timegate.typing import Direction, Schema, is_array, is_object
from timegate.wire.schema import REF_PREFIX
from timegate.wire.wire import Component, Side, Wire

SIDE_OF: dict[Direction, Side] = {"upgrade": "requests", "downgrade": "responses"}


@dataclass(frozen=True)
class Oracle:
    """Upgrades and downgrades payloads as the design describes.

    Args:
        history: the contract of every version.
    """

    history: History

    @classmethod
    def of(cls, wire: Wire, timeline: Timeline) -> Oracle:
        return cls(history(wire, timeline))

    def upgrade(self, schema: Schema, data: Any, index: int, refusals: Refusals | None = None) -> Any:
        """Upgrade a payload of the version at an index to head.

        Args:
            schema: the schema of the payload.
            data: the payload.
            index: of the client's version, 0 for head.
            refusals: gets every error, those of values that a later boundary drops included.

        Raises:
            UpgradeError: the payload cannot be upgraded.
        """
        components = self.history.states[index]["requests"]

        def judge(component: Component, key: str, value: dict[str, Any]) -> str | None:
            return self.judged_request(component, key, value, index)

        touched = self.touched("requests", index) | self.with_internal_fields
        refusals = Refusals() if refusals is None else refusals
        checks = Checks(self.history, index, self.touched("requests", index))
        reader = Reader(components, "upgrade", touched, refusals, judge, self.head_keys, checks)
        value = reader.read(data, schema)
        for boundary in reversed(range(index)):
            value = self.upgraded(value, boundary, refusals)
        return plain(value)

    def downgrade(self, schema: Schema, data: Any, index: int, refusals: Refusals | None = None) -> Any:
        """Downgrade a payload of head to the version at an index.

        Args:
            schema: the schema of the payload.
            data: the payload.
            index: of the client's version, 0 for head.
            refusals: gets every error, those of values that a later boundary drops included.

        Raises:
            DowngradeError: the payload cannot be downgraded.
        """
        states = [state["responses"] for state in self.history.states]

        def judge(component: Component, key: str, _: dict[str, Any]) -> str | None:
            if key in component.properties:
                return key
            older = [state[component.name] for state in states[1 : index + 1]]
            return None if any(key in one.properties for one in older) else EXTRA + key

        refusals = Refusals() if refusals is None else refusals
        reader = Reader(states[0], "downgrade", self.touched("responses", index), refusals, judge)
        value = reader.read(data, schema)
        for boundary in range(index):
            value = self.downgraded(value, boundary, refusals)
        return plain(value, lambda name: states[index][name].internal if name else frozenset())

    @property
    def with_internal_fields(self) -> frozenset[str]:
        """Return the components whose objects even the newest clients may not send with all of head's keys."""
        return frozenset(name for name, one in self.history.states[0]["requests"].items() if one.internal)

    def head_keys(self, name: str) -> set[str]:
        """Return every key that head accepts for a component, whatever its spelling."""
        head = self.history.states[0]["requests"][name]
        return {spelling for key in head.properties for spelling in head.accepted(key)}

    def judged_request(self, component: Component, key: str, value: dict[str, Any], index: int) -> str | None:
        """Decide what happens to a client's key, by the client's own contract."""
        client = [known for known in component.properties if known not in component.internal]
        if key in client:
            return key
        head = self.history.states[0]["requests"][component.name]
        owner = next((own for own in head.properties if key in head.accepted(own)), None)
        if owner is None and not Checks(self.history, index, self.touched("requests", index)).is_function_s(component):
            return EXTRA + key
        if owner is None and not component.closed:
            # A function gets what the old server's class kept.
            return EXTRA + key if "additionalProperties" in component.schema else None
        if owner is not None and owner in client and owner not in head.internal:
            first = key == next(spelling for spelling in head.accepted(owner) if spelling in value)
            holds = self.holds_touched(component.properties[owner], index)
            judged = Checks(self.history, index, self.touched("requests", index)).is_judged(component, owner)
            if not holds and not judged and not self.field_touched(component.name, owner, index):
                return EXTRA + key
            if first:
                return owner
            if component.schema.get("additionalProperties") and self.is_as_it_was(component, owner, index):
                # The old server and head read another spelling, and keep this one as a key of no field.
                return EXTRA + key
        elif owner is not None and component.name not in self.touched("requests", index) and not head.internal:
            return EXTRA + key
        if component.closed:
            raise UpgradeError(f"{key} is a key that the client's contract lacks")
        return None

    def touched(self, side: Side, index: int) -> frozenset[str]:
        """Return the components that a fact since a version is about, or that a function gets from its clients."""
        components = self.history.states[index]["requests"]
        judged = judged_whole(self.history, index, removed=False) if side == "requests" else ()
        # A member of an enum is judged with the object that has it.
        found = {name for name in judged if not is_enum(components[name].schema)}
        for steps in self.history.boundaries[:index]:
            for step in steps:
                for name in subjects_of(step, side):
                    found |= {name} | (moved_through(step, name, side) if isinstance(step.fact, Moved) else set())
        return frozenset(found)

    def holds_touched(self, schema: Schema, index: int) -> bool:
        """Whether a place can hold a component that a fact since a version is about."""
        components = self.history.states[index]["requests"]
        return Reader(components, "upgrade", self.touched("requests", index), Refusals()).leads_to_touched(schema)

    def field_touched(self, name: str, key: str, index: int) -> bool:
        """Whether a fact since a version changes a field of head."""
        for steps in self.history.boundaries[:index]:
            for step in reversed(steps):
                components, fact = step.newer["requests"], step.fact
                meant = targets(components, fact) if isinstance(fact, FieldsFact) and upgrades(fact) else []
                if (name, key) in [target[:2] for target in meant]:
                    return True
                if gives_object(fact) and name in subjects_of(step, "requests"):
                    # The function knows no other spelling.
                    return True
                if isinstance(fact, Renamed | Moved | Split | Merged | Reshaped) and name in subjects_of(
                    step, "requests"
                ):
                    known = step.older["requests"][name].properties
                    if isinstance(fact, Reshaped) or key not in known:
                        return True
        return False

    def is_as_it_was(self, component: Component, key: str, index: int) -> bool:
        """Whether head gets a field under the same key, and no function the object."""
        name = component.name
        if Checks(self.history, index, self.touched("requests", index)).fate(name, key).at != (name, key):
            return False
        steps = [step for boundary in self.history.boundaries[:index] for step in boundary]
        return not any(gives_object(step.fact) and name in subjects_of(step, "requests") for step in steps)

    def upgraded(self, value: Any, boundary: int, refusals: Refusals) -> Any:
        """Upgrade a payload over one boundary: nested values first, then the facts in order."""
        if isinstance(value, Leaf):
            return self.member_upgraded(value, boundary)
        if is_array(value):
            return [refusals.attempt(self.upgraded, item, boundary, refusals) for item in value]
        if is_object(value):
            for key in value:
                value[key] = refusals.attempt(self.upgraded, value[key], boundary, refusals)
        if isinstance(value, Obj):
            for step in self.history.boundaries[boundary]:
                if value.component in subjects_of(step, "requests"):
                    if isinstance(step.fact, Introduced):
                        raise UpgradeError("an object that older versions do not have")
                    if isinstance(step.fact, Retired):
                        return self.read_otherwise(value, step.fact, self.context(step, boundary, "upgrade", refusals))
                    value = redo(value, self.context(step, boundary, "upgrade", refusals))
        return value

    def downgraded(self, value: Any, boundary: int, refusals: Refusals) -> Any:
        """Downgrade a payload over one boundary: the facts in reverse order first, then nested values."""
        if isinstance(value, Leaf):
            return self.member_downgraded(value, boundary)
        if is_array(value):
            return [refusals.attempt(self.downgraded, item, boundary, refusals) for item in value]
        if isinstance(value, Obj):
            for step in reversed(self.history.boundaries[boundary]):
                if value.component in subjects_of(step, "responses"):
                    context = self.context(step, boundary, "downgrade", refusals)
                    if isinstance(step.fact, Introduced):
                        return self.replaced_by_older_arm(value, step.fact, context, boundary)
                    value = undo(value, context)
        if is_object(value):
            for key in value:
                value[key] = refusals.attempt(self.downgraded, value[key], boundary, refusals)
        return value

    def context(self, step: Step, boundary: int, direction: Direction, refusals: Refusals) -> FactContext:
        side = SIDE_OF[direction]
        # A value that a fact puts in holds nested models in the shape of the newer side of the boundary.
        reader = Reader(self.history.states[boundary][side], direction, frozenset(), refusals)
        return FactContext(step.fact, step.newer[side], step.older[side], reader)

    def replaced_by_older_arm(self, value: Obj, fact: Introduced, context: FactContext, boundary: int) -> Any:
        """Replace a value of a union member that older versions lack by one that they have."""
        if value.union is None or fact.seen_as is UNSET:
            return value
        seen = fact.seen_as
        if callable(seen):
            try:
                seen = seen(plain(value))
            except Exception as error:
                raise DowngradeError("seen_as fails") from error
        union = without_new_arms(value.union, context.older)
        return self.downgraded(context.reader.read(seen, union), boundary, context.reader.refusals)

    def read_otherwise(self, value: Obj, fact: Retired, context: FactContext) -> Any:
        """Replace an object of a model that only older versions have by what newer ones read for it."""
        arms = [{"$ref": REF_PREFIX + component.name} for component in subjects(context.newer, fact.models)]
        return context.reader.read(context.call(fact.read_as, value), {"anyOf": arms})

    def member_upgraded(self, leaf: Leaf, boundary: int) -> Leaf:
        for step in self.history.boundaries[boundary]:
            if leaf.component in subjects_of(step, "requests"):
                match step.fact:
                    case Grew(members=members) if any(same(leaf.value, plain_value(new)) for new in members):
                        raise UpgradeError("a member that older versions do not have")
                    case Shrank(member=old, read_as=new) | MemberRenamed(old=old, to=new):
                        if same(leaf.value, plain_value(old)):
                            leaf = Leaf(leaf.component, plain_value(new))
                    case _:
                        pass
        return leaf

    def member_downgraded(self, leaf: Leaf, boundary: int) -> Leaf:
        for step in reversed(self.history.boundaries[boundary]):
            if leaf.component in subjects_of(step, "responses"):
                match step.fact:
                    case Grew(members=members, seen_as=seen) if any(same(leaf.value, plain_value(m)) for m in members):
                        leaf = Leaf(leaf.component, plain_value(seen))
                    case MemberRenamed(old=old, to=new) if same(leaf.value, plain_value(new)):
                        leaf = Leaf(leaf.component, plain_value(old))
                    case _:
                        pass
        return leaf


def gives_object(fact: Fact) -> bool:
    """Whether a fact gives the whole object of a request to a function."""
    match fact:
        case Added(default=fill) | BecameRequired(default=fill) | BecameNonNull(null_is=fill) | Moved(empty=fill):
            return callable(fill)
        case _:
            return False


def upgrades(fact: FieldsFact) -> bool:
    """Whether a fact about a field changes anything in an upgrade."""
    match fact:
        case BecameNullable() | BecameOptional() | Constrained() | FieldDocumented() | LiteralGrew():
            return False
        case Retyped(to_head=function):
            return function is not None
        case _:
            return True


def subjects_of(step: Step, side: Side) -> set[str]:
    """Return the components whose values a fact changes."""
    components, fact = step.newer[side], step.fact
    match fact:
        case FieldDocumented():
            return set()
        case FieldsFact():
            return {name for name, _, _ in targets(components, fact)}
        case Renamed(models=models, to=to):
            found = subjects(components, models, to)
            return {c.name for c in found if key_of(c, to) in c.properties}
        case Moved(models=models, to=to):
            return {c.name for c in subjects(components, models, to.split(".")[0])}
        case Grew(enum=enum) | Shrank(enum=enum) | MemberRenamed(enum=enum):
            return {c.name for c in subjects(components, (enum,))}
        case Split() | Merged():
            return {c.name for c in parts_subjects(components, fact)}
        case Retired():
            return {gone(fact)} if side == "requests" else set()
        case Reshaped(models=models) | Introduced(models=models):
            return {c.name for c in subjects(components, models)}
        case _:
            return set()


def without_new_arms(union: Schema, known: dict[str, Component]) -> Schema:
    """Return a union without the members that a version lacks."""
    gone = [f"#/components/schemas/{name}" for name, component in known.items() if not component.exists]
    return {
        key: [arm for arm in value if arm.get("$ref") not in gone]
        if key in ("anyOf", "oneOf", "x-newer-arms")
        else value
        for key, value in union.items()
    }
