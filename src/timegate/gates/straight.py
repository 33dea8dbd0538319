"""Writes the straight way of an object: it has every required key and none that its contract does not know.

That is how apps answer and how clients ask. Nothing then has to be looked for: the new object is one display, in the
contract's order, and the length says that no key was left out. Any other object takes the long way, key by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from timegate.contract.document import Component
from timegate.gates.emit import Module, Writer
from timegate.gates.plan import Call, Fill, Op, Plan, Slot, Stage, Walk
from timegate.gates.values import Values


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of the new object.

    Args:
        name: its name.
        slot: its value.
        source: the key it comes from; None where it is put.
        certain: whether it is there in every object that goes this way.
    """

    name: str
    slot: Slot
    source: str | None
    certain: bool


def write_straight(module: Module, writer: Writer, component: Component, plan: Plan) -> None:
    """Write the straight way of the object ``v``, which returns; nothing where there is none or it is not shorter."""
    if len(plan.stages) != 1 or plan.stages[0].then is not None:
        return
    stage = plan.stages[0]
    renamed = any(stage.loaded.get(key) is not slot for key, slot in stage.stored.items() if slot.source is not None)
    if renamed and _is_simple(stage):
        _Straight(module, writer, component, stage).write()


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
    """Writes one stage as it is for an object of the usual shape."""

    def __init__(self, module: Module, writer: Writer, component: Component, stage: Stage) -> None:
        super().__init__(module, writer, stage)
        required = set(component.required)
        self.required = required
        self.ops: dict[int, list[Op]] = {}
        for op in stage.ops:
            self.ops.setdefault(id(op.slot), []).append(op)
        self.certain = {id(slot) for source, slot in stage.loaded.items() if source in required}
        self.keys = [
            _Key(self.final[id(slot)], slot, source, source in required)
            for source, slot in stage.loaded.items()
            if id(slot) in self.final
        ]
        kept = {id(key.slot) for key in self.keys}
        self.put = [_Key(name, slot, None, True) for name, slot in stage.stored.items() if id(slot) not in kept]

    def write(self) -> None:
        """Write the test of the shape, and what is done if it holds."""
        writer, loaded = self.writer, self.stage.loaded
        certain = [key for key in self.keys if key.certain]
        others = [key for key in loaded if key not in {one.source for one in certain}]
        count = " + ".join([str(len(certain)), *(f"({key!r} in v)" for key in others)])
        with writer.block(f"if len(v) == {count}:"):
            with writer.block("try:"):
                self._display()
            with writer.block("except KeyError:"):
                writer.add("pass")
            with writer.block("else:"):
                for key in (*self.keys, *self.put):
                    self._change(key)
                writer.add("return w")

    def _display(self) -> None:
        """The new object; a required key that is missing is an error."""
        first = next((index for index, key in enumerate(self.keys) if not key.certain), len(self.keys))
        for key in self.keys:
            if key.certain and id(key.slot) in self.ops:
                self.variables[id(key.slot)] = self.module.fresh()
                self.writer.add(f"{self.variables[id(key.slot)]} = v[{key.source!r}]")
        items = [f"{key.name!r}: {self._value(key)}" for key in self.keys[:first]]
        if first == len(self.keys):
            items += [f"{key.name!r}: {self.constant(only.value)}" for key in self.put if (only := self._only(key))]
        self.writer.add(f"w = {{{', '.join(items)}}}")
        for key in self.keys[first:]:
            if key.certain:
                self.writer.add(f"w[{key.name!r}] = {self._value(key)}")
            else:
                with self.writer.block(f"if {key.source!r} in v:"):
                    self.writer.add(f"w[{key.name!r}] = v[{key.source!r}]")
        if first < len(self.keys):
            for key in self.put:
                only = self._only(key)
                if only is not None:
                    self.writer.add(f"w[{key.name!r}] = {self.constant(only.value)}")

    def _value(self, key: _Key) -> str:
        return self.variables.get(id(key.slot)) or f"v[{key.source!r}]"

    def _only(self, key: _Key) -> Fill | None:
        """What is put under a key, where nothing else happens to it."""
        ops = self.ops.get(id(key.slot), [])
        return ops[0] if len(ops) == 1 and _is_put(ops[0]) else None

    def _change(self, key: _Key) -> None:
        """What happens to the value of a key, which is in the new object."""
        ops = self.ops.get(id(key.slot), [])
        if not ops or (key.source is None and self._only(key) is not None):
            return
        if key.certain and key.source is not None and all(isinstance(op, Fill) for op in ops):
            for op in ops:
                self._fill(key, op)
            return
        if key.source is None:
            self.variable(key.slot)
        elif not key.certain:
            name = self.variables[id(key.slot)] = self.module.fresh()
            self.writer.add(f"{name} = w.get({key.name!r}, M)")
        for op in ops:
            self.operate(op)
        variable = self.variables[id(key.slot)]
        if key.source is not None and key.certain:
            self.writer.add(f"w[{key.name!r}] = {variable}")
        else:
            with self.writer.block(f"if {variable} is not M:"):
                self.writer.add(f"w[{key.name!r}] = {variable}")

    def _fill(self, key: _Key, op: Op) -> None:
        if isinstance(op, Fill) and op.when == "null":
            with self.writer.block(f"if {self._value(key)} is None:"):
                self.writer.add(f"w[{key.name!r}] = {self.constant(op.value)}")


def _is_put(op: Op) -> TypeGuard[Fill]:
    return isinstance(op, Fill) and op.when == "always"
