"""No key that a client's contract lacks reaches head: forged keys in every shape, every spelling and every fact."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.cells.client import ask
from tests.cells.facts import FACTS, OLD, gates_of
from tests.cells.hosts import HOSTS, cell_app, path_of
from tests.cells.shapes import CAMEL, SHAPES, SHORT, Object
from timegate import UpgradeError
from timegate.typing import is_array, is_object

# The values that an attacker wants head to read; no honest payload holds them.
FORGED: dict[str, Any] = {"net_weight": 666, "parcel_label": "666", "box_size": 666}
TARGETS = {"added": "net_weight", "added with a default": "net_weight", "renamed": "parcel_label", "moved": "box_size"}

# The position of the forged key could matter to unions and to renames in place: these shapes try it first as well.
FIRST_TOO = ("a bare model", "a discriminated union", "a plain union with closed arms", "an alias generator")
CLOSED = ("a plain union with closed arms", "extra forbidden")


def spellings_of(name: str, field: str) -> list[str]:
    """List every key that head accepts for a field of a shape."""
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
    """Remove the ``!`` before the attacker's keys, which kept the shape from renaming them."""
    if is_array(payload):
        return [forged(inner) for inner in payload]
    if is_object(payload):
        return {key.removeprefix("!"): forged(inner) for key, inner in payload.items()}
    return payload


def attack(honest: Object, key: str, value: Any, *, first: bool) -> Object:
    """Add one key to an honest object, before or after the others."""
    return {f"!{key}": value, **honest} if first else {**honest, f"!{key}": value}


def leaves(value: Any) -> list[Any]:
    """List every scalar in plain data."""
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
    shape, case, value = SHAPES[name], FACTS[fact], FORGED[TARGETS[fact]]
    gates = gates_of(name, fact)
    payload = forged(shape.in_request(attack(case.old_request, spelling, value, first=first)))
    assert leaves(payload).count(value) >= 1
    if name in CLOSED:
        with pytest.raises(UpgradeError) as refused:
            gates.upgrade(shape.type, payload, from_version=OLD)
        assert refused.value.pointer.endswith(f"/{spelling}")
    else:
        assert gates.upgrade(shape.type, payload, from_version=OLD) == shape.in_request(case.head_request)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("host", HOSTS)
def test_a_newer_key_reaches_no_handler(host: str, name: str) -> None:
    cells, shape, case = cell_app(host, "added"), SHAPES[name], FACTS["added"]
    for spelling in spellings_of(name, "net_weight"):
        cells.seen.clear()
        payload = forged(shape.in_request(attack(case.old_request, spelling, 666, first=False)))
        response = ask(cells.app, "POST", path_of(name), content=TypeAdapter[Any](Any).dump_json(payload))
        if name in CLOSED:
            assert (response.status, cells.seen) == (422, [])
        else:
            assert response.status == 204
            assert cells.seen == [TypeAdapter[Any](shape.type).validate_python(shape.in_request(case.head_request))]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("fact", TARGETS)
def test_a_newer_key_alone_does_not_reach_head(fact: str, name: str) -> None:
    """The object holds nothing else, so that it may fit no union member, or another one."""
    shape, value = SHAPES[name], FORGED[TARGETS[fact]]
    gates = gates_of(name, fact)
    for spelling in spellings_of(name, TARGETS[fact]):
        try:
            upgraded = gates.upgrade(shape.type, forged(shape.in_request({f"!{spelling}": value})), from_version=OLD)
            head = TypeAdapter[Any](shape.type).validate_python(upgraded)
        except (UpgradeError, ValidationError):
            continue
        assert value not in leaves(TypeAdapter[Any](shape.type).dump_python(head, mode="json"))
