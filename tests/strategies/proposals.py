"""Facts that could have happened: each proposal looks at the models right after the fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, create_model

from tests.oracle.history import State, undone
from tests.oracle.places import (
    Components,
    admits_null,
    arms_of,
    behind,
    is_enum,
    key_of,
    members_of,
    nodes,
    subjects,
)
from tests.strategies import functions
from tests.strategies.dice import Dice
from tests.strategies.models import NAMES, World, dict_of, list_of, nullable
from tests.strategies.payloads import Payloads
from timegate.changes.base import UNSET, Fact, FieldsFact, sibling
from timegate.changes.fields import Removed, Renamed
from timegate.changes.models import Introduced
from timegate.changes.subjects import enum, on
from timegate.contract.document import SIDES, Component, Side, referred
from timegate.typing import Schema

Proposal = Callable[["Scene"], "Fact | None"]


@dataclass(frozen=True)
class Spot:
    """A field that a fact can be about.

    Args:
        model: what to write in ``on(…)``.
        component: its identity.
        name: what to call the field in the fact.
        keys: its key on each side.
        places: its schema on each side.
        required: whether each side requires it.
        protected: whether a union's arms are told apart by it.
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
class Scene:
    """What the models look like at one moment, and what is known of them."""

    dice: Dice
    world: World
    state: State
    newer: State
    types: dict[str, dict[str, Any]]
    protected: dict[str, set[str]]
    tags: list[str]
    busy: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    olds: int = 0
    converts_models: bool = False

    # What is there

    def components(self) -> list[Component]:
        """Every model that both sides have and that this moment has."""
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

    def subject(self, component: Component) -> Any:
        """Write the subject of a fact: the class, or the name, or the base of a generic."""
        model = component.model
        metadata = getattr(model, "__pydantic_generic_metadata__", {})
        if metadata.get("origin") is not None and self.dice.chance(70):
            return metadata["origin"]
        return component.name if self.dice.chance(15) else model

    def spots(self, component: Component) -> list[Spot]:
        """Every field of a model that both sides have."""
        other = self.state["responses"][component.name]
        pairs = [(key, key, key) for key in component.properties if key in other.properties]
        for python, key in component.fields.items():
            sent = other.fields.get(python)
            known = sent in other.properties and key in component.properties
            if known and sent is not None and (key != sent or self.dice.chance(50)):
                pairs = [pair for pair in pairs if pair[0] != key] + [(python, key, sent)]
        model = self.subject(component)
        found: list[Spot] = []
        for name, key, sent in pairs:
            if key in component.internal:
                continue
            places: dict[Side, Schema] = {"requests": component.properties[key], "responses": other.properties[sent]}
            required: dict[Side, bool] = {"requests": key in component.required, "responses": sent in other.required}
            guarded = key in self.protected.get(component.name, ())
            keys: dict[Side, str] = {"requests": key, "responses": sent}
            everywhere = self.meant(model, name) == {component.name} or self.uniform(model, name, keys, component.name)
            subject = model if everywhere else component.name
            found.append(Spot(subject, component.name, name, keys, places, required, guarded))
        return found

    def uniform(self, model: Any, name: str, keys: dict[Side, str], like: str) -> bool:
        """Whether a field is the same in every component that a fact about the model is about."""
        for side in SIDES:
            one, key = self.state[side][like], keys[side]
            for other in (self.state[side][name] for name in self.meant(model, name)):
                same = other.properties.get(key) == one.properties[key] and other.name not in self.locked
                if not same or (key in other.required) != (key in one.required):
                    return False
        return True

    def spot(self, fits: Callable[[Spot], bool]) -> Spot | None:
        """Pick a field of any model."""
        found = [spot for component in self.components() for spot in self.spots(component) if fits(spot)]
        return self.dice.pick(found) if found else None

    def meant(self, model: Any, name: str | None) -> set[str]:
        """Every component that a fact about a model is about."""
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
        return self.dice.pick(free) if free else None

    def holders(self) -> Counter[str]:
        """How often each component is held, on the requests' side."""
        found: Counter[str] = Counter()
        for component in self.state["requests"].values():
            for node in nodes(component.schema):
                name = referred(node)
                if name is not None:
                    found[name] += 1
        return found

    def value(self, side: Side, place: Schema) -> Any:
        """Make a value of a place, nested models as the newer side of this boundary has them."""
        return Payloads(dict(self.newer[side]), self.dice.random()).value(place, 1)

    def holds_models(self, place: Schema) -> bool:
        """Whether a place holds models at any depth."""
        return any(referred(node) is not None for node in nodes(place))

    def leads_to(self, place: Schema, name: str, components: Components) -> bool:
        """Whether a place can hold a component: what an old client reads there would never end."""
        seen: set[str] = set()
        waiting = [place]
        while waiting:
            for node in nodes(waiting.pop()):
                found = referred(node)
                if found is not None and found not in seen:
                    seen.add(found)
                    waiting.append(components[found].schema)
        return name in seen

    def endless(self, spot: Spot) -> bool:
        """Whether a value that is put in at a place would want another one inside."""
        return self.leads_to(spot.places["responses"], spot.component, self.state["responses"])

    def kind(self, spot: Spot) -> Any:
        """The Python type of a field, if it is known and this version has all of it."""
        if any(referred(node) in self.gone or "x-aside" in node for node in nodes(spot.request)):
            return None
        return self.types.get(spot.component, {}).get(spot.keys["requests"])

    def old_type(self) -> Any:
        """Pick the type of a field that only older versions have."""
        alive = {component.name: component for component in self.components()}
        models = [model for model in self.world.shared if any(c.model is model for c in alive.values())]
        enums = [one for one in self.world.enums if any(c.model is one for c in self.state["responses"].values())]
        simple: list[Any] = [int, str, nullable(int), list[str], dict[str, int], *enums]
        if models and self.dice.chance(50):
            model = self.dice.pick(models)
            return self.dice.pick([model, nullable(model), list_of(model), dict_of(model)])
        return self.dice.pick(simple)

    # What has happened

    def happened(self, fact: Fact, state: State) -> None:
        """Go back to the state before a fact."""
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
                self.busy |= {
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
        guarded = self.protected.setdefault(component.name, set())
        if key in guarded:
            guarded.remove(key)
            guarded.add(old)


def added(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected)
    if spot is None:
        return None
    if spot.required["requests"] or scene.dice.chance(40):
        component = scene.state["requests"][spot.component]
        alike = [
            other.keys["requests"]
            for other in scene.spots(component)
            if other.name != spot.name and other.request == spot.request and other.always
        ]
        if alike and scene.dice.chance(40):
            return on(spot.model).added(spot.name, default=sibling(scene.dice.pick(alike)))
        return on(spot.model).added(spot.name, default=scene.value("requests", spot.request))
    return on(spot.model).added(spot.name)


def removed(scene: Scene) -> Fact | None:
    found = scene.components()
    if not found:
        return None
    component = scene.dice.pick(found)
    subject = scene.subject(component)
    name = scene.free_name(scene.meant(subject, "?"))
    if name is None:
        return None
    kind, required = scene.old_type(), scene.dice.chance(50)
    how = scene.dice.number(0, 9)
    if how <= 1:
        kinds = [(spot, scene.kind(spot)) for spot in scene.spots(component) if not spot.protected]
        known = [(spot, kind) for spot, kind in kinds if kind is not None]
        if known:
            spot, kind = scene.dice.pick(known)
            required = required and spot.always
            return on(subject).removed(
                name, was=kind, required=required, backfill=sibling(spot.name), loses="nobody asks for it"
            )
    if how == 2:
        scene.converts_models = True
        function = scene.dice.pick([functions.as_text, functions.size_of])
        was: Any = str if function is functions.as_text else int
        return on(subject).removed(name, was=was, required=required, backfill=function, loses="nobody asks for it")
    if how == 3:
        return on(subject).removed(name, was=kind, required=False, loses="nobody asks for it")
    fact = on(subject).removed(name, was=kind, required=required, backfill=None, loses="nobody asks for it")
    older = undone(scene.state, fact)["responses"]
    place = older[component.name].properties[name]
    if scene.leads_to(place, component.name, older):
        return None
    backfill = scene.value("responses", place)
    return on(subject).removed(name, was=kind, required=required, backfill=backfill, loses="nobody asks for it")


def renamed(scene: Scene) -> Fact | None:
    if scene.world.unions and scene.dice.chance(15):
        return renamed_tag(scene)
    spot = scene.spot(lambda spot: not is_tag(scene, spot))
    if spot is None:
        return None
    name = scene.free_name(scene.meant(spot.model, spot.name))
    return None if name is None else on(spot.model).renamed(name, to=spot.name)


def is_tag(scene: Scene, spot: Spot) -> bool:
    return spot.protected and is_enum(spot.request)


def renamed_tag(scene: Scene) -> Fact | None:
    arms, tag = scene.world.unions[0], scene.tags[0]
    names = {name for arm in arms for name in scene.meant(arm, tag)}
    if not tag or not names or any(tag not in scene.state["requests"][name].properties for name in names):
        return None
    name = scene.free_name(names)
    return None if name is None else on(*arms).renamed(name, to=tag)


def moved(scene: Scene) -> Fact | None:
    """Plunge into a model that only one place holds, or hoist out of an object that nobody has any more."""
    holders = scene.holders()
    if scene.dice.chance(50):
        spot = scene.spot(lambda spot: not spot.protected and spot.keys["requests"] == spot.keys["responses"])
        name = None if spot is None else scene.free_name(scene.meant(spot.model, spot.name))
        if spot is None or name is None:
            return None
        return on(spot.model).moved(f"{name}.{scene.dice.pick(NAMES)}", to=spot.name)

    def fits(spot: Spot) -> bool:
        inner = behind(spot.request, scene.state["requests"])
        arm = inner is not None and any(inner.model in arms for arms in scene.world.unions)
        free = inner is not None and not arm and inner.name not in scene.busy | scene.locked
        return inner is not None and free and holders[inner.name] == 1 and len(scene.spots(inner)) > 1

    spot = scene.spot(fits)
    inner = None if spot is None else behind(spot.request, scene.state["requests"])
    if spot is None or inner is None or spot.keys["requests"] != spot.keys["responses"]:
        return None
    sources = [source for source in scene.spots(inner) if source.keys["requests"] == source.keys["responses"]]
    name = scene.free_name(scene.meant(spot.model, spot.name))
    if not sources or name is None:
        return None
    source = scene.dice.pick(sources)
    # A path goes through models as the newer version has them: nothing else happens to them at this boundary.
    scene.locked.add(inner.name)
    empty: Any = UNSET
    if not spot.always and not scene.holds_models(source.request) and scene.dice.chance(50):
        empty = scene.value("requests", source.request)
    return on(spot.model).moved(name, to=f"{spot.keys['requests']}.{source.keys['requests']}", empty=empty)


def retyped(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and spot.request == spot.places["responses"])
    if spot is None:
        return None
    field = on(spot.model)
    place = spot.request
    kind = {key: value for key, value in place.items() if key not in ("title", "default")}
    models = scene.holds_models(place)
    match kind:
        case {"type": "integer"} if scene.dice.chance(70):
            if scene.dice.chance(30):
                return field.retyped(spot.name, to_head=functions.one_more, to_old=functions.one_less)
            return field.retyped(
                spot.name, was=str, to_head=functions.number, to_old=functions.digits, loses="only numbers"
            )
        case {"type": "array", "items": {"type": "integer"}} | {
            "type": "object",
            "additionalProperties": {"type": "integer"},
        } if scene.dice.chance(70):
            return field.retyped(
                f"{spot.name}.*", was=str, to_head=functions.number, to_old=functions.digits, loses="only numbers"
            )
        case {"type": "array", "items": _} if scene.dice.chance(70):
            known = scene.kind(spot)
            if known is not None and len(getattr(known, "__args__", ())) == 1:
                scene.converts_models |= models
                (inner,) = known.__args__
                return field.retyped(
                    spot.name,
                    was=dict_of(inner),
                    to_head=functions.listed,
                    to_old=functions.numbered,
                    loses="the names",
                )
        case _:
            pass
    scene.converts_models |= models
    known = scene.kind(spot)
    if known is not None and scene.dice.chance(50):
        return field.retyped(
            spot.name, was=list_of(known), to_head=functions.unwrapped, to_old=functions.wrapped, loses="all but one"
        )
    return field.retyped(spot.name, was=str, to_head=functions.as_json, to_old=functions.as_text, loses="bad text")


def both(spot: Spot, scene: Scene, what: Callable[[Schema, dict[str, Component]], bool]) -> bool:
    return all(what(spot.places[side], dict(scene.state[side])) for side in SIDES)


def became_nullable(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and both(spot, scene, admits_null) and not scene.endless(spot))
    if spot is None or arms_of(spot.request) is None:
        return None
    rest = [arm for arm in arms_of(spot.places["responses"]) or [] if arm.get("type") != "null"]
    return on(spot.model).became_nullable(spot.name, null_was=scene.value("responses", {"anyOf": rest}))


def became_non_null(scene: Scene) -> Fact | None:
    spot = scene.spot(
        lambda spot: (
            not spot.protected
            and not any(admits_null(spot.places[side], dict(scene.state[side])) for side in SIDES)
            and not is_enum(spot.request)
        )
    )
    if spot is None:
        return None
    return on(spot.model).became_non_null(spot.name, null_is=scene.value("requests", spot.request))


def became_required(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and spot.always)
    if spot is None:
        return None
    return on(spot.model).became_required(spot.name, default=scene.value("requests", spot.request))


def became_optional(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and spot.never and not scene.endless(spot))
    if spot is None:
        return None
    return on(spot.model).became_optional(spot.name, missing_was=scene.value("responses", spot.places["responses"]))


def became_list(scene: Scene) -> Fact | None:
    def fits(spot: Spot) -> bool:
        known = scene.kind(spot)
        listed = known is not None and len(getattr(known, "__args__", ())) == 1
        return not spot.protected and listed and all("items" in place for place in spot.places.values())

    spot = scene.spot(fits)
    if spot is None:
        return None
    (item,) = scene.kind(spot).__args__
    return on(spot.model).became_list(spot.name, was=nullable(item))


def defaulted(scene: Scene) -> Fact | None:
    spot = scene.spot(lambda spot: not spot.protected and spot.never)
    if spot is None:
        return None
    was = scene.value("requests", spot.request)
    return None if was == spot.request.get("default") else on(spot.model).defaulted(spot.name, was=was)


def constrained(scene: Scene) -> Fact | None:
    def fits(spot: Spot) -> bool:
        return all(set(place) <= {"type", "title"} and place.get("type") == "integer" for place in spot.places.values())

    spot = scene.spot(lambda spot: not spot.protected and fits(spot))
    if spot is None:
        return None
    was: Any = Annotated[int, Field(le=5)]
    return on(spot.model).constrained(spot.name, was=was, to_old=functions.at_most_five)


def introduced(scene: Scene) -> Fact | None:
    if not scene.world.unions:
        return None
    by_model = {component.model: component for component in scene.components()}
    arms = [by_model[arm] for arm in scene.world.unions[0] if arm in by_model]
    if len(arms) < 2 or arms[-1].name in scene.busy:
        return None
    other = scene.state["responses"][scene.dice.pick(arms[:-1]).name]
    newer = scene.newer["responses"][other.name]
    value = Payloads(dict(scene.newer["responses"]), scene.dice.random()).object(newer, 1)
    return on(arms[-1].model).introduced(seen_as=value)


def reshaped(scene: Scene) -> Fact | None:
    found = [
        component
        for component in scene.components()
        if component.model in scene.world.reshapeable
        and not component.internal
        and set(component.properties) == set(scene.state["responses"][component.name].properties)
        and set(component.properties) <= set(scene.types.get(component.name, {}))
        and component.properties
    ]
    if not found:
        return None
    component = scene.dice.pick(found)
    scene.olds += 1
    scene.converts_models = True
    fields: dict[str, Any] = {}
    for key in component.properties:
        kind = scene.types[component.name][key]
        required = key in component.required
        fields[f"r{scene.olds}_{key}"] = (kind, ...) if required else (kind, Field(default_factory=lambda: None))
    old = create_model(
        f"Old{scene.olds}",
        __config__=ConfigDict(extra="forbid" if component.closed else "ignore"),
        **fields,
    )
    to_old = {key: f"r{scene.olds}_{key}" for key in component.properties}
    scene.types[component.name] = {
        to_old[key]: kind for key, kind in scene.types[component.name].items() if key in to_old
    }
    return on(component.model).reshaped(
        was=old,
        to_head=functions.keys_renamed({old: new for new, old in to_old.items()}),
        to_old=functions.keys_renamed(to_old),
        loses="nothing",
    )


def was_named(scene: Scene) -> Fact | None:
    found = scene.components()
    if not found:
        return None
    scene.olds += 1
    return on(scene.dice.pick(found).model).was_named(f"Named{scene.olds}")


def enum_of(scene: Scene) -> tuple[Any, list[Any]] | None:
    found = [
        component
        for component in scene.state["requests"].values()
        if component.model in scene.world.enums and component.name in scene.state["responses"]
    ]
    if not found:
        return None
    component = scene.dice.pick(found)
    return component.model, members_of(component.schema)


def grew(scene: Scene) -> Fact | None:
    found = enum_of(scene)
    if found is None or len(found[1]) < 2:
        return None
    model, members = found
    new = scene.dice.pick(members)
    return enum(model).grew(new, seen_as=scene.dice.pick([member for member in members if member != new]))


def shrank(scene: Scene) -> Fact | None:
    found = enum_of(scene)
    if found is None:
        return None
    model, members = found
    free = [f"m{number}" for number in range(9) if f"m{number}" not in members]
    return enum(model).shrank(scene.dice.pick(free), read_as=scene.dice.pick(members), loses="they were one")


def member_renamed(scene: Scene) -> Fact | None:
    found = enum_of(scene)
    if found is None:
        return None
    model, members = found
    free = [f"m{number}" for number in range(9) if f"m{number}" not in members]
    return enum(model).renamed(scene.dice.pick(free), to=scene.dice.pick(members))


PROPOSALS: Final[list[tuple[str, Proposal]]] = [
    ("renamed", renamed),
    ("added", added),
    ("removed", removed),
    ("renamed", renamed),
    ("retyped", retyped),
    ("moved", moved),
    ("became_nullable", became_nullable),
    ("became_non_null", became_non_null),
    ("became_required", became_required),
    ("became_optional", became_optional),
    ("became_list", became_list),
    ("defaulted", defaulted),
    ("constrained", constrained),
    ("introduced", introduced),
    ("reshaped", reshaped),
    ("was_named", was_named),
    ("grew", grew),
    ("shrank", shrank),
    ("member_renamed", member_renamed),
]
"""Every kind of fact; what happens often stands there twice."""
