"""The places that facts are about: fields of components, the keys that facts touch, and how faults write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from timegate.changes.base import FieldsFact, ModelFact, name_of
from timegate.changes.fields import Moved, Renamed
from timegate.typing import Model
from timegate.wire.wire import Side

EVERY_KEY: Final = "\0"
"""Stands for all keys of a component; no field has this name."""


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """One field of one component on one side.

    Args:
        side: whether clients send or receive it.
        name: the component's identity.
        key: the field's wire name.
        stars: how many lists or dicts deep in the field the values are that the fact is about.
        text: the place as the declaration writes it.
        parents: the parts of the path that lead to the component, as the declaration writes them.
    """

    side: Side
    name: str
    key: str
    stars: int
    text: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """The keys that one fact touches.

    Args:
        change: the change that declares the fact.
        fact: the fact as code.
        name: the identity of the component or of the operation.
        keys: the keys that it changes; `EVERY_KEY` stands for all of them.
        reads: the keys whose values it only reads.
    """

    change: str
    fact: str
    name: str
    keys: frozenset[str]
    reads: frozenset[str] = frozenset()


def field_names(fact: ModelFact) -> tuple[str, ...]:
    """The fields that a fact names."""
    if isinstance(fact, FieldsFact):
        return fact.fields
    return (fact.old, fact.to) if isinstance(fact, Renamed | Moved) else ()


def model_name(model: Model) -> str:
    """A model as faults write it."""
    return model if isinstance(model, str) else name_of(model)
