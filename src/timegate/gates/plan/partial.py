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
    filled = [op.slot for op in stage.ops if isinstance(op, SetValue | CopyValue)]
    for key, slot in list(names.items()):
        if slot.source is None and slot in dropped.values() and slot not in filled:
            stage.ops = [op for op in stage.ops if slot not in slots_of(op)]
            del names[key]
