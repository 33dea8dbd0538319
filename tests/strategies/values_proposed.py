"""Propose facts about null, absence, defaults, lists and limits."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from tests.oracle.places import (
    admits_null,
    arms_of,
    is_enum,
    members_of,
)
from tests.strategies import functions
from tests.strategies.models import list_of, nullable
from tests.strategies.snapshot import Candidate, Snapshot
from timegate.changes.base import Fact
from timegate.changes.subjects import on
from timegate.changes.subjects.members import Literals
from timegate.wire.wire import SIDES


def all_null(candidate: Candidate, snapshot: Snapshot) -> bool:
    """Whether both sides admit null."""
    return all(admits_null(candidate.places[side], dict(snapshot.state[side])) for side in SIDES)


def became_nullable(snapshot: Snapshot) -> Fact | None:
    candidate = snapshot.candidate(
        lambda candidate: (
            not candidate.protected and all_null(candidate, snapshot) and not snapshot.would_recur(candidate)
        )
    )
    if candidate is None or arms_of(candidate.request) is None:
        return None
    rest = [arm for arm in arms_of(candidate.places["responses"]) or [] if arm.get("type") != "null"]
    return on(candidate.model).became_nullable(
        candidate.name, null_was=snapshot.fill("responses", rest[0] if len(rest) == 1 else {"anyOf": rest})
    )


def became_non_null(snapshot: Snapshot) -> Fact | None:
    candidate = snapshot.candidate(
        lambda candidate: (
            not candidate.protected
            and not any(admits_null(candidate.places[side], dict(snapshot.state[side])) for side in SIDES)
            and not is_enum(candidate.request)
        )
    )
    if candidate is None:
        return None
    return on(candidate.model).became_non_null(candidate.name, null_is=snapshot.fill("requests", candidate.request))


def became_required(snapshot: Snapshot) -> Fact | None:
    candidate = snapshot.candidate(lambda candidate: not candidate.protected and candidate.always)
    if candidate is None:
        return None
    return on(candidate.model).became_required(candidate.name, default=snapshot.fill("requests", candidate.request))


def became_optional(snapshot: Snapshot) -> Fact | None:
    candidate = snapshot.candidate(
        lambda candidate: not candidate.protected and candidate.never and not snapshot.would_recur(candidate)
    )
    if candidate is None:
        return None
    return on(candidate.model).became_optional(
        candidate.name, missing_was=snapshot.fill("responses", candidate.places["responses"])
    )


def became_list(snapshot: Snapshot) -> Fact | None:
    def fits(candidate: Candidate) -> bool:
        known = snapshot.kind(candidate)
        listed = known is not None and len(getattr(known, "__args__", ())) == 1
        return not candidate.protected and listed and all("items" in place for place in candidate.places.values())

    candidate = snapshot.candidate(fits)
    if candidate is None:
        return None
    (item,) = snapshot.kind(candidate).__args__
    return on(candidate.model).became_list(candidate.name, was=nullable(item))


def defaulted(snapshot: Snapshot) -> Fact | None:
    candidate = snapshot.candidate(
        lambda candidate: not candidate.protected and candidate.never and snapshot.has_one_form(candidate.request)
    )
    if candidate is None:
        return None
    was = snapshot.value("requests", candidate.request)
    return None if was == candidate.request.get("default") else on(candidate.model).defaulted(candidate.name, was=was)


def constrained(snapshot: Snapshot) -> Fact | None:
    def fits(candidate: Candidate) -> bool:
        return all(
            set(place) <= {"type", "title"} and place.get("type") == "integer" for place in candidate.places.values()
        )

    candidate = snapshot.candidate(lambda candidate: not candidate.protected and fits(candidate))
    if candidate is None:
        return None
    was: Any = Annotated[int, Field(le=5)]
    return on(candidate.model).constrained(candidate.name, was=was, to_old=functions.at_most_five)


def became_scalar(snapshot: Snapshot) -> Fact | None:
    candidate = snapshot.candidate(
        lambda candidate: (
            not candidate.protected
            and snapshot.kind(candidate) is not None
            and not snapshot.holds_models(candidate.request)
            and not all_null(candidate, snapshot)
            and candidate.request == candidate.places["responses"]
        )
    )
    if candidate is None:
        return None
    was = list_of(snapshot.kind(candidate))
    empty = snapshot.value("requests", candidate.request)
    loses = "the others" if snapshot.choices.chance(50) else None
    return on(candidate.model).became_scalar(candidate.name, was=was, empty=empty, loses=loses)


def mapped(snapshot: Snapshot) -> Fact | None:
    def fits(candidate: Candidate) -> bool:
        kinds = [
            set(place) <= {"type", "title", "default"} and place.get("type") for place in candidate.places.values()
        ]
        return not candidate.protected and kinds == ["integer", "integer"]

    candidate = snapshot.candidate(fits)
    if candidate is None:
        return None
    table: dict[Any, Any] = {"none": 0, "one": 1, "many": 9}
    if snapshot.choices.chance(50):
        return on(candidate.model).mapped(candidate.name, table, seen_as="many")
    return on(candidate.model).mapped(
        candidate.name, {**table, "few": 9}, was=str, otherwise=4, back={9: "few"}, seen_as="?", loses="words"
    )


def literal(snapshot: Snapshot) -> tuple[Literals, list[Any]] | None:
    """Pick a field that is a literal; mapped fields are some in older versions."""

    def fits(candidate: Candidate) -> bool:
        return not candidate.protected and all(is_enum(place) for place in candidate.places.values())

    candidate = snapshot.candidate(fits)
    if candidate is None:
        return None
    return on(candidate.model).literal(candidate.name), members_of(candidate.places["responses"])


def literal_grew(snapshot: Snapshot) -> Fact | None:
    found = literal(snapshot)
    if found is None or len(found[1]) < 2:
        return None
    subject, members = found
    new = snapshot.choices.pick(members)
    return subject.grew(new, seen_as=snapshot.choices.pick([member for member in members if member != new]))


def literal_shrank(snapshot: Snapshot) -> Fact | None:
    found = literal(snapshot)
    if found is None:
        return None
    subject, members = found
    free = [f"m{number}" for number in range(9) if f"m{number}" not in members]
    return subject.shrank(snapshot.choices.pick(free), read_as=snapshot.choices.pick(members), loses="they were one")


def literal_renamed(snapshot: Snapshot) -> Fact | None:
    found = literal(snapshot)
    if found is None:
        return None
    subject, members = found
    free = [f"m{number}" for number in range(9) if f"m{number}" not in members]
    return subject.renamed(snapshot.choices.pick(free), to=snapshot.choices.pick(members))
