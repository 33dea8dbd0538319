"""Models may have errors call their fields by their names in Python: an old client is told its own key."""

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from tests.silence.exchanges import exchange, gated
from timegate import on


class Item(BaseModel):
    model_config = ConfigDict(loc_by_alias=False)

    sku_no: int = Field(alias="skuNo")
    most: int = Field(5, alias="maxLim", le=5)


class Shelf(BaseModel):
    model_config = ConfigDict(loc_by_alias=False)

    all_items: list[Item] = Field([], alias="allItems")


app = FastAPI()


@app.post("/shelf")
def shelf(body: Shelf) -> int:
    return len(body.all_items)


FACTS = (on(Item).renamed("artNo", to="skuNo"), on(Shelf).renamed("items", to="allItems"))


@pytest.mark.parametrize(
    ("item", "key", "value"),
    [
        ({"artNo": "x"}, "artNo", "x"),
        ({"artNo": 1, "maxLim": 7}, "maxLim", 7),
        ({"artNo": 1, "maxLim": "y"}, "maxLim", "y"),
    ],
)
def test_a_field_that_the_app_calls_by_its_name_in_python_is_the_clients_key(item: Any, key: str, value: Any) -> None:
    response = exchange(gated(app, *FACTS), "POST", "/shelf", body={"items": [item]})
    (error,) = response.json()["detail"]
    assert (response.status, error["loc"], error["input"]) == (422, ["body", "items", 0, key], value)


def test_a_missing_field_is_told_by_the_clients_key() -> None:
    empty: dict[str, Any] = {}
    (error,) = exchange(gated(app, *FACTS), "POST", "/shelf", body={"items": [empty]}).json()["detail"]
    assert (error["type"], error["loc"], error["input"]) == ("missing", ["body", "items", 0, "artNo"], {})
