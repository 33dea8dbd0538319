"""A value is read by the old type itself, also where its JSON Schema says less than the type or names a class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints, field_validator
from typing_extensions import TypeAliasType, TypedDict

from tests.silence.exchanges import annotate, exchange, gated
from timegate import on

REFUSED = "refused"


class Head(BaseModel):
    value: str = ""


class Stripped(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    value: str = ""


class Position(BaseModel):
    lat: int
    lon: int = 0


class Held(BaseModel):
    positions: list[Position]


class PositionKeys(TypedDict):
    lat: int


@dataclass
class PositionData:
    lat: int


class Checked(BaseModel):
    lat: int

    @field_validator("lat")
    @classmethod
    def northern(cls, lat: int) -> int:
        raise AssertionError("no gate runs it")


Nested = TypeAliasType("Nested", "list[Nested] | int")
PLAIN = TypeAliasType("PLAIN", int)


def upgraded(model: type[BaseModel], was: Any, sent: Any) -> Any:
    """What the function of the fact gets of a value that an old client sends; `REFUSED` for a 422."""
    seen: list[Any] = []

    def to_head(value: Any) -> str:
        seen.append(value)
        return "seen"

    app = FastAPI()

    async def post(body: Any) -> str:
        value: str = body.value
        return value

    annotate(post, "body", model, Field())
    app.add_api_route("/post", post, methods=["POST"])
    served = gated(app, on(model).retyped("value", was=was, to_head=to_head, to_old=lambda value: value))
    response = exchange(served, "POST", "/post", body={"value": sent})
    if response.status == 422:
        assert seen == []
        return REFUSED
    assert (response.status, response.json()) == (200, "seen")
    return seen[0]


CASES: Mapping[str, tuple[Any, Any, Any]] = {
    "no decimal": (Decimal, "abc", REFUSED),
    "no text for a decimal": (Decimal, "", REFUSED),
    "a signalling decimal": (Decimal, "sNaN", REFUSED),
    "a decimal": (Decimal, "1.50", "1.50"),
    "a decimal as a number": (Decimal, 1.5, "1.5"),
    "a decimal of too many digits": (Annotated[Decimal, Field(max_digits=3)], "1.2345", REFUSED),
    "a text in lower case": (Annotated[str, StringConstraints(to_lower=True)], "ABC", "abc"),
    "a text without blanks": (Annotated[str, StringConstraints(strip_whitespace=True)], " a ", "a"),
    "a described text": (Annotated[str, Field(description="any text")], " a ", " a "),
    "a class with a wrong leaf": (Position, {"lat": "north"}, REFUSED),
    "a class without a key": (Position, {"lon": 1}, REFUSED),
    "a class leniently": (Position, {"lat": "1", "lon": True}, {"lat": 1, "lon": 1}),
    "a class in a list": (list[Position], [{"lat": "1"}, {"lat": None}], REFUSED),
    "a class in a class": (Held, {"positions": [{"lat": 1}, {}]}, REFUSED),
    "a class or nothing": (Position | None, {"lat": []}, REFUSED),
    "a typed dict": (PositionKeys, {"lat": "1"}, {"lat": 1}),
    "a typed dict without a key": (PositionKeys, {}, REFUSED),
    "a dataclass": (PositionData, {"lat": "1"}, {"lat": 1}),
    "a dataclass without a key": (PositionData, {}, REFUSED),
    "a class with a validator": (Checked, {"lat": 1}, {"lat": 1}),
    "a class with a validator and a wrong leaf": (Checked, {"lat": "north"}, REFUSED),
    "a class with a validator, without a key": (Checked, {}, REFUSED),
    "a validator beside a type": (Annotated[int, AfterValidator(lambda _: 1 / 0)], "3", 3),
    "any JSON": (JsonValue, {"a": [1, None]}, {"a": [1, None]}),
    "an alias of itself": (Nested, [1, [2]], [1, [2]]),
    "no alias of itself": (Nested, [1, ["x"]], REFUSED),
    "an alias": (PLAIN, "3", 3),
    "an iterator": (Iterable[int], [1, "2"], [1, 2]),
    "no iterator": (Iterable[int], ["x"], REFUSED),
}


@pytest.mark.parametrize(("was", "sent", "seen"), CASES.values(), ids=CASES)
def test_a_function_gets_what_the_old_type_reads_and_the_rest_is_refused(was: Any, sent: Any, seen: Any) -> None:
    assert upgraded(Head, was, sent) == seen


def test_the_settings_of_the_model_read_a_text_as_they_did() -> None:
    assert upgraded(Stripped, str, " a ") == "a"
    assert upgraded(Head, str, " a ") == " a "


class Mixed(BaseModel):
    items: list[int] | str = ""


def test_the_items_of_one_alternative_may_change_beside_another() -> None:
    app = FastAPI()

    @app.post("/post")
    async def post(body: Mixed) -> Mixed:
        return body

    served = gated(app, on(Mixed).retyped("items.*", was=str, to_head=int, to_old=str))
    sent = [{"items": ["1", "2"]}, {"items": "text"}, {"items": ["x"]}, {"items": 3}]
    responses = [exchange(served, "POST", "/post", body=body) for body in sent]
    assert [one.status for one in responses] == [200, 200, 422, 422]
    assert [one.json() for one in responses[:2]] == sent[:2]
