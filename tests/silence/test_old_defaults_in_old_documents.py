"""A default in an old document is the old client's: its members, its keys, its own value."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, Field, WithJsonSchema

from tests.silence.old_client import OLD, gates_of_requests, gates_of_responses, old_client
from timegate import endpoint, enum, on, sibling


class Status(Enum):
    RUN = "running"
    DONE = "done"


class Level(IntEnum):
    LOW = 1
    HIGH = 9


class Inner(BaseModel):
    status: Status = Status.DONE
    label: str = "x"


class Job(BaseModel):
    status: Status = Status.DONE
    many: list[Status] = [Status.DONE]
    inner: Inner = Inner()
    inners: list[Inner] = [Inner()]
    perhaps: Status | None = Status.DONE
    level: Level = Level.HIGH
    plain: str = "done"


SEVERAL = [Status.DONE]


def jobs() -> FastAPI:
    app = FastAPI()

    @app.post("/jobs")
    async def post(
        body: Job,
        status: Status = Status.DONE,
        several: Annotated[list[Status], Query()] = SEVERAL,
        x_status: Annotated[Status, Header()] = Status.DONE,
        plain: str = "done",
    ) -> Job:
        return body

    return app


FACTS = (
    enum(Status).renamed("finished", to="done"),
    enum(Level).renamed(3, to=9),
    on(Inner).renamed("title", to="label"),
)


@pytest.fixture(name="document", scope="module")
def old_document() -> Any:
    return old_client(jobs(), *FACTS).document()


DEFAULTS: dict[str, Any] = {
    "status": "finished",
    "many": ["finished"],
    "inner": {"status": "finished", "title": "x"},
    "inners": [{"status": "finished", "title": "x"}],
    "perhaps": "finished",
    "level": 3,
    "plain": "done",
}


@pytest.mark.parametrize("field", DEFAULTS)
def test_a_fields_default_is_in_the_old_clients_words(document: Any, field: str) -> None:
    jobs = [schema for name, schema in document["components"]["schemas"].items() if name.startswith("Job")]
    assert [schema["properties"][field]["default"] for schema in jobs] == [DEFAULTS[field]] * len(jobs)


def test_a_renamed_field_keeps_its_default(document: Any) -> None:
    inner = document["components"]["schemas"]["Inner"]["properties"]
    assert (inner["status"]["default"], inner["title"]["default"]) == ("finished", "x")


@pytest.mark.parametrize(
    ("name", "default"),
    [("status", "finished"), ("several", ["finished"]), ("x-status", "finished"), ("plain", "done")],
)
def test_a_parameters_default_is_in_the_old_clients_words(document: Any, name: str, default: Any) -> None:
    parameters = document["paths"]["/jobs"]["post"]["parameters"]
    assert [one["schema"]["default"] for one in parameters if one["name"] == name] == [default]


def test_an_old_client_that_leaves_all_out_reads_its_own_words() -> None:
    response = old_client(jobs(), *FACTS).post("/jobs", {})
    assert (response.status_code, response.json()) == (200, DEFAULTS)


class Counts(BaseModel):
    by: dict[Status, int] = {Status.DONE: 1}


def test_the_keys_of_a_default_are_in_the_old_clients_words_as_those_of_a_value_are() -> None:
    gates = gates_of_responses([Counts], FACTS[0])
    schema = gates.contract(OLD)["components"]["schemas"]["Counts"]
    assert gates.downgrade(Counts, {"by": {"done": 2}}, to_version=OLD) == {"by": {"finished": 2}}
    assert schema["properties"]["by"]["default"] == {"finished": 1}


class Ticket(BaseModel):
    status: Status = Status.DONE
    inner: Inner = Inner()


GREW = enum(Status).grew("done", seen_as="running")


def test_a_default_that_old_clients_do_not_know_is_what_they_read_in_its_place() -> None:
    properties = gates_of_responses([Ticket], GREW).contract(OLD)["components"]["schemas"]["Ticket"]["properties"]
    assert (properties["status"]["default"], properties["inner"]["default"]) == (
        "running",
        {"status": "running", "label": "x"},
    )


def test_a_default_that_old_clients_cannot_say_is_in_no_document_of_theirs() -> None:
    schemas = gates_of_requests([Ticket], enum(Status).grew("done")).contract(OLD)["components"]["schemas"]
    assert "default" not in schemas["Ticket"]["properties"]["status"]
    assert schemas["Status"]["enum"] == ["running"]


class Parts(BaseModel):
    size: int = 5
    note: str | None = None
    tags: list[str] = ["a"]
    limit: Annotated[int, Field(le=100)] = 50
    box: Inner = Inner(label="b")


def defaults_of(model: Any, *facts: Any) -> dict[str, Any]:
    """The defaults in the old document of what clients get."""
    schema = gates_of_responses([model], *facts).contract(OLD)["components"]["schemas"][model.__name__]
    return {key: value["default"] for key, value in schema["properties"].items() if "default" in value}


CONVERTED: dict[str, tuple[Any, str, Any]] = {
    "a type": (lambda: on(Parts).retyped("size", was=str, to_head=int, to_old=str), "size", "5"),
    "a value": (lambda: on(Parts).retyped("size", to_head=lambda n: n + 1, to_old=lambda n: n - 1), "size", 4),
    "a list": (lambda: on(Parts).became_list("tags", was=str, empty=""), "tags", "a"),
    "another default": (lambda: on(Parts).defaulted("size", was=7), "size", 7),
    "limits": (
        lambda: on(Parts).constrained("limit", was=Annotated[int, Field(le=20)], to_old=lambda n: min(n, 20)),
        "limit",
        20,
    ),
    "a name within": (lambda: on(Inner).renamed("title", to="label"), "box", {"status": "done", "title": "b"}),
    "a new field within": (lambda: on(Inner).added("status"), "box", {"label": "b"}),
    "an old field within": (
        lambda: on(Inner).removed("gone", was=int, backfill=3),
        "box",
        {"status": "done", "label": "b", "gone": 3},
    ),
    "a place": (lambda: on(Parts).moved("box_label", to="box.label"), "box", {"status": "done"}),
    "a place, at the old one": (lambda: on(Parts).moved("box_label", to="box.label"), "box_label", "b"),
}


@pytest.mark.parametrize("name", CONVERTED)
def test_a_default_is_converted_as_a_value_of_head_is(name: str) -> None:
    declare, key, default = CONVERTED[name]
    assert defaults_of(Parts, declare())[key] == default


class Maybe(BaseModel):
    id: int
    note: str | None = None
    size: int | None = None
    status: Status | None = None
    label: str = "x"


NULLS: dict[str, tuple[Any, dict[str, Any]]] = {
    "another value": (
        lambda: on(Maybe).became_nullable("note", null_was="none"),
        {"size": None, "status": None, "label": "x"},
    ),
    "a sibling": (
        lambda: on(Maybe).became_nullable("note", null_was=sibling("label")),
        {"size": None, "status": None, "label": "x"},
    ),
    "what a function makes of it": (
        lambda: on(Maybe).retyped("size", was=str, to_head=int, to_old=str),
        {"note": None, "status": None, "label": "x"},
    ),
    "null": (
        lambda: enum(Status).renamed("finished", to="done"),
        {"note": None, "size": None, "status": None, "label": "x"},
    ),
    "null, by another name": (
        lambda: on(Maybe).renamed("remark", to="note"),
        {"remark": None, "size": None, "status": None, "label": "x"},
    ),
}


@pytest.mark.parametrize("name", NULLS)
def test_a_default_of_null_stands_for_none_and_becomes_no_other(name: str) -> None:
    declare, defaults = NULLS[name]
    assert defaults_of(Maybe, declare()) == defaults


def test_the_old_default_of_what_may_be_null_today_is_declared() -> None:
    facts = on(Maybe).became_nullable("note", null_was="none"), on(Maybe).defaulted("note", was="none")
    assert defaults_of(Maybe, *facts)["note"] == "none"


class Window(BaseModel):
    limit: int = 10
    status: Status = Status.DONE


def windows() -> FastAPI:
    app = FastAPI()

    @app.get("/model")
    async def model(query: Annotated[Window, Query()]) -> dict[str, Any]:
        return {"limit": query.limit, "status": query.status}

    @app.get("/single")
    async def single(limit: int = 10) -> int:
        return limit

    return app


@pytest.mark.parametrize(
    ("path", "fact"),
    [
        ("/model", on(Window).defaulted("limit", was=50)),
        ("/model", endpoint("/model").query("limit").defaulted(was=50)),
        ("/single", endpoint("/single", "GET").query("limit").defaulted(was=50)),
    ],
)
def test_the_old_default_of_a_parameter_is_in_the_old_document_and_reaches_head(path: str, fact: Any) -> None:
    client = old_client(windows(), fact)
    parameters = client.document()["paths"][path]["get"]["parameters"]
    assert [one["schema"]["default"] for one in parameters if one["name"] == "limit"] == [50]
    seen = client.get(path).json()
    assert (seen["limit"] if isinstance(seen, dict) else seen) == 50


def test_a_query_models_default_is_in_the_old_clients_words() -> None:
    client = old_client(windows(), enum(Status).renamed("finished", to="done"))
    parameters = client.document()["paths"]["/model"]["get"]["parameters"]
    assert [one["schema"]["default"] for one in parameters if one["name"] == "status"] == ["finished"]


@pytest.mark.parametrize("was", [Status.RUN, "running"])
def test_a_default_that_is_declared_is_plain_json_in_the_document(was: Any) -> None:
    client = old_client(windows(), on(Window).defaulted("status", was=was))
    parameters = client.document()["paths"]["/model"]["get"]["parameters"]
    assert [one["schema"]["default"] for one in parameters if one["name"] == "status"] == ["running"]
    assert client.get("/model").json() == {"limit": 10, "status": "running"}


MISFITS: dict[str, Any] = {"a number": 5, "a dict": {"a": "b"}, "no member": "new"}


class Loosely(BaseModel):
    name: str = "n"
    count: str = MISFITS["a number"]
    tags: list[str] = MISFITS["a dict"]
    level: Status = MISFITS["no member"]
    note: Annotated[str, WithJsonSchema({"type": "string", "default": [1, 2]})] = Field()


def test_a_default_that_its_own_schema_refuses_stays_as_the_app_writes_it_where_nothing_changes() -> None:
    app = FastAPI()

    @app.post("/")
    async def post(body: Loosely) -> None:
        return None

    own = app.openapi()["components"]["schemas"]["Loosely"]["properties"]
    document = old_client(app, on(Loosely).renamed("title", to="name")).document()
    old = document["components"]["schemas"]["Loosely"]["properties"]
    kept = ("count", "tags", "level", "note")
    assert [old[name] for name in kept] == [own[name] for name in kept]
    assert [old[name]["default"] for name in kept] == [5, {"a": "b"}, "new", [1, 2]]


@pytest.mark.parametrize("gates_of_side", [gates_of_requests, gates_of_responses], ids=["requests", "responses"])
def test_a_field_that_was_required_had_no_default(gates_of_side: Any) -> None:
    gates = gates_of_side([Counts], on(Counts).became_optional("by", missing_was={}))
    schema = gates.contract(OLD)["components"]["schemas"]["Counts"]
    assert (schema["required"], "default" in schema["properties"]["by"]) == (["by"], False)


class Size(BaseModel):
    width: int = 1
    unit: str = "cm"


class Box(BaseModel):
    size: Size = Size()
    lid: Annotated[Size | None, Field()] = Size()


class Pile(BaseModel):
    top: Box = Box()
    size: Size = Size(width=1, unit="in")


def shown_default(kind: Any, field: str, *facts: Any) -> Any:
    document = gates_of_requests([kind], *facts).contract(OLD)
    return document["components"]["schemas"][kind.__name__]["properties"][field].get("default")


@pytest.mark.parametrize("field", ["size", "lid"])
def test_what_the_default_of_an_object_has_of_its_class_is_the_old_classs(field: str) -> None:
    facts = [on(Size).defaulted("width", was=7)]
    assert shown_default(Box, field, *facts) == {"width": 7, "unit": "cm"}
    assert gates_of_requests([Box], *facts).upgrade(Box, {}, from_version=OLD)[field] == {"width": 7}
    renamed = [on(Size).defaulted("wide", was=7), on(Size).renamed("wide", to="width")]
    assert shown_default(Box, field, *renamed) == {"wide": 7, "unit": "cm"}


def test_so_it_is_at_any_depth() -> None:
    facts = [on(Size).defaulted("width", was=7), on(Pile).defaulted("size", was={"width": 2})]
    size = {"width": 7, "unit": "cm"}
    assert shown_default(Pile, "top", *facts) == {"size": size, "lid": size}


def test_a_default_of_an_object_that_a_fact_declares_is_shown_as_it_is_declared() -> None:
    facts = [on(Size).defaulted("width", was=7), on(Box).defaulted("size", was={"width": 2, "unit": "cm"})]
    assert shown_default(Box, "size", *facts) == {"width": 2, "unit": "cm"}
