"""An old type that a fact names has aliases, also where another response of its class has none."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.exchanges import OLD, change_of, exchange
from timegate import Timeline, Version, endpoint, on
from timegate.asgi import TimegateMiddleware


class Thing(BaseModel):
    some_thing: int = Field(alias="someThing")
    more: int = 1


def values_of(items: dict[str, Any]) -> list[Any]:
    return list(items.values())


def test_what_an_older_version_renames_is_renamed_in_a_body_that_a_newer_one_rewrites() -> None:
    app = FastAPI()

    @app.get("/named", response_model_by_alias=False)
    def named() -> Thing:
        return Thing(someThing=2)

    @app.get("/things")
    def things() -> dict[str, Thing]:
        return {"a": Thing(someThing=1)}

    numbered = change_of(endpoint("/things", "GET").rewritten(response=values_of, was=list[Thing]))
    shorter = change_of(on(Thing).renamed("anything", to="some_thing"))
    timeline = Timeline(Version("2025-06-01", numbered), Version("2025-03-01", shorter), Version(OLD))
    served = TimegateMiddleware(app, timeline=timeline)
    assert exchange(served, "GET", "/things").json() == [{"anything": 1, "more": 1}]
    assert exchange(served, "GET", "/named").json() == {"anything": 2, "more": 1}
