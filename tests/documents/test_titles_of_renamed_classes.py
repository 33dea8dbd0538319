"""A class that had another name had it as its title in older documents too, unless the class says otherwise."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

from tests.cells.refused import NEW, OLD, change_of
from timegate import Contract, Timeline, Version, on
from timegate.changes.base import Fact

T = TypeVar("T")


class Part(BaseModel):
    size: int


class Named(BaseModel):
    model_config = ConfigDict(title="Something")
    size: int


class Box(BaseModel, Generic[T]):
    item: T


def titles(*facts: Fact) -> dict[str, Any]:
    app = FastAPI()

    @app.post("/parts")
    def parts(named: Named) -> Box[Part]:
        return Box(item=Part(size=named.size))

    timeline = Timeline(Version(NEW, change_of("Renamed", *facts)), Version(OLD))
    schemas = timeline.compile(Contract.of(app)).contract(OLD)["components"]["schemas"]
    return {name: one["title"] for name, one in schemas.items() if "ValidationError" not in name}


def test_the_title_of_a_class_is_its_older_name() -> None:
    """It stayed that of head's class."""
    assert titles(on(Part).was_named("Piece")) == {"Piece": "Piece", "Box_Piece_": "Box[Piece]", "Named": "Something"}


def test_a_title_of_its_own_stays() -> None:
    assert titles(on(Named).was_named("Called")) == {"Part": "Part", "Box_Part_": "Box[Part]", "Called": "Something"}


def test_older_documents_may_have_said_something_else() -> None:
    facts = on(Part).documented(was={"title": "A piece"}), on(Part).was_named("Piece")
    assert titles(*facts) == {"Piece": "A piece", "Box_Piece_": "Box[Piece]", "Named": "Something"}
