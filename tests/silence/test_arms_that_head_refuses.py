"""Whatever makes head refuse the arm that a client meant, no key or member gets in that only another arm has."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Final, Literal, NamedTuple

import pytest
from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    IPvAnyAddress,
    SecretStr,
    Strict,
    create_model,
    field_validator,
    model_validator,
)

from tests.silence.exchanges import Posted, faults_of
from timegate import Contract, enum, on

REFUSED: Final = 422, None


class Target(BaseModel):
    x: int
    secret: int = 0


def never_odd(value: Any) -> Any:
    if len(str(value)) % 2:
        raise ValueError("odd")
    return value


class Pair(NamedTuple):
    one: int
    two: int


LIMITED: list[tuple[Any, Any]] = [
    (HttpUrl, "ftp://a.b"), (HttpUrl, "a"), (Annotated[AnyUrl, Field(max_length=12)], "ftp://a.example.org"),
    (Annotated[Decimal, Field(max_digits=2)], 1.25), (Annotated[Decimal, Field(max_digits=2)], "12.5"),
    (Annotated[Decimal, Field(decimal_places=1)], "1.25"), (Decimal, False),
    (Annotated[list[int], Field(max_length=1)], [1, 2]), (Annotated[set[int], Field(min_length=2)], [1, 1]),
    (Annotated[dict[str, int], Field(max_length=1)], {"a": 1, "b": 2}),
    (Annotated[SecretStr, Field(min_length=3)], "a"),
    (Annotated[bytes, Field(max_length=1)], "abc"), (IPvAnyAddress, "here"), (Annotated[int, Strict()], "5"),
    (Annotated[float, Strict()], "5"), (Annotated[date, Strict()], "2020-01-01"), (Pair, [1]), (Pair, [1, "a"]),
    (Annotated[list[Target], Field(max_length=1)], [{"x": 1}, {"x": 2}]), (int, "1e3"), (int, "1.5"),
    (Annotated[str, AfterValidator(never_odd)], "abc"), (Annotated[list[int], AfterValidator(never_odd)], [1]),
]  # fmt: skip


def described(value: object) -> str:
    """A value in the name of a test, the same in each process: without where in memory a function is."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@pytest.mark.parametrize(("kind", "sent"), LIMITED, ids=described)
@pytest.mark.parametrize("swapped", [False, True])
class TestAValueThatTheChosenArmRefuses:
    """Each of the limits says more than the schema does, or than a look at JSON types tells."""

    def test_lets_no_newer_key_of_another_arm_in(self, kind: Any, sent: Any, swapped: bool) -> None:
        limited: Any = create_model("Limited", limited=(kind, ...), x=(int, ...))
        posted = Posted(Target | limited if swapped else limited | Target, on(Target).added("secret"))
        assert posted.send({"limited": sent, "x": 1, "secret": 666}) == (200, Target(x=1))


class Checked(BaseModel):
    limited: str
    x: int

    @field_validator("limited")
    @classmethod
    def never_odd(cls, value: str) -> str:
        never_odd(value)
        return value


class CheckedWhole(BaseModel):
    limited: str
    x: int

    @model_validator(mode="after")
    def never_odd(self) -> CheckedWhole:
        never_odd(self.limited)
        return self


class CheckedBefore(BaseModel):
    limited: Annotated[str, BeforeValidator(never_odd)]
    x: int


class Initialized(BaseModel):
    limited: str
    x: int

    def model_post_init(self, _: Any, /) -> None:
        never_odd(self.limited)


@pytest.mark.parametrize("kind", [Checked, CheckedWhole, CheckedBefore, Initialized])
class TestAFunctionOfTheAppThatRefuses:
    """No gate runs it, so that what it refuses must mean the same to the arm that head reads next."""

    def test_lets_no_newer_key_of_another_arm_in(self, kind: Any) -> None:
        posted = Posted(kind | Target, on(Target).added("secret"))
        assert posted.send({"limited": "abc", "x": 1, "secret": 666}) == (200, Target(x=1))
        assert posted.send({"limited": "abcd", "x": 1, "secret": 666}) == (200, kind(limited="abcd", x=1))

    def test_leaves_the_other_arm_what_the_client_has_said_of_it(self, kind: Any) -> None:
        other: Any = create_model("Other", x=(int, ...), note=(str, ""), secret=(int, 0))
        posted = Posted(kind | other, on(other).added("secret"))
        sent = {"limited": "abc", "x": 1, "note": "hi", "secret": 666}
        assert posted.send(sent) == (200, other(x=1, note="hi"))

    def test_is_no_reason_to_refuse_what_a_client_can_say_of_the_other_arm(self, kind: Any) -> None:
        other: Any = create_model("Other", x=(int, ...), y=(int, 0))
        posted = Posted(kind | other, on(kind).renamed("y", to="x"))
        assert posted.send({"limited": "abcd", "y": 1}) == (200, kind(limited="abcd", x=1))

    def test_is_a_422_where_the_other_arm_would_get_a_newer_key_that_both_have(self, kind: Any) -> None:
        other: Any = create_model("Other", limited=(str, ...), x=(int, 0))
        posted = Posted(kind | other, on(other).added("x"))
        assert posted.send({"limited": "abc", "x": 666}) == REFUSED

    def test_leaves_no_old_name_to_another_arm_that_keeps_any_key(self, kind: Any) -> None:
        other: Any = create_model("Other", __config__=ConfigDict(extra="allow"), x=(int, ...), new=(int, 0))
        posted = Posted(kind | other, on(other).renamed("limited", to="new"))
        assert posted.send({"limited": "abc", "x": 1}) == REFUSED
        posted = Posted(kind | other, on(other).renamed("old", to="new"))
        assert posted.send({"limited": "abc", "x": 1, "old": "none"}) == (200, other(x=1, limited="abc"))
        assert posted.send({"limited": "abcd", "x": 1, "old": "none"}) == (200, kind(limited="abcd", x=1))

    @pytest.mark.parametrize("in_order", [False, True])
    def test_is_no_reason_to_read_as_its_arm_what_clients_mean_as_another(self, kind: Any, in_order: bool) -> None:
        other: Any = create_model("Other", limited=(str, ...), x=(int, ...))
        annotated: Any = Annotated
        union = annotated[kind | other, Field(union_mode="left_to_right" if in_order else "smart")]
        renamed = on(kind).renamed("old", to="limited")
        (fault,) = faults_of(Contract.of_types(receives=[union]), renamed)
        assert "head reads some values as the first that old clients mean as the second" in fault.problem


class Sealed(BaseModel):
    model_config = ConfigDict(strict=True)

    x: int
    y: int = 0


class Lax(BaseModel):
    x: int
    secret: int = 0


class TestAStrictModel:
    @pytest.mark.parametrize("kind", [Sealed | Lax, Lax | Sealed], ids=described)
    def test_reads_no_text_as_a_number_so_that_no_newer_key_gets_in(self, kind: Any) -> None:
        posted = Posted(kind, on(Lax).added("secret"))
        assert posted.send({"x": "1", "y": 1, "secret": 666}) == (200, Lax(x=1))
        assert posted.send({"x": 1, "y": 1, "secret": 666}) == (200, Sealed(x=1, y=1))


class Colour(StrEnum):
    RED = "red"
    NEW = "a.b"


class Size(IntEnum):
    ONE = 1
    TWO = 2


@pytest.mark.parametrize(
    "kind",
    [
        Decimal | Colour, Colour | Decimal, HttpUrl | Colour, IPvAnyAddress | Colour,
        Annotated[date, Strict()] | Colour,
        Colour | Annotated[str, AfterValidator(never_odd)], Annotated[str, Field(max_length=1)] | Colour,
        Colour | Annotated[Decimal, Field(max_digits=1)] | int,
    ],
    ids=described,
)  # fmt: skip
def test_a_member_that_a_client_lacks_is_refused_beside_a_scalar_that_does_not_read_it(kind: Any) -> None:
    added = enum(Colour).grew("a.b", seen_as="red")
    assert Posted(kind, added).send("a.b") == REFUSED
    assert Posted(dict[str, kind], added).send({"k": "a.b"}) == REFUSED
    assert Posted(kind, added).send("red") == (200, Colour.RED)


@pytest.mark.parametrize("sent", [2, "2", 2.0])
@pytest.mark.parametrize("kind", [Annotated[Decimal, Field(gt=5)] | Size, Size | Annotated[int, AfterValidator(str)]])
def test_a_number_that_a_client_lacks_as_a_member_is_refused_likewise(kind: Any, sent: Any) -> None:
    assert Posted(kind, enum(Size).grew(2, seen_as=1)).send(sent) in (REFUSED, (200, "2"))


class TestTies:
    """Where several arms read a value, head prefers the one of its very type."""

    @pytest.mark.parametrize("order", ["first", "last"])
    def test_a_number_is_no_decimal_where_another_arm_has_a_float(self, order: str) -> None:
        exact: Any = create_model("Exact", v=(Decimal, ...), e=(int, 0), secret=(int, 0))
        rough: Any = create_model("Rough", v=(float, ...), r=(int, 0))
        posted = Posted(exact | rough if order == "first" else rough | exact, on(exact).added("secret"))
        assert posted.send({"v": 1.5, "secret": 666}) == (200, rough(v=1.5))
        assert posted.send({"v": 1.5, "e": 1, "secret": 666}) == (200, exact(v=Decimal("1.5"), e=1))

    def test_a_text_is_no_decimal_where_another_arm_has_a_text(self) -> None:
        exact: Any = create_model("Exact", v=(Decimal, ...), e=(int, 0), secret=(int, 0))
        text: Any = create_model("Text", v=(str, ...), t=(int, 0))
        posted = Posted(exact | text, on(exact).added("secret"))
        assert posted.send({"v": "1.5", "secret": 666}) == (200, text(v="1.5"))


class TestAnArmThatKeepsOtherKeys:
    """``extra="allow"`` admits any key, also one that is new for another arm."""

    @pytest.mark.parametrize("swapped", [False, True])
    def test_lets_none_of_them_in_as_a_newer_key(self, swapped: bool) -> None:
        kept: Any = create_model("Kept", __config__=ConfigDict(extra="allow"), x=(HttpUrl, ...))
        other: Any = create_model("Other", x=(str, ...), o=(int, 0), secret=(int, 0))
        posted = Posted(other | kept if swapped else kept | other, on(other).added("secret"))
        assert posted.send({"x": "no url", "secret": 666}) == (200, other(x="no url"))
        status, received = posted.send({"x": "http://a.b", "secret": 666})
        assert status == 422 or received in (other(x="http://a.b"), kept(x="http://a.b", secret=666))

    def test_lets_none_in_where_the_app_refuses_the_arm(self) -> None:
        kept: Any = create_model(
            "Kept", __config__=ConfigDict(extra="allow"), x=(Annotated[str, AfterValidator(never_odd)], ...), y=(int, 0)
        )
        posted = Posted(kept | Target, on(Target).added("secret"), on(kept).renamed("z", to="y"))
        assert posted.send({"x": "1", "secret": 666}) == (200, Target(x=1))
        assert posted.send({"x": "10", "z": 5, "note": 5}) == (200, kept(x="10", y=5, note=5))


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    x: int


class Tagged(BaseModel):
    kind: Literal["a"] = "a"
    x: int = 0
    secret: int = 0


def test_a_newer_key_that_is_dropped_leads_head_to_no_arm_that_the_key_forbids() -> None:
    posted = Posted(Closed | Tagged, on(Tagged).added("secret"))
    assert posted.send({"x": 1, "secret": 666}) in (REFUSED, (200, Tagged(x=1)))
    assert posted.send({"x": 1}) == (200, Closed(x=1))
    assert posted.send({"x": 1, "kind": "a", "secret": 666}) == (200, Tagged(x=1))
