"""Which field of a component a key may be of besides the one whose wire name it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from timegate.history.places import EVERY_KEY
from timegate.reading.class_fields import name_of_alias, reads_names
from timegate.wire.wire import Component, Side


def is_spelling(component: Component, name: str, key: str) -> bool:
    """Whether a name is another spelling of a field, and not of the one with this wire name."""
    other = component.fields.get(component.aliases.get(name, ""), key)
    return other != key and other in component.properties and name in component.accepted(other)


def uncertain_at(component: Component, keys: Collection[str]) -> set[str]:
    """The fields whose accepted keys cannot be listed and that some keys may be of: an ``AliasPath`` begins so."""
    if EVERY_KEY in keys:
        return set(component.uncertain)
    return {key for key in component.uncertain if not {key, *component.accepted(key)}.isdisjoint(keys)}


def as_sent(component: Component, name: str) -> str:
    """The key of a field of older versions that a fact calls by its alias: its own name where the route sends names."""
    return (name_of_alias(component.model, name) or name) if component.by_name else name


def with_name_read(component: Component, side: Side, key: str) -> Component:
    """The component whose class also reads a field of older versions by its name in Python, as it reads all others."""
    name = name_of_alias(component.model, key) if side == "requests" and reads_names(component.model) else None
    if name is None or name in component.properties or is_spelling(component, name, key):
        return component
    return replace(component, spellings={**component.spellings, key: (key, name)})
