"""No key that a client's contract lacks reaches head: internal fields, enum and union members, intermediate names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeVar

import pytest
from fastapi import Body, FastAPI, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, RootModel, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from typing_extensions import TypedDict

from tests.cells.client import ask
from tests.cells.facts import NEW, OLD, timeline_of
from tests.cells.refused import change_of
from timegate import Contract, Internal, Timeline, UpgradeError, Version, enum, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact
from timegate.starlette import operation

T = TypeVar("T")
Hidden = Annotated[int, Internal()]


class Secret(BaseModel):
    name: str
    secret: Hidden = 0


class Holder(BaseModel):
    inner: Secret
    secret: int = 0


class SecretNode(Secret):
    nodes: list["SecretNode"] = []


class SecretPage(BaseModel, Generic[T]):
    items: list[T]


class SecretRows(RootModel[list[Secret]]):
    pass


class SecretArm(Secret):
    kind: Literal["secret"]


class OpenArm(BaseModel):
    kind: Literal["open"]
    secret: int = 0


class SecretClosed(Secret):
    model_config = ConfigDict(extra="forbid")


class SecretAllowing(Secret):
    model_config = ConfigDict(extra="allow")


class SecretAliased(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    name: str
    secret: Hidden = Field(default=0, alias="theSecret")


class SecretChoices(BaseModel):
    name: str
    secret: Hidden = Field(default=0, validation_alias=AliasChoices("s", "theSecret", "secret"))


@dataclass
class SecretData:
    name: str
    secret: Annotated[int, Internal()] = field(default=0)


class SecretTyped(TypedDict):
    name: str
    secret: NotRequired[Hidden]


INTERNAL: dict[str, tuple[Any, tuple[str, ...], Callable[[dict[str, Any]], Any]]] = {
    "a bare model": (Secret, ("secret",), lambda one: one),
    "a model or null": (Secret | None, ("secret",), lambda one: one),
    "a list": (list[Secret], ("secret",), lambda one: [one, one]),
    "a dict": (dict[str, Secret], ("secret",), lambda one: {"secret": one}),
    "a tuple": (tuple[int, Secret], ("secret",), lambda one: [1, one]),
    "a field of another model": (Holder, ("secret",), lambda one: {"inner": one, "secret": 1}),
    "a recursive model": (SecretNode, ("secret",), lambda one: {**one, "nodes": [{**one, "nodes": [one]}]}),
    "a page": (SecretPage[Secret], ("secret",), lambda one: {"items": [one]}),
    "a root model": (SecretRows, ("secret",), lambda one: [one]),
    "a discriminated union": (
        list[Annotated[SecretArm | OpenArm, Field(discriminator="kind")]],
        ("secret",),
        lambda one: [{**one, "kind": "secret"}, {"kind": "open", "secret": 2}],
    ),
    "a plain union": (Secret | int, ("secret",), lambda one: one),
    "a dataclass": (SecretData, ("secret",), lambda one: one),
    "a typed dict": (SecretTyped, ("secret",), lambda one: one),
    "extra allowed": (SecretAllowing, ("secret",), lambda one: one),
    "an alias": (SecretAliased, ("theSecret", "secret"), lambda one: one),
    "alias choices": (SecretChoices, ("s", "theSecret", "secret"), lambda one: one),
    "extra forbidden": (SecretClosed, ("secret",), lambda one: one),
}


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("name", INTERNAL)
def test_an_internal_field_from_a_client_never_reaches_head(name: str, version: str) -> None:
    kind, spellings, wrap = INTERNAL[name]
    gates = Timeline(Version(NEW), Version(OLD)).compile(Contract.of_types(kind))
    for spelling in spellings:
        payload = wrap({"name": "a", spelling: 666})
        if name == "extra forbidden":
            with pytest.raises(UpgradeError) as refused:
                gates.upgrade(kind, payload, from_version=version)
            assert refused.value.pointer == f"/{spelling}"
        else:
            assert gates.upgrade(kind, payload, from_version=version) == wrap({"name": "a"})


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("name", INTERNAL)
def test_an_internal_field_never_reaches_a_client(name: str, version: str) -> None:
    kind, _, wrap = INTERNAL[name]
    gates = Timeline(Version(NEW), Version(OLD)).compile(Contract.of_types(kind))
    wire = "theSecret" if name == "an alias" else "secret"
    assert gates.downgrade(kind, wrap({"name": "a", wire: 666}), to_version=version) == wrap({"name": "a"})


def test_an_old_field_may_set_an_internal_one_and_its_own_name_may_not() -> None:
    gates = timeline_of(on(Secret).renamed("legacy", to="secret")).compile(Contract.of_types(Secret))
    sent = {"name": "a", "legacy": 4, "secret": 666}
    assert gates.upgrade(Secret, sent, from_version=OLD) == {"name": "a", "secret": 4}
    assert gates.upgrade(Secret, sent, from_version=NEW) == {"name": "a", "legacy": 4}
    assert gates.downgrade(Secret, {"name": "a", "secret": 4}, to_version=OLD) == {"name": "a", "legacy": 4}
    assert gates.downgrade(Secret, {"name": "a", "secret": 4}, to_version=NEW) == {"name": "a"}


class SecretQuery(BaseModel):
    limit: int = 10
    secret: Hidden = 0


def _fastapi_app(seen: list[SecretQuery]) -> FastAPI:
    app = FastAPI()

    @app.get("/", status_code=204)
    async def take(query: Annotated[SecretQuery, Query()]) -> None:
        seen.append(query)

    return app


def _starlette_app(seen: list[SecretQuery]) -> Starlette:
    @operation(query=SecretQuery, status=204)
    async def take(request: Request, *, query: SecretQuery) -> None:
        seen.append(query)

    return Starlette(routes=[Route("/", take)])


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("host", ["starlette", "fastapi"])
def test_an_internal_field_is_no_query_parameter(host: str, version: str) -> None:
    seen: list[SecretQuery] = []
    app = _fastapi_app(seen) if host == "fastapi" else _starlette_app(seen)
    gated = TimegateMiddleware(app, timeline=Timeline(Version(NEW), Version(OLD)))
    assert ask(gated, "GET", "/?limit=5&secret=666&secret=667", version=version).status == 204
    assert seen == [SecretQuery(limit=5, secret=0)]


class Item(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str = ""
    size: int = 0


def timeline_with(*facts: Fact) -> Timeline:
    """Make a timeline with one version for each fact, newest first."""
    versions = [Version(f"20{30 - index}-01-01", change_of(f"Change{index}", fact)) for index, fact in enumerate(facts)]
    return Timeline(*versions, Version(OLD))


class TestIntermediateNames:
    """``first`` became ``middle``, and ``middle`` became ``name``."""

    gates = timeline_with(on(Item).renamed("middle", to="name"), on(Item).renamed("first", to="middle")).compile(
        Contract.of_types(Item)
    )

    @pytest.mark.parametrize(
        ("version", "sent", "received"),
        [
            (OLD, {"first": "a"}, {"name": "a"}),
            (OLD, {"first": "a", "middle": "666"}, {"name": "a", "middle": "666"}),
            (OLD, {"middle": "666"}, {"middle": "666"}),
            (OLD, {"first": "a", "name": "666"}, {"name": "a"}),
            (OLD, {"name": "666"}, {}),
            (OLD, {"\0middle": "666", "first": "a"}, {"\0middle": "666", "name": "a"}),
            (OLD, {"\0middle": "666", "middle": "a"}, {"\0middle": "666", "middle": "a"}),
            ("2029-01-01", {"middle": "a"}, {"name": "a"}),
            ("2029-01-01", {"first": "666"}, {"first": "666"}),
            ("2029-01-01", {"middle": "a", "name": "666"}, {"name": "a"}),
            ("2030-01-01", {"name": "a", "middle": "b", "first": "c"}, {"name": "a", "middle": "b", "first": "c"}),
        ],
    )
    def test_are_extra_keys_in_a_version_that_lacks_them(
        self, version: str, sent: dict[str, Any], received: dict[str, Any]
    ) -> None:
        assert self.gates.upgrade(Item, sent, from_version=version) == received


ODD_KEYS = [
    "__proto__", "__class__", "\0name", "\0size", "title.x", "items.*", "*", "", "na\u200bme", "NAME", "Size",
    "'", '"', "\\", "{name}", "v['name']", "$ref", "\U0001f600", "\u0274ame",
]  # fmt: skip


class TestOddKeys:
    gates = timeline_of(on(Item).renamed("title", to="name"), on(Item).added("size")).compile(Contract.of_types(Item))

    @pytest.mark.parametrize("key", ODD_KEYS, ids=ascii)
    def test_pass_unchanged_and_are_never_read_as_a_field(self, key: str) -> None:
        sent = {"title": "a", key: {"size": 666, "name": "666"}}
        assert self.gates.upgrade(Item, sent, from_version=OLD) == {"name": "a", key: {"size": 666, "name": "666"}}

    def test_of_fields_with_odd_names_are_distinguished(self) -> None:
        class Odd(BaseModel):
            dotted: int = Field(default=0, alias="a.b")
            starred: int = Field(default=0, alias="'*\"\\")
            added: int = Field(default=0, alias="\n\0{}")

        facts = on(Odd).renamed("o'l\"d\\", to="starred"), on(Odd).added("added")
        gates = timeline_of(*facts).compile(Contract.of_types(Odd))
        sent = {"a.b": 1, "o'l\"d\\": 2, "\n\0{}": 666, "a": {"b": 666}}
        assert gates.upgrade(Odd, sent, from_version=OLD) == {"a.b": 1, "'*\"\\": 2, "a": {"b": 666}}
        assert gates.downgrade(Odd, {"a.b": 1, "'*\"\\": 2, "\n\0{}": 3}, to_version=OLD) == {"a.b": 1, "o'l\"d\\": 2}


@pytest.mark.parametrize(
    ("body", "received"),
    [
        (b'{"title": "a", "title": "b"}', Item(name="b")),
        (b'{"size": 1, "title": "b", "size": 666}', Item(name="b")),
        (b'{"name": "666", "title": "b", "name": "667"}', Item(name="b")),
        (b'{"title": "b", "\\u0073ize": 666}', Item(name="b")),
        (b'{"title": "b", "n\\u0061me": "666"}', Item(name="b")),
    ],
)
def test_raw_json_with_a_repeated_or_escaped_key_is_gated_as_a_parser_reads_it(body: bytes, received: Item) -> None:
    seen: list[Item] = []
    app = FastAPI()

    @app.post("/", status_code=204)
    async def take(item: Annotated[Item, Body()]) -> None:
        seen.append(item)

    timeline = timeline_of(on(Item).renamed("title", to="name"), on(Item).added("size"))
    assert ask(TimegateMiddleware(app, timeline=timeline), "POST", "/", content=body).status == 204
    assert seen == [received]
    assert seen[0].model_fields_set == {"name"}


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Painted(BaseModel):
    colour: Colour = Colour.RED
    shades: dict[Colour, list[Colour]] = {}
    either: Colour | int | None = None


class TestEnumMembers:
    @pytest.mark.parametrize(
        ("sent", "pointer"),
        [
            ({"colour": "blue"}, "/colour"),
            ({"shades": {"red": ["red", "blue"]}}, "/shades/red/1"),
            ({"shades": {"blue": []}}, "/shades"),
            ({"either": "blue"}, "/either"),
        ],
    )
    @pytest.mark.parametrize(
        "fact", [enum(Colour).grew("blue", seen_as="red"), enum(Colour).renamed("azure", to="blue")]
    )
    def test_that_the_client_lacks_are_refused(self, fact: Fact, sent: dict[str, Any], pointer: str) -> None:
        # In a response the keys of `shades` would merge, which is a fault.
        gates = timeline_of(fact).compile(Contract.of_types(receives=[Painted]))
        with pytest.raises(UpgradeError) as refused:
            gates.upgrade(Painted, sent, from_version=OLD)
        assert refused.value.pointer.startswith(pointer)
        assert refused.value.change == "ChangeParcels"


class Square(BaseModel):
    kind: Literal[1]
    side: int = 0


class Circle(BaseModel):
    kind: Literal[2]
    radius: int = 0


class Ring(BaseModel):
    kind: Literal[True]
    inner: int = 0


class Plain(BaseModel):
    a: int


class Newer(BaseModel):
    b: int
    c: int = 0


def validated_at_head(kind: Any, payload: Any, *facts: Fact) -> Any:
    """Upgrade an old payload and validate it; None where the gate or the model of head refuses it."""
    try:
        upgraded = timeline_of(*facts).compile(Contract.of_types(kind)).upgrade(kind, payload, from_version=OLD)
        return TypeAdapter[Any](kind).validate_json(TypeAdapter[Any](Any).dump_json(upgraded))
    except (UpgradeError, ValidationError):
        return None


TAGGED = Annotated[Square | Circle, Field(discriminator="kind")]
TAGS: list[Any] = [1, True, 1.0, "1", "01", 1.5, None, [1], {"kind": 1}, "true", -1]


class TestIntroducedArms:
    @pytest.mark.parametrize("kind", [TAGGED, Square | Circle, Square | Circle | None, Square | Circle | int])
    @pytest.mark.parametrize("tag", TAGS, ids=repr)
    def test_reach_head_by_no_spelling_of_their_tag(self, tag: Any, kind: Any) -> None:
        fact = on(Square).introduced(seen_as={"kind": 2})
        for payload in ({"kind": tag, "side": 666}, {"side": 666, "kind": tag, "radius": 1}, {"side": 666}):
            assert not isinstance(validated_at_head(kind, payload, fact), Square)

    @pytest.mark.parametrize("tag", TAGS, ids=repr)
    def test_that_differ_by_true_and_one_are_distinguished(self, tag: Any) -> None:
        fact = on(Ring).introduced(seen_as={"kind": 1})
        found = validated_at_head(Square | Ring, {"kind": tag, "inner": 666, "side": 3}, fact)
        assert found is None or found == Square(kind=1, side=3)

    @pytest.mark.parametrize(
        "payload",
        [
            {"b": 1},
            {"b": 1, "c": 666},
            {"a": 1, "b": 2, "c": 666},
            {"a": "wrong", "b": 2, "c": 666},
            {"a": None, "b": 1},
        ],
    )
    def test_without_a_tag_reach_head_by_no_keys(self, payload: dict[str, Any]) -> None:
        fact = on(Newer).introduced(seen_as={"a": 0})
        assert not isinstance(validated_at_head(Plain | Newer, payload, fact), Newer)

    def test_are_refused_where_the_client_sends_them_with_their_tag(self) -> None:
        gates = timeline_of(on(Square).introduced(seen_as={"kind": 2})).compile(Contract.of_types(list[TAGGED]))
        with pytest.raises(UpgradeError) as refused:
            gates.upgrade(list[TAGGED], [{"kind": 2}, {"kind": 1, "side": 3}], from_version=OLD)
        assert (refused.value.pointer, refused.value.change, refused.value.version) == ("/1/kind", "ChangeParcels", NEW)


class TestTouchedArms:
    @pytest.mark.parametrize("kind", [TAGGED, Square | Circle, Square | Circle | None])
    @pytest.mark.parametrize("tag", TAGS, ids=repr)
    def test_let_no_newer_key_through_by_any_spelling_of_their_tag(self, tag: Any, kind: Any) -> None:
        for payload in ({"kind": tag, "side": 666}, {"side": 666, "kind": tag, "radius": 1}, {"side": 666}):
            found = validated_at_head(kind, payload, on(Square).added("side"))
            assert not isinstance(found, Square) or found.side == 0

    @pytest.mark.parametrize(
        "payload", [{"b": 1, "c": 666}, {"a": 1, "b": 2, "c": 666}, {"a": "wrong", "b": 2, "c": 666}, {"c": 666}]
    )
    def test_without_a_tag_let_no_newer_key_through(self, payload: dict[str, Any]) -> None:
        found = validated_at_head(Plain | Newer, payload, on(Newer).added("c"))
        assert not isinstance(found, Newer) or found.c == 0
