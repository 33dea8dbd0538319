"""A move of a path takes each parameter along by its name, and none is lost in silence."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import FastAPI, Query, Response
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from tests.silence.old_client import HEAD, OLD, Client, changed, gated, old_client, refusal, timeline_of
from timegate import Contract, Timeline, Version, endpoint
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation


class Window(BaseModel):
    shop: str
    limit: int = 5


def reviews() -> FastAPI:
    app = FastAPI()

    @app.get("/reviews/{review}/by/{user}")
    async def review(review: str, user: str, response: Response) -> dict[str, str]:
        response.headers["Location"] = f"/reviews/{review}/by/{user}"
        response.headers["Link"] = f'</reviews/{review}/by/{user}>; rel="self"'
        return {"review": review, "user": user}

    return app


def numbered() -> FastAPI:
    app = FastAPI()

    @app.get("/reviews/{review}/by/{user}")
    async def review(review: int, user: str) -> dict[str, str | int]:
        return {"review": review, "user": user}

    return app


def orders() -> FastAPI:
    app = FastAPI()

    @app.get("/orders/{order_id}")
    async def order(order_id: int, shop: str = "none") -> dict[str, str | int]:
        return {"order_id": order_id, "shop": shop}

    return app


TURNED = endpoint("/users/{user}/reviews/{review}").moved(to="/reviews/{review}/by/{user}")


def test_each_parameter_goes_to_its_own_name_at_the_new_path() -> None:
    response = old_client(reviews(), TURNED).get("/users/ada/reviews/r1")
    assert (response.status_code, response.json()) == (200, {"review": "r1", "user": "ada"})


def test_links_lead_back_to_the_old_path_with_each_parameter_in_its_place() -> None:
    response = old_client(reviews(), TURNED).get("/users/ada/reviews/r1")
    assert response.headers["location"] == "/users/ada/reviews/r1"
    assert response.headers["link"] == '</users/ada/reviews/r1>; rel="self"'


def test_a_typed_parameter_is_read_from_the_place_that_has_its_name() -> None:
    response = old_client(numbered(), TURNED).get("/users/ada/reviews/7")
    assert (response.status_code, response.json()) == (200, {"review": 7, "user": "ada"})


def test_the_old_document_types_each_path_parameter_by_its_name() -> None:
    document = old_client(numbered(), TURNED).document()
    parameters = document["paths"]["/users/{user}/reviews/{review}"]["get"]["parameters"]
    assert {one["name"]: (one["required"], one["schema"]["type"]) for one in parameters if one["in"] == "path"} == {
        "user": (True, "string"),
        "review": (True, "integer"),
    }


def test_a_refusal_of_the_app_names_the_parameter_that_was_wrong() -> None:
    response = old_client(numbered(), TURNED).get("/users/ada/reviews/first")
    assert response.status_code == 422
    assert [(one["loc"], one["input"]) for one in response.json()["detail"]] == [(["path", "review"], "first")]


def test_parameters_keep_their_names_over_two_moves() -> None:
    newer = changed(endpoint("/b/{user}/{review}").moved(to="/reviews/{review}/by/{user}"), name="Newer")
    older = changed(endpoint("/a/{review}/{user}").moved(to="/b/{user}/{review}"), name="Older")
    timeline = Timeline(Version("2025-06-01", newer), Version("2025-03-01", older), Version("2025-01-01"))
    app = TimegateMiddleware(reviews(), timeline=timeline)
    wanted = {"review": "r1", "user": "ada"}
    middle = Client(app, "2025-03-01").get("/b/ada/r1")
    oldest = Client(app, "2025-01-01").get("/a/r1/ada")
    assert (middle.json(), middle.headers["location"]) == (wanted, "/b/ada/r1")
    assert (oldest.json(), oldest.headers["location"]) == (wanted, "/a/r1/ada")


def test_the_convertor_of_a_parameter_goes_with_its_name() -> None:
    app = FastAPI()

    @app.get("/files/{name:path}/of/{user}")
    async def file(name: str, user: str) -> dict[str, str]:
        return {"name": name, "user": user}

    moved = endpoint("/users/{user}/files/{name}").moved(to="/files/{name}/of/{user}")
    client = old_client(app, moved)
    response = client.get("/users/ada/files/a/b.txt")
    assert (response.status_code, response.json()) == (200, {"name": "a/b.txt", "user": "ada"})
    assert client.get("/users/ada/eve/files/b.txt").status_code == 404


def searched() -> FastAPI:
    app = FastAPI()

    @app.get("/search")
    async def search(of: str, limit: int = 5) -> list[str | int]:
        return [of, limit]

    @app.get("/pages/{page}")
    async def page(page: str) -> str:
        return page

    return app


def test_a_parameter_that_moved_into_the_query_has_the_convertor_that_the_old_path_says() -> None:
    client = old_client(searched(), endpoint("/files/{of:path}").moved(to="/search?of={of}"))
    assert client.get("/files/a/b?limit=2").json() == ["a/b", 2]
    assert client.get("/files/a").json() == ["a", 5]
    client = old_client(searched(), endpoint("/files/{of:int}").moved(to="/search?of={of}"))
    assert client.get("/files/7").json() == ["7", 5]
    assert client.get("/files/a").status_code == 404


def test_a_convertor_of_the_old_path_alone_decides_what_is_found_there() -> None:
    client = old_client(searched(), endpoint("/leaves/{page:int}").moved(to="/pages/{page}"))
    assert client.get("/leaves/7").json() == "7"
    assert client.get("/leaves/a").status_code == 404


def test_a_convertor_that_no_route_is_known_by_is_refused() -> None:
    reason = refusal(Contract.of(searched()), lambda: endpoint("/leaves/{page:leaf}").moved(to="/pages/{page}"))
    assert "/leaves/{page:leaf}: no route of the app has a convertor of the name 'leaf'" in reason
    assert "endpoint('/leaves/{page}'), or one of str, path, int, float, uuid" in reason


def test_an_int_convertor_goes_with_its_name() -> None:
    @operation(response=dict[str, str])
    async def page(request: Request) -> dict[str, str]:
        return {name: str(value) for name, value in sorted(request.path_params.items())}

    app = Starlette(routes=[Route("/pages/{number:int}/of/{book}", page)])
    client = old_client(app, endpoint("/books/{book}/pages/{number}").moved(to="/pages/{number}/of/{book}"))
    assert client.get("/books/emma/pages/7").json() == {"book": "emma", "number": "7"}
    assert client.get("/books/emma/pages/x").status_code == 404


def test_three_parameters_turned_round_each_keep_their_name() -> None:
    app = FastAPI()

    @app.get("/c/{c}/{a}/{b}")
    async def three(a: str, b: str, c: str) -> dict[str, str]:
        return {"a": a, "b": b, "c": c}

    client = old_client(app, endpoint("/o/{a}/{b}/{c}").moved(to="/c/{c}/{a}/{b}"))
    assert client.get("/o/1/2/3").json() == {"a": "1", "b": "2", "c": "3"}


def test_one_parameter_goes_to_the_query_and_the_other_keeps_its_name() -> None:
    moved = endpoint("/shops/{shop}/orders/{order_id}").moved(to="/orders/{order_id}?shop={shop}")
    response = old_client(orders(), moved).get("/shops/north/orders/3?shop=evil")
    assert (response.status_code, response.json()) == (200, {"order_id": 3, "shop": "north"})


def test_a_parameter_goes_to_a_query_model() -> None:
    app = FastAPI()

    @app.get("/orders")
    async def window(query: Annotated[Window, Query()]) -> dict[str, str | int]:
        return {"shop": query.shop, "limit": query.limit}

    client = old_client(app, endpoint("/shops/{shop}/orders").moved(to="/orders?shop={shop}"))
    assert client.get("/shops/a%26limit=9/orders?limit=2").json() == {"shop": "a&limit=9", "limit": 2}


@pytest.mark.parametrize("raw", ["a%3Fb", "a%23b", "a%25b", "a;b", "%C3%A4", "a+b", "a%20b"])
def test_what_a_path_parameter_holds_is_data_and_no_url(raw: str) -> None:
    response = old_client(reviews(), TURNED).get(f"/users/{raw}/reviews/r1")
    as_head = Client(gated(reviews()), HEAD).get(f"/reviews/r1/by/{raw}")
    assert (response.status_code, response.json()) == (200, as_head.json())


class TestALostParameter:
    """Orders were below their customer, and are looked up without one now."""

    path, to = "/customers/{customer_id}/orders/{order_id}", "/orders/{order_id}"

    def test_is_refused_at_the_start_without_a_reason(self) -> None:
        said = refusal(Contract.of(orders()), lambda: endpoint(self.path).moved(to=self.to))
        assert "customer_id" in said
        assert "loses=" in said

    def test_is_dropped_with_a_reason_and_the_others_keep_their_names(self) -> None:
        moved = endpoint(self.path).moved(to=self.to, loses="order numbers are unique")
        response = old_client(orders(), moved).get("/customers/7/orders/3")
        assert (response.status_code, response.json()) == (200, {"order_id": 3, "shop": "none"})

    def test_is_refused_where_a_query_parameter_of_head_has_its_name(self) -> None:
        said = refusal(
            Contract.of(orders()), lambda: endpoint("/shops/{shop}/orders/{order_id}").moved(to="/orders/{order_id}")
        )
        assert "shop" in said
        assert "loses=" in said

    def test_is_refused_where_the_first_of_two_is_kept_under_a_strange_name(self) -> None:
        app, strange = Contract.of(orders()), "/o/{first}/t/{second}"
        assert "second" in refusal(app, lambda: endpoint(strange).moved(to="/orders/{first}"))

    def test_sets_no_link_back_because_nobody_knows_it(self) -> None:
        app = FastAPI()

        @app.get("/orders/{order_id}")
        async def order(order_id: int, response: Response) -> int:
            response.headers["Location"] = f"/orders/{order_id}"
            return order_id

        moved = endpoint(self.path).moved(to=self.to, loses="order numbers are unique")
        response = old_client(app, moved).get("/customers/7/orders/3")
        assert (response.status_code, response.headers["location"]) == (200, "/orders/3")


@pytest.mark.parametrize(
    ("old", "to"),
    [
        ("/order?order_id={order_id}", "/orders/{order_id}"),
        ("/order?fixed=1", "/orders/{order_id}"),
        ("/orders/{order_id}?", "/orders/{order_id}"),
    ],
)
def test_a_query_in_the_old_path_is_refused(old: str, to: str) -> None:
    assert "?" in refusal(Contract.of(orders()), lambda: endpoint(old).moved(to=to))


@pytest.mark.parametrize("old", ["/order/{order_id}/{order_id}", "/order/{order_id}/again/{order_id:int}"])
def test_an_old_path_that_has_a_name_twice_is_refused(old: str) -> None:
    assert "order_id" in refusal(Contract.of(orders()), lambda: endpoint(old).moved(to="/orders/{order_id}"))


def test_a_new_path_whose_parameter_the_old_one_lacks_is_refused() -> None:
    said = refusal(Contract.of(orders()), lambda: endpoint("/order/{number}").moved(to="/orders/{order_id}"))
    assert "order_id" in said


def test_a_move_that_turns_parameters_round_compiles_on_its_own() -> None:
    gates = timeline_of(TURNED).compile(Contract.of(reviews()))
    assert list(gates.contract(OLD)["paths"]) == ["/users/{user}/reviews/{review}"]


def test_two_parameters_that_only_changed_places_are_a_move() -> None:
    app = FastAPI()

    @app.get("/of/{first}/{second}")
    async def both(first: str, second: str) -> list[str]:
        return [first, second]

    client = old_client(app, endpoint("/of/{second}/{first}").moved(to="/of/{first}/{second}"))
    assert client.get("/of/2/1").json() == ["1", "2"]


def test_a_parameter_that_is_in_the_query_now_may_have_had_another_name_in_an_older_path() -> None:
    newer = changed(endpoint("/shops/{north}/orders/{order_id}").moved(to="/orders/{order_id}?shop={north}"), name="A")
    older = changed(endpoint("/o/{order_id}/{store}").moved(to="/shops/{store}/orders/{order_id}"), name="B")
    timeline = Timeline(Version("2025-06-01", newer), Version("2025-03-01", older), Version("2025-01-01"))
    client = Client(TimegateMiddleware(orders(), timeline=timeline), "2025-01-01")
    assert client.get("/o/3/south").json() == {"order_id": 3, "shop": "south"}
    (path,) = client.document()["paths"]
    assert path == "/o/{order_id}/{store}"
    assert [one["loc"] for one in client.get("/o/x/south").json()["detail"]] == [["path", "order_id"]]


def test_a_parameter_of_two_older_paths_that_both_went_to_the_query_keeps_its_own() -> None:
    app = FastAPI()

    @app.get("/orders")
    async def query(shop: str, day: str) -> dict[str, str]:
        return {"shop": shop, "day": day}

    newer = changed(endpoint("/orders/{day}").moved(to="/orders?day={day}"), name="A")
    older = changed(endpoint("/orders/{day}/{when}").moved(to="/orders/{when}?shop={day}"), name="B")
    timeline = Timeline(Version("2025-06-01", newer), Version("2025-03-01", older), Version("2025-01-01"))
    client = Client(TimegateMiddleware(app, timeline=timeline), "2025-01-01")
    assert client.get("/orders/north/monday").json() == {"shop": "north", "day": "monday"}


@pytest.mark.parametrize("to", ["orders/{order_id}", "/orders/{order_id}/{order_id}"])
def test_a_new_path_that_is_none_is_refused_where_it_is_written(to: str) -> None:
    assert "orders" in refusal(Contract.of(orders()), lambda: endpoint("/order/{order_id}").moved(to=to))


def test_what_an_app_has_undescribed_is_the_same_after_its_start() -> None:
    app = FastAPI()

    @app.get("/new/{x}")
    def get(x: str) -> str:
        return x

    before = Contract.of(app).opaque
    assert old_client(app, endpoint("/old/{x}").moved(to="/new/{x}")).get("/old/1").json() == "1"
    assert Contract.of(app).opaque == before == ()
