"""A function of the object, a copy and a comparison get a client's values as its server read them, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

import pytest
from fastapi import Cookie, FastAPI, Form, Header, Query
from pydantic import BaseModel, ConfigDict

from tests.silence.exchanges import NEW, OLD, annotate, change_of, exchange, gated
from timegate import Timeline, Version, on, sibling
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact

BETWEEN = "2025-06-01"


class Counted(BaseModel):
    qty: int
    price: int
    day: date | None = None


class Order(Counted):
    note: str = ""


class Older(BaseModel):
    amount: int
    price: int


class Priced(Counted):
    total: int = 0


class Noted(Counted):
    note: str


class Stripping(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)


class Limit(Stripping):
    hours: int | None = None
    text: str | None = None
    hard: bool = True


class Task(Stripping):
    limit: Limit | None = None
    name: str = ""


def app_of(kind: Any, status: int = 200) -> FastAPI:
    app = FastAPI()

    def post(body: Any) -> Any:
        return body.model_dump(mode="json")

    post.__annotations__["body"] = kind
    app.post("/", response_model=None, status_code=status)(post)
    return app


def behind(kind: Any, *boundaries: tuple[Fact, ...]) -> TimegateMiddleware:
    """An app whose handler returns what it got, with the facts of one or two boundaries, the newest first."""
    dates = (NEW, BETWEEN)
    versions = [Version(at, change_of(*facts)) for at, facts in zip(dates, boundaries, strict=False)]
    return TimegateMiddleware(app_of(kind), timeline=Timeline(*versions, Version(OLD)))


def told(app: Any, body: object) -> list[tuple[str, list[str]]]:
    response = exchange(app, "POST", "/", body=body)
    assert response.status == 422, response
    return [(one["type"], one["loc"]) for one in response.json()["detail"]]


def got(app: Any, body: object) -> Any:
    response = exchange(app, "POST", "/", body=body)
    assert response.status == 200, response
    return response.json()


def cost(order: Mapping[str, Any]) -> int:
    return int(order["qty"]) * int(order["price"])


def pieces(order: Mapping[str, Any]) -> str:
    return f"{order['qty']} pieces"


FILLS: Final[Mapping[str, tuple[type[Counted], Fact, dict[str, object]]]] = {
    "added": (Priced, on(Priced).added("total", default=cost), {}),
    "became_required": (Noted, on(Noted).became_required("note", default=pieces), {}),
    "defaulted": (Order, on(Order).defaulted("note", was=pieces), {}),
    "became_non_null": (Order, on(Order).became_non_null("note", null_is=pieces), {"note": None}),
    "became_scalar": (
        Order,
        on(Order).became_scalar("note", was=list[str], loses="all but one", empty=pieces),
        {"note": []},
    ),
}


@pytest.mark.parametrize("name", FILLS)
@pytest.mark.parametrize("body", [{"price": 3}, {"qty": "x", "price": 3}, {"qty": None, "price": 3}], ids=str)
def test_what_the_old_server_refuses_no_function_of_the_object_gets(name: str, body: dict[str, Any]) -> None:
    kind, fact, more = FILLS[name]
    expected = told(app_of(Order), body)
    assert told(behind(kind, (fact,)), {**body, **more}) == expected
    # The same from a client of a version before, in which the key has another name.
    older = {{"qty": "amount"}.get(key, key): value for key, value in body.items()}
    app = behind(kind, (fact,), (on(kind).renamed("amount", to="qty"),))
    assert told(app, {**older, **more}) == told(app_of(Older), older)


@pytest.mark.parametrize("qty", [2, "2", 2.0], ids=repr)
def test_a_function_of_the_object_gets_values_as_they_were_read(qty: object) -> None:
    seen: list[dict[str, Any]] = []

    def total(order: dict[str, Any]) -> int:
        seen.append({**order})
        return cost(order)

    app = behind(Priced, (on(Priced).added("total", default=total),))
    assert got(app, {"qty": qty, "price": "3", "day": 86400, "unknown": 1})["total"] == 6
    assert seen == [{"qty": 2, "price": 3, "day": "1970-01-02"}]


class Copied(Counted):
    ref: int | str = ""
    when: date | int | None = None


def test_a_sibling_is_copied_as_it_was_read() -> None:
    facts = on(Copied).added("ref", default=sibling("qty")), on(Copied).added("when", default=sibling("day"))
    head = got(behind(Copied, facts), {"qty": "5", "price": 1, "day": 86400})
    assert (head["ref"], head["when"]) == (5, "1970-01-02")


@pytest.mark.parametrize("hours", [0, 0.0, "0", False], ids=repr)
def test_what_stands_for_an_empty_place_is_compared_as_it_was_read(hours: object) -> None:
    app = behind(Task, (on(Task).moved("hours", to="limit.hours", empty=0),))
    assert got(app, {"hours": hours}) == {"limit": None, "name": ""}
    assert got(app, {"hours": "1"})["limit"] == {"hours": 1, "text": None, "hard": True}


def test_a_text_that_stands_for_an_empty_place_is_compared_without_the_spaces_that_its_model_strips() -> None:
    app = behind(Task, (on(Task).moved("text", to="limit.text", empty=""),))
    assert got(app, {"text": " "}) == {"limit": None, "name": ""}


def test_a_function_that_says_what_stands_for_an_empty_place_sees_the_keys_of_a_version_alone() -> None:
    seen: list[dict[str, Any]] = []

    def empty(task: dict[str, Any]) -> int:
        seen.append({**task})
        return len(task["name"])

    app = behind(Task, (on(Task).moved("hours", to="limit.hours", empty=empty),))
    assert got(app, {"hours": "3", "name": "abc", "unknown": 1}) == {"limit": None, "name": "abc"}
    assert seen == [{"name": "abc"}]


class Box(BaseModel):
    n: int
    day: date | None = None
    kind: Literal["a", "b"] = "a"


class Flat(Box):
    name: str = ""


class Boxed(BaseModel):
    box: Box
    name: str = ""


class Sized(BaseModel):
    size: str
    name: str = ""


def in_cm(box: Mapping[str, Any]) -> str:
    return f"{box['n']} cm"


def from_cm(size: str) -> dict[str, Any]:
    return {"n": int(size.split()[0])}


def same(value: Any) -> Any:
    return value


MOVED = tuple(on(Boxed).moved(key, to=f"box.{key}") for key in ("n", "day", "kind"))
INTO_A_CONVERTED_OBJECT: Final[Mapping[str, tuple[type[BaseModel], tuple[tuple[Fact, ...], ...]]]] = {
    "in one version": (Boxed, ((*MOVED, on(Boxed).retyped("box", to_head=same, to_old=same)),)),
    "in one version, of an old type": (
        Boxed,
        ((*MOVED, on(Boxed).retyped("box", was=Box, to_head=same, to_old=same)),),
    ),
    "in two versions": (Boxed, ((on(Boxed).retyped("box", to_head=same, to_old=same),), MOVED)),
    "of a later version": (
        Sized,
        (
            (on(Sized).retyped("size", was=Box, to_head=in_cm, to_old=from_cm, loses="all else"),),
            tuple(on(Sized).moved(key, to=f"size.{key}") for key in ("n", "day", "kind")),
        ),
    ),
    "of a later version, as a whole": (
        Boxed,
        ((on(Boxed).reshaped(was=Boxed, to_head=same, to_old=same),), MOVED),
    ),
}


@pytest.mark.parametrize("name", INTO_A_CONVERTED_OBJECT)
@pytest.mark.parametrize(
    "body",
    [{}, {"n": None}, {"n": "x"}, {"n": []}, {"n": 1, "day": "nonsense"}, {"n": 1, "kind": "z"}],
    ids=str,
)  # fmt: skip
def test_a_value_that_moves_into_an_object_that_a_function_gets_is_judged_with_it(name: str, body: object) -> None:
    kind, boundaries = INTO_A_CONVERTED_OBJECT[name]
    assert told(behind(kind, *boundaries), body) == told(app_of(Flat), body)


@pytest.mark.parametrize("name", INTO_A_CONVERTED_OBJECT)
def test_and_read_as_the_old_server_read_it(name: str) -> None:
    kind, boundaries = INTO_A_CONVERTED_OBJECT[name]
    head = got(behind(kind, *boundaries), {"n": "7", "day": 86400})
    assert head in (
        {"box": {"n": 7, "day": "1970-01-02", "kind": "a"}, "name": ""},
        {"size": "7 cm", "name": ""},
    )


class Asked(BaseModel):
    limit: int = 10
    offset: int = 0


@pytest.mark.parametrize("marker", [Query(), Form(), Cookie(), Header()], ids=["query", "form", "cookie", "header"])
def test_a_function_of_parameters_gets_what_was_read_of_their_texts(marker: Any) -> None:
    seen: list[dict[str, Any]] = []
    app = FastAPI()

    def asked(q: Any) -> Any:
        return q

    annotate(asked, "q", Asked, marker)
    app.add_api_route("/", asked, methods=["POST"], response_model=None)

    def offset(given: dict[str, Any]) -> int:
        seen.append({**given})
        return int(given["limit"]) * 2

    ways: dict[str, dict[str, Any]] = {
        "Query": {"target": "/?limit=5&unknown=1"},
        "Cookie": {"target": "/", "headers": {"cookie": "limit=5; unknown=1"}},
        "Header": {"target": "/", "headers": {"limit": "5", "x-unknown": "1"}},
        "Form": {
            "target": "/",
            "body": b"limit=5&unknown=1",
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        },
    }
    sent: dict[str, Any] = {"untyped": True, **ways[type(marker).__name__]}
    response = exchange(gated(app, on(Asked).added("offset", default=offset)), "POST", **sent)
    assert (response.status, response.json()) == (200, {"limit": 5, "offset": 10})
    assert seen == [{"limit": 5}]


class Large(BaseModel):
    large: int


class Small(BaseModel):
    small: int


class Held(BaseModel):
    held: Large | Small


@pytest.mark.parametrize(("size", "expected"), [(5, {"large": 5}), (1, {"small": 1}), ("1", {"large": 1})])
def test_what_tells_arms_apart_sees_what_was_sent_and_where_it_fails_the_schemas_decide(
    size: object, expected: dict[str, int]
) -> None:
    def by_size(old: dict[str, Any]) -> type[BaseModel]:
        return Large if old["size"] > 3 else Small

    facts = (
        on(Large).renamed("size", to="large"),
        on(Small).renamed("size", to="small"),
        on(Large, Small).told_by(by_size),
    )
    app = behind(Held, facts)
    assert got(app, {"held": {"size": size}}) == {"held": expected}
    assert told(app, {"held": {"size": "x"}})
    assert told(app, {"held": {}})
