"""The `repr` of the large objects is one line that helps in a debugger."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel

from timegate import Contract, Timeline, Version, VersionChange, endpoint, on


class Item(BaseModel):
    name: str


class Named(VersionChange):
    """`title` is now called `name`, and a status has changed."""

    changes = (
        on(Item).renamed("title", to="name"),
        endpoint("/items", "POST").status(201, was=200),
        endpoint("/new").added(),
    )


def app() -> FastAPI:
    made = FastAPI()

    @made.post("/items", status_code=201)
    def post(item: Item) -> Item:
        return item

    @made.get("/new")
    def new() -> dict[str, int]:
        return {}

    @made.get("/anything")
    def anything() -> object:
        return None

    return made


TIMELINE = Timeline(Version("2025-06-01", Named), Version("2025-01-01"))


def test_a_timeline_shows_its_number_of_versions_and_their_range() -> None:
    assert repr(TIMELINE) == "<Timeline: 2 versions, 2025-06-01 to 2025-01-01, 1 changes>"


def test_a_contract_shows_its_size_and_how_much_is_opaque() -> None:
    assert repr(Contract.of(app())) == "<Contract: 3 operations, 1 components, 1 opaque and 0 narrowed places>"


def test_gates_show_how_many_operations_they_convert() -> None:
    gates = TIMELINE.compile(Contract.of(app()))
    assert repr(gates) == f"<Gates: {TIMELINE!r}, 6 operation gates, 2 convert>"


def test_the_gate_of_an_operation_shows_what_it_converts() -> None:
    gates = TIMELINE.compile(Contract.of(app()))
    assert [repr(gate) for gate in gates.operations("2025-01-01")] == [
        "<OperationGate POST /items: request, response 201, status 201 as 200>",
        "<OperationGate GET /new: not in this version>",
        "<OperationGate GET /anything: unchanged>",
    ]
