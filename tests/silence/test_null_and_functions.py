"""Null: a function sees it only where its side has it, and no client sends it where its own type lacks it."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.silence.old_client import OLD, Client, gates_of, old_client
from timegate import DowngradeError, UpgradeError, enum, on


class Perhaps(BaseModel):
    n: str | None = None


class Sure(BaseModel):
    n: str = ""


class Several(BaseModel):
    n: list[str | None] = []


class Keyed(BaseModel):
    n: dict[str, str | None] = {}


class Union(BaseModel):
    n: str | bool | None = None


def never_null(value: Any) -> Any:
    assert value is not None
    return str(value)


def number(value: Any) -> Any:
    assert value is not None
    return int(value)


class TestBothMayBeNull:
    """It was a number or null, and is a text or null now."""

    gates = gates_of([Perhaps], on(Perhaps).retyped("n", was=int | None, to_head=never_null, to_old=number))

    def test_null_goes_to_null_without_a_call(self) -> None:
        assert self.gates.upgrade(Perhaps, {"n": None}, from_version=OLD) == {"n": None}
        assert self.gates.downgrade(Perhaps, {"n": None}, to_version=OLD) == {"n": None}

    def test_a_value_is_converted(self) -> None:
        assert self.gates.upgrade(Perhaps, {"n": 1}, from_version=OLD) == {"n": "1"}
        assert self.gates.downgrade(Perhaps, {"n": "1"}, to_version=OLD) == {"n": 1}

    def test_an_absent_value_stays_absent(self) -> None:
        assert self.gates.upgrade(Perhaps, {}, from_version=OLD) == {}
        assert self.gates.downgrade(Perhaps, {}, to_version=OLD) == {}


class TestOnlyHeadMayBeNull:
    """It was a number, and is a text or null now."""

    gates = gates_of(
        [Perhaps],
        on(Perhaps).retyped("n", was=int, to_head=never_null, to_old=lambda text: -1 if text is None else int(text)),
    )

    def test_a_null_of_a_client_is_refused(self) -> None:
        with pytest.raises(UpgradeError) as refused:
            self.gates.upgrade(Perhaps, {"n": None}, from_version=OLD)
        assert refused.value.pointer == "/n"

    def test_the_function_says_what_old_clients_read(self) -> None:
        assert self.gates.downgrade(Perhaps, {"n": None}, to_version=OLD) == {"n": -1}
        assert self.gates.downgrade(Perhaps, {"n": "5"}, to_version=OLD) == {"n": 5}

    def test_a_function_that_gives_null_is_an_error(self) -> None:
        gates = gates_of([Perhaps], on(Perhaps).retyped("n", was=int, to_head=str, to_old=lambda text: None))
        for value in (None, "5"):
            with pytest.raises(DowngradeError) as refused:
                gates.downgrade(Perhaps, {"n": value}, to_version=OLD)
            assert (refused.value.pointer, refused.value.change) == ("/n", "Changed")


class TestOnlyOldClientsMaySendNull:
    """It was a number or null, and is a text now."""

    gates = gates_of(
        [Sure],
        on(Sure).retyped("n", was=int | None, to_head=lambda n: "none" if n is None else str(n), to_old=number),
    )

    def test_the_function_says_what_head_gets(self) -> None:
        assert self.gates.upgrade(Sure, {"n": None}, from_version=OLD) == {"n": "none"}
        assert self.gates.upgrade(Sure, {"n": 5}, from_version=OLD) == {"n": "5"}

    def test_a_null_that_no_schema_of_head_mentions_passes_without_a_call(self) -> None:
        assert self.gates.downgrade(Sure, {"n": None}, to_version=OLD) == {"n": None}


def test_neither_side_has_null_and_a_client_that_sends_it_is_refused() -> None:
    gates = gates_of([Sure], on(Sure).retyped("n", was=int, to_head=never_null, to_old=number))
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(Sure, {"n": None}, from_version=OLD)
    assert refused.value.pointer == "/n"


@pytest.mark.parametrize(
    ("model", "old", "head"),
    [
        (Several, {"n": [1, None, 2]}, {"n": ["1", None, "2"]}),
        (Keyed, {"n": {"a": None, "b": 2}}, {"n": {"a": None, "b": "2"}}),
    ],
)
def test_null_among_items_goes_to_null_without_a_call(model: Any, old: Any, head: Any) -> None:
    gates = gates_of([model], on(model).retyped("n.*", was=int | None, to_head=never_null, to_old=number))
    assert gates.upgrade(model, old, from_version=OLD) == head
    assert gates.downgrade(model, head, to_version=OLD) == old


@pytest.mark.parametrize(("model", "old"), [(Several, {"n": [1, None]}), (Keyed, {"n": {"1": None}})])
def test_null_among_items_of_a_client_that_knows_none_is_refused(model: Any, old: Any) -> None:
    gates = gates_of([model], on(model).retyped("n.*", was=int, to_head=never_null, to_old=lambda text: 0))
    with pytest.raises(UpgradeError) as refused:
        gates.upgrade(model, old, from_version=OLD)
    assert refused.value.pointer == "/n/1"


def test_null_beside_a_union_goes_to_null_without_a_call() -> None:
    gates = gates_of([Union], on(Union).retyped("n", was=int | None, to_head=never_null, to_old=number))
    assert gates.upgrade(Union, {"n": None}, from_version=OLD) == {"n": None}
    assert gates.downgrade(Union, {"n": None}, to_version=OLD) == {"n": None}


class Status(Enum):
    A = "a"
    B = "b"


class Many(BaseModel):
    flag: bool | None = True
    delta: list[str] = []
    gamma: list[str] = []
    size: int | None = None
    nullable: list[int | None] = []
    status: Status | None = None
    due: str | None = None
    limit: int = 0


def many(seen: list[dict[str, Any]], *facts: Any) -> Client:
    app = FastAPI()

    @app.post("/")
    async def post(body: Many) -> int:
        seen.append(body.model_dump(mode="json", exclude_unset=True))
        return 1

    return old_client(app, *facts)


FACTS: tuple[Any, ...] = (
    on(Many).became_nullable("flag", null_was=False),
    on(Many).became_list("delta", was=str),
    on(Many).retyped("gamma", was=str, to_head=lambda text: text.split(","), to_old=",".join),
    on(Many).became_nullable("size", null_was=0),
    on(Many).became_nullable("nullable.*", null_was=0),
    on(Many).became_nullable("status", null_was="a"),
    enum(Status).grew("b", seen_as="a"),
)


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"flag": None}, ["flag"]),
        ({"size": None}, ["size"]),
        ({"status": None}, ["status"]),
        ({"status": "b"}, ["status"]),
        ({"delta": ["a", "b"]}, ["delta"]),
        ({"delta": ["a"]}, ["delta"]),
        ({"delta": []}, ["delta"]),
        ({"delta": None}, ["delta"]),
        ({"gamma": []}, ["gamma"]),
        ({"gamma": ["a"]}, ["gamma"]),
        ({"gamma": None}, ["gamma"]),
    ],
)
def test_what_the_old_type_does_not_have_is_refused_and_head_sees_nothing(body: Any, loc: list[str | int]) -> None:
    seen: list[dict[str, Any]] = []
    response = many(seen, *FACTS).post("/", body)
    assert (response.status_code, seen) == (422, [])
    assert [one["loc"] for one in response.json()["detail"]] == [["body", *loc]]


def test_every_such_place_is_told_at_once() -> None:
    response = many([], *FACTS).post("/", {"flag": None, "delta": [], "gamma": [], "status": "b"})
    assert response.status_code == 422
    assert sorted(one["loc"][1] for one in response.json()["detail"]) == ["delta", "flag", "gamma", "status"]


@pytest.mark.parametrize(
    ("body", "given"),
    [
        ({"flag": False}, {"flag": False}),
        ({"delta": "a"}, {"delta": ["a"]}),
        ({"gamma": "a,b"}, {"gamma": ["a", "b"]}),
        ({"gamma": ""}, {"gamma": [""]}),
        ({"size": 5}, {"size": 5}),
        ({"size": "5"}, {"size": 5}),
        ({"nullable": []}, {"nullable": []}),
        ({"due": None}, {"due": None}),
    ],
)
def test_what_the_old_type_has_reaches_head(body: Any, given: Any) -> None:
    seen: list[dict[str, Any]] = []
    assert many(seen, *FACTS).post("/", body).status_code == 200
    assert seen == [given]


def test_an_absent_value_is_refused_where_only_old_clients_must_send_it() -> None:
    seen: list[dict[str, Any]] = []
    client = many(seen, on(Many).became_optional("limit", missing_was=0))
    response = client.post("/", {})
    assert (response.status_code, seen) == (422, [])
    assert [(one["type"], one["loc"]) for one in response.json()["detail"]] == [("missing", ["body", "limit"])]
    assert (client.post("/", {"limit": 3}).status_code, seen) == (200, [{"limit": 3}])
