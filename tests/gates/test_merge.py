"""What an old client cannot know survives when it reads and writes back: three-way merges, and where one is needed."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, computed_field

from timegate import (
    Contract,
    DeclarationError,
    DowngradeError,
    Gates,
    Internal,
    Timeline,
    UpgradeError,
    Version,
    VersionChange,
    enum,
    on,
)
from timegate.changes.base import Fact

NEW, OLD = "2025-06-01", "2025-01-01"


class State(Enum):
    running = "running"
    done = "done"
    waiting = "waiting"


class Timer(BaseModel):
    kind: Literal["timer"] = "timer"
    seconds: int


class Cron(BaseModel):
    kind: Literal["cron"] = "cron"
    line: str


class Line(BaseModel):
    id: int
    text: str
    colour: str | None = None


class Job(BaseModel):
    id: int
    name: str
    owner: str | None = None
    state: State = State.running
    emails: list[str] = []
    trigger: Annotated[Timer | Cron, Field(discriminator="kind")] = Timer(seconds=1)
    lines: list[Line] = []
    named: dict[str, Line] = {}
    secret: Annotated[str | None, Internal()] = None


FACTS: tuple[Fact, ...] = (
    on(Job).renamed("title", to="name"),
    on(Job).added("owner"),
    on(Line).added("colour"),
    on(Job).became_list("emails", was=str, empty=""),
    enum(State).grew("waiting", seen_as="running"),
    on(Cron).introduced(seen_as={"kind": "timer", "seconds": 60}),
)

CURRENT: dict[str, Any] = {
    "id": 1,
    "name": "backup",
    "owner": "ada",
    "state": "waiting",
    "emails": ["a@example.org", "b@example.org"],
    "trigger": {"kind": "cron", "line": "* * * * *"},
    "lines": [{"id": 1, "text": "one", "colour": "red"}, {"id": 2, "text": "two", "colour": "blue"}],
    "named": {"first": {"id": 3, "text": "three", "colour": "green"}},
    "secret": "s",
}


def gates_of(*facts: Fact, types: tuple[Any, ...] = (Job,), **payloads: Any) -> Gates:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD)).compile(Contract.of_types(*types, **payloads))


GATES = gates_of(*FACTS)


def merged(version: str = OLD, *, by: dict[str, str] | None = None, **changes: Any) -> Any:
    """Read as an old client does, change some keys (None takes one out), and write back."""
    read = GATES.downgrade(Job, CURRENT, to_version=version)
    sent = {key: value for key, value in {**read, **changes}.items() if value is not None}
    return GATES.upgrade(Job, sent, from_version=version, onto=CURRENT, by=by or {})


@pytest.mark.parametrize("version", [OLD, NEW])
def test_an_unchanged_read_gives_the_current_state_exactly(version: str) -> None:
    assert merged(version) == CURRENT
    assert list(merged(version)) == list(CURRENT)


def test_what_the_client_changes_wins_and_all_else_stays() -> None:
    assert merged(title="copy") == {**CURRENT, "name": "copy"}
    assert merged(state="done") == {**CURRENT, "state": "done"}
    assert merged(emails="c@example.org") == {**CURRENT, "emails": ["c@example.org"]}


def test_a_key_that_the_version_has_and_the_client_leaves_out_is_removed() -> None:
    without = {key: value for key, value in CURRENT.items() if key != "lines"}
    assert merged(lines=None) == without


def test_an_arm_that_the_client_could_not_read_is_replaced_as_a_whole() -> None:
    timer = {"kind": "timer", "seconds": 30}
    assert merged(trigger=timer) == {**CURRENT, "trigger": timer}


def test_an_object_of_the_same_arm_is_merged_key_by_key() -> None:
    read = GATES.downgrade(Job, CURRENT, to_version=OLD)
    read["named"]["first"]["text"] = "3"
    read["named"]["second"] = {"id": 4, "text": "four"}
    named = {"first": {"id": 3, "text": "3", "colour": "green"}, "second": {"id": 4, "text": "four"}}
    assert GATES.upgrade(Job, read, from_version=OLD, onto=CURRENT) == {**CURRENT, "named": named}


CHANGED_LINES: list[Any] = [{"id": 2, "text": "two"}, {"id": 3, "text": "three"}, {"id": 1, "text": "changed"}]


def test_a_list_without_a_key_is_replaced_as_a_whole() -> None:
    assert merged(lines=CHANGED_LINES)["lines"] == CHANGED_LINES


def test_the_items_of_a_list_with_a_key_are_merged_one_by_one() -> None:
    lines = [
        {"id": 2, "text": "two", "colour": "blue"},
        {"id": 3, "text": "three"},
        {"id": 1, "text": "changed", "colour": "red"},
    ]
    assert merged(lines=CHANGED_LINES, by={"lines": "id"}) == {**CURRENT, "lines": lines}
    assert merged(lines=[], by={"lines": "id"})["lines"] == []


class Store(BaseModel):
    jobs: list[Job] = []


def test_the_path_of_a_list_goes_through_lists_dicts_and_the_root() -> None:
    gates = gates_of(*FACTS, types=(Job, Store, list[Line]))
    state = {"jobs": [CURRENT]}
    read = gates.downgrade(Store, state, to_version=OLD)
    read["jobs"][0]["lines"][0]["text"] = "1"
    by = {"jobs": "id", "jobs.*.lines": "id"}
    line = {"id": 1, "text": "1", "colour": "red"}
    expected = {"jobs": [{**CURRENT, "lines": [line, CURRENT["lines"][1]]}]}
    assert gates.upgrade(Store, read, from_version=OLD, onto=state, by=by) == expected
    lines = CURRENT["lines"]
    sent = [{"id": 2, "text": "2"}]
    result = gates.upgrade(list[Line], sent, from_version=OLD, onto=lines, by={"": "id"})
    assert result == [{"id": 2, "text": "2", "colour": "blue"}]


@pytest.mark.parametrize(
    ("by", "problem"),
    [
        ({"linse": "id"}, r"by={'linse': 'id'}: no list is there"),
        ({"lines.*": "id"}, r"by={'lines\.\*': 'id'}: no list is there"),
        ({"lines": "number"}, r"by={'lines': 'number'}: the items of this list have no 'number', but colour, id, text"),
    ],
    ids=["another name", "below the items", "another key"],
)
def test_a_list_or_a_key_that_is_not_there_is_refused(by: dict[str, str], problem: str) -> None:
    """It would be replaced as a whole, and nobody would know why."""
    with pytest.raises(DeclarationError, match=problem):
        merged(lines=CHANGED_LINES, by=by)


class Read(BaseModel):
    id: int
    full_name: str = Field(serialization_alias="fullName")
    tier: str | None = None

    @computed_field
    def initial(self) -> str:
        return self.full_name[:1]


class Write(BaseModel):
    model_config = ConfigDict(extra="forbid")

    full_name: str = Field(validation_alias="name")
    tier: str | None = None


def test_the_type_that_was_read_may_be_another_one_under_other_names() -> None:
    class Both(BaseModel):
        full_name: str = Field(validation_alias="name", serialization_alias="fullName")
        tier: str | None = None

    gates = gates_of(on(Read, Write, Both).added("tier"), types=(), sends=[Read, Both], receives=[Write, Both])
    state = Read(id=7, full_name="Ada", tier="gold")
    sent = {"name": "Grace"}
    with pytest.raises(DeclarationError, match="nothing that leaves the server is a Write: read=T says"):
        gates.upgrade(Write, sent, from_version=OLD, onto={"id": 7})
    both = Both.model_validate({"name": "Ada", "tier": "gold"})
    assert gates.upgrade(Both, sent, from_version=OLD, onto=both) == {"name": "Grace", "tier": "gold"}
    # `fullName` of the one type is nothing of the other, so the merge has only the common field.
    assert gates.upgrade(Write, sent, from_version=OLD, onto=state) == {"tier": "gold", "name": "Grace"}


def test_the_merge_refuses_what_the_client_may_not_send() -> None:
    with pytest.raises(UpgradeError, match="no such member"):
        merged(state="waiting")


def test_a_state_that_cannot_be_sent_back_is_the_fault_of_the_server() -> None:
    class Sized(BaseModel):
        size: int

    def refuse(value: str) -> int:
        raise ValueError(value)

    gates = gates_of(on(Sized).retyped("size", was=str, to_head=refuse, to_old=str), types=(Sized,))
    with pytest.raises(UpgradeError):
        gates.upgrade(Sized, {"size": "1"}, from_version=OLD, onto={"size": 1})
    gates = gates_of(
        on(Sized).retyped("size", was=str, to_head=lambda text: int(text) or refuse(text), to_old=str), types=(Sized,)
    )
    with pytest.raises(DowngradeError, match="what the client has read could not be sent back"):
        gates.upgrade(Sized, {"size": "1"}, from_version=OLD, onto={"size": 0})


def test_true_is_no_unchanged_one() -> None:
    class Flag(BaseModel):
        value: int | bool
        other: str = ""

    gates = gates_of(on(Flag).added("other"), types=(Flag,))
    result = gates.upgrade(Flag, {"value": True}, from_version=OLD, onto={"value": 1, "other": "x"})
    assert result["value"] is True


def texts(gates: Gates) -> Iterator[str]:
    return (str(hazard) for hazard in gates.hazards)


def test_hazards_name_the_operation_the_model_and_the_change() -> None:
    app = FastAPI()

    @app.get("/jobs/{key}")
    def read(key: int) -> Job:
        raise NotImplementedError

    @app.put("/jobs/{key}")
    def write(key: int, job: Job) -> Job:
        raise NotImplementedError

    @app.patch("/lines/{key}")
    def patch(key: int, job: Job) -> None:
        raise NotImplementedError

    @app.post("/jobs")
    def create(job: Job) -> None:
        raise NotImplementedError

    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": FACTS})
    gates = Timeline(Version(NEW, change), Version(OLD)).compile(Contract.of(app))
    clients = f"clients older than {NEW}"
    told = [
        f"PUT /jobs/{{key}}: {clients} {what} (Change: {fact})"
        for what, fact in (
            ("write back what they read in place of Cron", FACTS[5]),
            ("erase Job.owner", FACTS[1]),
            ("write back what they read in place of Job.emails", FACTS[3]),
            ("erase Line.colour", FACTS[2]),
            ("write back what they read in place of State", FACTS[4]),
        )
    ]
    assert sorted(text for text in texts(gates) if text.startswith("PUT")) == sorted(told)
    patched = [text.removeprefix("PATCH /lines/{key}") for text in texts(gates) if text.startswith("PATCH")]
    assert patched == [text.removeprefix("PUT /jobs/{key}") for text in told if "erase" not in text]
    assert not [text for text in texts(gates) if text.startswith(("GET", "POST"))]
    first = gates.hazards[0]
    assert (first.version, first.change, first.operation, first.kind) == (
        NEW,
        "Change",
        "PUT /jobs/{key}",
        "written back",
    )


class Order(BaseModel):
    state: State


def test_a_value_that_no_client_reads_is_not_written_back() -> None:
    app = FastAPI()

    @app.put("/order")
    def write(order: Order) -> None:
        raise NotImplementedError

    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": (FACTS[4],)})
    assert Timeline(Version(NEW, change), Version(OLD)).compile(Contract.of(app)).hazards == ()
