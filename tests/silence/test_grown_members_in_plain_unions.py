"""A member that an old client lacks never reaches head, also where a union without a tag stands around it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, SecretBytes, SecretStr, Strict, create_model

from tests.sentences import shows
from tests.silence.old_client import Client, old_client
from timegate import enum, on


class Number(IntEnum):
    A = 3
    B = 11


class Word(StrEnum):
    A = "a"
    B = "b"


class Texts(BaseModel):
    zeta: str
    gamma: str


class Numbered(BaseModel):
    zeta: Number


class Worded(BaseModel):
    zeta: Word


class Holder(BaseModel):
    inner: Numbered | Texts


class Left(BaseModel):
    kind: Literal["left"]
    zeta: Number


class Right(BaseModel):
    kind: Literal["right"]
    zeta: int


GREW_NUMBER, GREW_WORD = enum(Number).grew(11, seen_as=3), enum(Word).grew("b", seen_as="a")


def app_of(kind: Any, seen: list[Any], *facts: Any) -> Client:
    app = FastAPI()

    async def post(body: Any) -> int:
        seen.append(body)
        return 1

    post.__annotations__["body"] = kind
    app.post("/")(post)
    return old_client(app, *facts)


PLACES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "alone": (Numbered, lambda value: {"zeta": value}),
    "a plain union": (Numbered | Texts, lambda value: {"zeta": value}),
    "a plain union, the other way round": (Texts | Numbered, lambda value: {"zeta": value}),
    "a union with null": (Numbered | Texts | None, lambda value: {"zeta": value}),
    "a list of a union": (list[Numbered | Texts], lambda value: [{"zeta": "z", "gamma": "g"}, {"zeta": value}]),
    "a dict of a union": (dict[str, Numbered | Texts], lambda value: {"a": {"zeta": value}}),
    "a field": (Holder, lambda value: {"inner": {"zeta": value}}),
    "a union of lists": (list[Numbered] | list[Texts], lambda value: [{"zeta": value}]),
    "a tagged union": (
        Annotated[Left | Right, Field(discriminator="kind")],
        lambda value: {"kind": "left", "zeta": value},
    ),
    "a union with tags of its own": (Left | Right, lambda value: {"kind": "left", "zeta": value}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", [11, 11.0, "11"])
def test_a_new_number_is_refused_however_it_is_written(place: str, value: Any) -> None:
    kind, body = PLACES[place]
    seen: list[Any] = []
    response = app_of(kind, seen, GREW_NUMBER).post("/", body(value))
    assert (response.status_code, seen) == (422, [])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", [3, 3.0, "3"])
def test_an_old_number_is_read_however_it_is_written(place: str, value: Any) -> None:
    kind, body = PLACES[place]
    seen: list[Any] = []
    response = app_of(kind, seen, GREW_NUMBER).post("/", body(value))
    assert (response.status_code, len(seen)) == (200, 1)
    assert "11" not in repr(seen)
    assert repr(seen).count("Number.A") == 1


@pytest.mark.parametrize("kind", [Worded, Worded | Texts, Texts | Worded, Worded | None])
def test_a_new_word_is_refused(kind: Any) -> None:
    seen: list[Any] = []
    client = app_of(kind, seen, GREW_WORD)
    assert (client.post("/", {"zeta": "b"}).status_code, seen) == (422, [])
    assert (client.post("/", {"zeta": "a"}).status_code, seen) == (200, [Worded(zeta=Word.A)])


def test_a_new_word_that_another_arm_takes_as_a_text_goes_to_that_arm() -> None:
    seen: list[Any] = []
    response = app_of(Worded | Texts, seen, GREW_WORD).post("/", {"zeta": "b", "gamma": "g"})
    assert (response.status_code, seen) == (200, [Texts(zeta="b", gamma="g")])


class New(BaseModel):
    new: int


class Other(BaseModel):
    other: str


class Role(BaseModel):
    old: int
    role: str = "user"


@pytest.mark.parametrize(
    ("kind", "fact", "body", "given"),
    [
        (New | Other, on(New).renamed("old", to="new"), {"old": 5}, New(new=5)),
        (Role | Other, on(Role).added("role"), {"old": 5, "role": "admin"}, Role(old=5)),
        (Role | Other, on(Role).added("role"), {"old": "5", "role": "admin"}, Role(old=5)),
        (Role | Other, on(Role).added("role"), {"other": "x", "old": 5, "role": "admin"}, Role(old=5)),
    ],
)
def test_what_an_old_client_may_say_in_a_plain_union_reaches_head(kind: Any, fact: Any, body: Any, given: Any) -> None:
    seen: list[Any] = []
    assert (app_of(kind, seen, fact).post("/", body).status_code, seen) == (200, [given])


class Named(BaseModel):
    new: str


@pytest.mark.parametrize("kind", [New | Named, Named | New])
@pytest.mark.parametrize(
    ("body", "given"),
    [({"old": 5}, New(new=5)), ({"old": "5"}, New(new=5)), ({"old": True}, New(new=1)), ({"new": "5"}, Named(new="5"))],
)
def test_head_reads_the_arm_that_the_old_server_read(kind: Any, body: Any, given: Any) -> None:
    seen: list[Any] = []
    assert (app_of(kind, seen, on(New).renamed("old", to="new")).post("/", body).status_code, seen) == (200, [given])


@pytest.mark.parametrize(
    ("kind", "fact", "body"),
    [
        (New | Named, on(New).renamed("old", to="new"), {"old": "x"}),
        (New | Named, on(New).renamed("old", to="new"), {"new": 5}),
        (New | Other, on(New).renamed("old", to="new"), {"new": 5}),
        (Role | Other, on(Role).added("role"), {"old": [5], "role": "admin"}),
    ],
)
def test_what_fits_no_arm_of_the_old_client_is_refused(kind: Any, fact: Any, body: Any) -> None:
    seen: list[Any] = []
    assert (app_of(kind, seen, fact).post("/", body).status_code, seen) == (422, [])


@pytest.mark.parametrize("union", [SecretStr | Word, Word | SecretStr, Annotated[str, Strict()] | Word])
def test_a_text_that_the_other_arm_reads_is_no_member_that_the_client_lacks(union: Any) -> None:
    holder: Any = create_model("Secret", zeta=(union, ...))
    seen: list[Any] = []
    client = app_of(holder, seen, GREW_WORD)
    for text in ("a", "b", "c"):
        assert client.post("/", {"zeta": text}).status_code == 200
    assert [getattr(one.zeta, "get_secret_value", lambda one=one: one.zeta)() for one in seen] == ["a", "b", "c"]
    assert not any(isinstance(one.zeta, Word) for one in seen)


@shows(
    "A new member of an enum is refused (422) in a union with a type of which a schema does not say all "
    "(`Decimal | Level`, `SecretBytes | State`), though head might read it as the other.",
)
@pytest.mark.parametrize(
    ("union", "fact", "kept", "refused"),
    [(Decimal | Number, GREW_NUMBER, [3, 4.5, "4"], [11, "11"]), (SecretBytes | Word, GREW_WORD, ["a", "c"], ["b"])],
    ids=str,
)
def test_a_new_member_beside_a_type_that_a_schema_does_not_describe_is_refused(
    union: Any, fact: Any, kept: list[Any], refused: list[Any]
) -> None:
    seen: list[Any] = []
    client = app_of(create_model("Loose", zeta=(union, ...)), seen, fact)
    assert [client.post("/", {"zeta": value}).status_code for value in kept] == [200] * len(kept)
    assert [client.post("/", {"zeta": value}).status_code for value in refused] == [422] * len(refused)
