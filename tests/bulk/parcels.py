"""Parcels that were stored at an old version, at module level, so that another process finds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from timegate import Contract, Gates, Timeline, Version, VersionChange, on

OLD, NEW = "2025-01-01", "2025-06-01"


class Address(BaseModel):
    street: str
    city: str


class Parcel(BaseModel):
    parcel_id: str
    grams: int
    address: Address
    tags: list[str] = []


class Weights(VersionChange):
    """A parcel's weight is a number of grams, and its id is called so."""

    changes = (
        on(Parcel).renamed("number", to="parcel_id"),
        on(Parcel).retyped("grams", was=str, to_head=int, to_old=str),
        on(Address).added("city", default="Berlin"),
    )


timeline = Timeline(Version(NEW, Weights), Version(OLD))
contract = Contract.of_types(Parcel)


def gates() -> Gates:
    """Compile them."""
    return timeline.compile(contract)


def stored(number: int) -> dict[str, Any]:
    """A parcel as it was stored."""
    return {"number": f"p-{number}", "grams": str(number), "address": {"street": "Main"}, "tags": ["a"]}


def upgraded(number: int) -> dict[str, Any]:
    """The same parcel at head."""
    address = {"street": "Main", "city": "Berlin"}
    return {"parcel_id": f"p-{number}", "grams": number, "address": address, "tags": ["a"]}


def write(file: Path, count: int, *, broken: tuple[int, ...] = ()) -> Path:
    """Write parcels as JSON lines; the broken ones weigh no number."""
    with file.open("w") as out:
        for number in range(count):
            parcel = stored(number)
            out.write(json.dumps({**parcel, "grams": "much"} if number in broken else parcel) + "\n")
    return file


def read(file: Path) -> list[Any]:
    """What is in a file of JSON lines."""
    return [json.loads(line) for line in file.read_bytes().splitlines()]
