"""Faults of facts together, of endpoints and of whole timelines, reported all at once; and facts that compile."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import AliasPath, BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from tests.cells.refused import (
    BOTH,
    NEW,
    OLD,
    RECEIVED,
    SENT,
    Colour,
    Dog,
    ExpectedFault,
    Item,
    Spot,
    Unreached,
    change_of,
    faults_of,
)
from tests.sentences import shows
from timegate import (
    CompileError,
    Contract,
    Fault,
    Internal,
    Timeline,
    Version,
    VersionChange,
    endpoint,
    enum,
    on,
    sibling,
)
from timegate.changes.base import Fact
from timegate.starlette import operation


class Query(BaseModel):
    needed: str
    limit: int = 10


@operation(request=Item, response=Item, query=Query)
async def put(request: Request, *, body: Item, query: Query) -> Item:
    return body


@operation(response=Item)
async def get(request: Request) -> Item:
    return Item(name="a")


APP = Contract.of(
    Starlette(
        routes=[
            Route("/items/{key}", put, methods=["PUT"]),
            Route("/items/{key}", get),
            Route("/previous", get),
        ]
    )
)
KNOWN = "name one of /items/{key}, /previous"
MISSED = 'loses="why nobody misses it"'

ENDPOINTS = {
    "an unknown path": ExpectedFault(
        (endpoint("/nothing").added(),), "any method /nothing", "there is no such endpoint right after this fact", KNOWN
    ),
    "an unknown method": ExpectedFault(
        (endpoint("/items/{key}", "GET", "PATCH").added(),), "PATCH /items/{key}",
        "there is no such endpoint right after this fact",
        "it has PUT, GET: endpoint('/items/{key}', 'PUT', 'GET').added()",
    ),
    "an old path where the new one is meant": ExpectedFault(
        (endpoint("/old").moved(to="/previous"), endpoint("/old").status(201, was=200)), "any method /old",
        "there is no such endpoint right after this fact", KNOWN,
    ),
    "a removed endpoint that the app does not route": ExpectedFault(
        (endpoint("/gone", "GET").removed(),), "GET /gone",
        "the app does not route it, so nothing can serve older clients", "keep its route at head",
    ),
    "an endpoint removed twice": ExpectedFault(
        (endpoint("/previous", "GET").removed(), endpoint("/previous", "GET").removed()), "GET /previous",
        "the newer version has this endpoint too", "take endpoint('/previous', 'GET').removed() out",
    ),
    "moved to where it is": ExpectedFault(
        (endpoint("/items/{id}", "GET").moved(to="/items/{key}"),), "/items/{id}",
        "the path is the same right after this fact",
        "take endpoint('/items/{id}', 'GET').moved(to='/items/{key}') out",
    ),
    "moved without a parameter that the new path needs": ExpectedFault(
        (endpoint("/item", "GET").moved(to="/items/{key}"),), "GET /item",
        "{key} is no parameter of the old path", "write the parameters of /item in to= too, by their names",
    ),
    "moved into a query parameter that is none": ExpectedFault(
        (endpoint("/all/{a}/{b}", "PUT").moved(to="/items/{a}?page={b}"),), "/items/{a}?page={b}",
        "'page' is no query parameter of the endpoint",
        "write page={…} with a parameter of the old path, for a query parameter that the endpoint has",
    ),
    "a status that it does not declare": ExpectedFault(
        (endpoint("/items/{key}", "GET").status(202, was=200),), "GET /items/{key}",
        "it declares no status 202 right after this fact",
        "from old to new it is endpoint('/items/{key}', 'GET').status(200, was=202)",
    ),
    "the same status": ExpectedFault(
        (endpoint("/items/{key}", "GET").status(200, was=200),), "/items/{key}", "the status is the same",
        "take endpoint('/items/{key}', 'GET').status(200, was=200) out",
    ),
    "an unknown query parameter": ExpectedFault(
        (endpoint("/items/{key}", "PUT").query("page").added(),), "PUT /items/{key} query page",
        "there is no such parameter right after this fact", "name one of limit, needed",
    ),
    "a query parameter of an endpoint that has none": ExpectedFault(
        (endpoint("/previous", "GET").query("page").renamed(to="limit"),), "GET /previous query limit",
        "there is no such parameter right after this fact",
        "take endpoint('/previous', 'GET').query('page').renamed(to='limit') out",
    ),
    "an unknown header": ExpectedFault(
        (endpoint("/previous", "GET").header("X-Page").added(),), "GET /previous header x-page",
        "there is no such parameter right after this fact",
        "take endpoint('/previous', 'GET').header('x-page').added() out",
    ),
    "a query parameter that head requires": ExpectedFault(
        (endpoint("/items/{key}", "PUT").query("needed").added(),), "PUT /items/{key} query.needed",
        "head requires this field and old clients do not send it",
        "endpoint('/items/{key}', 'PUT').query('needed').added(default=…), or give the field a default in the model",
    ),
    "a query parameter that is still there": ExpectedFault(
        (endpoint("/items/{key}", "PUT").query("limit").removed(loses="unread"),), "PUT /items/{key} query limit",
        "the newer version has this parameter too",
        "take endpoint('/items/{key}', 'PUT').query('limit').removed(loses='unread') out",
    ),
    "a query parameter that is lost": ExpectedFault(
        (endpoint("/items/{key}", "PUT").query("gone").removed(),), "/items/{key} query gone",
        "what old clients send here is lost",
        f"endpoint('/items/{{key}}', 'PUT').query('gone').removed({MISSED})",
    ),
    "the same default of a query parameter": ExpectedFault(
        (endpoint("/items/{key}", "PUT").query("limit").defaulted(was=10),), "PUT /items/{key} query.limit",
        "the default is the same right after this fact",
        "take endpoint('/items/{key}', 'PUT').query('limit').defaulted(was=10) out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("refused", ENDPOINTS.values(), ids=ENDPOINTS)
def test_a_fault_of_an_endpoint_is_reported_with_its_place_and_remedy(refused: ExpectedFault) -> None:
    change = change_of("ChangeEndpoints", *refused.facts)
    assert faults_of(APP, change) == (Fault(NEW, "ChangeEndpoints", refused.place, refused.problem, refused.remedy),)


ITEM = on(Item)


def size_of(item: Any) -> Any:
    return item["size"]


def upper(value: str) -> str:
    return value.upper()


class TestFactsOfDifferentChanges:
    """A reader does not rely on the order of changes in a file, so facts of different changes must commute."""

    @pytest.mark.parametrize(
        ("older", "newer", "place"),
        [
            (ITEM.retyped("title", to_head=upper), ITEM.renamed("title", to="name"), "Item.title"),
            (ITEM.retyped("name", to_head=upper), ITEM.retyped("name", to_old=upper), "Item.name"),
            (
                ITEM.retyped("name", to_head=upper),
                ITEM.removed("gone", was=str, backfill=sibling("name"), loses="unread"),
                "Item.name",
            ),
            (ITEM.retyped("name", to_head=upper), ITEM.became_nullable("note", null_was=sibling("name")), "Item.name"),
            (ITEM.added("note"), ITEM.removed("gone", was=int, backfill=size_of, loses="unread"), "Item.*"),
            (ITEM.removed("gone", was=int, backfill=size_of, loses="unread"), ITEM.added("note"), "Item.*"),
            (ITEM.added("x"), ITEM.reshaped(was=Unreached, to_head=dict, to_old=dict), "Item.*"),
            (enum(Colour).grew("green", seen_as="blue"), enum(Colour).renamed("green", to="red"), "Colour.green"),
        ],
    )  # fmt: skip
    def test_that_touch_one_place_are_refused(self, older: Fact, newer: Fact, place: str) -> None:
        faults = faults_of(BOTH, change_of("Older", older), change_of("Newer", newer))
        assert faults == (
            Fault(
                NEW,
                "Newer",
                place,
                f"{newer} and Older's {older} touch the same place and do not commute",
                "put both into one change, in order",
            ),
        )

    @pytest.mark.parametrize(
        ("older", "newer"),
        [
            (ITEM.added("size"), ITEM.renamed("title", to="name")),
            (ITEM.retyped("name", to_head=upper), on(Spot).renamed("ex", to="x")),
            (
                ITEM.removed("gone", was=str, backfill=sibling("name"), loses="unread"),
                ITEM.removed("lost", was=str, backfill=sibling("name"), loses="unread"),
            ),
            (
                ITEM.removed("gone", was=int, backfill=size_of, loses="unread"),
                on(Spot).removed("gone", was=int, backfill=1, loses="unread"),
            ),
        ],
    )
    def test_that_touch_different_places_compile_in_either_order(self, older: Fact, newer: Fact) -> None:
        changes = change_of("Older", older), change_of("Newer", newer)
        one = Timeline(Version(NEW, *changes), Version(OLD)).compile(BOTH)
        other = Timeline(Version(NEW, *reversed(changes)), Version(OLD)).compile(BOTH)
        head = {"name": "a", "size": 3, "spot": {"x": 1}}
        assert one.downgrade(Item, head, to_version=OLD) == other.downgrade(Item, head, to_version=OLD) != head

    def test_that_touch_one_place_compile_in_one_change_and_in_two_versions(self) -> None:
        older, newer = ITEM.retyped("title", to_head=upper), ITEM.renamed("title", to="name")
        together = Timeline(Version(NEW, change_of("Both", older, newer)), Version(OLD)).compile(BOTH)
        apart = Timeline(
            Version("2026-01-01", change_of("Newer", newer)), Version(NEW, change_of("Older", older)), Version(OLD)
        ).compile(BOTH)
        for gates in (together, apart):
            assert gates.upgrade(Item, {"title": "a"}, from_version=OLD) == {"name": "A"}


class Hidden(BaseModel):
    name: str
    secret: Annotated[str, Internal()]


class Grouped(BaseModel):
    model_config = ConfigDict(extra="forbid")

    spot: Spot = Field(default_factory=Spot)


class TestAllFaultsAreReportedAtOnce:
    @shows(
        "At start-up, in one error with every fault:",
        "One error lists all faults.",
    )
    def test_the_faults_of_every_change_and_of_every_version_come_together(self) -> None:
        newest = change_of("Newest", on(Unreached).added("x"), ITEM.added("name"))
        middle = change_of("Middle", ITEM.removed("gone", was=int), endpoint("/nothing").added())
        timeline = Timeline(Version("2026-01-01", newest), Version(NEW, middle), Version(OLD))
        with pytest.raises(CompileError) as refused:
            timeline.compile(APP)
        assert {(fault.version, fault.change, fault.place) for fault in refused.value.faults} == {
            ("2026-01-01", "Newest", "Unreached"),
            ("2026-01-01", "Newest", "Item.name"),
            (NEW, "Middle", "Item.gone"),
            (NEW, "Middle", "any method /nothing"),
        }
        text = str(refused.value)
        assert text.startswith("5 faults in the declared changes:\n- ")
        assert all(str(fault) in text for fault in refused.value.faults)

    def test_a_fault_of_many_versions_is_reported_once(self) -> None:
        newest = change_of("Newest", ITEM.added("name"))
        timeline = Timeline(Version("2026-01-01", newest), Version(NEW), Version("2025-05-01"), Version(OLD))
        with pytest.raises(CompileError) as refused:
            timeline.compile(BOTH)
        assert [fault.place for fault in refused.value.faults] == ["Item.name"]


@dataclass(frozen=True)
class Accepted:
    """A fact that compiles, and the contract that it compiles with."""

    fact: Fact
    contract: Contract


ACCEPTED = {
    "a loss of what no client sends": Accepted(ITEM.removed("gone", was=int, backfill=1), SENT),
    "an old field in requests alone": Accepted(ITEM.removed("gone", was=int, loses="unread"), RECEIVED),
    "an old field that nobody requires": Accepted(ITEM.removed("gone", was=int, required=False, loses="u"), BOTH),
    "a required field in responses alone": Accepted(ITEM.added("name"), SENT),
    "new members in requests alone": Accepted(enum(Colour).grew("blue"), RECEIVED),
    "a new arm in requests alone": Accepted(on(Dog).introduced(), RECEIVED),
    "a lost member in responses alone": Accepted(enum(Colour).shrank("green", read_as="red"), SENT),
    "null in requests alone": Accepted(ITEM.became_nullable("note"), RECEIVED),
    "a narrower old type in requests": Accepted(ITEM.retyped("note", was=str), RECEIVED),
    "a wider old type in responses": Accepted(ITEM.retyped("name", was=str | int), SENT),
    "narrower limits in requests": Accepted(ITEM.constrained("size", was=Annotated[int, Field(le=5)]), RECEIVED),
    "narrower limits that are tolerated": Accepted(
        ITEM.constrained("size", was=Annotated[int, Field(le=5)], tolerated="they only print it"), BOTH
    ),
    "a path through what nothing else holds": Accepted(on(Grouped).added("spot.x"), Contract.of_types(Grouped)),
}


@pytest.mark.parametrize("accepted", ACCEPTED.values(), ids=ACCEPTED)
def test_a_fact_compiles_where_its_contract_allows_it(accepted: Accepted) -> None:
    gates = Timeline(Version(NEW, change_of("ChangeThings", accepted.fact)), Version(OLD)).compile(accepted.contract)
    old, newest = (gates.contract(version)["components"] for version in (OLD, NEW))
    assert old != newest


def test_a_flag_without_facts_compiles() -> None:
    class Flag(VersionChange):
        """Old clients are treated more gently."""

    assert Timeline(Version(NEW, Flag), Version(OLD)).compile(BOTH).downgrade(Item, {"name": "a"}, to_version=OLD) == {
        "name": "a"
    }


class Spelled(BaseModel):
    secret: Annotated[int, Internal()] = Field(default=0, validation_alias=AliasPath("deep", "secret"))


def test_an_internal_field_that_head_requires_is_refused_because_no_client_can_send_it() -> None:
    assert faults_of(Contract.of_types(receives=[Hidden])) == (
        Fault(
            NEW,
            "",
            "Hidden.secret",
            "head requires this field and no client knows it, because it is internal",
            "give the field a default in the model",
        ),
    )
    assert Timeline(Version(NEW), Version(OLD)).compile(Contract.of_types(sends=[Hidden])).downgrade(
        Hidden, {"name": "a", "secret": "s"}, to_version=NEW
    ) == {"name": "a"}


def test_an_internal_field_with_an_alias_path_is_refused_because_nothing_keeps_clients_out() -> None:
    (fault,) = faults_of(Contract.of_types(receives=[list[Spelled]]))
    assert (fault.version, fault.place) == (NEW, "Spelled.secret")
    assert (
        fault.remedy
        == "give the field a plain validation_alias, or AliasChoices of plain names, that no other field has"
    )
