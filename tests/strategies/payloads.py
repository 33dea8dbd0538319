"""Random payloads of a schema, with extra keys that no field has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.oracle.places import Components, arms_of, has_fields, is_enum, is_null, members_of, newer_arms_of
from timegate.typing import Schema, is_array, is_object
from timegate.wire.schema import referred
from timegate.wire.wire import Component

MAX_DEPTH = 3
"""From this depth on, lists are empty and optional fields are absent."""

WORDS = ("x", "blue", "42", "", "a/b~c", "é")

ExtraKeys = Callable[[Component], Sequence[str]]
"""Returns the extra keys that the objects of a component may get."""


def no_keys(_: Component) -> Sequence[str]:
    """Add no extra key."""
    return ()


@dataclass(frozen=True)
class Payloads:
    """Makes random payloads that are valid at one version, except for extra keys.

    Args:
        components: the components of that version, of one side.
        random: makes the choices.
        extra_keys: returns the keys to add to objects.
        other_spellings: whether a field may have any key that head accepts for it.
        internal: whether internal fields may be present.
        marker: the value of extra keys; random where it is None.
        extra_percent: the share of objects that get extra keys, closed objects included; 0 for a default share.
    """

    components: Components
    random: Random
    extra_keys: ExtraKeys = no_keys
    other_spellings: bool = False
    internal: bool = False
    marker: str | None = None
    extra_percent: int = 0

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
            # A fact of the boundary may have put in an arm that the newer version lacks.
            arms = [one for one in arms if (held := referred(one)) is None or held in self.components]
            several = sum(not is_null(one) for one in arms) + len(newer_arms_of(schema)) > 1
            return self.value(self.arm(arms, depth), depth, arm=several)
        if is_enum(schema):
            return self.random.choice(members_of(schema))
        match schema.get("type"):
            case "object" if has_fields(schema):
                return self.object(Component("", schema), depth, arm=arm)
            case "object":
                count = 0 if depth >= MAX_DEPTH else self.random.randint(0, 2)
                keys = self.random.sample(["k", "alpha", "zz", "kind"], count)
                return {key: self.value(schema["additionalProperties"], depth + 1) for key in keys}
            case "array" if "prefixItems" in schema:
                return [self.value(item, depth + 1) for item in schema["prefixItems"]]
            case "array":
                count = 0 if depth >= MAX_DEPTH else self.random.randint(0, 2)
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
        if depth >= MAX_DEPTH and any(is_null(arm) for arm in arms):
            return next(arm for arm in arms if is_null(arm))
        return self.random.choice(arms)

    def object(self, component: Component, depth: int, *, arm: bool = False) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, place in component.schema.get("properties", {}).items():
            if key in component.internal and not (self.internal and self.random.random() < 0.6):
                continue
            if key not in component.required and (depth >= MAX_DEPTH or self.random.random() < 0.35):
                continue
            spelling = key
            if self.other_spellings and self.random.random() < 0.2:
                spelling = self.random.choice(component.accepted(key))
            made[spelling] = self.value(place, depth + 1)
        # An object with an extra key no longer fits a closed arm of a union.
        likely = self.extra_percent or (0 if arm and component.closed else 40)
        if component.name and self.random.randrange(100) < likely:
            own, extra_keys = bool(made), [key for key in self.extra_keys(component) if key not in made]
            for key in self.random.sample(extra_keys, min(len(extra_keys), self.random.randint(1, 2))):
                extra: Any = self.marker or self.random.choice(["extra", 7, None, ["s"], {"alpha": 1}])
                # An object without a key of its own that holds another one has another shape than its model.
                made[key] = extra if own or not is_object(extra) else "extra"
        items = list(made.items())
        self.random.shuffle(items)
        return dict(items)


def damaged(value: Any, random: Random) -> Any:
    """Return a payload in which one nested value has another shape."""
    if is_object(value) and value:
        key = random.choice(sorted(value))
        return {**value, key: damaged(value[key], random)}
    if is_array(value) and value:
        index = random.randrange(len(value))
        return [damaged(item, random) if position == index else item for position, item in enumerate(value)]
    return random.choice([5, "5", None, True, [], {}, [1], {"k": 1}])
