"""The values that steps put in the place of null, of an absent key or of an empty list."""

from __future__ import annotations

from typing import Any

from timegate.history.list_values import FirstItem
from timegate.history.steps import KeyAdded, KeyRemoved, ValueConverted, ValueMoved, ValueReplaced


def fills(step: object) -> list[Any]:
    """What a step puts in the place of null or of an absent key, in either direction."""
    match step:
        case KeyRemoved():
            return [step.fill]
        case ValueMoved():
            return [step.empty]
        case ValueReplaced():
            return [*fills_to_head(step), step.null_to_old, step.missing_to_old]
        case ValueConverted():
            return [one.empty for one in (step.to_head, step.to_old) if isinstance(one, FirstItem)]
        case _:
            return fills_to_head(step)


def fills_to_head(step: object) -> list[Any]:
    """The same of an upgrade alone; a move has one for what it puts into an object."""
    match step:
        case KeyAdded():
            return [step.default]
        case ValueMoved() if len(step.new) > 1:
            return [step.empty]
        case ValueReplaced():
            return [step.null_to_head, step.missing_to_head]
        case ValueConverted():
            return [step.to_head.empty] if isinstance(step.to_head, FirstItem) else []
        case _:
            return []
