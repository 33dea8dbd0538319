"""A framework sends errors of its own where an app declares others: no old client gets a 500 in their place."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.sentences import shows
from tests.silence.exchanges import exchange, gated
from timegate import on
from timegate.starlette import operation


class Reason(BaseModel):
    code: str


class Failure(BaseModel):
    detail: Reason


RENAMED = on(Reason).renamed("reason", to="code")
LOGGED_IN = {"authorization": "Bearer x"}

app = FastAPI()


@app.get("/guarded", responses={401: {"model": Failure}, 403: {"model": Failure}, 404: {"model": Failure}})
def guarded(token: Annotated[Any, Depends(HTTPBearer())]) -> int:
    raise HTTPException(404, detail={"code": token.credentials})


@app.get("/text", responses={"4XX": {"model": Failure}})
def text() -> int:
    raise HTTPException(418, detail="short and stout")


@app.get("/list", responses={404: {"model": list[Reason]}})
def several() -> int:
    raise HTTPException(404)


@app.get("/broken", responses={404: {"model": Failure}})
def broken() -> int:
    raise HTTPException(404, detail=[{"code": "no"}])


@app.get("/more", responses={404: {"model": list[Reason]}})
def more() -> int:
    raise HTTPException(404, detail={"code": "no"})


@shows(
    "An error that holds a text `detail` and nothing else, as FastAPI sends it, or that is plain text, as Starlette "
    "sends it, passes where the model that is declared for it has another shape.",
)
@pytest.mark.parametrize(
    ("path", "headers", "status", "body"),
    [
        ("/guarded", {}, 401, {"detail": "Not authenticated"}),
        ("/guarded", LOGGED_IN, 404, {"detail": {"reason": "x"}}),
        ("/text", {}, 418, {"detail": "short and stout"}),
        ("/list", {}, 404, {"detail": "Not Found"}),
    ],
)
def test_the_frameworks_own_error_in_place_of_the_declared_one_passes(
    path: str, headers: dict[str, str], status: int, body: Any
) -> None:
    expected = {401, 403} if status == 401 else {status}
    response = exchange(gated(app, RENAMED), "GET", path, headers=headers)
    assert response.status in expected
    assert response.json() == body


@operation(response=Reason, errors={409: Reason})
async def taken(request: Request) -> Response:
    if "text" in request.query_params:
        return PlainTextResponse("taken")
    raise HTTPException(409, "taken")


def test_starlettes_own_error_in_place_of_the_declared_one_passes_as_its_text() -> None:
    starlette = gated(Starlette(routes=[Route("/taken", taken)]), RENAMED)
    response = exchange(starlette, "GET", "/taken")
    assert (response.status, response.content) == (409, b"taken")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert exchange(starlette, "GET", "/taken?text").status == 500


@pytest.mark.parametrize("path", ["/broken", "/more"])
def test_what_may_hold_something_of_head_is_no_error_of_the_framework(path: str) -> None:
    assert exchange(gated(app, RENAMED), "GET", path).status == 500


class Refusal(BaseModel):
    """An error whose model is declared, though the app raises it as the detail."""

    number: int
    reason: Reason


class Hint(BaseModel):
    reason: Reason | None = None


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    reason: Reason


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")

    reason: Reason | None = None


REFUSALS: dict[int | str, dict[str, Any]] = {
    409: {"model": Refusal},
    410: {"model": list[Refusal]},
    411: {"model": Hint},
    412: {"model": Open},
    413: {"model": Anything},
}


@shows("One whose `detail` is the declared model, or a list of such, as `HTTPException` sends it, is converted there.")
@pytest.mark.parametrize(
    ("status", "detail", "told"),
    [
        (409, {"number": 1, "reason": {"code": "x"}}, {"number": 1, "reason": {"reason": "x"}}),
        (410, [{"number": 1, "reason": {"code": "x"}}], [{"number": 1, "reason": {"reason": "x"}}]),
        (411, {"reason": {"code": "x"}}, {"reason": {"reason": "x"}}),
        (412, {"reason": {"code": "x"}, "more": 1}, {"reason": {"reason": "x"}, "more": 1}),
        (413, {"reason": {"code": "x"}, "more": 1}, {"reason": {"reason": "x"}, "more": 1}),
        (413, {}, {}),
        (409, {"why": "x"}, {"why": "x"}),
        (409, ["x", "y"], ["x", "y"]),
        (409, "x", "x"),
        (409, 5, 5),
    ],
)
def test_a_declared_error_that_is_raised_as_the_detail_is_converted_in_it(status: int, detail: Any, told: Any) -> None:
    refusing = FastAPI()

    @refusing.get("/refused", responses=REFUSALS)
    def refused() -> int:
        raise HTTPException(status, detail=detail)

    response = exchange(gated(refusing, RENAMED), "GET", "/refused")
    assert (response.status, response.json()) == (status, {"detail": told})


def test_a_text_that_is_declared_is_converted() -> None:
    class Told(BaseModel):
        detail: str

    told = FastAPI()

    @told.get("/told", responses={404: {"model": Told}})
    def tell() -> int:
        raise HTTPException(404, detail="new")

    assert exchange(gated(told, on(Told).mapped("detail", {"old": "new"}, seen_as="old")), "GET", "/told").json() == {
        "detail": "old"
    }


class Note(BaseModel):
    what: str | None = None


def test_a_text_is_no_model_of_which_every_key_may_be_absent() -> None:
    app = FastAPI()

    @app.get("/notes", responses={404: {"model": Note}})
    def get(found: bool = False) -> int:
        raise HTTPException(404, {"what": "x"} if found else "no such")

    served = gated(app, on(Note).removed("code", was=int, backfill=0))
    assert exchange(served, "GET", "/notes").json() == {"detail": "no such"}
    assert exchange(served, "GET", "/notes?found=true").json() == {"detail": {"what": "x", "code": 0}}


class Told(BaseModel):
    detail: str
    code: int | None = None


class ToldByDefault(BaseModel):
    detail: str = "d"
    code: int = 0


class ToldAtLength(BaseModel):
    detail: dict[str, int | str] | str = "d"
    code: int = 0


class ToldInAnyWay(BaseModel):
    detail: Any = "d"
    code: int = 0


class Problem(BaseModel):
    title: str
    detail: str
    code: int


@pytest.mark.parametrize("kind", [Told, ToldByDefault, ToldAtLength, ToldInAnyWay, Problem])
@pytest.mark.parametrize("several", [False, True])
def test_a_model_with_a_detail_of_its_own_is_converted_also_in_the_detail(kind: Any, several: bool) -> None:
    raising = FastAPI()
    raised = {"detail": "x", "code": 7} | ({"title": "t"} if kind is Problem else {})
    told = {"detail": "x", "number": 7} | ({"title": "t"} if kind is Problem else {})

    @raising.get("/raised", responses={404: {"model": kind}})
    def get() -> int:
        raise HTTPException(404, [raised, raised] if several and kind is not ToldInAnyWay else raised)

    response = exchange(gated(raising, on(kind).renamed("number", to="code")), "GET", "/raised")
    assert response.json() == {"detail": [told, told] if several and kind is not ToldInAnyWay else told}


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        (ToldAtLength, {"a": 1}),
        (ToldInAnyWay, {"a": 1}),
        (ToldInAnyWay, ["a"]),
        (ToldByDefault, "x"),
        (Told, "x"),
        (Told, ["x", "y"]),
    ],
)
def test_a_detail_in_which_no_model_is_passes(kind: Any, detail: Any) -> None:
    raising = FastAPI()

    @raising.get("/raised", responses={404: {"model": kind}})
    def get() -> int:
        raise HTTPException(404, detail)

    response = exchange(gated(raising, on(kind).renamed("number", to="code")), "GET", "/raised")
    assert (response.status, response.json()) == (404, {"detail": detail})


def test_a_list_of_models_that_an_app_raises_as_the_detail_is_converted_in_it() -> None:
    raising = FastAPI()

    @raising.get("/raised", responses=REFUSALS)
    def get() -> int:
        raise HTTPException(409, [{"number": 1, "reason": {"code": "x"}}, "and more"])

    assert exchange(gated(raising, RENAMED), "GET", "/raised").json() == {
        "detail": [{"number": 1, "reason": {"reason": "x"}}, "and more"]
    }
