"""What is wrong with the objects that moves make where there was none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from timegate.history.builder import HistoryBuilder
from timegate.history.places import model_name
from timegate.history.steps import ValueMoved
from timegate.typing import Schema, is_object
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import DEFAULT_MARK, FACTORY_MARK, maker
from timegate.wire.schema import single_reference
from timegate.wire.wire import Component, Side


def check_moves(builder: HistoryBuilder, side: Side) -> None:
    """Note a fault for each move of the boundary that makes a parent without other fields that it must have.

    What is sent is described by the sender's version, and what the conversion makes by the receiver's.
    """
    moves = [
        (name, step)
        for name in dict.fromkeys(touch.name for touch in builder.touched)
        for step in builder.steps.get((side, name, builder.boundary), ())
        if isinstance(step, ValueMoved)
    ]
    made = _MadeObjects(builder, side, moves)
    for name, step in moves:
        wrong = made.wrong(name, step)
        if wrong is not None:
            builder.fault(f"{_name(made.received[name])}.{'.'.join(step.new)}", *wrong, step.origin)


class _MadeObjects:
    """The objects that the moves of a boundary make; what many moves share is found once.

    Args:
        builder: the walk, with all facts of the boundary undone.
        side: whether clients send or receive the objects.
        moves: each with the component that it starts from.

    Attributes:
        received: the components of the version that gets the objects.
    """

    def __init__(self, builder: HistoryBuilder, side: Side, moves: Sequence[tuple[str, ValueMoved]]) -> None:
        newer, older = builder.wires[-2:]
        sent, received = (older, newer) if side == "requests" else (newer, older)
        self._side: Side = side
        self._sent, self.received = sent.components(side), received.components(side)
        ways = [(name, *self._way(step)) for name, step in moves]
        self._arriving = {([name, *holders][-1], path[-1]) for name, path, holders in ways}
        self._keys: dict[str, dict[str, str]] = {}
        self._lacking: dict[str, list[str]] = {}
        self._lost: dict[tuple[int, str], list[str]] = {}

    def wrong(self, name: str, step: ValueMoved) -> tuple[str, str] | None:
        """What is wrong with the objects that a move makes, and what to do about it; None for nothing."""
        holder, always_there = name, True
        path, made_names = self._way(step)
        for made_name, (key, following) in zip(made_names, pairwise(path), strict=False):
            known, made = self._sent[holder], self.received[made_name]
            known_key = self._key_of(known, key, made_name)
            schema = known.properties.get(known_key)
            there = schema is not None and known_key in known.required
            always_there = always_there and there and not is_nullable(schema or {}, self._sent)
            missing = None if always_there else _first_other(self._lacks(made_name), following)
            if missing is not None:
                return (
                    f"where {key!r} is null or absent, the move makes one without {missing!r}, which it must have",
                    f"give {missing!r} a default in the model, or declare the move on a model that requires {key!r}",
                )
            if not always_there and _is_made(schema or {}, made, following):
                return (
                    f"a function of the app makes the default of {key!r}, so nobody knows what the move leaves out",
                    f"write on({_name(known)}).defaulted({key!r}, was={{…}}) before the move, with what is read there",
                )
            default = _default_of({} if always_there or schema is None else schema)
            lost = _first_other(self._loses(default, schema or {}, made), following)
            if lost is not None:
                left = {one: value for one, value in default.items() if one != following}
                return (
                    f"where {key!r} is absent, the move makes one whose {lost!r} is not that of the default of {key!r}",
                    f"write on({_name(known)}).defaulted({key!r}, was={left!r}) before the move",
                )
            holder = made_name
        return None

    def _way(self, step: ValueMoved) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Where a move brings its value: the keys of the way, and the components behind them but for the last one."""
        return (step.new, step.newer_holders) if self._side == "requests" else (step.old, step.older_holders)

    def _key_of(self, component: Component, key: str, name: str) -> str:
        """The key that leads to a component; another fact of the boundary may have renamed it."""
        if key in component.properties:
            return key
        if component.name not in self._keys:
            names = self._keys[component.name] = dict[str, str]()
            for other, schema in component.properties.items():
                names.setdefault(single_reference(schema) or "", other)
        return self._keys[component.name].get(name, key)

    def _lacks(self, name: str) -> Sequence[str]:
        """The keys that objects of a component must have and that no move gives to them."""
        if name not in self._lacking:
            required = self.received[name].required
            self._lacking[name] = [key for key in required if (name, key) not in self._arriving]
        return self._lacking[name]

    def _loses(self, default: Mapping[str, Any], schema: Schema, made: Component) -> Sequence[str]:
        """The keys that have another value in an object without keys than in the default.

        Args:
            default: the object's.
            schema: what has the default.
            made: the object's component.
        """
        place = id(schema) if default else 0, made.name
        if place not in self._lost:
            since, properties = schema.get(DEFAULT_MARK, 0), made.properties
            self._lost[place] = [
                key
                for key in default
                if "default" in (inner := properties.get(key, {}))
                and inner.get(DEFAULT_MARK, 0) == since
                and inner["default"] != default[key]
            ]
        return self._lost[place]


def _name(component: Component) -> str:
    return model_name(component.model or component.name)


def _first_other(keys: Sequence[str], than: str) -> str | None:
    """The first of some keys that is another one."""
    return next((key for key in keys if key != than), None)


def _default_of(schema: Schema) -> Mapping[str, Any]:
    """What an object is where it is absent; nothing where it is no object."""
    default = schema.get("default")
    return default if is_object(default) else {}


def _is_made(schema: Schema, made: Component, moved: str) -> bool:
    """Whether an object's default is made otherwise than by its class, so that its other keys may be any."""
    is_unknown = "default" not in schema and schema.get(FACTORY_MARK, maker(made.model)) != maker(made.model)
    return is_unknown and made.properties.keys() != {moved}
