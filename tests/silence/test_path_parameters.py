"""Path parameters are gated as those of the query: read from the path, converted, and written into it as data."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from fastapi import Depends, FastAPI, Path, Request

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, exchange, faults_of, gated, timeline_of
from tests.silence.states import STATE, State
from timegate import Contract, UpgradeError, endpoint, enum


def runs(*, also_in_body: bool) -> FastAPI:
    app = FastAPI()

    @app.get("/runs/{state}")
    async def by_state(state: State) -> list[str]:
        return [state.name]

    if also_in_body:

        @app.get("/runs")
        async def states() -> list[State]:
            return list(State)

    return app


@shows(
    "A path parameter is converted like one of the query: an enum in a path has the members of the client's version.",
    "and path parameters,",
)
@pytest.mark.parametrize("also_in_body", [True, False])
@pytest.mark.parametrize(
    ("sent", "status", "received"),
    [
        ("running", 200, ["RUNNING"]),
        ("finished", 200, ["DONE"]),
        ("broken", 200, ["DONE"]),
        ("waiting", 422, None),
        ("done", 422, None),
        ("nothing", 422, None),
    ],
)
def test_an_enum_knows_the_members_of_the_clients_version_alone(
    also_in_body: bool, sent: str, status: int, received: Any
) -> None:
    response = exchange(gated(runs(also_in_body=also_in_body), *STATE), "GET", f"/runs/{sent}")
    assert response.status == status
    assert received is None or response.json() == received


@pytest.mark.parametrize("sent", ["running", "done", "waiting"])
def test_they_pass_the_newest_client_as_they_are(sent: str) -> None:
    app = gated(runs(also_in_body=True), *STATE)
    assert exchange(app, "GET", f"/runs/{sent}", version=NEW).json() == [State(sent).name]


def test_they_alone_are_reason_enough_for_a_fact_about_their_enum() -> None:
    assert faults_of(Contract.of(runs(also_in_body=False)), *STATE) == ()


def test_they_stand_in_the_old_document_with_the_old_members() -> None:
    document = timeline_of(*STATE).compile(Contract.of(runs(also_in_body=False))).contract(OLD)
    assert document["components"]["schemas"]["State"]["enum"] == ["running", "finished", "broken"]
    (parameter,) = document["paths"]["/runs/{state}"]["get"]["parameters"]
    assert parameter == {
        "name": "state",
        "in": "path",
        "required": True,
        "schema": {"$ref": "#/components/schemas/State"},
    }


def test_in_a_dependency_and_under_an_alias_they_are_gated_too() -> None:
    app = FastAPI()

    def chosen(which: Annotated[State, Path(alias="state")]) -> State:
        return which

    @app.get("/jobs/{state}/first")
    async def first(state: Annotated[State, Depends(chosen)]) -> str:
        return state.name

    changed = gated(app, *STATE)
    assert exchange(changed, "GET", "/jobs/finished/first").json() == "DONE"
    assert exchange(changed, "GET", "/jobs/waiting/first").status == 422


def test_a_literal_that_no_change_touches_is_heads_business() -> None:
    app = FastAPI()

    @app.get("/sizes/{size}/{state}")
    async def get(size: Literal["s", "m"], state: State) -> list[str]:
        return [size, state.name]

    changed = gated(app, *STATE)
    assert exchange(changed, "GET", "/sizes/m/finished").json() == ["m", "DONE"]
    refused = exchange(changed, "GET", "/sizes/xl/finished")
    assert (refused.status, refused.json()["detail"][0]["loc"]) == (422, ["path", "size"])


def test_heads_own_refusal_names_the_members_of_the_client() -> None:
    (detail,) = exchange(gated(runs(also_in_body=True), *STATE), "GET", "/runs/nothing").json()["detail"]
    assert detail["loc"] == ["path", "state"]
    assert detail["msg"] == "Input should be 'running', 'finished' or 'broken'"


class Unit(StrEnum):
    RATE = "km/h"
    ODD = "what?"
    UP = ".."
    SEVERAL = "a b"
    PLAIN = "plain"


def units() -> FastAPI:
    app = FastAPI()

    @app.get("/units/{unit}")
    async def by_unit(unit: Unit, request: Request) -> list[str]:
        return [unit.name, request.scope["raw_path"].decode()]

    @app.get("/units/{unit}/{more}")
    async def other(unit: str, more: str) -> str:
        return f"another handler: {unit}, {more}"

    @app.get("/files/{unit:path}/end")
    async def below(unit: Unit, request: Request) -> list[str]:
        return [unit.name, request.scope["raw_path"].decode()]

    return app


UNITS = (
    enum(Unit).renamed("rate", to="km/h"),
    enum(Unit).renamed("odd", to="what?"),
    enum(Unit).renamed("up", to=".."),
    enum(Unit).renamed("several", to="a b"),
)


class TestAConvertedValue:
    @shows(
        "What the value became is written into today's path as data: `/` and `?` are percent-encoded and "
        "reach the same handler.",
    )
    @pytest.mark.parametrize("root_path", ["", "/under neath"])
    @pytest.mark.parametrize(
        ("target", "received"),
        [
            ("/units/rate", ["RATE", "/units/km%2Fh"]),
            ("/units/odd", ["ODD", "/units/what%3F"]),
            ("/units/several", ["SEVERAL", "/units/a%20b"]),
            ("/units/plain", ["PLAIN", "/units/plain"]),
            ("/files/rate/end", ["RATE", "/files/km/h/end"]),
        ],
    )
    def test_is_data_of_its_parameter(self, root_path: str, target: str, received: list[str]) -> None:
        response = exchange(
            gated(units(), *UNITS), "GET", f"{root_path}{target}".replace(" ", "%20"), root_path=root_path
        )
        name, raw = received
        assert response.json() == [name, f"{root_path}{raw}".replace("under neath", "under%20neath")]

    @shows("A value that would be a `.` or `..` in the path is refused (422).")
    @pytest.mark.parametrize("target", ["/units/up", "/files/up/end"])
    def test_that_is_a_step_up_is_refused(self, target: str) -> None:
        assert exchange(gated(units(), *UNITS), "GET", target).status == 422

    @shows(
        "What the value became is written into today's path as data: `/` and `?` are percent-encoded and "
        "reach the same handler.",
    )
    def test_reaches_no_other_handler(self) -> None:
        app = gated(units(), *UNITS)
        assert exchange(app, "GET", "/units/km/h").json() == "another handler: km, h"
        assert exchange(app, "GET", "/units/km%2Fh").json() == "another handler: km, h"

    def test_follows_a_move_by_its_name(self) -> None:
        moved = endpoint("/speeds/{kind}", "GET").moved(to="/units/{kind}")
        app = gated(units(), *UNITS, moved)
        assert exchange(app, "GET", "/speeds/rate").json() == ["RATE", "/units/km%2Fh"]
        assert exchange(app, "GET", "/speeds/km").json()["detail"][0]["loc"] == ["path", "kind"]
        refused = timeline_of(*UNITS, moved).compile(Contract.of(units())).operations(OLD)[0].path_parameters
        assert refused is not None
        with pytest.raises(UpgradeError) as caught:
            refused({"unit": "km/h"})
        assert caught.value.pointer == "/kind"
        (parameter,) = (
            timeline_of(*UNITS, moved)
            .compile(Contract.of(units()))
            .contract(OLD)["paths"]["/speeds/{kind}"]["get"]["parameters"]
        )
        assert (parameter["name"], parameter["schema"]) == ("kind", {"$ref": "#/components/schemas/Unit"})


def test_of_a_document_they_are_gated_too() -> None:
    document = Contract.of(runs(also_in_body=False)).document
    contract = Contract.from_openapi(document)
    assert contract.document["paths"] == document["paths"]
    app = runs(also_in_body=False)
    changed = gated(app, enum("State").renamed("finished", to="done"), contract=contract)
    assert exchange(changed, "GET", "/runs/finished").json() == ["DONE"]
    assert exchange(changed, "GET", "/runs/done").status == 422
