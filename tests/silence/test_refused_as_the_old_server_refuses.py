"""What the old server would have accepted is accepted; what is refused is told at the place and as it was sent."""

from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel

from tests.silence.exchanges import Posted, exchange, gated
from timegate import endpoint, on
from timegate.asgi import TimegateMiddleware


class Level(Enum):
    LOW = 1
    HIGH = 2


class Item(BaseModel):
    level: Level = Level.LOW
    levels: list[Level] = []
    n: int = 0


@pytest.mark.parametrize(("sent", "status"), [(2, 200), (2.0, 200), (3, 422), ("2", 422), (None, 422), ([2], 422)])
@pytest.mark.parametrize(
    "fact",
    [
        on(Item).became_optional("level", missing_was=1),
        on(Item).became_list("levels", was=Level, empty=1),
        on(Item).removed("was", was=Level, required=True, backfill=1, loses="nobody asks for it"),
    ],
    ids=["became optional", "became a list", "removed"],
)
def test_a_member_is_read_as_its_enum_was_read(fact: Any, sent: Any, status: int) -> None:
    key = {"became_optional": "level", "became_list": "levels"}.get(fact.verb, "was")
    response = exchange(Posted(Item, fact).app, "POST", "/", body={key: sent})
    assert response.status == status
    if status == 422:
        assert [(one["type"], one["loc"], one["input"]) for one in response.json()["detail"]] == [
            ("enum", ["body", key], sent)
        ]


def searched(*facts: Any) -> TimegateMiddleware:
    app = FastAPI()

    @app.get("/")
    async def get(
        n: int = 0, many: Annotated[list[int] | None, Query()] = None, x_one: Annotated[int, Header()] = 0
    ) -> str:
        return f"{n} {many} {x_one}"

    return gated(app, *facts)


@pytest.mark.parametrize(
    ("target", "status", "types"),
    [
        ("/?gone=1", 200, []),
        ("/?gone=a&gone=1", 200, []),
        ("/", 422, ["missing"]),
        ("/?gone=a", 422, ["int_parsing"]),
    ],
)
def test_a_parameter_that_only_old_clients_have_is_required_where_that_is_said(
    target: str, status: int, types: list[str]
) -> None:
    fact = endpoint("/", "GET").query("gone").removed(was=int, required=True, loses="nobody asks for it")
    response = exchange(searched(fact), "GET", target)
    assert response.status == status
    told: list[Any] = response.json()["detail"] if status == 422 else []
    assert [one["type"] for one in told] == types


@pytest.mark.parametrize(
    ("target", "loc", "repeated"),
    [
        ("/?count=1&count=x", ["query", "count"], "x"),
        ("/?several=x", ["query", "several", 0], "x"),
        ("/?several=1&several=x", ["query", "several", 1], "x"),
    ],
)
def test_a_422_repeats_the_value_of_a_parameter_that_is_wrong(target: str, loc: list[Any], repeated: str) -> None:
    query = endpoint("/", "GET").query
    response = exchange(searched(query("count").renamed(to="n"), query("several").renamed(to="many")), "GET", target)
    assert [(one["loc"], one["input"]) for one in response.json()["detail"]] == [(loc, repeated)]


class Held(BaseModel):
    one: Item | int


def test_a_422_repeats_what_fits_no_arm_of_a_union() -> None:
    response = exchange(Posted(Held, on(Item).renamed("count", to="n")).app, "POST", "/", body={"one": {"count": "x"}})
    assert [(one["loc"], one["input"]) for one in response.json()["detail"]] == [
        (["body", "one", "Item", "count"], "x"),
        (["body", "one", "int"], {"count": "x"}),
    ]


@pytest.mark.parametrize("sent", [1, "x", [{}], True])
def test_what_is_no_dict_is_told_as_such(sent: Any) -> None:
    response = exchange(Posted(dict[str, Item], on(Item).added("n")).app, "POST", "/", body=sent)
    assert [(one["type"], one["loc"], one["input"]) for one in response.json()["detail"]] == [
        ("dict_type", ["body"], sent)
    ]
