"""An arm of a union is told from the others, by its scalars at last, or the app does not start. It is never guessed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, Discriminator, Tag

from tests.silence.old_client import OLD, Client, gates_of, gates_of_requests, old_client, refusal
from timegate import Contract, on


class Temperature(BaseModel):
    at: int
    value: float


class Text(BaseModel):
    at: int
    value: str


class Level(BaseModel):
    at: int
    value: float


class Flag(BaseModel):
    at: int
    value: bool


class Names(BaseModel):
    at: int
    value: list[str]


class Nothing(BaseModel):
    at: int
    value: None


def value_of(reading: Any) -> Any:
    return getattr(reading, "value", None) if isinstance(reading, BaseModel) else reading["value"]


def by_value(reading: Any) -> str:
    return "text" if isinstance(value_of(reading), str) else "temperature"


def by_size(reading: Any) -> str:
    return "temperature" if value_of(reading) < 100 else "level"


Plain = Temperature | Text
Picked = (
    Annotated[
        Annotated[Temperature, Tag("temperature")] | Annotated[Text, Tag("text")],
        Discriminator(by_value),
    ]
    | None
)
Sized = Annotated[
    Annotated[Temperature, Tag("temperature")] | Annotated[Level, Tag("level")],
    Discriminator(by_size),
]

RENAMED = on(Temperature).renamed("celsius", to="value")
KINDS: dict[str, Any] = {"a plain union": Plain, "a callable discriminator and null": Picked}


def served(union: Any, seen: list[Any], *facts: Any) -> Client:
    """An app that sends each arm, and notes what it is sent."""
    app = FastAPI()

    async def sent(body: Any) -> int:
        seen.append(body)
        return 1

    async def temperature() -> Any:
        return Temperature(at=1, value=30.5)

    async def whole() -> Any:
        return Temperature(at=1, value=30)

    async def text() -> Any:
        return Text(at=1, value="hot")

    # Older FastAPI takes such a union for a query parameter.
    sent.__annotations__["body"] = Annotated[union, Body()]
    app.post("/")(sent)
    app.get("/temperature", response_model=union)(temperature)
    app.get("/whole", response_model=union)(whole)
    app.get("/text", response_model=union)(text)
    return old_client(app, *facts)


@pytest.mark.parametrize("name", KINDS)
class TestArmsThatDifferInOneScalar:
    """Both have the keys `at` and `value`; the temperature called its value `celsius` once."""

    def test_are_told_apart_in_a_response_by_the_json_type_of_the_scalar(self, name: str) -> None:
        client = served(KINDS[name], [], RENAMED)
        assert client.get("/temperature").json() == {"at": 1, "celsius": 30.5}
        assert client.get("/whole").json() == {"at": 1, "celsius": 30.0}
        assert client.get("/text").json() == {"at": 1, "value": "hot"}

    def test_are_told_apart_in_a_request_by_their_old_keys(self, name: str) -> None:
        seen: list[Any] = []
        client = served(KINDS[name], seen, RENAMED)
        assert client.post("/", {"at": 1, "value": "hot"}).status_code == 200
        assert client.post("/", {"at": 1, "celsius": 3.5}).status_code == 200
        assert client.post("/", {"at": 1, "celsius": 3}).status_code == 200
        assert seen == [Text(at=1, value="hot"), Temperature(at=1, value=3.5), Temperature(at=1, value=3.0)]

    def test_never_lead_head_to_the_touched_arm_by_a_key_of_the_other(self, name: str) -> None:
        seen: list[Any] = []
        response = served(KINDS[name], seen, RENAMED).post("/", {"at": 1, "value": 3.5})
        assert (response.status_code, seen) == (422, [])


@pytest.mark.parametrize("wrap", ["a list", "a dict", "a tuple"])
def test_arms_in_a_container_are_each_told_apart(wrap: str) -> None:
    kinds: dict[str, Any] = {"a list": list[Plain], "a dict": dict[str, Plain], "a tuple": tuple[Plain, Plain]}
    gates = gates_of([kinds[wrap]], RENAMED)
    head: Any = [{"at": 1, "value": "hot"}, {"at": 2, "value": 3.5}]
    old: Any = [{"at": 1, "value": "hot"}, {"at": 2, "celsius": 3.5}]
    if wrap == "a dict":
        head, old = dict(zip("ab", head, strict=True)), dict(zip("ab", old, strict=True))
    assert gates.downgrade(kinds[wrap], head, to_version=OLD) == old
    assert gates.upgrade(kinds[wrap], old, from_version=OLD) == head


@pytest.mark.parametrize(
    ("other", "sent"),
    [
        (Text, {"at": 1, "value": "hot"}),
        (Flag, {"at": 1, "value": True}),
        (Names, {"at": 1, "value": ["a"]}),
        (Nothing, {"at": 1, "value": None}),
    ],
)
def test_the_other_arm_passes_a_response_as_it_is(other: Any, sent: dict[str, Any]) -> None:
    union = Temperature | other
    gates = gates_of([union], RENAMED)
    assert gates.downgrade(union, sent, to_version=OLD) == sent
    assert gates.downgrade(union, {"at": 1, "value": 2.5}, to_version=OLD) == {"at": 1, "celsius": 2.5}


def test_three_arms_of_which_one_is_touched_are_told_apart() -> None:
    union = Temperature | Text | Flag
    gates = gates_of([union], RENAMED)
    for head, old in (
        ({"at": 1, "value": 2}, {"at": 1, "celsius": 2}),
        ({"at": 1, "value": "2"}, {"at": 1, "value": "2"}),
        ({"at": 1, "value": False}, {"at": 1, "value": False}),
    ):
        assert gates.downgrade(union, head, to_version=OLD) == old


class TestArmsThatNothingTellsApart:
    """A temperature and a level have the same keys of the same types."""

    def test_are_refused_where_a_response_holds_them(self) -> None:
        said = refusal(Contract.of_types(sends=[Temperature | Level]), lambda: RENAMED)
        assert "Temperature" in said
        assert "Level" in said

    @pytest.mark.parametrize("nested", ["a list", "a field", "null"])
    def test_are_refused_wherever_they_are_nested(self, nested: str) -> None:
        class Holder(BaseModel):
            reading: Temperature | Level

        kinds: dict[str, Any] = {
            "a list": list[Temperature | Level],
            "a field": Holder,
            "null": Temperature | Level | None,
        }
        said = refusal(Contract.of_types(sends=[kinds[nested]]), lambda: RENAMED)
        assert "Level" in said

    def test_are_refused_among_arms_that_can_be_told_apart(self) -> None:
        said = refusal(Contract.of_types(sends=[Temperature | Text | Level]), lambda: RENAMED)
        assert "Temperature" in said
        assert "Level" in said

    def test_are_refused_before_the_app_serves_anything(self) -> None:
        app = FastAPI()

        @app.get("/", response_model=Temperature | Level)
        async def reading() -> Any:
            return Level(at=1, value=2.0)

        assert "Level" in refusal(Contract.of(app), lambda: RENAMED)

    def test_are_served_in_requests_whose_old_keys_differ(self) -> None:
        union = Temperature | Level
        gates = gates_of_requests([union], RENAMED)
        assert gates.upgrade(union, {"at": 1, "celsius": 2.0}, from_version=OLD) == {"at": 1, "value": 2.0}
        assert gates.upgrade(union, {"at": 1, "value": 2.0}, from_version=OLD) == {"at": 1, "value": 2.0}

    def test_are_served_where_head_tells_them_by_a_callable(self) -> None:
        gates = gates_of([Sized], RENAMED)
        assert gates.downgrade(Sized, {"at": 1, "value": 20.0}, to_version=OLD) == {"at": 1, "celsius": 20.0}
        assert gates.downgrade(Sized, {"at": 1, "value": 200.0}, to_version=OLD) == {"at": 1, "value": 200.0}

    def test_are_served_where_both_change_alike(self) -> None:
        union = Temperature | Level
        gates = gates_of([union], on(Temperature, Level).renamed("reading", to="value"))
        assert gates.downgrade(union, {"at": 1, "value": 2.0}, to_version=OLD) == {"at": 1, "reading": 2.0}
        assert gates.upgrade(union, {"at": 1, "reading": 2.0}, from_version=OLD) == {"at": 1, "value": 2.0}

    def test_are_served_where_a_function_of_the_old_object_tells_them(self) -> None:
        def told(old: Any) -> type[BaseModel]:
            return Temperature if old["reading"] < 100 else Level

        union = Temperature | Level
        gates = gates_of_requests(
            [union],
            on(Temperature).renamed("reading", to="value"),
            on(Level).renamed("reading", to="value"),
            on(Level).retyped("value", was=float, to_head=lambda value: value * 2, to_old=lambda value: value / 2),
            on(Temperature, Level).told_by(told),
        )
        assert gates.upgrade(union, {"at": 1, "reading": 20.0}, from_version=OLD) == {"at": 1, "value": 20.0}
        assert gates.upgrade(union, {"at": 1, "reading": 200.0}, from_version=OLD) == {"at": 1, "value": 400.0}

    def test_a_function_that_tells_arms_of_no_union_is_refused(self) -> None:
        said = refusal(Contract.of_types(sends=[Temperature | Level]), lambda: on(Temperature, Level).told_by(value_of))
        assert "no union of a request has two of them" in said

    def test_a_function_tells_two_models_or_more(self) -> None:
        assert "on(A, B)" in refusal(Contract.of_types(Temperature), lambda: on(Temperature).told_by(value_of))


class TestOptionalKeys:
    """Where no key is required, the keys that are sent tell."""

    class Tree(BaseModel):
        height: int = 0
        kind: str = "oak"

    class House(BaseModel):
        floors: int = 0
        kind: str = "hut"

    union = Tree | House
    fact = on(Tree).renamed("size", to="height")

    def test_the_arm_that_knows_most_of_them_is_taken(self) -> None:
        gates = gates_of([self.union], self.fact)
        for head, old in (({"height": 2, "kind": "oak"}, {"size": 2, "kind": "oak"}), ({"floors": 2}, {"floors": 2})):
            assert gates.upgrade(self.union, old, from_version=OLD) == head
            assert gates.downgrade(self.union, head, to_version=OLD) == old

    @pytest.mark.parametrize("sent", [{}, {"kind": "oak"}])
    def test_what_fits_several_arms_passes_where_none_of_them_would_change_it(self, sent: dict[str, Any]) -> None:
        gates = gates_of([self.union], self.fact)
        assert gates.upgrade(self.union, sent, from_version=OLD) == sent
        assert gates.downgrade(self.union, sent, to_version=OLD) == sent


class Item(BaseModel):
    sku: str
    stock: int = 0


class Closed(BaseModel, extra="forbid"):
    sku: str
    stock: int = 0


@pytest.mark.parametrize("union", [Item | dict[str, int], Item | dict[str, str], Item | dict[str, Any]])
def test_a_touched_model_beside_an_open_dict_is_refused(union: Any) -> None:
    assert "Item" in refusal(Contract.of_types(union), lambda: on(Item).renamed("article", to="sku"))


def test_a_touched_model_beside_a_list_of_it_is_served() -> None:
    union = Item | list[Item]
    gates = gates_of([union], on(Item).renamed("article", to="sku"))
    assert gates.upgrade(union, {"article": "a"}, from_version=OLD) == {"sku": "a"}
    assert gates.upgrade(union, [{"article": "a"}], from_version=OLD) == [{"sku": "a"}]
    assert gates.downgrade(union, [{"sku": "a"}], to_version=OLD) == [{"article": "a"}]


class Counted(BaseModel):
    kind: Literal["counted"] = "counted"
    value: float


class Weighed(BaseModel):
    kind: Literal["weighed"] = "weighed"
    value: float


@pytest.mark.parametrize("kind", ["counted", "weighed"])
def test_a_wrongly_typed_leaf_still_finds_its_arm_by_the_tag(kind: str) -> None:
    seen: list[Any] = []
    app = FastAPI()

    async def sent(body: Any) -> int:
        seen.append(body)
        return 1

    sent.__annotations__["body"] = Counted | Weighed
    app.post("/")(sent)
    client = old_client(app, on(Counted).renamed("count", to="value"))
    key = "count" if kind == "counted" else "value"
    response = client.post("/", {"kind": kind, key: "many"})
    assert (response.status_code, seen) == (422, [])
    mine = [one["loc"] for one in response.json()["detail"] if one["type"] == "float_parsing"]
    assert ["body", kind.title(), key] in mine
    assert not any("count" in loc and "Weighed" in loc for loc in mine)
