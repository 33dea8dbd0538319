"""Where the values of an object at head come from in the client's: the keys that a plan ends with, followed back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.fuse import fuse
from timegate.gates.plan.plan import (
    CallFunctions,
    CheckValue,
    ConvertBySchema,
    ExtractValue,
    InsertValue,
    NoteAbsent,
    Op,
    Plan,
    Slot,
    Stage,
)
from timegate.gates.plan.reach import Reach
from timegate.typing import Schema
from timegate.wire.schema import single_reference

Path: TypeAlias = tuple[str, ...]
"""Keys, each below the one before it."""


class Sources(NamedTuple):
    """Where the values of a component's objects come from.

    Attributes:
        paths: for each key, and each path to a value that was moved into an object, where it was; None for nowhere.
        longest: how long the longest path is.
        made: the keys whose values a function has made, and those of objects that moves have made.
        kept: the keys whose values are as they were sent.
    """

    paths: Mapping[Path, Path | None]
    longest: int
    made: frozenset[str]
    kept: frozenset[str]


@dataclass(slots=True)
class _Value:
    """What is known of a value on its way.

    Args:
        source: where it was.
        below: where the values that moves have put into it were, by their paths at this point of the way.
        passed: the conversions by schema that it has passed.
        made: whether a function or a move has made it, so that what is below it was nowhere before.
        kept: whether it is as it was sent.
    """

    source: Path | None
    below: dict[Path, Path | None] = field(default_factory=dict[Path, "Path | None"])
    passed: list[ConvertBySchema] = field(default_factory=list[ConvertBySchema])
    made: bool = False
    kept: bool = False


@dataclass(slots=True)
class ClientPaths:
    """Finds the sources of components, each once.

    Args:
        reach: the requests and their history.
    """

    reach: Reach
    _known: dict[tuple[str, Conversion], Sources] = field(default_factory=dict[tuple[str, Conversion], Sources])

    def of(self, name: str, conversion: Conversion) -> Sources:
        """The sources of a component's objects in a conversion."""
        known = self._known.get((name, conversion))
        if known is None:
            if self.reach.own(name, conversion):
                known = self._followed(fuse(self.reach, name, conversion))
            else:
                keys = self.reach.component(name, conversion.dst).properties
                kept = frozenset(key for key, schema in keys.items() if not self.reach.needs(schema, conversion))
                known = Sources({(key,): (key,) for key in keys}, min(len(keys), 1), frozenset(), kept)
            self._known[name, conversion] = known
        return known

    def _followed(self, plan: Plan) -> Sources:
        if plan.refused is not None or not plan.stages:
            return Sources({}, 0, frozenset(), frozenset())
        values = {key: _Value((key,), kept=True) for key in plan.stages[0].loaded}
        for stage in plan.stages:
            values = self._through(stage, values)
            for functions in stage.then:
                if functions.key is None:
                    # After functions of the whole object, nobody knows which key came from which.
                    values = {}
                elif functions.key in values:
                    values[functions.key].kept = False
        found: dict[Path, Path | None] = {(key,): None for key in plan.stages[-1].stored}
        found.update(((key,), value.source) for key, value in values.items())
        found.update(((key, *path), source) for key, value in values.items() for path, source in value.below.items())
        made = frozenset(key for key, value in values.items() if value.made)
        kept = frozenset(key for key, value in values.items() if value.kept)
        return Sources(found, max(map(len, found), default=0), made, kept)

    def _through(self, stage: Stage, before: Mapping[str, _Value]) -> dict[str, _Value]:
        """The values that a stage stores, by key."""
        values = {slot: before.get(key) or _Value(None) for key, slot in stage.loaded.items()}

        def value_of(slot: Slot) -> _Value:
            return values.setdefault(slot, _Value(None))

        for op in stage.ops:
            if not _looks_only(op):
                value_of(op.slot).kept = False
            match op:
                case CallFunctions():
                    values[op.slot] = _Value(value_of(op.slot).source, made=True)
                case ConvertBySchema():
                    value = value_of(op.slot)
                    moved = {self._after(path, op.schema, op.conversion): was for path, was in value.below.items()}
                    value.below = {path: was for path, was in moved.items() if path is not None}
                    value.passed.append(op)
                case ExtractValue():
                    values[op.slot] = self._extracted(value_of(op.other), op.path)
                case InsertValue():
                    value, holder = value_of(op.slot), value_of(op.other)
                    holder.kept = False
                    holder.below[op.path] = value.source
                    holder.below.update(((*op.path, *path), source) for path, source in value.below.items())
                    if holder.source is None:
                        # Of an object that the stage makes, the nearest place is that of the first value in it.
                        holder.source, holder.made = value.source, True
                case _:
                    pass
        return {key: value_of(slot) for key, slot in stage.stored.items()}

    def _extracted(self, holder: _Value, path: Path) -> _Value:
        """The value at a path below another one."""
        below = {put[len(path) :]: was for put, was in holder.below.items() if put[: len(path)] == path != put}
        for put, was in holder.below.items():
            if was is not None and path[: len(put)] == put:
                return _Value((*was, *path[len(put) :]), below)
        before: Path | None = None if holder.made else path
        for op in reversed(holder.passed):
            before = None if before is None else self._before(before, op.schema, op.conversion)
        if holder.source is None:
            return _Value(None, below)
        return _Value((*holder.source, *(before or ())), below)

    def _before(self, path: Path, schema: Schema, conversion: Conversion) -> Path | None:
        """What a path below a value was called before a conversion; None where it was not there."""
        name = single_reference(schema)
        if not path or name is None:
            return path
        sources = self.of(name, conversion)
        for length in range(min(len(path), sources.longest), 0, -1):
            source = sources.paths.get(path[:length])
            if source is not None:
                inner = self._schema_at(name, path[:length], conversion.dst)
                rest = self._before(path[length:], inner, conversion)
                return None if rest is None else (*source, *rest)
        return None

    def _after(self, path: Path, schema: Schema, conversion: Conversion) -> Path | None:
        """What a path below a value is called after a conversion; None where it is not there."""
        name = single_reference(schema)
        if not path or name is None:
            return path
        found = [
            (len(source), len(target), source, target)
            for target, source in self.of(name, conversion).paths.items()
            if source is not None and path[: len(source)] == source
        ]
        if not found:
            return None
        _, _, source, target = max(found)
        rest = self._after(path[len(source) :], self._schema_at(name, source, conversion.src), conversion)
        return None if rest is None else (*target, *rest)

    def _schema_at(self, name: str, path: Path, version: int) -> Schema:
        """The schema of a path below a component's objects."""
        schema: Schema = {}
        for key in path:
            schema = self.reach.component(name, version).properties.get(key, {})
            name = single_reference(schema) or name
        return schema


def _looks_only(op: Op) -> bool:
    """Whether an operation leaves the value as it is: a check hands on what was sent, but to a function."""
    return isinstance(op, NoteAbsent) or (isinstance(op, CheckValue) and not op.converted)
