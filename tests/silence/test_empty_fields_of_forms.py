"""An empty field of a form, which browsers send for each field that nobody filled in: FastAPI takes it for none."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import fastapi
import pytest
from fastapi import FastAPI, Form
from pydantic import BaseModel

from tests.asgi.calling import Caller
from tests.sentences import shows
from tests.silence.old_client import OLD, timeline_of
from timegate import endpoint, enum, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

BOUNDARY = "b0und"
RELEASE = tuple(map(int, fastapi.__version__.split(".")[:2]))
READS_NONE = pytest.mark.skipif(RELEASE < (0, 124), reason="to this release of FastAPI an empty field is a text")


class OldState(StrEnum):
    open = "open"
    done = "finished"


class State(StrEnum):
    open = "open"
    done = "done"


class OldOrder(BaseModel):
    size: int = 7
    gift: bool = True
    state: OldState = OldState.open


class Order(BaseModel):
    amount: int = 7
    gift: bool = False
    state: State = State.open


def old_fields() -> FastAPI:
    app = FastAPI()

    @app.post("/orders")
    def order(
        size: Annotated[int, Form()] = 7,
        gift: Annotated[bool, Form()] = True,
        state: Annotated[OldState, Form()] = OldState.open,
    ) -> list[Any]:
        return [size, gift, state.name]

    return app


def fields() -> tuple[FastAPI, tuple[Fact, ...]]:
    app = FastAPI()

    @app.post("/orders")
    def order(
        amount: Annotated[int, Form()] = 7,
        gift: Annotated[bool, Form()] = False,
        state: Annotated[State, Form()] = State.open,
    ) -> list[Any]:
        return [amount, gift, state.name]

    orders = endpoint("/orders", "POST")
    return app, (orders.form("size").renamed(to="amount"), orders.form("gift").defaulted(was=True))


def old_model() -> FastAPI:
    app = FastAPI()

    @app.post("/orders")
    def order(order: Annotated[OldOrder, Form()]) -> list[Any]:
        return [order.size, order.gift, order.state.name]

    return app


def model() -> tuple[FastAPI, tuple[Fact, ...]]:
    app = FastAPI()

    @app.post("/orders")
    def order(order: Annotated[Order, Form()]) -> list[Any]:
        return [order.amount, order.gift, order.state.name]

    return app, (on(Order).renamed("size", to="amount"), on(Order).defaulted("gift", was=True))


def urlencoded(*fields: tuple[str, str]) -> dict[str, Any]:
    text = "&".join(f"{name}={value}" for name, value in fields)
    return {"content": text.encode(), "headers": {"content-type": "application/x-www-form-urlencoded"}}


def multipart(*fields: tuple[str, str]) -> dict[str, Any]:
    parts = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
    )
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    return {"content": f"{parts}--{BOUNDARY}--\r\n".encode(), "headers": {"content-type": content_type}}


def refused_at(response: Any) -> list[Any]:
    return [(error["type"], error["loc"]) for error in response.json()["detail"]]


@shows("counts as absent where FastAPI reads it so: from 0.124 on, and in a model from 0.149 on.")
@READS_NONE
@pytest.mark.parametrize("encoded", [urlencoded, multipart])
@pytest.mark.parametrize(("old_app", "declared"), [(old_fields, fields), (old_model, model)])
@pytest.mark.parametrize(
    "sent",
    [
        [("size", "")],
        [("gift", "")],
        [("state", "")],
        [("size", ""), ("gift", ""), ("state", "")],
        [("size", "3"), ("gift", "no"), ("state", "finished")],
        [("size", "3"), ("size", "")],
        [("size", ""), ("size", "3")],
        [("state", "finished"), ("state", "")],
    ],
)
def test_an_empty_field_means_what_it_meant_to_the_old_server(
    encoded: Callable[..., dict[str, Any]],
    old_app: Callable[[], FastAPI],
    declared: Callable[[], tuple[FastAPI, tuple[Fact, ...]]],
    sent: list[tuple[str, str]],
) -> None:
    app, facts = declared()
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(*facts, enum(State).renamed("finished", to="done")))
    then = Caller(old_app()).post("/orders", **encoded(*sent))
    now = Caller(app, headers={"API-Version": OLD}).post("/orders", **encoded(*sent))
    assert now.status_code == then.status_code
    if then.status_code == 200:
        assert now.json() == then.json()
    else:
        assert refused_at(now)
        assert all(error in refused_at(then) for error in refused_at(now))


@READS_NONE
def test_a_function_does_not_get_an_empty_field() -> None:
    app = FastAPI()

    @app.post("/orders")
    def order(amount: Annotated[int, Form()] = 100) -> int:
        return amount

    fact = endpoint("/orders", "POST").form("amount").retyped(was=int, to_head=lambda amount: amount * 100)
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
    client = Caller(app, headers={"API-Version": OLD})
    assert client.post("/orders", **urlencoded(("amount", ""))).json() == 100
    assert client.post("/orders", **urlencoded(("amount", "2"))).json() == 200


@READS_NONE
def test_an_empty_field_that_head_requires_gets_the_default_of_older_clients() -> None:
    app = FastAPI()

    @app.post("/orders")
    def order(amount: Annotated[int, Form()]) -> int:
        return amount

    fact = endpoint("/orders", "POST").form("amount").became_required(default=5)
    app.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
    client = Caller(app, headers={"API-Version": OLD})
    assert client.post("/orders", **urlencoded(("amount", ""))).json() == 5


@shows("An empty field that is no list")
def test_a_list_keeps_its_empty_texts() -> None:
    app = FastAPI()

    @app.post("/orders")
    def order(tags: Annotated[list[str], Form()]) -> list[str]:
        return tags

    app.add_middleware(
        TimegateMiddleware, timeline=timeline_of(endpoint("/orders", "POST").form("labels").renamed(to="tags"))
    )
    client = Caller(app, headers={"API-Version": OLD})
    assert client.post("/orders", **urlencoded(("labels", ""), ("labels", "a"))).json() == ["", "a"]


def test_an_empty_text_means_to_head_what_it_would_mean_without_a_gate() -> None:
    def api() -> FastAPI:
        app = FastAPI()

        @app.post("/orders")
        def order(note: Annotated[str, Form()] = "none", amount: Annotated[int, Form()] = 1) -> list[Any]:
            return [note, amount]

        return app

    gated = api()
    fact = endpoint("/orders", "POST").form("size").renamed(to="amount")
    gated.add_middleware(TimegateMiddleware, timeline=timeline_of(fact))
    now = Caller(gated, headers={"API-Version": OLD}).post("/orders", **urlencoded(("note", ""), ("size", "3")))
    assert now.json() == Caller(api()).post("/orders", **urlencoded(("note", ""), ("amount", "3"))).json()
