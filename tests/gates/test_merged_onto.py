"""Within a request, the body of a client is merged onto the state that it has read."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, ValidationError, field_validator
from starlette.testclient import TestClient

from timegate import DeclarationError, Internal, Timeline, Version, VersionChange, endpoint, merged_onto, on
from timegate.asgi import TimegateMiddleware

NEW, OLD = "2025-06-01", "2025-01-01"
RUNS: list[str] = []


class Line(BaseModel):
    id: int
    text: str
    colour: str | None = None


class Job(BaseModel):
    name: Annotated[str, Field(alias="jobName")]
    owner: str | None = None
    note: str | None = None
    lines: list[Line] = []
    cents: int = 0
    secret: Annotated[str | None, Internal()] = None

    @field_validator("cents", mode="before")
    @classmethod
    def in_cents(cls, value: Any) -> Any:
        RUNS.append(repr(value))
        return int(float(value) * 100) if isinstance(value, str) else value


class JobUpdate(BaseModel):
    name: Annotated[str, Field(alias="jobName")]
    owner: str | None = None


class Changed(VersionChange):
    """A job has an owner, and its lines have colours."""

    changes = (
        on(Job, JobUpdate).added("owner"),
        on(Job, JobUpdate).renamed("title", to="jobName"),
        on(Line).added("colour"),
    )


STATE = Job.model_validate(
    {
        "jobName": "backup",
        "owner": "ada",
        "note": "n",
        "lines": [{"id": 1, "text": "one", "colour": "red"}, {"id": 2, "text": "two"}],
        "cents": 5,
        "secret": "s",
    }
)


def client_of(version: str | None, results: list[Any], *, state: Any = STATE, **options: Any) -> TestClient:
    app = FastAPI()

    @app.get("/job")
    def read() -> Job:
        return STATE

    @app.put("/job")
    def write(job: Job) -> None:
        results.append(merged_onto(state, job, **options))

    @app.put("/update")
    def update(job: JobUpdate) -> None:
        results.append(merged_onto(state, job, **options))

    timeline = Timeline(Version(NEW, Changed), Version(OLD))
    app.add_middleware(TimegateMiddleware, timeline=timeline, default="latest")
    return TestClient(app, headers={} if version is None else {"API-Version": version})


@pytest.mark.parametrize("version", [OLD, NEW])
def test_an_unchanged_read_gives_the_current_instance(version: str) -> None:
    results: list[Any] = []
    with client_of(version, results) as client:
        assert client.put("/job", json=client.get("/job").json()).status_code == 200
    assert results == [STATE]
    assert results[0].model_fields_set == STATE.model_fields_set


def test_the_change_of_an_old_client_is_all_that_changes() -> None:
    results: list[Any] = []
    with client_of(OLD, results, by={"lines": "id"}) as client:
        sent = client.get("/job").json()
        sent["title"], sent["cents"] = "copy", "1.5"
        sent["lines"][0]["text"] = "1"
        del sent["note"]
        RUNS.clear()
        client.put("/job", json=sent)
    expected = {
        "name": "copy",
        "owner": "ada",
        "lines": [{"id": 1, "text": "1", "colour": "red"}, {"id": 2, "text": "two", "colour": None}],
        "cents": 150,
        "note": None,
        "secret": "s",
    }
    assert results[0].model_dump() == expected
    assert results[0].model_fields_set == {"name", "owner", "lines", "cents", "secret"}
    # The validator has read what the client sent, and the base; what it made of the first is not read again.
    assert RUNS == ["'1.5'", "5"]


def test_the_class_of_the_state_is_what_was_read_if_the_server_sends_it() -> None:
    results: list[Any] = []
    with client_of(OLD, results) as client:
        client.put("/update", json={"title": "copy"})
    assert results == [JobUpdate.model_validate({"jobName": "copy", "owner": "ada"})]


def test_a_newest_client_keeps_what_is_internal() -> None:
    results: list[Any] = []
    with client_of(NEW, results) as client:
        client.put("/job", json={"jobName": "copy"})
    assert results[0].model_dump(exclude_unset=True) == {"name": "copy", "secret": "s"}


def test_outside_a_request_it_is_the_body() -> None:
    body = Job.model_validate({"jobName": "copy"})
    assert merged_onto(STATE, body) is body


def test_only_a_pydantic_model_knows_what_was_sent() -> None:
    body: Any = {"jobName": "copy"}
    with pytest.raises(DeclarationError, match="takes an instance of a pydantic model, not dict"):
        merged_onto(STATE, body)


def test_a_state_that_head_itself_refuses_is_an_error_of_the_handler() -> None:
    results: list[Any] = []
    with client_of(OLD, results, state={"jobName": 5}) as client, pytest.raises(ValidationError):
        client.put("/job", json={"title": "copy"})
    assert not results


class Report(BaseModel):
    name: str
    note: str | None = None
    owner: str | None = None


class Filed(BaseModel):
    report: Report
    revision: int = 0


FILED = Filed(report=Report(name="a", note="n", owner="eve"), revision=7)


def titled(report: dict[str, Any]) -> dict[str, Any]:
    return {"title": report["name"]}


def named(old: dict[str, Any]) -> dict[str, Any]:
    return {"name": old["title"]}


@pytest.mark.parametrize("given", ["an instance", "plain data"])
@pytest.mark.parametrize("name", ["enveloped", "rewritten"])
def test_what_a_fact_about_the_operation_keeps_from_a_client_stays(name: str, given: str) -> None:
    """The client reads and sends a body that is smaller at this operation than its model."""
    state: Any = FILED if name == "enveloped" else FILED.report
    fact = {
        "enveloped": endpoint("/filed", "PUT").enveloped("report"),
        "rewritten": endpoint("/filed", "PUT").rewritten(request=named, response=titled, was=dict[str, str]),
    }[name]
    app, results = FastAPI(), list[Any]()

    def write(body: Any) -> Any:
        results.append(merged_onto(state if given == "an instance" else state.model_dump(), body))
        return results[-1]

    write.__annotations__ |= {"body": type(state), "return": type(state)}
    app.put("/filed")(write)
    change = type("Smaller", (VersionChange,), {"__doc__": "A body is another.", "changes": (fact,)})
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, change), Version(OLD)))
    sent = {"enveloped": {"name": "b", "note": "n", "owner": "eve"}, "rewritten": {"title": "b"}}[name]
    with TestClient(app, headers={"API-Version": OLD}) as client:
        assert client.put("/filed", json=sent).json() == sent
    (merged,) = results
    report = FILED.report.model_copy(update={"name": "b"})
    assert merged == (FILED.model_copy(update={"report": report}) if name == "enveloped" else report)
