"""A field of a dataclass or a TypedDict is read as its class reads it, whatever its annotation says of its key."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, NotRequired

import pytest
from pydantic import Field
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import TypedDict

from tests.silence.exchanges import Posted, exchange
from timegate import on


@dataclasses.dataclass
class Hinted:
    level: Annotated[int, Field(alias="lvl")]


@pydantic_dataclass
class Assigned:
    level: int = Field(alias="lvl")


@pydantic_dataclass
class Strict:
    level: int = Field(alias="lvl", strict=True)


class Keys(TypedDict):
    lvl: NotRequired[int]


def hundredfold(value: int) -> int:
    return value * 100


def hundredth(value: int) -> int:
    return value // 100


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("kind", "sent", "received"),
    [
        (Hinted, "5", 500),
        (Hinted, 5.0, 500),
        (Hinted, "five", None),
        (Assigned, "5", 500),
        (Strict, 5, 500),
        (Strict, "5", None),
        (Keys, "5", 500),
        (Keys, True, 100),
        (Keys, "five", None),
    ],
)
def test_a_converted_field_is_read_as_its_class_reads_it(kind: Any, sent: Any, received: int | None) -> None:
    posted = Posted(kind, on(kind).retyped("lvl", to_head=hundredfold, to_old=hundredth, loses="small ones"))
    assert exchange(posted.app, "POST", "/", body={"lvl": sent}).status == (422 if received is None else 200)
    found = [dict(one) if kind is Keys else dataclasses.asdict(one) for one in posted.received]
    assert found == ([] if received is None else [{"lvl" if kind is Keys else "level": received}])
