"""Facts that can never do anything: no client of an older version sends or gets what they are about."""

from __future__ import annotations

from timegate.history.history import History
from timegate.history.steps import MovedThrough, Origin
from timegate.wire.wire import SIDES


def idle_facts(history: History) -> tuple[Origin, ...]:
    """The facts all of whose steps are about objects that no older version's operations or payloads contain.

    Args:
        history: every version's wire and the steps between them.
    """
    reachable = {side: [wire.reachable(side).keys() for wire in history.wires] for side in SIDES}
    idle: dict[Origin, bool] = {}
    for (side, name, boundary), steps in history.steps.items():
        older = history.wires[boundary + 1].components(side).get(name)
        # What a fact itself takes from older versions is reachable in none of them.
        met = older is None or not older.exists or any(name in names for names in reachable[side][boundary + 1 :])
        # Where a move may have emptied the object, the other facts say what else has to go from it.
        emptied = any(isinstance(step, MovedThrough) for step in steps)
        for step in steps:
            meets = met or (emptied and not isinstance(step, MovedThrough))
            idle[step.origin] = idle.get(step.origin, True) and not meets
    return tuple(origin for origin, never in idle.items() if never)
