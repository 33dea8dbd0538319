"""Compiles the programs of every version, of both sides; whatever cannot be carried out is told in one error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from timegate.errors import CompileError, Fault
from timegate.gates.check.constants import constant_faults, stand_in_faults
from timegate.gates.check.faults import check_described, media_faults, obstacle_faults, program_faults
from timegate.gates.check.filled import filled_faults
from timegate.gates.check.given import given_faults
from timegate.gates.check.hints import hinted
from timegate.gates.check.names import name_faults
from timegate.gates.check.vouching import broken_words, telling_faults, vouching_faults
from timegate.gates.operation import OperationGate
from timegate.gates.operations import Holders, Programs, gates_of
from timegate.gates.plan.conversion import Program, client_conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.roots import Roots
from timegate.gates.plan.trace import Traces
from timegate.gates.source.keywords import NotConvertible
from timegate.gates.source.module import Purpose
from timegate.gates.source.programs import new_module
from timegate.gates.twins import unchanged_faults
from timegate.timeline import Timeline
from timegate.wire.wire import Side


def compiled(
    timeline: Timeline, reach: Mapping[Side, Reach], faults: Sequence[Fault], *, check: bool
) -> dict[str, tuple[OperationGate, ...]]:
    """The gates of all operations for the clients of each version.

    Args:
        timeline: the versions and their changes.
        reach: both sides and their history.
        faults: what is known to be wrong already.
        check: whether what changes vouch for is tried on examples.

    Raises:
        CompileError: a declared change cannot be carried out; all faults at once.
    """
    sides: dict[Side, _OneSide] = {side: _OneSide(of_side) for side, of_side in reach.items()}
    history = reach["requests"].history
    found = [*faults, *history.faults]
    holders, gates = Holders(reach), tuple[OperationGate, ...]()
    operations: dict[str, tuple[OperationGate, ...]] = {}
    for index, version in enumerate(timeline):
        programs: dict[Side, Programs] = {}
        try:
            for side, one in sides.items():
                found += one.compile(index, version.value)
                programs[side] = one.programs or {}
        except Exception:
            # A history with faults may lead to an invalid schema; the faults that are already known say why.
            if not history.faults:
                raise
        gates = () if found else gates_of(reach, index, programs, sides["requests"].made, gates, holders)
        operations[version.value] = gates
    if not found:
        used_forms = {form for one in sides.values() for form in one.used_forms}
        found += [fault for of_side in reach.values() for fault in constant_faults(of_side)]
        found += (*given_faults(history), *name_faults(history))
        found += filled_faults(reach["requests"], sides["requests"].traces)
        found += vouching_faults(timeline, reach["responses"], used_forms)
        found += telling_faults(timeline, sides["requests"].needed)
        found += unchanged_faults(timeline, reach)
        found += broken_words(timeline, reach["responses"]) if check else ()
    if found:
        # Many versions may meet the same problem at the same place.
        once: dict[tuple[str, str, str], Fault] = {}
        for fault in found:
            once.setdefault((fault.change, fault.place, fault.problem), fault)
        raise CompileError([timeline.located(fault) for fault in hinted(timeline, once.values())])
    return operations


class _OneSide:
    """Compiles the programs of one side, version by version, from new to old.

    Args:
        reach: the side and its history.

    Attributes:
        programs: those of the version that was compiled last; None where they could not be.
        used_forms: the facts that vouch for a form which a program lets pass.
        made: the programs of all components so far, by the conversion.
        traces: what becomes of clients' values.
        needed: the functions that say which arm of a union an object is, where its tags do not.
    """

    def __init__(self, reach: Reach) -> None:
        self.programs: Programs | None = None
        self.used_forms: set[tuple[str, str, str]] = set()
        self.needed: list[Any] = []
        self._reach, self._roots, self.traces = reach, Roots(reach), Traces(reach)
        self.made: dict[Purpose, Any] = {}

    def compile(self, index: int, version: str) -> list[Fault]:
        """Compile the programs for a version's clients, but those of the next newer one that serve them too.

        Returns:
            why they cannot do what is declared.
        """
        conversion = client_conversion(self._reach.side, index)
        module = new_module(self._reach, self.made, self.traces)
        if self.programs is None:
            schemas, programs = self._roots.at(index), dict[str, Program]()
        else:
            schemas = self._roots.differing(index)
            programs = {text: program for text, program in self.programs.items() if text not in schemas}
        self.programs = None
        try:
            check_described(self._reach, conversion)
            names = {text: module.root(schema, conversion) for text, schema in schemas.items()}
            space = module.build()
        except NotConvertible as stop:
            return obstacle_faults(self._reach, conversion, version, stop)
        self.used_forms |= module.used_forms
        self.needed += module.needed
        self.programs = programs | {text: space[name] for text, name in names.items() if name is not None}
        return [
            *program_faults(module, conversion, version),
            *stand_in_faults(module, space, conversion),
            *media_faults(self._reach, conversion, version, self._roots.undocumented(index)),
        ]
