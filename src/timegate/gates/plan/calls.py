"""Says how the declared function of a step is called, and what it may give."""

from __future__ import annotations

from collections.abc import Mapping

from timegate.gates.run.runtime import Call, Filler, Result
from timegate.history.list_values import FirstItem
from timegate.history.steps import ObjectConverted, Origin, ValueConverted, one_way
from timegate.history.undo_parts import Together
from timegate.typing import Function, Schema
from timegate.wire.json_types import EVERY, all_listed_values, is_nullable, named_types, python_types
from timegate.wire.schema import arms_of, schema_at_depth
from timegate.wire.wire import Component


def call_of(
    step: ValueConverted | ObjectConverted, components: Mapping[str, Component], *, upgrades: bool
) -> Call | None:
    """The call of a step's function in one direction; None where it declares none.

    Args:
        step: the step.
        components: of the newer version.
        upgrades: the direction.
    """
    stars, takes_null, beside, sets = 0, True, frozenset[type](), frozenset[int]()
    function, back = (step.to_head, step.to_old) if upgrades else (step.to_old, step.to_head)
    expects, gives = (step.older, step.newer) if upgrades else (step.newer, step.older)
    if function is None:
        return None
    if isinstance(step, ValueConverted):
        stars = step.stars
        levels = (schema_at_depth(expects, level) or {} for level in range(stars))
        beside = beside.union(*(python_types(one, components.__getitem__) for one in levels)) - {list, dict}
        sets = frozenset(stars - level for level in range(stars) if _is_set(schema_at_depth(gives, level) or {}))
        expects, gives = (schema_at_depth(schema, stars) or {} for schema in (expects, gives))
        # It gets null only where its own side alone admits it.
        takes_null = is_nullable(expects, components) and not is_nullable(gives, components)
    result = _result(gives, components, step.origin)
    if upgrades and isinstance(function, FirstItem):
        # An item is what the client sent; head reads it as the old server did.
        result = Result(result.types | EVERY - {type(None)}, None, step.origin)
    may_remove = isinstance(function, FirstItem | Together) and function.may_remove
    return Call(function, stars, takes_null, result, may_remove, beside, None if back is one_way else back, sets)


def _is_set(schema: Schema) -> bool:
    """Whether the lists among the values of a schema hold each item once."""
    return schema.get("uniqueItems") is True or any(map(_is_set, arms_of(schema)))


def fill_of(function: Function, schema: Schema, components: Mapping[str, Component], origin: Origin) -> Call:
    """The call of a function of the whole object that gives a value of a schema.

    Args:
        function: as declared.
        schema: of the value.
        components: of the newer version.
        origin: the fact that declares it.
    """
    return Call(function, 0, True, _result(schema, components, origin))


def filler_of(function: Function, origin: Origin) -> Call:
    """The call of a function of the whole object that says what an old client reads where there is no value.

    Args:
        function: as declared.
        origin: the fact that declares it.
    """
    return Call(Filler(function), 0, True, Result(frozenset({list}), None, origin))


def _result(schema: Schema, components: Mapping[str, Component], origin: Origin) -> Result:
    members = all_listed_values(schema, components.__getitem__)
    types = python_types(schema, components.__getitem__) - ({float} - named_types(schema, components))
    return Result(types, None if members is None else frozenset(members), origin)
