"""The parts of a multipart form, in whatever pieces it arrives. `tests/growth` counts what they cost."""

from __future__ import annotations

import pytest

from timegate.asgi.message.multipart import Malformed, MultipartScanner, Part, parameters_in

PART = b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n'


def scanned(form: bytes, sizes: int) -> list[tuple[str, bytes]]:
    """The name and the bytes of each part of a form that arrives in pieces of one size."""
    scanner, found = MultipartScanner(b"b", "utf-8"), list[tuple[str, bytes]]()
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


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 1000])
def test_spaces_may_follow_a_boundary(size: int) -> None:
    assert scanned(PART.replace(b"--b\r\n", b"--b \t \r\n") + b"--b--", size) == [("n", b"1")]


@pytest.mark.parametrize("size", [1, 100, 1000, 10_000])
def test_a_thousand_of_them_may_and_no_more(size: int) -> None:
    assert scanned(PART.replace(b"--b\r\n", b"--b" + b" " * 1024 + b"\r\n") + b"--b--", size) == [("n", b"1")]
    with pytest.raises(Malformed):
        scanned(PART.replace(b"--b\r\n", b"--b" + b" " * 1025 + b"\r\n") + b"--b--", size)


@pytest.mark.parametrize("after", [b"x\r\n", b" x\r\n", b"\n\n"])
def test_anything_else_behind_a_boundary_is_no_form(after: bytes) -> None:
    with pytest.raises(Malformed):
        list(MultipartScanner(b"b", "utf-8").feed(PART.replace(b"--b\r\n", b"--b" + after)))


# Where each blank could belong to two neighbours of a pattern, these would take hours.
BLANKS = b" " * 1_000_000


@pytest.mark.parametrize("before", [b"x=", b"x", b""])
def test_a_million_blanks_in_a_header_field_are_read_at_once(before: bytes) -> None:
    with pytest.raises(Malformed):
        parameters_in(b"multipart/form-data; " + before + BLANKS + b'"')


def test_many_blanks_before_a_lone_line_break_are_read_at_once() -> None:
    with pytest.raises(Malformed):
        list(MultipartScanner(b"b", "utf-8").feed(PART.replace(b"--b\r\n", b"--b\r\nX:" + BLANKS[:16_000] + b"\n")))


def test_blanks_around_a_value_are_none_of_it() -> None:
    assert parameters_in(b'a; x = 1 ; y=; z= "2" ') == {b"x": b"1", b"y": b"", b"z": b"2"}
