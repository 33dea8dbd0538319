"""What conversions lose of payloads, told where it happens: by programs that count, in the place of the usual ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from timegate.changes.base import UNSET
from timegate.gates.operation import OperationGate
from timegate.gates.operations import Holders, Programs, gates_of
from timegate.gates.plan.conversion import Conversion, Program, client_conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.roots import Roots
from timegate.gates.plan.trace import Traces
from timegate.gates.run.runtime import Call
from timegate.gates.run.value_checks import COMPLETE
from timegate.gates.source.counting import CountingModule
from timegate.gates.source.programs import WRITERS
from timegate.history.list_values import FirstItem
from timegate.history.steps import (
    HeaderFieldChanged,
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MembersChanged,
    Origin,
    Step,
    ValueMoved,
    ValueReplaced,
)
from timegate.history.undo_envelopes import TakeOutOfEnvelope
from timegate.typing import is_array, is_object
from timegate.wire.wire import Side

Kind: TypeAlias = Literal["seen as", "cut", "made up", "dropped", "refused"]
"""What a change does to a value: another one stands in for it, a list loses items, a value is invented, a key goes, or
the request with it."""


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
        module = CountingModule(of_side, WRITERS, {}, Traces(of_side))
        module.watches, module.replaces, module.judges = _watch_of(of_side), _note_replaced, _judged
        schemas = Roots(of_side).at(index)
        names = {text: module.root(schema, client_conversion(side, index)) for text, schema in schemas.items()}
        space = module.build()
        found: dict[str, Program] = {text: space[name] for text, name in names.items() if name is not None}
        programs[side] = found
    return tuple(
        replace(gate, response_headers=tuple(map(_of_field, gate.response_headers)))
        for gate in gates_of(reach, index, programs, {}, (), Holders(reach))
    )


def _noted() -> list[Lost] | None:
    """Takes what is lost now; None where nobody wants it, or where a refused payload is looked through once more."""
    return None if COMPLETE.get() else LOST.get()


def _watch_of(reach: Reach) -> Callable[[str, Conversion], Callable[[Any], None]]:
    def watch(name: str, conversion: Conversion) -> Callable[[Any], None]:
        steps = [step for boundary in conversion.boundaries for step in _in_order(reach, name, boundary)]
        is_closed = reach.component(name, conversion.src).closed
        losses_of = partial(_in_requests, is_closed=is_closed) if reach.side == "requests" else _in_responses

        def watching(value: Any) -> None:
            found = _noted()
            if found is None:
                return
            if is_object(value):
                found += losses_of(steps, dict(value))
            elif not is_array(value):
                found += _of_member(steps, value, side=reach.side)

        return watching

    return watch


def _in_order(reach: Reach, name: str, boundary: int) -> tuple[Step, ...]:
    """The steps of a component at a boundary, in the order in which a conversion meets them."""
    steps = reach.steps(name, boundary)
    return steps if reach.side == "requests" else steps[::-1]


def _of_member(steps: list[Step], value: Any, *, side: Side) -> Iterator[Lost]:
    """What is lost of an enum's value."""
    for step in steps:
        if isinstance(step, MembersChanged):
            there, back = (step.to_head, step.to_old) if side == "requests" else (step.to_old, step.to_head)
            if value in there:
                seen = there[value]
                if back.get(seen, seen) != value:
                    yield _lost(step.origin, "seen as")
                value = seen


def _in_responses(steps: list[Step], now: dict[str, Any]) -> Iterator[Lost]:
    """What a downgrade loses of one object of head's."""
    for step in steps:
        match step:
            case KeyAdded(key=key):
                if now.pop(key, None) is not None:
                    yield _lost(step.origin, "dropped")
            case KeyRemoved(key=key) if step.fill is not UNSET and key not in now:
                yield _lost(step.origin, "made up")
            case KeyRenamed(old=old, new=new) if new in now:
                now[old] = now.pop(new)
            case ValueMoved():
                is_there = _move(now, step.new, step.old)
                if not is_there and step.empty is not UNSET:
                    yield _lost(step.origin, "made up")
            case ValueReplaced(key=key):
                fill = step.null_to_old if key in now and now[key] is None else UNSET
                if (step.missing_to_old if key not in now else fill) is not UNSET:
                    yield _lost(step.origin, "made up")
            case _:
                continue


def _in_requests(steps: list[Step], now: dict[str, Any], *, is_closed: bool) -> Iterator[Lost]:
    """What an upgrade loses of one object of a client's; a closed contract refuses what it lacks."""
    for step in steps:
        match step:
            case KeyAdded(key=key) | KeyRemoved(key=key):
                if now.pop(key, None) is not None:
                    refuses = is_closed and isinstance(step, KeyAdded)
                    yield _lost(step.origin, "refused" if refuses else "dropped")
            case KeyRenamed(old=old, new=new) if old in now:
                now[new] = now.pop(old)
            case ValueMoved():
                _move(now, step.old, step.new)
            case _:
                continue


def _move(now: dict[str, Any], source: tuple[str, ...], target: tuple[str, ...]) -> bool:
    """Move a value of an object from a path to another, with copies of what is between; whether it was there."""
    *parents, last = source
    passed = [now]
    for key in parents:
        inner = passed[-1].get(key)
        if not is_object(inner):
            return False
        passed[-1][key] = {**inner}
        passed.append(passed[-1][key])
    if last not in passed[-1]:
        return False
    value = passed[-1].pop(last)
    for holder, key in reversed([*zip(passed, parents, strict=False)]):
        # What held nothing else goes with it.
        if not holder[key]:
            del holder[key]
    *parents, last = target
    place = now
    for key in parents:
        inner = place.get(key)
        place[key] = {**inner} if is_object(inner) else {}
        place = place[key]
    place[last] = value
    return True


def _judged(call: Call) -> Callable[[Any], Any]:
    """A declared function that also notes what it loses of a value."""

    def judged(value: Any) -> Any:
        found = _noted()
        if found is None:
            return call.function(value)
        before = deepcopy(value)
        given = call.function(value)
        kind = _loss_of(call, before, given)
        if kind is not None:
            found.append(_lost(call.result.origin, kind))
        return given

    return judged


def _loss_of(call: Call, value: Any, given: Any) -> Kind | None:
    """What a function loses of a value: what the function of the other direction does not give back."""
    if isinstance(call.function, FirstItem):
        if not value:
            return None if given is UNSET or given is None else "made up"
        return "cut" if is_array(value) and len(value) > 1 else None
    if isinstance(call.function, TakeOutOfEnvelope):
        beside = [inner for key, inner in value.items() if key != call.function.key]
        return None if all(inner is None for inner in beside) else "dropped"
    if call.back is None:
        # Where nothing leads back, only a value of the same type says that it is another one.
        same = type(given) is type(value) and not is_object(value) and not is_array(value)
        return "seen as" if same and given != value else None
    try:
        again = call.back(deepcopy(given))
    except Exception:
        # The other function does not even read it.
        return "seen as"
    return None if again == value else "seen as"


def _of_field(step: HeaderFieldChanged) -> HeaderFieldChanged:
    """What happens to a header field of responses, with what it loses told."""

    def values(given: list[str]) -> list[Any]:
        converted: list[Any] = step.values(given)
        found, kind = _noted(), _loss_of_field(given, converted)
        if found is not None and kind is not None:
            found.append(_lost(step.origin, kind))
        return converted

    return replace(step, values=values)


def _loss_of_field(values: list[str], given: list[Any]) -> Kind | None:
    """What is lost of a header field's values; as of any function, only a text says that it is another one."""
    if len(given) < len(values):
        return "cut" if given else "dropped"
    if len(given) > len(values):
        return "made up"
    differ = any(isinstance(one, str) and one != value for one, value in zip(given, values, strict=True))
    return "seen as" if differ else None


def _lost(origin: Origin, kind: Kind) -> Lost:
    return Lost(origin.version, origin.change, kind)


def _note_replaced(origin: Origin) -> Callable[[], None]:
    """What notes that something stands in for an object of a model that a client does not know."""

    def noting() -> None:
        found = _noted()
        if found is not None:
            found.append(_lost(origin, "seen as"))

    return noting
