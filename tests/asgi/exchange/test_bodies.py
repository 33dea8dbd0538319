"""Design: what becomes of bodies: gated or refused, never passed on ungated."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from tests.asgi.api import HEAD, OLD, Client, client_of, reads_untyped
from tests.sentences import shows

pytestmark = pytest.mark.anyio

TASK = b'{"id":1,"version_id":"q"}'
JSON = {"Content-Type": "application/json"}
ODD = b'{ "key" : "caf\\u00e9", "key":"x", "big": 12345678901234567890123, "f": 1.10 }'


@shows(
    "What no change touches passes byte for byte.",
    "a body that no declared change touches:",
)
async def test_a_body_that_no_change_touches_passes_byte_for_byte(client: Client) -> None:
    client.seen.response = Response(ODD, media_type="application/json")
    for version in (OLD, HEAD):
        response = await client.call("PUT", "/variables/a", version, content=b' {"key":\t"x"} ', headers=JSON)
        assert response.content == ODD
        assert client.seen.bodies[-1] == b' {"key":\t"x"} '
        assert client.seen.header("content-length") == [b"14"]


@shows("whatever its type and size.")
async def test_an_untouched_body_has_no_limit_and_may_be_of_any_type(framework: str) -> None:
    async with client_of(framework, max_body=100) as client:
        client.seen.response = PlainTextResponse(b"x" * 5000)
        response = await client.call("PUT", "/variables/a", OLD, json={"key": "k" * 5000})
    assert (response.status_code, len(response.content)) == (200, 5000)


@shows(
    "another media type, another charset,",
    "`media-type-unsupported`,",
    "While serving: a body of another media type or charset at a gated place (415 for a request,",
)
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        'application/json; charset="UTF-7"',
        "application/jsonx",
        "text/json",
        "json",
        "",
        "application/json, text/plain",
    ],
)
async def test_a_body_of_another_type_is_refused_where_it_must_be_gated(client: Client, content_type: str) -> None:
    response = await client.call("POST", "/tasks", content=TASK, headers={"Content-Type": content_type})
    assert (response.status_code, response.json()["type"]) == (415, "urn:timegate:problem:media-type-unsupported")
    assert client.seen.handlers == []


@shows("JSON is `application/json` and `*+json`, in UTF-8.")
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON ; Charset=UTF-8", 'application/json;charset="utf-8"', "application/a+json"],
)
async def test_json_is_what_says_so_in_utf_8(client: Client, content_type: str) -> None:
    response = await client.call("POST", "/tasks", content=TASK, headers={"Content-Type": content_type})
    assert (response.status_code, client.seen.bodies) == (201, [b'{"id":1,"dag_version_id":"q"}'])


@shows("two types | 415")
async def test_two_content_types_are_refused(client: Client) -> None:
    headers = [("API-Version", OLD), ("Content-Type", "application/json"), ("Content-Type", "application/json")]
    response = await client.http.post("/tasks", headers=headers, content=TASK)
    assert response.status_code == 415


@pytest.mark.parametrize("version", [OLD, HEAD])
async def test_a_body_without_a_type_is_json_where_the_contract_knows_nothing_else(
    client: Client, version: str
) -> None:
    name = "version_id" if version == OLD else "dag_version_id"
    for url, method, body in (("/tasks", "POST", {"id": 1, name: "q"}), ("/variables/k", "PUT", {"key": "v"})):
        response = await client.call(method, url, version, content=json.dumps(body).encode())
        assert response.status_code in (200, 201)
        assert client.seen.header("content-type") == [b"application/json"]


async def test_a_body_without_a_type_is_refused_where_a_form_could_have_sent_it(framework: str) -> None:
    async with client_of(framework, default="oldest") as client:
        response = await client.call("POST", "/tasks", None, content=TASK)
        assert response.status_code == (201 if reads_untyped(framework) else 415)
        del client.seen.handlers[:]
        await client.call("PUT", "/variables/k", None, content=b'{"key":"v"}')
        told = [b"application/json"] if reads_untyped(framework) else []
        assert client.seen.handlers == [] or client.seen.header("content-type") == told


@shows("empty | passes")
async def test_an_empty_body_always_passes_to_the_app(client: Client) -> None:
    response = await client.call("POST", "/tasks", content=b"", headers={"Content-Type": "text/plain"})
    assert response.status_code == 422
    assert "dag_version_id" not in response.text


NO_JSON = {
    "cut off": b'{"id":1',
    "not UTF-8": b'{"id":1,"version_id":"\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"id":1}',
    "NaN": b'{"id":NaN,"version_id":"q"}',
    "an overflow": b'{"id":1,"version_id":"q","size":1e400}',
    "an infinity": b'{"id":1,"version_id":"q","size":-Infinity}',
    "4,301 digits": b'{"id":' + b"9" * 4301 + b',"version_id":"q"}',
    "202 lists": b"[" * 202 + b"]" * 202,
    "100,000 lists": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "a lone surrogate": b'{"id":1,"version_id":"\\ud800"}',
    "UTF-16": '{"id":1}'.encode("utf-16"),
    "a zero byte": b"\x00",
}


@shows(
    "not JSON in UTF-8, or with a byte order mark or half of a surrogate pair; nested deeper than 201; an integer "
    "of more than 4,300 digits; NaN, infinities, or a number that overflows | 400",
    "`body-malformed`,",
)
@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
async def test_what_is_no_json_that_can_be_carried_is_refused(client: Client, body: bytes) -> None:
    response = await client.call("POST", "/tasks", content=body, headers=JSON)
    assert (response.status_code, response.json()["type"]) == (400, "urn:timegate:problem:body-malformed")
    assert len(response.content) < 400
    assert client.seen.handlers == []


@shows("Big integers stay exact.")
async def test_big_integers_survive_exactly_and_words_for_infinity_are_words(client: Client) -> None:
    big = 10**40 + 1
    response = await client.call("POST", "/tasks", json={"id": 1, "version_id": "Infinity NaN", "size": big})
    assert response.json() == {"id": 1, "version_id": "Infinity NaN", "size": big}


@shows("The last of duplicate keys wins.")
async def test_of_duplicate_keys_the_last_one_wins_and_none_is_smuggled(client: Client) -> None:
    body = b'{"id":1,"version_id":"a","version_id":"b"}'
    response = await client.call("POST", "/tasks", content=body, headers=JSON)
    assert (response.status_code, client.seen.bodies) == (201, [b'{"id":1,"dag_version_id":"b"}'])
    both = b'{"id":1,"dag_version_id":"evil","version_id":"b"}'
    response = await client.call("POST", "/tasks", content=both, headers=JSON)
    assert response.status_code == 422
    assert "evil" not in str(client.seen.bodies)


@shows(
    "a key that its version does not have and head does | refused (422) where the model is closed,",
    "`request-refused` | 422,",
    "timegate gates what a contract describes: the JSON bodies of its operations,",
)
async def test_a_key_that_the_version_lacks_is_refused_with_its_place(client: Client) -> None:
    response = await client.call("POST", "/tasks", json={"id": 1, "dag_version_id": "q"})
    assert (response.status_code, response.headers["content-type"]) == (422, "application/json")
    assert response.json() == {
        "detail": [
            {
                "type": "missing",
                "loc": ["body", "version_id"],
                "msg": "Field required",
                "input": {"id": 1, "dag_version_id": "q"},
            },
            {
                "type": "extra_forbidden",
                "loc": ["body", "dag_version_id"],
                "msg": "Extra inputs are not permitted",
                "input": "q",
            },
        ]
    }


@shows(
    "more than `max_body` bytes",
    "`body-too-large` | 400, 415, 413",
)
async def test_a_request_larger_than_the_limit_is_refused_with_and_without_its_length(framework: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 10

    async with client_of(framework, max_body=100) as client:
        said = await client.call("POST", "/tasks", content=TASK + b" " * 100, headers=JSON)
        unsaid = await client.call("POST", "/tasks", content=pieces(), headers=JSON)
        small = await client.call("POST", "/tasks", content=TASK, headers=JSON)
    assert [said.status_code, unsaid.status_code, small.status_code] == [413, 413, 201]
    assert client.seen.handlers == ["create_task"]


@shows(
    "is larger than `max_body`, is",
    "a response larger than `max_body`,",
)
async def test_a_response_larger_than_the_limit_is_not_sent(framework: str, caplog: pytest.LogCaptureFixture) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b'{"dag_version_id":"secret"}' * 10

    async with client_of(framework, max_body=1000) as client:
        client.seen.response = StreamingResponse(pieces(), media_type="application/json")
        response = await client.call("GET", "/tasks/3")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "larger than 1000 bytes" in caplog.text


@shows(
    "A response that cannot be converted is never sent: it becomes a 500,",
    "Such a response has a media type that the contract does not declare, is encoded,",
    "is not JSON or not of the declared shape.",
    "`response-not-convertible`,",
    "500 for a response), a response that is encoded although the request does not accept it,",
    "a response that does not have the declared shape,",
)
@pytest.mark.parametrize(
    "response",
    [
        Response(b'{"dag_version_id":"secret"', media_type="application/json"),
        Response(b'{"id":1,"dag_version_id":NaN}', media_type="application/json"),
        Response(b'{"id":1,"dag_version_id":"\xff"}', media_type="application/json"),
        Response(b'{"id":1,"dag_version_id":"a","size":1e999}', media_type="application/json"),
        Response(b'["secret"]', media_type="application/json"),
        Response(b'"secret"', media_type="application/json"),
        Response(b'{"dag_version_id":"secret"}', media_type="text/plain"),
        Response(b'{"dag_version_id":"secret"}', media_type="application/json; charset=latin-1"),
        Response(b'{"dag_version_id":"secret"}'),
        Response(gzip.compress(b"secret"), media_type="application/json", headers={"Content-Encoding": "gzip"}),
        Response(b'{"dag_version_id":"secret"}', status_code=206, media_type="application/json; charset=utf-16"),
    ],
)
async def test_a_response_that_cannot_be_gated_is_not_sent(
    client: Client, response: Response, caplog: pytest.LogCaptureFixture
) -> None:
    client.seen.response = response
    told = await client.call("GET", "/tasks/3", OLD)
    assert (told.status_code, told.json()["type"]) == (500, "urn:timegate:problem:response-not-convertible")
    assert "secret" not in told.text
    assert "dag_version_id" not in told.text
    assert told.headers["cache-control"] == "no-store"
    assert (told.headers["api-version"], told.headers["vary"]) == (OLD, "API-Version")
    assert "GET /tasks/{task_id:int}" in caplog.text
    assert caplog.records[0].levelno == logging.ERROR
    head = await client.call("GET", "/tasks/3", HEAD)
    assert (head.status_code, head.headers.get("content-type")) == (
        response.status_code,
        response.headers.get("content-type"),
    )


async def test_an_empty_response_of_any_type_passes(client: Client) -> None:
    for response in (Response(b""), PlainTextResponse(b""), Response(b"", media_type="application/json")):
        client.seen.response = response
        told = await client.call("GET", "/tasks/3", OLD)
        assert (told.status_code, told.content) == (200, b"")


@shows("and a success status that is not declared is converted as the declared one.")
async def test_an_undeclared_success_is_gated_as_the_declared_one(client: Client) -> None:
    client.seen.response = JSONResponse({"id": 1, "dag_version_id": "a"}, status_code=203)
    response = await client.call("GET", "/tasks/3", OLD)
    assert (response.status_code, response.json()) == (203, {"id": 1, "version_id": "a"})


@shows('| `responses={404: {"model": …}}`, `@operation(errors={404: …})`')
async def test_an_error_is_gated_by_the_model_of_its_status(client: Client) -> None:
    client.seen.response = JSONResponse({"taken_by": "me"}, status_code=409)
    old, new = await client.call("GET", "/tasks/3", OLD), await client.call("GET", "/tasks/3", HEAD)
    assert (old.status_code, old.json(), new.json()) == (409, {"owner": "me"}, {"taken_by": "me"})


@shows("an error whose status has no declared model;")
async def test_an_undeclared_error_passes_as_it_is(client: Client) -> None:
    client.seen.response = JSONResponse({"detail": "no such task"}, status_code=404)
    response = await client.call("GET", "/tasks/3", OLD)
    assert (response.status_code, response.content) == (404, b'{"detail":"no such task"}')


@pytest.mark.parametrize("status", [204, 205, 304])
async def test_a_status_without_a_body_is_left_alone(client: Client, status: int) -> None:
    client.seen.response = Response(status_code=status, headers={"X-More": "1"})
    response = await client.call("GET", "/tasks/3", OLD)
    assert (response.status_code, response.content, response.headers["x-more"]) == (status, b"", "1")
    assert response.headers["vary"] == "API-Version"


async def test_a_redirect_keeps_its_place_and_its_cookies(client: Client) -> None:
    client.seen.response = Response(status_code=302, headers={"Location": "/tasks/1"})
    client.seen.response.set_cookie("a", "1")
    client.seen.response.set_cookie("b", "2")
    response = await client.call("GET", "/tasks/3", OLD)
    assert (response.status_code, response.headers["location"]) == (302, "/tasks/1")
    assert len(response.headers.get_list("set-cookie")) == 2


@shows("the 500 that Starlette sends for an unhandled exception")
async def test_a_crash_of_the_app_is_the_apps_own_500(client: Client) -> None:
    client.seen.error = RuntimeError("boom")
    response = await client.call("GET", "/tasks/3", OLD)
    assert (response.status_code, response.text) == (500, "Internal Server Error")


async def test_what_head_finds_missing_is_told_by_its_old_name(client: Client) -> None:
    response = await client.call("POST", "/tasks", json={"id": 1})
    (detail,) = response.json()["detail"]
    assert (response.status_code, detail["type"], detail["loc"]) == (422, "missing", ["body", "version_id"])
    assert detail["input"] == {"id": 1}
    assert "dag_version_id" not in response.text
    head = await client.call("POST", "/tasks", HEAD, json={"id": 1})
    assert head.json()["detail"][0]["loc"] == ["body", "dag_version_id"]


@shows("`input` is what the client sent there,")
async def test_what_head_finds_wrong_is_told_by_its_old_name_and_as_it_was_sent(client: Client) -> None:
    response = await client.call("POST", "/tasks", json={"id": "x", "version_id": {"dag_version_id": 3}})
    details = {tuple(detail["loc"]): detail["input"] for detail in response.json()["detail"]}
    assert details == {("body", "id"): "x", ("body", "version_id"): {"dag_version_id": 3}}


async def test_a_wrong_query_parameter_is_told_by_its_old_name(client: Client) -> None:
    response = await client.call("GET", "/window?limit=many")
    (detail,) = response.json()["detail"]
    assert (response.status_code, detail["loc"], detail["input"]) == (422, ["query", "limit"], "many")
    assert "page_size" not in response.text


@shows("and the `errors[].pointer` of problems.")
@pytest.mark.parametrize("pointer", ["#/dag_version_id", "/dag_version_id"])
async def test_pointers_of_problems_are_told_in_old_names(client: Client, pointer: str) -> None:
    client.seen.response = JSONResponse(
        {"title": "no", "errors": [{"detail": "no", "pointer": pointer}]},
        status_code=422,
        media_type="application/problem+json",
    )
    response = await client.call("POST", "/tasks", content=TASK, headers=JSON)
    assert response.json()["errors"] == [{"detail": "no", "pointer": pointer.replace("dag_version_id", "version_id")}]
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["\N{SUPERSCRIPT TWO}", "\N{CIRCLED DIGIT ONE}", "0" * 5000])
async def test_a_pointer_through_a_key_that_looks_like_a_number_is_told(client: Client, key: str) -> None:
    problem = {"title": "no", "errors": [{"pointer": f"/{key}/dag_version_id"}]}
    client.seen.response = JSONResponse(problem, status_code=422, media_type="application/problem+json")
    response = await client.call("POST", "/tasks", content=TASK, headers=JSON)
    assert (response.status_code, response.json()["errors"][0]["pointer"].partition("/")[0]) == (422, "")


async def test_a_422_that_lists_no_places_passes(client: Client) -> None:
    for response in (PlainTextResponse("dag", status_code=422), JSONResponse({"detail": "dag"}, status_code=422)):
        client.seen.response = response
        told = await client.call("POST", "/tasks", content=TASK, headers=JSON)
        assert (told.status_code, told.content) == (422, response.body)


def _decoder(body: bytes) -> Any:
    return json.loads(body)


async def test_the_codec_can_be_set(framework: str) -> None:
    def encode(value: Any) -> bytes:
        return json.dumps(value, indent=1).encode()

    async with client_of(framework, decoder=_decoder, encoder=encode) as client:
        response = await client.call("POST", "/tasks", content=TASK, headers=JSON)
        bad = await client.call("POST", "/tasks", content=b"{", headers=JSON)
        infinite = await client.call("POST", "/tasks", content=b'{"id":Infinity,"version_id":"q"}', headers=JSON)
    assert response.content.startswith(b'{\n "id": 1')
    assert [response.status_code, bad.status_code, infinite.status_code] == [201, 400, 400]


async def test_what_another_decoder_reads_and_json_cannot_express_is_the_clients_fault(
    framework: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with client_of(framework, decoder=_decoder) as client:
        response = await client.call("POST", "/tasks", content=b'{"id":1,"version_id":"\\ud800"}', headers=JSON)
    assert response.status_code == 400
    assert not caplog.records
