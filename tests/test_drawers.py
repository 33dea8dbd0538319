"""Each fact of the vocabulary is drawn by all that tries facts at random or in a table, or it is said why not."""

from __future__ import annotations

import builtins
from types import ModuleType
from typing import Any, Final

import pytest

from tests.cells import arms as arms_of_cells
from tests.cells.facts import FACTS
from tests.cells.models import Bare
from tests.strategies.proposals import PROPOSALS
from tests.twins.apps import names_of_source
from tests.twins.dice import Dice
from tests.twins.drawing import Builder
from tests.twins.timelines import told
from timegate import on
from timegate.changes import endpoints, fields, members, models, parameters, response_headers, texts, values
from timegate.changes.base import Fact

MODULES = (endpoints, fields, members, models, parameters, response_headers, texts, values)

NO_PAYLOAD = "it changes no payload"


def kinds_in(*modules: ModuleType) -> frozenset[str]:
    """Every kind of fact that modules define and no other kind derives from."""
    known: dict[str, type[Fact]] = {}
    for module in modules:
        for name in dir(module):
            kind: Any = getattr(module, name)
            if isinstance(kind, type) and issubclass(kind, Fact) and kind.__module__ == module.__name__:
                known[name] = kind
    bases = {base.__name__ for kind in known.values() for base in kind.__mro__[1:]}
    # A class with slots leaves the one without them behind, which has the same name.
    return frozenset(name for name, kind in known.items() if hasattr(kind, "verb") and name not in bases)


NOT_DRAWN: Final[dict[str, dict[str, str]]] = {
    "cells": dict.fromkeys(("ToldBy", "Unchanged", "VouchedForm", "VouchedShape"), NO_PAYLOAD),
    "strategies": dict.fromkeys(("ToldBy", "Unchanged", "VouchedForm", "VouchedShape"), NO_PAYLOAD),
    "twins": dict.fromkeys(("ToldBy", "Unchanged", "VouchedForm", "VouchedShape"), NO_PAYLOAD),
}
"""What a drawer leaves out, and why. What it draws, though it stands here, is an error too."""


KINDS = kinds_in(*MODULES)
OF_ENDPOINTS = kinds_in(endpoints, parameters, response_headers) | {"EndpointDocumented", "ParameterDocumented"}
"""Only an operation has these; payloads alone are drawn by the cells and the strategies."""


def drawn_by_cells() -> set[str]:
    arms = {type(fact("a discriminated union")).__name__ for fact in arms_of_cells.FACTS.values()}
    return arms | {type(case.fact(on(Bare))).__name__ for case in FACTS.values()}


def drawn_by_strategies() -> set[str]:
    """By the names of their table."""
    names = {name.title().replace("_", "") for name, _ in PROPOSALS}
    return (names - {"Documented"}) | {"FieldDocumented", "ModelDocumented"}


class _Names(dict[str, Any]):
    """The names of a drawn version file: a class that nobody has built is called by its name."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        return names_of_source().get(name, name)


def drawn_by_twins() -> set[str]:
    found: set[str] = set()
    for number in range(500):
        dice = Dice(f"drawers {number}")
        size = dice.pick([0, 1, 2])
        _, boundaries = told(dice, Builder(dice, size).build(), size)
        for fact in (fact for boundary in boundaries for fact in boundary.facts):
            found.add(type(eval(fact.code, {}, _Names())).__name__)
    return found


DRAWERS = {"cells": drawn_by_cells, "strategies": drawn_by_strategies, "twins": drawn_by_twins}


@pytest.mark.parametrize("drawer", DRAWERS)
def test_each_fact_is_drawn_or_it_is_said_why_not(drawer: str) -> None:
    left_out = {*NOT_DRAWN[drawer], *(OF_ENDPOINTS if drawer != "twins" else ())}
    drawn = DRAWERS[drawer]()
    assert len(KINDS) > 45
    assert sorted(KINDS - drawn - left_out) == [], "draw it, or say why not"
    assert sorted(drawn & left_out) == [], "it is drawn by now"
    assert sorted(left_out - KINDS) == [], "there is no such fact"
