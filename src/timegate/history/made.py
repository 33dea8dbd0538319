"""The components that only older versions hold: each gets a place in the wire of every newer version, too."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from timegate.wire.wire import Component, Side, Wire


@dataclass(slots=True)
class Made:
    """The components that were made so far, each with the index of the newest wire that is to get it.

    A fact gives its component to the two wires that it looks at; all others get theirs at once, when the walk ends:
    one pass over the wires for each fact would be as many passes as there are versions.
    """

    _waiting: dict[int, list[tuple[Side, Component]]] = field(default_factory=dict[int, list[tuple[Side, Component]]])

    def add(self, wires: list[Wire], side: Side, component: Component) -> None:
        """Give a component to the wires of all versions so far.

        Args:
            wires: those so far, newest first; changed in place.
            side: whose component it is.
            component: the component, as newer versions have it.
        """
        wires[-2:] = [wire.edited(side, component) for wire in wires[-2:]]
        if len(wires) > 2:
            self._waiting.setdefault(len(wires) - 3, []).append((side, component))

    def complete(self, wires: list[Wire]) -> None:
        """Give each wire what is still waiting for it, once the walk has ended."""
        requests, responses = dict[str, Component](), dict[str, Component]()
        for index in range(max(self._waiting, default=-1), -1, -1):
            for side, component in reversed(self._waiting.get(index, ())):
                later = requests if side == "requests" else responses
                later[component.name] = component
            wire = wires[index]
            wires[index] = replace(
                wire, requests={**wire.requests, **requests}, responses={**wire.responses, **responses}
            )
