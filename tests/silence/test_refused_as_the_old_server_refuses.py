"""What the old server would have accepted is accepted; what is refused is told at the place and as it was sent."""

from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, NamedTuple

import pytest
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from tests.silence.exchanges import Posted, exchange, gated, told
from timegate import endpoint, enum, on
from timegate.asgi import TimegateMiddleware


class Level(Enum):
    LOW = 1
    HIGH = 2


class IntLevel(IntEnum):
    LOW = 1
    HIGH = 2


class Item(BaseModel):
    level: Level = Level.LOW
    levels: list[Level] = []
    n: int = 0


@pytest.mark.parametrize(("sent", "status"), [(2, 200), (2.0, 200), (3, 422), ("2", 422), (None, 422), ([2], 422)])
@pytest.mark.parametrize(
    "fact",
    [
        on(Item).became_optional("level", missing_was=1),
        on(Item).became_list("levels", was=Level, empty=1),
        on(Item).removed("was", was=Level, required=True, backfill=1, loses="nobody asks for it"),
    ],
    ids=["became optional", "became a list", "removed"],
)
def test_a_member_is_read_as_its_enum_was_read(fact: Any, sent: Any, status: int) -> None:
    key = {"became_optional": "level", "became_list": "levels"}.get(fact.verb, "was")
    response = exchange(Posted(Item, fact).app, "POST", "/", body={key: sent})
    assert response.status == status
    if status == 422:
        assert [(one["type"], one["loc"], one["input"]) for one in response.json()["detail"]] == [
            ("enum", ["body", key], sent)
        ]


def searched(*facts: Any) -> TimegateMiddleware:
    app = FastAPI()

    @app.get("/")
    async def get(
        n: int = 0, many: Annotated[list[int] | None, Query()] = None, x_one: Annotated[int, Header()] = 0
    ) -> str:
        return f"{n} {many} {x_one}"

    return gated(app, *facts)


@pytest.mark.parametrize(
    ("target", "status", "types"),
    [
        ("/?gone=1", 200, []),
        ("/?gone=a&gone=1", 200, []),
        ("/", 422, ["missing"]),
        ("/?gone=a", 422, ["int_parsing"]),
    ],
)
def test_a_parameter_that_only_old_clients_have_is_required_where_that_is_said(
    target: str, status: int, types: list[str]
) -> None:
    fact = endpoint("/", "GET").query("gone").removed(was=int, required=True, loses="nobody asks for it")
    response = exchange(searched(fact), "GET", target)
    assert response.status == status
    told: list[Any] = response.json()["detail"] if status == 422 else []
    assert [one["type"] for one in told] == types


@pytest.mark.parametrize(
    ("target", "loc", "repeated"),
    [
        ("/?count=1&count=x", ["query", "count"], "x"),
        ("/?several=x", ["query", "several", 0], "x"),
        ("/?several=1&several=x", ["query", "several", 1], "x"),
    ],
)
def test_a_422_repeats_the_value_of_a_parameter_that_is_wrong(target: str, loc: list[Any], repeated: str) -> None:
    query = endpoint("/", "GET").query
    response = exchange(searched(query("count").renamed(to="n"), query("several").renamed(to="many")), "GET", target)
    assert [(one["loc"], one["input"]) for one in response.json()["detail"]] == [(loc, repeated)]


class Held(BaseModel):
    one: Item | int


def test_a_422_repeats_what_fits_no_arm_of_a_union() -> None:
    response = exchange(Posted(Held, on(Item).renamed("count", to="n")).app, "POST", "/", body={"one": {"count": "x"}})
    assert [(one["loc"], one["input"]) for one in response.json()["detail"]] == [
        (["body", "one", "Item", "count"], "x"),
        (["body", "one", "int"], {"count": "x"}),
    ]


class Pair(NamedTuple):
    number: int
    level: Level


def is_told_by_its_length(kind: Any) -> bool:
    """Whether pydantic says of what is too long just that; older releases take a NamedTuple's items for arguments."""
    try:
        TypeAdapter[Any](kind).validate_python([1, 1, 1])
    except ValidationError as error:
        return [one["type"] for one in error.errors()] == ["too_long"]
    return False


TUPLES = [tuple[int, Level], list[tuple[int, Level]], tuple[tuple[int, Level]]]


@pytest.mark.parametrize("kind", [*TUPLES, *filter(is_told_by_its_length, [Pair])])
def test_a_tuple_of_too_many_items_is_told_as_such_whatever_they_are(kind: Any) -> None:
    sent: Any = ["x", 7, 7]
    sent = sent if kind in (tuple[int, Level], Pair) else [sent]
    today = told(Posted(kind, enum(Level).renamed(3, to=2)).app, "POST", "/", body=sent)
    assert today == told(Posted(kind).app, "POST", "/", body=sent)


@pytest.mark.parametrize("sent", [1, "x", [{}], True])
def test_what_is_no_dict_is_told_as_such(sent: Any) -> None:
    response = exchange(Posted(dict[str, Item], on(Item).added("n")).app, "POST", "/", body=sent)
    assert [(one["type"], one["loc"], one["input"]) for one in response.json()["detail"]] == [
        ("dict_type", ["body"], sent)
    ]


def test_a_path_parameter_that_moved_into_the_query_is_told_in_the_path() -> None:
    app = FastAPI()

    @app.put("/things")
    async def put(key: Level) -> str:
        return key.name

    facts = endpoint("/things/{key}", "PUT").moved(to="/things?key={key}"), enum(Level).grew(2, seen_as=1)
    assert told(gated(app, *facts), "PUT", "/things/9") == [("enum", ["path", "key"], "9")]


class Box(BaseModel):
    value: int


class Boxed(BaseModel):
    box: Box
    extra: int = 0


@pytest.mark.parametrize(("sent", "kind"), [({"n": "x"}, "int_parsing"), ({}, "missing")])
def test_a_moved_value_is_told_where_the_client_sent_it(sent: Any, kind: str) -> None:
    posted = Posted(Boxed, on(Boxed).moved("n", to="box.value"))
    assert told(posted.app, "POST", "/", body=sent) == [(kind, ["body", "n"], sent.get("n", sent))]


class Spelled(BaseModel, populate_by_name=True, extra="forbid"):
    many: list[int] = Field(alias="manyIn")
    n: int = 0


class Nullified(BaseModel, populate_by_name=True, extra="forbid"):
    many: list[int] | None = Field(alias="manyIn")


@pytest.mark.parametrize(
    ("model", "fact"),
    [(Spelled, on(Spelled).added("n")), (Nullified, on(Nullified).became_nullable("many", null_was=[1]))],
)
@pytest.mark.parametrize(
    ("sent", "entry"),
    [
        ({"many": ["x"]}, ("int_parsing", ["body", "many", 0], "x")),
        ({"manyIn": ["x"]}, ("int_parsing", ["body", "manyIn", 0], "x")),
        ({"manyIn": [1], "many": [2]}, ("extra_forbidden", ["body", "many"], [2])),
    ],
)
def test_a_key_is_told_in_the_spelling_that_was_sent(model: Any, fact: Any, sent: Any, entry: Any) -> None:
    assert told(Posted(model, fact).app, "POST", "/", body=sent) == [entry]


class Tight(BaseModel):
    name: str = ""


class Loose(BaseModel, coerce_numbers_to_str=True):
    one: Item | str = ""
    box: Tight | None = None


@pytest.mark.parametrize(("sent", "status"), [({"one": 5}, 200), ({"one": [5]}, 422), ({"one": {"n": 5}}, 200)])
def test_what_a_converted_arm_can_never_be_is_left_to_the_settings_of_the_model(sent: Any, status: int) -> None:
    posted = Posted(Loose, on(Item).added("level"))
    assert exchange(posted.app, "POST", "/", body=sent).status == status


@pytest.mark.parametrize(("sent", "status"), [("x", 200), (5, 200), ([], 422)])
def test_a_value_is_read_with_the_settings_of_the_object_that_it_was_sent_in(sent: Any, status: int) -> None:
    posted = Posted(Loose, on(Loose).moved("name", to="box.name"))
    assert exchange(posted.app, "POST", "/", body={"name": sent}).status == status


def test_a_part_of_a_value_in_a_union_of_scalars_is_repeated() -> None:
    fact = on(Item).removed("was", was=list[int] | str, required=True, backfill="", loses="nobody asks for it")
    assert told(Posted(Item, fact).app, "POST", "/", body={"was": [{}]}) == [
        ("int_type", ["body", "was", "list[int]", 0], {}),
        ("string_type", ["body", "was", "str"], [{}]),
    ]


@pytest.mark.parametrize(("sent", "status"), [({}, 422), ({"was": 1}, 200)])
def test_a_field_that_was_required_before_it_was_removed_is_required(sent: Any, status: int) -> None:
    removed = on(Item).removed("was", was=int, required=False, backfill=1, loses="nobody asks for it")
    facts = on(Item).became_optional("was", missing_was=1), removed
    assert exchange(Posted(Item, *facts).app, "POST", "/", body=sent).status == status


def test_a_number_that_overflows_is_a_400_also_where_the_shape_is_wrong() -> None:
    response = exchange(Posted(Item, on(Item).added("n")).app, "POST", "/", body=b"[1e400]")
    assert response.status == 400


@pytest.mark.parametrize("target", ["/?stranger=1&stranger=2"])
def test_all_values_of_a_parameter_that_nobody_knows_are_repeated(target: str) -> None:
    class Asked(BaseModel, extra="forbid"):
        n: int = 0

    app = FastAPI()

    @app.get("/")
    async def get(query: Annotated[Asked, Query()]) -> str:
        return str(query.n)

    # Releases of FastAPI before 0.116 repeat the last one alone; where a change touches them, all are told.
    told_by_app = told(app, "GET", target)
    assert told_by_app in [[("extra_forbidden", ["query", "stranger"], values)] for values in (["1", "2"], "2")]
    gate = gated(app, on(Asked).renamed("stranger2", to="n"))
    assert told(gate, "GET", target) == [("extra_forbidden", ["query", "stranger"], ["1", "2"])]


class Pairs(BaseModel):
    pair: tuple[int, Item]


def test_what_is_no_tuple_is_told_as_such() -> None:
    posted = Posted(Pairs, on(Item).added("level"))
    assert told(posted.app, "POST", "/", body={"pair": 1}) == [("tuple_type", ["body", "pair"], 1)]


class Gone(BaseModel):
    gone: int


class Counted(BaseModel):
    a: int


class PairsOfArms(BaseModel):
    pair: tuple[int, Item | Counted]
    perhaps: tuple[int, Item | Counted] | None = None


@pytest.mark.parametrize("key", ["pair", "perhaps"])
def test_what_is_no_tuple_is_told_as_such_where_an_arm_in_it_is_gone(key: str) -> None:
    posted = Posted(
        PairsOfArms, on(Item, Counted).retired(was=Gone, read_as=lambda gone: {"a": gone["gone"]}, loses="none is left")
    )
    body = {"pair": [1, {"gone": 1}], key: "3"}
    assert told(posted.app, "POST", "/", body=body) == [("tuple_type", ["body", key], "3")]


def test_the_number_in_a_text_is_repeated_as_the_app_repeats_it() -> None:
    app = FastAPI()

    @app.get("/")
    async def get(level: IntLevel, m: int = 0) -> str:
        return f"{level} {m}"

    facts = endpoint("/", "GET").query("n").renamed(to="m")
    number = 10**24
    assert told(gated(app, facts), "GET", f"/?level={number}") == [("int_parsing_size", ["query", "level"], number)]


class Text(StrEnum):
    A = "a"
    B = "b"


class Keyed(BaseModel):
    by: dict[Text, list[int]]


def test_a_key_of_a_dict_that_is_no_member_is_told_as_a_key() -> None:
    posted = Posted(Keyed, enum(Text).renamed("old", to="b"))
    assert told(posted.app, "POST", "/", body={"by": {"c": [1]}}) == [("enum", ["body", "by", "c", "[key]"], "c")]
    assert told(posted.app, "POST", "/", body={"by": {"old": ["x"]}}) == [
        ("int_parsing", ["body", "by", "old", 0], "x")
    ]
    assert exchange(posted.app, "POST", "/", body={"by": {"old": [1]}}).status == 200
    assert posted.received == [Keyed(by={Text.B: [1]})]


def test_a_422_that_repeats_a_body_nested_too_deeply_is_a_400() -> None:
    app = FastAPI()

    @app.post("/now")
    async def post(body: Item) -> int:
        return body.n

    moved = gated(app, endpoint("/then", "POST").moved(to="/now"))
    assert exchange(moved, "POST", "/then", body=b"[" * 300 + b"]" * 300).status == 400
    assert exchange(moved, "POST", "/then", body=b"[[]]").status == 422
