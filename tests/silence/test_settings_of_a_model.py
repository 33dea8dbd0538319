"""A model's settings say how its values are read and written, also the values and types of facts about it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from pydantic import VERSION, BaseModel, create_model
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from tests.silence.exchanges import exchange, gated
from timegate import enum, on
from timegate.starlette import operation

SECONDS = timedelta(seconds=3)
NEEDS_UNITS = pytest.mark.skipif(
    tuple(map(int, VERSION.split(".")[:2])) < (2, 12), reason="pydantic has no such setting"
)


def settings(**given: Any) -> Any:
    # Not every release of pydantic knows each of them.
    return given


@NEEDS_UNITS
@pytest.mark.parametrize(
    ("unit", "sent", "read"),
    [
        ("milliseconds", 5e9, "1970-02-27 20:53:20+00:00"),
        ("seconds", 50_000_000_000, "3554-06-09 16:53:20+00:00"),
        ("infer", 5e9, "2128-06-11 08:53:20+00:00"),
    ],
)
def test_a_number_for_a_moment_is_read_in_the_models_unit(unit: str, sent: float, read: str) -> None:
    class Run(BaseModel):
        model_config = settings(val_temporal_unit=unit)

        at: datetime | None = None
        on_days: list[datetime] = []

    app = FastAPI()

    @app.post("/runs")
    def run(body: Run) -> list[str]:
        return [str(body.at), *map(str, body.on_days)]

    nullable = on(Run).became_nullable("at", null_was="2020-01-01T00:00:00")
    app_of_two = gated(app, nullable, on(Run).became_list("on_days", was=datetime | None))
    assert exchange(app_of_two, "POST", "/runs", body={"at": sent}).json() == [read]
    assert exchange(app_of_two, "POST", "/runs", body={"on_days": sent}).json() == ["None", read]


@NEEDS_UNITS
def test_a_date_that_the_old_server_refused_in_its_unit_is_refused() -> None:
    class Run(BaseModel):
        model_config = settings(val_temporal_unit="milliseconds")

        day: date | None = None

    app = FastAPI()

    @app.post("/runs")
    def run(body: Run) -> str:
        return str(body.day)

    facts = on(Run).became_nullable("day", null_was="2020-01-01")
    assert exchange(gated(app, facts), "POST", "/runs", body={"day": 86400000}).json() == "1970-01-02"
    refused = exchange(gated(app, facts), "POST", "/runs", body={"day": 86400})
    assert (refused.status, refused.json()["detail"][0]["type"]) == (422, "date_from_datetime_inexact")


WRITTEN: list[Any] = [
    ({"ser_json_timedelta": "float"}, timedelta, SECONDS, 3.0),
    ({"ser_json_bytes": "base64"}, bytes, b"\xff\xfe", "__4="),
    ({}, timedelta, SECONDS, "PT3S"),
    pytest.param(
        {"ser_json_temporal": "seconds"}, datetime, datetime(1970, 1, 1, 1, tzinfo=UTC), 3600.0, marks=NEEDS_UNITS
    ),
]


@pytest.mark.parametrize(("config", "kind", "value", "plain"), WRITTEN)
def test_types_and_values_of_facts_are_written_as_their_model_writes(
    config: dict[str, Any], kind: Any, value: Any, plain: Any
) -> None:
    fields: dict[str, Any] = {"took": (kind | None, None), "times": (list[kind], [])}
    run: Any = create_model("Run", __config__=settings(**config), **fields)
    documented = run.model_json_schema(mode="serialization")["properties"]["times"]["items"]["type"]
    if documented == "string" and not isinstance(plain, str):
        pytest.skip("this pydantic writes a number and documents a text")
    app = FastAPI()
    app.add_api_route("/run", lambda: run(took=value, times=[value]), response_model=run)
    app.add_api_route("/none", lambda: run(), response_model=run)

    def same(given: Any) -> Any:
        return given

    def old(fact: Any, path: str = "/run") -> Any:
        response = exchange(gated(app, fact), "GET", path)
        assert response.status == 200
        return response.json()

    assert old(on(run).became_list("times", was=kind | None)) == {"took": plain, "times": plain}
    assert old(on(run).became_list("times", empty=value), "/none") == {"took": None, "times": plain}
    assert old(on(run).retyped("took", was=kind | None, to_head=same, to_old=same)) == {"took": plain, "times": [plain]}
    assert old(on(run).became_nullable("took", null_was=value), "/none") == {"took": plain, "times": []}
    assert old(on(run).removed("gone", was=kind, backfill=value)) == {"took": plain, "times": [plain], "gone": plain}


class Color(Enum):
    RED = "red"
    BLUE = "blue"


STRICT: dict[str, tuple[Any, Any, Any]] = {
    "a date": (date, "2021-02-03", "2020-01-01"),
    "a UUID": (UUID, str(UUID(int=5)), str(UUID(int=1))),
    "a tuple": (tuple[int, ...], [1, 2], []),
    "a set": (set[int], [1], []),
    "an enum": (Color, "blue", "red"),
    "a decimal": (Decimal, "1.5", "1"),
    "a whole number": (int, 5, 1),
}


def strict_app(kind: Any) -> Starlette:
    """An app of plain Starlette, which reads bodies as JSON, of a strict model that has a value and a list of such."""
    fields: dict[str, Any] = {"one": (kind | None, None), "all": (list[kind], [])}
    model: Any = create_model("Strict", __config__=settings(strict=True), **fields)

    @operation(request=model, response=model)
    async def echo(request: Request, body: Any) -> Any:
        return body

    app = Starlette(routes=[Route("/echo", echo, methods=["POST"])])
    app.state.model = model
    return app


@pytest.mark.parametrize("name", STRICT)
def test_a_strict_model_reads_what_strict_json_has(name: str) -> None:
    kind, value, other = STRICT[name]
    app = strict_app(kind)
    model = app.state.model
    facts = (on(model).became_nullable("one", null_was=other), on(model).became_list("all", empty=other))
    response = exchange(gated(app, *facts), "POST", "/echo", body={"one": value, "all": value})
    assert (response.status, response.json()) == (200, {"one": value, "all": value})


@pytest.mark.parametrize("value", ["5", True, 1.5])
def test_a_strict_model_reads_no_more_than_strict_json_has(value: Any) -> None:
    app = strict_app(int)
    facts = on(app.state.model).became_list("all", empty=1)
    response = exchange(gated(app, facts), "POST", "/echo", body={"all": value})
    assert (response.status, response.json()["detail"][0]["loc"]) == (422, ["body", "all"])


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Named(BaseModel):
    name: str = ""


NUMBERS_AS_TEXTS: Any = {"coerce_numbers_to_str": True}
LOWER: Any = {"str_to_lower": True, "str_strip_whitespace": True}
SHORT: Any = {"str_max_length": 3}


@pytest.mark.parametrize("union", [Level | str, Level | list[str], Level | Named | str, list[Level | str] | Level])
@pytest.mark.parametrize("given", [NUMBERS_AS_TEXTS, LOWER, SHORT], ids=repr)
@pytest.mark.parametrize("sent", [1, 1.5, True, [1], [True], "low", " LOW ", "abcd", ["abcd"], {"name": 1}], ids=repr)
def test_arms_of_a_union_are_read_by_the_settings_of_the_class_that_holds_it(union: Any, given: Any, sent: Any) -> None:
    held = create_model("Held", __config__=given, value=(union, ...))
    app = FastAPI()

    async def post(body: Any) -> Any:
        return body.value

    post.__annotations__["body"] = held
    app.post("/")(post)
    then = exchange(app, "POST", "/", body={"value": sent})
    now = exchange(gated(app, enum(Level).renamed("above", to="high")), "POST", "/", body={"value": sent})
    assert now.status == then.status
    if then.status == 200:
        assert now.json() == then.json()
