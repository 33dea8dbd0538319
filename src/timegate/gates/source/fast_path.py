"""Writes the straight way of an object of the usual shape, whose keys need not be looked for one by one.

An answer is written down at once when it has every required key and none that head's contract lacks; apps answer in
the contract's order, so the new object has it too. A client has an order of its own, which is kept: a request goes
the straight way when it has every key in the contract's order. Any other object takes the long way, key by key.
"""

from __future__ import annotations

from contextlib import nullcontext

from timegate.gates.plan.plan import Call, Fill, Op, Plan, Slot, Stage, Walk
from timegate.gates.source.module import Module, Writer
from timegate.gates.source.values import Values
from timegate.wire.wire import Component


def write_straight(module: Module, writer: Writer, component: Component, plan: Plan) -> None:
    """Write the straight way of the object ``v``, which returns; nothing where it would not be shorter."""
    if len(plan.stages) != 1 or plan.stages[0].then is not None:
        return
    stage = plan.stages[0]
    renamed = any(stage.loaded.get(key) is not slot for key, slot in stage.stored.items() if slot.source is not None)
    if not renamed or not _is_simple(stage):
        return
    if module.up:
        _Request(module, writer, stage).write()
    else:
        _Answer(module, writer, component, stage).write()


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
    """What both directions have in common.

    Attributes:
        ops: what happens to each slot.
        kept: the slots that are taken over, by the key they come from.
        put: the slots that are put, by their key.
    """

    def __init__(self, module: Module, writer: Writer, stage: Stage) -> None:
        super().__init__(module, writer, stage)
        self.ops: dict[int, list[Op]] = {}
        for op in stage.ops:
            self.ops.setdefault(id(op.slot), []).append(op)
        loaded = {id(slot) for slot in stage.loaded.values()}
        self.kept = {key: slot for key, slot in stage.loaded.items() if id(slot) in self.final}
        self.put = {key: slot for key, slot in stage.stored.items() if id(slot) not in loaded}

    def operate_on(self, slot: Slot) -> str:
        """Write all that happens to a slot; gives the variable of its value."""
        variable = self.variable(slot)
        for op in self.ops.get(id(slot), ()):
            self.operate(op)
        return variable

    def constant_of(self, slot: Slot) -> str | None:
        """An expression for what is put into a slot; None where more happens to it."""
        match self.ops.get(id(slot), []):
            case [Fill(when="always", value=value)]:
                return self.constant(value)
            case _:
                return None

    def constants(self) -> dict[str, str]:
        """What is put under which key, where nothing else happens to it."""
        return {key: put for key, slot in self.put.items() if (put := self.constant_of(slot)) is not None}

    def store(self, key: str, slot: Slot) -> None:
        """Write a value that may turn out to be missing into the new object, after all that happens to it."""
        variable = self.operate_on(slot)
        with self.writer.block(f"if {variable} is not M:"):
            self.writer.add(f"w[{key!r}] = {variable}")

    def store_others(self) -> None:
        """Write what is put and may turn out to be missing."""
        for key, slot in self.put.items():
            if self.constant_of(slot) is None and id(slot) in self.ops:
                self.store(key, slot)


class _Request(_Straight):
    """Writes what is done to an object with every key in the contract's order."""

    def write(self) -> None:
        """Look at the keys; take the object apart and write the new one down."""
        loaded, add = self.stage.loaded, self.writer.add
        self.certain = {id(slot) for slot in loaded.values()}
        for slot in loaded.values():
            self.variables[id(slot)] = self.module.fresh("a")
        names = f"{', '.join(self.variables.values())},"
        same = " and ".join(f"{name} == {key!r}" for name, key in zip(self.variables.values(), loaded, strict=True))
        with self.writer.block(f"if len(v) == {len(loaded)}:"):
            add(f"{names} = v")
            with self.writer.block(f"if {same}:"):
                add(f"{names} = v.values()")
                values = {self.final[id(slot)]: self.operate_on(slot) for slot in self.kept.values()}
                values |= self.constants()
                add(f"w = {{{', '.join(f'{key!r}: {value}' for key, value in values.items())}}}")
                self.store_others()
                add("return w")


class _Answer(_Straight):
    """Writes what is done to an object that has every required key and no strange one."""

    def __init__(self, module: Module, writer: Writer, component: Component, stage: Stage) -> None:
        super().__init__(module, writer, stage)
        required = set(component.required)
        self.certain = {id(slot) for key, slot in stage.loaded.items() if key in required}

    def write(self) -> None:
        """Take the values out and write the new object down; a key that is missing or strange leads to the long way."""
        add, block = self.writer.add, self.writer.block
        surely = {key: slot for key, slot in self.kept.items() if id(slot) in self.certain}
        perhaps = [key for key in self.stage.loaded if key not in surely]
        with block(f"if {_knows_all(len(surely), perhaps)}:"):
            with block("try:"):
                for key, slot in surely.items():
                    self.variables[id(slot)] = self.module.fresh("a")
                    add(f"{self.variables[id(slot)]} = v[{key!r}]")
            with block("except KeyError:"):
                add("pass")
            with block("else:"):
                self._write_down()

    def _write_down(self) -> None:
        add, block = self.writer.add, self.writer.block
        for key, slot in self.kept.items():
            if id(slot) not in self.certain:
                self.variables[id(slot)] = self.module.fresh("a")
                add(f"{self.variables[id(slot)]} = v.get({key!r}, M)")
            self.operate_on(slot)
        values = [(self.final[id(slot)], self.variables[id(slot)], slot) for slot in self.kept.values()]
        # What stands before the first value that may be missing is one display; the rest keeps its order behind it.
        from_client = next((at for at, (_, _, slot) in enumerate(values) if id(slot) not in self.certain), len(values))
        items = {key: value for key, value, _ in values[:from_client]}
        if from_client == len(values):
            items |= self.constants()
        add(f"w = {{{', '.join(f'{key!r}: {value}' for key, value in items.items())}}}")
        for key, value, slot in values[from_client:]:
            with nullcontext() if id(slot) in self.certain else block(f"if {value} is not M:"):
                add(f"w[{key!r}] = {value}")
        if from_client < len(values):
            for key, value in self.constants().items():
                add(f"w[{key!r}] = {value}")
        self.store_others()
        add("return w")


def _knows_all(surely: int, perhaps: list[str]) -> str:
    """An expression for whether ``v`` has as many keys as it has known ones, of which some are there for sure."""
    if not perhaps:
        return f"len(v) == {surely}"
    there = [f"{key!r} in v" for key in perhaps]
    # Most objects have all keys, which is told in fewer steps than how many of them they have.
    every = " and ".join([f"len(v) == {surely + len(perhaps)}", *there])
    return f"({every}) or len(v) == {' + '.join([str(surely), *(f'({one})' for one in there)])}"
