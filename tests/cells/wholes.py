"""Two facts about wholes, one a version, and what old clients send and read by them, written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar

from fastapi import Body, FastAPI
from pydantic import BaseModel, Field, RootModel, TypeAdapter, create_model

from timegate import Timeline, Version, VersionChange, endpoint, on
from timegate.asgi import TimegateMiddleware
from timegate.changes.base import Fact
from timegate.typing import is_array, is_object

VERSIONS = "2025-01-01", "2025-03-01", "2025-06-01"
FACTS = "split", "merged", "retired", "enveloped", "rewritten"

Keys: TypeAlias = dict[str, Any]
Turn: TypeAlias = Callable[[Any], Any]
One = TypeVar("One")


class Company(BaseModel):
    kind: Literal["company"]
    seats: int


class Several(BaseModel, Generic[One]):
    first: One
    others: list[One]


class CompanyUpdate(BaseModel):
    kind: Literal["company"]
    seats: int | None = None


def apart(text: str | None) -> tuple[str | None, str | None]:
    if text is None:
        return None, None
    first, _, rest = text.partition(" ")
    return first, rest


def together(one: str | None, other: str | None) -> str | None:
    return None if one is None or other is None else f"{one} {other}"


def in_parts(one: str, parts: tuple[str, str]) -> Turn:
    """A function that parts one text of an object, written without a look at the package."""

    def turned(keys: Keys) -> Keys:
        rest = {key: value for key, value in keys.items() if key != one}
        return {**rest, **dict(zip(parts, apart(keys[one]), strict=True))} if one in keys else rest

    return turned


def in_one(parts: tuple[str, str], one: str) -> Turn:
    def turned(keys: Keys) -> Keys:
        rest = {key: value for key, value in keys.items() if key not in parts}
        return {**rest, one: together(keys[parts[0]], keys[parts[1]])} if parts[0] in keys else rest

    return turned


def each(kind: str, turn: Turn) -> Turn:
    """A function that turns every object of a kind that a body holds."""

    def turned(body: Any) -> Any:
        if is_array(body):
            return [turned(item) for item in body]
        if not is_object(body):
            return body
        return turn(body) if body.get("kind") == kind else {key: turned(value) for key, value in body.items()}

    return turned


def under(key: str) -> Turn:
    return lambda body: {key: body}


def out_of(key: str) -> Turn:
    return lambda body: body[key]


@dataclass(frozen=True)
class Head:
    """Head's types: the object, that of an update, what a body holds, and the bodies from the innermost one on."""

    model: Any
    update: Any
    arms: tuple[Any, ...]
    bodies: list[Any]


@dataclass(frozen=True)
class Layer:
    """A fact at its boundary: how it is declared, the two directions of a body, whether one endpoint has it.

    Its function may get a response with what the route leaves out: `completes`.
    """

    facts: Callable[[Head], Iterator[Fact]]
    up: Turn
    down: Turn
    at_endpoint: bool = False
    completes: bool = False


class Pair:
    """Two facts from the oldest version to head.

    Args:
        names: of the facts, the older one first.
        place: where the objects are in a body.
        partial: whether the body is that of a ``PATCH``.
    """

    def __init__(self, names: tuple[str, str], place: str, *, partial: bool = False) -> None:
        self.place, self.partial = place, partial
        self.keys = ["one", "two", "three"]
        self.kinds: list[tuple[str, tuple[str, ...]]] = [("person", tuple(self.keys))]
        self.envelopes: list[str] = []
        self.formers: list[tuple[int, Any]] = []
        self.layers = [getattr(self, f"_{name}")(number) for number, name in enumerate(names)]
        self.head = self._head(with_union=place.startswith("union") or "retired" in names)

    def _head(self, *, with_union: bool) -> Head:
        fields: Any = dict.fromkeys(self.keys, (str, ...))
        optional: Any = dict.fromkeys(self.keys, (str | None, None))
        kind: Any = (Literal["person"], ...)
        model = create_model("Person", kind=kind, **fields)
        update = create_model("PersonUpdate", kind=kind, **optional)
        arms = (update, CompanyUpdate) if self.partial else (model, Company)
        return Head(model, update, arms if with_union else arms[:1], self.bodies(arms if with_union else arms[:1]))

    def bodies(self, arms: tuple[Any, ...]) -> list[Any]:
        """The types of bodies that hold objects of some models, from the innermost one to head's."""
        one, *others = arms
        for other in others:
            one = one | other
        tagged = others and self.place != "union without a tag"
        found = [PLACES[self.place][0](Annotated[one, Field(discriminator="kind")] if tagged else one)]
        for key in self.envelopes:
            inside: Any = {key: (found[-1], ...)}
            found.append(create_model(f"Of{key.title()}", **inside))
        return found

    def _split(self, number: int) -> Layer:
        one, parts = self.keys[-1], (f"left{number}", f"right{number}")
        self.keys[-1:] = parts

        def facts(head: Head) -> Iterator[Fact]:
            yield on(head.model).split(one, into=parts, was=str, apart=apart, together=together)
            if self.partial:
                yield on(head.update).split(one, into=parts, was=str | None, apart=apart, together=together)

        return Layer(facts, each("person", in_parts(one, parts)), each("person", in_one(parts, one)))

    def _merged(self, number: int) -> Layer:
        parts, one = (self.keys[-2], self.keys[-1]), f"joined{number}"
        self.keys[-2:] = [one]

        def facts(head: Head) -> Iterator[Fact]:
            yield on(head.model).merged(parts, into=one, was=(str, str), together=together, apart=apart)
            if self.partial:
                was = (str | None, str | None)
                yield on(head.update).merged(parts, into=one, was=was, together=together, apart=apart)

        return Layer(facts, each("person", in_one(parts, one)), each("person", in_parts(one, parts)))

    def _retired(self, number: int) -> Layer:
        kind = f"former{number}"
        self.kinds.append((kind, tuple(self.keys)))
        text: Any = (str | None, None) if self.partial else (str, ...)
        fields: Any = {"kind": (Literal[kind], ...), **dict.fromkeys(self.keys, text)}
        was = create_model(f"Former{number}", **fields)
        self.formers.append((number, was))

        def read(keys: Keys) -> Keys:
            return {**keys, "kind": "person"}

        def facts(head: Head) -> Iterator[Fact]:
            one = head.update if self.partial else head.model
            yield on(one).retired(was=was, read_as=read, loses="all are persons")

        return Layer(facts, each(kind, read), lambda body: body)

    def _enveloped(self, number: int) -> Layer:
        key = f"items{number}"
        self.envelopes.append(key)

        def facts(head: Head) -> Iterator[Fact]:
            yield endpoint("/bodies").enveloped(key)

        return Layer(facts, under(key), out_of(key), at_endpoint=True)

    def _rewritten(self, number: int) -> Layer:
        key, inside = f"data{number}", len(self.envelopes)
        self.envelopes.append(key)

        def facts(head: Head) -> Iterator[Fact]:
            former = tuple(model for since, model in self.formers if since > number)
            bodies = self.bodies((*head.arms, *former)) if former else head.bodies
            yield endpoint("/bodies").rewritten(request=under(key), response=out_of(key), was=bodies[inside])

        return Layer(facts, under(key), out_of(key), at_endpoint=True, completes=True)

    def timeline(self) -> Timeline:
        older, newer = (
            type("Change", (VersionChange,), {"__doc__": "A change.", "changes": tuple(layer.facts(self.head))})
            for layer in self.layers
        )
        return Timeline(Version(VERSIONS[2], newer), Version(VERSIONS[1], older), Version(VERSIONS[0]))

    def sent(self) -> Iterator[Any]:
        """Bodies that a client of the oldest version sends."""
        around = PLACES[self.place][1]
        for kind, names in self.kinds:
            yield around({"kind": kind, **{name: f"{name} of {kind} there" for name in names}})
        if self.partial:
            yield around({"kind": "person", **dict.fromkeys(self.kinds[0][1])})
            yield around({"kind": "person"})
        if len(self.head.arms) > 1:
            yield around({"kind": "company", "seats": 3})

    def up(self, body: Any, versions: range = range(2), *, at_endpoint: bool = True) -> Any:
        """A body of an older version in the shape of a newer one, or what the models' facts alone make of it."""
        for layer in self._told(versions, at_endpoint=at_endpoint):
            body = layer.up(body)
        return body

    def down(self, body: Any, versions: range = range(2), *, at_endpoint: bool = True) -> Any:
        if self.partial and any(layer.completes for layer in self._told(versions, at_endpoint=at_endpoint)):
            body = each("person", lambda keys: {**dict.fromkeys(self.keys), **keys})(body)
        for layer in reversed(self._told(versions, at_endpoint=at_endpoint)):
            body = layer.down(body)
        return body

    def _told(self, versions: range, *, at_endpoint: bool) -> list[Layer]:
        return [self.layers[one] for one in versions if at_endpoint or not self.layers[one].at_endpoint]

    def app(self) -> tuple[FastAPI, list[Any]]:
        """An app that keeps the bodies that it gets and sends them back, and that has a webhook."""
        app, heard = FastAPI(), list[Any]()
        for path, body in (("/bodies", self.head.bodies[-1]), ("/others", self.head.bodies[0])):
            app.api_route(
                path,
                methods=["PATCH" if self.partial else "POST"],
                response_model=body,
                response_model_exclude_unset=self.partial,
            )(keeping(body, heard))
        app.webhooks.post("changed")(keeping(self.head.bodies[0], heard))
        if self.partial:
            app.put("/whole")(keeping(self.head.model, heard))
        app.add_middleware(TimegateMiddleware, timeline=self.timeline())
        return app, heard


def keeping(kind: Any, heard: list[Any]) -> Callable[..., Any]:
    """A handler that keeps the body that it gets, as far as it was set, and sends it back."""
    adapter = TypeAdapter[Any](kind)

    def take(body: Any) -> Any:
        heard.append(adapter.dump_python(body, mode="json", exclude_unset=True))
        return body

    take.__annotations__["body"] = Annotated[kind, Body()]
    return take


def listed(one: Any) -> Any:
    return list[one]


def by_name(one: Any) -> Any:
    return dict[str, one]


def boxed(one: Any) -> Any:
    return create_model("Box", held=(one, ...), size=(int, 1))


def rooted(one: Any) -> Any:
    return RootModel[list[one]]


def generic(one: Any) -> Any:
    return Several[one]


def itself(one: Any) -> Any:
    return one


PLACES: dict[str, tuple[Callable[[Any], Any], Turn]] = {
    "bare": (itself, itself),
    "union": (itself, itself),
    "union without a tag": (itself, itself),
    "list": (listed, lambda one: [one, one]),
    "dict": (by_name, lambda one: {"a": one, "b": one}),
    "dict of lists": (lambda one: by_name(listed(one)), lambda one: {"a": [one], "b": []}),
    "list of what may be null": (lambda one: listed(one | None), lambda one: [None, one]),
    "root model": (rooted, lambda one: [one]),
    "generic model": (generic, lambda one: {"first": one, "others": [one]}),
    "field": (boxed, lambda one: {"held": one, "size": 2}),
}
"""By its name: the type of a body around that of an object, and the body around an object."""
