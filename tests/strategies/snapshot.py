"""The random models right after a fact, while a timeline is drawn from head backwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.history import State
from tests.oracle.places import (
    Components,
    key_of,
    nodes,
    subjects,
)
from tests.strategies import functions
from tests.strategies.choices import Choices
from tests.strategies.models import NAMES, World, dict_of, list_of, nullable
from tests.strategies.payloads import Payloads
from timegate.changes.base import Fact, FieldsFact
from timegate.changes.fields import Removed, Renamed
from timegate.changes.models import Introduced
from timegate.typing import Schema
from timegate.wire.schema import REF_PREFIX, referred
from timegate.wire.wire import SIDES, Component, Side


@dataclass(frozen=True)
class Candidate:
    """A field that a fact can be about.

    Args:
        model: the argument of ``on(…)``.
        component: the identity of its component.
        name: the name of the field in the fact.
        keys: its key on each side.
        places: its schema on each side.
        required: whether each side requires it.
        protected: whether it distinguishes the members of a union.
    """

    model: Any
    component: str
    name: str
    keys: dict[Side, str]
    places: dict[Side, Schema]
    required: dict[Side, bool]
    protected: bool

    @property
    def request(self) -> Schema:
        return self.places["requests"]

    @property
    def always(self) -> bool:
        return all(self.required.values())

    @property
    def never(self) -> bool:
        return not any(self.required.values())


@dataclass
class Snapshot:
    """The models right after a fact, and what the later draws need to know about them."""

    choices: Choices
    world: World
    state: State
    newer: State
    types: dict[str, dict[str, Any]]
    protected: dict[str, set[str]]
    tags: list[str]
    changed: set[str] = field(default_factory=set[str])
    gone: set[str] = field(default_factory=set[str])
    locked: set[str] = field(default_factory=set[str])
    old_types: int = 0
    converts_models: bool = False
    has_retired: bool = False

    def components(self) -> list[Component]:
        """List every model that both sides have and that this version has, less those that no document shows."""
        shown: set[str] = set()
        waiting = [c.schema for side in SIDES for c in subjects(self.state[side], (self.world.root,))]
        while waiting:
            for node in nodes(waiting.pop(), newer_arms=False):
                name = referred(node)
                if name is not None and name not in shown:
                    shown.add(name)
                    waiting += [self.state[side][name].schema for side in SIDES if name in self.state[side]]
        roots = {c.name for c in subjects(self.state["requests"], (self.world.root,))}
        return [component for component in self.living() if component.name in shown | roots]

    def living(self) -> list[Component]:
        """List every model that both sides have and that this version has, whether a field holds it or not."""
        return [
            component
            for name, component in self.state["requests"].items()
            if component.model is not None
            and component.exists
            and name not in self.gone
            and name not in self.locked
            and "properties" in component.schema
            and name in self.state["responses"]
        ]

    def is_arm(self, component: Component) -> bool:
        """Whether a model is an arm of a union still: the fields that held one may be gone, or of another type."""
        arm = {"$ref": REF_PREFIX + component.name}
        every = (node for one in self.state["requests"].values() for node in nodes(one.schema))
        return any(
            arm in node["anyOf"] and sum("$ref" in one for one in node["anyOf"]) > 1
            for node in every
            if "anyOf" in node
        )

    def subject(self, component: Component) -> Any:
        """Draw the subject of a fact: the class, its name, or the base of a generic."""
        model = component.model
        metadata = getattr(model, "__pydantic_generic_metadata__", {})
        if metadata.get("origin") is not None and self.choices.chance(70):
            return metadata["origin"]
        return component.name if self.choices.chance(15) else model

    def candidates(self, component: Component) -> list[Candidate]:
        """List every field of a model that both sides have."""
        other = self.state["responses"][component.name]
        pairs = [(key, key, key) for key in component.properties if key in other.properties]
        for python, key in component.fields.items():
            sent = other.fields.get(python)
            known = sent in other.properties and key in component.properties
            if known and sent is not None and (key != sent or self.choices.chance(50)):
                pairs = [pair for pair in pairs if pair[0] != key] + [(python, key, sent)]
        model = self.subject(component)
        found: list[Candidate] = []
        for name, key, sent in pairs:
            if key in component.internal:
                continue
            places: dict[Side, Schema] = {"requests": component.properties[key], "responses": other.properties[sent]}
            required: dict[Side, bool] = {"requests": key in component.required, "responses": sent in other.required}
            distinguishing = key in self.protected.get(component.name, ())
            keys: dict[Side, str] = {"requests": key, "responses": sent}
            everywhere = self.affected(model, name) == {component.name} or self.uniform(
                model, name, keys, component.name
            )
            subject = model if everywhere else component.name
            found.append(Candidate(subject, component.name, name, keys, places, required, distinguishing))
        return found

    def uniform(self, model: Any, name: str, keys: dict[Side, str], like: str) -> bool:
        """Whether a field is the same in every component that a fact about the model is about."""
        for side in SIDES:
            one, key = self.state[side][like], keys[side]
            for other in (self.state[side][name] for name in self.affected(model, name)):
                same = other.properties.get(key) == one.properties[key] and other.name not in self.locked
                if not same or (key in other.required) != (key in one.required):
                    return False
        return True

    def candidate(self, fits: Callable[[Candidate], bool]) -> Candidate | None:
        """Pick a field of any model."""
        found = [
            candidate for component in self.components() for candidate in self.candidates(component) if fits(candidate)
        ]
        return self.choices.pick(found) if found else None

    def affected(self, model: Any, name: str | None) -> set[str]:
        """Return the names of the components that a fact about a model is about."""
        return {c.name for side in SIDES for c in subjects(self.state[side], (model,), name)}

    def free_name(self, components: set[str]) -> str | None:
        """Pick a name that none of the components has now, in any spelling."""
        taken: set[str] = set()
        for side in SIDES:
            for name in components:
                component = self.state[side][name]
                taken |= set(component.properties)
                head = self.newer[side][name]
                taken |= set(component.fields) & set(head.fields) - set(NAMES)
        free = [name for name in NAMES if name not in taken]
        return self.choices.pick(free) if free else None

    def holders(self) -> Counter[str]:
        """Count the places that hold each component, on the side of requests."""
        found: Counter[str] = Counter()
        for component in self.state["requests"].values():
            for node in nodes(component.schema):
                name = referred(node)
                if name is not None:
                    found[name] += 1
        return found

    def value(self, side: Side, place: Schema) -> Any:
        """Make a value of a place, with nested models in the shape of the newer side of this boundary."""
        return Payloads(dict(self.newer[side]), self.choices.random()).value(place, 1)

    def fill(self, side: Side, place: Schema) -> Any:
        """Make a value that a fact puts in: a constant, or a function of the object."""
        kind = place.get("type")
        if set(place) <= {"type", "title", "default"} and kind in ("string", "integer") and self.choices.chance(25):
            self.converts_models = True
            return functions.as_text if kind == "string" else functions.size_of
        return self.value(side, place)

    def holds_models(self, place: Schema) -> bool:
        """Whether a place holds models at any depth."""
        return any(referred(node) is not None for node in nodes(place))

    def has_one_form(self, place: Schema) -> bool:
        """Whether a value of a place has the same keys on both sides."""
        waiting, seen = [place], set[str]()
        while waiting:
            for node in nodes(waiting.pop()):
                name = referred(node)
                if name is not None and name not in seen:
                    seen.add(name)
                    one, other = (self.state[side][name] for side in SIDES)
                    if set(one.properties) != set(other.properties):
                        return False
                    waiting.append(one.schema)
        return True

    def leads_to(self, place: Schema, names: set[str], components: Components) -> bool:
        """Whether a place can hold one of the components: a value put there would repeat without end."""
        seen: set[str] = set()
        waiting = [place]
        while waiting:
            for node in nodes(waiting.pop()):
                found = referred(node)
                if found is not None and found not in seen:
                    seen.add(found)
                    waiting.append(components[found].schema)
        return bool(names & seen)

    def would_recur(self, candidate: Candidate) -> bool:
        """Whether a value that a fact puts in at a place would need another such value inside."""
        affected = self.affected(candidate.model, candidate.name)
        return self.leads_to(candidate.places["responses"], affected, self.state["responses"])

    def kind(self, candidate: Candidate) -> Any:
        """Return the Python type of a field, if it is known and this version has every part of it."""
        # A retired arm is a component without a model.
        without = {name for name, component in self.state["requests"].items() if component.model is None}
        if any(referred(node) in self.gone | without or "x-newer-arms" in node for node in nodes(candidate.request)):
            return None
        return self.types.get(candidate.component, {}).get(candidate.keys["requests"])

    def old_type(self) -> Any:
        """Pick the type of a field that only older versions have."""
        alive = {component.name: component for component in self.living()}
        models = [model for model in self.world.shared if any(c.model is model for c in alive.values())]
        enums = [one for one in self.world.enums if any(c.model is one for c in self.state["responses"].values())]
        simple: list[Any] = [int, str, nullable(int), list[str], dict[str, int], *enums]
        if models and self.choices.chance(50):
            model = self.choices.pick(models)
            return self.choices.pick([model, nullable(model), list_of(model), dict_of(model)])
        return self.choices.pick(simple)

    def go_back(self, fact: Fact, state: State) -> None:
        """Go back to the models before a fact."""
        before, self.state = self.state, state
        for name in self.state["requests"]:
            known = self.types.setdefault(name, {})
            for key in list(known):
                if key not in self.state["requests"][name].properties:
                    del known[key]
        match fact:
            case Renamed(models=models, old=old, to=to):
                for component in subjects(before["requests"], models, to):
                    self.renamed(component, key_of(component, to), old)
                self.tags = [old if tag == to and self.tagged(fact) else tag for tag in self.tags]
            case Removed(fields=fields, was=was):
                for component in subjects(before["requests"], fact.models, fields[0]):
                    self.types[component.name][fields[0]] = was
            case FieldsFact(fields=fields):
                for component in subjects(before["requests"], fact.models, fields[0].split(".")[0]):
                    self.types[component.name].pop(key_of(component, fields[0].split(".")[0]), None)
            case Introduced(models=models):
                self.gone |= {component.name for component in subjects(before["requests"], models)}
            case _:
                pass
        if not isinstance(fact, Introduced):
            for side in SIDES:
                self.changed |= {
                    name
                    for name in before[side]
                    if name in state[side] and before[side][name].schema != state[side][name].schema
                }

    def tagged(self, fact: Renamed) -> bool:
        return len(fact.models) > 1

    def renamed(self, component: Component, key: str, old: str) -> None:
        known = self.types.get(component.name, {})
        if key in known:
            known[old] = known.pop(key)
        distinguishing = self.protected.setdefault(component.name, set())
        if key in distinguishing:
            distinguishing.remove(key)
            distinguishing.add(old)
