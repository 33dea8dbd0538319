"""Design: caches, tags, ranges and digests see each version apart."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.asgi.api import HEAD, OLD, Client, Task, client_of
from tests.sentences import shows
from timegate import Contract, Timeline, Version, VersionChange, on
from timegate.asgi import TimegateMiddleware
from timegate.asgi.message.etags import VersionTags
from timegate.asgi.message.headers import is_json, media_type_of, split_quoted, values_of, with_version_fields

pytestmark = pytest.mark.anyio

BODY = b'{"id":1,"dag_version_id":"a"}'
SUFFIX = f";{OLD}"


def _json(**headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(BODY, media_type="application/json", headers=named)


@shows("`Content-Length` is that of the converted body.")
async def test_the_length_is_that_of_the_gated_body(client: Client) -> None:
    response = await client.call("GET", "/tasks/3", OLD)
    assert response.headers.get_list("content-length") == [str(len(response.content))]


@pytest.mark.parametrize("kept", ["Accept-Encoding", "accept-encoding, X-API-Version"])
async def test_vary_is_joined_to_the_apps_own(client: Client, kept: str) -> None:
    for version in (OLD, HEAD):
        for url in ("/tasks/3", "/variables/x"):
            client.seen.response = _json(Vary=kept)
            response = await client.call("GET", url, version)
            assert response.headers.get_list("vary") == [f"{kept}, API-Version"]


async def test_vary_that_says_it_already_stays(client: Client) -> None:
    for said in ("api-version", "*", "Accept, API-VERSION"):
        client.seen.response = _json(Vary=said)
        assert (await client.call("GET", "/tasks/3", OLD)).headers.get_list("vary") == [said]


@shows("on 304 and problems too.")
async def test_not_modified_and_our_own_responses_vary_too(client: Client) -> None:
    client.seen.response = Response(status_code=304, headers={"ETag": '"abc"'})
    response = await client.call("GET", "/tasks/3", OLD)
    assert (response.headers["vary"], response.headers["etag"]) == ("API-Version", f'"abc{SUFFIX}"')
    assert (await client.call("GET", "/tasks/3", None)).headers["vary"] == "API-Version"


@shows("and neither has a 304.")
async def test_not_modified_has_no_length_of_a_body_that_is_not_the_clients(client: Client) -> None:
    client.seen.response = Response(status_code=304, headers={"ETag": '"abc"', "Content-Length": "25"})
    assert "content-length" not in (await client.call("GET", "/tasks/3", OLD)).headers
    assert (await client.call("GET", "/tasks/3", HEAD)).headers["content-length"] == "25"


async def test_the_apps_own_echo_gives_way(client: Client) -> None:
    client.seen.response = _json(API_Version="1999-01-01")
    for url in ("/tasks/3", "/variables/x"):
        assert (await client.call("GET", url, OLD)).headers.get_list("api-version") == [OLD]


async def test_private_where_nobody_knows_what_a_pin_reads(framework: str) -> None:
    async with client_of(framework, select=_pin) as client:
        client.seen.response = _json(Cache_Control="public, max-age=5, s-maxage=9", Vary="Accept")
        response = await client.http.get("/variables/x")
    assert response.headers.get_list("cache-control") == ["private, max-age=5"]
    assert response.headers["vary"] == "Accept"


def _pin(scope: Any) -> str:
    return OLD


@shows(
    'The entity tag of a gated response names its version: `"abc"` leaves as `"abc;2025-01-01"`, a weak tag '
    "stays weak.",
    "`Allow`, `ETag`",
)
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('"abc"', f'"abc{SUFFIX}"'),
        ('W/"abc"', f'W/"abc{SUFFIX}"'),
        ('""', f'"{SUFFIX}"'),
        ("abc", None),
        ('"a"b"', None),
    ],
)
async def test_a_tag_leaves_with_its_version(client: Client, given: str, told: str | None) -> None:
    client.seen.response = _json(ETag=given)
    old, new = await client.call("GET", "/tasks/3", OLD), await client.call("GET", "/tasks/3", HEAD)
    untouched = await client.call("GET", "/variables/x", OLD)
    assert (old.headers.get("etag"), new.headers["etag"], untouched.headers["etag"]) == (told, given, given)


@shows(
    "In requests that suffix is removed.",
    "Any other tag is dropped from `If-None-Match`;",
)
@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (f'"abc{SUFFIX}"', ['"abc"']),
        (f'W/"abc{SUFFIX}", "other", "x{SUFFIX}"', ['W/"abc", "x"']),
        ('"abc"', []),
        (f'"abc;{HEAD}"', []),
        (f'"a,b{SUFFIX}"', ['"a,b"']),
        ("*", ["*"]),
        (f'abc{SUFFIX}, "abc{SUFFIX}"', []),
        (f'"abc{SUFFIX}" "abc{SUFFIX}"', []),
    ],
)
async def test_only_the_versions_own_tags_reach_if_none_match(client: Client, said: str, seen: list[str]) -> None:
    await client.call("GET", "/tasks/3", OLD, headers={"If-None-Match": said})
    assert client.seen.header("if-none-match") == [value.encode() for value in seen]
    await client.call("GET", "/tasks/3", HEAD, headers={"If-None-Match": said})
    assert client.seen.header("if-none-match") == [said.encode()]


@shows("in `If-Match` it becomes one that cannot match, so that the request does not become unconditional.")
@pytest.mark.parametrize("said", ['"abc"', f'"abc;{HEAD}"', "nonsense", "", f'"x", W/"y;{HEAD}"'])
async def test_a_foreign_tag_in_if_match_cannot_match_and_stays_a_condition(client: Client, said: str) -> None:
    body = {"id": 1, "version_id": "q"}
    await client.call("PUT", "/tasks/3", OLD, json=body, headers={"If-Match": said})
    (value,) = client.seen.header("if-match")
    assert len(value) == 34
    assert said.encode() not in value or not said


@shows("In requests that suffix is removed.")
async def test_the_versions_own_tag_in_if_match_is_heads(client: Client) -> None:
    body = {"id": 1, "version_id": "q"}
    for said, seen in ((f'"abc{SUFFIX}"', b'"abc"'), ("*", b"*")):
        await client.call("PUT", "/tasks/3", OLD, json=body, headers={"If-Match": said})
        assert client.seen.header("if-match") == [seen]


async def test_a_tag_of_a_gated_response_is_understood_where_nothing_is_gated(client: Client) -> None:
    said = {"If-Match": f'"abc{SUFFIX}", "own"', "If-None-Match": f'"abc{SUFFIX}"'}
    await client.call("GET", "/variables/x", OLD, headers=said)
    assert client.seen.header("if-match") == [b'"abc", "own"']
    assert client.seen.header("if-none-match") == [b'"abc"']


@shows(
    "`Range`, `If-Range` and `Accept-Encoding` are removed from requests whose response is gated,",
    "without `Accept-Encoding` and the like where the response is gated.",
)
async def test_a_gated_response_is_asked_for_whole_and_plain(client: Client) -> None:
    said = {"Range": "bytes=0-3", "If-Range": '"abc"', "Accept-Encoding": "gzip"}
    await client.call("GET", "/tasks/3", OLD, headers=said)
    assert [client.seen.header(name) for name in ("range", "if-range", "accept-encoding")] == [[], [], []]
    for url, version in (("/tasks/3", HEAD), ("/variables/x", OLD)):
        await client.call("GET", url, version, headers=said)
        assert client.seen.header("range") == [b"bytes=0-3"]
        assert client.seen.header("accept-encoding") == [b"gzip"]


@shows(
    "`Accept-Ranges` and digests (`Content-MD5`, `Digest`, `Repr-Digest`, `Content-Digest`) from such responses,",
    "`Content-Range` stays.",
    "and those about bytes",
)
async def test_what_speaks_of_bytes_goes_and_content_range_stays(client: Client) -> None:
    about = {
        "Accept-Ranges": "bytes",
        "Content-MD5": "x",
        "Digest": "x",
        "Repr-Digest": "x",
        "Content-Digest": "x",
        "Content-Range": "map_indexes 3",
    }
    client.seen.response = Response(BODY, media_type="application/json", headers=about)
    old = await client.call("GET", "/tasks/3", OLD)
    assert {name for name in about if name in old.headers} == {"Content-Range"}
    for url, version in (("/tasks/3", HEAD), ("/variables/x", OLD)):
        untouched = await client.call("GET", url, version)
        assert {name for name in about if name in untouched.headers} == set(about)


@shows(
    "`HEAD` | as the `GET` of that path",
    "A `HEAD` of a gated operation has none,",
)
async def test_head_is_gated_as_the_get_of_its_path(framework: str) -> None:
    async with client_of(framework) as client:
        client.seen.response = _json(ETag='"abc"', Digest="x")
        old, new = await client.call("HEAD", "/tasks/3", OLD), await client.call("HEAD", "/tasks/3", HEAD)
    if framework == "fastapi":
        assert (old.status_code, new.status_code) == (405, 405)
        return
    assert (old.content, old.headers["etag"]) == (b"", f'"abc{SUFFIX}"')
    assert "content-length" not in old.headers
    assert "digest" not in old.headers
    assert new.headers["content-length"] == str(len(BODY))


async def test_extensions_that_skip_the_gate_are_taken_out_of_gated_requests(client: Client) -> None:
    extensions: dict[str, dict[str, str]] = {
        "http.response.pathsend": {},
        "http.response.zerocopysend": {},
        "http.response.trailers": {},
        "tls": {},
    }

    def with_extensions(app: Any) -> Any:
        async def wrapped(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "extensions": dict(extensions)}, receive, send)

        return wrapped

    async with client_of("starlette", wrap=with_extensions) as found:
        await found.call("GET", "/tasks/3", OLD)
        await found.call("GET", "/variables/x", OLD)
    gated, untouched = found.seen.scopes
    assert gated["extensions"] == {"tls": {}}
    assert untouched["extensions"] == extensions


async def test_one_response_sent_twice_is_stamped_once(client: Client) -> None:
    client.seen.response = JSONResponse({"key": "x"})
    for version in (HEAD, OLD, HEAD):
        response = await client.call("GET", "/variables/x", version)
        assert response.headers.get_list("api-version") == [version]
    assert [name for name, _ in client.seen.response.raw_headers] == [b"content-length", b"content-type"]


@shows("The server's scope is copied and never changed.")
async def test_the_scope_is_copied_and_never_changed() -> None:
    kept: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def keeping(app: Any) -> Any:
        async def wrapped(scope: Any, receive: Any, send: Any) -> None:
            before = {**scope, "headers": list(scope["headers"])}
            await app(scope, receive, send)
            kept.append((before, scope))

        return wrapped

    async with client_of("starlette", wrap=keeping) as client:
        await client.call("GET", "/jobs/3?a=b", OLD, headers={"If-None-Match": '"a"'})
        await client.call("POST", "/tasks", OLD, json={"id": 1, "version_id": "x"})
    for before, after in kept:
        assert {name: after[name] for name in before} == before


@shows("JSON is `application/json` and `*+json`, in UTF-8.")
def test_json_is_recognised_by_its_type_and_charset() -> None:
    assert all(map(is_json, (b"application/json", b"application/problem+json", b"a/b+json; charset=utf8; x=y")))
    odd = (b"", b"application/json; charset=latin-1", b"a/b/c+json", b"+json", b"application/ json", b"a/json")
    assert not any(map(is_json, odd))


def test_parameters_are_split_outside_of_quotes() -> None:
    assert split_quoted('a;b="c;\\";d";e', ";") == ["a", 'b="c;\\";d"', "e"]
    assert media_type_of('A/B; x="a\\"b"; Y=z') == ("a/b", [("x", 'a"b'), ("y", "z")])
    assert len(split_quoted('"' + "\\" * 65536, ",")) == 1


def test_stamping_joins_several_vary_fields() -> None:
    headers = [(b"Vary", b"a"), (b"x", b"1"), (b"vary", b"b")]
    out = with_version_fields(headers, echo=(b"v", b"1"), vary={b"api-version": b"API-Version"})
    assert values_of(out, b"vary") == [b"a, b, API-Version"]


def test_a_version_of_any_scheme_is_a_legal_part_of_a_tag() -> None:
    tags = VersionTags('2 "beta" é')
    ((_, told),) = tags.outbound([(b"etag", b'"a"')])
    assert told == b'"a;2%20%22beta%22%20%C3%A9"'
    assert tags.inbound([(b"if-none-match", told)], others=False) == [(b"if-none-match", b'"a"')]


@shows(
    "a response of a media type other than JSON that the contract declares without a schema, "
    "or in whose schema nothing changes"
)
async def test_a_plain_response_that_the_contract_declares_passes_beside_a_gated_one() -> None:
    app = FastAPI()

    async def tasks(request: Request) -> object:
        return PlainTextResponse("id,dag", media_type="text/csv")

    app.add_api_route("/tasks", tasks, response_model=Task, responses={200: {"content": {"text/csv": {}}}})

    assert Contract.of(app).opaque == ("200 of GET /tasks",)
    app.add_middleware(TimegateMiddleware, timeline=_tasks_only())
    async with AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http:
        response = await http.get("/tasks", headers={"API-Version": OLD})
    assert (response.status_code, response.text) == (200, "id,dag")


def _tasks_only() -> Timeline:
    class NameIt(VersionChange):
        """It has a name."""

        changes = (on(Task).renamed("version_id", to="dag_version_id"),)

    return Timeline(Version(HEAD, NameIt), Version(OLD))
