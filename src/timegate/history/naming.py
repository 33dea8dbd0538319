"""Statuses and names of components, which no two of a version may share; judged when a boundary is undone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from timegate.changes.base import name_of
from timegate.history.builder import HistoryBuilder
from timegate.wire.paths import plain_path
from timegate.wire.wire import SIDES, Component

_NAME: Final = re.compile(r"[a-zA-Z0-9._-]+")
"""What OpenAPI allows as the name of a component."""


def older_statuses(statuses: Iterable[int], pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What some statuses are in an older version.

    Args:
        statuses: of the newer version.
        pairs: newer and older statuses, in the order in which they were undone.
    """
    converted = {status: status for status in statuses}
    for newer, older in pairs:
        converted.update({start: older for start, status in converted.items() if status == newer})
    return converted


def check_statuses(builder: HistoryBuilder) -> None:
    """Note a fault where two statuses of an operation become one at this boundary."""
    for operation in builder.wires[-2].operations:
        pairs = builder.status_changes.get((operation.key, builder.boundary))
        if not pairs:
            continue
        known = [*operation.responses, *operation.texts.get("undescribed_responses", ())]
        converted = older_statuses(sorted({int(status) for status in known if status.isdecimal()}), pairs)
        for start, status in converted.items():
            sharing = [other for other, same in converted.items() if same == status and other != start]
            origin = builder.naming.get((operation.key, str(status)))
            if sharing and start != status and origin is not None:
                builder.fault(
                    f"{operation.method} {plain_path(operation.path)}",
                    f"its statuses {start} and {sharing[0]} would both be the status {status} of older versions",
                    f'{origin.fact.removesuffix(")")}, tolerated="why old clients need not tell them apart")',
                    origin,
                )


def check_names(builder: HistoryBuilder, reserved: Collection[str]) -> None:
    """Note a fault for each name that a fact of this boundary gives and that another component has.

    Args:
        builder: the walk so far.
        reserved: names that no component may have.
    """
    components = [one for side in SIDES for one in builder.wire.components(side).values() if one.exists]
    for component in components:
        name = component.display_name
        origin = builder.naming.get((component.name, name))
        if origin is None:
            continue
        place = name_of(component.model or component.name)
        if not _NAME.fullmatch(name):
            problem = f"no document may have a component called {name!r}"
            builder.fault(place, problem, "give it a name of letters, digits, '.', '_' and '-'", origin)
        elif name in reserved or any(_is_another(component, other) for other in components):
            problem = f"another component of this version's document is called {name!r}"
            builder.fault(
                place, problem, f"give it another name, or on(…).was_named(…) to what has {name!r} now", origin
            )


def _is_another(component: Component, other: Component) -> bool:
    """Whether another class's component has the same name."""
    if component.display_name != other.display_name or component.name == other.name or other.inline:
        return False
    return component.model is None or component.model is not other.model
