"""How the retirement of a model is undone: older versions have it as one more arm of the unions that are meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from timegate.changes.base import UNSET, name_of
from timegate.changes.models import Retired
from timegate.history.builder import HistoryBuilder
from timegate.history.places import EVERY_KEY
from timegate.history.steps import ModelIntroduced, ObjectConverted, one_way
from timegate.history.undo import undo
from timegate.history.union import Union
from timegate.typing import Schema
from timegate.wire.marks import DEFAULT_MARK
from timegate.wire.names import first_free
from timegate.wire.schema import ref, referred
from timegate.wire.wire import Component, Side


@undo.register
def _retired(fact: Retired, builder: HistoryBuilder) -> None:
    reached = list(builder.targets(fact.models, None))
    found = False
    sent: dict[tuple[Side, bool], None] = {(side, component.by_name): None for _, side, component in reached}
    for side, by_name in sent:
        alike = [(model, one) for model, where, one in reached if where == side and one.by_name == by_name]
        models = {component.name: fact.models.index(model) for model, component in alike}
        known = builder.components(side).get(referred(builder.type_of(side, fact, alike[0][1])) or "")
        if known is None or "properties" not in known.schema:
            builder.fault(str(fact), "only a model can be one more arm", "give was= a model, or declare retyped")
            return
        found = _with_retired(fact, builder, _Meant(builder, side, models, known.name), known) or found
    if reached and not found:
        builder.fault_without_effect(" | ".join(map(name_of, fact.models)), _no_union(fact))


def _no_union(fact: Retired) -> str:
    return "it is an arm of no union" if len(fact.models) == 1 else "they are arms of no union together"


@dataclass(frozen=True, slots=True)
class _Meant:
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

    def unions(self) -> list[Union] | None:
        """The unions that the fact means; None, with a fault, where it does not say which.

        They are the unions of exactly these models; where there are none, those that have others besides, which must
        be the same ones then. The type of an older fact that names the retired model has it already.
        """
        fact = self.builder.declared
        assert isinstance(fact, Retired)
        found = [union for union in self._having_all(len(fact.models)) if not union.has(self.was)]
        if len(found) < 2:
            return found
        by_arms: dict[frozenset[int | str], list[Union]] = {}
        for union in found:
            known = union.known(partial(self.builder.unions.is_retired, self.side))
            by_arms.setdefault(frozenset(map(self.models.get, known, known)), []).append(union)
        exact = by_arms.get(frozenset(range(len(fact.models))))
        if exact is not None and len(fact.models) > 1:
            return exact
        if len(by_arms) == 1:
            return found
        lines = [self._line(fact, unions[0]) for unions in by_arms.values()]
        self.builder.fault(
            " | ".join(map(name_of, fact.models)),
            "it is an arm of several unions, and nothing says which of them had one more",
            " or ".join(dict.fromkeys(filter(None, lines))) or _BY_FIELD,
        )
        return None

    def _having_all(self, count: int) -> Iterator[Union]:
        """The unions that have a component of each model."""
        of_first = (name for name, position in self.models.items() if position == 0)
        for union in dict.fromkeys(one for name in of_first for one in self.builder.unions.having(self.side, name)):
            if len({position for name, position in self.models.items() if union.has(name)}) == count:
                yield union

    def _line(self, fact: Retired, union: Union) -> str | None:
        """The fact that means the unions of some arms; None where models alone cannot say it."""
        arms = (referred(arm) for arm in union.schema[union.keyword])
        retired = partial(self.builder.unions.is_retired, self.side)
        names = [name for name in arms if name is not None and union.has(name) and not retired(name)]
        if len(names) < 2:
            return None
        components = [self.builder.component(self.side, name) for name in names]
        models = tuple(one.display_name if one.model is None else one.model for one in components)
        return str(replace(fact, models=models))


_BY_FIELD = 'on(…).retyped("…", was=…) for each field that had it'


def _with_retired(fact: Retired, builder: HistoryBuilder, meant: _Meant, known: Component) -> bool:
    """Add the retired model to the unions that are meant; whether there are any."""
    side, unions = meant.side, meant.unions()
    if not unions:
        return unions is None
    wanted = f"{known.name} retired"
    name = first_free(builder.components(side), wanted, numbered=f"{wanted} ")
    for union in unions:
        builder.unions.join(union, name, known.properties)
    # Its defaults have the shape of the older version.
    properties = {
        key: {**schema, DEFAULT_MARK: builder.boundary + 1} if "default" in schema else schema
        for key, schema in known.properties.items()
    }
    older = replace(known, name=name, schema={**known.schema, "properties": properties})
    # The class of a model that was retired since is also that of its type in facts, which no payload holds.
    arms = [one for one in meant.models if any(union.has(one) for union in unions)]
    newer: Schema = {"anyOf": list(map(ref, arms))}
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
