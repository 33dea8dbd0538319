"""Every kind of sequence and mapping of models can change where it is received, sent or held."""

import collections
from collections.abc import Callable, Generator, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from copy import deepcopy
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, SerializeAsAny, WrapSerializer, create_model

from tests.silence.exchanges import OLD, exchange, faults_of, gated, timeline_of
from timegate import Contract, on


class Item(BaseModel):
    new: int = 1


HEAD, OLDER = {"new": 7}, {"old": 7}
CASES: dict[str, tuple[Any, Any, Any]] = {
    "list": (list[Item], [HEAD], [OLDER]),
    "Sequence": (Sequence[Item], [HEAD], [OLDER]),
    "MutableSequence": (MutableSequence[Item], [HEAD], [OLDER]),
    "Iterable": (Iterable[Item], [HEAD], [OLDER]),
    "Generator": (Generator[Item, None, None], [HEAD], [OLDER]),
    "deque": (collections.deque[Item], [HEAD], [OLDER]),
    "tuple": (tuple[Item, ...], [HEAD], [OLDER]),
    "Sequence or null": (Sequence[Item] | None, [HEAD], [OLDER]),
    "Sequence of sequences": (Sequence[Sequence[Item]], [[HEAD]], [[OLDER]]),
    "dict": (dict[str, Item], {"k": HEAD}, {"k": OLDER}),
    "Mapping": (Mapping[str, Item], {"k": HEAD}, {"k": OLDER}),
    "MutableMapping": (MutableMapping[str, Item], {"k": HEAD}, {"k": OLDER}),
    "OrderedDict": (collections.OrderedDict[str, Item], {"k": HEAD}, {"k": OLDER}),
    "Mapping of sequences": (Mapping[str, Sequence[Item]], {"k": [HEAD]}, {"k": [OLDER]}),
}
FACT = on(Item).renamed("old", to="new")


@pytest.mark.parametrize("named", CASES)
def test_it_changes_where_it_is_received_sent_and_held(named: str) -> None:
    kind, head, old = CASES[named]
    holder = create_model("Holder", held=(kind, ...))
    gates = timeline_of(FACT).compile(Contract.of_types(kind, holder))
    assert gates.downgrade(holder, {"held": deepcopy(head)}, to_version=OLD) == {"held": old}
    assert gates.upgrade(holder, {"held": deepcopy(old)}, from_version=OLD) == {"held": head}
    assert gates.downgrade(kind, deepcopy(head), to_version=OLD) == old


def test_an_app_may_send_and_receive_sequences() -> None:
    app = FastAPI()

    @app.post("/items")
    async def items(sent: Annotated[Sequence[Item], Body()]) -> Sequence[Item]:
        return sent

    response = exchange(gated(app, FACT), "POST", "/items", body=[{"old": 3}])
    assert response.json() == [{"old": 3}]


def shorter(value: Any, handler: Callable[[Any], Any]) -> Any:
    return handler(value)


@pytest.mark.parametrize("kind", [Annotated[Sequence[Item], WrapSerializer(shorter)], SerializeAsAny[Sequence[Item]]])
def test_a_function_of_the_app_that_writes_one_is_still_no_description(kind: Any) -> None:
    contract = Contract.of_types(sends=[kind])
    assert faults_of(contract, FACT) != () or contract.opaque != ()
