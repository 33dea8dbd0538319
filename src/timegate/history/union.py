"""A union while facts edit it: which arms it lost or got and where its tags lead is noted, and written in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from timegate.history.schema_edits import with_arms_joined, with_tags, without_arms_of
from timegate.typing import Schema, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.schema import NULL, ref, referred
from timegate.wire.wire import Side

Holder: TypeAlias = tuple[Side, str]
"""A component that holds unions, by its name; an empty one stands for the payloads of its side."""


@dataclass(slots=True, eq=False)
class Whole:
    """A union, with those that are arms of it.

    Args:
        schema: with all arms of the newer version.
        left: the components that are left of its arms; an empty name stands for all other arms.
        gone: the components that it has lost, the first one first.
    """

    schema: Schema
    left: set[str] = field(default_factory=set[str])
    gone: dict[str, None] = field(default_factory=dict[str, None])

    def lose(self, name: str) -> bool:
        """Lose the arms of a component; whether others are left, without which they stay."""
        if len(self.left) == 1:
            return False
        self.left.remove(name)
        self.gone[name] = None
        return True


@dataclass(slots=True, eq=False)
class Union:
    """The arms of a union as far as it is undone, and the tags that tell them apart.

    Args:
        holder: what has it in its schema.
        schema: the union in a copy of that schema.
        keyword: its keyword; an object that a discriminator tells, and that lists no arms, has none.
        whole: the union that it is, or is an arm of.
        arms: the components that are its arms, also those that it has lost since.
        joined: those that it got, each with its tags.
    """

    holder: Holder
    schema: Schema
    keyword: str
    whole: Whole
    arms: set[str]
    joined: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _tags: _Tags | None = None
    _known: frozenset[str] | None = None

    @property
    def key(self) -> str:
        """The key by which its arms are told apart; empty where there is none."""
        discriminator = self.schema.get("discriminator")
        return str(discriminator.get("propertyName", "")) if is_object(discriminator) else ""

    def has(self, name: str) -> bool:
        """Whether a component is one of its arms."""
        return name in self.arms and name not in self.whole.gone

    def known(self, retired: Callable[[str], bool]) -> frozenset[str]:
        """What tells its arms from those of another one: null tells nothing, nor what has been retired since."""
        if self._known is None:
            arms = [referred(arm) or repr(arm) for arm in self.schema[self.keyword] if arm != NULL]
            self._known = frozenset(arm for arm in arms if arm not in self.whole.gone and not retired(arm))
        return self._known

    def lose(self, name: str) -> bool:
        """Lose the arms of a component; whether others are left."""
        self._known = None
        # It may be an arm of a union and of one in it.
        return name in self.whole.gone or self.whole.lose(name)

    def join(self, name: str, properties: Mapping[str, Schema]) -> None:
        """Get a component as one more arm; its tags are among its properties."""
        tags = [str(tag) for tag in listed_values(properties.get(self.key, {})) or ()]
        self.arms.add(name)
        self.whole.left.add(name)
        self.joined[name] = tags
        if self._tags is not None:
            self._tags.note(ref(name)["$ref"], tags)

    def retag(self, name: str, tags: Sequence[Any] | None) -> None:
        """Let other tags lead to an arm.

        Where no list says which tags do, because the arm lacks the key, or one of them is that of another arm, the key
        no longer discriminates.
        """
        if self._tags is None:
            self._tags = _Tags.of(self.schema, self.joined)
        target, known = ref(name)["$ref"], self._tags
        if target not in known.by_target:
            return
        texts = None if tags is None else list(map(str, tags))
        if texts is None or any(self._is_tag_of_another(target, known.owners.get(text)) for text in texts):
            del self.schema["discriminator"]
            self._tags = None
            if self.keyword == "oneOf" and "anyOf" not in self.schema:
                # Without tags that tell them apart, a value may be one of several arms.
                self.keyword = "anyOf"
                self.schema[self.keyword] = self.schema.pop("oneOf")
        else:
            known.note(target, texts)
            known.changed[target] = texts

    def _is_tag_of_another(self, target: str, owner: object) -> bool:
        return owner not in (None, target) and referred({"$ref": owner}) not in self.whole.gone

    def write(self) -> None:
        """Write what has changed into the schema."""
        node = self.schema
        if self.joined:
            node = with_arms_joined(node, self.keyword, self.joined)
        if self._tags is not None and self._tags.changed:
            node = with_tags(node, self._tags.changed)
        if not self.arms.isdisjoint(self.whole.gone):
            node = without_arms_of(node, self.keyword, self.whole.gone)
        if node is not self.schema:
            written = dict(node)
            self.schema.clear()
            self.schema.update(written)


@dataclass(slots=True)
class _Tags:
    """Which tags lead to which arms.

    Args:
        owners: the target of each tag.
        by_target: the tags of each target.
        changed: those of them that are others than in the schema.
    """

    owners: dict[str, object] = field(default_factory=dict[str, object])
    by_target: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    changed: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @classmethod
    def of(cls, schema: Schema, joined: Mapping[str, list[str]]) -> _Tags:
        """Those of a union, with those of the arms that joined it."""
        tags = cls()
        discriminator = schema.get("discriminator")
        mapping: Mapping[str, object] = discriminator.get("mapping", {}) if is_object(discriminator) else {}
        for tag, target in mapping.items():
            tags.owners[tag] = target
            if isinstance(target, str):
                tags.by_target.setdefault(target, []).append(tag)
        for name, own in joined.items():
            tags.note(ref(name)["$ref"], own)
        return tags

    def note(self, target: str, tags: list[str]) -> None:
        """Note which tags lead to a target now."""
        for tag in self.by_target.get(target, ()):
            if self.owners.get(tag) == target:
                del self.owners[tag]
        self.by_target[target] = tags
        self.owners.update(dict.fromkeys(tags, target))
