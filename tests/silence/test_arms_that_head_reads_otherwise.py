"""An arm that head reads where the client's server did not, or no more, takes no value that is another arm's."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from tests.sentences import shows
from tests.silence.exchanges import Posted, faults_of
from timegate import Contract, on

REFUSED = 422, None


class Flagged(BaseModel):
    """A key that old clients must send, and that head does without."""

    it: bool
    alpha: int = 12


class Counted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    it: int


OPTIONAL = on(Flagged).became_optional("alpha", missing_was=12)


class Named(BaseModel):
    name: str | None
    more: int = 0


class Maybe(BaseModel):
    name: str | None
    less: int = 0


NULLABLE = on(Named).became_nullable("name", null_was="none")


class Few(BaseModel):
    n: Annotated[int, Field(le=19)]
    text: str = ""


class Text(BaseModel):
    text: str


TIGHTER = on(Few).constrained("n", was=int)


def held(kind: Any) -> Any:
    return create_model("Holder", u=(kind, ...))


class TestAnArmThatHeadReadsMoreWidely:
    @shows(
        "in a union where head reads an arm more widely or more narrowly than the client's server did (an "
        "optional key, null, limits): a value that head would read as another arm than that server | written as that "
        "server read it;",
    )
    @pytest.mark.parametrize(("sent", "read"), [(False, 0), (True, 1), (0, 0), ("0", 0), (0.0, 0), (1.0, 1), (7, 7)])
    @pytest.mark.parametrize("kind", [Flagged | Counted, Counted | Flagged], ids=str)
    def test_does_not_take_what_another_has_read_leniently(self, kind: Any, sent: Any, read: Any) -> None:
        assert Posted(kind, OPTIONAL).send({"it": sent}) == (200, Counted(it=read))

    @pytest.mark.parametrize(
        ("wrapped", "sent", "read"),
        [
            (list[Flagged | Counted], [{"it": False}], [Counted(it=0)]),
            (dict[str, Flagged | Counted], {"k": {"it": False}}, {"k": Counted(it=0)}),
            (list[Flagged] | list[Counted], [{"it": False}], [Counted(it=0)]),
            (dict[str, Flagged] | dict[str, Counted], {"k": {"it": False}}, {"k": Counted(it=0)}),
            (Flagged | Counted | None, {"it": False}, Counted(it=0)),
            (tuple[Flagged | Counted, int], [{"it": False}, 1], (Counted(it=0), 1)),
        ],
        ids=str,
    )
    def test_nor_wherever_the_union_is(self, wrapped: Any, sent: Any, read: Any) -> None:
        holder = held(wrapped)
        assert Posted(holder, OPTIONAL).send({"u": sent}) == (200, holder(u=read))

    def test_nor_what_another_has_read_that_holds_such_an_object(self) -> None:
        outer, other = create_model("Outer", one=(Flagged, ...)), create_model("Other", one=(Counted, ...))
        posted = Posted(outer | other, OPTIONAL)
        status, read = posted.send({"one": {"it": 5}})
        assert (status, read) == (200, other(one=Counted(it=5)))
        assert posted.send({"one": {"it": False}}) == (200, other(one=Counted(it=0)))

    def test_nor_what_another_has_read_of_a_list(self) -> None:
        one: Any = create_model("One", it=(list[bool], ...), alpha=(int, 12))
        two: Any = create_model("Two", it=(list[int], ...))
        posted = Posted(one | two, on(one).became_optional("alpha", missing_was=12))
        assert posted.send({"it": [False]}) == (200, two(it=[0]))
        assert posted.send({"it": [1.0, "1"]}) == (200, two(it=[1, 1]))

    @shows("422 where head would still read another arm")
    def test_is_a_422_where_head_would_read_it_nevertheless(self) -> None:
        posted = Posted(Named | Maybe, NULLABLE)
        assert posted.send({"name": None}) == REFUSED
        assert posted.send({"name": None, "less": 1}) == (200, Maybe(name=None, less=1))
        assert posted.send({"name": "a", "more": 1}) == (200, Named(name="a", more=1))

    def test_is_read_as_before_where_it_was_so(self) -> None:
        posted = Posted(Flagged | Counted, OPTIONAL)
        assert posted.send({"it": False, "alpha": 1}) == (200, Flagged(it=False, alpha=1))
        assert posted.send({"it": "yes", "alpha": "1"}) == (200, Flagged(it=True, alpha=1))

    @pytest.mark.parametrize("n", [6, "6", 6.0])
    def test_does_not_take_what_is_above_its_limit_of_old(self, n: Any) -> None:
        wide: Any = create_model("Wide", n=(int, ...), text=(str, ""))
        loosened = on(wide).constrained("n", was=Annotated[int, Field(le=5)], tolerated="they read any")
        assert Posted(wide | Text, loosened).send({"n": n, "text": "a"}) == (200, Text(text="a"))
        assert Posted(wide | Text, loosened).send({"n": 5, "text": "a"}) == (200, wide(n=5, text="a"))


class TestAnArmThatHeadReadsMoreNarrowly:
    @shows("422 where head would still read another arm")
    @pytest.mark.parametrize("n", [20, "20", 20.0])
    def test_leaves_no_value_of_its_to_another(self, n: Any) -> None:
        posted = Posted(Few | Text, TIGHTER)
        assert posted.send({"n": n, "text": "a"}) == REFUSED
        assert posted.send({"n": 19, "text": "a"}) == (200, Few(n=19, text="a"))
        assert posted.send({"text": "a"}) == (200, Text(text="a"))


class TestArmsThatHeadNeverTellsApart:
    def test_are_refused_at_the_start_where_the_client_s_server_did(self) -> None:
        one: Any = create_model("One", a=(int, ...), b=(int, 0))
        two: Any = create_model("Two", a=(int, ...), c=(int, 0))
        optional = on(one).became_optional("b", missing_was=0)
        (fault,) = faults_of(Contract.of_types(receives=[one | two]), optional)
        assert "head reads some values as the first that old clients mean as the second" in fault.problem
        # The values of the second come first, and all others have a key more.
        assert faults_of(Contract.of_types(receives=[two | one]), optional) == ()
