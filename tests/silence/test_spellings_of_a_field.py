"""A field has several spellings on the wire: each of them names the field, on all its wires."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import pytest
from fastapi import FastAPI
from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, Field, TypeAdapter, computed_field
from pydantic.alias_generators import to_camel, to_pascal
from pydantic.dataclasses import dataclass as pydantic_dataclass
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from typing_extensions import TypedDict

from tests.silence.exchanges import NEW, OLD, Posted, exchange, gated, timeline_of
from timegate import Contract, Gates, on, sibling
from timegate.starlette import operation

Facts: TypeAlias = Callable[[str], Any]


class Two(BaseModel):
    n: int | None = Field(default=None, validation_alias="nIn", serialization_alias="nOut")
    name: str = "a"


SMALL: Any = Annotated[int, Field(le=3)]
SPELLINGS = ["n", "nIn", "nOut"]


def gates_of(kind: Any, *facts: Any) -> Gates:
    return timeline_of(*facts).compile(Contract.of_types(kind))


def both(kind: Any, fact: Any, *, sent: Any, returned: Any) -> tuple[Any, Any]:
    """What head gets of an old payload, and what an old client gets of head's."""
    gates = gates_of(kind, fact)
    return gates.upgrade(kind, sent, from_version=OLD), gates.downgrade(kind, returned, to_version=OLD)


FACTS: dict[str, tuple[Facts, Any, Any, Any, Any]] = {
    "added": (lambda s: on(Two).added(s), {"nIn": 5, "name": "b"}, {"name": "b"}, {"nOut": 5}, {}),
    "added with a default": (lambda s: on(Two).added(s, default=7), {}, {"nIn": 7}, {"nOut": 5}, {}),
    "renamed": (lambda s: on(Two).renamed("old", to=s), {"old": 5}, {"nIn": 5}, {"nOut": 5}, {"old": 5}),
    "a new name of a renamed one": (
        lambda s: on(Two).renamed("old", to=s), {"nIn": 5, "name": "b"}, {"name": "b"}, {"nOut": None}, {"old": None},
    ),
    "retyped": (
        lambda s: on(Two).retyped(
            s, was=str | None, to_head=lambda v: None if v is None else int(v), to_old=lambda v: v and str(v)
        ),
        {"nIn": "5"}, {"nIn": 5}, {"nOut": 5}, {"nOut": "5"},
    ),
    "became nullable": (
        lambda s: on(Two).became_nullable(s, null_was=0), {"nIn": 5}, {"nIn": 5}, {"nOut": None}, {"nOut": 0},
    ),
    "became optional": (
        lambda s: on(Two).became_optional(s, missing_was=3), {"nIn": 5}, {"nIn": 5}, {"name": "a"},
        {"name": "a", "nOut": 3},
    ),
    "defaulted": (lambda s: on(Two).defaulted(s, was=9), {}, {"nIn": 9}, {"nOut": 5}, {"nOut": 5}),
    "constrained": (
        lambda s: on(Two).constrained(
            s, was=SMALL | None, to_old=lambda v: v if v is None else min(v, 3)
        ),
        {"nIn": 2}, {"nIn": 2}, {"nOut": 5}, {"nOut": 3},
    ),
    "moved": (
        lambda s: on(Two).moved("meta.n", to=s), {"meta": {"n": 5}}, {"nIn": 5}, {"nOut": 5}, {"meta": {"n": 5}},
    ),
    "a sibling": (
        lambda s: on(Two).removed("copy", was=int | None, backfill=sibling(s), loses="it is a copy"),
        {"copy": 1, "nIn": 5}, {"nIn": 5}, {"nOut": 5}, {"nOut": 5, "copy": 5},
    ),
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", FACTS)
def test_a_fact_that_names_any_spelling_holds_in_requests_and_in_responses(name: str, spelling: str) -> None:
    fact, sent, received, returned, read = FACTS[name]
    assert both(Two, fact(spelling), sent=sent, returned=returned) == (received, read)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_old_document_has_neither_spelling_of_an_added_field(spelling: str) -> None:
    schemas = gates_of(Two, on(Two).added(spelling)).contract(OLD)["components"]["schemas"]
    assert {key for schema in schemas.values() for key in schema["properties"]} == {"name"}


class Listed(BaseModel):
    tags: list[int] = Field(default=[0], validation_alias="tagsIn", serialization_alias="tagsOut")
    needed: int = Field(validation_alias="neededIn", serialization_alias="neededOut")


@pytest.mark.parametrize("spelling", ["tags", "tagsIn", "tagsOut"])
def test_a_list_is_made_of_one_value_under_any_spelling(spelling: str) -> None:
    sent, returned = {"tagsIn": 5, "neededIn": 1}, {"tagsOut": [5, 6], "neededOut": 1}
    found = both(Listed, on(Listed).became_list(spelling), sent=sent, returned=returned)
    assert found == ({"tagsIn": [5], "neededIn": 1}, {"tagsOut": 5, "neededOut": 1})


@pytest.mark.parametrize("spelling", ["needed", "neededIn", "neededOut"])
def test_a_required_field_is_filled_in_under_the_key_that_head_reads(spelling: str) -> None:
    gates = gates_of(Listed, on(Listed).became_required(spelling, default=4))
    assert gates.upgrade(Listed, {}, from_version=OLD) == {"neededIn": 4}


@pytest.mark.parametrize("spelling", ["tags.*", "tagsIn.*", "tagsOut.*"])
def test_a_path_to_each_item_may_begin_with_any_spelling(spelling: str) -> None:
    fact = on(Listed).retyped(spelling, was=str, to_head=int, to_old=str)
    sent, returned = {"tagsIn": ["5"], "neededIn": 1}, {"tagsOut": [5], "neededOut": 1}
    found = both(Listed, fact, sent=sent, returned=returned)
    assert found == ({"tagsIn": [5], "neededIn": 1}, {"tagsOut": ["5"], "neededOut": 1})


class Leaf(BaseModel):
    n: int = Field(default=1, validation_alias="nIn", serialization_alias="nOut")


class Root(BaseModel):
    leaf: Leaf = Field(default=Leaf(), validation_alias="leafIn", serialization_alias="leafOut")


@pytest.mark.parametrize("path", ["leaf.n", "leafIn.nIn", "leafOut.nOut", "leafIn.nOut", "leaf.nIn"])
def test_each_segment_of_a_path_may_have_any_spelling(path: str) -> None:
    sent, returned = {"leafIn": {"nIn": 2}}, {"leafOut": {"nOut": 2}}
    assert both(Root, on(Root).added(path), sent=sent, returned=returned) == ({"leafIn": {}}, {"leafOut": {}})


class Choices(BaseModel):
    n: int = Field(default=1, validation_alias=AliasChoices("first", "second"), serialization_alias="out")


@pytest.mark.parametrize("spelling", ["n", "first", "second", "out"])
def test_each_of_several_choices_names_the_field(spelling: str) -> None:
    gates = gates_of(Choices, on(Choices).added(spelling))
    for key in ("first", "second"):
        assert gates.upgrade(Choices, {key: 5}, from_version=OLD) == {}
    assert gates.downgrade(Choices, {"out": 5}, to_version=OLD) == {}


class Generated(BaseModel):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel, serialization_alias=to_pascal))

    net_weight: int = 1


@pydantic_dataclass
class Data:
    net_weight: int = Field(default=1, validation_alias="netWeight", serialization_alias="NetWeight")


class Typed(TypedDict, total=False):
    net_weight: Annotated[int, Field(validation_alias="netWeight", serialization_alias="NetWeight")]


@pytest.mark.parametrize("spelling", ["net_weight", "netWeight", "NetWeight"])
@pytest.mark.parametrize("kind", [Generated, Data, Typed])
def test_generated_aliases_dataclasses_and_typed_dicts_have_spellings_too(kind: Any, spelling: str) -> None:
    found = both(kind, on(kind).renamed("w", to=spelling), sent={"w": 5}, returned={"NetWeight": 5})
    assert found == ({"netWeight": 5}, {"w": 5})


class Heir(Two):
    more: int = 0


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_subclass_inherits_the_spellings(spelling: str) -> None:
    sent, returned = {"nIn": 5, "more": 1}, {"nOut": 5, "more": 1}
    assert both(Heir, on(Two).added(spelling), sent=sent, returned=returned) == ({"more": 1}, {"more": 1})


class Counted(BaseModel):
    n: int = 1

    @computed_field(alias="nTotal")
    def total(self) -> int:
        return self.n


@pytest.mark.parametrize("spelling", ["total", "nTotal"])
def test_a_field_of_responses_alone_is_no_fault_of_requests(spelling: str) -> None:
    found = both(Counted, on(Counted).added(spelling), sent={"n": 2}, returned={"n": 2, "nTotal": 2})
    assert found == ({"n": 2}, {"n": 2})


class Asked(BaseModel):
    size: int = Field(default=10, validation_alias="pageSize", serialization_alias="page_size")


@pytest.mark.parametrize("spelling", ["size", "pageSize", "page_size"])
def test_a_query_model_is_named_by_any_spelling(spelling: str) -> None:
    @operation(query=Asked, response=int)
    async def get(request: Request, *, query: Asked) -> object:
        return query.size

    app = Starlette(routes=[Route("/", get)])
    changed = gated(app, on(Asked).renamed("limit", to=spelling))
    assert exchange(changed, "GET", "/?limit=5").json() == 5
    assert exchange(changed, "GET", "/?pageSize=5").json() == 10


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("by_alias", "key"), [(True, "nOut"), (False, "n")])
def test_a_response_by_names_or_by_aliases_is_gated_by_any_spelling(by_alias: bool, key: str, spelling: str) -> None:
    app = FastAPI()

    async def get() -> Two:
        return Two.model_validate({"nIn": 5})

    app.add_api_route("/", get, response_model_by_alias=by_alias)
    assert exchange(app, "GET", "/").json() == {key: 5, "name": "a"}
    assert exchange(gated(app, on(Two).renamed("old", to=spelling)), "GET", "/").json() == {"old": 5, "name": "a"}


CONFIGS: dict[str, dict[str, Any]] = {
    "aliases": {},
    "populate by name": {"populate_by_name": True},
    "names beside aliases": {"validate_by_name": True},
    "names alone": {"validate_by_alias": False, "validate_by_name": True},
    "names alone, sent by alias": {"validate_by_alias": False, "validate_by_name": True, "serialize_by_alias": True},
}


class Aliased(BaseModel):
    count: int = Field(default=1, alias="theCount")
    secret: str = Field(default="unset", alias="theSecret")


@dataclass
class Case:
    """A model under one configuration, and the keys by which head reads it: they depend on the release of pydantic."""

    kind: Any
    count: tuple[str, ...]
    secret: tuple[str, ...]


def case_of(name: str) -> Case:
    config: Any = CONFIGS[name]
    kind: Any = type("Configured", (Aliased,), {"__module__": __name__, "model_config": config})

    def reads(key: str, value: object) -> bool:
        return value in kind.model_validate({key: value}).model_dump(by_alias=False).values()

    return Case(
        kind,
        tuple(key for key in ("theCount", "count") if reads(key, 7)),
        tuple(key for key in ("theSecret", "secret") if reads(key, "x")),
    )


@pytest.mark.parametrize("name", CONFIGS)
class TestConfiguredNames:
    def test_the_old_name_reaches_head_under_the_key_that_it_reads(self, name: str) -> None:
        case = case_of(name)
        posted = Posted(case.kind, on(case.kind).renamed("n", to="count"), on(case.kind).added("secret"))
        status, received = posted.send({"n": 7})
        assert (status, received.count, received.secret) == (200, 7, "unset")

    def test_no_key_that_head_reads_brings_what_the_client_does_not_have(self, name: str) -> None:
        case = case_of(name)
        posted = Posted(case.kind, on(case.kind).renamed("n", to="count"), on(case.kind).added("secret"))
        for key in (*case.count, *case.secret):
            status, received = posted.send({"n": 7, key: "8" if key in case.count else "evil"})
            assert (status, received.count, received.secret) == (200, 7, "unset")
            status, received = posted.send({key: "8" if key in case.count else "evil"})
            assert (status, received.count, received.secret) == (200, 1, "unset")

    def test_the_old_document_of_requests_and_responses_has_the_old_name_alone(self, name: str) -> None:
        kind = case_of(name).kind
        gates = gates_of(kind, on(kind).renamed("n", to="count"), on(kind).added("secret"))
        schemas = gates.contract(OLD)["components"]["schemas"]
        assert {key for schema in schemas.values() for key in schema["properties"]} == {"n"}

    def test_a_response_over_http_has_the_old_name_alone(self, name: str) -> None:
        case = case_of(name)
        app = FastAPI()

        async def get() -> Any:
            return case.kind.model_validate({case.count[0]: 7, case.secret[0]: "s"})

        app.add_api_route("/", get, response_model=case.kind)
        changed = gated(app, on(case.kind).renamed("n", to="count"), on(case.kind).added("secret"))
        assert exchange(changed, "GET", "/").json() == {"n": 7}
        assert set(exchange(changed, "GET", "/", version=NEW).json().values()) == {7, "s"}

    def test_the_newest_client_is_read_as_ever(self, name: str) -> None:
        case = case_of(name)
        posted = Posted(case.kind, on(case.kind).renamed("n", to="count"))
        for key in case.count:
            assert posted.send({key: 7}, version=NEW)[1] == TypeAdapter[Any](case.kind).validate_python({key: 7})


class Inner(BaseModel):
    sku: str


class Nameless(BaseModel):
    inner: Inner = Field(alias="")


def test_an_empty_alias_is_an_alias() -> None:
    sent, head = {"": {"article": "x"}}, {"": {"sku": "x"}}
    assert both(Nameless, on(Inner).renamed("article", to="sku"), sent=sent, returned=head) == (head, sent)


class Keeping(BaseModel):
    model_config = ConfigDict(extra="allow")

    count: int = Field(validation_alias=AliasChoices("count", "number"))
    name: str = ""


def test_a_spelling_that_is_not_read_stays_where_the_class_keeps_other_keys() -> None:
    gates = gates_of(Keeping, on(Keeping).retyped("count", was=str, to_head=int, to_old=str))
    sent = {"count": "2", "number": "3", "other": 1}
    got = gates.upgrade(Keeping, sent, from_version=OLD)
    assert Keeping.model_validate(got).model_dump() == {"count": 2, "name": "", "number": "3", "other": 1}
    assert gates.upgrade(Keeping, {"number": "3"}, from_version=OLD) == {"count": 3}


def test_it_goes_where_head_would_read_it_as_another_field() -> None:
    class Both(BaseModel):
        model_config = ConfigDict(extra="allow")

        count: int = Field(default=0, validation_alias=AliasChoices("count", "number"))
        number: int = Field(default=0, validation_alias=AliasChoices("size", "number"))

    gates = gates_of(Both, on(Both).added("size"), on(Both).retyped("count", was=str, to_head=int, to_old=str))
    assert gates.upgrade(Both, {"count": "2", "number": "3"}, from_version=OLD) == {"count": 2}
