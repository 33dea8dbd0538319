"""One walk into the past: the wire as it is undone fact by fact, the steps found, and the faults."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from typing_extensions import get_original_bases, is_typeddict

from timegate.changes.base import Fact, name_of
from timegate.errors import Fault
from timegate.history.schema_edits import tags_in
from timegate.history.steps import ModelIntroduced, Origin, Step
from timegate.typing import Model, Schema, is_object
from timegate.wire.schema import NULL, references, single_reference
from timegate.wire.wire import SIDES, Component, Side, Wire

UNLISTED: Final = "its AliasPath lets clients spell this field in ways that cannot be listed, so nothing keeps them out"
PLAIN_ALIAS: Final = "give the field a plain validation_alias, or AliasChoices of plain names"


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """One field of one component on one side.

    Args:
        side: whether clients send or get it.
        name: the component's identity.
        key: the field's wire name.
        stars: how many containers deep the values meant are.
        text: the place as the declaration calls it.
    """

    side: Side
    name: str
    key: str
    stars: int
    text: str


@dataclass(frozen=True, slots=True)
class Touch:
    """What one fact touches.

    Args:
        change: the change that declares it.
        fact: the fact as code.
        name: the component's identity, or the operation's.
        keys: the keys meant; ``"*"`` is all of them.
        reads: the keys whose values it only reads.
    """

    change: str
    fact: str
    name: str
    keys: frozenset[str]
    reads: frozenset[str] = frozenset()


@dataclass(slots=True)
class HistoryBuilder:
    """The wire while it is taken from one version to the next older one.

    Args:
        wires: the wire of each version so far, newest first; the last one is being undone.
        types: the schema of each type that a fact names, by side and by the fact's identity.
        values: the versions, newest first.
    """

    wires: list[Wire]
    types: Mapping[tuple[Side, int], Schema]
    values: tuple[str, ...]
    boundary: int = 0
    version: str = ""
    change: str = ""
    fact: Fact | None = None
    steps: dict[tuple[Side, str, int], list[Step]] = field(default_factory=dict[tuple[Side, str, int], list[Step]])
    faults: list[Fault] = field(default_factory=list[Fault])
    touched: list[Touch] = field(default_factory=list[Touch])
    renumbered: dict[tuple[str, int], list[tuple[int, int]]] = field(
        default_factory=dict[tuple[str, int], list[tuple[int, int]]]
    )
    _tags: dict[Side, set[str]] = field(default_factory=dict[Side, set[str]])
    _kin: dict[Side, dict[int, list[str]]] = field(default_factory=dict[Side, dict[int, list[str]]])

    def tags(self, side: Side) -> set[str]:
        """Every key by which unions of one side are told apart, or were at a newer version."""
        found = self._tags.get(side)
        if found is None:
            components = self.wire.components(side).values()
            named = [schema for (other, _), schema in self.types.items() if other == side]
            schemas = [*(component.schema for component in components), *self.wire.payloads(side), *named]
            found = self._tags[side] = set(tags_in(schemas))
        return found

    @property
    def wire(self) -> Wire:
        """The wire as far as it is undone."""
        return self.wires[-1]

    @wire.setter
    def wire(self, wire: Wire) -> None:
        self.wires[-1] = wire

    @property
    def origin(self) -> Origin:
        """Who is to blame for the fact at hand."""
        return Origin(self.version, self.change, str(self.fact))

    def component(self, side: Side, name: str) -> Component:
        """A component as far as it is undone."""
        return self.wire.components(side)[name]

    def put(self, side: Side, component: Component) -> None:
        """Undo something of a component."""
        self.wire = self.wire.edited(side, component)

    def record(self, side: Side, name: str, step: Step, *keys: str, reads: tuple[str, ...] = ()) -> None:
        """Note what the fact at hand does to a component's objects; facts arrive newest first.

        Args:
            side: whether clients send or get the objects.
            name: the component's identity.
            step: what happens.
            keys: what it touches of the component, ``"*"`` for all of it.
            reads: what it only reads of it.
        """
        self.steps.setdefault((side, name, self.boundary), []).insert(0, step)
        self.touch(name, *keys, reads=reads)
        uncertain = self.component(side, name).uncertain
        unsafe = uncertain if "*" in keys and not isinstance(step, ModelIntroduced) else uncertain & set(keys)
        for key in sorted(unsafe):
            self.fault(f"{self.component(side, name).display_name}.{key}", UNLISTED, PLAIN_ALIAS)

    def touch(self, name: str, *keys: str, reads: tuple[str, ...] = ()) -> None:
        """Note what the fact at hand touches, to see which facts do not commute."""
        self.touched.append(Touch(self.change, str(self.fact), name, frozenset(keys), frozenset(reads)))

    def has_touched(self, side: Side, name: str, key: str) -> bool:
        """Whether a fact of this boundary that comes after the one at hand touches a key of a component."""
        steps = self.steps.get((side, name, self.boundary), ())
        return any(key in (getattr(step, "key", None), getattr(step, "old", None)) for step in steps)

    def fault(self, place: str, problem: str, remedy: str, origin: Origin | None = None) -> None:
        """Note why the fact at hand, or that of another origin, cannot be carried out; on both sides it counts once."""
        version, change = (self.version, self.change) if origin is None else (origin.version, origin.change)
        fault = Fault(version, change, place, problem, remedy)
        if fault not in self.faults:
            self.faults.append(fault)

    def line(self, *arguments: str) -> str:
        """The fact at hand as it is written in a version file, with more arguments."""
        assert self.fact is not None
        given = self.fact.argument_code()
        written = ", ".join([*([given] if given else []), *arguments])
        return f"{self.fact.subject_code()}.{self.fact.verb}({written})"

    def type_of(self, side: Side, fact: Fact) -> Schema:
        """The schema of the type that a fact names in ``was``."""
        return self.types[side, id(fact)]

    def targets(self, models: tuple[Model, ...], field_name: str | None) -> Iterator[tuple[Model, Side, Component]]:
        """The components that a fact about these models is about.

        Args:
            models: as declared.
            field_name: the field meant, which subclasses inherit; None for facts about the whole model.
        """
        for model in models:
            found = False
            for side in SIDES:
                for name in self._kin_of(side, model):
                    if is_about(self.component(side, name), model, field_name):
                        found = True
                        yield model, side, self.component(side, name)
            if not found:
                self.fault(
                    model_name(model),
                    "the app does not reach this model, so the fact applies to nothing",
                    f"name a model of the contract, or take {self.fact} out",
                )

    def _kin_of(self, side: Side, model: Model) -> Sequence[str]:
        """The components that a fact about a model may be about; no fact makes another class of one."""
        if isinstance(model, str):
            return list(self.wire.components(side))
        kin = self._kin.get(side)
        if kin is None:
            kin = self._kin[side] = {}
            for component in self.wire.components(side).values():
                for kind in _lineage(component.model):
                    kin.setdefault(id(kind), []).append(component.name)
        return kin.get(id(model), ())

    def places(self, models: tuple[Model, ...], path: str, *, newer: bool) -> list[FieldPlace]:
        """The places that a field of these models is at.

        Args:
            models: as declared.
            path: a field, or a dotted or starred path.
            newer: whether the field exists in the newer version, where it is looked up by name.
        """
        found: list[FieldPlace] = []
        for model in models:
            text, faults = f"{model_name(model)}.{path}", len(self.faults)
            targets = list(self.targets((model,), path.split(".")[0]))
            places = [self._place(side, component, path, text, newer=newer) for _, side, component in targets]
            found += [place for place in places if place is not None]
            if newer and targets and not any(places) and len(self.faults) == faults:
                names = sorted({key for _, _, component in targets for key in component.properties})
                self.fault(
                    text,
                    "there is no such field right after this fact",
                    f"name one of {', '.join(names)}" if names else "name a model that has fields",
                )
        return list(dict.fromkeys(found))

    def _place(self, side: Side, component: Component, path: str, text: str, *, newer: bool) -> FieldPlace | None:
        segments, stars = path.split("."), 0
        while len(segments) > 1 and segments[-1] == "*":
            segments.pop()
            stars += 1
        for position, segment in enumerate(segments[:-1]):
            step_into = self.inner(side, component, segment, segments[position + 1], text)
            if step_into is None:
                return None
            component = step_into
        last = segments[-1]
        if last == "*":
            return None
        key = component.wire(last)
        if newer:
            return None if key is None else FieldPlace(side, component.name, key, stars, text)
        if key is not None:
            self.fault(text, "the newer version has this field too", "name a field that only the older version had")
            return None
        return FieldPlace(side, component.name, last, stars, text)

    def inner(self, side: Side, component: Component, segment: str, following: str, text: str) -> Component | None:
        """The component behind one segment of a path."""
        if segment == "*":
            return component
        key = component.wire(segment)
        if key is None:
            return None
        schema = component.properties[key]
        if following == "*":
            schema = _item_schema(schema)
        name = single_reference(schema)
        if name is None:
            self.fault(
                text,
                f"{segment!r} leads to no single model",
                "declare the fact on the model that holds the field",
            )
            return None
        if self._shared(side, name):
            self.fault(
                text,
                f"the path goes through {name}, which other places share",
                f"declare the fact on {name}, where it holds everywhere, or give this place a model of its own",
            )
            return None
        return self.component(side, name)

    def _shared(self, side: Side, name: str) -> bool:
        components = self.wire.components(side)
        count = sum(list(references(schema)).count(name) for _, schema in self.wire.roots(side))
        for reachable in self.wire.reachable(side):
            count += list(references(components[reachable].schema)).count(name)
        return count > 1


def model_name(model: Model) -> str:
    """A model as a fault names it."""
    return model if isinstance(model, str) else name_of(model)


def _item_schema(schema: Schema) -> Schema:
    for keyword in ("items", "additionalProperties"):
        if is_object(schema.get(keyword)):
            found: Schema = schema[keyword]
            return found
    for keyword in ("anyOf", "oneOf"):
        for arm in schema.get(keyword, ()):
            if arm != NULL:
                return _item_schema(arm)
    return {}


def is_about(component: Component, model: Model, field_name: str | None) -> bool:
    """Whether a fact on ``model`` holds for a component: its own class, or one that inherits the field."""
    if isinstance(model, str):
        return model in (component.name, component.display_name)
    own = component.model
    if own is None:
        return False
    if own is model:
        return True
    if not (inspect.isclass(own) and inspect.isclass(model)):
        return False
    if is_typeddict(model):
        return model in _typed_dict_bases(own) and (field_name is None or _same_annotation(own, model, field_name))
    if is_typeddict(own) or not issubclass(own, model):
        return False
    between = own.__mro__[: own.__mro__.index(model)]
    if field_name is None:
        # A fact about the whole model holds for its parametrisations, which declare nothing of their own.
        return all("__annotations__" not in vars(cls) for cls in between)
    return not any(field_name in vars(cls).get("__annotations__", {}) for cls in between)


def _lineage(kind: Any) -> Iterable[Any]:
    """A component's class with all that it inherits from."""
    if not inspect.isclass(kind):
        return () if kind is None else (kind,)
    return (kind, *_typed_dict_bases(kind)) if is_typeddict(kind) else kind.__mro__


def _typed_dict_bases(kind: type) -> set[Any]:
    found: set[Any] = set()
    waiting: list[Any] = [kind]
    while waiting:
        current = waiting.pop()
        if not is_typeddict(current):
            continue
        for base in get_original_bases(current):
            if is_typeddict(base) and base not in found:
                found.add(base)
                waiting.append(base)
    return found


def _same_annotation(own: type, base: type, field_name: str) -> bool:
    mine, theirs = inspect.get_annotations(own), inspect.get_annotations(base)
    return mine.get(field_name) == theirs.get(field_name)
