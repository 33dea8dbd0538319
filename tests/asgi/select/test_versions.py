"""Design: which version a request gets, and what it is told when it gets none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from tests.asgi.api import APIS, HEAD, OLD, Client, Seen, client_of, timeline
from tests.sentences import shows
from timegate import DeclarationError, Timeline, Version, VersionChange, current_version
from timegate.asgi import Problem, TimegateMiddleware, first_of, header, media_type, path, query
from timegate.starlette import operation

pytestmark = pytest.mark.anyio

VERSIONS = [HEAD, "2025-06-01", OLD]


async def pinned_later(scope: Mapping[str, Any]) -> str | None:
    return None


async def test_an_old_client_reads_the_old_name_and_a_head_client_the_new_one(client: Client) -> None:
    old, new = await client.call("GET", "/tasks/3", OLD), await client.call("GET", "/tasks/3", HEAD)
    assert old.json() == {"id": 3, "version_id": "v1", "size": 0}
    assert new.json() == {"id": 3, "dag_version_id": "v1", "size": 0}


async def test_an_old_client_writes_the_old_name(client: Client) -> None:
    response = await client.call("POST", "/tasks", json={"id": 1, "version_id": "q"})
    assert (response.status_code, response.json()) == (201, {"id": 1, "version_id": "q", "size": 0})
    assert client.seen.bodies == [b'{"id":1,"dag_version_id":"q"}']
    assert client.seen.header("content-length") == [b"29"]


async def test_a_handler_runs_once(client: Client) -> None:
    await client.call("POST", "/tasks", json={"id": 1, "version_id": "q"})
    assert client.seen.handlers == ["create_task"]


async def test_a_version_between_two_gets_the_closest_older_one_and_is_told_which(client: Client) -> None:
    response = await client.call("GET", "/tasks/3", "2025-05-17")
    assert response.json()["version_id"] == "v1"
    assert response.headers["api-version"] == OLD
    again = await client.call("GET", "/tasks/3", "2025-05-17")
    assert (again.json(), again.headers["api-version"]) == (response.json(), OLD)


@shows(
    "`Vary` names what selects the version on every response of an operation, gated or not,",
    "The version in force is echoed in `API-Version`,",
)
@pytest.mark.parametrize("version", VERSIONS)
async def test_the_version_in_force_is_echoed_and_varied_on(client: Client, version: str) -> None:
    for method, url in (("GET", "/tasks/3"), ("GET", "/variables/x"), ("HEAD", "/tasks/3"), ("GET", "/tasks/x")):
        response = await client.call(method, url, version)
        assert (response.headers["api-version"], response.headers["vary"]) == (version, "API-Version")


@shows(
    "Its `type` is stable,",
    "harmless characters of the request, and no cache may store it.",
    "`version-unknown`, `version-unsupported`, `version-too-new`,",
)
@pytest.mark.parametrize(
    ("version", "name", "told"),
    [
        ("2020-01-01", "version-unsupported", "2020-01-01"),
        ("2030-01-01", "version-too-new", "2030-01-01"),
        ("tomorrow", "version-unknown", "tomorrow"),
        ("", "version-unknown", ""),
        ("2025-02-30", "version-unknown", "2025-02-30"),
        ("<script>'\"&", "version-unknown", "?script????"),
    ],
)
async def test_a_version_that_cannot_be_served_is_told_which_can(
    client: Client, version: str, name: str, told: str
) -> None:
    response = await client.call("GET", "/tasks/3", version)
    problem = response.json()
    assert response.status_code == problem["status"] == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "API-Version"
    assert problem["type"] == f"urn:timegate:problem:{name}"
    assert problem["requested_version"] == told
    assert problem["supported_versions"] == VERSIONS
    assert isinstance(problem["detail"], str)
    assert client.seen.handlers == []


async def test_too_new_says_to_upgrade_the_server_first(client: Client) -> None:
    response = await client.call("GET", "/tasks/3", "2030-01-01")
    assert "upgrade the server first" in response.json()["detail"]


async def test_a_client_newer_than_head_may_be_given_head(framework: str) -> None:
    async with client_of(framework, newer="latest") as client:
        response = await client.call("GET", "/tasks/3", "2030-01-01")
    assert (response.status_code, response.headers["api-version"]) == (200, HEAD)
    assert response.json()["dag_version_id"] == "v1"


@shows("it repeats at most 64")
async def test_a_huge_version_is_refused_and_barely_echoed(client: Client) -> None:
    response = await client.call("GET", "/tasks/3", "9" * 65536)
    assert response.status_code == 400
    assert response.json()["requested_version"] == "9" * 64
    assert len(response.content) < 600


@shows("`version-ambiguous` | 400")
async def test_two_different_versions_are_refused_and_twice_the_same_is_one(client: Client) -> None:
    two = await client.http.get("/tasks/3", headers=[("API-Version", OLD), ("api-version", HEAD)])
    joined = await client.http.get("/tasks/3", headers={"API-Version": f"{OLD}, {HEAD}"})
    same = await client.http.get("/tasks/3", headers=[("API-Version", OLD), ("api-version", OLD)])
    for response in (two, joined):
        assert response.status_code == 400
        assert response.json()["requested_version"] == [OLD, HEAD]
    assert (same.status_code, same.headers["api-version"]) == (200, OLD)
    assert client.seen.versions == [OLD]


@shows("`version-missing`,")
async def test_no_version_is_refused_where_one_is_required(client: Client) -> None:
    response = await client.call("GET", "/tasks/3", None)
    assert response.status_code == 400
    assert response.json()["type"] == "urn:timegate:problem:version-missing"
    assert response.json()["supported_versions"] == VERSIONS
    assert "api-version" not in response.headers
    assert client.seen.handlers == []


async def test_a_path_of_an_older_version_wants_a_version_too(client: Client) -> None:
    response = await client.call("GET", "/jobs/3", None)
    assert response.json()["type"] == "urn:timegate:problem:version-missing"


@shows("no operation of any version | passes")
@pytest.mark.parametrize("version", [None, "nonsense", OLD])
async def test_what_is_no_operation_never_needs_a_version(client: Client, version: str | None) -> None:
    plain, unknown = await client.call("GET", "/plain", version), await client.call("GET", "/nothing", version)
    assert (plain.status_code, unknown.status_code) == (200, 404)
    assert plain.text == (OLD if version == OLD else "None")
    assert "vary" not in plain.headers


def _pinned(scope: Mapping[str, Any]) -> str | None:
    return OLD if any(value == b"Bearer old" for name, value in scope["headers"] if name == b"authorization") else None


@pytest.mark.parametrize(
    ("default", "bearer", "force"),
    [("oldest", "", OLD), ("latest", "", HEAD), ("2025-06-01", "", "2025-06-01"), (_pinned, "old", OLD)],
)
async def test_a_default_serves_whom_names_none(framework: str, default: Any, bearer: str, force: str) -> None:
    async with client_of(framework, default=default) as client:
        response = await client.call("GET", "/tasks/3", None, headers={"Authorization": f"Bearer {bearer}"})
    assert (response.status_code, response.headers["api-version"]) == (200, force)


async def test_a_default_that_finds_nothing_is_a_version_missing(framework: str) -> None:
    async with client_of(framework, default=_pinned) as client:
        response = await client.call("GET", "/tasks/3", None)
    assert response.json()["type"] == "urn:timegate:problem:version-missing"


@shows("a request that names no version, or none that is served, at an operation in `unversioned`")
async def test_an_unversioned_operation_responds_without_a_version(framework: str) -> None:
    async with client_of(framework, unversioned=("/tasks/{task_id}",)) as client:
        for version in (None, "nonsense", "1999-01-01", "2999-01-01"):
            response = await client.call("GET", "/tasks/3", version)
            assert (response.status_code, response.json()["dag_version_id"]) == (200, "v1")
            assert "api-version" not in response.headers
            assert response.headers["vary"] == "API-Version"
        old = await client.call("GET", "/tasks/3", OLD)
    assert old.json()["version_id"] == "v1"
    assert client.seen.versions == [None, None, None, None, OLD]


@shows("`version-sunset` | 410,")
async def test_a_version_past_its_sunset_is_gone(framework: str) -> None:
    app = APIS[framework](Seen())
    versions = (Version(v.value, *v.changes, sunset=date(2025, 7, 1) if v.value == OLD else None) for v in timeline())
    app.add_middleware(TimegateMiddleware, timeline=Timeline(*versions))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        gone = await http.get("/tasks/3", headers={"API-Version": "2025-05-17"})
        live = await http.get("/tasks/3", headers={"API-Version": "2025-06-01"})
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:timegate:problem:version-sunset")
    assert gone.json()["supported_versions"] == [version for version in VERSIONS if version != OLD]
    assert live.status_code == 200


@shows("`problems=` renders them in another form, for clients that read only `application/json`:")
async def test_problems_are_rendered_as_the_app_wants(framework: str) -> None:
    def render(problem: Problem) -> tuple[str, Any]:
        return "application/json", {"detail": {"reason": problem.name, **problem.members}}

    async with client_of(framework, problems=render) as client:
        response = await client.call("GET", "/tasks/3", "tomorrow")
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")
    assert response.json()["detail"]["reason"] == "version-unknown"
    assert response.json()["detail"]["supported_versions"] == VERSIONS


async def test_head_gets_the_status_of_a_problem_and_no_body(client: Client, framework: str) -> None:
    response = await client.call("HEAD", "/tasks/3", "tomorrow")
    # FastAPI serves HEAD nowhere, so there it is no operation.
    assert (response.status_code, response.content) == (400 if framework == "starlette" else 405, b"")


@pytest.mark.parametrize("url", ["/2025-05-17/tasks/3", "/2025-04-11/jobs/3"])
async def test_selecting_by_path_moves_the_segment_to_root_path(framework: str, url: str) -> None:
    async with client_of(framework, select=path("/{version}")) as client:
        response = await client.http.get(url)
        assert (response.status_code, response.json()["id"]) == (200, 3)
        assert "version_id" in response.json()
        assert response.headers["api-version"] == OLD
        assert "vary" not in response.headers
        assert client.seen.scopes[-1]["root_path"] == url[:11]
        missing, unknown = await client.http.get("/tasks/3"), await client.http.get("/nonsense/tasks/3")
        old = await client.http.get("/2020-01-01/tasks/3")
    assert missing.json()["type"] == "urn:timegate:problem:version-missing"
    assert unknown.status_code == 404
    assert old.json()["type"] == "urn:timegate:problem:version-unsupported"


async def test_selecting_by_query(framework: str) -> None:
    async with client_of(framework, select=query("version")) as client:
        response = await client.http.get("/tasks/3?version=2025-05-17")
        two = await client.http.get("/tasks/3?version=2025-04-11&%76ersion=2025-09-23")
    assert (response.json()["version_id"], response.headers["api-version"]) == ("v1", OLD)
    assert two.json()["type"] == "urn:timegate:problem:version-ambiguous"


@pytest.mark.parametrize(
    ("accept", "key"),
    [
        (f"application/json; version={OLD}", "version_id"),
        (f'text/plain, application/json; q=0.9 ; Version="{OLD}"', "version_id"),
        (f"application/json;version={HEAD}", "dag_version_id"),
    ],
)
async def test_selecting_by_media_type(framework: str, accept: str, key: str) -> None:
    async with client_of(framework, select=media_type("version")) as client:
        response = await client.http.get("/tasks/3", headers={"Accept": accept})
    assert key in response.json()
    assert response.headers["vary"] == "Accept"


async def test_selecting_by_the_media_type_that_is_sent(framework: str) -> None:
    async with client_of(framework, select=media_type("version")) as client:
        said = {"Content-Type": f"application/json; version={OLD}"}
        response = await client.http.post("/tasks", headers=said, content=b'{"id":1,"version_id":"q"}')
    assert (response.status_code, response.json()["version_id"]) == (201, "q")


async def test_the_first_selector_that_finds_a_version_decides(framework: str) -> None:
    select = first_of(header("X-Version"), query("version"), path("/{version}"))
    async with client_of(framework, select=select) as client:
        by_header = await client.http.get(f"/tasks/3?version={HEAD}", headers={"X-Version": OLD})
        by_query = await client.http.get(f"/tasks/3?version={OLD}")
        by_path = await client.http.get(f"/{OLD}/tasks/3")
    for response in (by_header, by_query, by_path):
        assert response.json()["version_id"] == "v1"
        assert (response.headers["x-version"], response.headers["vary"]) == (OLD, "X-Version")


@pytest.mark.parametrize("others", [(), (pinned_later,)], ids=["at once", "awaited"])
async def test_a_version_in_the_path_moves_to_root_path_whatever_decides(framework: str, others: Any) -> None:
    select = first_of(*others, header("X-Version"), path("/{version}"))
    async with client_of(framework, select=select) as client:
        for in_path in (OLD, HEAD):
            response = await client.http.get(f"/{in_path}/tasks/3", headers={"X-Version": OLD})
            assert (response.status_code, response.json()["version_id"]) == (200, "v1")
            assert (response.headers["x-version"], client.seen.scopes[-1]["root_path"]) == (OLD, f"/{in_path}")


async def test_a_pin_that_does_not_say_what_it_reads_makes_responses_private(framework: str) -> None:
    def pin(scope: Mapping[str, Any]) -> str | None:
        return OLD

    async with client_of(framework, select=pin) as client:
        response = await client.http.get("/tasks/3")
    assert (response.json()["version_id"], response.headers["cache-control"]) == ("v1", "private")


async def test_a_pin_that_says_what_it_reads_is_varied_on(framework: str) -> None:
    class Pin:
        vary = "Authorization"

        def __call__(self, scope: Mapping[str, Any]) -> str | None:
            return _pinned(scope)

    async with client_of(framework, select=Pin()) as client:
        response = await client.http.get("/tasks/3", headers={"Authorization": "Bearer old"})
    assert (response.json()["version_id"], response.headers["vary"]) == ("v1", "Authorization")


@pytest.mark.parametrize(
    "options",
    [{"default": "newest"}, {"newer": "guess"}, {"select": 3}, {"contract": timeline(), "gates": 1}],
)
def test_an_argument_that_means_nothing_is_refused(options: dict[str, Any]) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError

    if "gates" in options:
        options = {"gates": _gates(), "contract": Starlette()}
    with pytest.raises(DeclarationError):
        TimegateMiddleware(app, timeline=timeline(), **options)


def _gates() -> object:
    from timegate import Contract

    return timeline().compile(Contract.of(APIS["starlette"](Seen())))


async def test_the_context_is_seen_in_a_thread_and_gone_afterwards() -> None:
    class Flag(VersionChange):
        """Handlers ask for it."""

    @operation(response=dict[str, bool])
    def sync(request: Request) -> dict[str, bool]:
        return {str(current_version()): Flag.applies()}

    app = Starlette(routes=[Route("/sync", sync)])
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(HEAD, Flag), Version(OLD)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        response = await http.get("/sync", headers={"API-Version": OLD})
    assert response.json() == {OLD: False}
    assert current_version() is None
