"""Forms and cookies that are as bad as their size allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final

from fastapi import Cookie, FastAPI, Form, UploadFile

from tests.growth.crafted import ANY, Crafted
from tests.growth.crafted_bodies import in_parts
from tests.growth.crafted_parameters import fields_of, numbered, one_field, repeated, with_headers
from tests.growth.exchanges import VERSION, Request
from timegate import endpoint

MULTIPART: Final = (b"content-type", b"multipart/form-data; boundary=b")
URLENCODED: Final = (b"content-type", b"application/x-www-form-urlencoded")


def ordered(app: FastAPI) -> None:
    @app.post("/items")
    async def post(
        sizes: Annotated[list[int], Form(default_factory=list)], files: list[UploadFile] | None = None
    ) -> int:
        return 1


def tracked(app: FastAPI) -> None:
    @app.get("/items")
    async def get(session: Annotated[str, Cookie()] = "") -> int:
        return 1


def part(name: str, data: bytes = b"1", *, file: str = "") -> bytes:
    """A part of a multipart form."""
    told = f'; filename="{file}"' if file else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode() + data + b"\r\n"


def as_it_is(body: bytes) -> list[bytes]:
    """A body in one message."""
    return [body]


def form(
    of: Callable[[int], bytes],
    content_type: tuple[bytes, bytes] = MULTIPART,
    *,
    told: int = 200,
    parts: Callable[[bytes], Sequence[bytes]] = as_it_is,
) -> Crafted:
    """A form of about so many bytes."""

    def request(size: int) -> Request:
        return Request(headers=(VERSION, content_type), parts=parts(of(size)), told=told)

    return Crafted(lambda: [RENAMED], ordered, request)


def many(one: bytes) -> Callable[[int], bytes]:
    """A multipart form of one part, again and again."""
    return lambda size: one * max(1, size // len(one)) + b"--b--\r\n"


def fields(size: int) -> bytes:
    """A multipart form of many fields."""
    return b"".join(part(f"n{index:06}") for index in range(size // len(part("n000000")))) + b"--b--\r\n"


RENAMED: Final = endpoint("/items").form("numbers").renamed(to="sizes")
COOKIE: Final = endpoint("/items").cookie("token").renamed(to="session")

FORMS: Final[dict[str, Crafted]] = {
    "one field of a form many times": form(lambda size: repeated("numbers=1")(size).encode(), URLENCODED),
    "many fields of a form": form(lambda size: numbered("name")(size).encode(), URLENCODED),
    "many parts": form(many(part("numbers"))),
    "many parts of many names": form(fields),
    "many empty parts": form(many(part("numbers", b"")), told=ANY),
    "many parts in messages of sixteen bytes": form(many(part("numbers")), parts=in_parts(16)),
    "many files": form(many(part("files", file="a"))),
    "many files in messages of sixteen bytes": form(many(part("files", file="a")), parts=in_parts(16)),
    "one long file": form(lambda size: part("files", b"\r\n--" * (size // 4), file="a") + b"--b--\r\n"),
    "one long field": form(lambda size: part("numbers", b"1" * size) + b"--b--\r\n", told=ANY),
    "a form without an end": form(lambda size: part("files", b"\r\n--" * (size // 4), file="a"), told=400),
    "one cookie many times": with_headers(
        tracked, lambda size: [VERSION, (b"cookie", b"; ".join([b"token=a"] * (size // 9)))], COOKIE
    ),
    "many cookies": with_headers(
        tracked,
        lambda size: [VERSION, (b"cookie", b"; ".join([b"token=a", *(b"n%06d=a" % i for i in range(size // 11))]))],
        COOKIE,
    ),
    "many lines of cookies": with_headers(tracked, fields_of(b"cookie", b"token=a", VERSION), COOKIE),
    "many separators of cookies": with_headers(
        tracked, one_field(b"cookie", b";;;;", VERSION, (b"cookie", b"token=a")), COOKIE
    ),
}
"""Each worst case by its name."""
