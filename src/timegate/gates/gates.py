"""Checks and compiles everything: a timeline and a contract become gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from timegate.documents.render import render
from timegate.errors import CompileError, DeclarationError, Fault
from timegate.gates.check.constants import misfits
from timegate.gates.check.cookies import uncarried_cookies
from timegate.gates.check.refusals import check_serializers, obstacles, refusals, uncarried
from timegate.gates.explain import Explanation, explained, one_change_each
from timegate.gates.operation import OperationGate
from timegate.gates.operations import Compiled, gates_of
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.roots import Roots
from timegate.gates.run.runtime import copy_json
from timegate.gates.source.module import Module, Purpose, Unwalkable
from timegate.gates.source.objects import write_object
from timegate.gates.source.unions import write_union
from timegate.history.history import History, history
from timegate.reading.head import Head
from timegate.timeline import Timeline
from timegate.typing import Document, Schema
from timegate.wire.wire import Side, Wire


class Gates:
    """The gates between head and every version of a timeline.

    Args:
        timeline: the versions and their changes.
        head: what was read of the app.

    Raises:
        CompileError: a declared change cannot be carried out; all faults at once.
    """

    def __init__(self, *, timeline: Timeline, head: Head) -> None:
        self.timeline: Timeline = timeline
        self.head: Head = head
        self._history: History = history(head.wire, timeline)
        self._reach: dict[Side, Reach] = {
            "requests": Reach("requests", self._history),
            "responses": Reach("responses", self._history),
        }
        self._operations: dict[str, tuple[OperationGate, ...]] = {}
        self._programs: dict[tuple[Side, str, Conversion], Callable[[Any], Any] | None] = {}
        self._documents: dict[str, Document] = {}
        known: dict[Side, dict[Purpose, Any]] = {"requests": {}, "responses": {}}
        faults = [*self._history.faults, *uncarried_cookies(timeline, head)]
        roots: dict[Side, Roots] = {side: Roots(reach) for side, reach in self._reach.items()}
        compiled: dict[Side, Compiled] = {}
        gates: tuple[OperationGate, ...] = ()
        for index, version in enumerate(timeline):
            try:
                compiled = self._compile(index, version.value, roots, known, compiled, faults)
                gates = () if faults else gates_of(self._reach, index, compiled, gates)
            except Exception:
                # A history with faults may lead to a schema that is none; what is known to be wrong says why.
                if not self._history.faults:
                    raise
                compiled = {}
            self._operations[version.value] = gates
        if not faults:
            for reach in self._reach.values():
                faults += misfits(reach, objects=write_object, unions=write_union)
        if faults:
            raise CompileError(_once(faults))
        for reach in self._reach.values():
            reach.forget()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.timeline, self.head)

    def _compile(
        self,
        index: int,
        version: str,
        roots: Mapping[Side, Roots],
        known: dict[Side, dict[Purpose, Any]],
        newer: Mapping[Side, Compiled],
        faults: list[Fault],
    ) -> dict[Side, Compiled]:
        """Every program for the clients of one version; what the next newer one has of them need not be written."""
        compiled: dict[Side, Compiled] = {}
        for side, reach in self._reach.items():
            conversion = _conversion(side, index)
            module = Module(reach, objects=write_object, unions=write_union, known=known[side])
            wanted, programs = roots[side].at(index), dict[str, Callable[[Any], Any]]()
            if side in newer:
                wanted = roots[side].unsettled(index)
                programs = {text: one for text, one in newer[side].programs.items() if text not in wanted}
            try:
                check_serializers(reach, conversion)
                names = {text: module.root(schema, conversion) for text, schema in wanted.items()}
                space = module.build()
            except Unwalkable as stop:
                faults += obstacles(reach, conversion, version, stop)
                continue
            faults += refusals(module, conversion, version) + uncarried(reach, conversion, version)
            programs |= {text: space[name] for text, name in names.items() if name is not None}
            compiled[side] = Compiled(programs)
        return compiled

    def wire(self, version: str) -> Wire:
        """What is on the wire at a version of the timeline."""
        return self._history.wires[self.timeline.index(version)]

    def operations(self, version: str) -> tuple[OperationGate, ...]:
        """One for each operation of head's contract, in the order of the app, for the clients of a version."""
        self.timeline.index(version)
        return self._operations[version]

    def contract(self, version: str) -> Document:
        """The OpenAPI document of a version."""
        document = self._documents.get(version)
        if document is None:
            document = self._documents[version] = render(self.wire(version), self.head.texts, version=version)
        return document

    def document(self, version: str) -> Document:
        """The OpenAPI document of a version."""
        return self.contract(version)

    def upgrade(self, kind: Any, data: Any, *, from_version: str) -> Any:
        """An old client's payload as head understands it.

        Args:
            kind: the type, as the contract knows it.
            data: plain JSON data; it is not changed.
            from_version: the version the client speaks; the closest older one of the timeline counts.

        Raises:
            UpgradeError: the payload cannot pass.
            SelectionError: the version cannot be served.
        """
        return self._passed("requests", kind, data, self.timeline.resolve(from_version).value)

    def downgrade(self, kind: Any, data: Any, *, to_version: str) -> Any:
        """Head's payload as an old client understands it.

        Args:
            kind: the type, as the contract knows it.
            data: plain JSON data; it is not changed.
            to_version: the version the client speaks; the closest older one of the timeline counts.

        Raises:
            DowngradeError: the payload cannot pass.
            SelectionError: the version cannot be served.
        """
        return self._passed("responses", kind, data, self.timeline.resolve(to_version).value)

    def _passed(self, side: Side, kind: Any, data: Any, version: str) -> Any:
        conversion = _conversion(side, self.timeline.index(version))
        return self.through(side, kind, data, conversion)

    def through(self, side: Side, kind: Any, data: Any, conversion: Conversion) -> Any:
        """A copy of a payload after a journey between any two versions."""
        schema = self.head.schema_of(side, kind)
        key = (side, repr(schema), conversion)
        if key not in self._programs:
            module = Module(self._reach[side], objects=write_object, unions=write_union)
            name = module.root(self._root_at(side, schema, conversion.src), conversion)
            self._programs[key] = None if name is None else module.build()[name]
        program = self._programs[key]
        return copy_json(data) if program is None else program(copy_json(data))

    def _root_at(self, side: Side, schema: Schema, version: int) -> Schema:
        """A root's schema as it is at a version: edits to unions reach roots too."""
        head, then = self._history.wires[0], self._history.wires[version]
        newest = head.receives if side == "requests" else head.sends
        older = then.receives if side == "requests" else then.sends
        return next((other for one, other in zip(newest, older, strict=True) if one == schema), schema)

    def explain(
        self, kind: Any, data: Any, *, to_version: str | None = None, from_version: str | None = None
    ) -> Explanation:
        """Each change that a payload meets, with the payload before and after it.

        Args:
            kind: the type, as the contract knows it.
            data: plain JSON data: head's with ``to_version``, a client's with ``from_version``.
            to_version: explain the way to this version.
            from_version: explain the way from this version.
        """
        if (to_version is None) == (from_version is None):
            raise DeclarationError("explain(…) wants either to_version=… or from_version=…")
        wanted = self.timeline.resolve(to_version or from_version or "").value
        finer, owners = one_change_each(self.timeline)
        gates = Gates(timeline=finer, head=self.head)
        to_client = next(index for index, (owner, _) in enumerate(owners) if owner == wanted)
        if to_version is not None:
            shapes = [
                gates.through("responses", kind, data, Conversion(0, index, False, index == to_client))
                for index in range(to_client + 1)
            ]
        else:
            shapes = [
                gates.through("requests", kind, data, Conversion(to_client, index, True, False))
                for index in range(to_client + 1)
            ]
        return explained(shapes, owners, downwards=to_version is not None)


def _conversion(side: Side, index: int) -> Conversion:
    return Conversion(index, 0, True, False) if side == "requests" else Conversion(0, index, False, True)


def _rebuilt(timeline: Timeline, head: Head) -> Gates:
    return Gates(timeline=timeline, head=head)


def _once(faults: list[Fault]) -> list[Fault]:
    """The faults, each problem of a place once: many versions may meet the same one."""
    found: dict[tuple[str, str, str], Fault] = {}
    for fault in faults:
        found.setdefault((fault.change, fault.place, fault.problem), fault)
    return list(found.values())
