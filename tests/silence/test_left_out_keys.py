"""A key that a response leaves out means to an old client what it means to the newest one, or it is written."""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal, NotRequired

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from tests.silence.exchanges import faults_of
from tests.silence.old_client import HEAD, OLD, Client, changed, gated, old_client
from timegate import Contract, Timeline, Version, endpoint, enum, on, sibling
from timegate.asgi import TimegateMiddleware


class Status(Enum):
    A = "a"
    B = "b"


class Inner(BaseModel):
    size: int = 99


class Thing(BaseModel):
    size: int = 99
    note: str | None = None
    count: int | None = None
    label: str = "standard"
    status: Status = Status.A
    inner: Inner | None = None
    several: list[Inner] = []


def app_of(value: Any, **options: Any) -> FastAPI:
    app = FastAPI()

    async def get() -> Any:
        return value

    app.get("/", response_model=Thing, **options)(get)
    return app


DEFAULTS = {"response_model_exclude_defaults": True}
UNSET = {"response_model_exclude_unset": True}
NONE = {"response_model_exclude_none": True}
ALL: dict[str, Any] = {"defaults": DEFAULTS, "unset": UNSET, "none": NONE}


@pytest.mark.parametrize(("size", "old"), [(99, {"size": 99}), (0, {"size": 0}), (5, {"size": 5})])
def test_a_default_that_differs_is_written(size: int, old: Any) -> None:
    app = app_of(Thing(size=size), **DEFAULTS)
    assert old_client(app, on(Thing).defaulted("size", was=0)).get("/").json() == old


@pytest.mark.parametrize("name", ["defaults", "unset"])
@pytest.mark.parametrize(
    ("fact", "value", "old"),
    [
        (on(Thing).defaulted("size", was=0), Thing(), {"size": 99}),
        (on(Thing).defaulted("label", was=""), Thing(), {"label": "standard"}),
        (on(Thing).defaulted("status", was="b"), Thing(), {"status": "a"}),
        (on(Thing).defaulted("note", was="none"), Thing(), {"note": None}),
        (on(Thing).became_nullable("count", null_was=0), Thing(), {"count": 0}),
        (on(Thing).became_nullable("note", null_was=sibling("label")), Thing(), {"note": "standard"}),
        (on(Inner).defaulted("size", was=0), Thing(inner=Inner()), {"inner": {"size": 99}}),
        (on(Inner).defaulted("size", was=0), Thing(several=[Inner(), Inner(size=0)]), None),
    ],
)
def test_what_is_left_out_as_its_default_is_written_where_old_clients_have_another(
    name: str, fact: Any, value: Thing, old: Any
) -> None:
    wanted = {"several": [{"size": 99}, {"size": 0}]} if old is None else old
    response = old_client(app_of(value, **ALL[name]), fact).get("/")
    assert (response.status_code, response.json()) == (200, wanted)


class Whole(BaseModel):
    inner: Inner = Inner()


class Made(BaseModel):
    inner: Inner = Field(default_factory=Inner)


class Outer(BaseModel):
    whole: Whole | None = Field(default_factory=Whole)


class Unknown(BaseModel):
    inner: Inner = Field(default_factory=lambda: Inner(size=98))


@pytest.mark.parametrize("options", [DEFAULTS, UNSET], ids=["defaults", "unset"])
class TestAnObjectThatIsLeftOut:
    """An old client has another default in it."""

    FACT = on(Inner).defaulted("size", was=0)

    @pytest.mark.parametrize(
        ("kind", "old"),
        [
            (Whole, {"inner": {"size": 99}}),
            (Made, {"inner": {"size": 99}}),
            (Outer, {"whole": {"inner": {"size": 99}}}),
            (Thing, {}),
        ],
    )
    def test_is_written(self, kind: type[BaseModel], old: Any, options: Any) -> None:
        app = FastAPI()
        app.get("/", response_model=kind, **options)(lambda: kind())
        assert old_client(app, self.FACT).get("/").json() == old

    def test_does_not_start_where_nobody_else_knows_what_it_is(self, options: Any) -> None:
        app = FastAPI()
        app.get("/", response_model=Unknown, **options)(lambda: Unknown())
        (fault,) = faults_of(Contract.of(app), self.FACT)
        assert "nobody else knows which value its absence means" in fault.problem


@pytest.mark.parametrize(
    ("fact", "old"),
    [
        (on(Thing).defaulted("note", was="none"), {"note": None}),
        (on(Thing).became_nullable("count", null_was=0), {"count": 0}),
        (on(Thing).became_nullable("note", null_was=sibling("label")), {"note": "standard"}),
    ],
)
def test_null_that_is_left_out_is_written_where_it_means_something_else_to_old_clients(fact: Any, old: Any) -> None:
    rest: dict[str, Any] = {"size": 99, "label": "standard", "status": "a", "several": []}
    response = old_client(app_of(Thing(), **NONE), fact).get("/")
    assert (response.status_code, response.json()) == (200, {**rest, **old})


@pytest.mark.parametrize("name", ["defaults", "unset"])
@pytest.mark.parametrize(
    ("backfill", "was", "read"),
    [
        (sibling("label"), str, "standard"),
        (sibling("size"), int, 99),
        (sibling("status"), str, "a"),
        (sibling("note"), str | None, None),
    ],
)
def test_a_sibling_that_is_left_out_counts_as_its_default(name: str, backfill: Any, was: Any, read: Any) -> None:
    fact = on(Thing).removed("gone", was=was, backfill=backfill, loses="x")
    response = old_client(app_of(Thing(), **ALL[name]), fact).get("/")
    assert (response.status_code, response.json()) == (200, {"gone": read})


def test_a_sibling_that_is_left_out_as_null_counts_as_null() -> None:
    fact = on(Thing).removed("gone", was=str | None, backfill=sibling("note"), loses="x")
    response = old_client(app_of(Thing(), **NONE), fact).get("/")
    assert (response.status_code, response.json()["gone"]) == (200, None)


@pytest.mark.parametrize("name", ["defaults", "unset"])
@pytest.mark.parametrize(
    "fact",
    [
        on(Thing).renamed("text", to="label"),
        on(Thing).added("label"),
        enum(Status).grew("b", seen_as="a"),
        enum(Status).renamed("first", to="a"),
        on(Inner).renamed("length", to="size"),
    ],
)
def test_what_is_left_out_stays_out_where_its_default_means_the_same(name: str, fact: Any) -> None:
    app = app_of(Thing(), **ALL[name])
    assert Client(gated(app, fact), HEAD).get("/").json() == {}
    response = old_client(app, fact).get("/")
    assert (response.status_code, response.json()) == (200, {})


def test_a_member_that_old_clients_lack_is_read_as_another_one_where_it_is_left_out() -> None:
    client = old_client(app_of(Thing(), **DEFAULTS), enum(Status).grew("a", seen_as="b"))
    documented = client.document()["components"]["schemas"]["Thing"]["properties"]["status"]["default"]
    assert client.get("/").json().get("status", documented) == "b"


def test_a_key_that_is_excluded_by_name_is_not_written() -> None:
    app = app_of(Thing(), response_model_include={"label"})
    response = old_client(app, on(Thing).defaulted("size", was=0)).get("/")
    assert (response.status_code, response.json()) == (200, {"label": "standard"})


def test_a_response_that_leaves_nothing_out_gains_nothing() -> None:
    facts = (on(Thing).defaulted("size", was=0), on(Thing).became_nullable("count", null_was=7))
    response = old_client(app_of(Thing(size=3, count=1)), *facts).get("/")
    assert response.json() == {
        "size": 3, "note": None, "count": 1, "label": "standard", "status": "a", "inner": None, "several": [],
    }  # fmt: skip


def first_of(value: list[Any]) -> Any:
    return value[:1]


REWRITTEN = endpoint("/", "GET").rewritten(response=first_of, was=list[Thing])
NULLABLE = on(Thing).became_nullable("count", null_was=7)


@pytest.mark.parametrize(
    "versions",
    [[(REWRITTEN, NULLABLE)], [(NULLABLE, REWRITTEN)], [(REWRITTEN,), (NULLABLE,)], [(), (NULLABLE, REWRITTEN)]],
    ids=["after", "before", "in a newer version", "after another version"],
)
def test_a_null_that_a_route_leaves_out_is_left_out_of_what_a_function_makes_of_the_body(versions: list[Any]) -> None:
    app = FastAPI()

    async def get() -> Any:
        return [Thing(), Thing(count=1)]

    app.get("/", response_model=list[Thing], response_model_exclude_none=True)(get)
    others = on(Inner).defaulted("size", was=0)
    changes = [changed(*(facts or (others,)), name=f"Change{index}") for index, facts in enumerate(versions)]
    listed = [Version(f"2025-01-0{9 - index}", change) for index, change in enumerate(changes)]
    served = TimegateMiddleware(app, timeline=Timeline(*listed, Version(OLD)))
    (only,) = Client(served).get("/").json()
    assert only["count"] == 7


class ByText(BaseModel):
    kind: Literal["text"] = "text"
    text: str


class ByLimit(BaseModel):
    kind: Literal["limit"] = "limit"
    name: str
    limit: int | None


class ByCode(BaseModel):
    kind: Literal["code"] = "code"
    code: int = 1


class Chosen(BaseModel):
    by: ByText | ByLimit | ByCode
    note: str | None = None


class OldNote(BaseModel):
    note: str | None


DRAFT: Any = Draft202012Validator
LIMIT: Any = {"name": "n", "limit": None}


def as_limit(_: Any) -> Any:
    return LIMIT


def nothing(_: Any) -> None:
    return None


def without_note(_: Any) -> Any:
    return {"note": None}


@pytest.mark.parametrize("options", [{**NONE, **DEFAULTS}, {**NONE, **UNSET}, NONE], ids=["defaults", "unset", "none"])
@pytest.mark.parametrize(
    ("fact", "key", "given"),
    [
        (on(ByCode).introduced(seen_as=LIMIT), "by", LIMIT),
        (on(ByCode).introduced(seen_as=as_limit), "by", LIMIT),
        (on(Chosen).removed("gone", was=str | None, backfill=None, loses="x"), "gone", None),
        (on(Chosen).retyped("by", was=int | None, to_old=nothing, to_head=nothing, loses="x"), "by", None),
        (on(Chosen).reshaped(was=OldNote, to_old=without_note, to_head=nothing, loses="x"), "note", None),
        (endpoint("/", "GET").rewritten(response=without_note, was=OldNote), "note", None),
    ],
    ids=["seen_as", "seen_as by a function", "backfill", "retyped", "reshaped", "rewritten"],
)
def test_null_that_a_fact_gives_is_written_though_the_route_leaves_null_out(
    fact: Any, key: str, given: Any, options: Any
) -> None:
    app = FastAPI()
    app.get("/", response_model=Chosen, **options)(lambda: Chosen(by=ByCode()))
    client = old_client(app, fact)
    response = client.get("/")
    assert (response.status_code, response.json()[key]) == (200, given)
    document = client.document()
    shown = document["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert not list(DRAFT({**shown, "components": document["components"]}).iter_errors(response.json()))


class Lacking(TypedDict):
    note: NotRequired[int | None]
    size: int | None


def test_a_key_that_a_type_may_lack_was_not_set_where_its_null_is_left_out_too() -> None:
    app = FastAPI()

    @app.get("/", response_model_exclude_none=True)
    def get() -> Lacking:
        return {"size": None}

    facts = on(Lacking).became_nullable("note", null_was=7), on(Lacking).became_nullable("size", null_was=8)
    assert old_client(app, *facts).get("/").json() == {"size": 8}
