"""Examples in older documents are those of their clients: the same programs convert them that convert payloads."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI, Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from tests.silence.exchanges import NEW, OLD, change_of, timeline_of
from timegate import Contract, Timeline, Version, endpoint, enum, on
from timegate.typing import is_array, is_object


class State(Enum):
    RUNNING = "running"
    DONE = "done"
    WAITING = "waiting"


class Part(BaseModel):
    sku: str = Field(examples=["a-7", "b-8"])


class Item(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "pen", "state": "waiting", "part": {"sku": "a-7"}}]}
    )

    name: str = Field(examples=["pen"])
    state: State = Field(State.DONE, examples=["waiting", "done"])
    part: Part = Field(examples=[{"sku": "a-7"}])
    price: int = Field(3, examples=[3], description="In cents.")


STATES = enum(State).renamed("finished", to="done"), enum(State).grew("waiting", seen_as="running")
RENAMED = on(Item).renamed("title", to="name")
SKUS = on(Part).renamed("article", to="sku")
NUMBERS = on(Part).renamed("number", to="article")
PRICES = on(Item).retyped("price", was=str, to_head=int, to_old=str)


def app_of() -> FastAPI:
    app = FastAPI()
    told = {"content": {"application/json": {"example": {"name": "pen", "state": "done", "part": {"sku": "c"}}}}}

    @app.post("/items", responses={200: told})
    def create(
        item: Annotated[
            Item,
            Body(openapi_examples={"one": {"summary": "One", "value": {"name": "cap", "part": {"sku": "d"}}}}),
        ],
        state: Annotated[State | None, Query(examples=["waiting"])] = None,
    ) -> Item:
        return item

    @app.put("/items")
    def replace(item: Annotated[Item, Body(examples=[{"name": "cap", "part": {"sku": "d"}}])]) -> None: ...

    return app


def shown(document: Any) -> dict[str, Any]:
    """Every example in a document, by its place."""
    found: dict[str, Any] = {}
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        place, node = waiting.pop()
        if is_array(node):
            waiting += [(f"{place}/{index}", one) for index, one in enumerate(node)]
        elif is_object(node):
            found |= {f"{place}/{key}": node[key] for key in ("example", "examples") if key in node}
            waiting += [(f"{place}/{key}", one) for key, one in node.items() if key not in ("example", "examples")]
    return found


class Page(BaseModel):
    items: list[Part]


ITEM, PART = "/components/schemas/Item", "/components/schemas/Part"
POST = "/paths/~items/post"


@pytest.mark.parametrize("source", ["app", "document"])
def test_every_example_is_in_the_words_of_its_version(source: str) -> None:
    contract = Contract.of(app_of()) if source == "app" else Contract.from_openapi(app_of().openapi())
    models = {} if source == "app" else {Item: "Item", Part: "Part"}
    item, part = models.get(Item, Item), models.get(Part, Part)
    facts: list[Any] = [on(item).renamed("title", to="name"), on(part).renamed("article", to="sku")]
    facts += STATES if source == "app" else [enum("State").renamed("finished", to="done")]
    gates = timeline_of(*facts).compile(contract)
    before, after = shown(app_of().openapi()), shown(gates.contract(OLD))
    waiting = "running" if source == "app" else "waiting"
    assert after[f"{ITEM}/examples"] == [{"title": "pen", "state": waiting, "part": {"article": "a-7"}}]
    assert after[f"{ITEM}/properties/title/examples"] == ["pen"]
    assert after[f"{ITEM}/properties/state/examples"] == [waiting, "finished"]
    assert after[f"{ITEM}/properties/part/examples"] == [{"article": "a-7"}]
    assert after[f"{PART}/properties/article/examples"] == ["a-7", "b-8"]
    told = {"title": "pen", "state": "finished", "part": {"article": "c"}}
    assert after["/paths//items/post/responses/200/content/application/json/example"] == told
    sent = {"title": "cap", "part": {"article": "d"}}
    named = {"one": {"summary": "One", "value": sent}}
    assert after["/paths//items/post/requestBody/content/application/json/examples"] == named
    assert after["/paths//items/put/requestBody/content/application/json/schema/examples"] == [sent]
    (place,) = [place for place in before if "/parameters/" in place]
    assert after[place] == [waiting]
    assert len(after) == len(before)
    assert shown(gates.contract(NEW)) == before


def test_an_example_of_a_value_that_a_function_converts_is_what_old_clients_get() -> None:
    gates = timeline_of(PRICES).compile(Contract.of(app_of()))
    schema = gates.contract(OLD)["components"]["schemas"]["Item"]["properties"]["price"]
    assert (schema["type"], schema.get("examples")) == ("string", ["3"])
    assert schema["default"] == "3"


def test_an_example_that_a_fact_gives_to_older_documents_is_said_as_it_is() -> None:
    said = on(Item).documented("name", was={"examples": ["brush"]})
    gates = timeline_of(RENAMED, said).compile(Contract.of(app_of()))
    assert gates.contract(OLD)["components"]["schemas"]["Item"]["properties"]["title"]["examples"] == ["brush"]


def test_examples_are_carried_from_version_to_version() -> None:
    timeline = Timeline(
        Version("2026-06-01", change_of(SKUS)),
        Version(NEW, change_of(RENAMED, *STATES)),
        Version(
            "2025-06-01", change_of(on(Item).renamed("label", to="title"), on(Part).renamed("number", to="article"))
        ),
        Version(OLD),
    )
    gates = timeline.compile(Contract.of(app_of()))
    examples = [gates.contract(version.value)["components"]["schemas"]["Item"]["examples"][0] for version in timeline]
    assert examples == [
        {"name": "pen", "state": "waiting", "part": {"sku": "a-7"}},
        {"name": "pen", "state": "waiting", "part": {"article": "a-7"}},
        {"title": "pen", "state": "running", "part": {"article": "a-7"}},
        {"label": "pen", "state": "running", "part": {"number": "a-7"}},
    ]


def test_an_example_of_a_body_that_changed_as_a_whole_is_converted() -> None:
    app = FastAPI()

    told = {"content": {"application/json": {"example": {"items": [{"sku": "c"}]}}}}

    @app.get("/parts", responses={200: told})
    def parts() -> Page:
        return Page(items=[])

    gates = timeline_of(endpoint("/parts", "GET").enveloped("items"), SKUS).compile(Contract.of(app))
    content = gates.contract(OLD)["paths"]["/parts"]["get"]["responses"]["200"]["content"]["application/json"]
    assert content["example"] == [{"article": "c"}]


def test_an_example_that_no_older_client_could_get_goes() -> None:
    class Broken(BaseModel):
        n: int = Field(1, examples=[1, 2])

    def fails(value: int) -> str:
        if value == 2:
            raise ValueError(value)
        return str(value)

    fact = on(Broken).retyped("n", was=str, to_head=int, to_old=fails)
    gates = timeline_of(fact).compile(Contract.of_types(Broken))
    assert gates.contract(OLD)["components"]["schemas"]["Broken"]["properties"]["n"]["examples"] == ["1"]


NAMED: Any = {"one": {"summary": "One", "value": "done"}, "two": {"value": "running"}}


def test_the_named_examples_of_parameters_are_converted_too() -> None:
    app = FastAPI()

    @app.get("/items/{state}")
    def read(
        state: Annotated[State, Path(openapi_examples=NAMED)],
        other: Annotated[State, Query(openapi_examples=NAMED)],
        mark: Annotated[State, Header(openapi_examples=NAMED)],
        size: Annotated[int, Query(openapi_examples={"small": {"value": 5}}, examples=[5])] = 5,
    ) -> None: ...

    sizes = endpoint("/items/{state}", "GET").query("size").retyped(was=str, to_head=len)
    gates = timeline_of(*STATES[:1], sizes).compile(Contract.of(app))
    parameters = {one["name"]: one for one in gates.contract(OLD)["paths"]["/items/{state}"]["get"]["parameters"]}
    for name in ("state", "other", "mark"):
        assert parameters[name]["examples"] == {**NAMED, "one": {"summary": "One", "value": "finished"}}
    # Nothing says which text stands for a size.
    assert "examples" not in parameters["size"]
    assert "examples" not in parameters["size"]["schema"]
    newest = {one["name"]: one for one in gates.contract(NEW)["paths"]["/items/{state}"]["get"]["parameters"]}
    assert newest["state"]["examples"] == NAMED
