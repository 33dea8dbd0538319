"""An object has a key in two spellings: as pydantic does, the first is read, and the other says nothing of the arm."""

from enum import Enum
from itertools import combinations
from typing import Any, Literal

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from tests.silence.exchanges import Posted, exchange
from timegate import on


class Colour(Enum):
    BLACK = "black"


SPELLINGS = ("colourIn", "colourAlso", "colour")
READ_AS: Any = AliasChoices("colourIn", "colourAlso")


class Cat(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    colour: Colour = Field(validation_alias=READ_AS)
    lives: int = 9


class Keeping(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="allow")

    colour: Colour = Field(validation_alias=READ_AS)
    lives: int = 9


class Counted(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    colour: int = Field(validation_alias=READ_AS)
    lives: int = 9


class Closed(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    colour: int = Field(validation_alias=READ_AS)


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


class Painted(BaseModel):
    colour: int
    coats: int


PAIRS = list(combinations(SPELLINGS, 2))


def posted(kind: Any, body: Any, *facts: Any) -> tuple[int, list[Any]]:
    """The status for an old client's body, and what head's handler gets."""
    app = Posted(kind, *facts)
    status = exchange(app.app, "POST", "/", body=body).status
    return status, app.received


@pytest.mark.parametrize("pair", PAIRS, ids=str)
@pytest.mark.parametrize("touched", [Dog, None], ids=str)
@pytest.mark.parametrize(("kind", "fine"), [(Cat, "black"), (Keeping, "black"), (Counted, 5)], ids=str)
def test_what_the_second_spelling_holds_is_not_judged(
    kind: Any, fine: Any, touched: Any, pair: tuple[str, ...]
) -> None:
    fact = on(kind).renamed("health", to="lives") if touched is None else on(Dog).renamed("called", to="name")
    sent = dict(zip(pair, (fine, ["no", "colour"]), strict=True))
    status, received = posted(kind | Dog, sent, fact)
    assert status == 200
    assert received == [kind.model_validate(sent)]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_what_the_first_spelling_holds_is_judged(pair: tuple[str, ...]) -> None:
    sent = dict(zip(pair, (["no", "colour"], "black"), strict=True))
    assert posted(Cat | Dog, sent, on(Dog).renamed("called", to="name")) == (422, [])


def test_a_second_spelling_is_a_key_that_a_closed_arm_forbids() -> None:
    fact = on(Painted).added("coats", default=3)
    sent = {"colourIn": 5, "colour": "7"}
    assert posted(Closed | Painted, sent, fact) == (200, [Painted(colour=7, coats=3)])
    assert posted(Closed | Dog, sent, on(Dog).renamed("called", to="name")) == (422, [])
