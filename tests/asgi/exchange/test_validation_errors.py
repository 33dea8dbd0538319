"""Design: what head finds wrong is told in the client's own names; errors are gated by the model of their status."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.asgi.api import HEAD, OLD, Conflict
from tests.sentences import shows
from timegate import Timeline, Version, VersionChange, enum, on
from timegate.asgi import TimegateMiddleware
from timegate.starlette import operation

pytestmark = pytest.mark.anyio


class Size(Enum):
    small = "small"
    large = "large"
    giant = "giant"


class Cat(BaseModel):
    kind: Literal["cat"]
    whiskers: int


class Dog(BaseModel):
    kind: Literal["dog"]
    weight: int


class Owner(BaseModel):
    full_name: str
    street: str = "none"


class Adoption(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    size: Size
    owners: list[Owner] = []


class PetsOfToday(VersionChange):
    """Names changed, and there are giants and streets."""

    changes = (
        on(Adoption).renamed("animal", to="pet"),
        on(Cat).renamed("hairs", to="whiskers"),
        on(Owner).renamed("name", to="full_name"),
        on(Owner).added("street"),
        enum(Size).grew("giant", seen_as="large"),
        on(Conflict).renamed("owner", to="taken_by"),
    )


def _app(framework: str, responses: list[Any]) -> Starlette:
    @operation(request=Adoption, response=Adoption, errors={409: Conflict})
    async def adopt(request: Request, *, body: Adoption) -> Any:
        return responses[0] if responses else body

    async def adopt_too(body: Adoption) -> Any:
        return responses[0] if responses else body

    if framework == "starlette":
        return Starlette(routes=[Route("/adoptions", adopt, methods=["POST"])])
    app = FastAPI()
    conflict: dict[int | str, dict[str, Any]] = {409: {"model": Conflict}}
    app.add_api_route("/adoptions", adopt_too, methods=["POST"], response_model=Adoption, responses=conflict)
    return app


async def _post(app: Starlette, body: Any, version: str = OLD) -> httpx.Response:
    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(HEAD, PetsOfToday), Version(OLD)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
        return await http.post("/adoptions", json=body, headers={"API-Version": version})


GOOD: dict[str, Any] = {"animal": {"kind": "cat", "hairs": 3}, "size": "small", "owners": [{"name": "a"}]}


async def test_what_is_good_then_is_good_now(framework: str) -> None:
    response = await _post(_app(framework, []), GOOD)
    assert (response.status_code, response.json()) == (200, GOOD)


WRONG: dict[str, tuple[dict[str, Any], list[list[str | int]]]] = {
    "missing in an arm": ({"animal": {"kind": "cat"}}, [["body", "animal", "cat", "hairs"]]),
    "wrong in an arm": ({"animal": {"kind": "cat", "hairs": "many"}}, [["body", "animal", "cat", "hairs"]]),
    "no object": ({"animal": 7}, [["body", "animal"]]),
    "in a list": ({"owners": [{"name": "a"}, {"name": 7}]}, [["body", "owners", 1, "name"]]),
    "several": ({"owners": [{}], "size": "tiny"}, [["body", "size"], ["body", "owners", 0, "name"]]),
}


@shows(
    "The validation errors of the app's own 422 are converted to the client's names, both FastAPI's `detail[].loc`",
)
@pytest.mark.parametrize(("wrong", "places"), WRONG.values(), ids=WRONG)
async def test_every_place_is_told_by_its_old_name(framework: str, wrong: dict[str, Any], places: list[Any]) -> None:
    response = await _post(_app(framework, []), {**GOOD, **wrong})
    assert (response.status_code, [detail["loc"] for detail in response.json()["detail"]]) == (422, places)
    for name in ("pet", "whiskers", "full_name", "street"):
        assert f'"{name}"' not in response.text


async def test_the_members_that_are_expected_are_those_of_the_clients_version(framework: str) -> None:
    response = await _post(_app(framework, []), {**GOOD, "size": "tiny"})
    (detail,) = response.json()["detail"]
    assert (detail["msg"], detail["ctx"]) == (
        "Input should be 'small' or 'large'",
        {"expected": "'small' or 'large'"},
    )
    assert "giant" not in response.text
    head = await _post(_app(framework, []), {"pet": {"kind": "dog", "weight": 1}, "size": "tiny"}, HEAD)
    assert "giant" in head.text


async def test_a_tag_that_no_arm_has_is_told_with_those_of_the_client(framework: str) -> None:
    response = await _post(_app(framework, []), {**GOOD, "animal": {"kind": "cow"}})
    (detail,) = response.json()["detail"]
    assert detail == {
        "type": "union_tag_invalid",
        "loc": ["body", "animal"],
        "msg": "Input tag 'cow' found using 'kind' does not match any of the expected tags: 'cat', 'dog'",
        "input": {"kind": "cow"},
        "ctx": {"discriminator": "'kind'", "tag": "cow", "expected_tags": "'cat', 'dog'"},
    }


class Checkup(BaseModel):
    kind: Literal["checkup"]


class Surgery(BaseModel):
    kind: Literal["surgery", "operation"]


class Visit(BaseModel):
    day: str
    treatment: Annotated[Checkup | Surgery, Field(discriminator="kind")]


TAGGED = {
    "of a union that no change touches": ((), "kind", "'checkup', 'surgery', 'operation'"),
    "of a tag with another name": (
        (on(Checkup, Surgery).renamed("type", to="kind"),), "type", "'checkup', 'operation', 'surgery'",
    ),
    "of a tag that older versions lack": (
        (on(Surgery).literal("kind").grew("operation"),), "kind", "'checkup', 'surgery'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAGGED)
async def test_the_tags_that_are_told_are(name: str) -> None:
    facts, key, tags = TAGGED[name]
    change = type(
        "Changed", (VersionChange,), {"__doc__": "a", "changes": (on(Visit).renamed("date", to="day"), *facts)}
    )
    app = FastAPI()

    @app.post("/visits")
    async def visits(body: Visit) -> Any:
        return body

    app.add_middleware(TimegateMiddleware, timeline=Timeline(Version(HEAD, change), Version(OLD)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
        sent: list[dict[str, Any]] = [{key: "bath"}, {}]
        responses = [
            await http.post("/visits", json={"date": "a", "treatment": one}, headers={"API-Version": OLD})
            for one in sent
        ]
    (wrong,), (lacking,) = (response.json()["detail"] for response in responses)
    assert (wrong["type"], wrong["loc"], wrong["ctx"]) == (
        "union_tag_invalid",
        ["body", "treatment"],
        {"discriminator": repr(key), "tag": "bath", "expected_tags": tags},
    )
    assert (lacking["type"], lacking["msg"], lacking["ctx"]) == (
        "union_tag_not_found",
        f"Unable to extract tag using discriminator {key!r}",
        {"discriminator": repr(key)},
    )


async def test_a_place_without_an_old_counterpart_becomes_its_nearest_one(framework: str) -> None:
    wrong = {"type": "x", "loc": ["body", "owners", 0, "street"], "msg": "no", "input": "secret", "ctx": {"a": 1}}
    response = await _post(_app(framework, [JSONResponse({"detail": [wrong]}, status_code=422)]), GOOD)
    (detail,) = response.json()["detail"]
    assert detail == {"type": "x", "loc": ["body", "owners", 0], "msg": "no"}


@pytest.mark.parametrize("key", ["detail", "errors"])
async def test_problems_that_list_places_are_told_in_old_names(framework: str, key: str) -> None:
    entries = [{"loc": ["body", "pet", "cat", "whiskers"], "msg": "no"}, {"msg": "elsewhere"}]
    response = await _post(_app(framework, [JSONResponse({key: entries}, status_code=422)]), GOOD)
    assert response.json() == {key: [{"loc": ["body", "animal", "cat", "hairs"], "msg": "no"}, {"msg": "elsewhere"}]}


@shows("timegate converts a response by what the contract declares for its status; `4XX` and `default` count,")
@pytest.mark.parametrize(
    ("declared", "status", "gated"),
    [
        ({"4XX": Conflict}, 418, True),
        ({"default": Conflict}, 503, True),
        ({"default": Conflict}, 404, True),
        ({404: Conflict, "4XX": Size}, 404, True),
        ({"4XX": Conflict}, 503, False),
        ({404: Conflict}, 410, False),
    ],
)
async def test_an_error_is_gated_by_the_nearest_model_that_is_declared_for_it(
    declared: dict[int | str, Any], status: int, gated: bool
) -> None:
    app = FastAPI()

    async def adopt(body: Adoption) -> JSONResponse:
        return JSONResponse({"taken_by": "me"}, status_code=status)

    responses: dict[int | str, dict[str, Any]] = {name: {"model": model} for name, model in declared.items()}
    app.add_api_route("/adoptions", adopt, methods=["POST"], response_model=Adoption, responses=responses)
    response = await _post(app, GOOD)
    assert (response.status_code, response.json()) == (status, {"owner" if gated else "taken_by": "me"})
