"""What a partial update leaves out: an absent key means that its value stays as it is (RFC 5789)."""

from __future__ import annotations

from collections.abc import Container, Sequence

from timegate.gates.plan.plan import CopyValue, SetValue, Slot, Stage, slots_of


def drop_fills(
    fills: Sequence[SetValue | CopyValue], stage: Stage, names: dict[str, Slot], *, required: Container[str]
) -> None:
    """Take out what fills in an absent key, except where the key is required.

    Args:
        fills: the operations that fill in what a client left out.
        stage: the last stage, which has them.
        names: the slots by their last key; a key without a value is removed.
        required: the keys that head requires.
    """
    kept = {id(slot) for key, slot in names.items() if key in required}
    dropped = {id(fill): fill.slot for fill in fills if id(fill.slot) not in kept}
    stage.ops = [op for op in stage.ops if id(op) not in dropped]
    empty = {*dropped.values()} - {op.slot for op in stage.ops if isinstance(op, SetValue | CopyValue)}
    gone = {key: slot for key, slot in names.items() if slot.source is None and slot in empty}
    lost = {*gone.values()}
    stage.ops = [op for op in stage.ops if lost.isdisjoint(slots_of(op))]
    for key in gone:
        del names[key]
