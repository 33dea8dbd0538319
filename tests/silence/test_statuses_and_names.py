"""Two statuses never become one, and two components never get one name."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.silence.old_client import HEAD, OLD, Client, changed, gated, old_client, refusal
from timegate import Contract, Timeline, Version, endpoint, enum, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation


class Status(StrEnum):
    A = "a"
    B = "b"


class Record(BaseModel):
    status: Status = Status.A


class Other(BaseModel):
    count: int = 1
    record: Record = Record()


class Third(BaseModel):
    text: str = ""


class Failure(BaseModel):
    detail: str


def api() -> FastAPI:
    app = FastAPI()

    @app.post("/records")
    async def post(body: Record) -> Record:
        return body

    @app.get("/others")
    async def others() -> Other:
        return Other()

    @app.get("/third", responses={404: {"model": Failure}, 410: {"model": Failure}})
    async def third(missing: bool = False) -> Third:
        if missing:
            raise HTTPException(404, "gone")
        return Third()

    @app.put("/third", status_code=201, responses={409: {"model": Failure}})
    async def put(response: Response, known: int = 201) -> Third:
        response.status_code = known
        return Third()

    return app


class TestStatuses:
    @pytest.mark.parametrize(
        "declare",
        [
            lambda: endpoint("/third", "GET").status(404, was=200),
            lambda: endpoint("/third", "GET").status(200, was=404),
            lambda: endpoint("/third", "GET").status(410, was=404),
            lambda: endpoint("/third", "GET").status(404, was=422),
            lambda: endpoint("/third", "PUT").status(201, was=409),
            lambda: endpoint("/records", "POST").status(200, was=422),
        ],
    )
    def test_two_that_become_one_are_refused(self, declare: Any) -> None:
        assert "status" in refusal(Contract.of(api()), declare)

    def test_two_that_become_one_by_two_facts_are_refused(self) -> None:
        app = Contract.of(api())
        first, second = (endpoint("/third", "GET").status(new, was=400) for new in (404, 410))
        timeline = Timeline(Version(HEAD, changed(first, second)), Version(OLD))
        with pytest.raises(Exception, match="status") as refused:
            timeline.compile(app)
        assert type(refused.value).__name__ == "CompileError"

    def test_two_that_become_one_over_two_versions_are_refused(self) -> None:
        app = Contract.of(api())
        newer = changed(endpoint("/third", "GET").status(404, was=400), name="Newer")
        older = changed(endpoint("/third", "GET").status(410, was=400), name="Older")
        timeline = Timeline(Version("2025-06-01", newer), Version("2025-03-01", older), Version("2025-01-01"))
        with pytest.raises(Exception, match="Older") as refused:
            timeline.compile(app)
        assert type(refused.value).__name__ == "CompileError"

    def test_of_a_starlette_app_that_become_one_are_refused(self) -> None:
        @operation(response=Third, errors={404: Failure})
        async def third(request: Request) -> Third:
            return Third()

        app = Starlette(routes=[Route("/third", third)])
        assert "status" in refusal(Contract.of(app), lambda: endpoint("/third").status(404, was=200))

    def test_one_that_becomes_a_free_one_is_served_and_the_others_stay(self) -> None:
        client = old_client(
            api(), endpoint("/third", "GET").status(404, was=400), on(Failure).renamed("why", to="detail")
        )
        missing = client.get("/third?missing=1")
        assert (missing.status_code, missing.json()) == (400, {"why": "gone"})
        assert client.get("/third").status_code == 200
        assert sorted(client.document()["paths"]["/third"]["get"]["responses"]) == ["200", "400", "410", "422"]

    def test_a_chain_of_two_that_stay_apart_is_served(self) -> None:
        facts = (endpoint("/third", "GET").status(410, was=404), endpoint("/third", "GET").status(404, was=400))
        app = FastAPI()

        @app.get("/third", responses={404: {"model": Failure}, 410: {"model": Failure}})
        async def third(status: int) -> JSONResponse:
            return JSONResponse({"detail": "x"}, status_code=status)

        client = old_client(app, *facts)
        assert [client.get(f"/third?status={one}").status_code for one in (404, 410, 200)] == [400, 404, 200]

    def test_two_become_one_where_it_is_said_why(self) -> None:
        reason = "old clients give up at both"
        client = old_client(api(), endpoint("/third", "GET").status(404, was=410, tolerated=reason))
        assert client.get("/third?missing=1").status_code == 410

    def test_one_of_a_response_that_is_described_without_a_model_is_the_old_one(self) -> None:
        app = FastAPI()

        @app.get("/third", responses={423: {"description": "It is locked."}})
        async def third() -> Third:
            raise HTTPException(423, "locked")

        client = old_client(app, endpoint("/third", "GET").status(423, was=409))
        assert client.get("/third").status_code == 409
        responses = client.document()["paths"]["/third"]["get"]["responses"]
        assert responses == {
            "200": responses["200"],
            "409": {"description": "It is locked."},
        }

    def test_what_a_gate_refuses_has_the_old_one_of_validation_errors(self) -> None:
        facts = (endpoint("/records", "POST").status(422, was=400), enum(Status).grew("b", seen_as="a"))
        client = old_client(api(), *facts)
        heads, gates = client.post("/records", {"status": "x"}), client.post("/records", {"status": "b"})
        assert (heads.status_code, gates.status_code) == (400, 400)
        assert sorted(client.document()["paths"]["/records"]["post"]["responses"]) == ["200", "400"]

    @pytest.mark.parametrize("many", ["4XX", "default"])
    def test_one_that_head_may_send_too_by_a_range_needs_a_reason(self, many: str) -> None:
        app = FastAPI()
        app.get("/full", responses={503: {"model": Failure}, many: {"model": Third}})(lambda: None)
        fact = endpoint("/full").status(503, was=409)
        said = refusal(Contract.of(app), lambda: fact)
        assert f"its statuses 503 and {many} would both be the status 409 of older versions" in said
        assert "endpoint('/full').status(503, was=409, tolerated=\"why old clients need not tell them apart\")" in said
        tolerated = endpoint("/full").status(503, was=409, tolerated="both say wait")
        responses = old_client(app, tolerated).document()["paths"]["/full"]["get"]["responses"]
        assert sorted(responses) == ["200", "409", many]

    @pytest.mark.parametrize(("new", "was"), [(404, 42), (1000, 404), (100, 404), (-1, 404)])
    def test_that_are_none_are_refused_where_they_are_written(self, new: int, was: int) -> None:
        assert "is no status" in refusal(Contract.of(api()), lambda: endpoint("/third").status(new, was=was))


class TestNames:
    @pytest.mark.parametrize("name", ["Status", "Other", "Third", "HTTPValidationError", "ValidationError", "Failure"])
    def test_one_that_another_component_has_is_refused(self, name: str) -> None:
        said = refusal(Contract.of(api()), lambda: on(Record).was_named(name))
        assert "Record" in said
        assert name in said

    def test_one_that_two_models_are_given_is_refused(self) -> None:
        assert "Old" in refusal(Contract.of(api()), lambda: on(Record, Other).was_named("Old"))

    def test_one_that_two_facts_give_is_refused(self) -> None:
        timeline = Timeline(
            Version(HEAD, changed(on(Record).was_named("Old"), on(Other).was_named("Old"))), Version(OLD)
        )
        with pytest.raises(Exception, match="Old") as refused:
            timeline.compile(Contract.of(api()))
        assert type(refused.value).__name__ == "CompileError"

    @pytest.mark.parametrize("name", ["Old Record", "Old/Record", "", "Röcord", "Old#1"])
    def test_one_that_no_document_may_hold_is_refused(self, name: str) -> None:
        assert "Record" in refusal(Contract.of(api()), lambda: on(Record).was_named(name))

    def test_one_that_is_free_is_in_the_old_document_and_its_references(self) -> None:
        document = old_client(api(), on(Record).was_named("Old")).document()
        assert sorted(document["components"]["schemas"]) == [
            "Failure", "HTTPValidationError", "Old", "Other", "Status", "Third", "ValidationError",
        ]  # fmt: skip
        content = document["paths"]["/records"]["post"]["requestBody"]["content"]
        assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/Old"}}}

    def test_one_is_free_again_where_its_owner_was_called_otherwise(self) -> None:
        facts = (on(Record).was_named("Third"), on(Third).was_named("Elder"))
        timeline = Timeline(Version(HEAD, changed(*facts)), Version(OLD))
        schemas = timeline.compile(Contract.of(api())).contract(OLD)["components"]["schemas"]
        assert list(schemas["Third"]["properties"]) == ["status"]
        assert list(schemas["Elder"]["properties"]) == ["text"]

    def test_two_that_were_exchanged_are_exchanged_in_the_old_document(self) -> None:
        facts = (on(Third).was_named("Record"), on(Record).was_named("Third"))
        schemas = old_client(api(), *facts).document()["components"]["schemas"]
        assert list(schemas["Third"]["properties"]) == ["status"]
        assert list(schemas["Record"]["properties"]) == ["text"]

    def test_one_is_the_same_at_every_version_that_says_nothing_else(self) -> None:
        timeline = Timeline(
            Version("2025-06-01"), Version("2025-03-01", changed(on(Record).was_named("Old"))), Version("2025-01-01")
        )
        app = TimegateMiddleware(api(), timeline=timeline)
        named = {
            version: "Old" in Client(app, version).document()["components"]["schemas"]
            for version in ("2025-06-01", "2025-03-01", "2025-01-01")
        }
        assert named == {"2025-06-01": False, "2025-03-01": False, "2025-01-01": True}


def test_the_newest_document_knows_nothing_of_old_names() -> None:
    document = Client(gated(api(), on(Record).was_named("Old")), HEAD).document()
    assert "Old" not in document["components"]["schemas"]
