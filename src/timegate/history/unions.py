"""The unions of a version while facts edit them: what changes is noted, and written once somebody looks at a schema.

A version may have many facts about the arms of one union: arms that came or went, tags that are others now. A fact that
wrote its union would write all other arms as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from timegate.history.look_up import References
from timegate.history.schema_edits import tags_in
from timegate.history.union import Holder, Union, Whole
from timegate.typing import Schema, is_array, is_object
from timegate.wire.combined import parts_of
from timegate.wire.marks import DISCRIMINATOR_MARK, CallableDiscriminator
from timegate.wire.schema import arms_of, objects_in, ref, referred, rewrite
from timegate.wire.wire import SIDES, Component, Side, Wire


@dataclass(slots=True)
class _Held:
    """The unions that a holder has.

    Args:
        origin: the values that it had them from.
        copies: a copy of each schema in which they are, by the ``id`` of the schema.
        unions: all of them, an arm of another one before that.
        by_arm: those that have a component as an arm.
    """

    origin: tuple[object, ...]
    copies: dict[int, Schema] = field(default_factory=dict[int, Schema])
    unions: list[Union] = field(default_factory=list[Union])
    by_arm: dict[str, list[Union]] = field(default_factory=dict[str, list[Union]])

    def copy_of(self, schema: Schema) -> Schema:
        """The copy of a schema that was read."""
        return self.copies[id(schema)]

    def read(self, holder: Holder, schema: Schema) -> None:
        """Read a schema."""
        if id(schema) in self.copies:
            return
        found: list[Union] = []

        def note(node: dict[str, Any]) -> dict[str, Any]:
            keywords = [keyword for keyword in ("anyOf", "oneOf") if is_array(node.get(keyword))]
            for keyword in keywords or ([""] if is_object(node.get("discriminator")) else []):
                arms = {name for arm in node.get(keyword, ()) if (name := referred(arm)) is not None}
                found.append(Union(holder, node, keyword, Whole(node), arms))
            return node

        self.copies[id(schema)] = rewrite(schema, note)
        wholes: dict[int, Whole] = {}
        for union in reversed(found):
            union.whole = wholes.setdefault(id(union.schema), union.whole)
            for arm in union.schema.get(union.keyword, ()):
                if "anyOf" in arm or "oneOf" in arm:
                    wholes[id(arm)] = union.whole
                else:
                    union.whole.left.add(referred(arm) or "")
            for name in union.arms:
                self.by_arm.setdefault(name, []).append(union)
        self.unions += found


class Unions:
    """The unions of a wire, and what facts have changed of them that is not in its schemas yet.

    Args:
        wires: the wire of each version so far; facts are being undone on the last one.
        references: between its components.
        types: the schema of each type that a fact names, as `NamedTypes` has it.
    """

    def __init__(
        self, wires: list[Wire], references: References, types: Mapping[tuple[Side, int, bool], Schema]
    ) -> None:
        self.wires = wires
        self._references = references
        self._types = types
        self._held: dict[Holder, _Held] = {}
        # Those of which something is not written yet; in the order in which that was noted.
        self._edited: dict[Holder, None] = {}
        # The holders of each component that older versions alone have as an arm, of those that this boundary retired.
        self._retired: dict[Holder, set[str]] = {}
        self._keys: dict[Side, set[str]] = {}
        # The keys that told the arms of a union apart at a newer version and no longer do, each with an arm.
        self._told: set[tuple[Side, str, str]] = set()
        # The components that a discriminator tells without a list of arms: all, and by what it leads to.
        self._unlisted: dict[Side, dict[str, set[str]]] = {side: {} for side in SIDES}

    def keys(self, side: Side) -> set[str]:
        """Every key that discriminates a union of one side, at this version or a newer one."""
        if side not in self._keys:
            wire = self.wires[-1]
            named = (schema for (other, *_), schema in self._types.items() if other == side)
            self._keys[side] = set(tags_in([*wire.payloads(side), *named]))
            for name, component in wire.components(side).items():
                self._keys[side].update(tags_in(component.schema))
                for target in _targets_without_list(component.schema):
                    self._unlisted[side].setdefault(target, set()).add(name)
        return self._keys[side]

    def having(self, side: Side, name: str) -> list[Union]:
        """The unions that have a component as one of their arms."""
        found = self._references.holders(self.wires[-1], side, (name,)) | self._retired.get((side, name), set())
        if not all(map(attrgetter("exists"), self.wires[-1].operations)):
            # The payloads of an operation that only older versions have are edited like those of the others.
            found.add("")
        return [
            union
            for holder in sorted(found)
            for union in self._read((side, holder)).by_arm.get(name, ())
            if union.has(name)
        ]

    def lose(self, side: Side, name: str) -> list[Whole]:
        """Take a component out of the unions of one side that have other arms; gives those that lose it."""
        lost: dict[int, Whole] = {}
        for union in self.having(side, name):
            if union.lose(name):
                lost[id(union.whole)] = union.whole
                self._edited[union.holder] = None
        return list(lost.values())

    def is_retired(self, side: Side, name: str) -> bool:
        """Whether this boundary retired a component, which joined unions since."""
        return (side, name) in self._retired

    def join(self, union: Union, name: str, properties: Mapping[str, Schema]) -> None:
        """Give a union a component as one more arm; its tags are among its properties."""
        side, holder = union.holder
        union.join(name, properties)
        self._held[union.holder].by_arm.setdefault(name, []).append(union)
        self._retired.setdefault((side, name), set()).add(holder)
        self._edited[union.holder] = None

    def retag(self, side: Side, key: str, name: str, tags: Sequence[Any] | None) -> bool:
        """Let other tags lead to a component in the unions that a key discriminates.

        Args:
            side: whether clients send or receive them.
            key: the key.
            name: the component.
            tags: None where no list has them.

        Returns:
            whether the key told it from other arms at a newer version, and no longer does.
        """
        for union in (*self.having(side, name), *self._without_list(side, self._unlisted[side].get(name, ()))):
            if union.key == key:
                union.retag(name, tags)
                self._told.update((side, key, arm) for arm in union.arms if not union.key)
                self._edited[union.holder] = None
        return (side, key, name) in self._told

    def rename_key(self, side: Side, new: str, old: str, names: frozenset[str]) -> tuple[frozenset[str], set[str]]:
        """Let ``old`` discriminate the unions of some components, which have the key by that name now.

        Returns:
            these components and all that combine them, and the other arms of their unions.
        """
        self.keys(side).add(old)
        names, others = self._combining(side, names), set[str]()
        listed = (union for name in sorted(names) for union in self.having(side, name))
        unlisted = self._without_list(side, names)
        for union in chain(listed, unlisted):
            if union.key == new:
                union.schema["discriminator"] = {**union.schema["discriminator"], "propertyName": old}
                others.update(filter(union.has, union.arms - names))
                self._edited[union.holder] = None
        return names, others

    def tell(self, side: Side, targets: Sequence[tuple[Any, str]], by: Callable[[Any], Any]) -> bool:
        """Let a function tell the arms of the unions that have several of some models; whether there are any.

        Args:
            side: whether clients send or receive them.
            targets: the models, each with its component.
            by: the function.
        """
        found = False
        for union in dict.fromkeys(union for _, name in targets for union in self.having(side, name)):
            told = tuple((model, ref(name)) for model, name in targets if union.has(name))
            if len(told) > 1:
                found = True
                union.schema[DISCRIMINATOR_MARK] = CallableDiscriminator(by, told, is_heads=False)
                self._edited[union.holder] = None
        return found

    def write(self, *holders: Holder) -> None:
        """Write what has changed into the schemas of some holders, or of all: somebody looks at them."""
        for side, name in [holder for holder in holders or tuple(self._edited) if holder in self._edited and holder[1]]:
            held, known = self._written((side, name)), self.wires[-1].components(side)[name]
            older = replace(known, schema=held.copy_of(known.schema))
            self._references.note(side, older)
            self.wires[-1] = self.wires[-1].edited(side, older)
        if not holders:
            # Both sides are in the same operations.
            written: dict[Side, _Held] = {
                side: self._written((side, "")) for side in SIDES if (side, "") in self._edited
            }
            for side, held in written.items():
                self.wires[-1] = self.wires[-1].with_payloads(side, held.copy_of)

    def close(self) -> None:
        """Write all, because a boundary is at its end."""
        self.write()
        self._retired.clear()

    def _written(self, holder: Holder) -> _Held:
        """What a holder has, with all changes written in the copies of its schemas."""
        del self._edited[holder]
        held = self._held.pop(holder)
        assert all(map(is_, held.origin, self._origin(*holder))), f"{holder} was replaced by an older state of itself"
        for union in held.unions:
            union.write()
        return held

    def _read(self, holder: Holder) -> _Held:
        origin = self._origin(*holder)
        held = self._held.get(holder)
        if held is None or not all(map(is_, held.origin, origin)):
            assert holder not in self._edited, f"{holder} was replaced by an older state of itself"
            held = self._held[holder] = _Held(origin)
            for schema in self._schemas(*holder):
                held.read(holder, schema)
        return held

    def _origin(self, side: Side, name: str) -> tuple[object, ...]:
        wire = self.wires[-1]
        return (wire.components(side)[name].schema,) if name else (wire.operations, wire.standalone(side))

    def _schemas(self, side: Side, name: str) -> Iterable[Schema]:
        wire = self.wires[-1]
        return (wire.components(side)[name].schema,) if name else wire.payloads(side)

    def _without_list(self, side: Side, names: Iterable[str]) -> Iterator[Union]:
        """The unions of some components that list no arms."""
        for name in sorted(self._unlisted[side].get("", set()).intersection(names)):
            yield from (union for union in self._read((side, name)).unions if not union.keyword)

    def _combining(self, side: Side, names: frozenset[str]) -> frozenset[str]:
        """Some components, and all that combine one of them with more, directly or not."""
        components, waiting = self.wires[-1].components(side), names
        while waiting:
            holders = self._references.holders(self.wires[-1], side, waiting) - names - {""}
            waiting = frozenset(name for name in holders if not names.isdisjoint(parts_of(components[name].schema)))
            names |= waiting
        return names


@dataclass(frozen=True, slots=True)
class WrittenComponents(Mapping[str, Component]):
    """The components of one side: to look one up writes what has changed of its unions, and of no other."""

    unions: Unions
    side: Side

    @property
    def _known(self) -> Mapping[str, Component]:
        return self.unions.wires[-1].components(self.side)

    def __getitem__(self, name: str) -> Component:
        self.unions.write((self.side, name))
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _targets_without_list(schema: Schema) -> Iterator[str]:
    """What the discriminators in a schema lead to whose objects list no arms, and an empty name for each."""
    for node in objects_in(schema):
        discriminator = node.get("discriminator")
        if is_object(discriminator) and not arms_of(node):
            yield ""
            yield from filter(None, (referred({"$ref": to}) for to in discriminator.get("mapping", {}).values()))
