"""The values that steps put in the place of null, of an absent key or of an empty list."""

from __future__ import annotations

from typing import Any

from timegate.history.list_values import FirstItem
from timegate.history.steps import KeyAdded, KeyRemoved, ValueConverted, ValueMoved, ValueReplaced


def fills(step: object) -> list[Any]:
    """What a step puts in the place of null or of an absent key."""
    match step:
        case KeyAdded():
            return [step.default]
        case KeyRemoved():
            return [step.fill]
        case ValueMoved():
            return [step.empty]
        case ValueReplaced():
            return [step.null_to_head, step.missing_to_head, step.null_to_old, step.missing_to_old]
        case ValueConverted():
            return [one.empty for one in (step.to_head, step.to_old) if isinstance(one, FirstItem)]
        case _:
            return []
