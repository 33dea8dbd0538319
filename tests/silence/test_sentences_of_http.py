"""What the page on HTTP says of bodies and of a 422 of timegate's, sentence by sentence."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, NamedTuple

import pytest
from fastapi import Depends, FastAPI, Form, Header, Query, Request, UploadFile
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tests.asgi.calling import files_left_open
from tests.sentences import shows
from tests.silence.exchanges import NEW, Posted, annotate, exchange, gated
from timegate import endpoint, on

RANGE = Header(alias="range")


class Named(BaseModel):
    sku: str
    n: int = 0
    flag: bool = False
    tags: list[int] = []
    size: int | list[int] = 0


class Other(BaseModel):
    y: int


class Union(BaseModel):
    one: Named | Other


class Keeping(BaseModel):
    model_config = ConfigDict(extra="allow")

    x: int = 0


class Long(BaseModel):
    x: int = 0
    y: int = 0


class HoldsKeeping(BaseModel):
    held: list[Keeping]
    short: int = 0


class HoldsLong(BaseModel):
    held: list[Long]
    long: int = 0


class HoldingUnion(BaseModel):
    one: HoldsKeeping | HoldsLong


class Place(NamedTuple):
    row: int
    what: Named


# pydantic 2.9 finds no name that the annotations of a NamedTuple only quote.
Place.__annotations__.update(row=int, what=Named)


class Placed(BaseModel):
    place: Place


class Limited(BaseModel):
    n: int = Field(0, le=5)


def marked(value: Any) -> Any:
    return f"x{value}"


class Marked(BaseModel):
    n: Annotated[int, BeforeValidator(marked)] = 1
    items: Annotated[list[int], BeforeValidator(marked)] = []


def split(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value


class Split(BaseModel):
    items: Annotated[list[int], BeforeValidator(split)] = []


class Priced(BaseModel):
    price: float = 0
    sku: str = ""


ARTICLE = on(Named).renamed("article", to="sku")
TWICE = on(Priced).retyped("price", was=float, to_head=lambda price: price * 2, to_old=lambda price: price / 2)


def told(kind: Any, facts: tuple[Any, ...], body: Any) -> list[tuple[Any, ...]]:
    """The entries of the 422 that an old client gets, each with its type, its place, and its input where it has one."""
    response = exchange(Posted(kind, *facts).app, "POST", "/", body=body)
    assert response.status == 422
    return [
        (one["type"], one["loc"][1:], *([one["input"]] if "input" in one else [])) for one in response.json()["detail"]
    ]


NO_KIND, NOT_INT = "value_error", "int_parsing"
TOLD: dict[str, tuple[Any, tuple[Any, ...], Any, list[tuple[Any, ...]]]] = {
    "a text like NaN for a number that a fact converts is refused": (
        Priced, (TWICE,), {"price": "NaN"}, [("finite_number", ["price"], "NaN")],
    ),
    "so is one like Infinity": (
        Priced, (TWICE,), {"price": "-Infinity"}, [("finite_number", ["price"], "-Infinity")],
    ),
    "also where a fact is about its default alone": (
        Priced,
        (on(Priced).defaulted("price", was=1.5),),
        {"price": "NaN"},
        [("finite_number", ["price"], "NaN")],
    ),
    "today's limit applies, and its 422 is the app's": (
        Limited,
        (on(Limited).constrained("n", was=Annotated[int, Field(le=9)], tolerated="none is higher"),),
        {"n": 7},
        [("less_than_equal", ["n"], 7)],
    ),
    "what fits no arm gets one entry": (
        Union, (ARTICLE,), {"one": {"z": 1}}, [(NO_KIND, ["one"], {"z": 1})],
    ),
    "where one arm alone fits the keys, its entries have no name of the arm": (
        Union, (ARTICLE,), {"one": {"article": 5}}, [("string_type", ["one", "article"], 5)],
    ),
    "and they are those of the type of the field": (
        Union, (ARTICLE,), {"one": {"article": "a", "n": "x"}}, [(NOT_INT, ["one", "n"], "x")],
    ),
    "a key that is a union itself is told for each of its arms, or once": (
        Union,
        (ARTICLE,),
        {"one": {"article": "a", "size": "x"}},
        [(NOT_INT, ["one", "size", "int"], "x"), ("list_type", ["one", "size", "list[int]"], "x")],
    ),
    "of no value too": (
        Union, (ARTICLE,), {"one": {"article": "a", "n": None}}, [("int_type", ["one", "n"], None)],
    ),
    "of a flag": (
        Union, (ARTICLE,), {"one": {"article": "a", "flag": "x"}}, [("bool_parsing", ["one", "flag"], "x")],
    ),
    "of a list": (
        Union, (ARTICLE,), {"one": {"article": "a", "tags": 3}}, [("list_type", ["one", "tags"], 3)],
    ),
    "the form of the schema is told where a validator may accept others": (
        Marked,
        (on(Marked).retyped("items", was=list[int], to_head=list, to_old=list),),
        {"items": "1,2"},
        [("list_type", ["items"], "1,2")],
    ),
    "a NamedTuple has its fields by their numbers": (
        Placed,
        (ARTICLE,),
        {"place": {"row": 1, "what": {"article": 5}}},
        [("string_type", ["place", 1, "article"])],
    ),
    "a key by which head would read another arm is refused in a held object whose model keeps extra keys": (
        HoldingUnion,
        (on(Long).renamed("w", to="y"),),
        {"one": {"held": [{"x": 1, "y": 2}]}},
        [(NO_KIND, ["one"], {"held": [{"x": 1, "y": 2}]})],
    ),
}  # fmt: skip


@shows(
    "422 in one that it holds whose model keeps extra keys",
    'a text like `"NaN"` or `"Infinity"` for a number that a fact is about | refused (422): JSON has no such number',
    "a limit that a fact changed (`constrained`) | nothing: today's limit applies, and its 422 is the app's",
    "an object that fits no arm of a union | one entry, and not those of each arm; where one arm alone fits "
    "the keys, its entries without the arm's name; of a key that is a union itself, perhaps one entry for "
    "all of its arms",
    "the value of a field with a validator that may accept other forms | that it has not the form of the schema",
    "an object in place of a `NamedTuple` | its fields by their numbers,",
)
@pytest.mark.parametrize(("kind", "facts", "body", "entries"), TOLD.values(), ids=TOLD)
def test_a_422_tells_what_the_page_says(
    kind: Any, facts: tuple[Any, ...], body: Any, entries: list[tuple[Any, ...]]
) -> None:
    assert told(kind, facts, body) == entries


@shows("a key by which head would read another arm than the client's server did, in the object")
@pytest.mark.parametrize(("sent", "read"), [({"x": 1, "y": 2}, Keeping(x=1)), ({"x": 1, "w": 2}, Long(x=1, y=2))])
def test_a_key_by_which_head_would_read_another_arm_is_dropped(sent: Any, read: BaseModel) -> None:
    assert Posted(Keeping | Long, on(Long).renamed("w", to="y")).send(sent) == (200, read)


@shows("what such a validator made of a value | without `input`, for the client did not send it")
def test_what_a_validator_made_of_a_value_is_not_repeated() -> None:
    facts = (on(Marked).renamed("was", to="n"),)
    # Each part of the text is at a place that the request does not have.
    assert told(Split, (on(Split).renamed("parts", to="items"),), {"parts": "1,x"}) == [(NOT_INT, ["parts", 1])]
    assert told(Marked, facts, {"was": 4}) == [(NOT_INT, ["was"], 4)]


@shows("a query model that lacks a parameter | without the rest of the query")
def test_a_query_model_that_lacks_a_parameter_is_told_without_the_rest_of_the_query() -> None:
    class Asked(BaseModel):
        k: int

    app = FastAPI()

    async def ask(asked: Any) -> int:
        return 1

    annotate(ask, "asked", Asked, Query())
    app.add_api_route("/ask", ask)
    fact = on(Asked).removed("was", was=int, required=True, loses="nobody asks for it")
    (entry,) = exchange(gated(app, fact), "GET", "/ask?k=1").json()["detail"]
    assert (entry["type"], entry["loc"], entry["input"]) == ("missing", ["query", "was"], None)


@shows("a body that is not JSON, and something else | the something else: the body is read last")
def test_a_body_that_is_no_json_is_told_after_what_else_the_gate_finds() -> None:
    app = FastAPI()

    @app.post("/items")
    async def post(item: Named, n: int = 0) -> int:
        return n

    query = endpoint("/items", "POST").query("n").retyped(was=int, to_head=lambda n: n + 1)
    for target, status in (("/items?n=x", 422), ("/items?n=1", 400)):
        assert exchange(gated(app, ARTICLE, query), "POST", target, body=b"{").status == status


@shows("A decimal has the precision of a double.")
def test_a_decimal_has_the_precision_of_a_double_and_an_integer_all_its_digits() -> None:
    app = FastAPI()

    @app.post("/raw")
    async def raw(body: Priced, request: Request) -> str:
        return (await request.body()).decode()

    sent = b'{"price": 0.12345678901234567890123, "article": "a", "n": 123456789012345678901}'
    response = exchange(gated(app, on(Priced).renamed("article", to="sku")), "POST", "/raw", body=sent)
    assert response.json() == '{"price":0.12345678901234568,"sku":"a","n":123456789012345678901}'


class Noting:
    """A middleware inside that notes what the app gets."""

    got: ClassVar[list[str]] = []

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def noted() -> Any:
            message = await receive()
            self.got.append(message["type"])
            return message

        await self.app(scope, noted, send)


@shows(
    "What is refused only at the end of a form is told in place of the app's response, which has got a disconnect.",
)
def test_what_is_refused_at_the_end_of_a_form_is_told_in_place_of_the_apps_response() -> None:
    app = FastAPI()
    seen: list[str] = []

    @app.post("/declared")
    async def declared(n: Annotated[int, Form()], file: UploadFile) -> int:
        seen.append("declared")
        return n

    app.add_middleware(Noting)
    Noting.got.clear()
    fact = endpoint("/declared", "POST").form("n").retyped(was=int, to_head=lambda n: n + 1)
    parts = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n'
        b'--B\r\nContent-Disposition: form-data; name="n"\r\n\r\nx\r\n--B--\r\n'
    )
    headers = {"content-type": "multipart/form-data; boundary=B"}
    with files_left_open():
        response = exchange(gated(app, fact), "POST", "/declared", body=parts, headers=headers, untyped=True)
    assert (response.status, response.json()["detail"][0]["loc"]) == (422, ["body", "n"])
    assert (seen, Noting.got[-1]) == ([], "http.disconnect")


@shows("A handler, its dependencies and its validators run once.")
def test_a_handler_its_dependencies_and_its_validators_run_once() -> None:
    ran: list[str] = []

    def noted(value: Any) -> Any:
        ran.append("validator")
        return value

    class Noted(BaseModel):
        sku: Annotated[str, AfterValidator(noted)]

    def dependency() -> None:
        ran.append("dependency")

    app = FastAPI()

    async def post(body: Any) -> Any:
        ran.append("handler")
        return {"sku": body.sku}

    annotate(post, "body", Noted, None)
    app.add_api_route("/", post, methods=["POST"], dependencies=[Depends(dependency)])
    for version, key in (("2025-01-01", "article"), (NEW, "sku")):
        ran.clear()
        served = gated(app, on(Noted).renamed("article", to="sku"))
        assert exchange(served, "POST", "/", body={key: "a"}, version=version).status == 200
        assert sorted(ran) == ["dependency", "handler", "validator"]


@shows("more than one thing | all that the gate finds; what only the app refuses may come with the next try")
def test_what_only_the_app_refuses_comes_with_the_next_try() -> None:
    class Both(BaseModel):
        price: int = 0
        size: int = Field(0, le=5)

    fact = on(Both).retyped("price", was=int, to_head=lambda price: price * 2, to_old=lambda price: price // 2)
    posted = Posted(Both, fact)
    for sent, place in (({"price": "a", "size": 9}, "price"), ({"price": 1, "size": 9}, "size")):
        (entry,) = exchange(posted.app, "POST", "/", body=sent).json()["detail"]
        assert entry["loc"] == ["body", place]
    assert posted.send({"price": 1, "size": 1}) == (200, Both(price=2, size=1))


@shows(
    "A handler that has one of them among its parameters does not get it either:",
    "it has its default, or is missing (422).",
)
def test_a_handler_does_not_get_a_header_field_that_would_ask_for_a_part_of_what_is_converted() -> None:
    app = FastAPI()

    @app.get("/part")
    def part(asked: Annotated[str, RANGE] = "all") -> Named:
        return Named(sku=asked)

    @app.get("/needed")
    def needed(asked: Annotated[str, RANGE]) -> Named:
        return Named(sku=asked)

    behind = gated(app, on(Named).renamed("article", to="sku"))
    ranged = {"range": "items=0-9"}
    assert exchange(behind, "GET", "/part", headers=ranged).json()["article"] == "all"
    refused = exchange(behind, "GET", "/needed", headers=ranged)
    assert (refused.status, refused.json()["detail"][0]["type"]) == (422, "missing")
