"""An object that a client leaves out counts as one without keys also where a move may put a value into it."""

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from tests.silence.exchanges import change_of, exchange
from timegate import Timeline, Version, on
from timegate.asgi import TimegateMiddleware


class Limit(BaseModel):
    hard: bool = True
    hours: int = 0


class Task(BaseModel):
    limit: Limit = Limit()
    name: str = "n"


MOVE = on(Task).moved("hours", to="limit.hours")
HARD = on(Limit).defaulted("hard", was=False)
HOURS = on(Limit).defaulted("hours", was=8)


@pytest.mark.parametrize(
    ("boundaries", "hard", "hours"),
    [
        ([(HARD,), (MOVE,)], False, 0),
        ([(HARD, MOVE)], False, 0),
        ([(HOURS,), (MOVE,)], True, 8),
        ([(HARD, HOURS), (MOVE,)], False, 8),
    ],
)
@pytest.mark.parametrize("sent", [{}, {"limit": {}}, {"hours": 3}, {"limit": {"hard": True}}], ids=str)
def test_what_a_fact_fills_in_there_a_payload_without_the_object_gets_too(
    sent: Any, boundaries: Any, hard: bool, hours: int
) -> None:
    app = FastAPI()

    @app.post("/")
    def post(task: Task) -> Any:
        return task.limit.model_dump()

    versions = [Version(f"2025-0{9 - index}-01", change_of(*facts)) for index, facts in enumerate(boundaries)]
    served = TimegateMiddleware(app, timeline=Timeline(*versions, Version("2025-01-01")))
    response = exchange(served, "POST", "/", body=sent, version="2025-01-01")
    expected = {"hard": sent.get("limit", {}).get("hard", hard), "hours": sent.get("hours", hours)}
    assert (response.status, response.json()) == (200, expected)
