"""A model beside `Any` or a dict in a request: which of them a value is, is what pydantic would say."""

from __future__ import annotations

from typing import Any, NotRequired

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.silence.old_client import OLD, timeline_of
from timegate import Contract, UpgradeError, on
from timegate.typing import is_object


class Reply(BaseModel):
    text: str
    tokens: int = 0


class Params(BaseModel):
    mock: str | Reply | Any | None = None


class Replies(BaseModel):
    mocks: list[Any | Reply] = []


class Marks(TypedDict):
    text: str
    tokens: NotRequired[int]


class Marked(BaseModel):
    mark: dict[str, Any] | Marks | None = None


RENAMED = on(Reply).renamed("content", to="text")


class OldReply(BaseModel):
    content: str
    tokens: int = 0


class OldParams(BaseModel):
    mock: str | OldReply | Any | None = None


class OldLimits(BaseModel):
    limits: OldReply | dict[str, int] | dict[str, Any]


class Limits(BaseModel):
    limits: Reply | dict[str, int] | dict[str, Any]


SENT: list[Any] = [
    {"content": "a"},
    {"content": "a", "tokens": 3},
    {"content": "a", "tokens": "3"},
    {"content": 5},
    {"content": "a", "more": [1]},
    {"n": 1},
    {},
    [{"content": "a"}],
    "content",
    5,
    None,
]


@pytest.mark.parametrize("mock", SENT, ids=repr)
def test_head_reads_what_the_old_server_read(mock: Any) -> None:
    gates = timeline_of(RENAMED).compile(Contract.of_types(receives=[Params]))
    before = OldParams.model_validate({"mock": mock}).mock
    now = Params.model_validate(gates.upgrade(Params, {"mock": mock}, from_version=OLD)).mock
    if isinstance(before, OldReply):
        assert now == Reply(text=before.content, tokens=before.tokens)
    else:
        assert now == before


OBJECTS = [sent for sent in SENT if is_object(sent)]


@pytest.mark.parametrize("sent", [*OBJECTS, {"tokens": 3}], ids=repr)
def test_a_dict_is_what_the_old_server_read_as_one(sent: Any) -> None:
    gates = timeline_of(RENAMED).compile(Contract.of_types(receives=[Limits]))
    before = OldLimits.model_validate({"limits": sent}).limits
    now = Limits.model_validate(gates.upgrade(Limits, {"limits": sent}, from_version=OLD)).limits
    assert now == (Reply(text=before.content, tokens=before.tokens) if isinstance(before, OldReply) else before)


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ({"content": "a"}, {"text": "a"}),
        ({"content": "a", "tokens": 1}, {"text": "a", "tokens": 1}),
        ({"content": "a", "tokens": "1"}, {"content": "a", "tokens": "1"}),
        ({"content": 1}, {"content": 1}),
        ({}, {}),
    ],
    ids=repr,
)
def test_a_typed_dict_is_what_has_its_types(sent: Any, received: Any) -> None:
    gates = timeline_of(on(Marks).renamed("content", to="text")).compile(Contract.of_types(receives=[Marked]))
    assert gates.upgrade(Marked, {"mark": sent}, from_version=OLD) == {"mark": received}


def test_what_only_head_reads_as_the_model_is_refused() -> None:
    gates = timeline_of(RENAMED).compile(Contract.of_types(receives=[Params]))
    with pytest.raises(UpgradeError, match="another arm"):
        gates.upgrade(Params, {"mock": {"text": "a"}}, from_version=OLD)


def test_nothing_is_the_model_after_anything() -> None:
    gates = timeline_of(RENAMED).compile(Contract.of_types(receives=[Replies]))
    sent = {"mocks": [{"content": "a"}, {"text": "a"}, 5]}
    assert gates.upgrade(Replies, sent, from_version=OLD) == sent
