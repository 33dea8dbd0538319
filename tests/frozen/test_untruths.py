"""What old clients are told that is not so: each fact that makes it so is a finding, and a client really reads it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from timegate import Contract, Gates, Timeline, Version, VersionChange, endpoint, enum, on, sibling
from timegate.changes.base import Fact
from timegate.frozen.acceptances import Acceptances, NotAccepted
from timegate.frozen.check import Check
from timegate.frozen.contract import VersionContracts
from timegate.frozen.difference import Severity
from timegate.frozen.finding import Finding, Level
from timegate.frozen.folder import Folder

OLD, NEW = "2025-01-01", "2025-06-01"


class State(Enum):
    running = "running"
    waiting = "waiting"


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"


class Bird(BaseModel):
    kind: Literal["bird"] = "bird"


class Inner(BaseModel):
    note: str


class Job(BaseModel):
    name: str
    state: State
    emails: list[str]
    owner: str | None
    size: int = 1
    grade: Literal["a", "b", "c"]
    pet: Annotated[Cat | Bird, Field(discriminator="kind")]
    inner: Inner | None = None


HEAD: dict[str, Any] = {
    "name": "n",
    "state": "waiting",
    "emails": ["a", "b"],
    "owner": None,
    "grade": "c",
    "pet": {"kind": "bird"},
}


class Unread(BaseModel):
    state: Literal["x", "y"]


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/job", responses={200: {"headers": {"X-Left": {"schema": {"type": "integer"}}}}})
    def read() -> Job:
        raise NotImplementedError

    @made.post("/unread")
    def write(some: Unread) -> None:
        raise NotImplementedError

    return made


def timeline(*facts: Fact, newest: str = NEW) -> Timeline:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(newest, change), Version(OLD))


def found(folder: Path, some: Timeline) -> list[Finding]:
    report = Check(some, Contract.of(app()), Folder(folder)).report()
    return [one for one in report.findings if one.rule == "told what is not so"]


TOLD: list[Any] = [
    (enum(State).grew("waiting", seen_as="running"), "State", '"running" for "waiting"', {"state": "running"}),
    (
        on(Bird).introduced(seen_as={"kind": "cat"}),
        "Bird",
        '{"kind": "cat"} for such an object',
        {"pet": {"kind": "cat"}},
    ),
    (on(Job).became_list("emails", was=str, empty="-"), "Job.emails", "the first item for all", {"emails": "a"}),
    (on(Job).became_nullable("owner", null_was="ada"), "Job.owner", '"ada" for null', {"owner": "ada"}),
    (on(Job).became_optional("size", missing_was=3), "Job.size", "3 for nothing", {"size": 3}),
    (on(Job).removed("rank", was=int, backfill=7), "Job.rank", "7 for what head no longer knows", {"rank": 7}),
    (
        on(Job).mapped("grade", {"1": "a", "2": "b"}, was=Literal["1", "2"], back={"c": "2"}),
        "Job.grade",
        '"2" for "b" and "c"',
        {"grade": "2"},
    ),
    (on(Job).moved("note", to="inner.note", empty="-"), "Job.note", '"-" for nothing', {"note": "-"}),
]


@pytest.mark.parametrize(("fact", "place", "said", "read"), TOLD, ids=[one[1] for one in TOLD])
def test_each_is_told_at_its_place_and_an_old_client_reads_it(
    fact: Fact, place: str, said: str, read: dict[str, Any], tmp_path: Path
) -> None:
    some = timeline(fact)
    (finding,) = found(tmp_path, some)
    assert (finding.place, finding.severity, finding.versions) == (place, Severity.RISKY, (OLD,))
    assert finding.message == f"old clients read {said}: Change, {fact}"
    gates = some.compile(Contract.of(app()))
    assert read.items() <= gates.downgrade(Job, HEAD, to_version=OLD).items()


def test_what_a_header_field_says_is_told_at_its_operation(tmp_path: Path) -> None:
    subject = endpoint("/job", "GET")
    some = timeline(
        subject.response_header("X-Left").became_optional(missing_was=9),
        subject.response_header("X-Gone").removed(backfill="x"),
    )
    assert [(one.place, one.message.partition(": ")[0]) for one in found(tmp_path, some)] == [
        ("GET /job response header x-gone", 'old clients read "x" for what head no longer knows'),
        ("GET /job response header x-left", "old clients read 9 for nothing"),
    ]


@pytest.mark.parametrize(
    "fact",
    [
        on(Job).removed("rank", was=str, backfill=sibling("name")),
        on(Job).removed("rank", was=int | None, backfill=None),
        on(Job).removed("rank", was=int, required=False),
        on(Job).became_nullable("owner", null_was=sibling("name")),
        on(Job).renamed("title", to="name"),
        enum(State).renamed("queued", to="waiting"),
        on(Job).mapped("grade", {"1": "a", "2": "b", "3": "c"}, was=Literal["1", "2", "3"]),
        on(Job).added("owner"),
    ],
    ids=str,
)
def test_what_is_so_and_what_a_function_says_is_not_told(fact: Fact, tmp_path: Path) -> None:
    assert found(tmp_path, timeline(fact)) == []


def test_what_nobody_reads_is_not_told(tmp_path: Path) -> None:
    fact = on(Unread).literal("state").grew("y")
    assert found(tmp_path, timeline(fact)) == []


GREW = enum(State).grew("waiting", seen_as="running")


def frozen(folder: Path, some: Timeline) -> Gates:
    contract = Contract.of(app())
    gates = some.compile(contract)
    for version in some.supported:
        Folder(folder).write(version, VersionContracts(contract).at(gates, version).document)
    return gates


def test_it_is_a_warning_until_its_version_is_frozen(tmp_path: Path) -> None:
    (before,) = found(tmp_path, timeline(GREW))
    frozen(tmp_path, timeline(GREW))
    (after,) = found(tmp_path, timeline(GREW))
    assert (before.level, after.level) == (Level.WARNING, Level.NOTE)


def test_an_acceptance_holds_from_before_the_version_has_a_date_until_after_it_is_frozen(tmp_path: Path) -> None:
    frozen(tmp_path, Timeline(Version(OLD)))
    unreleased = timeline(GREW, newest="unreleased")
    (finding,) = found(tmp_path, unreleased)
    Acceptances.of(tmp_path).accept(finding, "no client looks at it")
    (accepted,) = found(tmp_path, unreleased)
    assert (accepted.level, accepted.reason) == (Level.NOTE, "no client looks at it")
    released = timeline(GREW)
    frozen(tmp_path, released)
    (after,) = found(tmp_path, released)
    assert after.reason == "no client looks at it"
    rules = [one.rule for one in Check(released, Contract.of(app()), Folder(tmp_path)).report().findings]
    assert "needless acceptance" not in rules


def test_a_note_needs_no_acceptance(tmp_path: Path) -> None:
    frozen(tmp_path, timeline(GREW))
    (note,) = found(tmp_path, timeline(GREW))
    with pytest.raises(NotAccepted, match="is a note, which needs no acceptance"):
        Acceptances.of(tmp_path).accept(note, "why not")
