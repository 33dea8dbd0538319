"""A client of any version edits what it has read, and the state that it knew a part of changes by these edits alone."""

from __future__ import annotations

import copy
from enum import StrEnum
from random import Random
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import FastAPI
from pydantic import BaseModel, Field

from timegate import Contract, Gates, Timeline, Version, VersionChange, endpoint, enum, on
from timegate.changes.base import Fact

Keys: TypeAlias = dict[str, Any]

VERSIONS = "2025-06-01", "2025-05-01", "2025-03-01", "2025-01-01"


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    PARKED = "parked"


class Weight(BaseModel):
    grams: int
    exact: bool = False


class Line(BaseModel):
    kind: Literal["line"]
    id: int
    first: str
    last: str
    weight: Weight
    tags: list[str]
    state: State
    owner: str | None = None


class Gift(BaseModel):
    kind: Literal["gift"]
    id: int
    wrapped: str


class Note(BaseModel):
    kind: Literal["note"]
    id: int
    text: str


Item = Annotated[Line | Gift | Note, Field(discriminator="kind")]


class Order(BaseModel):
    title: str
    lines: list[Item]
    groups: dict[str, list[Item]]
    main: Item
    remark: str | None = None


class Page(BaseModel):
    order: Order
    revision: int = 0


BY = {"order.lines": "id", "order.groups.*": "id"}


def apart(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last


def together(first: str, last: str) -> str:
    return f"{first} {last}"


def as_note(gift: Keys) -> Keys:
    """The key that tells items apart stays, whatever it is called at that boundary."""
    return {key: value for key, value in gift.items() if key in ("id", "key")} | {"kind": "note", "text": "a gift"}


FACTS: dict[str, list[Fact]] = {
    "split": [on(Line).split("name", into=("first", "last"), was=str, apart=apart, together=together)],
    "moved": [on(Line).moved("grams", to="weight.grams")],
    "list": [on(Line).became_list("tags", was=str, empty="none")],
    "grew": [enum(State).grew("parked", seen_as="open")],
    "added": [on(Line).added("owner"), on(Order).added("remark"), on(Weight).added("exact")],
    "named": [on(Line, Gift, Note).renamed("key", to="id")],
    "gift": [on(Gift).introduced(seen_as=as_note)],
    "envelope": [endpoint("/orders").enveloped("order")],
}
"""By its name, what one boundary has whole."""


class Edited:
    """A timeline of some of the facts, and the edits of its oldest client: in its read, and in the state at head."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.told: dict[str, int] = {name: random.randrange(4) for name in FACTS}

    def gates(self) -> Gates:
        versions = [Version(VERSIONS[-1])]
        for boundary in reversed(range(3)):
            facts = [fact for name, at in self.told.items() if at == boundary for fact in FACTS[name]]
            change = type("Change", (VersionChange,), {"__doc__": "A change.", "changes": tuple(facts)})
            versions.insert(0, Version(VERSIONS[boundary], change))
        return Timeline(*versions).compile(Contract.of(app()))

    def differs(self, name: str, index: int) -> bool:
        """Whether a client does not know a fact."""
        return self.told[name] < index

    def item(self, number: int) -> Keys:
        random = self.random
        match random.choice(["line", "line", "gift", "note"]):
            case "gift":
                return {"kind": "gift", "id": number, "wrapped": random.choice("xy")}
            case "note":
                return {"kind": "note", "id": number, "text": random.choice("xy")}
            case _:
                made = {
                    "kind": "line", "id": number, "first": "Ada", "last": random.choice(["L", "K M"]),
                    "weight": {"grams": number * 2, "exact": random.random() < 0.5},
                    "tags": random.choice([[], ["a"], ["a", "b"]]), "state": random.choice(list(State)).value,
                }  # fmt: skip
                return {**made, "owner": "eve"} if random.random() < 0.5 else made

    def state(self) -> Keys:
        items = [self.item(number) for number in self.random.sample(range(1, 30), 8)]
        order = {"title": "t", "lines": items[:4], "groups": {"a": items[4:6], "b": items[6:7]}, "main": items[7]}
        return {"order": {**order, "remark": "kept"}, "revision": 7}

    def order_of(self, body: Keys, index: int) -> Keys:
        return body if self.differs("envelope", index) else body["order"]

    def edit(self, read: Keys, head: Keys, index: int) -> str:
        """Change what a client has read, and the state in the same way; what was done."""
        ours, theirs = self.order_of(read, index), head["order"]
        random = self.random
        what = random.choice(["title", "item", "item", "item", "remove", "swap", "append", "group gone"])
        place = random.choice(["lines", "a"])
        mine, now = (
            (ours["lines"], theirs["lines"]) if place == "lines" else (ours["groups"]["a"], theirs["groups"]["a"])
        )
        match what:
            case "title":
                ours["title"] = theirs["title"] = "other"
            case "remove":
                at = random.randrange(len(mine))
                del mine[at], now[at]
            case "swap":
                mine.reverse()
                now.reverse()
            case "append":
                key = "key" if self.differs("named", index) else "id"
                mine.append({"kind": "note", key: 90, "text": "new"})
                now.append({"kind": "note", "id": 90, "text": "new"})
            case "group gone":
                ours["groups"].pop("b", None)
                theirs["groups"].pop("b", None)
            case _:
                at = random.randrange(len(mine) + 1)
                one, other = (ours["main"], theirs["main"]) if at == len(mine) else (mine[at], now[at])
                what = f"item {self.edit_item(one, other, index)}"
        return what

    def edit_item(self, mine: Keys, now: Keys, index: int) -> str:
        if now["kind"] == "note":
            mine["text"] = now["text"] = "edited"
        if now["kind"] != "line":
            return str(now["kind"])
        what = self.random.choice(["split", "moved", "list", "grew"])
        match what:
            case "split":
                now["first"], now["last"] = "Bo", "M"
                mine.update({"name": "Bo M"} if self.differs("split", index) else {"first": "Bo", "last": "M"})
            case "moved":
                now["weight"]["grams"] = 99
                (mine if self.differs("moved", index) else mine["weight"])["grams"] = 99
            case "list":
                now["tags"] = ["z"]
                mine["tags"] = "z" if self.differs("list", index) else ["z"]
            case _:
                mine["state"] = now["state"] = "done"
        return what


def app() -> FastAPI:
    made = FastAPI()

    @made.put("/orders")
    def write(page: Page) -> Page:
        return page

    return made


EDITS = {
    "title", "remove", "swap", "append", "group gone", "item gift", "item note", "item split", "item moved",
    "item list", "item grew",
}  # fmt: skip


def test_an_edit_changes_the_state_as_it_changes_what_was_read() -> None:
    done: set[str] = set()
    for seed in range(40):
        edited = Edited(Random(seed))
        gates = edited.gates()
        for index, version in enumerate(VERSIONS):
            for _ in range(5):
                state = edited.state()
                read = gates.downgrade("PUT /orders", state, to_version=version)
                unchanged = copy.deepcopy(read)
                assert gates.upgrade("PUT /orders", unchanged, from_version=version, onto=state, by=BY) == state
                expected = copy.deepcopy(state)
                edits = [edited.edit(read, expected, index) for _ in range(edited.random.randint(1, 2))]
                merged = gates.upgrade("PUT /orders", read, from_version=version, onto=state, by=BY)
                assert merged == expected, (seed, version, edited.told, edits, state, read)
                done.update(edits)
    assert done == EDITS
