"""A serializer that says nothing of its result is walked where somebody vouches that it keeps the documented shape."""

import pickle
from dataclasses import field
from typing import Annotated, Any, Generic, TypeVar

import pytest
from fastapi.responses import JSONResponse
from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    WrapSerializer,
    field_serializer,
    model_serializer,
)
from pydantic.dataclasses import dataclass

from tests.sentences import shows
from tests.silence.exchanges import NEW, OLD, exchange, faults_of, gated, served, timeline_of
from timegate import CompileError, Contract, DowngradeError, Timeline, Version, VersionChange, on, sibling

T = TypeVar("T")
WHY = "it drops nulls and keeps the rest"


def without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in value.items() if one is not None}


class Inner(BaseModel):
    x: int = 1
    note: str | None = None


RENAMED = on(Inner).renamed("y", to="x")


class Content(BaseModel):
    label: str | None = None
    inner: Inner = Inner()


def wraps(self: Any, handler: Any) -> dict[str, Any]:
    return without_nulls(handler(self))


def wraps_untyped(self: Any, handler: Any) -> Any:
    return without_nulls(handler(self))


del wraps_untyped.__annotations__["return"]


def writes_plainly(self: Any) -> dict[str, Any]:
    return without_nulls({"label": self.label, "inner": self.inner})


def written_by(name: str, serializer: Any) -> Any:
    """A model that a serializer writes, as a third party may have defined it."""
    return type(name, (Content,), {"__module__": __name__, "written": serializer})


Typed = written_by("Typed", model_serializer(mode="wrap")(wraps))
Untyped = written_by("Untyped", model_serializer(mode="wrap")(wraps_untyped))
Plainly = written_by("Plainly", model_serializer(writes_plainly))


@dataclass
class Data:
    label: str | None = None
    inner: Inner = field(default_factory=Inner)

    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return without_nulls(handler(self))


CLASSES = [Typed, Untyped, Plainly, Data]


@pytest.mark.parametrize("kind", CLASSES)
class TestASerializerOfAModel:
    @shows(
        "Where a change is behind it, the app does not start.",
        "a serializer without a return type in a model that holds one that changes, unless a change vouches for it;",
    )
    def test_stops_the_start_where_a_change_is_behind_it_and_the_remedy_helps(self, kind: Any) -> None:
        faults = faults_of(Contract.of(served(kind, kind())), RENAMED)
        assert {"a serializer that names no keys" in fault.problem for fault in faults} == {True}
        remedy = f", or on({kind.__name__}).vouched('why it keeps the documented shape')"
        assert {fault.remedy.endswith(remedy) for fault in faults} == {True}
        assert faults_of(Contract.of(served(kind, kind())), RENAMED, on(kind).vouched(WHY)) == ()

    @shows(
        "If it gives what the schema says of the model, with other keys left out or not, a change says so, "
        "for each class:",
    )
    def test_is_walked_where_somebody_vouches_that_it_keeps_the_documented_shape(self, kind: Any) -> None:
        app = gated(served(kind, kind(label="a")), RENAMED, on(kind).vouched(WHY))
        assert exchange(app, "GET", "/").json() == {"label": "a", "inner": {"y": 1, "note": None}}
        assert exchange(app, "GET", "/", version=NEW).json() == {"label": "a", "inner": {"x": 1, "note": None}}

    def test_may_have_facts_of_its_own(self, kind: Any) -> None:
        app = gated(served(kind, kind(label="a")), on(kind).vouched(WHY), on(kind).renamed("title", to="label"))
        assert exchange(app, "GET", "/").json() == {"title": "a", "inner": {"x": 1, "note": None}}
        assert exchange(gated(served(kind, kind()), on(kind).vouched(WHY), RENAMED), "GET", "/").json() == {
            "inner": {"y": 1, "note": None}
        }

    def test_is_one_model_with_the_requests(self, kind: Any) -> None:
        gates = timeline_of(on(kind).vouched(WHY), on(kind).renamed("title", to="label")).compile(
            Contract.of_types(kind, list[kind])
        )
        assert gates.upgrade(kind, {"title": "a"}, from_version=OLD) == {"label": "a"}
        assert gates.downgrade(kind, kind(label="a"), to_version=OLD)["title"] == "a"
        assert [one["title"] for one in gates.downgrade(list[kind], [{"label": "a"}], to_version=OLD)] == ["a"]

    @shows("The documents of the timeline's versions then show the model's shape.")
    def test_is_shown_by_its_shape_in_the_documents_of_older_versions(self, kind: Any) -> None:
        gates = timeline_of(on(kind).vouched(WHY), on(kind).renamed("title", to="label")).compile(
            Contract.of_types(sends=[kind])
        )
        shown = gates.contract(OLD)["components"]["schemas"]
        assert sorted(shown) == sorted([kind.__name__, "Inner"])
        assert sorted(shown[kind.__name__]["properties"]) == ["inner", "title"]

    @shows("A response that does not have it is a 500.")
    def test_is_an_error_of_the_server_where_it_breaks_its_word(self, kind: Any) -> None:
        gates = timeline_of(on(kind).vouched(WHY), RENAMED).compile(Contract.of_types(sends=[kind]))
        for sent in ("text", {"inner": "text"}, [1]):
            with pytest.raises(DowngradeError, match="an object was expected"):
                gates.downgrade(kind, sent, to_version=OLD)
            app = gated(served(kind, JSONResponse(sent)), on(kind).vouched(WHY), RENAMED)
            assert exchange(app, "GET", "/").status == 500


class Fields(BaseModel):
    first: Inner = Inner()
    second: Annotated[Inner, PlainSerializer(lambda value: value.model_dump())] = Inner()
    many: list[Annotated[Inner, WrapSerializer(lambda value, handler: handler(value))]] = []

    @field_serializer("first", mode="wrap")
    def written(self, value: Any, handler: Any) -> Any:
        return handler(value)


@shows("It holds for the serializers of the model and of its fields,")
def test_the_serializers_of_fields_and_items_are_those_of_their_model() -> None:
    app = gated(served(Fields, Fields(many=[Inner()])), RENAMED, on(Fields).vouched(WHY))
    inner = {"y": 1, "note": None}
    assert exchange(app, "GET", "/").json() == {"first": inner, "second": inner, "many": [inner]}


@shows("and for one at a response that gets the model.")
def test_a_serializer_at_one_response_is_that_of_the_model_that_it_gets() -> None:
    kind = Annotated[Inner, WrapSerializer(lambda value, handler: handler(value))]
    app = gated(served(kind, Inner()), RENAMED, on(Inner).vouched(WHY))
    assert exchange(app, "GET", "/").json() == {"y": 1, "note": None}


def test_a_serializer_of_a_list_at_one_response_is_that_of_the_model_in_it() -> None:
    kind = Annotated[list[Inner], WrapSerializer(lambda value, handler: handler(value))]
    (fault,) = faults_of(Contract.of(served(kind, [Inner()])), RENAMED)
    assert fault.remedy.endswith(", or on(Inner).vouched('why it keeps the documented shape')")
    app = gated(served(kind, [Inner()]), RENAMED, on(Inner).vouched(WHY))
    assert exchange(app, "GET", "/").json() == [{"y": 1, "note": None}]


class Boxed(BaseModel, Generic[T]):
    held: T
    inner: Inner = Inner()

    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return without_nulls(handler(self))


def test_the_remedy_names_a_class_as_a_version_file_can_write_it() -> None:
    generic = Contract.of_types(sends=[Boxed[int]])
    assert {fault.remedy.rpartition(" or ")[2] for fault in faults_of(generic, RENAMED)} == {
        "on(Boxed).vouched('why it keeps the documented shape')"
    }
    assert faults_of(generic, RENAMED, on(Boxed).vouched(WHY)) == ()
    namesake = type("Typed", (Content,), {"__module__": "elsewhere"})
    (fault,) = faults_of(Contract.of_types(sends=[Typed, namesake]), RENAMED)
    assert fault.remedy.endswith(", or on('Typed').vouched('why it keeps the documented shape')")
    assert faults_of(Contract.of_types(sends=[Typed, namesake]), RENAMED, on("Typed").vouched(WHY)) == ()


class More(Content):
    more: int = 0

    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return without_nulls(handler(self))


class Held(Content):
    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return without_nulls(handler(self))


class Outer(BaseModel):
    held: Held
    more: "list[Outer]" = []


def test_a_model_of_a_third_party_below_others_is_named_as_its_class_or_component() -> None:
    for model in (Held, "Held"):
        app = gated(served(Outer, {"held": {}, "more": [{"held": {}}]}), RENAMED, on(model).vouched(WHY))
        one = {"inner": {"y": 1, "note": None}}
        assert exchange(app, "GET", "/").json() == {"held": one, "more": [{"held": one, "more": []}]}


class Describing(BaseModel):
    label: Annotated[str, PlainSerializer(str, return_type=str)] = ""
    inner: Inner = Inner()


UNTOUCHED = "no change touches what it vouches for, so that it passes anyway"
UNREACHED = "the app does not reach this model, so the fact applies to nothing"
SAYS_IT = "each of its serializers says what it gives, or it has none"

REFUSALS: dict[str, tuple[Any, Any, str, str]] = {
    "no serializer": (Inner, on(Inner).vouched(WHY), "Inner", SAYS_IT),
    "a serializer that says it": (Describing, on(Describing).vouched(WHY), "Describing", SAYS_IT),
    "the second time": (Typed, on(Typed, Typed).vouched(WHY), "Typed", SAYS_IT),
    "the base of a model": (More, on(Content).vouched(WHY), "Content", UNREACHED),
}  # fmt: skip


@shows(
    '`on(M).vouched("why")` must have a serializer that says nothing of its result, or a field that any '
    "subclass may take,",
)
@pytest.mark.parametrize("name", REFUSALS)
def test_vouching_for_nothing_is_refused(name: str) -> None:
    kind, fact, place, problem = REFUSALS[name]
    found = faults_of(Contract.of_types(sends=[kind]), fact, RENAMED)
    faults = [one for one in found if "serializer that names" not in one.problem]
    assert [(one.place, one.problem) for one in faults] == [(place, problem)]
    assert f"take {fact} out" in faults[0].remedy


@shows("and a change behind it.")
def test_vouching_where_no_change_touches_is_refused() -> None:
    class Free(BaseModel):
        n: int = 0

    contract = Contract.of_types(sends=[Typed, Free])
    (fault,) = faults_of(contract, on(Typed).vouched(WHY), on(Free).renamed("m", to="n"))
    assert (fault.place, fault.problem, fault.remedy) == ("Typed", UNTOUCHED, f"take on(Typed).vouched({WHY!r}) out")


def test_what_no_change_touches_is_listed_and_needs_nobody_to_vouch() -> None:
    class Free(BaseModel):
        n: int = 0

    contract = Contract.of_types(sends=[Typed, Free])
    assert contract.opaque == ("Typed in the sent",)
    assert faults_of(contract, on(Free).renamed("m", to="n")) == ()


class Vouched(VersionChange):
    """A serializer keeps its shape, and its label was a title."""

    changes = (on(Typed).vouched(WHY), on(Typed).renamed("title", to="label"))


def test_gates_with_somebody_who_vouches_are_pickled() -> None:
    gates = Timeline(Version(NEW, Vouched), Version(OLD)).compile(Contract.of_types(Typed))
    copy = pickle.loads(pickle.dumps(gates))
    assert copy.downgrade(Typed, {"label": "a"}, to_version=OLD) == {"title": "a"}
    (step,) = copy.explain(Typed, {"label": "a"}, to_version=OLD)
    assert step.after == {"title": "a"}


class Upper(Content):
    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return {key.upper(): value for key, value in handler(self).items()}


class Texts(Content):
    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return {**handler(self), "inner": "a text"}


class Failing(Content):
    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        raise LookupError(handler)


class Needy(Content):
    n: int

    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return without_nulls(handler(self))


class Shown(Needy):
    model_config = ConfigDict(json_schema_extra={"examples": [{"n": 1}]})


class ShownWrong(Shown):
    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return {**handler(self), "n": None}


NOT_OF_ITS_SHAPE = "what its serializer gives is not of the shape of its schema: "

TRIED: dict[Any, str | None] = {
    Typed: None,
    Data: None,
    Shown: None,
    Upper: f"{NOT_OF_ITS_SHAPE}its schema has no 'INNER'",
    Texts: f"{NOT_OF_ITS_SHAPE}at inner: it is no object",
    Failing: "its serializer fails with PydanticSerializationError",
    Needy: "there is no example to try its serializer on",
    ShownWrong: f"{NOT_OF_ITS_SHAPE}at n: it is no integer",
}


@shows(
    "In development, `notes.compile(timeline, check=True)` tries it: it makes the model of its defaults and "
    "of the examples in its schema, dumps it, and compares the result with the schema.",
)
@pytest.mark.parametrize("kind", TRIED)
def test_in_development_a_serializer_is_tried_on_examples(kind: Any) -> None:
    timeline, contract = timeline_of(on(kind).vouched(WHY), RENAMED), Contract.of_types(sends=[kind])
    contract.compile(timeline)
    problems: list[str | None] = [None]
    try:
        contract.compile(timeline, check=True)
    except CompileError as error:
        problems = [fault.problem for fault in error.faults if fault.place == kind.__name__]
    assert problems == [TRIED[kind]]


class Sparse(BaseModel):
    n: int | None = 5
    m: int = 1

    @model_serializer(mode="wrap")
    def written(self, handler: Any) -> dict[str, Any]:
        return without_nulls(handler(self))


@pytest.mark.parametrize(
    "fact",
    [
        on(Sparse).became_nullable("n", null_was=7),
        on(Sparse).defaulted("m", was=3),
        on(Sparse).became_optional("m", missing_was=3),
        on(Sparse).removed("old", was=int, required=True, backfill=sibling("m"), loses="nobody asks for it"),
    ],
    ids=str,
)
def test_what_absence_means_is_a_fault_where_a_serializer_may_leave_the_key_out(fact: Any) -> None:
    (fault,) = faults_of(Contract.of_types(sends=[Sparse]), on(Sparse).vouched(WHY), fact)
    assert "may leave this key out" in fault.problem or "may be absent in a response" in fault.problem
    assert faults_of(Contract.of_types(sends=[Sparse]), on(Sparse).vouched(WHY), on(Sparse).renamed("k", to="m")) == ()
