"""Random payloads of a schema, with keys that do not belong there mixed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.oracle.places import Components, arms_of, aside_of, has_fields, is_enum, is_null, members_of
from timegate.typing import Schema, is_array, is_object
from timegate.wire.schema import referred
from timegate.wire.wire import Component

DEEP = 3
"""Below this depth lists are empty and what may be absent is."""

WORDS = ("x", "blue", "42", "", "a/b~c", "é")

Strangers = Callable[[Component], Sequence[str]]
"""The keys that may be mixed into the objects of a component."""


def none(_: Component) -> Sequence[str]:
    """Mix no key in."""
    return ()


@dataclass(frozen=True)
class Payloads:
    """Makes random payloads that are valid at one version, but for strange keys.

    Args:
        components: that version's, of one side.
        random: makes the choices.
        strangers: keys to mix into objects.
        spelled: whether a field may go by another spelling.
        internal: whether internal fields are there.
        marker: what strange keys hold; something random where it is None.
        crowded: how many of a hundred objects get strange keys, those that must not have any included.
    """

    components: Components
    random: Random
    strangers: Strangers = none
    spelled: bool = False
    internal: bool = False
    marker: str | None = None
    crowded: int = 0

    def value(self, schema: Schema, depth: int = 0, *, arm: bool = False) -> Any:
        """Make a value of a schema."""
        name = referred(schema)
        if name is not None:
            component = self.components[name]
            if has_fields(component.schema):
                return self.object(component, depth, arm=arm)
            return self.value(component.schema, depth, arm=arm)
        arms = arms_of(schema)
        if arms is not None:
            several = sum(not is_null(one) for one in arms) + len(aside_of(schema)) > 1
            return self.value(self.arm(arms, depth), depth, arm=several)
        if is_enum(schema):
            return self.random.choice(members_of(schema))
        match schema.get("type"):
            case "object" if has_fields(schema):
                return self.object(Component("", schema), depth, arm=arm)
            case "object":
                count = 0 if depth >= DEEP else self.random.randint(0, 2)
                keys = self.random.sample(["k", "alpha", "zz", "kind"], count)
                return {key: self.value(schema["additionalProperties"], depth + 1) for key in keys}
            case "array" if "prefixItems" in schema:
                return [self.value(item, depth + 1) for item in schema["prefixItems"]]
            case "array":
                count = 0 if depth >= DEEP else self.random.randint(0, 2)
                return [self.value(schema.get("items", {}), depth + 1) for _ in range(count)]
            case "integer":
                return self.random.randint(-5, schema.get("maximum", 50))
            case "number":
                return self.random.randint(-5, 5) + 0.5
            case "boolean":
                return self.random.random() < 0.5
            case "null":
                return None
            case _:
                return self.random.choice(WORDS)

    def arm(self, arms: list[Schema], depth: int) -> Schema:
        if depth >= DEEP and any(is_null(arm) for arm in arms):
            return next(arm for arm in arms if is_null(arm))
        return self.random.choice(arms)

    def object(self, component: Component, depth: int, *, arm: bool = False) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, place in component.schema.get("properties", {}).items():
            if key in component.internal and not (self.internal and self.random.random() < 0.6):
                continue
            if key not in component.required and (depth >= DEEP or self.random.random() < 0.35):
                continue
            spelling = key
            if self.spelled and self.random.random() < 0.2:
                spelling = self.random.choice(component.accepted(key))
            made[spelling] = self.value(place, depth + 1)
        # An object with a key too many is no closed arm of any union any more.
        likely = self.crowded or (0 if arm and component.closed else 40)
        if component.name and self.random.randrange(100) < likely:
            strangers = [key for key in self.strangers(component) if key not in made]
            for key in self.random.sample(strangers, min(len(strangers), self.random.randint(1, 2))):
                made[key] = self.marker or self.random.choice(["stranger", 7, None, ["s"], {"alpha": 1}])
        items = list(made.items())
        self.random.shuffle(items)
        return dict(items)


def damaged(value: Any, random: Random) -> Any:
    """Return a payload in which one value inside has another shape."""
    if is_object(value) and value:
        key = random.choice(sorted(value))
        return {**value, key: damaged(value[key], random)}
    if is_array(value) and value:
        index = random.randrange(len(value))
        return [damaged(item, random) if position == index else item for position, item in enumerate(value)]
    return random.choice([5, "5", None, True, [], {}, [1], {"k": 1}])
