"""An arm of a union in a request is found as head reads tags, keys and scalars; what fits none never reaches head."""

from enum import IntEnum, StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from tests.silence.exchanges import Posted, exchange
from timegate import on

REFUSED = 422, None


class Inner(BaseModel):
    x: int = 0
    secret: int = 0


ADDED = on(Inner).added("secret")
EVIL, GOOD = {"x": 1, "secret": 666}, Inner(x=1)


class First(IntEnum):
    A = 1


class Second(IntEnum):
    B = 2


class ByIntEnum(BaseModel):
    kind: First
    inner: Inner = Inner()


class OtherIntEnum(BaseModel):
    kind: Second
    other: int = 0


class Kind(IntEnum):
    A = 1
    B = 2


class ByMember(BaseModel):
    kind: Literal[Kind.A]
    inner: Inner = Inner()


class OtherMember(BaseModel):
    kind: Literal[Kind.B]
    other: int = 0


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    dag_id: str = Field(alias="dagId")
    inner: Inner = Inner()


class OtherName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    task_id: str = Field(alias="taskId")
    other: int = 0


class ByChoice(BaseModel):
    dag_id: str = Field(validation_alias=AliasChoices("dagId", "dag"))
    inner: Inner = Inner()


class OtherChoice(BaseModel):
    task_id: str = Field(validation_alias=AliasChoices("taskId", "task"))
    other: int = 0


class Missing(StrEnum):
    A = "a"

    @classmethod
    def _missing_(cls, value: object) -> "Missing | None":
        return cls.A if str(value).lower() == "a" else None


class Plain(StrEnum):
    B = "b"


class ByMissing(BaseModel):
    kind: Missing
    inner: Inner = Inner()


class OtherMissing(BaseModel):
    kind: Plain
    other: int = 0


class ByNullable(BaseModel):
    kind: First | None
    inner: Inner = Inner()


class OtherNullable(BaseModel):
    kind: Second | None
    other: int = 0


class ByBool(BaseModel):
    on: Literal[True]
    inner: Inner = Inner()


class OtherBool(BaseModel):
    on: Literal[False]
    other: int = 0


UNIONS: list[tuple[Any, dict[str, Any]]] = [
    *((ByIntEnum | OtherIntEnum, {"kind": tag}) for tag in (1, 1.0, "1", True, "1.0")),
    *((ByNullable | OtherNullable, {"kind": tag}) for tag in (1, 1.0, "1", True, "1.0")),
    *((ByMember | OtherMember, {"kind": tag}) for tag in (1, 1.0, True)),
    *((ByName | OtherName, {key: "a"}) for key in ("dagId", "dag_id")),
    *((ByChoice | OtherChoice, {key: "a"}) for key in ("dagId", "dag")),
    *((ByMissing | OtherMissing, {"kind": tag}) for tag in ("a", "A")),
    *((ByBool | OtherBool, {"on": tag}) for tag in (True, 1, 1.0)),
]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(("kind", "tag"), UNIONS, ids=[str(tag) for _, tag in UNIONS])
def test_an_arm_is_found_by_tags_and_keys_as_head_reads_them(kind: Any, tag: dict[str, Any], wrapped: bool) -> None:
    posted = Posted(list[kind] if wrapped else kind, ADDED)
    sent = {**tag, "inner": EVIL}
    bare = exchange(posted.bare, "POST", "/", body=[sent] if wrapped else sent)
    status, received = posted.send([sent] if wrapped else sent)
    assert status == bare.status
    if status == 200:
        assert (received[0] if wrapped else received).inner == GOOD


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (ByIntEnum | OtherIntEnum, {"kind": 9, "inner": EVIL}),
        (ByIntEnum | OtherIntEnum, {"kind": "2", "inner": EVIL, "other": "wrong"}),
        (ByMember | OtherMember, {"inner": EVIL}),
        (ByIntEnum | OtherIntEnum, "kind"),
        (ByMember | OtherMember | None, [EVIL]),
        (ByName | OtherName, {"DAGID": "a", "inner": EVIL}),
    ],
    ids=str,
)
def test_what_fits_no_arm_never_reaches_head(kind: Any, sent: object) -> None:
    assert Posted(kind, ADDED).send(sent) == REFUSED


@pytest.mark.parametrize(
    ("kind", "sent", "received"),
    [
        (Inner | int, "5", 5),
        (Inner | int, 5.0, 5),
        (Inner | float | None, "1.5", 1.5),
        (Inner | bool, "true", True),
        (Inner | str, "5", "5"),
        (list[Inner] | int, "5", 5),
    ],
    ids=str,
)
def test_an_untouched_scalar_beside_a_touched_arm_is_read_leniently(kind: Any, sent: object, received: object) -> None:
    status, found = Posted(kind, ADDED).send(sent)
    assert (status, found, type(found)) == (200, received, type(received))


class Circle(BaseModel):
    kind: Literal[1] = 1


class Square(BaseModel):
    kind: Literal[2] = 2
    side: int = 0


class Shape(BaseModel):
    shape: Annotated[Circle | Square, Field(discriminator="kind")]


@pytest.mark.parametrize("tag", [2, 2.0, "2", "2.0", True])
def test_an_introduced_arm_is_reached_by_no_spelling_of_its_tag(tag: object) -> None:
    posted = Posted(Shape, on(Square).introduced(seen_as={"kind": 1}))
    status, received = posted.send({"shape": {"kind": tag, "side": 666}})
    assert (status, received) in (REFUSED, (200, Shape(shape=Circle())))
    assert tag is True or status == 422


class Named(BaseModel):
    name: str = ""


class Counted(BaseModel):
    counts: list[int]


class EitherOfBoth(BaseModel):
    one: Named | Counted


def test_a_key_of_another_arm_does_not_lead_head_to_that_arm() -> None:
    gone = on(Counted).removed("note", was=str, required=True, backfill="", loses="nobody asks for it")
    posted = Posted(EitherOfBoth, on(Named).became_optional("name", missing_was=""), gone)
    sent = {"one": {"note": "x", "counts": [5], "name": "blue"}}
    assert exchange(posted.app, "POST", "/", body=sent).status == 200
    assert posted.received == [EitherOfBoth(one=Counted(counts=[5]))]


Of = TypeVar("Of")


class Page(BaseModel, Generic[Of]):
    items: dict[str, Of]


@pytest.mark.parametrize("sent", [{"items": [1]}, {"items": {"a": {"y": "x"}}}], ids=str)
def test_a_generic_arm_has_the_name_in_a_422_that_its_class_has(sent: object) -> None:
    posted = Posted(Page[Inner] | int, on(Inner).renamed("y", to="x"))
    said = exchange(posted.app, "POST", "/", body=sent).json()["detail"]
    assert said[0]["loc"][:3] == ["body", "Page[Inner]", "items"]


class Numbered(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    code: str


class Titled(BaseModel):
    title: str


def test_an_arm_is_found_by_a_value_that_its_settings_let_it_read() -> None:
    posted = Posted(Numbered | Titled, on(Numbered).renamed("number", to="code"))
    assert exchange(posted.app, "POST", "/", body={"number": 7}).status == 200
    assert posted.received == [Numbered(code="7")]
    assert exchange(posted.app, "POST", "/", body={"title": 7}).status == 422
