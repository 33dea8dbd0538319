"""What a 422 tells of the arms of a union: what the old server told, and nothing of what the client does not know."""

from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from tests.sentences import shows
from tests.silence.exchanges import Posted, told
from timegate import enum, on


class Cat(BaseModel):
    kind: Literal["cat"]
    name: list[str]


class Dog(BaseModel):
    kind: Literal["dog"]


class Bird(BaseModel):
    kind: Literal["bird"]


class Home(BaseModel):
    pet: Annotated[Cat | Dog | Bird, Field(discriminator="kind")] | None = None


def test_an_arm_of_a_nullable_union_is_told_by_its_tag() -> None:
    body = {"pet": {"kind": "cat", "name": 1}}
    app = Posted(Home, on(Cat).became_list("name", was=str, empty="")).app
    assert told(app, "POST", "/", body=body) == [("string_type", ["body", "pet", "cat", "name"], 1)]


def test_an_arm_that_the_client_does_not_have_is_told_as_a_tag_that_nobody_has() -> None:
    fact = on(Dog).introduced(seen_as={"kind": "cat", "name": []})
    pet = {"kind": "dog"}
    entries = told(Posted(Home, fact).app, "POST", "/", body={"pet": pet})
    assert entries == [("union_tag_invalid", ["body", "pet"], pet)]


class Old(BaseModel):
    a: int
    b: int = 0


class New(BaseModel):
    a: int
    c: int


class Either(BaseModel):
    one: Old | New


@shows("a missing key that only today's version has, in an arm of a union | what else is wrong")
def test_a_missing_key_that_only_the_newest_version_has_is_not_told() -> None:
    fact = on(Old).renamed("z", to="b"), on(New).added("c", default=1)
    entries = told(Posted(Either, *fact).app, "POST", "/", body={"one": {"a": "x"}})
    assert entries == [("value_error", ["body", "one"], {"a": "x"})]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Circle(Closed):
    kind: Literal["circle"]
    radius: int


class Square(Closed):
    kind: Literal["square"]
    side: int


class Triangle(Closed):
    kind: Literal["triangle"]
    height: int


class Drawn(BaseModel):
    shape: Circle | Square


class DrawnToday(BaseModel):
    shape: Circle | Square | Triangle


def test_nothing_is_told_of_an_arm_that_the_client_does_not_know() -> None:
    sent = {"shape": {"kind": "circle", "radius": 1, "height": 2}}
    seen = {"kind": "circle", "radius": 0}
    today = told(Posted(DrawnToday, on(Triangle).introduced(seen_as=seen)).app, "POST", "/", body=sent)
    assert today == told(Posted(Drawn).app, "POST", "/", body=sent)
    assert {place[2] for _, place, _ in today} == {"Circle", "Square"}


class Disc(Closed):
    kind: Literal["disc"]
    r: int


class CircleOrDisc(BaseModel):
    shape: Circle | Disc


def test_an_arm_misses_no_key_that_the_client_sent() -> None:
    posted = Posted(CircleOrDisc, on(Circle).renamed("r", to="radius"))
    entries = told(posted.app, "POST", "/", body={"shape": {"kind": "circle", "r": 1, "strange": 2}})
    assert entries == [
        ("extra_forbidden", ["body", "shape", "Circle", "strange"], 2),
        ("literal_error", ["body", "shape", "Disc", "kind"], "circle"),
        ("extra_forbidden", ["body", "shape", "Disc", "strange"], 2),
    ]


def test_an_arm_tells_nothing_of_a_key_that_the_client_did_not_send() -> None:
    posted = Posted(Drawn, on(Circle).renamed("r", to="radius"))
    entries = told(posted.app, "POST", "/", body={"shape": {"kind": "circle", "r": 1, "strange": 2}})
    assert entries == [
        ("extra_forbidden", ["body", "shape", "Circle", "strange"], 2),
        ("literal_error", ["body", "shape", "Square", "kind"], "circle"),
        ("missing", ["body", "shape", "Square", "side"], {"kind": "circle", "r": 1, "strange": 2}),
        ("extra_forbidden", ["body", "shape", "Square", "strange"], 2),
    ]


class Parts(BaseModel):
    kind: Literal["parts"]
    first: str
    last: str


class Whole(Closed):
    kind: Literal["whole"]
    first: int


class PartsOrWhole(BaseModel):
    shape: Parts | Whole


def test_an_arm_whose_value_was_split_tells_nothing_of_the_parts() -> None:
    split = on(Parts).split(
        "name", into=("first", "last"), was=str, apart=str.split, together="{} {}".format, loses="spaces"
    )
    sent = {"shape": {"kind": "whole", "first": 1, "strange": 2}}
    assert told(Posted(PartsOrWhole, split).app, "POST", "/", body=sent) == [
        ("literal_error", ["body", "shape", "Parts", "kind"], "whole"),
        ("missing", ["body", "shape", "Parts", "name"], sent["shape"]),
        ("extra_forbidden", ["body", "shape", "Whole", "strange"], 2),
    ]


class Counted(BaseModel):
    kind: Literal["counted"]
    n: str


class CountedOrWhole(BaseModel):
    shape: Counted | Whole


def test_an_arm_tells_no_json_type_of_a_value_that_a_function_would_have_made() -> None:
    retyped = on(Counted).retyped("n", was=int, to_head=str, to_old=int)
    sent = {"shape": {"kind": "whole", "n": 1, "first": "x"}}
    assert told(Posted(CountedOrWhole, retyped).app, "POST", "/", body=sent) == [
        ("literal_error", ["body", "shape", "Counted", "kind"], "whole"),
        ("int_parsing", ["body", "shape", "Whole", "first"], "x"),
        ("extra_forbidden", ["body", "shape", "Whole", "n"], 1),
    ]


class Identified(BaseModel):
    kind: Literal["identified"]
    name: UUID
    names: list[UUID] | int = []


class Named(Closed):
    kind: Literal["named"]
    name: list[str]
    names: list[str] | str = ""


class IdentifiedOrNamed(BaseModel):
    either: Identified | Named


def test_an_arm_tells_nothing_of_a_value_that_was_converted_as_that_of_another_arm() -> None:
    facts = on(Named).became_list("name", was=str, empty="")
    sent = {"kind": "named", "name": "x", "strange": 1}
    assert told(Posted(IdentifiedOrNamed, facts).app, "POST", "/", body={"either": sent}) == [
        ("literal_error", ["body", "either", "Identified", "kind"], "named"),
        ("extra_forbidden", ["body", "either", "Named", "strange"], 1),
    ]


def test_an_arm_tells_what_is_wrong_with_a_value_that_head_gets_as_it_was_sent() -> None:
    sent = {"kind": "named", "name": "x", "names": 1.5}
    facts = on(Named).became_list("name", was=str, empty="")
    entries = told(Posted(IdentifiedOrNamed, facts).app, "POST", "/", body={"either": sent})
    assert [(kind, place[2:]) for kind, place, _ in entries] == [
        ("literal_error", ["Identified", "kind"]),
        ("list_type", ["Identified", "names", "list[uuid]"]),
        ("int_from_float", ["Identified", "names", "int"]),
        ("list_type", ["Named", "names", "list[str]"]),
        ("string_type", ["Named", "names", "str"]),
    ]


def test_an_item_of_a_union_in_an_arm_is_not_told_where_a_function_made_it_for_another_arm() -> None:
    def split(text: str) -> list[str]:
        return text.split()

    facts = on(Named).retyped("names", was=str, to_head=split, to_old=" ".join, loses="spaces")
    sent = {"kind": "named", "name": ["x"], "names": "a b", "strange": 1}
    assert told(Posted(IdentifiedOrNamed, facts).app, "POST", "/", body={"either": sent}) == [
        ("literal_error", ["body", "either", "Identified", "kind"], "named"),
        ("uuid_type", ["body", "either", "Identified", "name"], ["x"]),
        ("extra_forbidden", ["body", "either", "Named", "strange"], 1),
    ]


class Rank(IntEnum):
    LOW = 1
    HIGH = 2


class Ranked(BaseModel):
    by_name: dict[str, Rank]
    pair: tuple[Rank, int] = (Rank.LOW, 1)
    each: set[Rank] = set()


class Unranked(BaseModel):
    z: int


class Ranks(BaseModel):
    of: Ranked | Unranked


@pytest.mark.parametrize(
    "body",
    [{"by_name": None}, {"by_name": []}, {"by_name": {}, "pair": 5}, {"by_name": 1, "pair": 2, "each": 3}],
    ids=repr,
)
def test_keys_of_an_arm_that_is_told_by_no_tag_are_told_as_the_old_server_told_them(body: dict[str, Any]) -> None:
    facts = on(Unranked).introduced(seen_as={"by_name": {}}), enum(Rank).grew(2, seen_as=1)
    sent = {"of": body}
    expected = told(Posted(create_model("Old", of=(Ranked, ...))).app, "POST", "/", body=sent)
    assert told(Posted(Ranks, *facts).app, "POST", "/", body=sent) == expected
    assert len(expected) == sum(not isinstance(value, dict) for value in body.values())


class Measured(BaseModel):
    a: int = Field(le=5)


class Sized(BaseModel):
    c: int
    d: int


class Sizes(BaseModel):
    of: Measured | Sized


def test_a_key_that_the_client_may_leave_out_is_missing_in_no_arm() -> None:
    facts = (
        on(Measured).constrained("a", was=Annotated[int, Field(le=100)]),
        on(Sized).became_required("d", default=1),
    )
    app, sent = Posted(Sizes, *facts).app, {"a": 50}
    assert told(app, "POST", "/", body={"of": sent}) == [
        ("less_than_equal", ["body", "of", "Measured", "a"], 50),
        ("missing", ["body", "of", "Sized", "c"], sent),
    ]
    assert told(app, "POST", "/", body={"of": {"a": 50, "c": 1}}) == [
        ("less_than_equal", ["body", "of", "Measured", "a"], 50)
    ]


class Listed(BaseModel):
    kind: Literal["listed"]
    values: list[int | None]


class Tagged(BaseModel):
    kind: Literal["tagged"]
    values: list[str]


class Boxed(BaseModel):
    text: str = ""


class Shelved(BaseModel):
    kind: Literal["shelved"]
    values: Boxed


class ListedOrTagged(BaseModel):
    one: Listed | Tagged


class ListedOrShelved(BaseModel):
    one: Listed | Shelved


def by_commas(text: str) -> list[str]:
    return text.split(",")


def with_text(name: str) -> Any:
    tag: Any = Literal[name.lower()]
    return create_model(name, kind=(tag, ...), values=(str, ...))


@pytest.mark.parametrize(
    ("model", "fact", "sent"),
    [
        (ListedOrTagged, on(Tagged).became_list("values", was=str, empty=""), [None, "x"]),
        (ListedOrTagged, on(Tagged).retyped("values", was=str, to_head=by_commas, to_old=",".join), [None, "x"]),
        (ListedOrShelved, on(Shelved).moved("values", to="values.text"), ["x"]),
    ],
)
def test_an_arm_tells_nothing_of_what_a_fact_would_have_made_of_a_value_for_it(
    model: Any, fact: Any, sent: Any
) -> None:
    name = "Tagged" if model is ListedOrTagged else "Shelved"
    either: Any = Listed | with_text(name)
    was = create_model("Was", one=(either, ...))
    body = {"one": {"kind": "listed", "values": sent}}
    entries = told(Posted(model, fact).app, "POST", "/", body=body)
    before = told(Posted(was).bare, "POST", "/", body=body)
    # Head has nothing to say of what was not moved.
    assert entries == (before if model is ListedOrTagged else before[:-1])


def test_an_arm_tells_what_is_wrong_with_what_a_function_made_for_it() -> None:
    fact = on(Tagged).retyped("values", was=str, to_head=lambda text: [text, 1], to_old=lambda values: values[0])
    entries = told(Posted(ListedOrTagged, fact).app, "POST", "/", body={"one": {"kind": "tagged", "values": "x"}})
    assert [(kind, place[2:4]) for kind, place, _ in entries][-1] == ("string_type", ["Tagged", "values"])
