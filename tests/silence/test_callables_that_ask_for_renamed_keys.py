"""A callable discriminator asks for the keys of today: an old client's object is the arm that it names by these."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from tests.sentences import shows
from tests.silence.chosen_arms import app_of, read
from tests.silence.old_client import OLD, gates_of_requests, gates_of_responses, old_client, refusal
from timegate import CompileError, Contract, DowngradeError, on
from timegate.typing import is_object


class Part(BaseModel):
    sku: str = ""


class Note(BaseModel):
    text: str = ""


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = 0


def has(value: Any, key: str) -> bool:
    return key in (value if is_object(value) else value.model_fields_set)


def kind_of(value: Any) -> str:
    """What has no key that tells it is a note."""
    return "part" if has(value, "sku") else "closed" if has(value, "size") else "note"


ARMS: dict[str, Any] = {
    "part": Annotated[Part, Tag("part")],
    "note": Annotated[Note, Tag("note")],
    "closed": Annotated[Closed, Tag("closed")],
}
RENAMED = {
    "part": on(Part).renamed("article", to="sku"),
    "note": on(Note).renamed("words", to="text"),
    "closed": on(Closed).renamed("width", to="size"),
}


def shop(order: tuple[str, ...]) -> FastAPI:
    union: Any = ARMS[order[0]] | ARMS[order[1]] | ARMS[order[2]]
    return app_of(Annotated[union, Discriminator(kind_of)])


CHANGED = [names for size in (1, 2, 3) for names in combinations(RENAMED, size)]
ORDERS = list(permutations(ARMS))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("changed", CHANGED, ids="+".join)
def test_an_object_is_the_arm_that_its_keys_of_today_tell(order: tuple[str, ...], changed: tuple[str, ...]) -> None:
    client = old_client(shop(order), *(RENAMED[name] for name in changed))
    article, words, width = (
        old if name in changed else new
        for name, old, new in (("part", "article", "sku"), ("note", "words", "text"), ("closed", "width", "size"))
    )
    assert read(client, {article: "a"}) == {"is": "Part", "has": {"sku": "a"}}
    assert read(client, {words: "a"}) == {"is": "Note", "has": {"text": "a"}}
    assert read(client, {width: 1}) == {"is": "Closed", "has": {"size": 1}}
    assert read(client, {}) == {"is": "Note", "has": {}}
    assert read(client, {article: "a", "stranger": 1}) == {"is": "Part", "has": {"sku": "a"}}


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("changed", CHANGED, ids="+".join)
def test_what_does_not_fit_the_arm_that_is_named_is_no_other_arm(
    order: tuple[str, ...], changed: tuple[str, ...]
) -> None:
    client = old_client(shop(order), *(RENAMED[name] for name in changed))
    article = "article" if "part" in changed else "sku"
    width = "width" if "closed" in changed else "size"
    for body, place in (
        ({article: 5}, ["body", "part", article]),
        ({width: "wide"}, ["body", "closed", width]),
        ({width: 1, "stranger": 1}, ["body", "closed", "stranger"]),
    ):
        response = client.post("/", body)
        assert response.status_code == 422
        assert [one["loc"] for one in response.json()["detail"]] == [place]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_key_that_only_head_has_tells_nothing(order: tuple[str, ...]) -> None:
    client = old_client(shop(order), RENAMED["part"])
    found = read(client, {"sku": "a"})
    assert found in (422, {"is": "Note", "has": {}})


def test_it_is_asked_once_where_no_key_is_called_otherwise() -> None:
    asked: list[Any] = []

    def counting(value: Any) -> str:
        asked.append(value)
        return kind_of(value)

    part, note = (ARMS[name] for name in ("part", "note"))
    union: Any = Annotated[part | note, Discriminator(counting)]
    app = FastAPI()

    async def post(body: Any) -> str:
        return type(body).__name__

    post.__annotations__["body"] = Annotated[union, Body()]
    app.post("/")(post)
    client = old_client(app, RENAMED["part"], RENAMED["note"])
    assert client.post("/", {}).json() == "Note"
    # Once to choose, once to make sure, and once by head.
    assert len(asked) <= 3


class Unsent(BaseModel):
    kind: str = Field("", exclude=True)
    size: int = 0


class Plain(BaseModel):
    kind: str = Field("", exclude=True)
    size: int = 0


def unsent_kind(value: Any) -> str:
    return (value.get("kind") if is_object(value) else value.kind) or "unsent"


class Holding(BaseModel):
    held: Annotated[Annotated[Unsent, Tag("unsent")] | Annotated[Plain, Tag("plain")], Discriminator(unsent_kind)]


class Shorter(BaseModel):
    kind: str = Field("", exclude=True)
    size: int


LENGTH = on(Unsent).renamed("length", to="size")
NOTHING_TELLS = "head's Discriminator looks for 'kind', which no response has"


@shows(
    "arms of a union in a response that differ and that only a callable `Discriminator` tells apart, by a "
    "field which is not in the body (`exclude=True`, `response_model_exclude`);"
)
def test_a_callable_that_asks_for_what_no_response_has_tells_no_arms_apart() -> None:
    with pytest.raises(CompileError) as refused:
        gates_of_responses([Holding], LENGTH)
    (fault,) = refused.value.faults
    assert (fault.place, fault.problem.endswith(NOTHING_TELLS)) == ("Unsent | Plain", True)
    assert fault.remedy == (
        "send 'kind' in responses (without exclude), or on(Holding).vouched('why each value says which arm it is')"
    )
    gates = gates_of_responses([Holding], LENGTH, on(Holding).vouched("a size says it"))
    with pytest.raises(DowngradeError):
        gates.downgrade(Holding, Holding(held=Plain(kind="plain", size=1)), to_version=OLD)


def test_it_is_asked_about_requests_all_the_same() -> None:
    gates = gates_of_requests([Holding], LENGTH)
    assert gates.upgrade(Holding, {"held": {"length": 1}}, from_version=OLD) == {"held": {"size": 1}}
    sent = {"held": {"kind": "plain", "size": 1}}
    assert gates.upgrade(Holding, sent, from_version=OLD) == sent


class Sized(BaseModel):
    kind: str = Field("", exclude=True)
    width: int


class HoldingOthers(BaseModel):
    held: Annotated[Annotated[Shorter, Tag("unsent")] | Annotated[Sized, Tag("plain")], Discriminator(unsent_kind)]


def test_keys_that_are_sent_tell_the_arms_apart() -> None:
    gates = gates_of_responses([HoldingOthers], on(Shorter).renamed("length", to="size"))
    for held, old in ((Shorter(kind="unsent", size=1), {"length": 1}), (Sized(kind="plain", width=1), {"width": 1})):
        assert gates.downgrade(HoldingOthers, HoldingOthers(held=held), to_version=OLD) == {"held": old}


class Sent(BaseModel):
    kind: str = ""
    size: int = 0


class Other(BaseModel):
    kind: str = ""
    size: int = 0


@pytest.mark.parametrize("excluded", [True, False])
def test_what_a_route_leaves_out_is_no_sign_either(excluded: bool) -> None:
    arms: Any = Annotated[Sent, Tag("unsent")] | Annotated[Other, Tag("plain")]
    app = FastAPI()

    @app.get(
        "/",
        response_model=Annotated[arms, Discriminator(unsent_kind)],
        response_model_exclude={"kind"} if excluded else None,
    )
    def get() -> Any:
        return Other(kind="plain", size=1)

    contract, fact = Contract.of(app), on(Sent).renamed("length", to="size")
    if excluded:
        assert NOTHING_TELLS in refusal(contract, lambda: fact)
    else:
        assert old_client(app, fact).get("/").json() == {"kind": "plain", "size": 1}
