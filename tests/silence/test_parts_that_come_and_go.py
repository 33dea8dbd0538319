"""A field that one version splits and makes whole again is what it was."""

from __future__ import annotations

from pydantic import BaseModel

from tests.silence.old_client import OLD, gates_of
from timegate import on


class Area(BaseModel):
    extent: str


def halves(text: str) -> list[int]:
    first, second = text.split("x")
    return [int(first), int(second)]


def product(first: int, second: int) -> str:
    return f"{first}x{second}"


def test_a_field_is_split_and_merged_under_its_name_in_one_version() -> None:
    split = on(Area).split("extent", into=("width", "height"), was=str, apart=halves, together=product, loses="others")
    merged = on(Area).merged(
        ("width", "height"), into="extent", was=(int, int), together=product, apart=halves, loses="others"
    )
    gates = gates_of([Area], split, merged)
    assert gates.upgrade(Area, {"extent": "02x3"}, from_version=OLD) == {"extent": "2x3"}
    assert gates.downgrade(Area, {"extent": "4x05"}, to_version=OLD) == {"extent": "4x5"}
