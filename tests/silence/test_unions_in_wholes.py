"""A union below an object that a function gets as a whole is read as the old server read it, scalar arms and all."""

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, create_model

from tests.silence.exchanges import annotate, exchange, gated
from timegate import on
from timegate.typing import is_object

VALUES = ({"a": 1}, {"a": "1"}, {"a": "x"}, 3, 3.0, "3", "x", 3.5, True, None, [1], [{"a": 1}], [3.0])


class Item(BaseModel):
    a: int


class Other(BaseModel):
    b: int
    a: int | str


UNIONS: list[Any] = [
    Item | int, int | Item, Item | str, Item | int | None, Item | bool, Item | float | str, list[Item | int],
    dict[str, int | Item], Item | Other, Item | Other | int,
]  # fmt: skip


def whole(given: Any) -> Any:
    return {"whole": given}


def parts(given: Any) -> Any:
    return given["whole"]


@pytest.mark.parametrize("kind", UNIONS, ids=str)
def test_a_value_of_a_union_is_read_and_refused_as_the_old_server_did(kind: Any) -> None:
    was: Any = create_model("Held", v=(kind, ...))
    head: Any = create_model("Held", whole=(dict[str, Any], ...))
    received: dict[str, list[Any]] = {"old": [], "new": []}

    def app_of(name: str, model: Any) -> FastAPI:
        def post(body: Any) -> int:
            plain = body.model_dump()
            received[name].append(plain.get("whole", plain)["v"])
            return 1

        annotate(post, "body", model, None)
        app = FastAPI()
        app.add_api_route("/", post, methods=["POST"])
        return app

    old = app_of("old", was)
    new = gated(app_of("new", head), on(head).reshaped(was=was, to_head=whole, to_old=parts))
    for value in (*VALUES, {"k": 3.0}, {"k": {"a": 1}}):
        theirs, ours = (exchange(app, "POST", "/", body={"v": value}) for app in (old, new))
        assert (value, ours.status, received["new"]) == (value, theirs.status, received["old"])
        if not is_object(value):
            # What is wrong within an object is told of its arm alone.
            assert ours.json() == theirs.json()
