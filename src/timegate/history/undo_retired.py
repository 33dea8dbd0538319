"""How the retirement of a model is undone: older versions have it as one more arm of the unions that are meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from timegate.changes.base import UNSET, name_of
from timegate.changes.models import Retired
from timegate.history.builder import HistoryBuilder
from timegate.history.places import EVERY_KEY
from timegate.history.schema_edits import with_arm
from timegate.history.steps import ModelIntroduced, ObjectConverted, one_way
from timegate.history.undo import undo
from timegate.typing import Schema
from timegate.wire.marks import DEFAULT_MARK
from timegate.wire.names import first_free
from timegate.wire.schema import NULL, objects_in, ref, referred
from timegate.wire.wire import SIDES, Component, Side


@undo.register
def _retired(fact: Retired, builder: HistoryBuilder) -> None:
    reached = list(builder.targets(fact.models, None))
    found = False
    for side in SIDES:
        models = {component.name: fact.models.index(model) for model, where, component in reached if where == side}
        if not models:
            continue
        known = builder.wire.components(side).get(referred(builder.type_of(side, fact)) or "")
        if known is None or "properties" not in known.schema:
            builder.fault(str(fact), "only a model can be one more arm", "give was= a model, or declare retyped")
            return
        found = _with_retired(fact, builder, _Unions(builder, side, models, known.name), known) or found
    if reached and not found:
        builder.fault_without_effect(" | ".join(map(name_of, fact.models)), _no_union(fact))


def _no_union(fact: Retired) -> str:
    return "it is an arm of no union" if len(fact.models) == 1 else "they are arms of no union together"


@dataclass(frozen=True, slots=True)
class _Unions:
    """The unions of one side that have all models of a fact as arms.

    Args:
        builder: the history so far.
        side: the side.
        models: the position in the fact of the model that each component is of.
        was: the component of the retired model, as types of older facts name it.
    """

    builder: HistoryBuilder
    side: Side
    models: Mapping[str, int]
    was: str

    def meant(self) -> set[frozenset[int | str]] | None:
        """The sets of arms of the unions that the fact means; None, with a fault, where it does not say which.

        They are the unions of exactly these models; where there are none, those that have others besides, which must
        be the same ones then. The type of an older fact that names the retired model has it already.
        """
        fact = self.builder.declared
        assert isinstance(fact, Retired)
        everyone = frozenset(range(len(fact.models)))
        found = dict[frozenset[int | str], list[Schema]]()
        for arms in self._all():
            if everyone <= (key := self.key(arms)) and self.was not in key:
                found.setdefault(key, arms)
        if len(everyone) > 1 and everyone in found:
            return {everyone}
        if len(found) > 1:
            lines = [self._line(fact, arms) for arms in found.values()]
            self.builder.fault(
                " | ".join(map(name_of, fact.models)),
                "it is an arm of several unions, and nothing says which of them had one more",
                " or ".join(dict.fromkeys(filter(None, lines))) or _BY_FIELD,
            )
            return None
        return {*found}

    def key(self, arms: list[Schema]) -> frozenset[int | str]:
        """What tells the arms of a union from those of another one: null tells nothing, nor what else was retired."""
        names = [referred(arm) for arm in arms if arm != NULL]
        return frozenset(
            repr(arm) if name is None else self.models.get(name, name)
            for name, arm in zip(names, (arm for arm in arms if arm != NULL), strict=True)
            if name is None or not self._is_retired(name)
        )

    def names(self, meant: set[frozenset[int | str]]) -> set[str | None]:
        """The components that are arms of the unions that are meant."""
        return {referred(arm) for arms in self._all() if self.key(arms) in meant for arm in arms}

    def _all(self) -> Iterator[list[Schema]]:
        wire = self.builder.wire
        holders = self.builder.references.holders(wire, self.side, self.models)
        schemas = [self.builder.component(self.side, holder).schema for holder in sorted(holders) if holder]
        for schema in (*schemas, *(wire.payloads(self.side) if "" in holders else ())):
            for node in objects_in(schema):
                yield from (node[keyword] for keyword in ("anyOf", "oneOf") if keyword in node)

    def _is_retired(self, name: str) -> bool:
        """Whether only versions older than the newer one of the boundary have a component."""
        newer = self.builder.newer.components(self.side)[name]
        return "properties" not in newer.schema and "properties" in self.builder.component(self.side, name).schema

    def _line(self, fact: Retired, arms: list[Schema]) -> str | None:
        """The fact that means the unions of some arms; None where models alone cannot say it."""
        names = [name for arm in arms if (name := referred(arm)) is not None and not self._is_retired(name)]
        if len(names) < 2:
            return None
        components = [self.builder.component(self.side, name) for name in names]
        models = tuple(one.display_name if one.model is None else one.model for one in components)
        return str(replace(fact, models=models))


_BY_FIELD = 'on(…).retyped("…", was=…) for each field that had it'


def _with_retired(fact: Retired, builder: HistoryBuilder, unions: _Unions, known: Component) -> bool:
    """Add the retired model to the unions that are meant; whether there are any."""
    side, meant = unions.side, unions.meant()
    if not meant:
        return meant is None
    wanted = f"{known.name} retired"
    name = first_free(builder.wire.components(side), wanted, numbered=f"{wanted} ")

    def is_meant(arms: list[Schema]) -> bool:
        return unions.key(arms) in meant

    # The class of a model that was retired since is also that of its type in facts, which no payload holds.
    arms = unions.names(meant)
    change = partial(with_arm, meant=is_meant, name=name, properties=known.properties)
    builder.rewrite(side, change, holding=list(unions.models))
    # Its defaults have the shape of the older version.
    properties = {
        key: {**schema, DEFAULT_MARK: builder.boundary + 1} if "default" in schema else schema
        for key, schema in known.properties.items()
    }
    older = replace(known, name=name, schema={**known.schema, "properties": properties})
    newer: Schema = {"anyOf": [ref(one) for one in unions.models if one in arms]}
    # Newer versions read what it becomes.
    as_read = Component(name, newer, display_name=known.display_name)
    builder.made.add(builder.wires, side, as_read)
    builder.put(side, older)
    if side == "requests" and fact.read_as is None:
        builder.record(side, name, ModelIntroduced(builder.origin, UNSET, builder.undone), EVERY_KEY)
    elif side == "requests" and fact.read_as is not None:
        builder.check_loss(fact, side, name_of(fact.was), "head reads another model in its place")
        step = ObjectConverted(builder.origin, newer, older.schema, fact.read_as, one_way, fact.was)
        builder.record(side, name, step, EVERY_KEY)
    return True
