"""Types of any depth are gated, or refused with a fault."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, RootModel, create_model

from tests.silence.exchanges import OLD, timeline_of
from timegate import CompileError, Contract, on


class Inner(BaseModel):
    new: int = 1


RENAMED = on(Inner).renamed("old", to="new")


class ObjectsOrInner(RootModel["dict[str, ObjectsOrInner] | Inner"]):
    pass


class ObjectsOrNumber(RootModel["dict[str, ObjectsOrNumber] | int"]):
    pass


class Beside(BaseModel):
    root: ObjectsOrNumber = ObjectsOrNumber(1)
    inner: Inner = Inner()


class ListsOrInner(RootModel["list[ListsOrInner] | Inner"]):
    pass


class ObjectsOrList(RootModel["dict[str, ObjectsOrList] | list[Inner]"]):
    pass


class ListsAlone(RootModel["list[ListsAlone]"]):
    pass


class BesideLists(BaseModel):
    lists: ListsAlone = ListsAlone([])
    inner: Inner = Inner()


class Mixed(RootModel["dict[str, Mixed | Inner] | list[Mixed]"]):
    pass


class Pairs(RootModel["tuple[Pairs, Inner] | Inner"]):
    pass


def app_of(kind: Any) -> FastAPI:
    async def handle(body: Any) -> Any:
        return body

    handle.__annotations__["body"] = kind
    app = FastAPI()
    app.add_api_route("/x", handle, methods=["POST"], response_model=kind)
    return app


@pytest.mark.parametrize("kind", [ObjectsOrInner, Mixed])
def test_a_touched_model_beside_an_open_dict_is_a_fault(kind: Any) -> None:
    with pytest.raises(CompileError, match="a value may be of both"):
        timeline_of(RENAMED).compile(Contract.of(app_of(kind)))


RECURSIVE: list[tuple[Any, Any, Any]] = [
    (Beside, {"root": {"a": {"b": 1}}, "inner": {"old": 2}}, {"root": {"a": {"b": 1}}, "inner": {"new": 2}}),
    (ListsOrInner, [[{"old": 1}], []], [[{"new": 1}], []]),
    (ObjectsOrList, {"a": {"b": [{"old": 1}]}}, {"a": {"b": [{"new": 1}]}}),
    (BesideLists, {"lists": [[], [[]]], "inner": {"old": 1}}, {"lists": [[], [[]]], "inner": {"new": 1}}),
    (Pairs, [{"old": 1}, {"old": 2}], [{"new": 1}, {"new": 2}]),
]


@pytest.mark.parametrize(("kind", "sent", "received"), RECURSIVE)
def test_recursive_types_are_gated(kind: Any, sent: Any, received: Any) -> None:
    gates = timeline_of(RENAMED).compile(Contract.of(app_of(kind)))
    assert gates.upgrade(kind, sent, from_version=OLD) == received
    assert gates.downgrade(kind, received, to_version=OLD) == sent


LIST: Any = list
DICT: Any = dict
TUPLE: Any = tuple
CONTAINERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "lists": (lambda kind: LIST[kind], lambda value: [value]),
    "dicts": (lambda kind: DICT[str, kind], lambda value: {"k": value}),
    "tuples": (lambda kind: TUPLE[kind, int], lambda value: [value, 1]),
    "optional lists": (lambda kind: LIST[kind] | None, lambda value: [value]),
}


@pytest.mark.parametrize("levels", [15, 22, 30])
@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_in_containers_are_gated(name: str, levels: int) -> None:
    of_type, of_value = CONTAINERS[name]
    kind: Any = Inner
    sent: Any = {"old": 2}
    received: Any = {"new": 2}
    for _ in range(levels):
        kind, sent, received = of_type(kind), of_value(sent), of_value(received)
    gates = timeline_of(RENAMED).compile(Contract.of_types(kind))
    assert gates.upgrade(kind, sent, from_version=OLD) == received
    assert gates.downgrade(kind, received, to_version=OLD) == sent


@pytest.mark.parametrize("levels", [10, 18])
def test_models_in_models_that_the_framework_can_describe_are_gated(levels: int) -> None:
    kind: Any = Inner
    sent: Any = {"old": 2}
    received: Any = {"new": 2}
    for level in range(levels):
        inner: Any = kind | None
        kind = create_model(f"Level{level}", inner=(inner, None))
        sent, received = {"inner": sent}, {"inner": received}
    app = app_of(kind)
    assert "openapi" in app.openapi()
    gates = timeline_of(RENAMED).compile(Contract.of(app))
    assert gates.upgrade(kind, sent, from_version=OLD) == received
    assert gates.downgrade(kind, received, to_version=OLD) == sent
