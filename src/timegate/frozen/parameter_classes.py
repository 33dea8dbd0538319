"""Classes whose fields are parameters of several operations: what differs at all of these is one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from timegate.frozen.contract import VersionContract
from timegate.frozen.difference import Difference
from timegate.typing import Location
from timegate.wire.wire import Component

_PLACES: Final[tuple[Location, ...]] = ("query", "header", "cookie")


def class_of_parameters(
    differences: Iterable[Difference], contract: VersionContract
) -> Callable[[Difference], Component | None]:
    """Gives, for what differs in a parameter, the class that declares it at several operations; None where none does.

    Args:
        differences: all of them.
        contract: today's.
    """
    holders = {
        (operation, where): contract.wire.requests[one.parameters[where]]
        for one in contract.wire.operations
        for operation, key in contract.keys.items()
        if key == one.key
        for where in _PLACES
    }
    users: dict[tuple[Any, str], set[str]] = {}
    for (operation, where), holder in holders.items():
        for kind in _classes(holder):
            users.setdefault((kind, where), set()).add(operation)
    alike: dict[str, set[str]] = {}
    for one in differences:
        if one.operation:
            alike.setdefault(_told(one), set()).add(one.operation)

    def found(one: Difference) -> Component | None:
        for where in _PLACES:
            if not one.operation or len(one.path) < 2 or one.path[0] != where:
                continue
            holder = holders[one.operation, where]
            name = one.path[1].lower() if where == "header" else one.path[1]
            for kind in _classes(holder):
                using = users[kind, where]
                is_own = name not in holder.properties or name not in holder.spread.get(kind, ())
                if is_own and len(using) > 1 and using <= alike[_told(one)]:
                    return Component(kind.__name__, {}, model=kind, display_name=kind.__name__)
        return None

    return found


def _classes(holder: Component) -> Iterator[Any]:
    """The classes whose fields are among parameters."""
    yield from (kind for kind in (holder.model, *holder.spread) if isinstance(kind, type))


def _told(one: Difference) -> str:
    """What differs, wherever it does."""
    return repr((one.kind, one.path, one.old, one.new))
