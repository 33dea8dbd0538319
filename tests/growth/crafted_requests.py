"""Requests that are as bad as their size allows, each at any size."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import FastAPI, Header, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Discriminator, Field, Tag

from tests.growth.exchanges import JSON, NEW, OLD, VERSION, Request
from timegate import Timeline, Version, VersionChange, endpoint, enum, on

ANY: Final = 0
"""Stands for any status but those of the server's own failures."""

LEVELS: Final = 150
"""How deep a deep body is nested; a gate reads no more than 200 levels."""


@dataclass(frozen=True)
class Crafted:
    """A worst case.

    Args:
        facts: what changed.
        declare: declares the operations of the app.
        request: the exchange of about so many bytes.
        scale: how many times larger than others this case has to be before it shows what it is about.
        refusable: whether the changes may as well be refused at the start.
    """

    facts: Callable[[], Iterable[Any]]
    declare: Callable[[FastAPI], None]
    request: Callable[[int], Request]
    scale: int = 1
    refusable: bool = False

    def app(self) -> FastAPI:
        """The app whose contract it is."""
        app = FastAPI()
        self.declare(app)
        return app

    def timeline(self) -> Timeline:
        """The versions: today's, and one before all facts."""
        change = type("Changed", (VersionChange,), {"__doc__": "All of it changed.", "changes": tuple(self.facts())})
        return Timeline(Version(NEW, change), Version(OLD))


class Item(BaseModel):
    sku: int = 0
    stock: int = 0


def stock_of(item: dict[str, Any]) -> Any:
    return item["stock"]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sku: int = 0


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    sku: int = 0


Extra: Any = type(
    "Extra", (Open,), {"__module__": __name__, "__annotations__": {"__pydantic_extra__": dict[str, Item]}}
)


class Node(BaseModel):
    name: str = ""
    size: int = 0
    child: Node | None = None


class Tree(BaseModel):
    name: str = ""
    children: list[Tree] = []


class Inner(BaseModel):
    depth: int = 0


class Parcel(BaseModel):
    label: str = ""
    weight: int = 0
    box: Inner = Inner()
    note: str | None = None
    tags: list[str] = []


class Spelled(BaseModel):
    sku: int = Field(default=0, validation_alias=AliasChoices("sku", "SKU", "article_number"))


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    whiskers: int = 0


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    weight: int = 0


class Plain(BaseModel):
    a: int
    x: int = 0


class Other(BaseModel):
    b: int
    y: int = 0


def side_of(value: Any) -> str:
    return "right" if "title" in (value if type(value) is dict else vars(value)) else "left"


class Left(BaseModel):
    name: str = ""
    children: list[
        Annotated[Annotated[Left, Tag("left")] | Annotated[Right, Tag("right")], Discriminator(side_of)]
    ] = []


class Right(BaseModel):
    title: str = ""
    children: list[
        Annotated[Annotated[Left, Tag("left")] | Annotated[Right, Tag("right")], Discriminator(side_of)]
    ] = []


Side = Annotated[Annotated[Left, Tag("left")] | Annotated[Right, Tag("right")], Discriminator(side_of)]


class Twig(BaseModel):
    a: int
    x: int = 0
    children: list[Twig | Stick] = []


class Stick(BaseModel):
    b: int
    y: int = 0
    children: list[Twig | Stick] = []


Branch = Twig | Stick
Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Page(BaseModel):
    limit: int = 10
    ids: list[int] = []


Body = Callable[[int], Any]
"""A body of about so many bytes."""


def dumped(value: Any) -> bytes:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":")).encode()


def enough(one: Any, size: int) -> int:
    """How many of these make up a size."""
    return max(1, size // (len(dumped(one)) + 1))


def listed(*ones: Any) -> Body:
    """Lists of these, one after the other."""
    return lambda size: [ones[index % len(ones)] for index in range(enough(list(ones), size) * len(ones))]


def posting(kind: Any) -> Callable[[FastAPI], None]:
    """An operation that takes a type and gives a number."""

    def declare(app: FastAPI) -> None:
        async def post(body: Any) -> int:
            return 1

        post.__annotations__["body"] = kind
        app.post("/items")(post)

    return declare


def giving(kind: Any) -> Callable[[FastAPI], None]:
    """An operation that takes nothing and gives a type."""

    def declare(app: FastAPI) -> None:
        app.post("/items", response_model=kind)(_nothing)

    return declare


async def _nothing() -> None: ...


def sent(
    kind: Any,
    body: Body,
    *facts: Any,
    told: int = 200,
    parts: Callable[[bytes], list[bytes]] = lambda body: [body],
    refusable: bool = False,
) -> Crafted:
    """A body on its way up."""

    def request(size: int) -> Request:
        return Request(parts=parts(dumped(body(size))), told=told)

    return Crafted(lambda: facts, posting(kind), request, refusable=refusable)


def given(
    kind: Any,
    body: Body,
    *facts: Any,
    told: int = 200,
    parts: Callable[[bytes], list[bytes]] = lambda body: [body],
    refusable: bool = False,
) -> Crafted:
    """A body on its way down."""

    def request(size: int) -> Request:
        return Request(response=parts(dumped(body(size))), told=told)

    return Crafted(lambda: facts, giving(kind), request, refusable=refusable)


def validation_errors(kind: Any, body: Body, *facts: Any, entries: Callable[[Any], Iterable[Any]]) -> Crafted:
    """A body in which the app finds many validation errors."""

    def request(size: int) -> Request:
        value = body(size)
        response = dumped({"detail": list(entries(value))})
        return Request(parts=[dumped(value)], response=[response], status=422, told=422)

    return Crafted(lambda: facts, posting(kind), request)


def wrong(*location: Any, kind: str = "int_parsing", value: Any = "x") -> dict[str, Any]:
    """One entry of a 422, as FastAPI has it."""
    return {"type": kind, "loc": list(location), "msg": "Input is wrong", "input": value}


def asking(
    declare: Callable[[FastAPI], None],
    query: Callable[[int], str],
    *facts: Any,
    entries: Callable[[str], Iterable[Any]] | None = None,
    told: int = 200,
) -> Crafted:
    """A query string; with entries, the app finds validation errors in it."""

    def request(size: int) -> Request:
        text = query(size)
        if entries is None:
            return Request(method="GET", query=text.encode(), headers=(VERSION,), told=told)
        response = dumped({"detail": list(entries(text))})
        return Request(method="GET", query=text.encode(), headers=(VERSION,), status=422, told=422, response=[response])

    return Crafted(lambda: facts, declare, request)


def with_headers(
    declare: Callable[[FastAPI], None],
    headers: Callable[[int], list[tuple[bytes, bytes]]],
    *facts: Any,
    told: int = 200,
    method: str = "GET",
    body: bytes = b"",
) -> Crafted:
    """A list of header fields, and a response that is gated."""

    def request(size: int) -> Request:
        return Request(method=method, headers=headers(size), told=told, parts=[body], response=[b"{}"])

    return Crafted(lambda: facts, declare, request)


def ids(app: FastAPI) -> None:
    @app.get("/items")
    async def get(numbers: Annotated[list[int], Query(default_factory=list)], limit: int = 1) -> int:
        return 1


def pages(app: FastAPI) -> None:
    @app.get("/items")
    async def get(page: Annotated[Page, Query()]) -> int:
        return 1


def traced(app: FastAPI) -> None:
    @app.get("/items")
    async def get(trace: Annotated[list[str], Header(default_factory=list)]) -> Item:
        return Item()


def posted_item(app: FastAPI) -> None:
    @app.post("/items")
    async def post(body: Item) -> Item:
        return body


def chain(levels: int, key: str = "child", **fields: Any) -> Any:
    """An object in an object, and so on."""
    value: Any = dict(fields)
    for _ in range(levels):
        value = {**fields, key: value}
    return value


def chains(size: int) -> Any:
    """As many deep objects as it takes."""
    one = chain(LEVELS, title="t", size=1)
    return [one] * enough(one, size)


def forest(levels: int, size: int, **fields: Any) -> Any:
    """Deep objects that hold lists, as many as it takes."""
    value: Any = dict(fields)
    for _ in range(levels):
        value = {**fields, "children": [value]}
    return [value] * enough(value, size)


def chain_of_lists(levels: int, **fields: Any) -> Any:
    """An object in a list in an object, and so on."""
    value: Any = dict(fields)
    for _ in range(levels):
        value = {**fields, "children": [value]}
    return value


def depth_of(value: Any) -> int:
    """How often there is a child."""
    return 1 + depth_of(value["child"]) if "child" in value else 0


def keyed(one: Any) -> Body:
    """Objects of many keys that nobody knows."""
    return lambda size: {f"key{index}": one for index in range(max(1, size // (len(dumped(one)) + 10)))}


def in_parts(length: int) -> Callable[[bytes], list[bytes]]:
    """A body in messages of so many bytes."""
    return lambda body: [body[start : start + length] for start in range(0, len(body), length)]


def repeated(text: str) -> Callable[[int], str]:
    """A query string of one parameter, again and again."""
    return lambda size: "&".join([text] * max(1, size // (len(text) + 1)))


def numbered(text: str) -> Callable[[int], str]:
    """A query string of many parameters."""
    return lambda size: "&".join(f"{text}{index}={index}" for index in range(max(1, size // (2 * len(text) + 9))))


def fields_of(name: bytes, value: bytes, *others: tuple[bytes, bytes]) -> Callable[[int], list[tuple[bytes, bytes]]]:
    """A header field, again and again."""
    return lambda size: [*others, *[(name, value)] * max(1, size // (len(name) + len(value)))]


def one_field(name: bytes, value: bytes, *others: tuple[bytes, bytes]) -> Callable[[int], list[tuple[bytes, bytes]]]:
    """A header field with a long list in it."""
    return lambda size: [*others, (name, b", ".join([value] * max(1, size // (len(value) + 2))))]


def located(value: list[Any], *below: Any) -> Iterator[dict[str, Any]]:
    """An entry of a 422 for each item."""
    return (wrong("body", index, *below) for index in range(len(value)))


RENAMED: Final = on(Item).renamed("article", to="sku")
NAMED: Final = on(Node).renamed("title", to="name")
PLANTED: Final = on(Tree).renamed("title", to="name")
SIDES: Final = (on(Left).renamed("called", to="name"), on(Right).renamed("heading", to="title"))
BRANCHES: Final = (on(Twig).added("x"), on(Stick).renamed("w", to="y"))
GREW: Final = enum(Colour).grew("blue", seen_as="red")
NUMBERS: Final = endpoint("/items").query("ids").renamed(to="numbers")
HEADER: Final = endpoint("/items").header("hops").renamed(to="trace")


def gzipped(size: int) -> Request:
    body = dumped({"article": 1, "noise": random.Random(7).randbytes(size // 2).hex()})
    coded = gzip.compress(body, compresslevel=0)
    return Request(headers=(VERSION, JSON, (b"content-encoding", b"gzip")), parts=[coded])


def moved_runs(app: FastAPI) -> None:
    @app.get("/runs/{run_id:path}")
    async def get(run_id: str) -> int:
        return 1


def files(app: FastAPI) -> None:
    @app.get("/files/{name:path}")
    async def get(name: str) -> Item:
        return Item()


BODIES: Final[dict[str, Crafted]] = {
    "an object of many unknown keys": sent(Item, keyed(1), RENAMED),
    "an object of many unknown keys, one model of many values": sent(Extra, keyed({"article": 1}), RENAMED),
    "an object that may have no unknown keys": sent(Closed, keyed(1), on(Closed).added("sku")),
    "a list of objects": sent(list[Item], listed({"article": 1}), RENAMED),
    "a list of empty objects": sent(list[Item], listed({}), RENAMED),
    "a list of what is no object": sent(list[Item], listed(1), RENAMED, told=ANY),
    "a list of lists": sent(list[list[Item]], listed([]), RENAMED),
    "one list in another": sent(list[list[Item]], lambda size: [listed({"article": 1})(size)], RENAMED),
    "a dict of objects": sent(dict[str, Item], keyed({"article": 1}), RENAMED),
    "a tuple with too many items": sent(tuple[int, Item], listed({"article": 1}), RENAMED, told=ANY),
    "deep objects": sent(list[Node], chains, NAMED, on(Node).added("size")),
    "deep lists": sent(list[Tree], lambda size: forest(LEVELS // 2, size, title="t"), PLANTED),
    "a wide tree": sent(Tree, lambda size: {"title": "r", "children": forest(1, size, title="t")}, PLANTED),
    "objects of which a function is given each value": sent(
        list[Item], listed({"stock": "1"}), on(Item).retyped("stock", was=str, to_head=int, to_old=str)
    ),
    "objects that a function is given whole": sent(
        list[Item],
        listed({"amount": 1}),
        on(Item).reshaped(was=Inner, to_head=lambda old: {"sku": 1}, to_old=lambda new: {"depth": 1}, loses="all"),
    ),
    "objects that lose what they hold": sent(
        list[Parcel],
        listed({"box": {"depth": 1}, "label": "a"}),
        on(Parcel).moved("label_text", to="label"),
        on(Parcel).moved("size.weight", to="weight"),
    ),
    "fields of two spellings": sent(
        list[Spelled], listed({"SKU": 1}, {"article_number": 2}), on(Spelled).renamed("old_sku", to="sku")
    ),
    "a list of tagged arms": sent(
        list[Pet], listed({"kind": "cat", "hairs": 1}, {"kind": "dog"}), on(Cat).renamed("hairs", to="whiskers")
    ),
    "a list of arms without tags": sent(
        list[Plain | Other], listed({"a": 1, "z": 1}, {"b": 1}), on(Plain).added("x"), on(Other).renamed("w", to="y")
    ),
    "an arm of many unknown keys": sent(
        Plain | Other, lambda size: {"a": 1, **keyed(1)(size)}, on(Plain).added("x"), on(Other).renamed("w", to="y")
    ),
    "what fits no arm": sent(
        list[Plain | Other], listed({}), on(Plain).added("x"), on(Other).renamed("w", to="y"), told=ANY
    ),
    "arms that a callable tells apart": sent(
        list[Side], listed({"called": "a"}, {"heading": "b"}), *SIDES, refusable=True
    ),
    "deep arms that a callable tells apart": sent(
        list[Side], lambda size: forest(8, size), *SIDES, told=ANY, refusable=True
    ),
    "members of an enum": sent(list[Colour], listed("red"), GREW),
    "members that are refused": sent(list[Colour], listed("blue"), GREW, told=422),
    "a member that is refused after all others": sent(
        list[Colour], lambda size: [*listed("red")(size), "blue"], GREW, told=422
    ),
    "keys that are members": sent(list[dict[Colour, Item]], listed({"red": {"article": 1}}), GREW, RENAMED),
    "integers of many digits": sent(list[Item], listed({"article": 10**4000}), RENAMED),
    "a text that looks like an infinity": sent(list[Item], listed({"x": "Infinity"}), RENAMED),
    "one long text": sent(Item, lambda size: {"article": "a" * size}, RENAMED),
    "a body in parts of sixteen bytes": sent(list[Item], listed({"article": 1}), RENAMED, parts=in_parts(16)),
    "a coded body": Crafted(lambda: [RENAMED], posting(Item), gzipped, scale=16),
    "what is no JSON": sent(list[Item], lambda size: "x" * size, RENAMED, parts=lambda body: [body[:-1]], told=400),
}

RESPONSES: Final[dict[str, Crafted]] = {
    "a list of objects, back": given(list[Item], listed({"sku": 1, "stock": 2}), RENAMED),
    "a dict of objects, back": given(dict[str, Item], keyed({"sku": 1}), RENAMED),
    "deep objects, back": given(
        list[Node],
        lambda size: [chain(LEVELS, name="t", size=1)] * enough(chain(LEVELS, name="t", size=1), size),
        NAMED,
        on(Node).added("size"),
    ),
    "a list of tagged arms, back": given(
        list[Pet], listed({"kind": "cat", "whiskers": 1}, {"kind": "dog"}), on(Cat).renamed("hairs", to="whiskers")
    ),
    "arms that a callable tells apart, back": given(
        list[Side], listed({"name": "a"}, {"title": "b"}), *SIDES, refusable=True
    ),
    "deep arms that a callable tells apart, back": given(
        list[Side], lambda size: forest(8, size, name="a"), *SIDES, refusable=True
    ),
    "members of an enum, back": given(list[Colour], listed("red", "blue"), GREW),
    "objects that a function fills": given(
        list[Item],
        listed({"sku": 1, "stock": 2}),
        on(Item).removed("total", was=int, backfill=stock_of, loses="it is counted"),
    ),
    "a response in parts of sixteen bytes": given(list[Item], listed({"sku": 1}), RENAMED, parts=in_parts(16)),
    "an unfit item after all others": given(list[Item], lambda size: [*listed({"sku": 1})(size), 1], RENAMED, told=500),
}

VALIDATION_ERRORS: Final[dict[str, Crafted]] = {
    "many items are wrong": validation_errors(
        list[Item], listed({"article": "x"}), RENAMED, entries=lambda value: located(value, "sku")
    ),
    "many items lack a field": validation_errors(
        list[Item],
        listed({}),
        RENAMED,
        entries=lambda value: (wrong("body", i, "sku", kind="missing", value={}) for i in range(len(value))),
    ),
    "many values of a dict are wrong": validation_errors(
        dict[str, Item],
        keyed({"article": "x"}),
        RENAMED,
        entries=lambda value: (wrong("body", k, "sku") for k in value),
    ),
    "many arms are wrong": validation_errors(
        list[Pet],
        listed({"kind": "cat", "hairs": "x"}),
        on(Cat).renamed("hairs", to="whiskers"),
        entries=lambda value: located(value, "cat", "whiskers"),
    ),
    "many tags are wrong": validation_errors(
        list[Pet],
        listed({"kind": "cow"}),
        on(Cat).renamed("hairs", to="whiskers"),
        entries=lambda value: (wrong("body", i, kind="union_tag_invalid") for i in range(len(value))),
    ),
    "many members are wrong": validation_errors(
        list[Colour], listed("pink"), GREW, entries=lambda v: (wrong("body", i, kind="enum") for i in range(len(v)))
    ),
    "many deep places are wrong": validation_errors(
        list[Node],
        chains,
        NAMED,
        entries=lambda value: (
            wrong("body", index, *["child"] * depth, "size") for index in range(len(value)) for depth in range(LEVELS)
        ),
    ),
    "many places that old clients lack are wrong": validation_errors(
        list[Item], listed({}), on(Item).added("sku"), entries=lambda value: located(value, "sku")
    ),
    "many pointers": validation_errors(
        list[Item],
        listed({"article": "x"}),
        RENAMED,
        entries=lambda value: ({"pointer": f"/{i}/sku", "detail": "d", "loc": None} for i in range(len(value))),
    ),
    "one parameter is wrong many times": asking(
        ids,
        repeated("ids=x"),
        NUMBERS,
        entries=lambda text: (wrong("query", "numbers", i) for i in range(text.count("ids"))),
    ),
    "a parameter of a model is wrong many times": asking(
        pages,
        repeated("numbers=x"),
        on(Page).renamed("numbers", to="ids"),
        entries=lambda text: (wrong("query", "ids", i) for i in range(text.count("numbers"))),
    ),
    "parts of a long path are wrong": Crafted(
        lambda: [endpoint("/old/{run_id:path}").moved(to="/runs/{run_id}")],
        moved_runs,
        lambda size: Request(
            method="GET",
            path="/old/" + "a" * (size // 2),
            headers=(VERSION,),
            status=422,
            told=422,
            response=[dumped({"detail": [wrong("path", "run_id")] * (size // 200)})],
        ),
    ),
}

PARAMETERS: Final[dict[str, Crafted]] = {
    "one parameter many times": asking(ids, repeated("ids=1"), NUMBERS),
    "many parameters": asking(ids, numbered("name"), NUMBERS),
    "many parameters of a model": asking(pages, numbered("name"), on(Page).renamed("numbers", to="ids")),
    "a long escaped value": asking(ids, lambda size: "ids=" + quote("\u00e9" * (size // 6)), NUMBERS),
    "many separators": asking(ids, lambda size: "&" * size, NUMBERS),
    "a header many times": with_headers(traced, fields_of(b"hops", b"a", VERSION), HEADER),
    "many headers": with_headers(
        traced, lambda size: [VERSION, *[(b"x-%d" % i, b"1") for i in range(size // 8)]], HEADER
    ),
    "a long header": with_headers(traced, one_field(b"hops", b"a", VERSION), HEADER),
    "many tags in If-None-Match": with_headers(
        traced, one_field(b"if-none-match", b'"a;2025-01-01"', VERSION), RENAMED
    ),
    "many lines of If-None-Match": with_headers(traced, fields_of(b"if-none-match", b'"a"', VERSION), RENAMED),
    "many lines of If-Match": with_headers(traced, fields_of(b"if-match", b'"a"', VERSION), RENAMED),
    "an If-None-Match that is never closed": with_headers(
        traced, lambda size: [VERSION, (b"if-none-match", b'"' + b"a" * size)], RENAMED
    ),
    "many lengths": with_headers(
        posted_item,
        fields_of(b"content-length", b"13", VERSION, JSON),
        RENAMED,
        method="POST",
        body=b'{"article":1}',
    ),
    "many codings": with_headers(
        posted_item,
        one_field(b"content-encoding", b"identity", VERSION, JSON),
        RENAMED,
        method="POST",
        body=b'{"article":1}',
    ),
    "many content types": with_headers(
        posted_item, fields_of(*JSON, VERSION), RENAMED, method="POST", body=b'{"article":1}', told=415
    ),
    "a version many times": with_headers(traced, fields_of(*VERSION), RENAMED),
    "many versions": with_headers(
        traced, lambda size: [(b"api-version", b"2025-%06d" % i) for i in range(size // 22)], RENAMED, told=400
    ),
    "many versions in one field": with_headers(
        traced, lambda size: [(b"api-version", b", ".join(b"%06d" % i for i in range(size // 8)))], RENAMED, told=400
    ),
    "a long path": Crafted(
        lambda: [RENAMED],
        files,
        lambda size: Request(method="GET", path="/files/" + "a/" * (size // 2), response=[b"{}"]),
    ),
    "a long path that has moved": Crafted(
        lambda: [endpoint("/old/{run_id:path}").moved(to="/runs/{run_id}")],
        moved_runs,
        lambda size: Request(method="GET", path="/old/" + "a/" * (size // 2), headers=(VERSION,)),
    ),
    "a path that nobody knows": Crafted(
        lambda: [RENAMED],
        files,
        lambda size: Request(method="GET", path="/" * size, headers=(VERSION,), response=[b"{}"]),
    ),
}

REQUESTS: Final[dict[str, Crafted]] = {**BODIES, **RESPONSES, **VALIDATION_ERRORS, **PARAMETERS}
"""All of them."""


DEEP: Final[dict[str, Crafted]] = {
    "objects in objects": sent(Node, lambda levels: chain(levels, title="t"), NAMED),
    "lists in lists": sent(Tree, lambda levels: chain_of_lists(levels // 2, title="t"), PLANTED),
    "arms in arms": sent(Branch, lambda levels: chain_of_lists(levels // 2, a=1), *BRANCHES),
    "arms in arms that a callable tells apart": sent(
        Side, lambda levels: chain_of_lists(levels // 2), *SIDES, told=ANY, refusable=True
    ),
    "arms in arms that a callable tells apart, back": given(
        Side, lambda levels: chain_of_lists(levels // 2, name="a"), *SIDES, refusable=True
    ),
    "a wrong value at the bottom": validation_errors(
        Node,
        lambda levels: chain(levels, title="t", size="x"),
        NAMED,
        entries=lambda value: [wrong("body", *["child"] * depth_of(value), "size")],
    ),
    "a wrong value at each level": validation_errors(
        Node,
        lambda levels: chain(levels, title="t", size="x"),
        NAMED,
        entries=lambda value: (wrong("body", *["child"] * depth, "size") for depth in range(depth_of(value))),
    ),
}
"""Cases whose one measure is how deep they are nested."""
