"""An app in the manner of Cadwyn's first steps is moved by the command alone."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Body, FastAPI
from typer.testing import CliRunner

from tests.silence.exchanges import annotate, exchange
from timegate import Timeline
from timegate.asgi import TimegateMiddleware
from timegate.cadwyn.change import converted
from timegate.cadwyn.source import Module
from timegate.cli.app import application

SCHEMAS = """
from typing import Annotated

from pydantic import BaseModel, Field


class PersonIn(BaseModel):
    homes: list[str]


class Person(BaseModel):
    number: int
    homes: Annotated[list[str], Field(min_length=1)]


class Pet(BaseModel):
    owner: str


class Animal(BaseModel):
    bio: str


class AnimalIn(Animal):
    pass


class AnimalOut(AnimalIn):
    number: int
"""
BUNDLE = """
from cadwyn import RequestInfo, ResponseInfo, Version, VersionBundle, VersionChange, schema
from cadwyn import convert_request_to_next_version_for, convert_response_to_previous_version_for

from kennel.schemas import Animal, AnimalIn, AnimalOut, Person, PersonIn, Pet


class SeveralHomes(VersionChange):
    description = "A person may have several homes"
    instructions_to_migrate_to_previous_version = (
        schema(PersonIn).field("homes").had(name="home", type=str),
        schema(Person).field("homes").had(name="home", type=str),
        schema(Pet).field("owner").had(type=list[str]),
        schema(Animal).field("bio").had(name="summary"),
    )

    @convert_request_to_next_version_for(PersonIn)
    def wrap(request: RequestInfo):
        request.body["homes"] = [request.body.pop("home")]

    @convert_response_to_previous_version_for(Person)
    def first(response: ResponseInfo):
        response.body["home"] = response.body.pop("homes")[0]

    @convert_response_to_previous_version_for(Pet)
    def alone(response: ResponseInfo):
        response.body["owner"] = [response.body["owner"]]

    @convert_request_to_next_version_for(AnimalIn)
    def to_bio(request: RequestInfo):
        request.body["bio"] = request.body.pop("summary")

    @convert_response_to_previous_version_for(AnimalOut)
    def to_summary(response: ResponseInfo):
        response.body["summary"] = response.body.pop("bio")


bundle = VersionBundle(Version("2001-01-01", SeveralHomes), Version("2000-01-01"))
"""


@pytest.fixture
def kennel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Timeline]:
    """What the command writes for the bundle."""
    package = tmp_path / "kennel"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "schemas.py").write_text(SCHEMAS, encoding="utf-8")
    (package / "versions.py").write_text(BUNDLE, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    ran = CliRunner().invoke(
        application, ["convert", "cadwyn", str(package / "versions.py"), str(package / "timeline")]
    )
    assert ran.exit_code == 0, ran.output
    assert "v2001_01_01.py: 1 change\n" in ran.stdout
    try:
        yield importlib.import_module("kennel.timeline").timeline
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "kennel"]:
            del sys.modules[name]


def app_of() -> FastAPI:
    """Head's app: each handler sends back what it was sent."""
    schemas: Any = importlib.import_module("kennel.schemas")
    app = FastAPI()

    async def add(person: Any) -> object:
        return {"number": 1, "homes": person.homes}

    annotate(add, "person", schemas.PersonIn, Body())
    app.post("/people", response_model=schemas.Person)(add)

    async def tame(animal: Any) -> object:
        return {"number": 1, "bio": animal.bio}

    annotate(tame, "animal", schemas.AnimalIn, Body())
    app.post("/animals", response_model=schemas.AnimalOut)(tame)

    @app.get("/pet", response_model=schemas.Pet)
    async def pet() -> object:
        return {"owner": "Ann"}

    return app


def test_a_value_that_became_a_list_is_converted_without_a_line_by_hand(kennel: Timeline) -> None:
    served = TimegateMiddleware(app_of(), timeline=kennel)
    old = exchange(served, "POST", "/people", body={"home": "1 Main Street"}, version="2000-01-01")
    assert (old.status, old.json()) == (200, {"number": 1, "home": "1 Main Street"})
    new = exchange(served, "POST", "/people", body={"homes": ["a", "b"]}, version="2001-01-01")
    assert (new.status, new.json()) == (200, {"number": 1, "homes": ["a", "b"]})
    assert exchange(served, "GET", "/pet", version="2000-01-01").json() == {"owner": ["Ann"]}


def test_a_converter_that_repeats_the_new_name_of_a_base_is_left_out(kennel: Timeline) -> None:
    served = TimegateMiddleware(app_of(), timeline=kennel)
    old = exchange(served, "POST", "/animals", body={"summary": "barks"}, version="2000-01-01")
    assert (old.status, old.json()) == (200, {"number": 1, "summary": "barks"})


BY_HAND = """
from cadwyn import RequestInfo, VersionChange, schema, convert_request_to_next_version_for

from kennel.schemas import Animal, AnimalIn


class Change(VersionChange):
    '''The summary is called bio.'''

    instructions_to_migrate_to_previous_version = (schema(Animal).field("bio").had(name="summary"),)

    @convert_request_to_next_version_for(AnimalIn)
    def to_bio(request: RequestInfo):
        request.body["bio"] = {}
"""


@pytest.mark.parametrize("does", ['request.body.pop("summary").strip()', 'request.body.pop("note")'])
def test_a_converter_that_does_more_than_rename_is_left_to_a_person(tmp_path: Path, does: str) -> None:
    package = tmp_path / "kennel"
    package.mkdir()
    (package / "schemas.py").write_text(SCHEMAS, encoding="utf-8")
    (package / "versions.py").write_text(BY_HAND.replace("{}", does), encoding="utf-8")
    found = converted(Module(package / "versions.py"), "Change")
    assert found.undecided == ("to_bio",)
    assert 'on(Animal).renamed("summary", to="bio")' in found.code.text
