"""Arms that have the same keys are told apart by what is in them, as are arms of which a route leaves keys out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.silence.old_client import OLD, Client, gates_of, gates_of_responses, old_client, refusal
from timegate import Contract, DowngradeError, on

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: list[T] = []
    first: T | None = None
    total: int = 0


class Cat(BaseModel):
    meow: int


class Dog(BaseModel):
    bark: int


class Puppy(BaseModel):
    bark: int


class Shelf(BaseModel, Generic[T]):
    pages: list[list[T] | None] | None = None


class Named(BaseModel, Generic[T]):
    by_name: dict[str, T] = {}


RENAMED = on(Cat).renamed("mew", to="meow")
NAMED = on(Dog).renamed("woof", to="bark")


LEFT_OUT = ["none", "unset", "defaults"]


class TestPagesOfOtherItems:
    @staticmethod
    def served(seen: list[Any], **options: Any) -> Client:
        app = FastAPI()

        @app.post("/pages", **options)
        def pages(body: Page[Cat] | Page[Dog]) -> Page[Cat] | Page[Dog]:
            seen.append(body)
            return body

        return old_client(app, RENAMED)

    @pytest.mark.parametrize(
        ("sent", "kind"),
        [
            ({"items": [{"mew": 1}, {"mew": 2}], "first": {"mew": 1}, "total": 2}, Page[Cat]),
            ({"items": [{"bark": 1}], "first": {"bark": 1}, "total": 2}, Page[Dog]),
            ({"items": [{"bark": 1}], "first": None, "total": 2}, Page[Dog]),
            ({"items": [], "first": {"mew": 3}, "total": 2}, Page[Cat]),
            ({"items": [], "first": None, "total": 0}, Page[Cat]),
        ],
    )
    def test_are_converted_each_by_its_items(self, sent: dict[str, Any], kind: type) -> None:
        seen: list[Any] = []
        assert self.served(seen).post("/pages", sent).json() == sent
        assert [type(one) for one in seen] == [kind]

    @pytest.mark.parametrize("left_out", LEFT_OUT)
    @pytest.mark.parametrize(
        ("sent", "got"),
        [
            (Page[Cat](items=[Cat(meow=1)], total=2), {"items": [{"mew": 1}], "total": 2}),
            (Page[Dog](items=[Dog(bark=1)], total=2), {"items": [{"bark": 1}], "total": 2}),
            (Page[Cat](first=Cat(meow=1), total=2), {"first": {"mew": 1}, "total": 2}),
            (Page[Cat](total=2), {"total": 2}),
        ],
    )
    def test_are_converted_where_the_route_leaves_keys_out(self, left_out: str, sent: Any, got: dict[str, Any]) -> None:
        app, options = FastAPI(), dict[str, Any]({f"response_model_exclude_{left_out}": True})

        def pages() -> Any:
            return sent

        app.add_api_route("/pages", pages, response_model=Page[Cat] | Page[Dog], **options)
        answered = old_client(app, RENAMED).get("/pages").json()
        assert {key: value for key, value in answered.items() if value not in ([], None)} == got

    def test_are_refused_where_the_route_leaves_the_key_out_that_tells_them_apart(self) -> None:
        app = FastAPI()

        @app.get("/pages", response_model_exclude_none=True, response_model_exclude={"items": {"__all__": {"meow"}}})
        def pages() -> Page[Cat] | Page[Dog]:
            return Page[Dog]()

        assert "Page[Cat] | Page[Dog]: one changes otherwise" in refusal(Contract.of(app), lambda: RENAMED)


class Box(BaseModel, Generic[T]):
    item: T
    total: int | None = None


class Pair(BaseModel, Generic[T]):
    items: Annotated[list[T], Field(min_length=1)]
    boxes: Box[T] | None = None
    total: int | None = None


class TestWhatAlwaysHoldsSomething:
    @pytest.mark.parametrize("left_out", [*LEFT_OUT, None])
    @pytest.mark.parametrize(
        ("holder", "cat", "dog"),
        [
            (Box, {"item": {"meow": 1}}, {"item": {"bark": 1}}),
            (Pair, {"items": [{"meow": 1}, {"meow": 2}]}, {"items": [{"bark": 1}]}),
        ],
    )
    def test_changes_alone(self, holder: Any, cat: Any, dog: Any, left_out: str | None) -> None:
        options: dict[str, Any] = {f"response_model_exclude_{left_out}": True} if left_out else {}
        app = FastAPI()

        def get(dogs: bool = False) -> Any:
            return holder[Dog](**dog, total=2) if dogs else holder[Cat](**cat, total=2)

        app.add_api_route("/", get, response_model=holder[Cat] | holder[Dog], **options)
        client = old_client(app, on(holder[Cat]).renamed("count", to="total"))
        got = [client.get(f"/?dogs={dogs}").json() for dogs in (False, True)]
        assert [{key: one[key] for key in one if one[key] is not None} for one in got] == [
            {**cat, "count": 2},
            {**dog, "total": 2},
        ]

    def test_is_refused_where_it_may_hold_nothing(self) -> None:
        contract = Contract.of_types(sends=[Page[Cat] | Page[Dog]])
        told = refusal(contract, lambda: on(Page[Cat]).renamed("count", to="total"))
        assert "Page[Cat] | Page[Dog]: one changes otherwise" in told
        assert "or on(Page).vouched('why each value says which arm it is')" in told

    def test_is_converted_where_somebody_vouches_that_it_never_holds_nothing(self) -> None:
        union = Page[Cat] | Page[Dog]
        gates = gates_of_responses(
            [union], on(Page).vouched("no page is empty"), on(Page[Cat]).renamed("count", to="total")
        )
        cats, dogs = {"items": [{"meow": 1}], "total": 2}, {"items": [{"bark": 1}], "total": 2}
        assert gates.downgrade(union, cats, to_version=OLD) == {"items": [{"meow": 1}], "count": 2}
        assert gates.downgrade(union, dogs, to_version=OLD) == dogs
        with pytest.raises(DowngradeError, match="several arms of the union fit"):
            gates.downgrade(union, {"items": [], "total": 0}, to_version=OLD)


class Lion(BaseModel):
    meow: int = 0
    name: str | None = None


class Wolf(BaseModel):
    bark: int = 0
    name: str | None = None


class TestWhatHeadSendsAlways:
    @staticmethod
    def served(sent: Any, left_out: str | None) -> FastAPI:
        options: dict[str, Any] = {f"response_model_exclude_{left_out}": True} if left_out else {}
        app = FastAPI()
        app.add_api_route("/", lambda: sent, response_model=Page[Lion] | Page[Wolf], **options)
        return app

    @pytest.mark.parametrize("left_out", [None, "none"])
    @pytest.mark.parametrize(
        ("sent", "got"),
        [
            (Page[Lion](items=[Lion(name="Tom")]), {"items": [{"mew": 0, "name": "Tom"}]}),
            (Page[Wolf](items=[Wolf(name="Rex")]), {"items": [{"bark": 0, "name": "Rex"}]}),
            (Page[Lion](first=Lion(name="Tom")), {"first": {"mew": 0, "name": "Tom"}}),
            (Page[Wolf](), {}),
        ],
    )
    def test_tells_arms_apart_though_it_need_not_be_there(self, sent: Any, got: Any, left_out: str | None) -> None:
        client = old_client(self.served(sent, left_out), on(Lion).renamed("mew", to="meow"))
        answered = client.get("/").json()
        assert {key: value for key, value in answered.items() if value not in ([], None, 0)} == got

    @pytest.mark.parametrize("left_out", ["unset", "defaults"])
    def test_tells_nothing_where_the_route_leaves_it_out(self, left_out: str) -> None:
        contract = Contract.of(self.served(Page[Lion](), left_out))
        told = refusal(contract, lambda: on(Lion).renamed("mew", to="meow"))
        assert "by their schemas a value may be of both" in told


HOLDERS: list[Any] = [
    (
        Shelf[Cat] | Shelf[Dog],
        {"pages": [None, [], [{"meow": 1}]]},
        {"pages": [[{"bark": 1}]]},
        [{"pages": None}, {"pages": []}, {"pages": [None, []]}],
    ),
    (
        Named[Cat] | Named[Dog],
        {"by_name": {"Tom": {"meow": 1}}},
        {"by_name": {"Rex": {"bark": 1}}},
        [{"by_name": {}}],
    ),
]


@pytest.mark.parametrize(("union", "cats", "dogs", "nothing"), HOLDERS)
def test_what_holds_nothing_passes_and_the_rest_is_told_apart(
    union: Any, cats: dict[str, Any], dogs: dict[str, Any], nothing: list[dict[str, Any]]
) -> None:
    gates = gates_of_responses([union], RENAMED, NAMED)
    older = [gates.downgrade(union, one, to_version=OLD) for one in (cats, dogs)]
    assert str(older) == str([cats, dogs]).replace("meow", "mew").replace("bark", "woof")
    assert [gates.downgrade(union, one, to_version=OLD) for one in nothing] == nothing


def test_a_null_that_no_schema_mentions_hides_no_arm() -> None:
    gates = gates_of_responses([Page[Cat] | Page[Dog]], RENAMED)
    sent = {"items": [{"meow": None}], "first": None, "total": 1}
    assert gates.downgrade(Page[Cat] | Page[Dog], sent, to_version=OLD)["items"] == [{"mew": None}]


def test_pages_whose_items_look_alike_are_refused() -> None:
    contract = Contract.of_types(sends=[Page[Dog] | Page[Puppy]])
    assert "Page[Dog] | Page[Puppy]: one changes otherwise" in refusal(contract, lambda: NAMED)


class Sized(BaseModel):
    name: str
    size: int | None = None


class Aged(BaseModel):
    name: str
    age: int | None = None


class Bare(BaseModel):
    name: str


class Weighed(BaseModel):
    name: str
    size: int | None = None
    weight: int | None = None


class Kitten(BaseModel):
    name: str
    meow: int = 0


class Pup(BaseModel):
    name: str


def test_pages_whose_items_may_lack_the_key_that_tells_them_are_refused() -> None:
    contract = Contract.of_types(sends=[Page[Kitten] | Page[Pup]])
    told = refusal(contract, lambda: on(Kitten).renamed("mew", to="meow"))
    assert "Page[Kitten] | Page[Pup]: one changes otherwise" in told


class TestARouteThatLeavesNullsOut:
    @staticmethod
    def served(union: Any, found: Callable[[], Any], *facts: Any) -> Client:
        app = FastAPI()
        app.add_api_route("/", found, response_model=union, response_model_exclude_none=True)
        return old_client(app, *facts)

    @pytest.mark.parametrize(
        ("union", "sent", "got"),
        [
            (Sized | Bare, Sized(name="a", size=1), {"name": "a", "length": 1}),
            (Sized | Bare, Sized(name="a"), {"name": "a"}),
            (Sized | Bare, Bare(name="a"), {"name": "a"}),
            (Sized | Aged, Sized(name="a", size=1), {"name": "a", "length": 1}),
            (Sized | Aged, Aged(name="a", age=1), {"name": "a", "age": 1}),
            (Sized | Aged, Aged(name="a"), {"name": "a"}),
        ],
    )
    def test_tells_arms_apart_by_a_key_that_only_one_has(self, union: Any, sent: Any, got: dict[str, Any]) -> None:
        renamed = on(Sized).renamed("length", to="size")
        assert self.served(union, lambda: sent, renamed).get("/").json() == got

    def test_is_refused_where_the_key_is_of_both(self) -> None:
        app = FastAPI()
        app.add_api_route("/", Bare, response_model=Sized | Weighed, response_model_exclude_none=True)
        told = refusal(Contract.of(app), lambda: on(Sized).renamed("length", to="size"))
        assert "Sized | Weighed: one changes otherwise than the other" in told


class Left(BaseModel):
    left: int = 0
    items: list[Left | Right] = []


class Right(BaseModel):
    right: int = 0
    items: list[Left | Right] = []


@pytest.mark.timeout(200)
def test_nested_arms_are_read_once_and_not_by_each_way_through_them() -> None:
    gates = gates_of([Left | Right], on(Left).renamed("l", to="left"))
    head: dict[str, Any] = {"left": 1, "items": []}
    old: dict[str, Any] = {"l": 1, "items": []}
    for level in range(60):
        key, was = ("right", "right") if level % 2 else ("left", "l")
        head, old = {key: 1, "items": [head]}, {was: 1, "items": [old]}
    assert gates.downgrade(Left | Right, head, to_version=OLD) == old
    assert gates.upgrade(Left | Right, old, from_version=OLD) == head
