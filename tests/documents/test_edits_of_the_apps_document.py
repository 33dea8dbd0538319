"""The documents of all versions are edits of the app's own, also where the app has processed it."""

import enum
import json
from copy import deepcopy
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from pydantic import BaseModel, ConfigDict, Field

from tests.sentences import shows
from tests.silence.exchanges import exchange
from tests.twins.pairs import Pair
from timegate import Contract, Gates, Internal, Timeline, Version, VersionChange, endpoint, on
from timegate import enum as members_of
from timegate.asgi import TimegateMiddleware, first_of, header, media_type, path, query
from timegate.typing import Document

HEAD, OLD = "2026-01-01", "2025-01-01"
never = NotImplementedError("documents only")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class Item(BaseModel):
    sku: str | None
    price: int = 0
    color: Color = Color.RED
    note: Annotated[str | None, Internal()] = None


class Order(BaseModel):
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    items: list[Item]
    count: int = 1


class Late(BaseModel):
    size: int


class Processed(FastAPI):
    """An app that changes its document: another keyword, one more component, texts, and a key less."""

    def openapi(self) -> dict[str, Any]:
        document = deepcopy(super().openapi())
        schemas = document["components"]["schemas"]
        schemas["Extra"] = {"type": "string", "enum": ["a"]}
        for schema in schemas.values():
            properties = schema.get("properties", {})
            if "anyOf" in properties.get("sku", {}):
                properties["sku"]["oneOf"] = properties["sku"].pop("anyOf")
            if "price" in properties:
                properties["price"]["description"] = "In cents."
        document["info"]["x-logo"] = {"url": "logo.png"}
        del document["paths"]["/orders"]["post"]["x-private"]
        return document


def orders(app: FastAPI) -> FastAPI:
    @app.post("/orders", openapi_extra={"x-private": 1}, responses={201: {"description": "made"}}, status_code=201)
    def make(order: Order) -> Order:
        """Make an order."""
        raise never

    @app.get("/orders/{number}")
    def get(number: int, size: Annotated[int, Query(description="how many")] = 3) -> Order:
        raise never

    @app.get("/late")
    def late() -> Late:
        raise never

    return app


class NamePrice(VersionChange):
    """`cost` is now called `price`."""

    changes = (
        on(Item).renamed("cost", to="price"),
        members_of(Color).grew(Color.GREEN, seen_as=Color.BLUE),
        endpoint("/late", "GET").added(),
        endpoint("/order/{number}", "GET").moved(to="/orders/{number}"),
        endpoint("/orders/{number}", "GET").query("limit").renamed(to="size"),
    )


timeline = Timeline(Version(HEAD, NamePrice), Version(OLD))


def apps() -> list[FastAPI]:
    return [
        orders(FastAPI()),
        orders(Processed(title="Orders", version="7.1", summary="All orders.")),
        orders(FastAPI(separate_input_output_schemas=False)),
        orders(Processed(separate_input_output_schemas=False)),
    ]


def compiled(app: FastAPI) -> Gates:
    return timeline.compile(Contract.of(app))


def without_internal_fields(document: Document) -> Document:
    shown = deepcopy(document)
    for schema in shown["components"]["schemas"].values():
        schema.get("properties", {}).pop("note", None)
        if "note" in schema.get("required", ()):
            schema["required"].remove("note")
    return shown


@shows(
    "The newest one is the app's own but for three things: `info.version` is the version, internal fields "
    "are left out,",
)
@pytest.mark.parametrize("app", apps())
def test_the_newest_document_is_the_apps_own_text_for_text_but_for_version_and_internal_fields(app: FastAPI) -> None:
    expected = without_internal_fields(app.openapi())
    assert json.dumps(Contract.of(app).document) == json.dumps(expected)
    expected["info"]["version"] = HEAD
    assert json.dumps(compiled(app).contract(HEAD)) == json.dumps(expected)


@pytest.mark.parametrize("app", apps())
def test_an_older_document_is_valid_and_says_its_version(app: FastAPI) -> None:
    document = compiled(app).contract(OLD)
    validate(document)
    assert document["info"]["version"] == OLD
    assert "x-timegate" not in repr(document)


@shows(
    "Every version's document is an edit of the app's own, as `app.openapi()` gives it: what a version does "
    "not change stays as the app writes it, its own processing included.",
)
def test_an_older_document_keeps_what_the_app_has_processed_and_edits_the_rest() -> None:
    app = orders(Processed(title="Orders", version="7.1"))
    document = compiled(app).contract(OLD)
    schemas, own = document["components"]["schemas"], app.openapi()["components"]["schemas"]
    assert list(document["paths"]) == ["/orders", "/order/{number}"]
    assert document["paths"]["/orders"] == app.openapi()["paths"]["/orders"]
    assert document["info"] == {"title": "Orders", "version": OLD, "x-logo": {"url": "logo.png"}}
    limit = document["paths"]["/order/{number}"]["get"]["parameters"][1]
    assert (limit["name"], limit["description"]) == ("limit", "how many")
    assert schemas["Extra"] == {"type": "string", "enum": ["a"]}
    assert schemas["Color"]["enum"] == ["red", "blue"]
    assert "Late" not in schemas
    assert list(schemas) == [name for name in own if name != "Late"]
    (item,) = (name for name in schemas if name.startswith("Item") and "default" in repr(schemas[name]))
    assert list(schemas[item]["properties"]) == ["sku", "cost", "color"]
    assert schemas[item]["properties"]["sku"] == own[item]["properties"]["sku"]
    assert schemas[item]["properties"]["cost"]["description"] == "In cents."


def test_an_app_with_one_component_for_both_sides_has_one_in_older_documents_too() -> None:
    schemas = compiled(orders(FastAPI(separate_input_output_schemas=False))).contract(OLD)["components"]["schemas"]
    assert list(schemas) == ["Color", "HTTPValidationError", "Item", "Order", "ValidationError"]
    assert list(schemas["Item"]["properties"]) == ["sku", "cost", "color"]


def test_an_operation_that_the_app_has_taken_out_of_its_document_is_in_no_version_of_it() -> None:
    class Shy(FastAPI):
        def openapi(self) -> dict[str, Any]:
            document = deepcopy(super().openapi())
            document["paths"].pop("/orders/{number}", None)
            return document

    gates = compiled(orders(Shy()))
    assert [list(gates.contract(version)["paths"]) for version in (HEAD, OLD)] == [["/orders", "/late"], ["/orders"]]


@pytest.mark.parametrize("name", ["Order", "Order-Input", "Order-Output"])
def test_a_fact_may_name_a_model_as_the_document_does(name: str) -> None:
    class Counted(VersionChange):
        """`number` is now called `count`."""

        changes = (on(name).renamed("number", to="count"),)

    gates = Timeline(Version(HEAD, Counted), Version(OLD)).compile(Contract.of(orders(FastAPI())))
    schemas = gates.contract(OLD)["components"]["schemas"]
    assert [list(schemas[one]["properties"]) for one in ("Order-Input", "Order-Output")] == [["items", "number"]] * 2
    assert gates.upgrade(Order, {"items": [], "number": 2}, from_version=OLD) == {"items": [], "count": 2}


class Renamed(BaseModel):
    pet: str | None = Field(None, description="A pet.")


def test_a_change_of_what_the_app_writes_in_another_way_is_written_in_this_packages_way() -> None:
    class Terse(FastAPI):
        def openapi(self) -> dict[str, Any]:
            document = deepcopy(super().openapi())
            pet = document["components"]["schemas"]["Renamed"]["properties"]["pet"]
            document["components"]["schemas"]["Renamed"]["properties"]["pet"] = {
                "type": ["string", "null"],
                "description": pet["description"],
                "x-shown": True,
            }
            return document

    app = Terse()

    @app.get("/a")
    def get() -> Renamed:
        raise never

    class Nullable(VersionChange):
        """A pet may be none."""

        changes = (on(Renamed).became_nullable("pet", null_was=""),)

    gates = Timeline(Version(HEAD, Nullable), Version(OLD)).compile(Contract.of(app))
    shown = [gates.contract(one)["components"]["schemas"]["Renamed"]["properties"]["pet"] for one in (HEAD, OLD)]
    assert shown[0] == {"type": ["string", "null"], "description": "A pet.", "x-shown": True}
    assert shown[1]["type"] == "string"
    assert (shown[1]["description"], shown[1]["x-shown"]) == ("A pet.", True)


def document_of(app: FastAPI, version: str | None, url: str = "/openapi.json", **options: Any) -> Document:
    served = TimegateMiddleware(app, timeline=timeline, **options)
    response = exchange(served, "GET", url, version=version)
    assert response.status == 200
    document: Document = response.json()
    return document


def parameters_in(document: Document) -> list[list[tuple[str, str, bool]]]:
    operations = (operation for item in document["paths"].values() for operation in item.values())
    return [[(one["in"], one["name"], one["required"]) for one in one["parameters"]] for one in operations]


@shows("and each operation has the parameter that selects the version.")
@pytest.mark.parametrize("version", [HEAD, OLD])
def test_each_operation_has_the_header_parameter_that_selects_the_version(version: str) -> None:
    document = document_of(orders(FastAPI()), version)
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["parameters"][-1] == {
                "name": "API-Version",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "enum": [version], "default": version, "title": "API-Version"},
            }
    validate(document)


def test_the_parameter_is_optional_where_a_request_needs_no_version() -> None:
    by_default = document_of(orders(FastAPI()), OLD, default=OLD)
    assert {one[-1] for one in parameters_in(by_default)} == {("header", "API-Version", False)}
    unversioned = document_of(orders(FastAPI()), HEAD, unversioned=("/late",))
    assert parameters_in(unversioned)[-1] == [("header", "API-Version", False)]
    assert parameters_in(unversioned)[0] == [("header", "API-Version", True)]


def test_a_query_parameter_that_selects_the_version_is_shown_and_of_several_selectors_the_first() -> None:
    document = document_of(orders(FastAPI()), None, f"/openapi.json?v={OLD}", select=query("v"))
    assert [one[-1] for one in parameters_in(document)] == [("query", "v", True)] * 2
    chosen = first_of(media_type("v"), query("v"), header("API-Version"))
    document = document_of(orders(FastAPI()), OLD, select=chosen)
    assert [one[-1] for one in parameters_in(document)] == [("query", "v", True)] * 2


@shows("Where the path selects it, the server's URL has the version instead.")
@pytest.mark.parametrize(("url", "server"), [(f"/v/{OLD}/openapi.json", f"/v/{OLD}"), ("/openapi.json", f"/v/{HEAD}")])
def test_the_path_segment_that_selects_the_version_is_the_documents_server(url: str, server: str) -> None:
    document = document_of(orders(FastAPI()), None, url, select=path("/v/{version}"), default="latest")
    assert document["servers"] == [{"url": server}]
    assert all(not path.startswith("/v/") for path in document["paths"])


def test_a_parameter_that_the_app_declares_itself_is_not_shown_twice() -> None:
    app = FastAPI()

    @app.get("/late")
    def late(size: int) -> Late:
        raise never

    class Nothing(VersionChange):
        """Nothing else changed."""

    served = TimegateMiddleware(app, timeline=Timeline(Version(HEAD, Nothing), Version(OLD)), select=query("size"))
    document = exchange(served, "GET", f"/openapi.json?size={OLD}", version=None).json()
    assert document["paths"] == app.openapi()["paths"]


@shows(
    "`documents=` takes a function that changes a version's document before it is served.",
    "It gets the document and the version, and what it returns is served.",
)
def test_a_hook_gets_the_document_and_its_version_and_what_it_returns_is_served() -> None:
    seen: list[tuple[str, str]] = []

    def branded(document: Document, version: str) -> Document:
        seen.append((document["info"]["version"], version))
        return {**document, "info": {**document["info"], "title": f"Orders of {version}"}}

    document = document_of(orders(FastAPI()), OLD, documents=branded)
    assert document["info"]["title"] == f"Orders of {OLD}"
    assert seen == [(OLD, OLD)]


@pytest.mark.parametrize("seed", range(30))
def test_the_newest_document_of_a_random_app_is_its_own_and_the_oldest_is_valid(seed: int) -> None:
    drawn = Pair.of(f"documents {seed}")
    assert isinstance(drawn, Pair)
    app: FastAPI = drawn.head.fastapi
    newest = Contract.of(app)
    assert json.dumps(newest.document) == json.dumps(app.openapi())
    # Some of the apps' own defaults are not of the format that their schemas name.
    assert problems_in(drawn.own.document) <= problems_in(app.openapi())
    assert "x-timegate" not in repr(drawn.own.document)


def problems_in(document: Any) -> set[str]:
    return {error.message for error in OpenAPIV31SpecValidator(document).iter_errors()}
