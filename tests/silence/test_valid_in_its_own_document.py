"""What an old client gets fits its own document: null, empty lists, and models that were lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.sentences import shows
from tests.silence.old_client import HEAD, OLD, Client, gated, gates_of, gates_of_responses, old_client, refusal
from timegate import Contract, UpgradeError, enum, on


class Status(Enum):
    OPEN = "open"
    SHUT = "shut"


class Item(BaseModel):
    label: str = "l"


def loose(name: str, kind: Any) -> type[BaseModel]:
    """A model with one such field, and one beside it."""
    space = {"__annotations__": {name: kind, "x": int}, name: None, "x": 1, "__module__": __name__}
    return type("Loose", (BaseModel,), space)


ITEM = on(Item).renamed("title", to="label")
NULLS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "a model": (Item, lambda model: ITEM),
    "a list of models": (list[Item], lambda model: ITEM),
    "a dict of models": (dict[str, Item], lambda model: ITEM),
    "a tuple of models": (tuple[Item, Item], lambda model: ITEM),
    "a union of a model and a number": (Item | int, lambda model: ITEM),
    "an enum": (Status, lambda model: enum(Status).grew("shut", seen_as="open")),
    "a list of an enum": (list[Status], lambda model: enum(Status).grew("shut", seen_as="open")),
    "a retyped value": (str, lambda model: on(model).retyped("v", was=int, to_head=str, to_old=int)),
    "a retyped date": (date, lambda model: on(model).retyped("v", was=int, to_head=lambda n: "2025-01-01", to_old=len)),
    "a list that was a scalar": (list[str], lambda model: on(model).became_list("v", was=str)),
    "a value with limits": (
        int,
        lambda model: on(model).constrained("v", was=Annotated[int, Field(le=5)], to_old=lambda n: min(n, 5)),
    ),
    "a renamed value": (str, lambda model: on(model).renamed("was_v", to="v")),
}


@shows("A null that head sends though its own schema does not mention it passes as it is.")
@pytest.mark.parametrize("name", NULLS)
def test_a_null_that_no_schema_mentions_passes_as_it_is(name: str) -> None:
    kind, fact = NULLS[name]
    model = loose("v", kind)
    app = FastAPI()

    async def get() -> Any:
        return model()

    app.get("/", response_model=model)(get)
    facts = (fact(model), on(model).renamed("y", to="x"))
    key = "was_v" if name == "a renamed value" else "v"
    assert Client(gated(app, *facts), HEAD).get("/").json() == {"v": None, "x": 1}
    response = old_client(app, *facts).get("/")
    assert (response.status_code, response.json()) == (200, {key: None, "y": 1})


@pytest.mark.parametrize("name", ["a model", "a list of models", "a dict of models"])
def test_a_null_at_a_nested_place_passes_too(name: str) -> None:
    kind, _ = NULLS[name]
    model = loose("v", kind)
    several: Any = list
    gates = gates_of_responses([several[model]], ITEM)
    assert gates.downgrade(several[model], [{"v": None}], to_version=OLD) == [{"v": None}]


class Street(BaseModel):
    street: str


class User(BaseModel):
    emails: list[str]


class Addressed(BaseModel):
    addresses: list[Street] = []


class Perhaps(BaseModel):
    emails: list[str] | None = None


class Certainly(BaseModel):
    emails: list[str] | None


class TestBecameList:
    """One value became a list of them."""

    def test_is_refused_where_old_clients_require_a_value_and_an_empty_list_gives_none(self) -> None:
        said = refusal(Contract.of_types(sends=[User]), lambda: on(User).became_list("emails"))
        assert "User.emails" in said
        assert "empty=" in said

    def test_is_refused_where_the_list_itself_may_be_null(self) -> None:
        said = refusal(Contract.of_types(sends=[Certainly]), lambda: on(Certainly).became_list("emails"))
        assert "Certainly.emails" in said

    def test_needs_nothing_more_in_requests_alone(self) -> None:
        app = FastAPI()

        @app.post("/")
        async def post(body: User) -> list[str]:
            return body.emails

        assert old_client(app, on(User).became_list("emails")).post("/", {"emails": "a"}).json() == ["a"]

    def test_reads_an_empty_list_as_what_is_declared_for_it(self) -> None:
        gates = gates_of([User], on(User).became_list("emails", empty="none@example.org"))
        assert gates.downgrade(User, {"emails": []}, to_version=OLD) == {"emails": "none@example.org"}
        assert gates.downgrade(User, {"emails": ["a", "b"]}, to_version=OLD) == {"emails": "a"}
        assert gates.contract(OLD)["components"]["schemas"]["User"]["properties"]["emails"]["type"] == "string"

    @pytest.mark.parametrize("empty", [5, None, ["a"], object(), lambda: "a"])
    def test_is_refused_where_what_is_declared_is_none_of_the_old_type(self, empty: Any) -> None:
        assert "emails" in refusal(Contract.of_types(User), lambda: on(User).became_list("emails", empty=empty))

    def test_leaves_an_empty_list_out_where_old_clients_do_not_require_the_field(self) -> None:
        gates = gates_of(
            [Addressed],
            on(Street).renamed("road", to="street"),
            on(Addressed).renamed("address", to="addresses"),
            on(Addressed).became_list("addresses"),
        )
        assert gates.downgrade(Addressed, {"addresses": []}, to_version=OLD) == {}
        head = {"addresses": [{"street": "a"}, {"street": "b"}]}
        assert gates.downgrade(Addressed, head, to_version=OLD) == {"address": {"road": "a"}}
        assert gates.upgrade(Addressed, {"address": {"road": "a"}}, from_version=OLD) == {
            "addresses": [{"street": "a"}]
        }

    @pytest.mark.parametrize("value", [None, []])
    def test_leaves_null_out_where_the_old_type_has_none(self, value: Any) -> None:
        gates = gates_of([Perhaps], on(Perhaps).became_list("emails", was=str))
        assert gates.downgrade(Perhaps, {"emails": value}, to_version=OLD) == {}

    def test_takes_no_null_of_a_client_whose_type_has_none(self) -> None:
        gates = gates_of([Perhaps], on(Perhaps).became_list("emails", was=str))
        with pytest.raises(UpgradeError) as refused:
            gates.upgrade(Perhaps, {"emails": None}, from_version=OLD)
        assert refused.value.pointer == "/emails"

    @pytest.mark.parametrize("value", [None, []])
    def test_says_null_where_the_old_type_has_it(self, value: Any) -> None:
        gates = gates_of([Perhaps], on(Perhaps).became_list("emails", was=str | None))
        assert gates.downgrade(Perhaps, {"emails": value}, to_version=OLD) == {"emails": None}
        assert gates.upgrade(Perhaps, {"emails": None}, from_version=OLD) == {"emails": None}
        assert gates.upgrade(Perhaps, {"emails": "a"}, from_version=OLD) == {"emails": ["a"]}

    def test_reads_a_null_of_a_client_as_no_item_where_the_list_may_not_be_null(self) -> None:
        gates = gates_of([User], on(User).became_list("emails", was=str | None))
        assert gates.upgrade(User, {"emails": None}, from_version=OLD) == {"emails": []}
        assert gates.downgrade(User, {"emails": []}, to_version=OLD) == {"emails": None}

    def test_of_a_list_in_a_list_is_refused_where_an_inner_one_may_be_empty(self) -> None:
        class Grid(BaseModel):
            rows: list[list[str]]

        assert "rows" in refusal(Contract.of_types(sends=[Grid]), lambda: on(Grid).became_list("rows.*"))


class Video(BaseModel):
    id: int
    title: str


class Videos(BaseModel):
    data: list[Video]
    more: bool


def listed() -> FastAPI:
    app = FastAPI()

    @app.get("/videos")
    async def videos() -> Videos:
        return Videos(data=[Video(id=1, title="a")], more=True)

    @app.get("/users")
    async def users() -> dict[str, Videos | None]:
        return {"ada": Videos(data=[Video(id=1, title="a")], more=True), "bob": None}

    @app.post("/videos")
    async def post(body: Videos) -> dict[str, Any]:
        return {"titles": [one.title for one in body.data], "more": body.more}

    return app


SHAPED = on(Videos).reshaped(
    was=list[Video],
    to_head=lambda items: {"data": items, "more": False},
    to_old=lambda page: page["data"],
)
NAMED = on(Video).renamed("name", to="title")


@pytest.mark.parametrize("facts", [(NAMED, SHAPED), (SHAPED, NAMED)], ids=["named first", "shaped first"])
class TestAModelThatWasAList:
    """Videos were a list of videos, and a video's title was its name."""

    def test_is_a_list_to_an_old_client(self, facts: tuple[Any, ...]) -> None:
        client = old_client(listed(), *facts)
        assert client.get("/videos").json() == [{"id": 1, "name": "a"}]
        assert client.get("/users").json() == {"ada": [{"id": 1, "name": "a"}], "bob": None}

    def test_is_taken_as_a_list_from_an_old_client(self, facts: tuple[Any, ...]) -> None:
        response = old_client(listed(), *facts).post("/videos", [{"id": 1, "name": "b"}])
        assert (response.status_code, response.json()) == (200, {"titles": ["b"], "more": False})

    @pytest.mark.parametrize("body", [{"data": [], "more": True}, "x", None, [{"id": 1, "title": "b"}]])
    def test_is_not_taken_in_another_shape(self, facts: tuple[Any, ...], body: Any) -> None:
        assert old_client(listed(), *facts).post("/videos", body).status_code == 422

    def test_is_a_list_in_the_old_document(self, facts: tuple[Any, ...]) -> None:
        schema = old_client(listed(), *facts).document()["components"]["schemas"]["Videos"]
        assert (schema["type"], schema["items"]) == ("array", {"$ref": "#/components/schemas/Video"})


def test_a_model_that_was_a_scalar_is_a_scalar_to_an_old_client() -> None:
    class Money(BaseModel):
        amount: int
        currency: str = "EUR"

    fact = on(Money).reshaped(
        was=int, to_head=lambda amount: {"amount": amount}, to_old=lambda money: money["amount"], loses="nothing"
    )
    gates = gates_of([dict[str, Money]], fact)
    assert gates.downgrade(dict[str, Money], {"a": {"amount": 3, "currency": "EUR"}}, to_version=OLD) == {"a": 3}
    assert gates.upgrade(dict[str, Money], {"a": 3}, from_version=OLD) == {"a": {"amount": 3}}


def test_a_function_that_gives_another_shape_than_the_old_type_is_the_servers_fault() -> None:
    fact = on(Videos).reshaped(
        was=list[Video], to_head=lambda items: {"data": items, "more": False}, to_old=lambda page: page
    )
    response = old_client(listed(), fact).get("/videos")
    assert response.status_code == 500
    assert "more" not in response.text
