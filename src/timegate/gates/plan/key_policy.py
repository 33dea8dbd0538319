"""Finds the keys of a component that a sender's contract does not have, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.plan import KeyPolicy, Stage
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.value_checks import other_spellings
from timegate.history.steps import ObjectConverted
from timegate.wire.wire import Component


class KeysOf(NamedTuple):
    """The keys of a component at all versions.

    Attributes:
        reach: the side and its history.
        name: the component.
    """

    reach: Reach
    name: str

    def left_policy(self, conversion: Conversion, keys: set[str], stages: Sequence[Stage]) -> KeyPolicy:
        """What becomes of keys of other versions that head sends all the same.

        Args:
            conversion: the downgrade.
            keys: those that the plan begins with.
            stages: of the plan.
        """
        if stages[0].whole is not None:
            return KeyPolicy()
        versions = sorted((conversion.src, conversion.dst))
        between = self.reach.keys_at(self.name, range(versions[0], versions[1] + 1))
        unknown = between - keys - self.reach.component(self.name, conversion.src).properties.keys()
        return KeyPolicy(forbidden=tuple(sorted(unknown)))

    def sent_policy(
        self, conversion: Conversion, keys: set[str], own: Sequence[Stage], stages: Sequence[Stage]
    ) -> tuple[KeyPolicy, tuple[str, ...]]:
        """What becomes of keys that a client's contract does not have, and the keys that come back at the end.

        Args:
            conversion: the upgrade.
            keys: those that the plan begins with.
            own: the stages of the plan.
            stages: those of the whole conversion to head.
        """
        if not conversion.from_client:
            # The first part of the conversion may have set aside keys that this part's version has.
            return KeyPolicy(), self._back(self._hidden(set()), conversion)
        hidden: tuple[str, ...] = ()
        # One stage all the way to head looks at no other hidden keys than those of objects that a move has emptied.
        if conversion.dst or len(own) > 1 or not own[0].stored.keys() <= self.reach.head_keys(self.name):
            hidden = self._hidden(keys)
        policy = self._policy(conversion.src, hidden, stages)
        policy = replace(policy, refused=policy.refused and conversion.judges)
        return policy, self._back(hidden, conversion)

    def _back(self, hidden: Sequence[str], conversion: Conversion) -> tuple[str, ...]:
        """The hidden keys that mean nothing from the end of a conversion on: what follows may have no program."""
        later = self.reach.keys_at(self.name, range(conversion.dst + 1))
        return tuple(key for key in hidden if key not in later)

    def _hidden(self, keys: set[str]) -> tuple[str, ...]:
        """Keys that only versions in between have.

        Args:
            keys: those of the version that sends.
        """
        between = self.reach.keys_at(self.name, range(1, len(self.reach.history.wires)))
        return tuple(sorted(between - keys - self.reach.head_keys(self.name)))

    def _policy(self, version: int, hidden: Sequence[str], stages: Sequence[Stage]) -> KeyPolicy:
        """What becomes of the keys that a client's contract does not have.

        Args:
            version: of the client.
            hidden: the keys that only versions in between have.
            stages: of the conversion to head.
        """
        source = self.reach.component(self.name, version)
        internal = source.internal
        visible = [key for key in source.properties if key not in internal]
        allowed = {spelling for key in visible for spelling in source.accepted(key)}
        touched = (
            key for key in visible if len(source.accepted(key)) > 1 and (len(stages) > 1 or stages[0].touches(key))
        )
        return KeyPolicy(
            forbidden=tuple(sorted(self.reach.head_keys(self.name) - allowed)),
            refused=source.closed,
            aliases=other_spellings(source, touched),
            kept=self._kept(source, stages),
            hidden=tuple(key for key in hidden if key not in allowed),
            only=frozenset(allowed) if self._is_judged(source, version) else None,
        )

    def _kept(self, source: Component, stages: Sequence[Stage]) -> frozenset[str]:
        """The spellings that head too takes for keys of no field, where another spelling of theirs is read.

        Args:
            source: the component at the client's version.
            stages: of the conversion to head.
        """
        if not source.schema.get("additionalProperties"):
            return frozenset()
        head, first = self.reach.component(self.name, 0), stages[0]
        readers: dict[str, list[str]] = {}
        for key in head.properties:
            for spelling in head.accepted(key):
                readers.setdefault(spelling, []).append(key)
        found = set[str]()
        for key in source.properties:
            # Of several stages, a function may take the key itself away.
            is_same = len(stages) == 1 and key in first.loaded and first.stored.get(key) is first.loaded[key]
            own = [key] if is_same else []
            found.update(one for one in source.accepted(key)[1:] if readers.get(one, own) == own)
        return frozenset(found)

    def _is_judged(self, source: Component, version: int) -> bool:
        """Whether no key but the contract's passes: a validator would see it, or a function, and head would not."""
        if self.reach.admits_no_other_keys(self.name, version):
            return True
        judged_whole = self.reach.judged_whole(self.name, version)
        if not judged_whole and not self.reach.has_step(self.name, (ObjectConverted,), version):
            return False
        return source.closed or (source.ignores_other_keys and self.name not in self.reach.parameters)
