"""Promises 38 to 56: endpoints and what they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, NewType

import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, WebSocket
from fastapi.security import HTTPBearer
from pydantic import BaseModel, JsonValue
from starlette.testclient import TestClient

from tests.cadwyn import NEW, OLD, ask, change_of, fault_of, gated, gates_of, shown, timeline_of
from timegate import Timeline, Version, endpoint, on
from timegate.changes.base import Fact

CALLS: list[str] = []
Sku = NewType("Sku", str)


class Item(BaseModel):
    sku: str
    raw: JsonValue = None
    kind: Sku = Sku("a")


class Untouched(BaseModel):
    name: str


class Paging(BaseModel):
    page: int = 1


def settings() -> Iterator[str]:
    CALLS.append("settings")
    yield "settings"


def body_of(item: Item) -> Item:
    CALLS.append("body")
    return item


app = FastAPI()
router = APIRouter(prefix="/inner", tags=["inner"])


@app.get("/items", tags=["new"], summary="All of them")
def items() -> list[Item]:
    return [Item(sku="a")]


@app.post("/items", status_code=201)
def create(item: Annotated[Item, Depends(body_of)], used: Annotated[str, Depends(settings)]) -> Item:
    return item


@app.get("/items/{key}")
def one(key: str) -> dict[str, str]:
    return {"key": key}


@app.get("/search")
def search(paging: Annotated[Paging, Query()], token: Annotated[Any, Depends(HTTPBearer(auto_error=False))]) -> int:
    return paging.page


@app.get("/plain")
def plain() -> Untouched:
    return Untouched(name="n")


@app.get("/hidden", include_in_schema=False)
def hidden() -> Item:
    return Item(sku="h")


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.headers["API-Version"])
    await websocket.close()


@router.get("/item")
def inner() -> Item:
    return Item(sku="i")


app.include_router(router)
RENAMED = on(Item).renamed("article", to="sku")


def test_38_an_endpoint_that_is_new_is_not_there_for_older_clients() -> None:
    assert ask(app, "GET", "/plain", endpoint("/plain").added()).status_code == 404
    assert ask(app, "GET", "/items", endpoint("/items", "GET").added()).status_code == 405
    assert ask(app, "GET", "/plain", endpoint("/plain").added(), version=NEW).status_code == 200


def test_39_an_endpoint_that_only_older_versions_have_is_served_to_them() -> None:
    assert ask(app, "GET", "/plain", endpoint("/plain").removed()).status_code == 200
    assert ask(app, "GET", "/plain", endpoint("/plain").removed(), version=NEW).status_code == 404


@pytest.mark.parametrize(
    ("number", "fact", "problem"),
    [
        (40, endpoint("/gone", "GET").removed(), "the app does not route it"),
        (42, endpoint("/socket").removed(), "the app does not route it"),
        (44, endpoint("/items", "GET").status(200, was=200), "the status is the same"),
        (44, endpoint("/items").moved(to="/items"), "the path is the same"),
        (44, endpoint("/items", "GET").documented(was={"summary": "All of them"}), "documents say the same"),
        (48, endpoint("/nothing").added(), "there is no such endpoint"),
        (48, endpoint("/plain", "GET", "PUT").added(), "there is no such endpoint"),
    ],
)
def test_40_42_44_and_48_what_no_endpoint_can_mean_is_refused(number: int, fact: Fact, problem: str) -> None:
    assert problem in fault_of(app, fact).problem, number


def test_41_an_endpoint_may_come_and_go_and_come_again() -> None:
    facts = [endpoint("/plain").added(), endpoint("/plain").removed()] * 2
    changes = [change_of(fact) for fact in facts]
    versions = [Version(f"2025-0{9 - at}-01", change) for at, change in enumerate(changes)]
    with gated(app, Timeline(*versions, Version("2025-01-01"))) as client:
        values = [*(version.value for version in versions), "2025-01-01"]
        found = [client.get("/plain", headers={"API-Version": value}).status_code for value in values]
    assert found == [200, 404, 200, 404, 200]


def test_43_texts_tags_and_the_status_of_an_endpoint_are_those_of_the_version() -> None:
    facts = (
        endpoint("/items", "GET").documented(was={"summary": "Every item", "tags": ["old"], "deprecated": True}),
        endpoint("/items", "POST").status(201, was=200),
    )
    shown = gates_of(app, *facts).contract(OLD)["paths"]["/items"]
    told = {key: shown["get"][key] for key in ("summary", "tags", "deprecated")}
    assert told == {"summary": "Every item", "tags": ["old"], "deprecated": True}
    assert "200" in shown["post"]["responses"]
    assert ask(app, "POST", "/items", *facts, json={"sku": "a"}).status_code == 200


def test_45_a_path_parameter_may_have_had_another_name() -> None:
    fact = endpoint("/items/{key}").path("id").renamed(to="key")
    assert ask(app, "GET", "/items/7", fact).json() == {"key": "7"}
    assert "/items/{id}" in gates_of(app, fact).contract(OLD)["paths"]


def test_46_a_path_may_have_had_another_prefix() -> None:
    fact = endpoint("/v0/items/{key}").moved(to="/items/{key}")
    assert ask(app, "GET", "/v0/items/7", fact).json() == {"key": "7"}
    assert ask(app, "GET", "/items/7", fact).status_code == 404


def test_47_later_changes_use_the_name_of_their_time() -> None:
    timeline = Timeline(
        Version("2025-03-01", change_of(endpoint("/all").moved(to="/items"))),
        Version("2025-02-01", change_of(endpoint("/all", "GET").added())),
        Version("2025-01-01"),
    )
    with gated(app, timeline) as client:
        for version, path, status in (
            ("2025-03-01", "/items", 200), ("2025-02-01", "/all", 200), ("2025-01-01", "/all", 405),
        ):  # fmt: skip
            assert client.get(path, headers={"API-Version": version}).status_code == status


def test_49_two_handlers_of_one_path_are_two_endpoints() -> None:
    facts = (
        endpoint("/items", "GET").moved(to="/plain"),
        endpoint("/items", "GET").added(),
        endpoint("/plain", "GET").removed(),
    )
    assert ask(app, "GET", "/items", *facts).json() == {"name": "n"}
    assert ask(app, "GET", "/items", *facts, version=NEW).json()[0]["sku"] == "a"


def test_50_websockets_pass_and_no_fact_is_about_them() -> None:
    with (
        gated(app, timeline_of(RENAMED)) as client,
        client.websocket_connect("/socket", headers={"API-Version": OLD}) as served,
    ):
        assert served.receive_text() == OLD
        assert shown(client, OLD) != shown(client, NEW)


def item_of() -> Item:
    return Item(sku="l")


def test_51_a_route_that_is_added_later_is_served_in_every_version() -> None:
    late = FastAPI()
    late.add_api_route("/first", item_of, response_model=Item)
    client = gated(late, timeline_of(RENAMED))
    served: Any = client.app
    with client:
        assert client.get("/first", headers={"API-Version": OLD}).json()["article"] == "l"
        served.add_api_route("/late", item_of, response_model=Item)
        assert client.get("/late", headers={"API-Version": OLD}).json()["article"] == "l"


def test_52_a_hidden_route_is_converted_and_in_no_document_and_included_ones_keep_their_tags() -> None:
    assert ask(app, "GET", "/hidden", RENAMED).json()["article"] == "h"
    paths = gates_of(app, RENAMED).contract(OLD)["paths"]
    assert "/hidden" not in paths
    assert paths["/inner/item"]["get"]["tags"] == ["inner"]
    assert ask(app, "GET", "/inner/item", RENAMED).json()["article"] == "i"


def test_53_types_of_any_kind_beside_a_changed_field_stay_as_they_are() -> None:
    found = ask(app, "POST", "/items", RENAMED, json={"article": "a", "raw": {"x": [1]}, "kind": "k"}).json()
    assert found == {"article": "a", "raw": {"x": [1]}, "kind": "k"}


def test_54_models_that_no_change_is_about_are_left_alone() -> None:
    gates = gates_of(app, RENAMED)
    old, new = (gates.contract(version)["components"]["schemas"]["Untouched"] for version in (OLD, NEW))
    assert old == new
    assert ask(app, "GET", "/plain", RENAMED).content == b'{"name":"n"}'


def test_55_and_56_what_dependencies_read_is_converted_and_each_runs_once() -> None:
    CALLS.clear()
    assert ask(app, "POST", "/items", RENAMED, json={"article": "a"}).json()["article"] == "a"
    assert sorted(CALLS) == ["body", "settings"]
    paging = on(Paging).renamed("p", to="page")
    assert ask(app, "GET", "/search?p=4", paging, headers={"Authorization": "Bearer t"}).json() == 4
    with TestClient(app) as client:
        CALLS.clear()
        client.post("/items", json={"sku": "a"})
        assert sorted(CALLS) == ["body", "settings"]
