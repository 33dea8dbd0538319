"""A secret is handed on as it was sent, never as the stars that pydantic writes for it; of a response it is those."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, Secret, SecretBytes, SecretStr, create_model

from tests.asgi.calling import Caller
from tests.silence.old_client import OLD, gates_of, timeline_of
from timegate import UpgradeError, on
from timegate.asgi import TimegateMiddleware


class Safe(BaseModel):
    held: Any = None


@pytest.mark.parametrize(
    ("was", "sent", "got"),
    [
        (SecretStr, "abc", "abc"),
        (list[SecretStr], ["abc"], ["abc"]),
        (dict[str, list[SecretBytes]], {"k": ["abc"]}, {"k": ["abc"]}),
        (tuple[SecretStr, int], ["abc", "5"], ["abc", 5]),
        (Secret[int], "5", 5),
        (list[Secret[Annotated[str, Field(max_length=3)]]], ["abc"], ["abc"]),
        (list[SecretStr | int], ["abc", 5], ["abc", 5]),
    ],
    ids=str,
)
def test_a_function_gets_what_was_sent(was: Any, sent: Any, got: Any) -> None:
    seen = list[Any]()

    def to_head(value: Any) -> Any:
        seen.append(value)
        return value

    fact = on(Safe).retyped("held", was=was, to_head=to_head, to_old=lambda value: value, loses="nothing")
    assert gates_of([Safe], fact).upgrade(Safe, {"held": sent}, from_version=OLD) == {"held": got}
    assert seen == [got]


class Encoded(BaseModel):
    model_config = ConfigDict(val_json_bytes="base64")

    key: SecretBytes


@pytest.mark.parametrize("sent", ["gA==", "YQ=="])
def test_the_bytes_of_a_secret_are_written_as_they_were_sent(sent: str) -> None:
    gates = gates_of([Encoded], on(Encoded).retyped("key", to_head=lambda key: key, to_old=lambda key: key))
    assert gates.upgrade(Encoded, {"key": sent}, from_version=OLD) == {"key": sent}


@pytest.mark.parametrize("kind", [Path, Annotated[str, Field(strict=True)]])
def test_a_text_that_is_no_unicode_is_refused(kind: Any) -> None:
    model = create_model("Filed", value=(kind, ...))
    gates = gates_of([model], on(model).retyped("value", to_head=lambda text: text, to_old=lambda text: text))
    with pytest.raises(UpgradeError):
        gates.upgrade(model, {"value": "\ud800"}, from_version=OLD)


class Leaf(BaseModel):
    size: int


class Locked(BaseModel):
    leaf: Secret[Leaf]
    leaves: list[Secret[Leaf]] = []
    open: Leaf


def test_a_model_in_a_secret_changes_in_requests_and_is_stars_in_responses() -> None:
    served, got = FastAPI(), list[Any]()

    @served.post("/")
    def create(locked: Locked) -> Locked:
        got.append((locked.leaf.get_secret_value().size, [one.get_secret_value().size for one in locked.leaves]))
        return locked

    served.add_middleware(TimegateMiddleware, timeline=timeline_of(on(Leaf).renamed("length", to="size")))
    with Caller(served, headers={"API-Version": OLD}) as client:
        sent = {"leaf": {"length": 1}, "leaves": [{"length": "2"}], "open": {"length": 3}}
        response = client.post("/", json=sent)
        refused = client.post("/", json={"leaf": {"size": 1}, "open": {"length": 3}})
        document = client.get("/openapi.json").json()
    stars = "**********"
    assert response.json() == {"leaf": stars, "leaves": [stars], "open": {"length": 3}}
    assert got == [(1, [2])]
    assert [error["loc"] for error in refused.json()["detail"]] == [["body", "leaf", "length"]]
    assert list(document["components"]["schemas"]["Leaf"]["properties"]) == ["length"]
