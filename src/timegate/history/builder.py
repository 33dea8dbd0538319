"""The state of one walk from head to the oldest version: the wires so far, the steps recorded, and the faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from timegate.changes.base import Fact, FieldsFact, Loss, ModelFact, name_of
from timegate.errors import Fault
from timegate.history.field_paths import EACH, item_schema, next_field, paths_like, split_path
from timegate.history.inheritance import declared_anew, declared_name, is_about
from timegate.history.later_steps import LaterSteps
from timegate.history.look_up import LookUp, References
from timegate.history.made import Made
from timegate.history.places import EVERY_KEY, FieldPlace, Touch, field_names, model_name
from timegate.history.remedies import PLAIN_ALIAS, UNCERTAIN_KEYS, name_one, reach_model
from timegate.history.schema_edits import has_fields, without_property
from timegate.history.shown import ShownSoFar
from timegate.history.spellings import uncertain_at
from timegate.history.steps import HeaderFieldChanged, ModelIntroduced, Origin, Step
from timegate.history.unions import Unions, WrittenComponents
from timegate.typing import Model, Schema
from timegate.wire.json_types import listed_values
from timegate.wire.schema import single_reference
from timegate.wire.wire import SIDES, Component, Operation, Side, Wire


@dataclass(slots=True)
class HistoryBuilder:
    """The wire while facts are undone, from one version to the next older one.

    Args:
        wires: the wire of each version so far, newest first; facts are being undone on the last one.
        types: the schema of each type that a fact names, as `NamedTypes` has it.
        values: the versions, newest first.
        boundary: the index of the boundary at hand.
        version: the version whose changes are being undone.
        change: the name of the change that is being undone.
        fact: the fact that is being undone.
        undone: how many facts have been undone.
        facts: every fact of the boundary.
        steps: the steps so far, by side, component and boundary, each list from old to new.
        faults: the faults so far.
        if_received: faults that only count where responses of an older version have a component, each with its name.
        touched: the keys that each fact of this boundary touches, newest fact first.
        shown: what documents show.
        status_changes: pairs of newer and older status, by operation and then by boundary.
        header_changes: what happens to header fields of responses, newest first, by operation and then by boundary.
        mounts: the paths of the app below which other apps are mounted, which are not read.
        lacking: the components of each side that a version so far lacks.
        made: the components that only older versions hold, of which the wires of newer versions get theirs in the end.
        emptied: the objects that moves of a boundary have emptied, by side, boundary, component and key.
        parameter_holders: the components of parameters, the same at every version.
        naming: the facts of this boundary that give a status or a name, by what has it and by what they give.
    """

    wires: list[Wire]
    types: Mapping[tuple[Side, int, bool], Schema]
    values: tuple[str, ...]
    mounts: tuple[str, ...] = ()
    boundary: int = 0
    version: str = ""
    change: str = ""
    fact: Fact | None = None
    undone: int = 0
    facts: tuple[Fact, ...] = ()
    steps: dict[tuple[Side, str, int], list[Step]] = field(default_factory=dict[tuple[Side, str, int], list[Step]])
    faults: list[Fault] = field(default_factory=list[Fault])
    if_received: list[tuple[str, Fault]] = field(default_factory=list[tuple[str, Fault]])
    touched: list[Touch] = field(default_factory=list[Touch])
    status_changes: dict[str, dict[int, list[tuple[int, int]]]] = field(
        default_factory=dict[str, dict[int, list[tuple[int, int]]]]
    )
    header_changes: dict[str, dict[int, list[HeaderFieldChanged]]] = field(
        default_factory=dict[str, dict[int, list[HeaderFieldChanged]]]
    )
    lacking: dict[Side, set[str]] = field(default_factory=lambda: {side: set[str]() for side in SIDES})
    naming: dict[tuple[str, str], Origin] = field(default_factory=dict[tuple[str, str], Origin])
    made: Made = field(default_factory=Made)
    emptied: dict[tuple[Side, int, str, str], str] = field(default_factory=dict[tuple[Side, int, str, str], str])
    shown: ShownSoFar = field(default_factory=ShownSoFar)
    parameter_holders: frozenset[str] = field(init=False)
    _look_up: LookUp = field(init=False)
    references: References = field(init=False)
    later: LaterSteps = field(init=False)
    unions: Unions = field(init=False)
    _codes: dict[int, str] = field(default_factory=dict[int, str])
    _known_faults: set[Fault] = field(default_factory=set[Fault])

    def __post_init__(self) -> None:
        self._look_up = LookUp(self.wires[-1])
        self.references = References(self.wires[-1])
        self.later = LaterSteps(self.steps)
        self.unions = Unions(self.wires, self.references, self.types)
        self.parameter_holders = self.wire.parameter_holders

    @property
    def wire(self) -> Wire:
        """The wire as far as it is undone."""
        self.unions.write()
        return self.wires[-1]

    @wire.setter
    def wire(self, wire: Wire) -> None:
        self.wires[-1] = wire

    @property
    def newer(self) -> Wire:
        """The wire of the newer version of the boundary at hand."""
        return self.wires[-2]

    @property
    def origin(self) -> Origin:
        """The version, change and code of the fact at hand."""
        return Origin(self.version, self.change, self.code)

    @property
    def declared(self) -> Fact:
        """The fact at hand."""
        assert self.fact is not None
        return self.fact

    @property
    def code(self) -> str:
        """The fact at hand as a version file writes it; it is written once, because a fact may name many models."""
        if id(self.fact) not in self._codes:
            self._codes[id(self.fact)] = str(self.fact)
        return self._codes[id(self.fact)]

    def component(self, side: Side, name: str) -> Component:
        """A component as far as it is undone."""
        return self.components(side)[name]

    def components(self, side: Side) -> Mapping[str, Component]:
        """The components of one side, each as far as it is undone when somebody looks at it."""
        return WrittenComponents(self.unions, side)

    def type_of(self, side: Side, fact: Fact, holder: Component | None = None) -> Schema:
        """The schema of the old type that a fact names, as a component has it: the fact at hand or one in its place."""
        by_name = holder is not None and holder.by_name
        one = fact if (side, id(fact), by_name) in self.types else self.fact
        return self.types[side, id(one), by_name]

    def put(self, side: Side, component: Component) -> None:
        """Replace a component by what it is in the older version."""
        self.wire = self.wires[-1].edited(side, component)
        self._look_up.note(side, component)
        self.references.note(side, component)

    def take(self, side: Side, component: Component, key: str) -> bool:
        """Take a property from a component; whether it told that from other arms of a union at a newer version."""
        self.put(side, without_property(component, key))
        return key in self.unions.keys(side) and self.unions.retag(side, key, component.name, None)

    def put_operation(self, operation: Operation, *, touches: str = "") -> None:
        """Replace an operation by what it is in the older version.

        Args:
            operation: as it is there.
            touches: what of it changes; empty for the operation itself.
        """
        operations = list(self.wire.operations)
        operations[self._look_up.note_operation(operation)] = operation
        self.wire = replace(self.wire, operations=tuple(operations))
        self.touch(touches or operation.key, EVERY_KEY)

    def operations_at(self, path: str) -> list[Operation]:
        """The operations at a path, whatever its parameters are called."""
        return self._look_up.operations(self.wire, path)

    def names(self, side: Side, model: Model) -> Sequence[str]:
        """The components that a fact about a model may be about."""
        return self._look_up.names(side, model)

    def record(self, side: Side, name: str, step: Step, *keys: str, reads: tuple[str, ...] = ()) -> None:
        """Record a step that the fact at hand takes on a component's objects; facts are undone newest first.

        Args:
            side: whether clients send or receive the objects.
            name: the component's identity.
            step: what happens to an object.
            keys: the component's keys that the step changes; `EVERY_KEY` stands for all of them.
            reads: the keys that it only reads.
        """
        self.steps.setdefault((side, name, self.boundary), []).insert(0, step)
        self.touch(name, *keys, reads=reads)
        component = self.component(side, name)
        for key in () if isinstance(step, ModelIntroduced) else sorted(uncertain_at(component, keys)):
            self.fault(f"{component.display_name}.{key}", UNCERTAIN_KEYS, PLAIN_ALIAS)

    def touch(self, name: str, *keys: str, reads: tuple[str, ...] = ()) -> None:
        """Note the keys that the fact at hand touches; `check_conflicts` compares them."""
        self.touched.append(Touch(self.change, self.code, name, frozenset(keys), frozenset(reads)))

    def fault(self, place: str, problem: str, remedy: str, origin: Origin | None = None) -> None:
        """Note why the fact at hand, or that of another origin, cannot be undone; both sides count as one fault."""
        self.note(Fault((origin or self).version, (origin or self).change, place, problem, remedy))

    def note(self, fault: Fault) -> None:
        """Note a fault, once."""
        if fault not in self._known_faults:
            self._known_faults.add(fault)
            self.faults.append(fault)

    def fault_without_effect(self, place: str, problem: str) -> None:
        """Note that the fact at hand changes nothing, so that it must go."""
        self.fault(place, problem, f"take {self.fact} out")

    def fault_unreached(self, model: Model, kind: str) -> None:
        """Note that nothing on the wire holds the model or enum that the fact at hand is about."""
        known = [(one.display_name, one.model) for side in SIDES for one in self.wire.components(side).values()]
        problem = f"the app does not reach this {kind}, so the fact applies to nothing"
        self.fault(model_name(model), problem, reach_model(self.declared, model, known, self.mounts))

    def check_loss(
        self, fact: Fact, side: Side, place: str, problem: str = "what old clients send here is lost"
    ) -> None:
        """Note a fault where requests lose data and the fact does not acknowledge it with ``loses=``."""
        if side == "requests" and fact.loss is Loss.TO_HEAD and fact.loses is None:
            self.fault(place, problem, self.line('loses="why nobody misses it"'))

    def line(self, *arguments: str) -> str:
        """The fact at hand as a version file writes it, with more arguments."""
        written = ", ".join(filter(None, [self.declared.argument_code(), *arguments]))
        return f"{self.declared.subject_code()}.{self.declared.verb}({written})"

    def targets(self, models: tuple[Model, ...], path: str | None) -> Iterator[tuple[Model, Side, Component]]:
        """The components that a fact about these models is about, each once; a fault where there are none.

        Args:
            models: as declared.
            path: the path whose first field subclasses inherit; None for facts about the whole model.
        """
        parts = None if path is None else split_path(path)
        seen: set[tuple[Side, str]] = set()
        for model in models:
            found = False
            for side in SIDES:
                for name in self.names(side, model):
                    component = self.component(side, name)
                    field_name = None if parts is None else next_field(parts, component)[0]
                    declared = None if field_name is None else declared_name(component, field_name)
                    if path is None and component.inline and model != component.name and isinstance(model, str):
                        continue  # a part of the model's values
                    if is_about(component, model, declared):
                        found = True
                        if (side, name) not in seen:
                            yield model, side, component
                        seen.add((side, name))
                    elif declared is not None and field_name is not None:
                        self._check_declared_anew(component, model, field_name, declared)
            if not found:
                self.fault_unreached(model, "model")

    def _check_declared_anew(self, component: Component, model: Model, field_name: str, declared: str) -> None:
        """Note a fault where a subclass declares a field anew and no fact of this version is about it."""
        anew, fact = declared_anew(component, model, declared), self.fact
        if anew is None or component.wire_name(field_name) is None or not isinstance(fact, ModelFact):
            return
        for other in self.facts:
            if isinstance(other, ModelFact) and any(is_about(component, one, declared) for one in other.models):
                named = (next_field(split_path(name), component)[0] for name in field_names(other))
                if declared in map(component.python_name, named):
                    return
        self.fault(
            f"{name_of(anew)}.{field_name}",
            f"{name_of(anew)} declares the field anew, so a fact about {model_name(model)} does not hold for it",
            f"{replace(fact, models=(*fact.models, anew))}, "
            f"or on({model_name(model)!r}).{fact.verb}(…) where it did not change in {name_of(anew)}",
        )

    def fault_unknown_field(self, text: str, path: str, targets: Sequence[tuple[Side, Component]]) -> None:
        """Note that no field of the components that the fact at hand is about is called so."""
        known = sorted({one for side, found in targets for one in paths_like(path, found, self.wire.components(side))})
        problem = "there is no such field right after this fact"
        newer = [self.newer.components(side).get(component.name) for side, component in targets]
        names = {one.name for one in newer if one is not None and one.wire_name(path) is not None}
        later = next((one for one in reversed(self.touched) if one.name in names and path in one.keys), None)
        if later is not None:
            whose = "" if later.change == self.change else f"{later.change}'s "
            problem += f", because {whose}{later.fact} comes after it"
        enums = [component for _, component in targets if listed_values(component.schema) is not None]
        if known or not enums:
            self.fault(text, problem, name_one(self.declared, path, known, later))
        else:
            grown = f"enum({text.removesuffix(f'.{path}')}).grew({path!r}, seen_as=…)"
            self.fault(text, problem, f"it is an enum, which has members: {grown}")

    def field_places(self, fact: FieldsFact, *, newer: bool = True) -> Iterator[FieldPlace]:
        """The places of all fields of a fact, the last field first, as facts are undone."""
        for path in reversed(fact.fields):
            yield from self.places(fact.models, path, newer=newer)

    def places(self, models: tuple[Model, ...], path: str, *, newer: bool) -> list[FieldPlace]:
        """The places of one field of these models, each once, also of a base beside its subclass; a fault for none.

        Args:
            models: as declared.
            path: a field, or a dotted or starred path.
            newer: whether the newer version has the field and its name is looked up there.
        """
        found: list[FieldPlace] = []
        for model in models:
            text, faults = f"{model_name(model)}.{path}", len(self.faults)
            targets = _with_own_fields(list(self.targets((model,), path)))
            among = {where: frozenset(one.name for _, side, one in targets if side == where) for where in SIDES}
            places = [
                self._place(side, component, path, text, newer=newer, among=among[side])
                for _, side, component in targets
            ]
            found += [place for place in places if place is not None]
            if targets and not any(places) and len(self.faults) == faults:
                self.fault_unknown_field(text, path, [(side, component) for _, side, component in targets])
        return list({replace(place, text=""): place for place in found}.values())

    def _place(
        self, side: Side, component: Component, path: str, text: str, *, newer: bool, among: frozenset[str]
    ) -> FieldPlace | None:
        parts = left = split_path(path)
        name, rest = next_field(left, component)
        while any(part != EACH for part in rest):
            inner = self.inner(side, component, name, rest[0], text, among=among)
            if inner is None:
                return None
            component, among = inner, frozenset({inner.name})
            left = rest[1:] if rest[0] == EACH else rest
            name, rest = next_field(left, component)
        key = component.wire_name(name)
        if key is None and (newer or rest or left == [EACH]):
            return None
        if key is not None and not newer:
            added = f"on({text.removesuffix(f'.{path}')}).added({path!r})"
            remedy = f"name a field that only the older version had, or write {added} where it is new"
            self.fault(text, "the newer version has this field too", remedy)
            return None
        if not newer and not self.may_get_fields(component, text):
            return None
        return FieldPlace(side, component.name, key or name, len(rest), text, tuple(parts[: len(parts) - len(left)]))

    def may_get_fields(self, component: Component, text: str) -> bool:
        """Whether an older version of a component may have a field more; a fault where its values have no fields.

        Args:
            component: what would get the field.
            text: the path as faults write it.
        """
        if has_fields(component.schema):
            return True
        name = model_name(component.model or component.name)
        values = "its values are no objects" if listed_values(component.schema) is None else "it is an enum"
        self.fault(text, f"{name} has no fields: {values}", f"declare the fact on a model that has {name} in a field")
        return False

    def inner(
        self, side: Side, component: Component, segment: str, following: str, text: str, *, among: frozenset[str]
    ) -> Component | None:
        """The component that one segment of a path leads to; a fault where it is not one that the path may edit.

        Args:
            side: whether clients send or receive it.
            component: the component that holds it.
            segment: the segment of the path.
            following: the next one.
            text: the path as faults write it.
            among: all components that the fact holds for at this point of the path.
        """
        if segment == EACH:
            return component
        key = component.wire_name(segment)
        if key is None:
            return None
        schema = component.properties[key]
        name = single_reference(item_schema(schema) if following == EACH else schema)
        if name is None:
            problem = f"{segment!r} leads to no single model"
            self.fault(text, problem, "declare the fact on the model that holds the field")
            return None
        if self._is_shared(side, name, key, among):
            remedy = f"declare the fact on {name}, where it holds everywhere, or give this place a model of its own"
            self.fault(text, f"the path goes through {name}, which other places share", remedy)
            return None
        return self.component(side, name)

    def _is_shared(self, side: Side, name: str, key: str, among: frozenset[str]) -> bool:
        """Whether payloads hold a component in more places than under one key of the components of the fact."""
        places, known = 0, 0
        for holder, count in self.references.places(self.wire, side, name):
            places += count
            if holder in among and key in (properties := self.component(side, holder).properties):
                known += name in self.references.of(properties[key])
        return places > known


def _with_own_fields(targets: list[tuple[Model, Side, Component]]) -> list[tuple[Model, Side, Component]]:
    """The targets less those that are combined of parts, if a part that has fields of its own is a target too."""
    kept = {side for _, side, component in targets if "allOf" not in component.schema}
    return [target for target in targets if "allOf" not in target[2].schema or target[1] not in kept]
