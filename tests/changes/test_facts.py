"""Facts are frozen values, and their text is the code that makes them."""

import copy
from dataclasses import FrozenInstanceError, fields
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from timegate import DeclarationError, endpoint, enum, on, sibling
from timegate.changes.base import Fact
from timegate.changes.fields import Renamed
from timegate.changes.values import Retyped


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    name: str
    size: int = 0


def double(value: Any) -> Any:
    return 2 * value


FACTS: dict[str, Fact] = {
    "on(Item).added('size')": on(Item).added("size"),
    "on(Item).added('size', default=None)": on(Item).added("size", default=None),
    "on(Item, Base).added('size', 'name', default=sibling('x'))": on(Item, type("Base", (Item,), {})).added(
        "size", "name", default=sibling("x")
    ),
    "on('Item').removed('gone', was=list[int] | None, required=False, backfill=None, loses='why')": on("Item").removed(
        "gone", was=list[int] | None, required=False, backfill=None, loses="why"
    ),
    "on(Item).renamed('title', to='name')": on(Item).renamed("title", to="name"),
    "on(Item).moved('a.b', to='c', empty=0)": on(Item).moved("a.b", to="c", empty=0),
    "on(Item).retyped('size', was=Literal['a', 1], to_head=double, to_old=str)": on(Item).retyped(
        "size", was=Literal["a", 1], to_head=double, to_old=str
    ),
    "on(Item).became_nullable('size', null_was='')": on(Item).became_nullable("size", null_was=""),
    "on(Item).became_non_null('size', null_is=0)": on(Item).became_non_null("size", null_is=0),
    "on(Item).became_required('size', default={'a': 1})": on(Item).became_required("size", default={"a": 1}),
    "on(Item).became_optional('size', missing_was=False)": on(Item).became_optional("size", missing_was=False),
    "on(Item).became_list('size')": on(Item).became_list("size"),
    "on(Item).defaulted('size', was=None)": on(Item).defaulted("size", was=None),
    "on(Item).constrained('size', was=Annotated[int, 'small'], tolerated='why')": on(Item).constrained(
        "size", was=Annotated[int, "small"], tolerated="why"
    ),
    "on(Item).was_named('Old')": on(Item).was_named("Old"),
    "on(Item).retired(was=Colour, read_as=double, loses='why')": on(Item).retired(
        was=Colour, read_as=double, loses="why"
    ),
    "endpoint('/a', 'GET').enveloped('items')": endpoint("/a", "GET").enveloped("items"),
    "on(Item).unchanged('why')": on(Item).unchanged("why"),
    "on(Item).split('title', into=('name', 'size'), was=str, apart=double, together=max)": on(Item).split(
        "title", into=("name", "size"), was=str, apart=double, together=max
    ),
    "on(Item).merged(('a', 'b'), into='name', was=(str, int), together=max, apart=double)": on(Item).merged(
        ("a", "b"), into="name", was=(str, int), together=max, apart=double
    ),
    "on(Item).became_scalar('size', was=list[int], empty=0, loses='why')": on(Item).became_scalar(
        "size", was=list[int], empty=0, loses="why"
    ),
    "on(Item).mapped('size', {'S': 1, 'L': 2}, back={3: 'L'}, seen_as='S')": on(Item).mapped(
        "size", {"S": 1, "L": 2}, back={3: "L"}, seen_as="S"
    ),
    "on(Item).literal('name').grew('a', 'b', seen_as='c')": on(Item).literal("name").grew("a", "b", seen_as="c"),
    "on(Item).literal('name').open('why').grew('a')": on(Item).literal("name").open("why").grew("a"),
    "on(Item).literal('name').shrank('a', read_as='b', loses='why')": on(Item)
    .literal("name")
    .shrank("a", read_as="b", loses="why"),
    "on(Item).literal('name').renamed('a', to='b')": on(Item).literal("name").renamed("a", to="b"),
    "enum(Colour).open('why').grew('blue')": enum(Colour).open("why").grew("blue"),
    "on(Item).documented(was={'title': 'Old'})": on(Item).documented(was={"title": "Old"}),
    "on(Item).documented('size', 'name', was={'title': None})": on(Item).documented(
        "size", "name", was={"title": None}
    ),
    "endpoint('/a', 'GET').documented(was={'tags': ['x']})": endpoint("/a", "GET").documented(was={"tags": ["x"]}),
    "endpoint('/a').query('q').documented(was={'deprecated': True})": endpoint("/a")
    .query("q")
    .documented(was={"deprecated": True}),
    "on(Item, 'Other').vouched(str | list[int], 'why')": on(Item, "Other").vouched(str | list[int], "why"),
    "on(Item).vouched('why')": on(Item).vouched("why"),
    "on(Item).introduced(seen_as=double)": on(Item).introduced(seen_as=double),
    "on(Item).reshaped(was=dict[str, Item], to_head=double, to_old=double)": on(Item).reshaped(
        was=dict[str, Item], to_head=double, to_old=double
    ),
    "enum(Colour).grew(Colour.BLUE, 'green', seen_as=Colour.RED)": enum(Colour).grew(
        Colour.BLUE, "green", seen_as=Colour.RED
    ),
    "enum(Colour).shrank('green', read_as=Colour.RED, loses='why')": enum(Colour).shrank(
        "green", read_as=Colour.RED, loses="why"
    ),
    "enum('Colour').renamed('azure', to='blue')": enum("Colour").renamed("azure", to="blue"),
    "endpoint('/items').added()": endpoint("/items").added(),
    "endpoint('/items', 'GET', 'POST').removed()": endpoint("/items", "get", "POST").removed(),
    "endpoint('/a/{b}', 'GET').moved(to='/a?b={b}')": endpoint("/a/{b}", "GET").moved(to="/a?b={b}"),
    "endpoint('/items', 'POST').status(201, was=200)": endpoint("/items", "POST").status(201, was=200),
    "endpoint('/items').query('limit').added(default=5)": endpoint("/items").query("limit").added(default=5),
    "endpoint('/items').query('page').renamed(to='limit')": endpoint("/items").query("page").renamed(to="limit"),
    "endpoint('/items').header('x-page').removed(was=int, loses='why')": endpoint("/items")
    .header("X-Page")
    .removed(was=int, loses="why"),
    "endpoint('/items').query('limit').defaulted(was=None)": endpoint("/items").query("limit").defaulted(was=None),
}


class TestAFact:
    @pytest.mark.parametrize("code", FACTS)
    def test_has_the_code_that_makes_it_as_text(self, code: str) -> None:
        assert str(FACTS[code]) == repr(FACTS[code]) == code

    @pytest.mark.parametrize("code", [code for code in FACTS if "Base" not in code])
    def test_equals_the_value_of_its_code(self, code: str) -> None:
        assert eval(code) == FACTS[code]

    def test_is_a_frozen_value(self) -> None:
        fact = on(Item).renamed("title", to="name")
        assert fact == Renamed(models=(Item,), old="title", to="name")
        assert fact != on(Item).renamed("title", to="size")
        assert len({fact, on(Item).renamed("title", to="name")}) == 1
        anything: Any = fact
        with pytest.raises(AttributeError):
            anything.to = "other"

    @pytest.mark.parametrize("code", FACTS)
    def test_is_frozen_and_equals_its_copy(self, code: str) -> None:
        fact: Any = FACTS[code]
        again = copy.copy(fact)
        assert again is not fact
        assert again == fact
        for field in fields(fact):
            with pytest.raises(FrozenInstanceError):
                setattr(fact, field.name, None)
            with pytest.raises(FrozenInstanceError):
                delattr(fact, field.name)

    def test_of_another_kind_is_not_equal(self) -> None:
        path = endpoint("/items", "GET")
        assert path.added() == path.added()
        assert path.added() != path.removed()
        assert len({path.added(), path.removed(), path.added()}) == 2
        assert path.added() != ("/items", ("GET",))

    def test_without_a_type_differs_from_one_with_none(self) -> None:
        assert on(Item).retyped("size") != on(Item).retyped("size", was=None)
        assert isinstance(on(Item).retyped("size"), Retyped)

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda: on(),
            lambda: on(Item).added(),
            lambda: on(Item).added(""),
            lambda: on(Item).removed(was=int),
            lambda: enum(Colour).grew(),
            lambda: endpoint("items"),
            lambda: endpoint("/items", "FETCH"),
        ],
    )
    def test_without_a_subject_is_refused(self, wrong: Any) -> None:
        with pytest.raises(DeclarationError):
            wrong()


def test_limits_are_written_as_pydantic_writes_them() -> None:
    fact = on(Item).constrained("size", was=Annotated[int, Field(le=5)], tolerated="why")
    assert str(fact).startswith("on(Item).constrained('size', was=Annotated[int, FieldInfo(")


class TestASubject:
    @pytest.mark.parametrize(
        ("subject", "code"),
        [
            (on(Item, "Thing"), "on(Item, 'Thing')"),
            (enum(Colour), "enum(Colour)"),
            (endpoint("/items", "get"), "endpoint('/items', 'GET')"),
            (endpoint("/items").query("limit"), "endpoint('/items').query('limit')"),
        ],
    )
    def test_has_the_code_that_makes_it_as_text(self, subject: object, code: str) -> None:
        assert repr(subject) == code
