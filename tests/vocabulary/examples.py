"""One example for each fact about models, fields and members: the fact, an old request and a response of head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from tests.vocabulary.heroes import (
    Cape,
    East,
    Feet,
    Full,
    Hero,
    Home,
    Journey,
    Limited,
    Meters,
    Outfit,
    Pair,
    Parsed,
    Person,
    PersonOut,
    Rank,
    Shield,
    Sparse,
    West,
    apart,
    as_cape,
    as_text,
    at_most_ten,
    by_side,
    in_years,
    to_feet,
    to_metres,
    together,
)
from timegate import Contract, Gates, Timeline, Version, VersionChange, enum, on
from timegate.changes.base import Fact
from timegate.typing import Document

NEW, OLD = "2025-06-01", "2025-01-01"

Keys = dict[str, Any]


def timeline_of(*facts: Fact) -> Timeline:
    change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": facts})
    return Timeline(Version(NEW, change), Version(OLD))


@dataclass(frozen=True)
class Example:
    """A fact about models, and what it does.

    Args:
        fact: the fact.
        model: of the payloads.
        sent: what an old client sends; None where the example is about responses.
        sends: what head sends; None where it is about requests.
        beside: another fact of the change.
    """

    fact: Fact
    model: Any
    sent: Keys | None = None
    sends: Keys | None = None
    beside: tuple[Fact, ...] = ()

    def gates(self) -> Gates:
        return timeline_of(*self.beside, self.fact).compile(Contract.of_types(self.model))

    def rows(self) -> list[tuple[str, str, Any, Any]]:
        """The payloads: what it is, what has it on the way, what the old client has, and what head has."""
        gates, found = self.gates(), list[tuple[str, str, Any, Any]]()
        if self.sent is not None:
            found.append(("request", "→", self.sent, gates.upgrade(self.model, self.sent, from_version=OLD)))
        if self.sends is not None:
            found.append(("response", "←", gates.downgrade(self.model, self.sends, to_version=OLD), self.sends))
        return found

    def documents(self) -> tuple[Document, Document]:
        """The old document and the newest one, of the components."""
        gates = self.gates()
        old, newest = (gates.contract(version)["components"]["schemas"] for version in (OLD, NEW))
        return old, newest


ON = on(Hero)
ALL: Keys = {
    "name": "Ada", "age": 30, "note": None, "rank": "legend", "state": "away", "home": {"city": "Rome"}, "powers": [],
}  # fmt: skip
SENT: Keys = {**ALL, "note": "", "rank": "rookie", "state": "on"}


def _sent(*without: str, **changed: Any) -> Keys:
    return {key: value for key, value in {**SENT, **changed}.items() if key not in without}


EXAMPLES: dict[str, list[Example]] = {
    "on(M).added": [Example(ON.added("age", default=18), Hero, _sent("age"), ALL)],
    "on(M).removed": [
        Example(ON.removed("nick", was=str, backfill="?", loses="nobody reads it"), Hero, _sent(nick="B"), ALL)
    ],
    "on(M).renamed": [Example(ON.renamed("years", to="age"), Hero, {"years": 30, **_sent("age")}, ALL)],
    "on(M).moved": [Example(ON.moved("city", to="home.city"), Hero, {"city": "Rome", **_sent("home")}, ALL)],
    "on(M).split": [
        Example(
            on(Full).split("name", into=("first", "last"), was=str, apart=apart, together=together),
            Full,
            {"name": "Ada L"},
            {"first": "Ada", "last": "L"},
        )
    ],
    "on(M).merged": [
        Example(
            on(Home).merged(("town", "land"), into="city", was=(str, str), together=together, apart=apart),
            Home,
            {"town": "Rome", "land": "Italy"},
            {"city": "Rome Italy"},
        )
    ],
    "on(M).retyped": [
        Example(ON.retyped("age", was=str, to_head=in_years, to_old=as_text), Hero, _sent(age="30"), ALL)
    ],
    "on(M).became_nullable": [Example(ON.became_nullable("note", null_was=""), Hero, None, ALL)],
    "on(M).became_non_null": [Example(ON.became_non_null("age", null_is=0), Hero, _sent(age=None))],
    "on(M).became_required": [Example(ON.became_required("age", default=0), Hero, _sent("age"))],
    "on(M).became_optional": [
        Example(on(Sparse).became_optional("age", missing_was=0), Sparse, None, {"name": "Ada"})
    ],
    "on(M).became_list": [Example(ON.became_list("powers", empty=""), Hero, _sent(powers="logic"), ALL)],
    "on(M).became_scalar": [
        Example(ON.became_scalar("age", was=list[int], empty=0), Hero, _sent(age=[30]), ALL)
    ],
    "on(M).mapped": [
        Example(
            ON.mapped("state", {True: "on", False: "off"}, was=bool, back={"away": False}), Hero, _sent(state=True), ALL
        )
    ],
    "on(M).defaulted": [Example(on(Limited).defaulted("level", was=5), Limited, {})],
    "on(M).constrained": [
        Example(
            on(Limited).constrained("level", was=Annotated[int, Field(le=10)], to_old=at_most_ten),
            Limited,
            None,
            {"level": 12},
        )
    ],
    "on(M).documented": [
        Example(ON.documented("age", was={"description": "In years.", "deprecated": True}), Hero),
    ],
    "on(M).was_named": [Example(on(Limited).was_named("Level"), Limited)],
    "on(M).introduced": [
        Example(
            on(Cape).introduced(seen_as={"kind": "mask"}),
            Outfit,
            {"wears": {"kind": "mask"}},
            {"wears": {"kind": "cape", "colour": "red"}},
        )
    ],
    "on(M).retired": [
        Example(
            on(Cape).retired(was=Shield, read_as=as_cape, loses="a shield is worn no more"),
            Outfit,
            {"wears": {"kind": "shield", "metal": "tin"}},
        )
    ],
    "on(M).told_by": [
        Example(
            on(East, West).told_by(by_side),
            Journey,
            {"to": {"west": "sea", "days": 1}},
            beside=(on(East, West).renamed("days", to="size"),),
        ),
    ],
    "on(M).unchanged": [
        Example(
            on(Person).unchanged("it always had two names"),
            Pair,
            {"one": {"title": "Ada", "last": "L"}, "other": {"first": "Bo", "last": "M"}},
            beside=(on(PersonOut).renamed("title", to="first"),),
        ),
    ],
    "on(M).vouched": [
        Example(
            on(Parsed).vouched(str, "it is split at commas"),
            Parsed,
            {"powers": "logic,song"},
            beside=(on(Parsed).became_nullable("powers", null_was=[]),),
        ),
    ],
    "on(M).reshaped": [
        Example(
            on(Meters).reshaped(was=Feet, to_head=to_metres, to_old=to_feet), Meters, {"feet": 10}, {"metres": 3}
        )
    ],
    "enum(E).grew": [Example(enum(Rank).grew("legend", seen_as="rookie"), Hero, None, ALL)],
    "enum(E).shrank": [
        Example(
            enum(Rank).shrank("star", read_as="legend", loses="stars are legends"), Hero, _sent(rank="star")
        )
    ],
    "enum(E).renamed": [Example(enum(Rank).renamed("hero", to="legend"), Hero, _sent(rank="hero"), ALL)],
    "enum(E).open": [
        Example(enum(Rank).open("they show any text").grew("legend"), Hero, _sent(rank="legend"), ALL)
    ],
    "on(M).literal": [
        Example(ON.literal("state").grew("away", seen_as="off"), Hero, None, ALL),
        Example(ON.literal("state").shrank("dead", read_as="off", loses="x"), Hero, _sent(state="dead")),
        Example(ON.literal("state").renamed("gone", to="away"), Hero, _sent(state="gone"), ALL),
        Example(ON.literal("state").open("they show any text").grew("away"), Hero, _sent(state="away"), ALL),
    ],
}  # fmt: skip
"""By subject and method."""
