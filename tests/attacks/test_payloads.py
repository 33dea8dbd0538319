"""No key that a client's contract lacks reaches head: every shape, every spelling, every fact, as an attacker would."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.cells.asking import ask
from tests.cells.facts import OLD, TOLD, gates_of
from tests.cells.hosts import HOSTS, hosted, path_of
from tests.cells.shapes import CAMEL, SHAPES, SHORT, Object
from timegate import UpgradeError
from timegate.typing import is_array, is_object

# What an attacker wants head to read, and what nobody else sends.
FORGED: dict[str, Any] = {"net_weight": 666, "parcel_label": "666", "box_size": 666}
TARGETS = {"added": "net_weight", "added with a default": "net_weight", "renamed": "parcel_label", "moved": "box_size"}

# Where the forged key stands matters to unions and to renames in place, if anywhere.
FIRST_TOO = ("a bare model", "a discriminated union", "a plain union with closed arms", "an alias generator")
CLOSED = ("a plain union with closed arms", "extra forbidden")


def spellings_of(name: str, field: str) -> list[str]:
    """Every key that head accepts for a field of a shape."""
    match name:
        case "aliases" | "validation and serialization aliases that differ":
            return [CAMEL[field]]
        case "an alias generator":
            return [CAMEL[field], field]
        case "alias choices":
            return [SHORT[field], field]
        case _:
            return [field]


def forged(payload: Any) -> Any:
    """A payload with the attacker's keys as he spells them: they carry a mark that keeps shapes from spelling them."""
    if is_array(payload):
        return [forged(inner) for inner in payload]
    if is_object(payload):
        return {key.removeprefix("!"): forged(inner) for key, inner in payload.items()}
    return payload


def attack(honest: Object, key: str, value: Any, *, first: bool) -> Object:
    """The honest object with one key more, before or after the others."""
    return {f"!{key}": value, **honest} if first else {**honest, f"!{key}": value}


def leaves(value: Any) -> list[Any]:
    """Every scalar in plain data."""
    if is_object(value):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    return [leaf for inner in value for leaf in leaves(inner)] if is_array(value) else [value]


ATTACKS = [
    pytest.param(fact, name, spelling, first, id=f"{fact}: {name}: {spelling}{' first' if first else ''}")
    for fact, field in TARGETS.items()
    for name in SHAPES
    for spelling in spellings_of(name, field)
    for first in ((False, True) if name in FIRST_TOO else (False,))
]


@pytest.mark.parametrize(("fact", "name", "spelling", "first"), ATTACKS)
def test_a_newer_key_in_an_old_request_is_dropped_or_refused(fact: str, name: str, spelling: str, first: bool) -> None:
    shape, told, value = SHAPES[name], TOLD[fact], FORGED[TARGETS[fact]]
    gates = gates_of(name, fact)
    payload = forged(shape.sent(attack(told.sent, spelling, value, first=first)))
    assert leaves(payload).count(value) >= 1
    if name in CLOSED:
        with pytest.raises(UpgradeError) as refused:
            gates.upgrade(shape.type, payload, from_version=OLD)
        assert refused.value.pointer.endswith(f"/{spelling}")
    else:
        assert gates.upgrade(shape.type, payload, from_version=OLD) == shape.sent(told.received)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("host", HOSTS)
def test_a_newer_key_reaches_no_handler(host: str, name: str) -> None:
    served, shape, told = hosted(host, "added"), SHAPES[name], TOLD["added"]
    for spelling in spellings_of(name, "net_weight"):
        served.seen.clear()
        payload = forged(shape.sent(attack(told.sent, spelling, 666, first=False)))
        answer = ask(served.app, "POST", path_of(name), content=TypeAdapter[Any](Any).dump_json(payload))
        if name in CLOSED:
            assert (answer.status, served.seen) == (422, [])
        else:
            assert answer.status == 204
            assert served.seen == [TypeAdapter[Any](shape.type).validate_python(shape.sent(told.received))]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("fact", TARGETS)
def test_a_newer_key_alone_brings_nothing_to_head(fact: str, name: str) -> None:
    """The object holds nothing else, so that it may fit no arm, or another one."""
    shape, value = SHAPES[name], FORGED[TARGETS[fact]]
    gates = gates_of(name, fact)
    for spelling in spellings_of(name, TARGETS[fact]):
        try:
            upgraded = gates.upgrade(shape.type, forged(shape.sent({f"!{spelling}": value})), from_version=OLD)
            head = TypeAdapter[Any](shape.type).validate_python(upgraded)
        except (UpgradeError, ValidationError):
            continue
        assert value not in leaves(TypeAdapter[Any](shape.type).dump_python(head, mode="json"))
