"""A version without a date: newest of all, and served to nobody who does not ask for it by name."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.asgi.calling import Caller
from tests.sentences import shows
from timegate import DeclarationError, Timeline, Version, VersionChange, VersionTooNew, on
from timegate.asgi import TimegateMiddleware
from timegate.timeline import semver


class Item(BaseModel):
    sku: str


class Skus(VersionChange):
    """An article number is called SKU."""

    changes = (on(Item).renamed("number", to="sku"),)


class Numbers(VersionChange):
    """An article is called by its number."""

    changes = (on(Item).renamed("article", to="number"),)


timeline = Timeline(Version("unreleased", Skus), Version("2025-06-01", Numbers), Version("2025-01-01"))


def client(
    *, unreleased: bool = False, default: str = "required", newer: Literal["refuse", "latest"] = "refuse"
) -> Caller:
    app = FastAPI()

    @app.get("/items/one")
    async def one() -> Item:
        return Item(sku="a-7")

    app.add_middleware(TimegateMiddleware, timeline=timeline, unreleased=unreleased, default=default, newer=newer)
    return Caller(app)


def got(served: Caller, version: str | None, path: str = "/items/one") -> tuple[int, Any]:
    with served:
        response = served.get(path, headers={} if version is None else {"API-Version": version})
    return response.status_code, response.json()


def test_head_is_unreleased_and_the_latest_version_is_the_newest_released_one() -> None:
    assert (timeline.head.value, timeline.latest.value) == ("unreleased", "2025-06-01")
    assert timeline.values == ("unreleased", "2025-06-01", "2025-01-01")
    assert timeline.supported == ("2025-06-01", "2025-01-01")


@pytest.mark.parametrize(("asked", "key"), [("2025-06-01", "number"), ("2025-01-01", "article")])
def test_released_versions_are_served_from_an_unreleased_head(asked: str, key: str) -> None:
    assert got(client(), asked) == (200, {key: "a-7"})


def test_it_is_never_the_closest_older_version() -> None:
    with pytest.raises(VersionTooNew) as caught:
        timeline.resolve("2030-01-01")
    assert caught.value.supported == ("2025-06-01", "2025-01-01")
    status, problem = got(client(), "2030-01-01")
    assert (status, problem["supported_versions"]) == (400, ["2025-06-01", "2025-01-01"])


def test_latest_is_the_newest_released_version() -> None:
    assert got(client(newer="latest"), "2030-01-01") == (200, {"number": "a-7"})
    assert got(client(default="latest"), None) == (200, {"number": "a-7"})


def test_asked_for_by_name_it_is_unknown() -> None:
    status, problem = got(client(), "unreleased")
    assert (status, problem["supported_versions"]) == (400, ["2025-06-01", "2025-01-01"])


def test_with_unreleased_it_is_served_to_those_who_ask_for_it_alone() -> None:
    assert got(client(unreleased=True), "unreleased") == (200, {"sku": "a-7"})
    assert got(client(unreleased=True, default="latest"), None) == (200, {"number": "a-7"})
    assert got(client(unreleased=True), "2025-12-01")[0] == 400


@shows("and head's document if no version is selected.")
def test_the_document_without_a_version_is_that_of_the_newest_released_one() -> None:
    status, document = got(client(default="latest"), None, "/openapi.json")
    assert status == 200
    assert document["info"]["version"] == "2025-06-01"
    assert list(document["components"]["schemas"]["Item"]["properties"]) == ["number"]


def test_it_can_be_no_default() -> None:
    with pytest.raises(DeclarationError, match="or one of 2025-06-01, 2025-01-01"):
        TimegateMiddleware(FastAPI(), timeline=timeline, default="unreleased")


def test_it_is_written_first_before_released_versions() -> None:
    for versions in ((Version("2025-01-01"), Version("unreleased")), (Version("unreleased"),)):
        with pytest.raises(DeclarationError, match="the unreleased version is the first, before released ones"):
            Timeline(*versions)


def test_it_needs_no_value_of_the_scheme() -> None:
    other = Timeline(Version("unreleased"), Version("1.2.0"), scheme=semver)
    assert other.resolve("1.2.0").value == "1.2.0"
