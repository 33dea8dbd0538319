"""The differences at one place, of both sides together: one thing changed there, and one fact is about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from timegate.frozen.contract import VersionContract, operation_at
from timegate.frozen.difference import Difference, Kind
from timegate.frozen.parameter_classes import class_of_parameters
from timegate.history.inheritance import is_about
from timegate.wire.media import FORMS
from timegate.wire.wire import Component, Side

PARAMETERS: Final = ("query", "header", "cookie", "form")
"""Where the parameters are about which there are facts of every kind."""

RESPONSE_HEADER: Final = "response_header"
PLACES: Final = (*PARAMETERS, "path", RESPONSE_HEADER)


@dataclass(slots=True)
class Spot:
    """The differences at one place.

    Args:
        component: the component that holds it; None for an operation.
        operation: method and path of the operation that holds it; empty for a component.
        path: where it is in there.
        differences: what differs.
        shared: the class that declares the parameter at several operations; None for none.
        others: all places where something differs.
    """

    component: Component | None
    operation: str
    path: tuple[str, ...]
    differences: list[Difference] = field(default_factory=list[Difference])
    shared: Component | None = None
    others: list[Spot] = field(default_factory=list["Spot"], repr=False, compare=False)

    @property
    def holder(self) -> Component | None:
        """What facts about a field name: the component, or the class of parameters; None for an operation."""
        return self.component or self.shared

    @property
    def field(self) -> list[str]:
        """The field that a fact about a model names; a parameter is named by its subject."""
        return [".".join(self.path)] if self.component else [self.path[-1]] if self.shared else []

    def has(self, *kinds: Kind, side: Side | None = None) -> bool:
        """Whether something of one of these kinds differs, on one side or on any."""
        return any(one.kind in kinds and (side is None or side in one.sides) for one in self.differences)

    def of(self, *kinds: Kind) -> Difference:
        """The first difference of one of these kinds, which there must be."""
        return next(one for one in self.differences if one.kind in kinds)

    def twins(self, *kinds: Kind) -> list[Spot]:
        """The places with a key of this name where something of one of these kinds differs: this one, and its like.

        Of one thing, what clients send and what they get are often two models.
        """
        others = (one for one in self.others if one is not self and one.path[-1:] == self.path[-1:])
        return [one for one in (self, *others) if one.path and one.has(*kinds)]

    @property
    def fingerprints(self) -> frozenset[str]:
        """Those of the differences."""
        return frozenset(one.fingerprint for one in self.differences)

    @property
    def name(self) -> str:
        """The place, as people write it."""
        return self.differences[0].place


def spots_of(differences: Iterable[Difference], contract: VersionContract) -> list[Spot]:
    """The places of differences, in their order; a field that subclasses inherit has one place, in the base.

    Args:
        differences: between a frozen contract and today's.
        contract: today's.
    """
    differences = list(differences)
    class_of = class_of_parameters(differences, contract)
    found: dict[tuple[str, str, tuple[str, ...]], Spot] = {}
    for one in differences:
        component = contract.component(one.component) if one.component else None
        identity = one.component if component is None else component.name
        form = _form_of(one, component, contract)
        path = one.path[: _depth(one)]
        spot = Spot(component, one.operation, path) if not form else Spot(None, form, ("form", *path))
        spot.shared = class_of(one)
        if spot.shared is None:
            spot = found.setdefault((identity, one.operation, path), spot)
        else:
            spot = found.setdefault((f"parameters of {id(spot.shared.model)}", "", path), spot)
        spot.differences.append(one)
    spots = list(found.values())
    bases = [(spot, _base_of(spot, spots)) for spot in spots]
    for spot, base in bases:
        if base is not None:
            base.differences += spot.differences
    alone = [spot for spot, base in bases if base is None]
    for spot in alone:
        spot.others = [*alone]
    return alone


def _depth(difference: Difference) -> int | None:
    """How many keys of a path lead to the place that facts are about; None for all.

    A parameter is a text, or several: facts are about the whole of it. The media types of a body are told together.
    """
    if difference.kind in (Kind.MEDIA_ADDED, Kind.MEDIA_REMOVED):
        return 1
    is_parameter = difference.operation and difference.path and difference.path[0] in PLACES
    return 2 if is_parameter else None


def _form_of(difference: Difference, component: Component | None, contract: VersionContract) -> str:
    """The operation whose form has a field that no model has; empty for any other place."""
    if component is None or component.model is not None or len(difference.path) != 1 or len(difference.reaches) != 1:
        return ""
    (operation,) = difference.reaches
    media = operation_at(contract.document, operation).get("requestBody", {}).get("content", {})
    return operation if any(form in media for form in FORMS) else ""


def _base_of(spot: Spot, spots: list[Spot]) -> Spot | None:
    """The place in the topmost base that a fact names so that it holds for a subclass too; None where this is it."""
    component = spot.component
    if component is None or not spot.path:
        return None
    bases = [
        one
        for one in spots
        if one.component is not None
        and one.component is not component
        and one.component.model is not component.model
        and one.path == spot.path
        and is_about(component, one.component.model, component.python_name(spot.path[0]))
    ]
    return next((one for one in bases if _base_of(one, bases) is None), None)
