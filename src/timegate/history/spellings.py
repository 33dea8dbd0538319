"""Which field of a component a key may be of besides the one whose wire name it is."""

from __future__ import annotations

from collections.abc import Collection

from timegate.history.places import EVERY_KEY
from timegate.wire.wire import Component


def is_spelling(component: Component, name: str, key: str) -> bool:
    """Whether a name is another spelling of a field, and not of the one with this wire name."""
    other = component.fields.get(component.aliases.get(name, ""), key)
    return other != key and other in component.properties and name in component.accepted(other)


def uncertain_at(component: Component, keys: Collection[str]) -> set[str]:
    """The fields whose accepted keys cannot be listed and that some keys may be of: an ``AliasPath`` begins so."""
    if EVERY_KEY in keys:
        return set(component.uncertain)
    return {key for key in component.uncertain if not {key, *component.accepted(key)}.isdisjoint(keys)}
