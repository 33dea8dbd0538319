"""What a handler leaves out stays out, everything runs once, and untouched bodies pass as bytes; on both hosts."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import pytest
from fastapi import Body, Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.cells.client import ask
from tests.cells.facts import NEW, OLD, timeline_of
from tests.cells.models import Bare, Page, Tagged, TaggedParcel
from timegate import Contract, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact, Sibling
from timegate.starlette import operation

HOSTS = ("starlette", "fastapi")
MODES = ("none", "defaults", "unset")

# One object with an unset field, a null and a field at its default.
PARCEL = {"parcel_label": "a", "net_weight": 1, "item_count": 5, "free_note": None}
REST: Mapping[str, Any] = {"marks": [], "grade": "low", "phase": "new"}
LEFT_OUT: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "added": {
        "none": {"parcel_label": "a", "item_count": 5, "box_size": 0, **REST},
        "defaults": {"parcel_label": "a", "item_count": 5},
        "unset": {"parcel_label": "a", "item_count": 5, "free_note": None},
    },
    "renamed": {
        "none": {"title": "a", "net_weight": 1, "item_count": 5, "box_size": 0, **REST},
        "defaults": {"title": "a", "item_count": 5},
        "unset": {"title": "a", "net_weight": 1, "item_count": 5, "free_note": None},
    },
    "renamed what is left out": {
        "none": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "box_size": 0, **REST},
        "defaults": {"parcel_label": "a", "item_count": 5},
        "unset": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "comment": None},
    },
    "removed": {
        "none": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "box_size": 0, "colour": "red", **REST},
        "defaults": {"parcel_label": "a", "item_count": 5, "colour": "red"},
        "unset": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "free_note": None, "colour": "red"},
    },
    "removed with a sibling": {
        "none": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "box_size": 0, "volume": 0, **REST},
        "defaults": {"parcel_label": "a", "item_count": 5},
        "unset": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "free_note": None},
    },
    "became nullable": {
        "none": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "box_size": 0, **REST},
        "defaults": {"parcel_label": "a", "item_count": 5},
        "unset": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "free_note": ""},
    },
    "became optional": {
        "none": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "box_size": 0, **REST},
        "defaults": {"parcel_label": "a", "item_count": 5, "box_size": 9},
        "unset": {"parcel_label": "a", "net_weight": 1, "item_count": 5, "free_note": None, "box_size": 9},
    },
}


def fact_of(name: str, model: Any) -> Fact:
    models = on(model)
    return {
        "added": models.added("net_weight"),
        "renamed": models.renamed("title", to="parcel_label"),
        "renamed what is left out": models.renamed("comment", to="free_note"),
        "removed": models.removed("colour", was=str, backfill="red", loses="nobody reads it"),
        "removed with a sibling": models.removed(
            "volume", was=int, required=False, backfill=Sibling("box_size"), loses="nobody reads it"
        ),
        "became nullable": models.became_nullable("free_note", null_was=""),
        "became optional": models.became_optional("box_size", missing_was=9),
    }[name]


PLACES: Mapping[str, tuple[Any, Any, Callable[[Any], Any]]] = {
    "a bare model": (Bare, Bare, lambda parcel: parcel),
    "a page": (Page[Bare], Bare, lambda parcel: {"items": [parcel], "total": 2}),
    "a discriminated union": (
        list[Tagged],
        TaggedParcel,
        lambda parcel: [{**parcel, "kind": "parcel"}, {"kind": "letter", "title": "a letter's"}],
    ),
}


def app_returning(host: str, kind: Any, value: Any, mode: str) -> Any:
    """Make an app that returns one value and leaves out the fields that the mode excludes."""
    if host == "fastapi":
        app = FastAPI()

        @app.get(
            "/",
            response_model=kind,
            response_model_exclude_none=mode == "none",
            response_model_exclude_defaults=mode == "defaults",
            response_model_exclude_unset=mode == "unset",
        )
        async def get() -> Any:
            return value

        return app

    @operation(response=kind)
    async def give(request: Request) -> Response:
        content = TypeAdapter[Any](kind).dump_json(
            value,
            exclude_none=mode == "none",
            exclude_defaults=mode == "defaults",
            exclude_unset=mode == "unset",
        )
        return Response(content, media_type="application/json")

    return Starlette(routes=[Route("/", give)])


# What a route of FastAPI leaves out is noted: what would mean another value to an old client is written.
WRITTEN: Mapping[tuple[str, str], dict[str, Any]] = {
    ("removed with a sibling", "defaults"): {"volume": 0},
    ("removed with a sibling", "unset"): {"volume": 0},
    ("became optional", "defaults"): {"box_size": 0},
    ("became optional", "unset"): {"box_size": 0},
    ("became nullable", "none"): {"free_note": ""},
    ("became nullable", "defaults"): {"free_note": ""},
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", LEFT_OUT)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("host", HOSTS)
def test_what_a_handler_leaves_out_stays_out(host: str, place: str, name: str, mode: str) -> None:
    kind, model, wrap = PLACES[place]
    value = TypeAdapter[Any](kind).validate_python(wrap(PARCEL))
    timeline = timeline_of(fact_of(name, model))
    app = TimegateMiddleware(app_returning(host, kind, value, mode), timeline=timeline)
    written = WRITTEN.get((name, mode), {}) if host == "fastapi" else {}
    expected = wrap({**LEFT_OUT[name][mode], **written})
    if place == "a discriminated union" and mode == "none":
        expected[1]["net_weight"] = 0
    response = ask(app, "GET", "/")
    assert (response.status, response.json()) == (200, expected)


class Sealed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["sealed"] = "sealed"
    parcel_label: str
    net_weight: int = 1


class Opened(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["opened"] = "opened"
    content: str
    net_weight: int = 1


class Alike(BaseModel):
    kind: Literal["alike"] = "alike"
    parcel_label: str
    net_weight: int = 1


class TestAResponseWithoutItsTag:
    """``exclude_defaults`` removes the tag of a union member where the tag is a default."""

    @pytest.mark.parametrize("host", HOSTS)
    def test_is_recognised_by_its_keys(self, host: str) -> None:
        kind = list[Annotated[Sealed | Opened, Field(discriminator="kind")]]
        value = [Sealed(parcel_label="a"), Opened(content="b", net_weight=3)]
        timeline = timeline_of(on(Sealed).renamed("title", to="parcel_label"), on(Opened).renamed("text", to="content"))
        response = ask(TimegateMiddleware(app_returning(host, kind, value, "defaults"), timeline=timeline), "GET", "/")
        assert (response.status, response.json()) == (200, [{"title": "a"}, {"text": "b", "net_weight": 3}])

    @pytest.mark.parametrize("host", HOSTS)
    def test_is_not_sent_where_two_touched_arms_fit(self, host: str) -> None:
        kind = list[Annotated[Sealed | Alike, Field(discriminator="kind")]]
        timeline = timeline_of(on(Sealed).renamed("title", to="parcel_label"), on(Alike).added("net_weight"))
        app = TimegateMiddleware(app_returning(host, kind, [Sealed(parcel_label="a")], "defaults"), timeline=timeline)
        response = ask(app, "GET", "/")
        assert response.status == 500
        assert b"parcel_label" not in response.content


class Counted(BaseModel):
    """Shows how often its validator ran."""

    parcel_label: str
    times: int = 0

    @field_validator("parcel_label")
    @classmethod
    def hashed(cls, value: str) -> str:
        return f"#{value}"


class Plain(BaseModel):
    parcel_label: str


class TestEverythingRunsOnce:
    def test_on_fastapi_with_two_body_parameters_and_a_dependency(self) -> None:
        runs: list[str] = []

        def session() -> str:
            runs.append("session")
            return "s"

        app = FastAPI()

        @app.post("/")
        async def take(
            first: Annotated[Counted, Body()],
            second: Annotated[list[Counted], Body()],
            session: Annotated[str, Depends(session)],
        ) -> list[Counted]:
            runs.append("handler")
            return [first, *second]

        gated = TimegateMiddleware(app, timeline=timeline_of(on(Counted).renamed("title", to="parcel_label")))
        sent = {"first": {"title": "a"}, "second": [{"title": "b"}]}
        response = ask(gated, "POST", "/", content=json.dumps(sent).encode())
        assert response.json() == [{"title": "#a", "times": 0}, {"title": "#b", "times": 0}]
        assert runs == ["session", "handler"]

    def test_on_starlette(self) -> None:
        runs: list[str] = []

        @operation(request=Counted, response=Counted)
        async def take(request: Request, *, body: Counted) -> Counted:
            runs.append("handler")
            return body

        app = Starlette(routes=[Route("/", take, methods=["POST"])])
        gated = TimegateMiddleware(app, timeline=timeline_of(on(Counted).renamed("title", to="parcel_label")))
        response = ask(gated, "POST", "/", content=b'{"title": "a"}')
        assert response.json() == {"title": "#a", "times": 0}
        assert runs == ["handler"]


# Bytes that no JSON library would write.
ODD = b'{ "parcel_label" : "\\u0061", "parcel_label":"b","x":1.0e2 , "big":123456789012345678901234567890 }\n'


def raw_echo(host: str) -> Any:
    """Make an app that returns the bytes of the request, at a touched operation and at an untouched one."""
    if host == "fastapi":
        app = FastAPI()

        @app.post("/touched", response_model=Bare)
        @app.post("/untouched", response_model=Plain)
        async def echo(request: Request) -> Response:
            return Response(await request.body(), media_type="application/json")

        return app

    async def same(request: Request, **_: Any) -> Response:
        return Response(await request.body(), media_type="application/json")

    routes = [
        Route("/touched", operation(response=Bare)(same), methods=["POST"]),
        Route("/untouched", operation(response=Plain)(same), methods=["POST"]),
    ]
    return Starlette(routes=routes)


@pytest.mark.parametrize(("path", "version"), [("/untouched", OLD), ("/untouched", NEW), ("/touched", NEW)])
@pytest.mark.parametrize("host", HOSTS)
def test_a_body_that_no_change_touches_passes_byte_for_byte(host: str, path: str, version: str) -> None:
    gated = TimegateMiddleware(raw_echo(host), timeline=timeline_of(on(Bare).renamed("title", to="parcel_label")))
    response = ask(gated, "POST", path, content=ODD, version=version)
    assert (response.status, response.content) == (200, ODD)


@pytest.mark.parametrize("host", HOSTS)
def test_a_body_that_a_change_touches_is_encoded_again_and_loses_no_digit(host: str) -> None:
    gated = TimegateMiddleware(raw_echo(host), timeline=timeline_of(on(Bare).renamed("title", to="parcel_label")))
    response = ask(gated, "POST", "/touched", content=ODD)
    assert response.json() == {"title": "b", "x": 100.0, "big": 123456789012345678901234567890}


def test_one_contract_and_two_timelines_share_no_state() -> None:
    contract = Contract.of_types(Bare)
    renamed = timeline_of(on(Bare).renamed("title", to="parcel_label")).compile(contract)
    added = timeline_of(on(Bare).added("net_weight")).compile(contract)
    again = timeline_of(on(Bare).renamed("title", to="parcel_label")).compile(contract)
    head = {"parcel_label": "a", "net_weight": 1}
    assert renamed.downgrade(Bare, head, to_version=OLD) == {"title": "a", "net_weight": 1}
    assert added.downgrade(Bare, head, to_version=OLD) == {"parcel_label": "a"}
    assert again.downgrade(Bare, head, to_version=OLD) == {"title": "a", "net_weight": 1}
