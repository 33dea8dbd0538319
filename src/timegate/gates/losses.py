"""What conversions lose of payloads, told where it happens: by programs that count, in the place of the usual ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from timegate.changes.base import UNSET
from timegate.gates.operation import OperationGate, Program
from timegate.gates.operations import Holders, Programs, gates_of
from timegate.gates.plan.conversion import Conversion, client_conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.roots import Roots
from timegate.gates.plan.trace import Traces
from timegate.gates.source.counting import CountingModule
from timegate.gates.source.objects import write_object
from timegate.gates.source.unions import write_union
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MembersChanged,
    Origin,
    Step,
    ValueConverted,
    ValueReplaced,
)
from timegate.history.undo_lists import FirstItem
from timegate.typing import is_array, is_object
from timegate.wire.wire import Side

Kind: TypeAlias = Literal["seen as", "cut", "made up", "dropped"]
"""What a change does to a value: another one stands in for it, a list loses items, a value is invented, a key goes."""


class Lost(NamedTuple):
    """One loss.

    Attributes:
        version: the version that declares the change.
        change: the change.
        kind: what it does.
    """

    version: str
    change: str
    kind: Kind


LOST: Final[ContextVar[list[Lost] | None]] = ContextVar("timegate.lost", default=None)
"""Takes the losses of the current request; None where nobody wants them."""


def counting_gates(reach: Mapping[Side, Reach], index: int) -> tuple[OperationGate, ...]:
    """The gates of all operations for the clients of a version, of programs that tell `LOST` what they lose.

    Args:
        reach: both sides and their history.
        index: the index of the version.
    """
    programs: dict[Side, Programs] = {}
    for side, of_side in reach.items():
        module = CountingModule(of_side, write_object, write_union, {}, Traces(of_side))
        module.watches, module.replaces = _watch_of(of_side), _note_replaced
        schemas = Roots(of_side).at(index)
        names = {text: module.root(schema, client_conversion(side, index)) for text, schema in schemas.items()}
        space = module.build()
        found: dict[str, Program] = {text: space[name] for text, name in names.items() if name is not None}
        programs[side] = found
    return gates_of(reach, index, programs, (), Holders(reach))


def _watch_of(reach: Reach) -> Callable[[str, Conversion], Callable[[Any], None]]:
    def watch(name: str, conversion: Conversion) -> Callable[[Any], None]:
        steps = [step for boundary in conversion.boundaries for step in _in_order(reach, name, boundary)]
        losses_of = _in_requests if reach.side == "requests" else _in_responses

        def watching(value: Any) -> None:
            found = LOST.get()
            if found is not None:
                found += losses_of(steps, value)

        return watching

    return watch


def _in_order(reach: Reach, name: str, boundary: int) -> tuple[Step, ...]:
    """The steps of a component at a boundary, in the order in which a conversion meets them."""
    steps = reach.steps(name, boundary)
    return steps if reach.side == "requests" else steps[::-1]


def _in_responses(steps: list[Step], value: Any) -> Iterator[Lost]:
    """What a downgrade loses of one object or enum value of head's."""
    if not is_object(value):
        for step in steps:
            if isinstance(step, MembersChanged) and value in step.to_old:
                older = step.to_old[value]
                if step.to_head.get(older, older) != value:
                    yield _lost(step.origin, "seen as")
                value = older
        return
    now = {key: key for key in value}
    for step in steps:
        match step:
            case KeyAdded(key=key):
                source = now.pop(key, None)
                if source is not None and value[source] is not None:
                    yield _lost(step.origin, "dropped")
            case KeyRemoved(key=key) if step.fill is not UNSET and key not in now:
                yield _lost(step.origin, "made up")
            case KeyRenamed(old=old, new=new) if new in now:
                now[old] = now.pop(new)
            case ValueConverted(key=key, to_old=cut) if key in now and _loses(cut, value[now[key]]):
                yield _lost(step.origin, "cut")
            case ValueReplaced(key=key) if step.null_to_old is not UNSET:
                if key in now and value[now[key]] is None:
                    yield _lost(step.origin, "made up")
            case _:
                continue


def _in_requests(steps: list[Step], value: Any) -> Iterator[Lost]:
    """What an upgrade loses of one object of a client's."""
    if not is_object(value):
        return
    now = {key: key for key in value}
    for step in steps:
        match step:
            case KeyAdded(key=key) | KeyRemoved(key=key):
                source = now.pop(key, None)
                if source is not None and value[source] is not None:
                    yield _lost(step.origin, "dropped")
            case KeyRenamed(old=old, new=new) if old in now:
                now[new] = now.pop(old)
            case ValueConverted(key=key, to_head=cut) if key in now and _loses(cut, value[now[key]]):
                yield _lost(step.origin, "cut")
            case _:
                continue


def _loses(function: object, value: object) -> bool:
    """Whether a function takes the first item of a list that has others."""
    return isinstance(function, FirstItem) and is_array(value) and len(value) > 1


def _lost(origin: Origin, kind: Kind) -> Lost:
    return Lost(origin.version, origin.change, kind)


def _note_replaced(origin: Origin) -> Callable[[], None]:
    """What notes that something stands in for an object of a model that a client does not know."""

    def noting() -> None:
        found = LOST.get()
        if found is not None:
            found.append(_lost(origin, "seen as"))

    return noting
