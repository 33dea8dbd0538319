"""Makes modules that write the programs of all kinds of schemas."""

from __future__ import annotations

from typing import Any

from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.gates.source.module import Module, Purpose
from timegate.gates.source.objects import write_object
from timegate.gates.source.unions import write_union


def new_module(
    reach: Reach, known: dict[Purpose, Any] | None = None, traces: Traces | None = None, *, strict: bool = False
) -> Module:
    """An empty module.

    Args:
        reach: the side and its history.
        known: programs of other modules of the same side by their purpose; the module adds its own.
        traces: what becomes of clients' values, as far as other modules have found it.
        strict: whether a downgrade refuses keys that are spelled otherwise than on the wire.
    """
    known = {} if known is None else known
    return Module(reach, write_object, write_union, known, traces or Traces(reach), strict=strict)
