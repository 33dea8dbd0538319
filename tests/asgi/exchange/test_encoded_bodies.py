"""An encoded body is inflated where it must be gated, whole and to its end, or it is refused."""

from __future__ import annotations

import gzip
import zlib

import pytest

from tests.asgi.api import Client
from tests.sentences import shows

pytestmark = pytest.mark.anyio


TASK = b'{"id":1,"version_id":"q"}'


JSON = {"Content-Type": "application/json"}


PACKED = gzip.compress(TASK, mtime=0)


@shows("`Content-Encoding: gzip` or `deflate` | decompressed")
@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "deflate", "raw deflate", "identity, gzip"])
async def test_an_encoded_body_is_inflated_where_it_must_be_gated(client: Client, coding: str) -> None:
    raw = zlib.compressobj(wbits=-15)
    packed = {"deflate": zlib.compress(TASK), "raw deflate": raw.compress(TASK) + raw.flush()}
    said = {**JSON, "Content-Encoding": coding.removeprefix("raw ")}
    response = await client.call("POST", "/tasks", content=packed.get(coding, gzip.compress(TASK)), headers=said)
    assert (response.status_code, client.seen.bodies) == (201, [b'{"id":1,"dag_version_id":"q"}'])
    assert client.seen.header("content-encoding") == []
    assert client.seen.header("content-length") == [b"29"]


@shows("other codings and two at once are 415")
@pytest.mark.parametrize(("after", "status"), [(b"", 201), (b"x", 400), (b"x" * 100_000, 400)])
@pytest.mark.parametrize("level", [0, 9])
async def test_a_long_body_is_inflated_to_its_end_and_nothing_may_follow(
    client: Client, level: int, after: bytes, status: int
) -> None:
    coded = gzip.compress(TASK + b" " * 300_000, compresslevel=level)
    said = {**JSON, "Content-Encoding": "gzip"}
    response = await client.call("POST", "/tasks", content=coded + after, headers=said)
    bodies = [b'{"id":1,"dag_version_id":"q"}'] if status == 201 else []
    assert (response.status_code, client.seen.bodies) == (status, bodies)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "nonsense"])
async def test_another_coding_is_refused_and_told_which_are_known(client: Client, coding: str) -> None:
    said = {**JSON, "Content-Encoding": coding}
    response = await client.call("POST", "/tasks", content=gzip.compress(TASK), headers=said)
    assert (response.status_code, response.headers["accept-encoding"]) == (415, "gzip, deflate")
    assert client.seen.handlers == []


@pytest.mark.parametrize(
    "body",
    [PACKED[:-4], PACKED + b"x", TASK, PACKED[:2]],
    ids=["cut off", "going on", "not coded", "two bytes"],
)
async def test_a_broken_coding_is_refused(client: Client, body: bytes) -> None:
    response = await client.call("POST", "/tasks", content=body, headers={**JSON, "Content-Encoding": "gzip"})
    assert (response.status_code, client.seen.handlers) == (400, [])
