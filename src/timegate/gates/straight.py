"""Writes the straight way of an object that has every key of its contract in the contract's order.

That is how most apps answer. Nothing has to be looked for then, and nothing can be strange: the object is taken apart
and the new one written down at once. Any other object takes the long way, key by key.
"""

from __future__ import annotations

from timegate.gates.emit import Module, Writer
from timegate.gates.plan import Call, Fill, Op, Plan, Slot, Stage, Walk
from timegate.gates.values import Values


def write_straight(module: Module, writer: Writer, plan: Plan) -> None:
    """Write the straight way of the object ``v``, which returns; nothing where it would not be shorter."""
    if len(plan.stages) != 1 or plan.stages[0].then is not None:
        return
    stage = plan.stages[0]
    renamed = any(stage.loaded.get(key) is not slot for key, slot in stage.stored.items() if slot.source is not None)
    if not renamed or not _is_simple(stage):
        return
    _Straight(module, writer, stage).write()


def _is_simple(stage: Stage) -> bool:
    """Whether each value is put by itself, taken over, or changed where it stands."""
    stored, begun = {id(slot) for slot in stage.stored.values()}, set[int]()
    for op in stage.ops:
        if not isinstance(op, Walk | Call | Fill):
            return False
        slot = op.slot
        if isinstance(op, Fill) and op.when == "always" and (slot.source is not None or id(slot) in begun):
            return False
        if id(slot) not in stored and not isinstance(op, Fill):
            return False
        begun.add(id(slot))
    return True


class _Straight(Values):
    """Writes what is done to an object with every key in the contract's order."""

    def __init__(self, module: Module, writer: Writer, stage: Stage) -> None:
        super().__init__(module, writer, stage)
        self.ops: dict[int, list[Op]] = {}
        for op in stage.ops:
            self.ops.setdefault(id(op.slot), []).append(op)
        loaded = {id(slot) for slot in stage.loaded.values()}
        self.put = [(key, slot) for key, slot in stage.stored.items() if id(slot) not in loaded]

    def write(self) -> None:
        """Look at the keys; take the object apart and write the new one down."""
        loaded = self.stage.loaded
        self.certain = {id(slot) for slot in loaded.values()}
        for slot in loaded.values():
            self.variables[id(slot)] = self.module.fresh("a")
        names = f"{', '.join(self.variables.values())},"
        same = " and ".join(f"{name} == {key!r}" for name, key in zip(self.variables.values(), loaded, strict=True))
        with self.writer.block(f"if len(v) == {len(loaded)}:"):
            self.writer.add(f"{names} = v")
            with self.writer.block(f"if {same}:"):
                self.writer.add(f"{names} = v.values()")
                self._write_down()

    def _write_down(self) -> None:
        loaded = self.stage.loaded
        items: list[str] = []
        for slot in loaded.values():
            key = self.final.get(id(slot))
            if key is not None:
                items.append(f"{key!r}: {self._operate_on(slot)}")
        items += [f"{key!r}: {put}" for key, slot in self.put if (put := self._constant_of(slot)) is not None]
        self.writer.add(f"w = {{{', '.join(items)}}}")
        self._store_put()
        self.writer.add("return w")

    def _operate_on(self, slot: Slot) -> str:
        """Write all that happens to a slot; gives the variable of its value."""
        variable = self.variable(slot)
        for op in self.ops.get(id(slot), ()):
            self.operate(op)
        return variable

    def _constant_of(self, slot: Slot) -> str | None:
        """An expression for what is put into a slot; None where more happens to it."""
        match self.ops.get(id(slot), []):
            case [Fill(when="always", value=value)]:
                return self.constant(value)
            case _:
                return None

    def _store_put(self) -> None:
        """Put what may turn out to be missing."""
        for key, slot in self.put:
            if self._constant_of(slot) is None and id(slot) in self.ops:
                variable = self._operate_on(slot)
                with self.writer.block(f"if {variable} is not M:"):
                    self.writer.add(f"w[{key!r}] = {variable}")
