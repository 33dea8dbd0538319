"""A model beside `Any` in a request: what is the model, and what is left as it is, is what pydantic would say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from tests.silence.old_client import OLD, timeline_of
from timegate import Contract, UpgradeError, on


class Reply(BaseModel):
    text: str
    tokens: int = 0


class Params(BaseModel):
    mock: str | Reply | Any | None = None


class Replies(BaseModel):
    mocks: list[Any | Reply] = []


RENAMED = on(Reply).renamed("content", to="text")


class OldReply(BaseModel):
    content: str
    tokens: int = 0


class OldParams(BaseModel):
    mock: str | OldReply | Any | None = None


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


def test_what_only_head_reads_as_the_model_is_refused() -> None:
    gates = timeline_of(RENAMED).compile(Contract.of_types(receives=[Params]))
    with pytest.raises(UpgradeError, match="another arm"):
        gates.upgrade(Params, {"mock": {"text": "a"}}, from_version=OLD)


def test_nothing_is_the_model_after_anything() -> None:
    gates = timeline_of(RENAMED).compile(Contract.of_types(receives=[Replies]))
    sent = {"mocks": [{"content": "a"}, {"text": "a"}, 5]}
    assert gates.upgrade(Replies, sent, from_version=OLD) == sent
