"""Chooses the arm of a union for a value while a program runs: by JSON type, then by tags, then by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from timegate.errors import DowngradeError, GateError, UpgradeError
from timegate.gates.run.runtime import copy_json, gate_error, refuse
from timegate.history.steps import Origin
from timegate.typing import is_object, type_of


@dataclass(slots=True, eq=False)
class Arm:
    """One member of a union.

    Args:
        name: its component, or its title or JSON type.
        types: the Python types of its values.
        tags: for each key with listed values, those values with their types.
        required: keys that must be present.
        known: its keys, in every spelling.
        closed: whether any other key is forbidden.
        newer_keys: keys that only head has, which no client of an older version may send.
        newer_tags: for each key with listed values, those that only head has.
        unknown_keys: keys that no arm of the client's version has and that could lead head to a newer arm.
        refused: the fact for which it may not be sent; None where it may.
        function: the name of its program in the compiled module; None where its values stay as they are.
        program: its program, set once the module is compiled.
    """

    name: str
    types: frozenset[type]
    tags: dict[str, frozenset[tuple[type, Any]]] = field(default_factory=dict[str, frozenset[tuple[type, Any]]])
    required: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    closed: bool = False
    newer_keys: frozenset[str] = frozenset()
    newer_tags: dict[str, frozenset[tuple[type, Any]]] = field(default_factory=dict[str, frozenset[tuple[type, Any]]])
    unknown_keys: frozenset[str] = frozenset()
    refused: Origin | None = None
    function: str | None = None
    program: Callable[[Any], Any] | None = None

    @property
    def is_touched(self) -> bool:
        """Whether its values are converted or refused."""
        return self.function is not None or self.refused is not None


def distinguishable(one: Arm, other: Arm) -> bool:
    """Whether the schemas of two arms can ever be told apart by type, tags or keys."""
    return bool(
        not one.types & other.types
        or any(not one.tags[key] & other.tags[key] for key in one.tags.keys() & other.tags.keys())
        or one.required - other.known
        or other.required - one.known
        or (one.closed and other.known - one.known)
        or (other.closed and one.known - other.known)
    )


@dataclass(slots=True, eq=False)
class Choice:
    """A union's arms, and how a value's arm is chosen.

    Args:
        arms: every arm, those of newer versions included.
        error: the error of this direction.
        tag: the key whose values name one arm each; None where there is none.
        table: the arm of each value of the tag.
        pick: a callable discriminator; None where there is none.
        picked: the arm of each tag that the callable returns.
        pick_first: whether values have head's shape, which the callable expects.
    """

    arms: Sequence[Arm]
    error: type[GateError]
    tag: str | None = None
    table: dict[tuple[type, Any], Arm] = field(default_factory=dict[tuple[type, Any], Arm])
    pick: Callable[[Any], Any] | None = None
    picked: dict[Any, Arm] = field(default_factory=dict[Any, Arm])
    pick_first: bool = False

    def __call__(self, value: Any) -> Any:
        arm = self.choose(value)
        if arm is None:
            return value
        if arm.refused is not None:
            raise gate_error(self.error, f"this version has no {arm.name}", arm.refused)
        return value if arm.program is None else arm.program(value)

    def choose(self, value: Any) -> Arm | None:
        """The arm of a value; None where the value stays as it is."""
        kind = type_of(value)
        if is_object(value):
            if self.tag is not None:
                tag: Any = value.get(self.tag)
                arm = self.table.get((type_of(tag), tag)) if type_of(tag) in (str, int, bool) else None
                if arm is not None:
                    return arm
            if self.pick is not None and self.pick_first:
                arm = self._pick_arm(value)
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
        self._remove_unknown_keys(arm or (left[0] if left else None), value)
        return arm

    def _remove_unknown_keys(self, arm: Arm | None, value: dict[str, Any]) -> None:
        """Drop keys that could lead head to an arm of a newer version; refuse them where the arm is closed."""
        if arm is None or arm.refused is not None:
            return
        for key in sorted(arm.unknown_keys.intersection(value)):
            if arm.closed:
                refuse(self.error, "this version has no such key", None, key)
            del value[key]

    def _pick_arm(self, value: Any) -> Arm | None:
        assert self.pick is not None
        try:
            return self.picked.get(self.pick(copy_json(value)))
        except Exception:
            # The app's own callable may expect an instance of a model. Then the schema decides.
            return None

    def _one_of(self, left: list[Arm], value: Any) -> Arm | None:
        touched = [arm for arm in left if arm.is_touched]
        if not left:
            if self.error is DowngradeError:
                raise DowngradeError("no arm of the union fits")
            if is_object(value):
                self._refuse_newer(value)
            return None
        allowed = [arm for arm in touched if arm.refused is None]
        if len(touched) > 1 and len(allowed) < len(left):
            # An arm of a newer version is refused only where no arm of the client's version fits.
            left = [arm for arm in left if arm.refused is None] or left
            touched = [arm for arm in left if arm.is_touched]
        if not touched:
            return None
        if self.pick is not None and not self.pick_first and len(left) > 1:
            for arm in left:
                converted = value if arm.program is None else arm.program(copy_json(value))
                if arm.refused is None and self._pick_arm(converted) is arm:
                    return arm if arm.is_touched else None
        if len({id(arm) if arm.refused else arm.function for arm in touched}) == 1:
            return touched[0] if touched[0].refused is None or len(left) == len(touched) else None
        raise self.error("several arms of the union fit, and they differ between the versions")

    def _refuse_newer(self, value: dict[str, Any]) -> None:
        """Refuse a value that fits no arm of the client's version if head could read it as something newer."""
        for arm in self.arms:
            if arm.refused is not None and arm.required <= value.keys():
                raise gate_error(UpgradeError, f"this version has no {arm.name}", arm.refused)
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
        # An open arm that knows every key fits better than one that would ignore some.
        left = [arm for arm in left if not keys - arm.known] or left
    return left
