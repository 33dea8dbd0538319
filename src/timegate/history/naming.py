"""Statuses and names of components, which no two of a version may share; judged when a boundary is undone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from timegate.changes.base import name_of
from timegate.history.builder import HistoryBuilder
from timegate.wire.paths import plain_path
from timegate.wire.wire import SIDES, Component

_NAME: Final = re.compile(r"[a-zA-Z0-9._-]+")
"""What OpenAPI allows as the name of a component."""


def older_statuses(statuses: Mapping[int, int], pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What some statuses are in an older version.

    Args:
        statuses: what each is in the newer version.
        pairs: newer and older statuses, in the order in which they were undone.
    """
    reached: dict[int, list[int]] = {}
    for start, status in statuses.items():
        reached.setdefault(status, []).append(start)
    for newer, older in pairs:
        if newer != older and newer in reached:
            reached.setdefault(older, []).extend(reached.pop(newer))
    converted = {start: status for status, starts in reached.items() for start in starts}
    return {start: converted[start] for start in statuses}


def check_statuses(builder: HistoryBuilder) -> None:
    """Note a fault where two statuses of an operation become one at this boundary."""
    changed = {key for key, _ in builder.naming} & builder.status_changes.keys()
    for operation in builder.newer.operations if changed else ():
        if operation.key not in changed or not (pairs := builder.status_changes[operation.key].get(builder.boundary)):
            continue
        known = [*operation.responses, *operation.texts.get("undescribed_responses", ())]
        statuses = sorted({int(status) for status in known if status.isdecimal()})
        converted = older_statuses({status: status for status in statuses}, pairs)
        for start, status in converted.items():
            sharing = [str(other) for other, same in converted.items() if same == status and other != start]
            if status not in converted:
                # Head may send it all the same.
                sharing += [many for many in (f"{status // 100}XX", "default") if many in known]
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
    for (identity, name), origin in builder.naming.items():
        component = next((one for one in _called(builder, name) if one.name == identity), None)
        if component is None:
            continue
        place = name_of(component.model or component.name)
        if not _NAME.fullmatch(name):
            problem = f"no document may have a component called {name!r}"
            builder.fault(place, problem, "give it a name of letters, digits, '.', '_' and '-'", origin)
        elif name in reserved or any(_is_another(component, other) for other in _called(builder, name)):
            problem = f"another component of this version's document is called {name!r}"
            builder.fault(
                place, problem, f"give it another name, or on(…).was_named(…) to what has {name!r} now", origin
            )


def _called(builder: HistoryBuilder, name: str) -> Iterator[Component]:
    """The components of the older version whose name in documents it is."""
    for side in SIDES:
        found = (builder.component(side, identity) for identity in builder.names(side, name))
        yield from (one for one in found if one.exists and one.display_name == name)


def _is_another(component: Component, other: Component) -> bool:
    """Whether a component with the same name is another class's."""
    if component.name == other.name or other.inline:
        return False
    return component.model is None or component.model is not other.model
