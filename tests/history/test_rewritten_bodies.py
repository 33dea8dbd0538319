"""A body of one endpoint that functions rewrite as a whole: judged before, checked after, shown in documents."""

from __future__ import annotations

import logging
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI, Form, HTTPException
from pydantic import BaseModel
from starlette.testclient import TestClient

from tests.cells.refused import change_of
from tests.sentences import shows
from timegate import CompileError, Contract, DeclarationError, Timeline, Version, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact
from timegate.testing import broken_laws

NEW, OLD = "2025-06-01", "2025-01-01"


class Hero(BaseModel):
    name: str
    rank: int = 1


class Batch(BaseModel):
    items: list[Hero]
    dry: bool


class Missing(BaseModel):
    reason: str


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/heroes")
    def heroes() -> list[Hero]:
        return [Hero(name="Ada", rank=2), Hero(name="Bo")]

    @made.post("/heroes")
    def create(batch: Batch) -> Batch:
        return batch

    @made.get("/heroes/{name}", responses={404: {"model": Missing}})
    def hero(name: str) -> Hero:
        if name == "nobody":
            raise HTTPException(404, name)
        return Hero(name=name)

    @made.get("/others")
    def others() -> list[Hero]:
        return [Hero(name="Ada", rank=2)]

    @made.post("/forms")
    def form(name: str = Form()) -> str:
        return name

    return made


def by_name(heroes: list[dict[str, Any]]) -> dict[str, int]:
    return {hero["name"]: hero["rank"] for hero in heroes}


def listed(ranks: dict[str, int]) -> dict[str, Any]:
    return {"items": [{"name": name, "rank": rank} for name, rank in ranks.items()], "dry": False}


def of_batch(batch: dict[str, Any]) -> dict[str, int]:
    return by_name(batch["items"])


BY_NAME = endpoint("/heroes", "GET").rewritten(response=by_name, was=dict[str, int])
BOTH_WAYS = endpoint("/heroes", "POST").rewritten(request=listed, response=of_batch, was=dict[str, int])


def timeline_of(*facts: Fact) -> Timeline:
    return Timeline(Version(NEW, change_of("Changed", *facts)), Version(OLD))


def client_of(timeline: Timeline, version: str = OLD) -> TestClient:
    served = app()
    served.add_middleware(TimegateMiddleware, timeline=timeline)
    return TestClient(served, headers={"API-Version": version})


def problems(*facts: Fact) -> list[str]:
    with pytest.raises(CompileError) as refused:
        timeline_of(*facts).compile(Contract.of(app()))
    return [fault.problem for fault in refused.value.faults]


def test_old_clients_read_and_send_what_the_functions_make() -> None:
    with client_of(timeline_of(BY_NAME, BOTH_WAYS)) as client:
        assert client.get("/heroes").json() == {"Ada": 2, "Bo": 1}
        assert client.post("/heroes", json={"Cy": 3}).json() == {"Cy": 3}
    with client_of(timeline_of(BY_NAME, BOTH_WAYS), NEW) as client:
        assert client.get("/heroes").json() == [{"name": "Ada", "rank": 2}, {"name": "Bo", "rank": 1}]


def test_other_endpoints_of_the_same_model_stay_as_they_are() -> None:
    with client_of(timeline_of(BY_NAME)) as client:
        assert client.get("/others").json() == [{"name": "Ada", "rank": 2}]


def test_functions_see_the_body_as_it_is_at_their_place_among_older_and_newer_changes() -> None:
    def short(heroes: list[dict[str, Any]]) -> list[str]:
        return [f"{hero['title']} {hero['level']}" for hero in heroes]

    def long(names: list[str]) -> list[str]:
        return [name.upper() for name in names]

    timeline = Timeline(
        Version(
            "2025-07-01", change_of("Newer", on(Hero).renamed("title", to="name"), on(Hero).renamed("level", to="rank"))
        ),
        Version(NEW, change_of("Rewritten", endpoint("/heroes", "GET").rewritten(response=short, was=list[str]))),
        Version("2025-05-01", change_of("Older", endpoint("/heroes", "GET").rewritten(response=long))),
        Version(OLD),
    )
    for version, expected in ((OLD, ["ADA 2", "BO 1"]), ("2025-05-01", ["Ada 2", "Bo 1"])):
        with client_of(timeline, version) as client:
            assert client.get("/heroes").json() == expected
    with client_of(timeline, NEW) as client:
        assert client.get("/heroes").json() == [{"title": "Ada", "level": 2}, {"title": "Bo", "level": 1}]


def test_an_envelope_and_a_rewriting_of_one_body_follow_each_other() -> None:
    def in_envelope(heroes: list[dict[str, Any]]) -> dict[str, Any]:
        return {"items": heroes[::-1]}

    class Items(BaseModel):
        items: list[Hero]

    wrapped = endpoint("/heroes", "GET").rewritten(response=in_envelope, was=Items)
    timeline = timeline_of(endpoint("/heroes", "GET").enveloped("items"), wrapped)
    with client_of(timeline) as client:
        assert client.get("/heroes").json() == [{"name": "Bo", "rank": 1}, {"name": "Ada", "rank": 2}]


def test_what_an_old_client_sends_is_judged_by_its_own_contract_before() -> None:
    with client_of(timeline_of(BOTH_WAYS)) as client:
        response = client.post("/heroes", json={"Cy": "much"})
        assert response.status_code == 422
        assert response.json()["detail"][0]["loc"] == ["body", "Cy"]
        assert client.post("/heroes", json=[]).status_code == 422
        assert client.post("/heroes", json={"items": [], "dry": True}).status_code == 422


def test_what_head_refuses_of_a_rewritten_body_is_told_of_the_body_as_a_whole() -> None:
    def without_rank(_: Any) -> dict[str, Any]:
        return {"items": [{"name": 5}], "dry": False}

    fact = endpoint("/heroes", "POST").rewritten(request=without_rank, was=dict[str, int], loses="it is a test")
    with client_of(timeline_of(fact)) as client:
        response = client.post("/heroes", json={"Cy": 1})
    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["body"]]


def test_a_value_error_of_the_function_is_the_clients_fault() -> None:
    def refusing(_: Any) -> Any:
        raise ValueError("not told")

    fact = endpoint("/heroes", "POST").rewritten(request=refusing, was=dict[str, int], loses="it is a test")
    with client_of(timeline_of(fact)) as client:
        response = client.post("/heroes", json={"Cy": 1})
    assert (response.status_code, "not told" in response.text) == (422, False)
    assert [error["loc"] for error in response.json()["detail"]] == [["body"]]


@pytest.mark.parametrize(
    ("given", "method"),
    [("wrong", "GET"), (None, "GET"), ("wrong", "POST")],
    ids=["a response of a wrong type", "a response that is null", "a request of a wrong type"],
)
def test_a_wrong_result_is_a_500_and_one_log_line_that_names_the_fact(
    given: Any, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    facts = {
        "GET": endpoint("/heroes", "GET").rewritten(response=lambda _: given, was=dict[str, int]),
        "POST": endpoint("/heroes", "POST").rewritten(request=lambda _: given, was=dict[str, int], loses="a test"),
    }
    with client_of(timeline_of(facts[method])) as client, caplog.at_level(logging.ERROR, logger="timegate"):
        response = client.request(method, "/heroes", json={"Cy": 1} if method == "POST" else None)
    assert response.status_code == 500
    (line,) = caplog.messages
    assert f"{NEW} Changed at the root" in line
    assert f"{method} /heroes" in line
    assert "wrong" not in line.partition("/heroes")[2]


def test_a_declared_error_can_be_rewritten_by_its_status() -> None:
    class Detail(BaseModel):
        detail: str

    served = app()

    @served.get("/known/{name}", responses={404: {"model": Detail}})
    def known(name: str) -> Hero:
        raise HTTPException(404, name)

    timeline = timeline_of(
        endpoint("/known/{name}").rewritten(response=lambda error: error["detail"], status=404, was=str)
    )
    served.add_middleware(TimegateMiddleware, timeline=timeline)
    with TestClient(served, headers={"API-Version": OLD}) as client:
        response = client.get("/known/ada")
        assert (response.status_code, response.json()) == (404, "ada")


def test_old_documents_show_the_old_type_and_the_newest_one_is_the_apps_own() -> None:
    gates = timeline_of(BY_NAME, BOTH_WAYS).compile(Contract.of(app()))
    paths = gates.contract(OLD)["paths"]["/heroes"]
    shown = {"type": "object", "additionalProperties": {"type": "integer"}}
    title = {"title": "Response Heroes Heroes Get"}
    assert paths["get"]["responses"]["200"]["content"]["application/json"]["schema"] == shown | title
    assert paths["post"]["requestBody"]["content"]["application/json"]["schema"] == shown
    assert gates.contract(NEW)["paths"] == app().openapi()["paths"]


def test_without_an_old_type_documents_stay_and_values_differ() -> None:
    def first(heroes: list[Any]) -> list[Any]:
        return heroes[:1]

    timeline = timeline_of(endpoint("/heroes", "GET").rewritten(response=first))
    with client_of(timeline) as client:
        assert client.get("/heroes").json() == [{"name": "Ada", "rank": 2}]
    assert timeline.compile(Contract.of(app())).contract(OLD)["paths"] == app().openapi()["paths"]


def test_without_http_the_body_of_the_operation_is_converted_too() -> None:
    gates = timeline_of(BY_NAME, BOTH_WAYS).compile(Contract.of(app()))
    assert gates.upgrade("POST /heroes", {"Cy": 3}, from_version=OLD) == listed({"Cy": 3})
    assert gates.downgrade("GET /heroes", [{"name": "Ada", "rank": 2}], to_version=OLD) == {"Ada": 2}


def test_functions_of_both_ways_are_proved_by_the_laws() -> None:
    def lossy(batch: dict[str, Any]) -> dict[str, int]:
        return dict.fromkeys(of_batch(batch), 7)

    assert not broken_laws(timeline_of(BOTH_WAYS).compile(Contract.of(app())))
    broken = endpoint("/heroes", "POST").rewritten(request=listed, response=lossy, was=dict[str, int])
    assert broken_laws(timeline_of(broken).compile(Contract.of(app())))


@shows(
    "`rewritten` needs a body that the contract describes and that is no form; of a request, `loses=` says "
    "what nobody misses, unless `response=` leads back.",
)
@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        (
            endpoint("/heroes", "POST").rewritten(request=listed, was=dict[str, int]),
            "no function back proves that nothing of what old clients send is lost",
        ),
        (
            endpoint("/heroes", "GET").rewritten(request=listed, loses="a test"),
            "its request has no body that the contract describes",
        ),
        (endpoint("/forms").rewritten(request=dict, loses="a test"), "the body of its request is a form"),
        (
            endpoint("/heroes/{name}").rewritten(response=by_name, status=410),
            "it declares no body of the status 410 right after this fact",
        ),
        (endpoint("/none").rewritten(response=by_name), "there is no such endpoint right after this fact"),
    ],
    ids=["a loss that nobody acknowledges", "no body", "a form", "no such status", "no such endpoint"],
)
def test_a_rewriting_that_data_cannot_follow_is_a_fault(fact: Fact, problem: str) -> None:
    assert problems(fact) == [problem]


def test_a_rewriting_without_functions_or_with_one_that_cannot_be_called_is_refused_where_it_is_written() -> None:
    def nothing() -> int:
        return 1

    wrong: Any = nothing
    with pytest.raises(DeclarationError, match="it rewrites nothing"):
        endpoint("/heroes").rewritten(was=int)
    with pytest.raises(DeclarationError, match="write a function of one value"):
        endpoint("/heroes").rewritten(response=wrong)


def anything() -> FastAPI:
    made = FastAPI()

    @made.post("/any")
    def take(body: Annotated[Any, Body()]) -> Any:
        return body

    return made


@pytest.mark.parametrize(("was", "old", "new"), [(int, 5, {"n": 5}), (dict[str, int], {"n": 5}, [5]), (str, "a", "A")])
def test_a_body_without_a_type_may_hold_any_value_before_and_after_it_is_rewritten(
    was: Any, old: Any, new: Any
) -> None:
    def to_head(body: Any) -> Any:
        return new if body == old else pytest.fail(f"it was asked for {body!r}")

    def to_old(body: Any) -> Any:
        return old if body == new else pytest.fail(f"it was asked for {body!r}")

    fact = endpoint("/any", "POST").rewritten(request=to_head, response=to_old, was=was)
    timeline = Timeline(Version(NEW, change_of("Changed", fact)), Version(OLD))
    made = anything()
    made.add_middleware(TimegateMiddleware, timeline=timeline)
    with TestClient(made) as client:
        assert client.post("/any", json=old, headers={"api-version": OLD}).json() == old
        assert client.post("/any", json=new, headers={"api-version": NEW}).json() == new
        assert client.post("/any", json=[None], headers={"api-version": OLD}).status_code == 422


class Sidekick(BaseModel):
    helps: str


class Pair(BaseModel):
    one: Hero | Missing


@shows("The older body holds no model that the same version retires.")
@pytest.mark.parametrize("was", [Sidekick, Sidekick | Hero, list[Sidekick]], ids=str)
def test_a_body_with_a_model_that_the_same_version_retires_is_refused_and_served_where_a_newer_one_does(
    was: Any,
) -> None:
    made, seen = FastAPI(), list[Any]()

    @made.post("/pairs")
    def create(pair: Pair) -> None:
        seen.append(pair.one)

    def request(old: Any) -> dict[str, Any]:
        return {"one": old[0] if isinstance(old, list) else old}

    rewritten = endpoint("/pairs").rewritten(request=request, was=was, loses="nothing")
    retired = on(Hero).retired(was=Sidekick, read_as=lambda old: {"name": old["helps"]}, loses="who helps")
    for facts in ((rewritten, retired), (retired, rewritten)):
        with pytest.raises(CompileError) as refused:
            timeline_of(*facts).compile(Contract.of(made))
        (fault,) = refused.value.faults
        assert fault.place == "POST /pairs"
        assert fault.problem == f"the function gets objects of Sidekick, which {retired} retires in the same version"
        assert fault.remedy == f"move {retired} to the next newer version: then the function may give such objects"
    newest, middle = change_of("Retired", retired), change_of("Rewritten", rewritten)
    timeline = Timeline(Version(NEW, newest), Version("2025-03-01", middle), Version(OLD))
    made.add_middleware(TimegateMiddleware, timeline=timeline)
    with TestClient(made, headers={"API-Version": OLD}) as client:
        sent = {"helps": "Ada"}
        assert client.post("/pairs", json=[sent] if was == list[Sidekick] else sent).is_success
    assert seen == [Hero(name="Ada")]
