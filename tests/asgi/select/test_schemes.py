"""Versions of any scheme, and the beginning of a version in a path."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.asgi.calling import Caller
from timegate import (
    Contract,
    DeclarationError,
    Timeline,
    Version,
    VersionChange,
    current_version,
    endpoint,
    on,
    semver,
)
from timegate.asgi import TimegateMiddleware, first_of, header, path


class Item(BaseModel):
    sku: str


class Other(BaseModel):
    name: str


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("article", to="sku"),)


class Names(VersionChange):
    """The title is called name, and a page may be asked for."""

    changes = (on(Other).renamed("title", to="name"), endpoint("/items", "GET").query("page").added())


class Texts(VersionChange):
    """The items are described better."""

    changes = (endpoint("/items", "GET").documented(was={"summary": "The items"}),)


app = FastAPI()


@app.get("/item")
def item() -> Item:
    return Item(sku=str(current_version()))


@app.get("/items", summary="All items")
def items(page: int = 1) -> list[Item]:
    return [Item(sku=str(page))]


@app.get("/other/{key:path}")
def other(key: str) -> Other:
    return Other(name=key)


def quarter(value: str) -> tuple[int, int]:
    """Parse ``2025Q3``."""
    year, _, number = value.partition("Q")
    return int(year), int(number)


def client(timeline: Timeline, select: Any, **options: Any) -> Caller:
    gated = FastAPI()
    gated.router.routes = app.router.routes.copy()
    gated.add_middleware(TimegateMiddleware, timeline=timeline, select=select, **options)
    return Caller(gated)


@pytest.mark.parametrize(
    ("scheme", "new", "old", "between", "too_new"),
    [
        (None, "2025-06-01", "2025-01-01", "2025-03-01", "2025-06-02"),
        (semver, "1.10.0", "1.9.0", "1.9.99", "1.11.0"),
        (int, "10", "9", None, "11"),
        (quarter, "2025Q3", "2024Q4", "2025Q1", "2025Q4"),
    ],
)
def test_versions_of_any_scheme_are_compared_as_it_parses_them(
    scheme: Any, new: str, old: str, between: str | None, too_new: str
) -> None:
    options = {} if scheme is None else {"scheme": scheme}
    timeline = Timeline(Version(new, Skus), Version(old), **options)
    with client(timeline, header("API-Version")) as http:
        assert http.get("/item", headers={"API-Version": new}).json() == {"sku": new}
        assert http.get("/item", headers={"API-Version": old}).json() == {"article": old}
        if between is not None:
            assert http.get("/item", headers={"API-Version": between}).json() == {"article": old}
        refused = http.get("/item", headers={"API-Version": too_new})
        assert (refused.status_code, refused.json()["supported_versions"]) == (400, [new, old])
        assert http.get("/item", headers={"API-Version": "x"}).status_code == 400


TIMELINE = Timeline(
    Version("2.0.0"), Version("1.10.1", Skus), Version("1.10.0"), Version("1.9.0"), Version("0.9.0"), scheme=semver
)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("v1", "1.10.1"), ("v1.10", "1.10.1"), ("v1.9", "1.9.0"), ("v0", "0.9.0"), ("v2", "2.0.0"),
        ("v1.10.0", "1.10.0"), ("v1.9.7", "1.9.0"),
    ],
)  # fmt: skip
def test_the_beginning_of_a_version_in_the_path_is_the_newest_that_begins_so(asked: str, served: str) -> None:
    with client(TIMELINE, path("/v{version}", partial=True)) as http:
        response = http.get(f"/{asked}/item")
        assert response.headers["API-Version"] == served
        assert response.json() == {"sku" if served in ("2.0.0", "1.10.1") else "article": served}


@pytest.mark.parametrize("asked", ["v3", "v1.1", "v1.11", "v10"])
def test_a_beginning_that_no_version_has_is_refused_with_the_versions_there_are(asked: str) -> None:
    with client(TIMELINE, path("/v{version}", partial=True)) as http:
        response = http.get(f"/{asked}/item")
        assert (response.status_code, response.json()["supported_versions"]) == (400, list(TIMELINE.values))


def test_other_paths_are_no_versions() -> None:
    with client(TIMELINE, first_of(path("/v{version}", partial=True), header("API-Version"))) as http:
        assert http.get("/item", headers={"API-Version": "1.9.0"}).json() == {"article": "1.9.0"}
        assert http.get("/vision/item").status_code == 404
        # Without `partial=` the scheme alone says what a version is.
    with client(TIMELINE, path("/v{version}")) as http:
        assert http.get("/v1/item").status_code == 404
        assert http.get("/v1.9.0/item").json() == {"article": "1.9.0"}


def test_a_year_is_the_beginning_of_a_date() -> None:
    timeline = Timeline(Version("2025-06-01", Skus), Version("2025-01-01"), Version("2024-03-01"))
    with client(timeline, path("/{version}", partial=True)) as http:
        assert http.get("/2025/item").headers["API-Version"] == "2025-06-01"
        assert http.get("/2025-01/item").headers["API-Version"] == "2025-01-01"
        assert http.get("/2024/item").headers["API-Version"] == "2024-03-01"
        assert http.get("/20/item").status_code == 400


def test_under_a_ceiling_a_beginning_is_the_newest_that_is_offered() -> None:
    with client(TIMELINE, path("/v{version}", partial=True), ceiling="1.9.0") as http:
        assert http.get("/v1/item").headers["API-Version"] == "1.9.0"
        assert http.get("/v2/item").status_code == 400


TOUCHING = Timeline(
    Version("2025-04-01", Texts), Version("2025-03-01", Names), Version("2025-02-01", Skus), Version("2025-01-01")
)


@pytest.mark.parametrize(
    ("operation", "version", "newer", "touched"),
    [
        ("GET /item", "2025-01-01", None, True),
        ("GET /item", "2025-02-01", None, False),
        ("GET /item", "2025-01-01", "2025-02-01", True),
        ("GET /item", "2025-02-01", "2025-03-01", False),
        ("GET /item", "2025-01-15", "2025-01-20", False),
        ("GET /items", "2025-02-01", None, True),
        ("GET /items", "2025-02-01", "2025-03-01", True),
        ("GET /items", "2025-03-01", "2025-04-01", False),
        ("GET /other/{key}", "2025-02-01", None, True),
        ("GET /other/{key:path}", "2025-01-01", "2025-02-01", False),
        ("GET /item", "2025-04-01", None, False),
    ],
)
def test_two_versions_are_one_contract_where_no_change_between_them_touches_what_a_client_calls(
    operation: str, version: str, newer: str | None, touched: bool
) -> None:
    gates = TOUCHING.compile(Contract.of(app))
    assert gates.touches(operation, version, newer=newer) is touched


def test_an_operation_that_there_is_not_is_refused_with_one_that_is_alike() -> None:
    gates = TOUCHING.compile(Contract.of(app))
    with pytest.raises(DeclarationError) as refused:
        gates.touches("GET /itemss", "2025-01-01")
    assert str(refused.value) == (
        "gates.touches('GET /itemss', …): there is no such operation; did you mean 'GET /items'?"
    )


def numbered(value: str) -> int:
    return int(value.split("v")[1])


def mixed(value: str) -> tuple[Any, ...]:
    return tuple(int(part) if part.isdigit() else part for part in value.split("."))


@pytest.mark.parametrize(
    ("scheme", "new", "old"),
    [
        ({"spring": 2, "winter": 1}.__getitem__, "spring", "winter"),
        (numbered, "v2", "v1"),
        (mixed, "1.1", "1.0"),
    ],
    ids=["no such key", "no such item", "no order"],
)
def test_what_a_scheme_fails_to_read_or_to_compare_is_no_version_to_a_client(scheme: Any, new: str, old: str) -> None:
    timeline = Timeline(Version(new, Skus), Version(old), scheme=scheme)
    with client(timeline, header("API-Version")) as http:
        assert http.get("/item", headers={"API-Version": old}).json() == {"article": old}
        for asked in ("x", "1.x", "zzz.1"):
            refused = http.get("/item", headers={"API-Version": asked})
            assert (refused.status_code, refused.json()["type"]) == (400, "urn:timegate:problem:version-unknown")


@pytest.mark.parametrize("scheme", [{"1": 1}.__getitem__, mixed])
def test_a_scheme_that_fails_for_the_servers_own_versions_is_told_at_once(scheme: Any) -> None:
    with pytest.raises(DeclarationError, match=r"Timeline\(…, scheme=…\): it cannot read '1\.b'"):
        Timeline(Version("1.b", Skus), Version("1.1"), scheme=scheme)


@pytest.mark.parametrize("gives", [5, b"2025-01-01", ["2025-01-01"]])
def test_a_callable_that_gives_no_version_is_named_and_its_value_is_not(gives: Any) -> None:
    timeline = Timeline(Version("2025-06-01", Skus), Version("2025-01-01"))

    def pin(scope: Any) -> Any:
        return gives

    kind = type(gives).__name__
    with client(timeline, pin) as http, pytest.raises(DeclarationError, match=rf"a callable gave {kind}"):
        http.get("/item")
