"""What the gate makes of an arm of a union, head reads as that arm: else it is a 422, or the app does not start."""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, create_model

from tests.sentences import shows
from tests.silence.exchanges import Posted, faults_of, timeline_of
from tests.silence.old_client import OLD, gates_of, gates_of_requests
from timegate import Contract, UpgradeError, enum, on
from timegate.typing import is_object

REFUSED = 422, None
IN_ORDER = Field(union_mode="left_to_right")


class Word(StrEnum):
    A = "a"
    B = "b"


class Number(IntEnum):
    A = 1
    B = 2


class Day(StrEnum):
    FIRST = "2020-01-01"
    NEW = "2020-01-02"


WORDS = enum(Word).renamed("aa", to="a"), enum(Word).grew("b", seen_as="a")
NUMBERS = (enum(Number).grew(2, seen_as=1),)
DAYS = (enum(Day).grew("2020-01-02", seen_as="2020-01-01"),)
ID = "12345678-1234-5678-1234-567812345678"


class TestAMemberThatTheClientLacks:
    """It stands beside a scalar that does not read it, or that head would not read it as."""

    @pytest.mark.parametrize("sent", ["a", "b"])
    @pytest.mark.parametrize(
        "kind",
        [
            date | Word, Word | date, Word | UUID, UUID | Word, Word | datetime, Word | int | None,
            Word | Annotated[str, Field(pattern="^x")], Annotated[str, Field(min_length=2)] | Word,
            Annotated[Word | str, IN_ORDER],
        ],
        ids=str,
    )  # fmt: skip
    def test_is_refused(self, kind: Any, sent: str) -> None:
        assert Posted(kind, *WORDS).send(sent) == REFUSED
        assert Posted(dict[str, kind], *WORDS).send({"k": sent}) == REFUSED

    @pytest.mark.parametrize("sent", [2, "2", 2.0])
    @pytest.mark.parametrize("kind", [Number | date, Number | Annotated[int, Field(gt=5)], Number | UUID], ids=str)
    def test_is_refused_however_a_number_is_written(self, kind: Any, sent: Any) -> None:
        assert Posted(kind, *NUMBERS).send(sent) == REFUSED

    def test_is_refused_where_the_scalar_reads_it_but_head_prefers_the_enum(self) -> None:
        assert Posted(Day | date, *DAYS).send("2020-01-02") == REFUSED
        assert Posted(Day | date, *DAYS).send("2020-01-03") == (200, date(2020, 1, 3))

    @pytest.mark.parametrize(
        ("kind", "sent", "given"),
        [
            (date | Word, "aa", Word.A),
            (date | Word, "2020-01-01", date(2020, 1, 1)),
            (Word | UUID, ID, UUID(ID)),
            (Word | Annotated[str, Field(pattern="^x")], "xy", "xy"),
            (Word | str, "b", "b"),
            (Annotated[str | Word | None, IN_ORDER], "b", "b"),
            (Number | Annotated[int, Field(gt=5)], 6, 6),
        ],
        ids=str,
    )
    def test_leaves_what_the_others_are_as_it_is(self, kind: Any, sent: Any, given: Any) -> None:
        facts = NUMBERS if Number in kind.__args__ else WORDS
        assert Posted(kind, *facts).send(sent) == (200, given)


class First(BaseModel):
    a: int = 0
    y: int = 0


class Second(BaseModel):
    y: int = 0
    b: int = 0


class Inner(BaseModel):
    n: int


class Limited(BaseModel):
    y: int = Field(gt=0)


RENAMED = on(Second).renamed("x", to="y")


ORDERED: Any = Annotated[First | Second, IN_ORDER]


class TestAUnionThatIsReadFromLeftToRight:
    @pytest.mark.parametrize("kind", [ORDERED, Annotated[First | Second | None, IN_ORDER], ORDERED | None], ids=str)
    def test_gives_a_value_to_the_first_arm_that_reads_it(self, kind: Any) -> None:
        assert Posted(kind, RENAMED).send({"x": 5, "b": 1}) == (200, First())
        assert Posted(list[kind], RENAMED).send([{"x": 5, "b": 1, "y": 2}]) == (200, [First(y=2)])

    def test_gives_a_value_to_the_next_arm_where_the_limits_of_the_first_forbid_it(self) -> None:
        kind = Annotated[Limited | Second, IN_ORDER]
        posted = Posted(kind, on(Second).renamed("c", to="b"))
        assert posted.send({"y": 1, "c": 1}) == (200, Limited(y=1))
        assert posted.send({"y": -1, "c": 1}) == (200, Second(y=-1, b=1))

    def test_is_refused_where_head_would_read_a_renamed_key_as_that_of_the_first(self) -> None:
        posted = Posted(Annotated[Limited | Second, IN_ORDER], RENAMED)
        (fault,) = faults_of(Contract.of(posted.bare), RENAMED)
        assert fault.place == "Limited | Second"
        assert "head reads some values as the first that old clients mean as the second" in fault.problem

    @pytest.mark.parametrize("mode", ["left_to_right", "smart"])
    @pytest.mark.parametrize("more", [{"more": (int, 0)}, {"__config__": ConfigDict(extra="allow")}], ids=str)
    def test_is_refused_where_head_reads_all_that_is_one_arm_as_another_that_keeps_more(
        self, more: dict[str, Any], mode: Any
    ) -> None:
        wide, narrow = create_model("Wide", y=(int, ...), **more), create_model("Narrow", y=(int, ...))
        annotated: Any = Annotated
        contract = Contract.of_types(receives=[annotated[wide | narrow, Field(union_mode=mode)]])
        (fault,) = faults_of(contract, on(wide).renamed("x", to="y"))
        assert "head reads some values as the first that old clients mean as the second" in fault.problem

    def test_inside_another_union_is_never_guessed(self) -> None:
        class Third(BaseModel):
            z: int = 0

        kind = Annotated[First | Second, IN_ORDER] | Third
        posted = Posted(kind, on(Third).renamed("w", to="z"))
        assert faults_of(Contract.of(posted.bare), on(Third).renamed("w", to="z")) != ()


class TestArmsThatChangeAlike:
    """A client's "5" and "1" are lenient in both arms, so that they are the first; the rest might suit the second."""

    @pytest.mark.parametrize(
        ("how", "q", "held"),
        [("removed", None, None), ("retyped", int, 6), ("became_list", list[int], [5]), ("inside", Inner, Inner(n=5))],
    )
    def test_are_each_read_by_head_as_what_the_client_sent(self, how: str, q: Any, held: Any) -> None:
        whole: dict[str, Any] = {} if q is None else {"q": (q, ...)}
        first, second = create_model("A", p=(bool, ...), **whole), create_model("B", p=(str, ...), **whole)
        both, gone = on(first, second), dict[str, Any](was=int, backfill=1, loses="all of it")
        facts: dict[str, Any] = {
            "removed": lambda: both.removed("q", **gone),
            "retyped": lambda: both.retyped("q", to_head=(1).__add__, to_old=(-1).__add__),
            "became_list": lambda: both.became_list("q", was=int, empty=0),
            "inside": lambda: on(Inner).removed("gone", **gone),
        }
        posted = Posted(first | second, facts[how]())
        sent, had = {"gone": "5", "n": 5} if how == "inside" else "5", {} if q is None else {"q": held}
        assert posted.send({"q": sent, "p": "1"}) == (200, first(p=True, **had))
        assert posted.send({"q": sent, "p": "one"}) == (200, second(p="one", **had))

    def test_are_refused_where_nothing_that_is_left_tells_them_apart(self) -> None:
        first, second = create_model("A", p=(int, ...)), create_model("B", p=(int, ...), more=(int, 0))
        first_old = on(first).removed("q", was=int, backfill=1, loses="all of it")
        posted = Posted(first | second, first_old, on(second).removed("q", was=str, backfill="1", loses="all of it"))
        assert posted.send({"q": 5, "p": 1}) == (200, first(p=1))
        assert posted.send({"q": "five", "p": 1}) == REFUSED


def kind_of(value: Any) -> Any:
    return value["kind"] if is_object(value) else value.kind


class TestAConvertedObject:
    def test_is_refused_where_a_limit_leads_head_to_another_arm_with_the_same_key(self) -> None:
        limited = create_model("C", x=(int, Field(1, gt=0)), new=(int, 0), w=(int, ...))
        other: Any = create_model("D", x=(int, 1), new=(int, 0), w=(int, 0), z=(int, ...))
        posted = Posted(limited | other, on(limited).renamed("old", to="new"))
        assert posted.send({"x": 1, "w": 1, "old": 5}) == (200, limited(x=1, w=1, new=5))
        status, received = posted.send({"x": -1, "w": 1, "old": 5, "z": 1})
        assert (status, received) == (200, other(x=-1, w=1, z=1))

    @shows(
        "in a union where a change touches an arm: a key by which head would read another arm than the "
        "client's server did, in the object",
    )
    def test_loses_the_keys_by_which_head_would_read_it_as_another_arm(self) -> None:
        one: Any = create_model("A", a=(int, ...), new=(int, 0))
        other: Any = create_model("B", b=(int, ...), new=(int, 0), c=(int, 0))
        posted = Posted(one | other, on(one).renamed("old", to="new"), on(other).renamed("c2", to="c"))
        assert posted.send({"a": 1, "old": 2, "c": 5, "b": 1}) == (200, one(a=1, new=2))

    def test_is_never_read_as_another_arm_that_has_the_new_key(self) -> None:
        one: Any = create_model("A", a=(int, 0), new=(int, 0))
        other: Any = create_model("B", a=(int, 0), other=(int, 0), new=(int, 0))
        facts = on(one).renamed("old", to="new"), on(other).renamed("older", to="new")
        (fault,) = faults_of(Contract.of_types(receives=[one | other]), *facts)
        assert "told_by" not in fault.remedy
        assert "Discriminator" in fault.remedy

    def test_is_served_where_heads_discriminator_tells_it(self) -> None:
        one: Any = create_model("A", kind=(str, ...), new=(int, 0))
        other: Any = create_model("B", kind=(str, ...), other=(int, 0), new=(int, 0))
        told: Any = Annotated[
            Annotated[one, Tag("one")] | Annotated[other, Tag("other")],
            Discriminator(kind_of),
        ]
        gates = gates_of([told], on(one).renamed("old", to="new"))
        for kind, old, new in (("one", "old", "new"), ("other", "new", "new")):
            given = gates.upgrade(told, {"kind": kind, old: 3}, from_version=OLD)
            assert given == {"kind": kind, new: 3}


class TestContainers:
    """A whole list or dict is one arm."""

    def test_keys_of_dicts_are_gated(self) -> None:
        kind = dict[Word, int] | dict[str, str]
        renamed = enum(Word).renamed("aa", to="a")
        posted = Posted(kind, renamed)
        assert posted.send({"aa": 1, "b": 2}) == (200, {Word.A: 1, Word.B: 2})
        assert posted.send({"a": 1}) == REFUSED
        assert posted.send({"a": "x"}) == (200, {"a": "x"})
        gates = gates_of([kind], renamed)
        for head, old in (({"a": 1}, {"aa": 1}), ({"a": "x"}, {"a": "x"}), ({}, {})):
            assert gates.downgrade(kind, head, to_version=OLD) == old

    def test_a_list_is_the_arm_that_all_its_items_are(self) -> None:
        one: Any = create_model("A", new=(int, ...))
        other: Any = create_model("B", text=(str, ...), new=(int, 0))
        kind = list[one] | list[other]
        posted = Posted(kind, on(one).renamed("old", to="new"))
        assert posted.send([{"old": 1}, {"old": 2}]) == (200, [one(new=1), one(new=2)])
        assert posted.send([{"text": "a", "new": 3}]) == (200, [other(text="a", new=3)])
        assert posted.send([{"old": 1}, {"text": "a", "new": 3}]) == REFUSED
        assert posted.send([]) == (200, [])

    def test_tuples_are_told_apart_by_their_items(self) -> None:
        kind = tuple[Limited, int] | tuple[int, Limited]
        gates = gates_of_requests([kind], on(Limited).renamed("x", to="y"))
        assert gates.upgrade(kind, [{"x": 1}, 2], from_version=OLD) == [{"y": 1}, 2]
        assert gates.upgrade(kind, [2, {"x": 1}], from_version=OLD) == [2, {"y": 1}]

    def test_arms_that_are_no_models_have_a_remedy_that_can_be_written(self) -> None:
        one: Any = create_model("A", v=(str, ...))
        other: Any = create_model("B", v=(str, ...))
        kind = list[one] | list[other]
        fact = on(one).retyped("v", was=str, to_head=str.upper, to_old=str.lower)
        (fault,) = faults_of(Contract.of_types(receives=[kind]), fact)
        assert "told_by" not in fault.remedy


class Move(BaseModel):
    at: tuple[int, int]
    owner: str | None = None


class Job(BaseModel):
    owner: str


class Moves(BaseModel):
    v: Move | Job


@pytest.mark.parametrize("at", [{}, {"0": 1}, [], [1], "1, 2"])
def test_a_tuple_is_read_from_no_object_so_that_no_newer_key_of_another_arm_passes(at: Any) -> None:
    gates = timeline_of(on(Job).renamed("boss", to="owner")).compile(Contract.of_types(Moves))
    with pytest.raises(UpgradeError):
        gates.upgrade(Moves, {"v": {"at": at, "owner": "root"}}, from_version=OLD)
    assert gates.upgrade(Moves, {"v": {"at": [1, 2], "owner": "a"}}, from_version=OLD)["v"] == {
        "at": [1, 2],
        "owner": "a",
    }
