"""Finds the objects that a client may leave out, and of which its server had another default than head."""

from __future__ import annotations

from timegate.changes.base import UNSET
from timegate.gates.plan.reach import Reach
from timegate.history.steps import KeyAdded, ObjectConverted, Origin, ValueReplaced
from timegate.typing import Schema, is_object
from timegate.wire.marks import FACTORY_MARK, maker
from timegate.wire.schema import objects_in, single_reference
from timegate.wire.wire import Component


class AbsentObjects:
    """What facts fill into an object without keys, each class found once.

    Args:
        reach: the requests and their history.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._fills: dict[str, tuple[int, Origin | None]] = {}
        self._known: dict[tuple[str, int], Origin | None] = {}

    def filled(self, name: str, version: int) -> Origin | None:
        """The fact that fills something into a client's object without keys; None where none does.

        Args:
            name: the component of the object.
            version: of the client.
        """
        place = name, version
        if place not in self._known:
            # No object can hold its like by default, so that nobody asks for what is only being found.
            self._known[place] = None
            self._known[place] = self._own(name, version) or self._below(name, version)
        return self._known[place]

    def _own(self, name: str, version: int) -> Origin | None:
        if name not in self._fills:
            self._fills[name] = self._find(name)
        boundary, origin = self._fills[name]
        return origin if boundary < version else None

    def _below(self, name: str, version: int) -> Origin | None:
        component = self._reach.component(name, version)
        inner = (
            (single_reference(schema), schema)
            for key, schema in component.properties.items()
            if key not in component.required
        )
        found = (self.filled(one, version) for one, schema in inner if one is not None and self.is_plain(one, schema))
        return next((origin for origin in found if origin is not None), None)

    def _find(self, name: str) -> tuple[int, Origin | None]:
        """The newest boundary at which a fact fills something in, with the fact; one behind all where none does."""
        head, last = self._reach.component(name, 0), len(self._reach.history.wires)
        for boundary in range(last - 1):
            for step in self._reach.steps(name, boundary):
                match step:
                    case ObjectConverted():
                        # A function makes the whole of it.
                        return last, None
                    case ValueReplaced() if step.missing_to_head is not UNSET:
                        return boundary, step.origin
                    case KeyAdded() if step.default is not UNSET and not _is_default(step, head):
                        return boundary, step.origin
                    case _:
                        pass
        return last, None

    def is_plain(self, name: str, schema: Schema) -> bool:
        """Whether an absent object is one of its class without arguments.

        Args:
            name: its component.
            schema: that of the place, with the default.
        """
        head = self._reach.component(name, 0)
        if "default" not in schema:
            return head.model is not None and schema.get(FACTORY_MARK) == maker(head.model)
        default = schema["default"]
        own = {key: inner["default"] for key, inner in head.properties.items() if "default" in inner}
        # A default is written as a response is.
        return is_object(default) and all(own.get(head.wire_name(key) or key) == one for key, one in default.items())

    def stands(self, name: str, schema: Schema) -> bool:
        """Whether head's default may be an object of a class, or hold one.

        Args:
            name: its component.
            schema: that of the place, with the default.
        """
        if "default" not in schema:
            # A list or a union that a function makes may be any.
            return FACTORY_MARK in schema and single_reference(schema) == name
        head = self._reach.component(name, 0)
        return any(one and all(map(head.wire_name, one)) for one in objects_in(schema["default"]))


def _is_default(step: KeyAdded, head: Component) -> bool:
    """Whether a fact fills in what head does in its place."""
    default = head.properties.get(step.key, {}).get("default", UNSET)
    return default is not UNSET and (type(default), default) == (type(step.default), step.default)
