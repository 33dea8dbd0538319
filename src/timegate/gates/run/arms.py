"""How an arm of a union is chosen while a program runs: JSON type, then tags, then keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.gates.run.runtime import blamed, copy_json, refuse
from timegate.history.steps import Origin
from timegate.typing import is_object, type_of


@dataclass(slots=True, eq=False)
class Arm:
    """One alternative of a union.

    Args:
        name: its component, or what it is.
        types: the Python types as which its values arrive.
        tags: for each key with fixed values, those values, and whether the key is required.
        required: keys that must be there.
        known: its keys.
        closed: whether any other key is forbidden.
        newer_keys: keys that only head has, which no client of an older version may send.
        newer_tags: for each key with fixed values, those that only head has.
        strays: keys that no arm of the client's version has and that could lead head to a newer arm.
        program: what is done to its values; None: nothing.
        refused: why it may not be sent; None where it may.
        function: the name of its program in the compiled module, until it is there.
    """

    name: str
    types: frozenset[type]
    tags: dict[str, frozenset[tuple[type, Any]]] = field(default_factory=dict[str, frozenset[tuple[type, Any]]])
    required: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    closed: bool = False
    newer_keys: frozenset[str] = frozenset()
    newer_tags: dict[str, frozenset[tuple[type, Any]]] = field(default_factory=dict[str, frozenset[tuple[type, Any]]])
    strays: frozenset[str] = frozenset()
    program: Callable[[Any], Any] | None = None
    refused: Origin | None = None
    function: str | None = None

    @property
    def does_something(self) -> bool:
        """Whether its values are changed or refused."""
        return self.function is not None or self.refused is not None


def told_apart(one: Arm, other: Arm) -> bool:
    """Whether the schemas of two arms can ever be told apart by type, tags or keys."""
    if not one.types & other.types:
        return True
    for key in one.tags.keys() & other.tags.keys():
        if not one.tags[key] & other.tags[key]:
            return True
    if one.required - other.known or other.required - one.known:
        return True
    return bool((one.closed and other.known - one.known) or (other.closed and one.known - other.known))


@dataclass(slots=True, eq=False)
class Choice:
    """A union's arms, and how one of them is chosen for a value.

    Args:
        arms: every arm, those kept aside included.
        error: the error of this direction.
        tag: the key whose values name one arm each, if there is one; its table follows.
        table: tag value to arm.
        pick: a callable discriminator, with the arm of each of its tags; None where there is none.
        pick_first: whether values come in head's shape, which the callable knows.
    """

    arms: Sequence[Arm]
    error: type[GateError]
    tag: str | None = None
    table: dict[tuple[type, Any], Arm] = field(default_factory=dict[tuple[type, Any], Arm])
    pick: Callable[[Any], Any] | None = None
    picked: dict[Any, Arm] = field(default_factory=dict[Any, Arm])
    pick_first: bool = False

    def __call__(self, value: Any) -> Any:
        arm = self.chosen(value)
        if arm is None:
            return value
        if arm.refused is not None:
            raise blamed(self.error, f"this version has no {arm.name}", arm.refused)
        return value if arm.program is None else arm.program(value)

    def chosen(self, value: Any) -> Arm | None:
        """The arm of a value; None where nothing is to be done."""
        kind = type_of(value)
        if is_object(value):
            if self.tag is not None:
                tag: Any = value.get(self.tag)
                arm = self.table.get((type_of(tag), tag)) if type_of(tag) in (str, int, bool) else None
                if arm is not None:
                    return arm
            if self.pick is not None and self.pick_first:
                arm = self._picked(value)
                if arm is not None:
                    return arm
        left: list[Arm] = [arm for arm in self.arms if kind in arm.types]
        if not is_object(value):
            return self._one_of(left, value)
        left = _by_tags(left, value)
        if len(left) == 1:
            return self._one_of(left, value)
        left = _by_keys(left, value)
        arm = self._one_of(left, value)
        self._judge(arm or (left[0] if left else None), value)
        return arm

    def _judge(self, arm: Arm | None, value: dict[str, Any]) -> None:
        """Take off, or refuse, what could lead head to an arm that the client does not know."""
        if arm is None or arm.refused is not None:
            return
        for key in sorted(arm.strays.intersection(value)):
            if arm.closed:
                refuse(self.error, "this version has no such key", None, key)
            del value[key]

    def _picked(self, value: Any) -> Arm | None:
        assert self.pick is not None
        try:
            return self.picked.get(self.pick(copy_json(value)))
        except Exception:
            # The callable is the app's own and may expect an object of its model; then the schema decides.
            return None

    def _one_of(self, left: list[Arm], value: Any) -> Arm | None:
        busy = [arm for arm in left if arm.does_something]
        if not left:
            if self.error is DowngradeError:
                raise DowngradeError("no arm of the union fits")
            if is_object(value):
                self._refuse_newer(value)
            return None
        allowed = [arm for arm in busy if arm.refused is None]
        if len(busy) > 1 and len(allowed) < len(left):
            # What an older version lacks is refused only where nothing that it has fits as well.
            left = [arm for arm in left if arm.refused is None] or left
            busy = [arm for arm in left if arm.does_something]
        if not busy:
            return None
        if self.pick is not None and not self.pick_first and len(left) > 1:
            for arm in left:
                told = value if arm.program is None else arm.program(copy_json(value))
                if arm.refused is None and self._picked(told) is arm:
                    return arm if arm.does_something else None
        if len({id(arm) if arm.refused else arm.function for arm in busy}) == 1:
            return busy[0] if busy[0].refused is None or len(left) == len(busy) else None
        raise self.error("several arms of the union fit, and they differ between the versions")

    def _refuse_newer(self, value: dict[str, Any]) -> None:
        """Refuse what fits no arm of the client's version if head's could take it for something newer."""
        for arm in self.arms:
            if arm.refused is not None and arm.required <= value.keys():
                raise blamed(UpgradeError, f"this version has no {arm.name}", arm.refused)
        for arm in self.arms:
            for key, values in arm.newer_tags.items():
                found = value.get(key)
                if type(found) in (str, int, bool) and (type_of(found), found) in values:
                    refuse(UpgradeError, "this version has no such value", None, key)
            for key in value:
                if key in arm.newer_keys:
                    refuse(UpgradeError, "this version has no such key", None, key)


def _by_tags(arms: list[Arm], value: dict[str, Any]) -> list[Arm]:
    left: list[Arm] = []
    for arm in arms:
        for key, values in arm.tags.items():
            if key in value:
                found = value[key]
                if type(found) not in (str, int, bool, type(None)) or (type_of(found), found) not in values:
                    break
        else:
            left.append(arm)
    return left


def _by_keys(arms: list[Arm], value: dict[str, Any]) -> list[Arm]:
    keys = value.keys()
    left = [arm for arm in arms if arm.required <= keys and not (arm.closed and keys - arm.known)]
    if len(left) > 1:
        # Of open arms the one that knows every key fits better than one that would ignore some.
        exact = [arm for arm in left if not keys - arm.known]
        left = exact or left
    return left
