"""A class of parameters that may be absent as a whole: no fact makes one of nothing, as the old server made none."""

from typing import Annotated, Any

import fastapi
import pytest
from fastapi import Cookie, FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict

from tests.asgi.calling import Caller
from tests.sentences import shows
from tests.silence.old_client import OLD, timeline_of
from timegate import on
from timegate.asgi import TimegateMiddleware

RELEASE = tuple(map(int, fastapi.__version__.split(".")[:2]))
pytestmark = pytest.mark.skipif(RELEASE < (0, 165), reason="older releases of FastAPI have no such parameters")


class OldAsked(BaseModel):
    first: int = 3
    open: bool = True


class Asked(BaseModel):
    start: int = 3
    open: bool = False
    fresh: int = 9


FACTS = (
    on(Asked).renamed("first", to="start"),
    on(Asked).defaulted("open", was=True),
    on(Asked).added("fresh", default=1),
)


def old_app(parameter: Any) -> FastAPI:
    app = FastAPI()

    @app.get("/")
    def asked(asked: Annotated[OldAsked | None, parameter] = None) -> list[Any] | None:
        return None if asked is None else [asked.first, asked.open]

    return app


def app(parameter: Any) -> FastAPI:
    made = FastAPI()

    @made.get("/")
    def asked(asked: Annotated[Asked | None, parameter] = None) -> list[Any] | None:
        return None if asked is None else [asked.start, asked.open]

    made.add_middleware(TimegateMiddleware, timeline=timeline_of(*FACTS))
    return made


@shows(
    "A class of parameters that may be absent as a whole (`Annotated[Asked | None, Query()] = None`) stays "
    "absent where a request has none of its fields: no fact fills them in then.",
)
@pytest.mark.parametrize("sent", ["", "first=5", "open=false", "fresh=2", "start=4", "other=1", "first=5&fresh=2"])
def test_a_query(sent: str) -> None:
    then = Caller(old_app(Query())).get(f"/?{sent}")
    now = Caller(app(Query()), headers={"API-Version": OLD}).get(f"/?{sent}")
    assert (now.status_code, now.json()) == (then.status_code, then.json())


@shows("stays absent where a request has none of its fields:")
@pytest.mark.parametrize("sent", [{}, {"first": "5"}, {"fresh": "2"}, {"start": "4"}])
def test_header_fields(sent: dict[str, str]) -> None:
    then = Caller(old_app(Header())).get("/", headers=sent)
    now = Caller(app(Header()), headers={"API-Version": OLD}).get("/", headers=sent)
    assert (now.status_code, now.json()) == (then.status_code, then.json())


@shows("stays absent where a request has none of its fields:")
@pytest.mark.parametrize("sent", ["", "first=5", "fresh=2", "start=4"])
def test_cookies(sent: str) -> None:
    then = Caller(old_app(Cookie())).get("/", headers={"cookie": sent})
    now = Caller(app(Cookie()), headers={"API-Version": OLD}).get("/", headers={"cookie": sent})
    assert (now.status_code, now.json()) == (then.status_code, then.json())


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    start: int = 3


@pytest.mark.parametrize(("sent", "status", "seen"), [("", 200, None), ("first=5", 200, 5), ("other=1", 422, None)])
def test_a_closed_class_refuses_other_keys(sent: str, status: int, seen: int | None) -> None:
    made = FastAPI()

    @made.get("/")
    def asked(asked: Annotated[Closed | None, Query()] = None) -> int | None:
        return None if asked is None else asked.start

    made.add_middleware(TimegateMiddleware, timeline=timeline_of(on(Closed).renamed("first", to="start")))
    response = Caller(made, headers={"API-Version": OLD}).get(f"/?{sent}")
    assert response.status_code == status
    if status == 200:
        assert response.json() == seen
