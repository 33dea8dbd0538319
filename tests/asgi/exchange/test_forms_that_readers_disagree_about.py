"""No field of a form gets past its gate because the app's reader would find another name, file or part in the bytes."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form, UploadFile
from pydantic import BaseModel

from tests.asgi.calling import Caller
from tests.sentences import shows
from timegate import Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware

NEW, OLD = "2025-06-01", "2025-01-01"
MULTIPART = "multipart/form-data; boundary=b"


class Account(BaseModel):
    name: str = "nobody"
    role: str = "user"
    photo: UploadFile | None = None


def without_dots(user: str) -> str:
    return user.replace(".", "")


class Roles(VersionChange):
    """An account has a role, and its user is called name, without dots."""

    changes = (
        on(Account).renamed("user", to="name"),
        on(Account).added("role"),
        on(Account).retyped("name", was=str, to_head=without_dots, to_old=without_dots),
    )


def posted(body: bytes, kind: str = MULTIPART, **options: Any) -> tuple[int, Any]:
    app = FastAPI()

    @app.post("/accounts")
    def create(account: Annotated[Account, Form()]) -> dict[str, Any]:
        return {"name": account.name, "role": account.role, "file": account.photo and account.photo.filename}

    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Roles), Version(OLD)), **options)
    with Caller(app, headers={"API-Version": OLD}) as client:
        response = client.post("/accounts", content=body, headers={"content-type": kind})
    return response.status_code, response.json()


def part(header: bytes, data: bytes = b"admin") -> bytes:
    return b"--b\r\n" + header + b"\r\n\r\n" + data + b"\r\n"


END = b"--b--\r\n"
DATA = b"Content-Disposition: form-data; "


@shows("and what names a part are written anew; a part whose header names its field or file twice is a 400.")
@pytest.mark.parametrize(
    "header",
    [
        DATA + b'name="x"; filename="f"\r\n' + DATA + b'name="role"',
        DATA + b'x="; name=y; filename=f"; name="role"',
        DATA + b'name="x"; name="role"; filename*=f',
        DATA + b'name="x"; NAME="role"; filename=f',
        DATA + b'x="\\\\"; name="y"; filename="f"; z="; name=role; v="',
        DATA + b'name="x"; filename="f\\\\"; y="; name=role; v="',
        b"X: a\n" + DATA + b'name="x"; filename=f\r\n' + DATA + b'name="role"',
        b'X: a\r Content-Disposition: form-data; name="role"\r\n' + DATA + b'name="x"; filename=f',
        DATA + b'name="x"; filename="f"\r\n Content-Disposition: form-data; name="role"',
        DATA + b'name="x"; filename="f"; name*=utf-8\'\'role',
    ],
)
def test_no_header_of_a_part_names_one_field_to_the_gate_and_another_to_the_app(header: bytes) -> None:
    status, found = posted(part(header) + END)
    assert status == 400 or (status, found["role"]) == (200, "user")


@shows("The boundary and what names a part are written anew;")
@pytest.mark.parametrize("dots", [b"\r\n--.b", b"\r\n-.-b"])
def test_no_converted_text_begins_another_part(dots: bytes) -> None:
    forged = b"Ada" + dots + b"\r\n" + DATA + b'name="role"\r\n\r\nadmin'
    status, found = posted(part(DATA + b'name="user"', forged) + END)
    assert (status, found["role"]) == (200, "user")
    assert found["name"].startswith("Ada\r\n--b\r\n")


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=b; boundary=c", 'multipart/form-data; x="; boundary=c; boundary=b']
)
def test_a_form_with_two_boundaries_is_refused(kind: str) -> None:
    status, problem = posted(part(DATA + b'name="user"') + END, kind)
    assert (status, problem["detail"]) == (400, "The Content-Type of the form names no boundary.")


def test_a_boundary_that_only_stands_in_another_parameter_is_none() -> None:
    status, found = posted(
        part(DATA + b'name="user"', b"Ada") + END, 'multipart/form-data; x="; boundary=c"; boundary=b'
    )
    assert (status, found["name"]) == (200, "Ada")


@pytest.mark.parametrize("name", [b'name=""', b'name="x"'])
def test_parts_without_a_text_count_for_the_limit(name: bytes) -> None:
    assert posted(part(DATA + name, b"") * 40 + END, max_body=1_000)[0] == 413
    assert posted(part(DATA + name, b"") * 40 + END, max_body=10_000)[0] == 200


def test_a_form_of_which_nothing_is_left_is_an_empty_form() -> None:
    assert posted(part(DATA + b'name="role"') + END) == (200, {"name": "nobody", "role": "user", "file": None})


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b'"a b.png"', "a b.png"), (b"a.png", "a.png"), ("é.png".encode(), "é.png"), (b'"a\\"b.png"', "a%22b.png"),
        (b'"a;b.png"', "a;b.png"), (b'"a "b".png"', "a %22b%22.png"), (b'"a\\\\"', "a%5C"),
    ],
)  # fmt: skip
def test_a_file_keeps_its_name(sent: bytes, read: str) -> None:
    form = part(DATA + b'name="photo"; filename=' + sent + b"\r\nContent-Type: image/png") + END
    assert posted(form)[1]["file"] == read


@pytest.mark.parametrize(("sent", "name"), [(b"user=\xe4", "ä"), (b"user=%C3%A4", "ä"), (b"user=\xc3\xa4", "Ã¤")])
def test_bytes_of_a_form_that_are_not_percent_encoded_are_read_as_the_framework_reads_them(
    sent: bytes, name: str
) -> None:
    assert posted(sent, "application/x-www-form-urlencoded")[1]["name"] == name


def test_a_charset_that_nobody_knows_is_read_as_latin_1() -> None:
    for charset in ("no-such", '"a\0b"'):
        form = part(DATA + b'name="user"', b"\xe4") + END
        assert posted(form, f"multipart/form-data; charset={charset}; boundary=b")[1]["name"] == "ä"


@shows("a multipart form in a charset that is none of texts, or in which ASCII is not itself | 415")
@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-7", b"+2AA-"), ("unicode_escape", rb"\ud800"), ("raw_unicode_escape", rb"\ud800"), ("punycode", b"-a"),
        ("cp037", b"a"), ("utf-16", b"a"), ("undefined", b"a"), ("rot13", b"a"),
    ],
)  # fmt: skip
def test_a_charset_that_is_none_of_texts_is_the_clients_fault(charset: str, text: bytes) -> None:
    """Some make half of a surrogate pair, and punycode takes quadratic time."""
    form = part(DATA + b'name="user"', text) + END
    status, problem = posted(form, f"multipart/form-data; charset={charset}; boundary=b")
    assert (status, problem["title"]) == (415, "The body is of an unsupported type")


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-15", "windows-1252", "shift_jis", "gb18030"])
def test_names_and_texts_of_a_form_are_in_its_charset(charset: str) -> None:
    text = {"shift_jis": "\u8868", "gb18030": "\u8868"}.get(charset, "\u20ac")
    name = f'name="photo"; filename="{text}.png"'.encode(charset)
    form = part(DATA + b'name="user"', text.encode(charset)) + part(DATA + name + b"\r\nContent-Type: image/png") + END
    read = posted(form, f"multipart/form-data; charset={charset}; boundary=b")[1]
    assert (read["name"], read["file"]) == (text, f"{text}.png")


def test_the_name_of_a_field_is_in_the_charset_of_the_form() -> None:
    app = FastAPI()

    @app.post("/accounts")
    def create(α: Annotated[str, Form()]) -> str:
        return α

    class Renamed(VersionChange):
        """A field is called alpha in Greek."""

        changes = (endpoint("/accounts", "POST").form("β").renamed(to="α"),)

    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(NEW, Renamed), Version(OLD)))
    kind = {"content-type": f"{MULTIPART}; charset=iso-8859-7"}
    with Caller(app, headers={"API-Version": OLD}) as client:
        response = client.post("/accounts", content=part(DATA + b'name="\xe2"', b"\xe3") + END, headers=kind)
    assert (response.status_code, response.json()) == (200, "γ")
