"""Values by a table: `mapped`, the members of a ``Literal``, members that old clients tolerate, and what is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from tests.cells.refused import change_of, faults_of
from tests.sentences import shows
from timegate import Contract, DeclarationError, Gates, Timeline, UpgradeError, Version, enum, on
from timegate.changes.base import Fact

OLD = "2025-01-01"


class Shade(StrEnum):
    LIGHT = "light"
    DARK = "dark"


class Lamp(BaseModel):
    state: Literal["on", "off", "idle"]
    size: int = 0
    names: list[str] = []
    only: str | None = None
    bulbs: list[Literal["led", "gas"]] = []
    shade: Shade = Shade.LIGHT


class Car(BaseModel):
    kind: Literal["car"]
    seats: int = 4


class Bus(BaseModel):
    kind: Literal["bus", "tram"]
    seats: int = 40


class Trip(BaseModel):
    by: Annotated[Car | Bus, Field(discriminator="kind")]


LAMP = on(Lamp)


def gates_of(model: Any, *facts: Fact) -> Gates:
    change = change_of("Changed", *facts)
    return Timeline(Version("2025-06-01", change), Version(OLD)).compile(Contract.of_types(model))


def up(gates: Gates, model: Any, **sent: Any) -> Any:
    return gates.upgrade(model, sent, from_version=OLD)


def down(gates: Gates, model: Any, **sent: Any) -> Any:
    return gates.downgrade(model, sent, to_version=OLD)


def old_property(gates: Gates, model: type, key: str) -> Any:
    return gates.contract(OLD)["components"]["schemas"][model.__name__]["properties"][key]


def test_a_table_converts_values_in_both_directions() -> None:
    gates = gates_of(Lamp, LAMP.mapped("state", {True: "on", False: "off"}, was=bool, back={"idle": False}))
    assert up(gates, Lamp, state=True) == {"state": "on"}
    assert [down(gates, Lamp, state=one)["state"] for one in ("on", "off", "idle")] == [True, False, False]
    assert old_property(gates, Lamp, "state") == {"title": "State", "type": "boolean"}


def test_without_an_old_type_old_clients_have_the_values_of_the_table_alone() -> None:
    gates = gates_of(Lamp, LAMP.mapped("state", {1: "on", 2: "off", 3: "idle"}))
    assert up(gates, Lamp, state=3) == {"state": "idle"}
    assert old_property(gates, Lamp, "state") == {"title": "State", "type": "integer", "enum": [1, 2, 3]}
    with pytest.raises(UpgradeError, match="at /state: the value is not of its type"):
        up(gates, Lamp, state=4)


def test_other_values_become_what_stands_for_them() -> None:
    fact = LAMP.mapped("state", {"yes": "on"}, was=str, otherwise="off", seen_as="no", loses="they meant no")
    gates = gates_of(Lamp, fact)
    assert up(gates, Lamp, state="whatever") == {"state": "off"}
    assert down(gates, Lamp, state="idle")["state"] == "no"


def test_a_list_of_one_item_becomes_the_item_and_several_are_refused() -> None:
    gates = gates_of(Lamp, LAMP.became_scalar("size", was=list[int], empty=7))
    assert [up(gates, Lamp, state="on", size=sent)["size"] for sent in ([3], [])] == [3, 7]
    assert down(gates, Lamp, state="on", size=3)["size"] == [3]
    with pytest.raises(UpgradeError, match="at /size: the value cannot be converted"):
        up(gates, Lamp, state="on", size=[3, 4])


def test_the_first_of_several_items_counts_where_the_author_says_so() -> None:
    gates = gates_of(Lamp, LAMP.became_scalar("size", was=list[int], empty=7, loses="one was meant"))
    assert up(gates, Lamp, state="on", size=[3, 4])["size"] == 3


def test_an_empty_list_is_null_where_the_field_admits_it() -> None:
    gates = gates_of(Lamp, LAMP.became_scalar("only", was=list[str]))
    assert up(gates, Lamp, state="on", only=[])["only"] is None
    assert down(gates, Lamp, state="on", only=None)["only"] == []


def test_a_member_of_a_literal_that_old_clients_lack_is_refused_and_seen_as_another() -> None:
    gates = gates_of(Lamp, LAMP.literal("state").grew("idle", seen_as="off"))
    assert down(gates, Lamp, state="idle")["state"] == "off"
    assert old_property(gates, Lamp, "state")["enum"] == ["on", "off"]
    with pytest.raises(UpgradeError, match="at /state: the value is not of its type"):
        up(gates, Lamp, state="idle")


def test_a_member_of_a_literal_is_renamed_and_another_is_gone() -> None:
    literal = LAMP.literal("state")
    gates = gates_of(Lamp, literal.renamed("lazy", to="idle"), literal.shrank("dead", read_as="off", loses="is off"))
    assert [up(gates, Lamp, state=sent)["state"] for sent in ("on", "lazy", "dead")] == ["on", "idle", "off"]
    assert down(gates, Lamp, state="idle")["state"] == "lazy"
    assert old_property(gates, Lamp, "state")["enum"] == ["on", "off", "lazy", "dead"]


class Plug(BaseModel):
    kind: Literal["round", "flat", 7]
    slot: Literal["a", "b"]


PLUG, TEXTS = on(Plug), {"type": "string"}


@pytest.mark.parametrize(
    ("key", "fact", "head", "old", "schema"),
    [
        ("slot", PLUG.literal("slot").renamed(3, to="b"), "b", 3, {"enum": ["a", 3]}),
        ("slot", PLUG.literal("slot").shrank(3, read_as="b", loses="x"), "b", 3, {"enum": ["a", "b", 3]}),
        (
            "kind",
            PLUG.literal("kind").grew(7, seen_as="flat"),
            "flat",
            "flat",
            {"enum": ["round", "flat"], **TEXTS},
        ),
        (
            "kind",
            PLUG.literal("kind").renamed("odd", to=7),
            7,
            "odd",
            {"enum": ["round", "flat", "odd"], **TEXTS},
        ),
    ],
)
def test_members_of_another_json_type_are_converted_and_shown(
    key: str, fact: Fact, head: Any, old: Any, schema: dict[str, Any]
) -> None:
    gates = gates_of(Plug, fact)
    others = {"kind": "round", "slot": "a"}
    assert gates.upgrade(Plug, {**others, key: old}, from_version=OLD) == {**others, key: head}
    renamed = "renamed" in str(fact)
    assert gates.downgrade(Plug, {**others, key: head}, to_version=OLD) == {**others, key: old if renamed else head}
    shown = gates.contract(OLD)["components"]["schemas"]["Plug"]["properties"][key]
    assert {name: value for name, value in shown.items() if name != "title"} == schema


def test_the_literals_in_a_list_are_converted_one_by_one() -> None:
    gates = gates_of(Lamp, LAMP.literal("bulbs.*").renamed("diode", to="led"))
    assert up(gates, Lamp, state="on", bulbs=["diode", "gas"])["bulbs"] == ["led", "gas"]
    assert down(gates, Lamp, state="on", bulbs=["led"])["bulbs"] == ["diode"]


def test_a_tag_of_a_union_is_renamed_with_its_mapping() -> None:
    gates = gates_of(Trip, on(Car).literal("kind").renamed("auto", to="car"))
    assert up(gates, Trip, by={"kind": "auto"}) == {"by": {"kind": "car"}}
    assert down(gates, Trip, by={"kind": "car", "seats": 2}) == {"by": {"kind": "auto", "seats": 2}}
    assert down(gates, Trip, by={"kind": "tram"}) == {"by": {"kind": "tram"}}
    mapping = old_property(gates, Trip, "by")["discriminator"]["mapping"]
    assert mapping == {"bus": "#/components/schemas/Bus", "auto": "#/components/schemas/Car",
                       "tram": "#/components/schemas/Bus"}  # fmt: skip
    with pytest.raises(UpgradeError, match="at /by/kind: this version has no such value"):
        up(gates, Trip, by={"kind": "car"})


def test_a_tag_that_old_clients_lack_is_in_no_older_mapping() -> None:
    gates = gates_of(Trip, on(Bus).literal("kind").grew("tram", seen_as="bus"))
    assert down(gates, Trip, by={"kind": "tram"}) == {"by": {"kind": "bus"}}
    assert list(old_property(gates, Trip, "by")["discriminator"]["mapping"]) == ["bus", "car"]


@pytest.mark.parametrize(
    ("fact", "key", "new", "known"),
    [
        (enum(Shade).open("they show any text").grew("dark"), "shade", "dark", "light"),
        (LAMP.literal("state").open("they show any text").grew("idle"), "state", "idle", "on"),
    ],
    ids=["an enum", "a literal"],
)
def test_old_clients_that_tolerate_new_members_read_and_send_them_as_they_are(
    fact: Fact, key: str, new: str, known: str
) -> None:
    gates = gates_of(Lamp, fact)
    lamp = {"state": "on", key: new}
    assert down(gates, Lamp, **lamp) == lamp
    assert up(gates, Lamp, **lamp) == lamp
    schemas = gates.contract(OLD)["components"]["schemas"]
    shown = schemas["Shade-Output"] if key == "shade" else schemas["Lamp-Output"]["properties"][key]
    assert new not in shown["enum"]
    assert known in shown["enum"]


SAME = "nothing says what old clients read"

REFUSED: dict[str, tuple[Fact, str, str, str]] = {
    "a value of head without an old one": (
        LAMP.mapped("state", {True: "on", False: "off"}, was=bool),
        "Lamp.state",
        "head sends 'idle' here, and nothing says what old clients read",
        "on(Lamp).mapped('state', {True: 'on', False: 'off'}, was=bool, seen_as=…)",
    ),
    "any value of head": (
        LAMP.mapped("size", {"S": 1}),
        "Lamp.size",
        "head sends other values here, and nothing says what old clients read",
        "on(Lamp).mapped('size', {'S': 1}, seen_as=…)",
    ),
    "an old value without one of head": (
        LAMP.mapped("size", {"S": 1}, was=Literal["S", "M"], seen_as="S"),
        "Lamp.size",
        "old clients send 'M' here, and nothing says what head gets",
        "on(Lamp).mapped('size', {'S': 1}, was=Literal['S', 'M'], seen_as='S', otherwise=…)",
    ),
    "two old values that become one": (
        LAMP.mapped("state", {1: "on", 2: "off", 3: "off"}, back={"idle": 1}, loses="both are off"),
        "Lamp.state",
        "2 and 3 both become 'off', and nothing says which one old clients read",
        "on(Lamp).mapped('state', {1: 'on', 2: 'off', 3: 'off'}, back={'idle': 1, 'off': 2}, loses='both are off')",
    ),
    "a loss that nobody acknowledges": (
        LAMP.mapped("state", {1: "on", 2: "off", 3: "off"}, back={"idle": 1, "off": 2}),
        "Lamp.state",
        "head cannot tell apart what becomes one value",
        "on(Lamp).mapped('state', {1: 'on', 2: 'off', 3: 'off'}, back={'idle': 1, 'off': 2}, "
        'loses="why nobody misses it")',
    ),
    "a value that is none of head's": (
        LAMP.mapped("state", {1: "on", 2: "out"}, seen_as=1),
        "Lamp.state",
        "a new value='out' is not of its type: it is none of 'on', 'off', 'idle'",
        "give a new value= a value of that type, in the newer shape",
    ),
    "a list that was none": (
        LAMP.became_scalar("size", was=int, empty=0),
        "Lamp.size",
        "the old type is no list",
        "give was= the list that older versions had: was=list[…]",
    ),
    "an empty list that nothing stands for": (
        LAMP.became_scalar("state", was=list[Literal["on", "off", "idle"]]),
        "Lamp.state",
        "nothing says what head gets where an old client sends an empty list",
        "on(Lamp).became_scalar('state', was=list[Literal['on', 'off', 'idle']], empty=…) with a value of one item's "
        "type, or a function of the object",
    ),
    "items that head does not admit": (
        LAMP.became_scalar("state", was=list[str], empty="on"),
        "Lamp.state",
        "old clients send items here that the other version does not admit",
        "write on(…).retyped(…, was=…, to_head=…, to_old=…) instead",
    ),
    "a literal that is an enum": (
        LAMP.literal("shade").grew("dark", seen_as="light"),
        "Lamp.shade",
        "the field is an enum, which has members of its own",
        "enum(Shade).grew('dark', seen_as='light')",
    ),
    "a literal that is none": (
        LAMP.literal("size").renamed("a", to="b"),
        "Lamp.size",
        "the field is no Literal right after this fact",
        "take on(Lamp).literal('size').renamed('a', to='b') out",
    ),
    "a member that is none": (
        LAMP.literal("state").grew("gone", seen_as="on"),
        "Lamp.state",
        "'gone' is no member right after this fact",
        "name one of on, off, idle",
    ),
    "a member that nothing is seen for": (
        LAMP.literal("state").grew("idle"),
        "Lamp.state",
        "it reaches responses, and nothing says what old clients read for the new members",
        "on(Lamp).literal('state').grew('idle', seen_as=…) with one of ['on', 'off']",
    ),
    "a member that is still there": (
        LAMP.literal("state").shrank("idle", read_as="on", loses="x"),
        "Lamp.state",
        "'idle' is still a member right after this fact",
        "take on(Lamp).literal('state').shrank('idle', read_as='on', loses='x') out",
    ),
}


@shows(
    "A table of `mapped` must have something for every value that may come: `otherwise=` for the rest of "
    "what old clients send, `seen_as=` or `back=` for the rest of what head sends, and `back=` where "
    "several old values become one.",
)
@pytest.mark.parametrize(("fact", "place", "problem", "remedy"), REFUSED.values(), ids=REFUSED.keys())
def test_a_table_that_data_cannot_follow_is_a_fault(fact: Fact, place: str, problem: str, remedy: str) -> None:
    (fault,) = faults_of(Contract.of_types(Lamp), change_of("Changed", fact))
    assert (fault.place, fault.problem, fault.remedy) == (place, problem, remedy)


def test_a_tolerated_member_that_no_response_has_is_a_fault() -> None:
    for fact in (enum(Shade).open("why").grew("dark"), LAMP.literal("state").open("why").grew("idle")):
        (fault,) = faults_of(Contract.of_types(receives=[Lamp]), change_of("Changed", fact))
        assert fault.problem == "no response has it, so that no client reads a member that it does not know"


def test_a_table_of_anything_but_scalars_is_refused_when_it_is_declared() -> None:
    with pytest.raises(DeclarationError, match=r"on\(Lamp\)\.mapped\(…\): \['on'\] is no member of an enum in JSON"):
        LAMP.mapped("state", {1: ["on"]})
    with pytest.raises(DeclarationError, match=r"open\(…\) says why in a text"):
        enum(Shade).open("")


@pytest.mark.parametrize(
    ("fact", "written_back"),
    [
        (LAMP.mapped("state", {1: "on", 2: "off", 3: "idle"}), False),
        (LAMP.mapped("state", {True: "on", False: "off"}, was=bool, back={"idle": False}), True),
        (LAMP.mapped("state", {1: "on", 2: "off"}, seen_as=2), True),
        (LAMP.literal("state").renamed("lazy", to="idle"), False),
        (LAMP.literal("state").grew("idle", seen_as="off"), True),
    ],
    ids=["one to one", "several that become one", "others that become one", "renamed", "grew"],
)
def test_what_several_values_become_is_a_hazard_where_clients_write_back(fact: Fact, written_back: bool) -> None:
    app = FastAPI()
    app.put("/lamps", response_model=Lamp)(put_lamp)
    timeline = Timeline(Version("2025-06-01", change_of("Changed", fact)), Version(OLD))
    hazards = timeline.compile(Contract.of(app)).hazards
    assert [(one.field, one.kind) for one in hazards] == ([("state", "written back")] if written_back else [])


def put_lamp(lamp: Lamp) -> Lamp:
    return lamp


class Filter(BaseModel):
    state: Literal["on", "off"] = "on"


def lamps() -> Contract:
    app = FastAPI()

    @app.get("/lamps")
    async def get(filtered: Annotated[Filter, Query()]) -> str:
        return filtered.state

    return Contract.of(app)


@shows("In a parameter, which is a text, old values that are none need `was=`, a type that reads them.")
@pytest.mark.parametrize(("table", "kind"), [({True: "on", False: "off"}, "bool"), ({1: "on", 0: "off"}, "int")])
def test_a_table_of_what_no_text_is_needs_an_old_type_that_reads_the_texts_of_a_query(table: Any, kind: str) -> None:
    (fault,) = faults_of(lamps(), change_of("Changed", on(Filter).mapped("state", table)))
    assert fault.problem.startswith("a parameter is a text, which is never")
    assert f"was={kind}" in fault.remedy


def test_a_table_of_texts_and_one_that_a_type_reads_are_tables_of_a_query() -> None:
    for fact in (
        on(Filter).mapped("state", {"yes": "on", "no": "off"}),
        on(Filter).mapped("state", {True: "on", False: "off"}, was=bool),
    ):
        gates = lamps().compile(Timeline(Version("2025-06-01", change_of("Changed", fact)), Version(OLD)))
        assert gates.touches("GET /lamps", OLD)
