"""A form of very many small parts is read in time that grows with its size: none of it is copied for each part."""

from __future__ import annotations

from time import process_time
from typing import Annotated

import pytest
from fastapi import FastAPI, Form

from tests.asgi.calling import Caller
from timegate import Timeline, Version, VersionChange, endpoint
from timegate.asgi import TimegateMiddleware
from timegate.asgi.message.multipart import Malformed, MultipartScanner, Part

NEW, OLD = "2025-06-01", "2025-01-01"
PART = b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n'


class Named(VersionChange):
    """A number is called size."""

    changes = (endpoint("/orders", "POST").form("n").renamed(to="size"),)


def seconds(client: Caller, parts: int) -> float:
    """The least CPU time of three tries with one form."""
    options = {"content": PART * parts + b"--b--\r\n", "headers": {"content-type": "multipart/form-data; boundary=b"}}
    taken: list[float] = []
    for _ in range(3):
        begun = process_time()
        client.post("/orders", **options)
        taken.append(process_time() - begun)
    return min(taken)


def test_four_times_as_many_parts_take_four_times_as_long() -> None:
    app = FastAPI()

    @app.post("/orders")
    def order(size: Annotated[int, Form()]) -> int:
        return size

    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Named), Version(OLD)))
    client = Caller(app, headers={"API-Version": OLD})
    options = {"content": PART + b"--b--\r\n", "headers": {"content-type": "multipart/form-data; boundary=b"}}
    assert client.post("/orders", **options).json() == 1
    # With a copy of the rest for each part it was sixteen times as long.
    assert seconds(client, 48_000) < 8 * seconds(client, 12_000)


def scanned(form: bytes, sizes: int) -> list[tuple[str, bytes]]:
    """The name and the bytes of each part of a form that arrives in pieces of one size."""
    scanner, found = MultipartScanner(b"b"), list[tuple[str, bytes]]()
    for at in range(0, len(form), sizes):
        for one in scanner.feed(form[at : at + sizes]):
            if isinstance(one, Part):
                found.append((one.name, b""))
            else:
                name, data = found.pop()
                found.append((name, data + one.data))
    assert scanner.ended
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_the_parts_are_the_same_whatever_the_pieces_in_which_they_arrive(size: int) -> None:
    parts = [b"", b"1", b"\r\n--", b"\r\n--a", b"x" * 100]
    form = b"".join(PART.replace(b"1\r\n", part + b"\r\n") for part in parts) + b"--b--\r\nrest"
    assert scanned(form, size) == [("n", part) for part in parts]


def test_spaces_may_follow_a_boundary() -> None:
    assert scanned(PART.replace(b"--b\r\n", b"--b \t \r\n") + b"--b--", 1000) == [("n", b"1")]


@pytest.mark.parametrize("after", [b"x\r\n", b" x\r\n", b"\n\n"])
def test_anything_else_behind_a_boundary_is_no_form(after: bytes) -> None:
    with pytest.raises(Malformed):
        list(MultipartScanner(b"b").feed(PART.replace(b"--b\r\n", b"--b" + after)))
