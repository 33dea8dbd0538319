"""A name that is one field's in requests and another's in responses: no fact by it is about one field."""

from __future__ import annotations

from collections.abc import Mapping

from timegate.history.builder import HistoryBuilder
from timegate.history.steps import Origin
from timegate.wire.wire import Component, Wire


def names_of_two(head: Wire) -> Mapping[str, frozenset[str]]:
    """By component, the wire names that are one field's in requests and another's in responses."""
    found = {
        name: _differing(component, head.responses[name])
        for name, component in head.requests.items()
        if name in head.responses and component.fields != head.responses[name].fields
    }
    return {name: keys for name, keys in found.items() if keys}


def _differing(one: Component, other: Component) -> frozenset[str]:
    called, others = ({key: name for name, key in component.fields.items()} for component in (one, other))
    return frozenset(key for key, name in called.items() if others.get(key, name) != name)


def check_names_of_two(builder: HistoryBuilder, names: Mapping[str, frozenset[str]]) -> None:
    """Note a fault for each fact of the boundary that would be about two fields."""
    for touch in builder.touched:
        for key in sorted(touch.keys & names.get(touch.name, frozenset())):
            builder.fault(
                f"{builder.wire.requests[touch.name].display_name}.{key}",
                f"{key!r} is one field in requests and another in responses, and {touch.fact} would be about both",
                "give one of the fields another alias, or have a class for requests and one for responses",
                Origin(builder.version, touch.change, touch.fact),
            )
