"""What a response leaves out means head's default also to a function, and behind a move."""

from typing import Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.exchanges import change_of, exchange, faults_of
from timegate import Contract, Timeline, Version, endpoint, on, sibling
from timegate.asgi import TimegateMiddleware

DEFAULTS: Any = {"response_model_exclude_defaults": True}
UNSET: Any = {"response_model_exclude_unset": True}
NONE: Any = {"response_model_exclude_none": True}


def app_of(kind: Any, value: Any, options: Any) -> FastAPI:
    app = FastAPI()

    async def get() -> Any:
        return value

    app.get("/", response_model=kind, **options)(get)
    return app


def read(kind: Any, value: Any, options: Any, *boundaries: tuple[Any, ...]) -> Any:
    """What the oldest client reads, with the facts of each boundary, the newest first."""
    versions = [Version(f"2025-0{9 - index}-01", change_of(*facts)) for index, facts in enumerate(boundaries)]
    served = TimegateMiddleware(app_of(kind, value, options), timeline=Timeline(*versions, Version("2025-01-01")))
    response = exchange(served, "GET", "/", version="2025-01-01")
    assert response.status == 200
    return response.json()


class Line(BaseModel):
    qty: int = 5
    note: str | None = None
    price: int


class OldLine(BaseModel):
    qty: int = 5
    cost: int


class Name(BaseModel):
    first: str = "Jane"
    last: str = "Doe"


class Box(BaseModel):
    line: Line


class Lines(BaseModel):
    named: dict[str, Line] = {}
    listed: list[Line] = []
    chosen: Line | Name | None = None


def total(line: Any) -> Any:
    return line["qty"] * line["price"]


def total_of_pieces(line: Any) -> Any:
    return line["pieces"] * line["price"]


def total_of_all(lines: Any) -> Any:
    return sum(map(total, lines))


def text_of(line: Any) -> str:
    return f"{line['qty']} {line['note']}"


def spaced(first: Any, last: Any) -> str:
    return f"{first} {last}"


def words(value: Any) -> Any:
    return value.split(" ")


def never(value: Any) -> Any:
    return value


def with_cost(line: Any) -> Any:
    return {"qty": line["qty"], "cost": total(line)}


def totals(lines: Any) -> Any:
    chosen = lines["chosen"]
    return [total(lines["named"]["a"]), total_of_all(lines["listed"]), chosen and chosen["qty"]]


TOTAL = on(Line).removed("total", was=int, backfill=total, loses="x")


@pytest.mark.parametrize("options", [DEFAULTS, UNSET], ids=["defaults", "unset"])
@pytest.mark.parametrize(
    ("kind", "value", "fact", "key", "old"),
    [
        (Line, Line(price=2), TOTAL, "total", 10),
        (Line, Line(price=2), on(Line).became_nullable("note", null_was=text_of), "note", "5 None"),
        (Line, Line(price=2), on(Line).reshaped(was=OldLine, to_head=never, to_old=with_cost, loses="x"), "cost", 10),
        (Box, Box(line=Line(price=2)), on(Box).retyped("line", was=int, to_head=never, to_old=total), "line", 10),
        (Box, Box(line=Line(price=2)), TOTAL, "line", {"price": 2, "qty": 5, "note": None, "total": 10}),
        (
            Name,
            Name(last="Roe"),
            on(Name).split("full", into=("first", "last"), was=str, apart=words, together=spaced),
            "full",
            "Jane Roe",
        ),
        (
            Lines,
            Lines(named={"a": Line(price=2)}, listed=[Line(price=3), Line(qty=1, price=4)], chosen=Line(price=1)),
            on(Lines).removed("totals", was=list[int], backfill=totals, loses="x"),
            "totals",
            [10, 19, 5],
        ),
        (
            Lines,
            Lines(listed=[Line(price=3), Line(qty=1, price=4)]),
            on(Lines).retyped("listed", was=int, to_head=never, to_old=total_of_all, loses="x"),
            "listed",
            19,
        ),
        (
            Lines,
            Lines(listed=[Line(price=3)]),
            on(Lines).retyped("listed.*", was=int, to_head=never, to_old=total, loses="x"),
            "listed",
            [15],
        ),
        (
            Line,
            Line(price=2),
            endpoint("/", "GET").rewritten(response=with_cost, was=OldLine),
            "cost",
            10,
        ),
    ],
    ids=["backfill", "null_was", "reshaped", "retyped", "below", "split", "held", "list", "items", "rewritten"],
)
def test_a_function_gets_the_default_of_a_key_that_the_route_leaves_out(
    options: Any, kind: Any, value: Any, fact: Any, key: str, old: Any
) -> None:
    assert read(kind, value, options, (fact,))[key] == old


def test_a_function_gets_null_where_the_route_leaves_null_out() -> None:
    fact = on(Line).removed("text", was=str, backfill=text_of, loses="x")
    assert read(Line, Line(price=2), NONE, (fact,)) == {"qty": 5, "price": 2, "note": None, "text": "5 None"}


def test_a_function_of_an_older_version_gets_a_key_by_its_name_there() -> None:
    older = on(Line).removed("total", was=int, backfill=total_of_pieces, loses="x")
    assert read(Line, Line(price=2), DEFAULTS, (on(Line).renamed("pieces", to="qty"),), (older,))["total"] == 10


class Text(BaseModel):
    kind: Literal["text"] = "text"
    text: str


class Code(BaseModel):
    kind: Literal["code"] = "code"
    code: int = 7
    at: str


class Chosen(BaseModel):
    by: Text | Code = Field(discriminator="kind")


def as_text(code: Any) -> Any:
    return {"kind": "text", "text": str(code["code"])}


def test_what_stands_in_for_an_arm_is_made_of_what_head_means() -> None:
    value = Chosen(by=Code(kind="code", at="x"))
    read_by_old = read(Chosen, value, UNSET, (on(Code).introduced(seen_as=as_text),))
    assert read_by_old == {"by": {"kind": "text", "text": "7"}}


def test_a_function_of_a_value_alone_leaves_out_what_the_route_leaves_out() -> None:
    fact = on(Line).retyped("qty", was=str, to_head=int, to_old=str)
    assert read(Line, Line(price=2), DEFAULTS, (fact,)) == {"price": 2}


class Limit(BaseModel):
    hours: int = 0
    hard: bool = True


class Task(BaseModel):
    limit: Limit = Limit()
    name: str = "n"


class Strict(BaseModel):
    hard: bool = True


class Other(BaseModel):
    hours: int = 0
    lim: Strict = Strict()


class Nullable(BaseModel):
    hours: int | None = None
    hard: bool = True


class Nulls(BaseModel):
    lim: Nullable = Nullable()


class Full(BaseModel):
    full: str = "Jane Doe"
    k: int = 0


INTO = on(Task).moved("hours", to="limit.hours")
OUT = on(Other).moved("lim.hours", to="hours")
SOFT = Task(limit=Limit(hard=False))
SPLIT = on(Name).split("full", into=("first", "last"), was=str, apart=words, together=spaced)
MERGED = on(Full).merged(("a", "b"), into="full", was=(str, str), together=spaced, apart=words)
GONE = on(Task).removed("gone", was=int, backfill=sibling("hours"), loses="x")


@pytest.mark.parametrize(
    ("kind", "value", "options", "boundaries", "old"),
    [
        (Task, SOFT, DEFAULTS, [(INTO,), (on(Task).defaulted("hours", was=8),)], {"hours": 0}),
        (Task, SOFT, UNSET, [(INTO,), (on(Task).defaulted("hours", was=8),)], {"hours": 0}),
        (Task, SOFT, DEFAULTS, [(INTO,), (on(Task).became_optional("hours", missing_was=8),)], {"hours": 0}),
        (Task, SOFT, DEFAULTS, [(on(Task).defaulted("hours", was=8), INTO)], {"hours": 0}),
        (Task, Task(name="x"), DEFAULTS, [(INTO,), (on(Task).defaulted("hours", was=8),)], {"hours": 0, "name": "x"}),
        (
            Task,
            SOFT,
            DEFAULTS,
            [(on(Limit).renamed("length", to="hours"),), (on(Task).moved("hours", to="limit.length"),),
             (on(Task).defaulted("hours", was=8),)],
            {"hours": 0},
        ),
        (Task, SOFT, DEFAULTS, [(INTO,), (GONE,)], {"gone": 0}),
        (Task, SOFT, DEFAULTS, [(INTO,)], {"limit": {"hard": False}}),
        (Other, Other(lim=Strict(hard=False)), DEFAULTS, [(OUT,), (on(Strict).defaulted("hours", was=8),)], None),
        (Nulls, Nulls(), NONE, [(on(Nulls).moved("hours", to="lim.hours"),),
                                (on(Nulls).became_nullable("hours", null_was=8),)], {"hours": 8}),
        (Name, Name(), DEFAULTS, [(SPLIT,), (on(Name).defaulted("full", was="No One"),)], {"full": "Jane Doe"}),
        (Name, Name(), UNSET, [(SPLIT,), (on(Name).became_optional("full", missing_was="No"),)], {"full": "Jane Doe"}),
        (Full, Full(k=1), DEFAULTS, [(MERGED,), (on(Full).became_optional("a", missing_was="No"),)], {"a": "Jane"}),
    ],
)  # fmt: skip
def test_a_default_that_is_left_out_is_written_behind_a_move_where_an_older_one_was_another(
    kind: Any, value: Any, options: Any, boundaries: Any, old: Any
) -> None:
    found = read(kind, value, options, *boundaries)
    expected = {"lim": {"hard": False, "hours": 0}} if old is None else old
    assert {**found, **expected} == found
    if boundaries == [(INTO,)]:
        assert found == expected


def of_the_app() -> int:
    return 7


class Unknown(BaseModel):
    first: int = Field(default_factory=of_the_app)
    last: int = 1


def test_nothing_starts_where_nobody_knows_what_a_part_means_that_head_leaves_out() -> None:
    fact = on(Unknown).split("full", into=("first", "last"), was=str, apart=words, together=spaced)
    (fault,) = faults_of(Contract.of(app_of(Unknown, Unknown(), UNSET)), fact)
    assert "nobody else knows which value its absence means" in fault.problem
