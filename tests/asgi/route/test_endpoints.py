"""Design: endpoints that a version lacks or has elsewhere, and paths that meant another operation then."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from tests.asgi.api import HEAD, OLD, Client, client_of
from tests.sentences import shows

pytestmark = pytest.mark.anyio


@shows("a path that meant another operation in that version | the handler of that operation,")
async def test_a_path_that_was_a_variables_key_then_goes_to_the_handler_of_keys(client: Client) -> None:
    old, new = await client.call("GET", "/variables/keys", OLD), await client.call("GET", "/variables/keys", HEAD)
    assert (old.status_code, old.json()) == (200, {"key": "keys"})
    assert (new.status_code, new.json()) == (200, ["a", "b"])
    assert client.seen.handlers == ["get_variable", "list_keys"]


async def test_the_handler_of_a_shadowed_path_gets_its_parameters_and_its_route(client: Client) -> None:
    await client.call("GET", "/variables/keys", OLD)
    await client.call("GET", "/variables/other", OLD)
    shadowed, ordinary = client.seen.scopes
    assert shadowed["path_params"] == {"key": "keys"}
    assert shadowed["endpoint"] == ordinary["endpoint"]
    assert not any(str(name).startswith("timegate") for name in shadowed)


@shows(
    "a path that its version does not have | 404, before the app is called",
    "When timegate refuses a request, the response is a problem (RFC 9457).",
    "`operation-not-found`,",
    "| 404, 405",
)
async def test_an_endpoint_that_the_version_lacks_is_not_there(client: Client) -> None:
    for url in ("/works/3", "/runs/previous?dag_id=x"):
        response = await client.call("GET", url, OLD)
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
        assert response.json()["type"] == "urn:timegate:problem:operation-not-found"
        assert (response.headers["api-version"], response.headers["vary"]) == (OLD, "API-Version")
    assert client.seen.handlers == []


@shows(
    "a path that it has, with other methods | 405, with `Allow`",
    "`method-not-allowed` | 404, 405",
)
async def test_a_method_that_the_version_lacks_is_not_allowed(client: Client, framework: str) -> None:
    response = await client.call("DELETE", "/tasks/3", OLD)
    assert response.status_code == 405
    assert response.json()["type"] == "urn:timegate:problem:method-not-allowed"
    assert response.headers["allow"] == ("GET, HEAD, PUT" if framework == "starlette" else "GET, PUT")
    assert client.seen.handlers == []
    assert (await client.call("DELETE", "/tasks/3", HEAD)).status_code == 204


@shows("a path that its version does not have | 404, before the app is called")
async def test_a_path_that_the_version_lacks_is_not_there_for_any_method(client: Client) -> None:
    for method in ("GET", "POST", "PATCH", "PURGE"):
        response = await client.call(method, "/works/3", OLD)
        assert (method, response.status_code) == (method, 404)
        assert "allow" not in response.headers
    assert (await client.call("POST", "/works/3", HEAD)).status_code == 405


@shows(
    "`Allow` names the methods that the client's version has at its path.",
    "`Link`, `Allow`,",
)
async def test_the_apps_allow_loses_what_the_version_lacks(client: Client) -> None:
    client.seen.response = Response(status_code=405, headers={"Allow": "GET, DELETE, PUT"})
    old, new = await client.call("GET", "/tasks/3", OLD), await client.call("GET", "/tasks/3", HEAD)
    assert (old.headers["allow"], new.headers["allow"]) == ("GET, PUT", "GET, DELETE, PUT")


async def test_a_method_that_nobody_has_is_the_apps_to_refuse(client: Client) -> None:
    response = await client.call("PATCH", "/tasks/3", OLD)
    assert response.status_code == 405
    assert "DELETE" not in response.headers["allow"]
    assert (response.headers["api-version"], response.headers["vary"]) == (OLD, "API-Version")


async def test_a_preflight_passes_without_a_version(client: Client) -> None:
    for version in (None, OLD, "nonsense"):
        assert (await client.call("OPTIONS", "/works/3", version)).status_code == 405
    assert client.seen.handlers == []


@shows(
    "The rules hold on Starlette and on FastAPI alike.",
    "a path that moved since | the app gets today's path;",
)
async def test_a_moved_endpoint_is_served_at_its_old_place(client: Client) -> None:
    response = await client.call("GET", "/jobs/3", OLD)
    assert (response.status_code, response.json()) == (200, {"id": 3, "version_id": "w", "size": 0})
    scope = client.seen.scopes[0]
    assert (scope["path"], scope["raw_path"]) == ("/works/3", b"/works/3")
    assert (await client.call("GET", "/jobs/3", HEAD)).status_code == 404


async def test_a_path_parameter_moves_into_the_query(client: Client) -> None:
    response = await client.call("GET", "/dags/a%20b%26c%3Dd/previous?limit=3", OLD)
    assert response.json() == {"dag": "a b&c=d", "limit": "3"}


@shows(
    "A path parameter that moved into the query cannot be overridden by the client's query: `shop=evil` is "
    "removed first.",
)
@pytest.mark.parametrize("evil", ["dag_id=evil", "dag%5Fid=evil", "%7Bdag_id%7D=evil", "dag_id=evil&dag_id=worse"])
async def test_a_query_never_overrides_a_moved_path_parameter(client: Client, evil: str) -> None:
    for url in (f"/dags/good/previous?{evil}", f"/dags/good/previous?limit=5&{evil}"):
        response = await client.call("GET", url, OLD)
        assert response.status_code == 422 or response.json()["dag"] == "good"
        assert "evil" not in response.text


@shows(
    "`Location`, `Content-Location` and `Link`",
    "and paths,",
    "and links.",
    "except `Location`, `Content-Location`, `Link`,",
)
async def test_links_in_responses_lead_to_the_versions_own_places(client: Client) -> None:
    client.seen.response = Response(
        b'{"key":"x"}',
        headers={
            "Location": "/works/7",
            "Content-Location": "http://api.test/runs/previous?dag_id=a%20b&limit=2#top",
            "Link": '</works/8>; rel="next", <https://other.test/works/9>; rel="prev", </tasks/1>; rel="up"',
        },
        media_type="application/json",
    )
    old, new = await client.call("POST", "/made", OLD), await client.call("POST", "/made", HEAD)
    assert old.headers["location"] == "/jobs/7"
    assert old.headers["content-location"] == "http://api.test/dags/a%20b/previous?limit=2#top"
    assert old.headers["link"] == (
        '</jobs/8>; rel="next", <https://other.test/works/9>; rel="prev", </tasks/1>; rel="up"'
    )
    assert new.headers["location"] == "/works/7"


async def test_a_slash_too_many_redirects_to_the_versions_own_place(client: Client) -> None:
    old = await client.call("GET", "/jobs/3/?a=b", OLD)
    assert (old.status_code, old.headers["location"]) == (307, "http://api.test/jobs/3?a=b")
    head = await client.call("GET", "/works/3/?a=b", HEAD)
    assert (head.status_code, head.headers["location"]) == (307, "http://api.test/works/3?a=b")
    assert client.seen.handlers == []


async def test_an_endpoint_is_moved_below_a_root_path(framework: str) -> None:
    async with client_of(framework, root_path="/api") as client:
        client.seen.response = None
        response = await client.call("GET", "/api/jobs/3", OLD)
        assert (response.status_code, client.seen.scopes[0]["path"]) == (200, "/api/works/3")
        client.seen.response = Response(
            b'{"key":"x"}', headers={"Location": "/api/works/7"}, media_type="application/json"
        )
        made = await client.call("POST", "/api/made", OLD)
        assert made.headers["location"] == "/api/jobs/7"


@shows("statuses")
async def test_a_status_is_the_versions_own(client: Client) -> None:
    old, new = await client.call("POST", "/made", OLD), await client.call("POST", "/made", HEAD)
    assert (old.status_code, new.status_code) == (200, 201)
    assert old.content == new.content == b'{"key":"made"}'


async def test_a_query_parameter_is_renamed_and_its_repeats_and_neighbours_stay(client: Client) -> None:
    old = await client.call("GET", "/window?tag=b&limit=3&tag=a%2Bb", OLD)
    new = await client.call("GET", "/window?tag=b&page_size=3&tag=a%2Bb", HEAD)
    assert old.json() == new.json() == {"size": "3", "tags": "b,a+b"}
    smuggled = await client.call("GET", "/window?page_size=3", OLD)
    assert smuggled.status_code == 422 or smuggled.json()["size"] == "10"


async def test_a_query_that_no_change_touches_passes_byte_for_byte(client: Client) -> None:
    for version in (OLD, HEAD):
        await client.call("GET", "/variables/a?b=%7e&&c;d&e=%FF", version)
        assert client.seen.scopes[-1]["query_string"] == b"b=%7e&&c;d&e=%FF"
