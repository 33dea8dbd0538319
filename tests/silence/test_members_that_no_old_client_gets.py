"""New members need nothing that old clients read for them where no old client gets them."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, SecretStr, TypeAdapter, create_model

from tests.silence.old_client import OLD, changed, gates_of, old_client, refusal
from timegate import CompileError, Contract, Timeline, Version, endpoint, enum, on

NEEDED = "nothing says what old clients read for the new members"


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


class Number(IntEnum):
    ONE = 1
    TWO = 2


class Part(BaseModel):
    color: Color = Color.BLUE
    size: Literal["s", "m"] = "m"


class Order(BaseModel):
    number: int = 0
    part: Part | None = None


def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/parts")
    async def parts() -> Part:
        return Part()

    @app.post("/parts")
    async def post(part: Part) -> int:
        return len(part.color)

    return app


FACTS: list[Any] = [enum(Color).grew("blue"), on(Part).literal("size").grew("m")]


@pytest.mark.parametrize("added_first", [True, False])
def test_an_endpoint_that_is_as_new_is_the_only_one_to_send_them(added_first: bool) -> None:
    added = endpoint("/parts", "GET").added()
    client = old_client(shop(), *([added, *FACTS] if added_first else [*FACTS, added]))
    assert client.get("/parts").status_code == 405
    assert client.post("/parts", {"color": "red"}).json() == 3
    assert client.post("/parts", {"color": "blue"}).status_code == 422


def test_a_field_that_is_as_new_is_the_only_one_to_hold_them() -> None:
    gates = gates_of([Order], *FACTS, on(Order).added("part"))
    assert gates.downgrade(Order, {"number": 1, "part": {"color": "blue"}}, to_version=OLD) == {"number": 1}


def test_an_endpoint_that_came_later_is_the_only_one_to_send_them() -> None:
    newer, older = changed(endpoint("/parts", "GET").added(), name="A"), changed(*FACTS, name="B")
    timeline = Timeline(Version("2025-06-01", newer), Version("2025-03-01", older), Version("2025-01-01"))
    gates = timeline.compile(Contract.of(shop()))
    assert [operation.key for operation in gates.operations("2025-01-01") if operation.exists] == ["POST /parts"]


def test_it_must_be_said_where_any_older_version_sends_them() -> None:
    assert NEEDED in refusal(Contract.of(shop()), lambda: FACTS[0])
    newer, older = changed(*FACTS, name="A"), changed(endpoint("/parts", "GET").removed(), name="B")
    timeline = Timeline(Version("2025-06-01", newer), Version("2025-03-01", older), Version("2025-01-01"))
    with pytest.raises(CompileError, match=NEEDED):
        timeline.compile(Contract.of(shop()))


@pytest.mark.parametrize("kind", [bytes, Path, SecretStr], ids=str)
def test_what_is_read_before_the_enum_is_no_member_of_it(kind: Any) -> None:
    assert sent_to(kind | Color, "blue") == kind_of(kind, "blue")
    # A secret says itself that it is read at once, and comes before an enum.
    assert sent_to(Color | kind, "blue") == ("SecretStr" if kind is SecretStr else 422)
    assert sent_to(Color | kind, "red") == kind_of(Color | kind, "red")
    assert sent_to(Color | kind, "green") == kind_of(kind, "green")


@pytest.mark.parametrize(("kind", "value"), [(timedelta, 2), (timedelta, 2.0), (float, "2"), (int, 2.0)], ids=str)
def test_what_is_read_before_the_enum_of_numbers_is_no_member_of_it(kind: Any, value: Any) -> None:
    assert sent_to(kind | Number, value) == kind_of(kind, value)
    assert sent_to(Number | kind, value) == 422


def kind_of(kind: Any, value: Any) -> str:
    return type(TypeAdapter(kind).validate_python(value)).__name__


def sent_to(union: Any, value: Any) -> Any:
    app = FastAPI()

    async def post(body: Any) -> str:
        return type(body.value).__name__

    post.__annotations__["body"] = create_model("Model", value=(union, ...))
    app.post("/")(post)
    grew = [enum(one).grew(new, seen_as=old) for one, new, old in ((Color, "blue", "red"), (Number, 2, 1))]
    client = old_client(app, *(one for one in grew if one.enum in get_args(union)))
    response = client.post("/", {"value": value})
    return response.json() if response.status_code == 200 else response.status_code
