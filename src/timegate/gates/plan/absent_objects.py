"""Finds the objects that a client may leave out, and of which its server had another default than head."""

from __future__ import annotations

from timegate.changes.base import UNSET
from timegate.gates.plan.reach import Reach
from timegate.history.steps import KeyAdded, ObjectConverted, Origin, ValueReplaced
from timegate.typing import Schema, is_object
from timegate.wire.marks import FACTORY_MARK, maker
from timegate.wire.schema import single_reference
from timegate.wire.wire import Component


class AbsentObjects:
    """What facts fill into an object without keys, each class found once.

    Args:
        reach: the requests and their history.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._fills: dict[str, list[tuple[int, Origin]]] = {}

    def filled(self, name: str, version: int, seen: frozenset[str] = frozenset()) -> Origin | None:
        """The fact that fills something into a client's object without keys; None where none does.

        Args:
            name: the component of the object.
            version: of the client.
            seen: the components around it.
        """
        if name in seen:
            return None
        if name not in self._fills:
            self._fills[name] = self._find(name)
        own = next((origin for boundary, origin in self._fills[name] if boundary < version), None)
        if own is not None:
            return own
        component = self._reach.component(name, version)
        for key, schema in component.properties.items():
            inner = None if key in component.required else single_reference(schema)
            if inner is not None and self.is_plain(inner, schema):
                below = self.filled(inner, version, seen | {name})
                if below is not None:
                    return below
        return None

    def _find(self, name: str) -> list[tuple[int, Origin]]:
        head = self._reach.component(name, 0)
        found: list[tuple[int, Origin]] = []
        for boundary in range(len(self._reach.history.wires) - 1):
            for step in self._reach.steps(name, boundary):
                match step:
                    case ObjectConverted():
                        # A function makes the whole of it.
                        return found
                    case ValueReplaced() if step.missing_to_head is not UNSET:
                        return [*found, (boundary, step.origin)]
                    case KeyAdded() if step.default is not UNSET and not _is_default(step, head):
                        return [*found, (boundary, step.origin)]
                    case _:
                        pass
        return found

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
        return is_object(default) and all(key in own and own[key] == value for key, value in default.items())

    def has_default(self, schema: Schema) -> bool:
        """Whether an object stands at a place where a client leaves it out."""
        return is_object(schema.get("default")) or ("default" not in schema and FACTORY_MARK in schema)


def _is_default(step: KeyAdded, head: Component) -> bool:
    """Whether a fact fills in what head does in its place."""
    default = head.properties.get(step.key, {}).get("default", UNSET)
    return default is not UNSET and (type(default), default) == (type(step.default), step.default)
