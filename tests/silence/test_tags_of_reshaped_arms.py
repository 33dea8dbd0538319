"""An arm of a union that had another shape is told by the tags that this shape has, or by no tag."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.exchanges import exchange, gated, told
from timegate import on


class Car(BaseModel):
    kind: Literal["car"] = "car"
    doors: str


class Boat(BaseModel):
    kind: Literal["boat"] = "boat"
    sails: int = 0


class Owner(BaseModel):
    owned: Annotated[Car | Boat, Field(discriminator="kind")]


class OldCar(BaseModel):
    kind: Literal["automobile"]
    doors: int


class OldOwner(BaseModel):
    owned: Annotated[OldCar | Boat, Field(discriminator="kind")]


class OtherCar(BaseModel):
    type: Literal["automobile"]
    doors: int


def echo(kind: Any) -> FastAPI:
    app = FastAPI()

    def post(owner: Any) -> Any:
        return owner

    post.__annotations__["owner"] = kind
    app.post("/", response_model=kind)(post)
    return app


def to_head(car: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "car", "doors": str(car["doors"])}


RESHAPED = on(Car).reshaped(
    was=OldCar, to_head=to_head, to_old=lambda car: {"kind": "automobile", "doors": int(car["doors"])}
)
RETAGGED = on(Car).reshaped(
    was=OtherCar, to_head=to_head, to_old=lambda car: {"type": "automobile", "doors": int(car["doors"])}
)


def owned(app: Any) -> Any:
    document = exchange(app, "GET", "/openapi.json").json()
    return document["components"]["schemas"]["Owner"]["properties"]["owned"]


def test_an_old_document_maps_the_tags_that_its_arms_have() -> None:
    mapping = owned(gated(echo(Owner), RESHAPED))["discriminator"]["mapping"]
    assert mapping == {"automobile": "#/components/schemas/Car", "boat": "#/components/schemas/Boat"}


def test_a_tag_of_no_arm_is_told_with_those_of_the_version() -> None:
    old, new = echo(OldOwner), gated(echo(Owner), RESHAPED)
    body = {"owned": {"kind": "bike", "doors": 2}}
    assert told(new, "POST", "/", body=body) == told(old, "POST", "/", body=body)
    (error,) = exchange(new, "POST", "/", body=body).json()["detail"]
    assert set(error["ctx"]["expected_tags"].split(", ")) == {"'automobile'", "'boat'"}


def test_arms_without_a_tag_in_common_are_told_apart_by_no_tag() -> None:
    new = gated(echo(Owner), RETAGGED)
    assert "discriminator" not in owned(new)
    sent: list[dict[str, Any]] = [{"type": "automobile", "doors": 2}, {"kind": "boat", "sails": 1}]
    assert [exchange(new, "POST", "/", body={"owned": one}).json()["owned"] for one in sent] == sent
