"""An int enum in a path is read as the old server read it, and converted or refused by the member that was read."""

from enum import IntEnum

import pytest
from fastapi import FastAPI

from tests.silence.exchanges import exchange, gated
from timegate import enum


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class TestPathParameters:
    @pytest.mark.parametrize(
        ("sent", "status"), [("1", 200), ("2", 422), ("2.0", 422), ("02", 422), ("%202", 422), ("%2B2", 422)]
    )
    def test_of_an_int_enum_are_read_before_they_are_judged(self, sent: str, status: int) -> None:
        app = FastAPI()

        @app.get("/levels/{level}")
        async def at_level(level: Level) -> str:
            return level.name

        changed = gated(app, enum(Level).grew(2, seen_as=1))
        assert exchange(changed, "GET", f"/levels/{sent}").status == status

    def test_of_an_int_enum_that_lost_a_value_are_converted(self) -> None:
        app = FastAPI()

        @app.get("/levels/{level}")
        async def at_level(level: Level) -> str:
            return level.name

        changed = gated(app, enum(Level).renamed(7, to=2))
        responses = [exchange(changed, "GET", f"/levels/{sent}") for sent in ("7", "2", "1")]
        assert [response.status for response in responses] == [200, 422, 200]
        assert responses[0].json() == "HIGH"
