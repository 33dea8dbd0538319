"""Writes how the values of enums are converted."""

from __future__ import annotations

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.enums import EnumPlan
from timegate.gates.run.value_checks import MemberCheck
from timegate.gates.source.module import Module
from timegate.gates.source.writer import Writer
from timegate.reading.member_readers import member_reader
from timegate.wire.wire import Component


def write_enum(
    module: Module, writer: Writer, component: Component, plan: EnumPlan, var: str, conversion: Conversion
) -> None:
    """Write how the value of a variable is converted as a member of an enum."""
    module.watched(writer, component.name, var, conversion)
    if conversion.keys and plan.merges:
        module.merged.append(component.name)
    check = _member_check(component, plan, described=conversion.described) if plan.members else None
    types = frozenset(kind for kind, _ in (plan.members or plan.replaced))
    # Values of one type are their own key; otherwise the type is part of it, since True equals 1 in Python.
    typed = len(types) != 1
    key = f"(type({var}), {var})" if typed else var
    values = plan.members or plan.replaced
    table = module.name(values if typed else {value: result for (_, value), result in values.items()})
    condition = f"{module.is_one_of(var, types)} and {key} in {table}"
    if plan.members and plan.members == {(type(member), member): member for _, member in plan.members}:
        # Every member stays what it is: only others need a look.
        with writer.block(f"if not ({condition}):"):
            writer.add(f"{var} = {module.name(check, 'c')}({var})")
        return
    with writer.block(f"if {condition}:"):
        writer.add(f"{var} = {table}[{key}]")
    if plan.members:
        with writer.block("else:"):
            writer.add(f"{var} = {module.name(check, 'c')}({var})")


def _member_check(component: Component, plan: EnumPlan, *, described: bool) -> MemberCheck:
    members = [member for _, member in plan.members]
    reader = None if component.model is None else member_reader(component.model, members, described=described)
    return MemberCheck(reader, plan.members, plan.newer)
