"""Converts locations of head's requests into the client's names, for the validation errors that head reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from timegate.errors import ArmName
from timegate.gates.arm_labels import is_label, label_of
from timegate.gates.client_paths import ClientPaths
from timegate.gates.plan.conversion import Conversion, Program, client_conversion
from timegate.gates.plan.enums import plan_enum
from timegate.gates.plan.reach import Reach
from timegate.gates.run.tag_errors import ExpectedTags, called
from timegate.history.steps import ObjectConverted
from timegate.history.undo_envelopes import PutInEnvelope
from timegate.reading.settings import tells_python_names
from timegate.typing import Schema, is_object
from timegate.wire.json_types import has_keys, listed_values
from timegate.wire.marks import DISCRIMINATOR_MARK, LABELS_MARK, PATH_MARK, CallableDiscriminator, Labels
from timegate.wire.schema import NULL, REF_PREFIX, arms_of, ref, referred
from timegate.wire.wire import Component, Operation

Location: TypeAlias = tuple[str | int, ...]
"""A path of keys and indexes; the first is ``body``, ``query``, ``header``, ``path`` or ``cookie``."""


@dataclass(frozen=True, slots=True)
class ClientLocation:
    """Where a client finds a location of head's request.

    Args:
        location: in the client's names; what names an arm of a union, and is no key of the request, is an `ArmName`.
        exact: whether it is the same place; otherwise it is the nearest one that the client knows.
        expected: the values that the client's contract lists there; None where it lists none.
        means_nothing: whether what head tells of it means nothing to the client.
        made: whether a fact has made head's value of the client's.
        kept: whether head's value is the client's, where the objects on the way are what the place says they are.
        tags: by what the client tells the arms of the union there apart; None where there is no union by a key.
        called: what the client calls the class of the objects there; None where there are none.
        optional: whether the client may leave the key out.
        made_above: whether a fact has made, of the client's, a value of the innermost arm that is or holds head's.
        arm: how many parts of the location lead to the object of the innermost arm that a program converts, and the
            program; None where the place is in none.
    """

    location: Location
    exact: bool = True
    expected: tuple[Any, ...] | None = None
    means_nothing: bool = False
    made: bool = False
    kept: bool = False
    tags: ExpectedTags | None = None
    called: str | None = None
    optional: bool = False
    made_above: bool = False
    arm: tuple[int, Program] | None = None


def same_location(location: Sequence[str | int]) -> ClientLocation:
    """A location that is the same for the client."""
    return ClientLocation(tuple(location))


class _Step(NamedTuple):
    """One step from a schema towards a place below it.

    Attributes:
        added: what the client's location has there.
        used: how many parts of head's location it takes.
        schema: the schema that it leads to.
        made: whether a fact has made the value there of the client's.
        kept: whether the value there is the client's; None where it is if what holds it is.
        optional: whether the client may leave the key out.
    """

    added: Location
    used: int
    schema: Schema
    made: bool = False
    kept: bool | None = None
    optional: bool = False


class _End(NamedTuple):
    """The place, or where the way to it ends.

    Attributes:
        exact: whether the client knows the place.
        expected: the values that the client's contract lists there; None where it lists none.
        keeps_rest: whether what is left of head's location is the client's too.
        means_nothing: whether what head tells of it means nothing to the client.
        tags: by what the client tells the arms of the union there apart; None where there is no union by a key.
        called: what the client calls the class of the objects there; None where there are none.
    """

    exact: bool = True
    expected: tuple[Any, ...] | None = None
    keeps_rest: bool = True
    means_nothing: bool = False
    tags: ExpectedTags | None = None
    called: str | None = None


@dataclass(slots=True)
class Locator:
    """Converts the locations of one operation's requests for the clients of one version.

    Args:
        reach: the requests and their history.
        head: the operation at head.
        version: the index of the client's version.
        path_names: the client's name of each path parameter, by head's, where they may differ.
        programs: what converts the objects of each component of requests, by the conversion.
    """

    reach: Reach
    head: Operation
    version: int
    path_names: Mapping[str, str]
    programs: Mapping[tuple[str, Conversion], Program]
    _spellings: Mapping[str, frozenset[str]] | None = None
    _retired: Sequence[frozenset[str]] | None = None
    _paths: ClientPaths = field(init=False)

    def __post_init__(self) -> None:
        self._paths = ClientPaths(self.reach)

    def __call__(self, location: Sequence[str | int]) -> ClientLocation:
        """The client's location for one of head's."""
        part, *rest = location or ("",)
        if part == "body" and self.head.request is not None:
            return self._below(("body",), tuple(rest), self.head.request.schema)
        component = next((name for where, name in self.head.parameters.items() if where == part != "path"), None)
        if component is not None:
            found = self._below((str(part),), tuple(rest), ref(component))
            schema = self.reach.component(component, self.version).properties.get(str(found.location[-1]), {})
            if PATH_MARK in schema:
                return ClientLocation(("path", schema[PATH_MARK]), found.exact, found.expected)
            return found
        if part == "path" and rest:
            return self._in_path(str(rest[0]), tuple(rest[1:]))
        return same_location(location)

    def spellings(self) -> Mapping[str, frozenset[str]]:
        """The other spellings of each key of the client's version that has any, over all components."""
        if self._spellings is None:
            found: dict[str, set[str]] = {}
            for component in self.reach.components(self.version).values():
                for key, spellings in component.spellings.items():
                    found.setdefault(key, set()).update(spellings)
            self._spellings = {key: frozenset(others - {key}) for key, others in found.items() if others - {key}}
        return self._spellings

    def _in_path(self, name: str, rest: Location) -> ClientLocation:
        schema = self.reach.component(self.head.path_parameters, 0).properties.get(name, {})
        return self._below(("path", self.path_names.get(name, name)), rest, schema)

    def _below(self, above: Location, rest: Location, schema: Schema) -> ClientLocation:
        """The client's location for ``rest``, which is relative to a schema at the client's location ``above``."""
        found, at, made, made_above, kept, optional = list(above), 0, False, False, False, False
        arm: tuple[int, Program] | None = None
        # A loop, because a location may be as long as a body is deep; schemas that only refer to each other end it.
        referring: set[int] = set()
        while id(schema) not in referring:
            referring.add(id(schema))
            step = self._step(rest, at, schema)
            if isinstance(step, _End):
                left = rest[at:] if step.keeps_rest else ()
                made, optional = made and at == len(rest), optional and at == len(rest)
                told = step.exact, step.expected, step.means_nothing, made, kept, step.tags, step.called, optional
                return ClientLocation((*found, *left), *told, made_above, arm)
            if step.used:
                referring.clear()
                made, optional = step.made, step.optional
                made_above = made or (made_above and not any(isinstance(key, ArmName) for key in step.added))
                kept = kept if step.kept is None else step.kept
            found += step.added
            at += step.used
            schema = step.schema
            if any(isinstance(key, ArmName) for key in step.added):
                program = self._program(schema)
                arm = arm if program is None else (len(found), program)
        return ClientLocation((*found, *rest[at:]))

    def _program(self, arm: Schema) -> Program | None:
        """What converts objects of an arm; None where nothing does."""
        name = referred(arm)
        whole = client_conversion("requests", self.version)
        return None if name is None else self.programs.get((name, self.reach.shortest((name,), whole)))

    def _step(self, rest: Location, at: int, schema: Schema) -> _Step | _End:
        """The step from a schema towards the place at ``rest[at:]`` below it."""
        name = referred(schema)
        if name is not None:
            component = self.reach.component(name, 0)
            if "properties" in component.schema:
                return self._step_in_object(rest, at, component)
            if listed_values(component.schema) is not None:
                members = listed_values(self.reach.component(name, self.version).schema) or (None,)
                return _End(expected=tuple(members))
            return self._step_in_whole(rest, at, name)
        arms = arms_of(schema)
        if arms:
            return self._step_in_union(rest, at, schema, [arm for arm in arms if arm != NULL])
        for part in schema.get("allOf", ()):
            if referred(part) is not None:
                return _Step((), 0, part)
        inner = None if at == len(rest) else _inner(schema, rest[at])
        return _End() if inner is None else _Step((self._client_member(schema, rest[at]),), 1, inner)

    def _step_in_whole(self, rest: Location, at: int, name: str) -> _Step | _End:
        """The step into what an old client sends as a whole: out of an envelope, or not into what a function gives."""
        steps = [step for boundary in range(self.version) for step in reversed(self.reach.steps(name, boundary))]
        schema, used = self.reach.component(name, 0).schema, 0
        for step in steps:
            put = step.to_head if isinstance(step, ObjectConverted) else None
            if isinstance(put, PutInEnvelope):
                inner = self._properties(schema).get(put.key)
                if inner is None or rest[at + used : at + used + 1] != (put.key,):
                    return _End()
                schema, used = inner, used + 1
            elif isinstance(step, ObjectConverted) and step.newer != step.older:
                return _End(exact=False, keeps_rest=False)
        return _Step((), used, schema, kept=False)

    def _client_member(self, schema: Schema, key: str | int) -> str | int:
        """The client's key for a key of a dict, where keys are members of an enum."""
        name = referred(schema.get("propertyNames", {}))
        plan = None if name is None else plan_enum(self.reach, name, client_conversion("requests", self.version))
        members = {} if plan is None else plan.members
        return next((str(old) for (_, old), new in members.items() if str(new) == key), key)

    def _step_in_object(self, rest: Location, at: int, component: Component) -> _Step | _End:
        if at == len(rest):
            client = self.reach.components(self.version).get(component.name)
            return _End(called=None if client is None else client.arm_label)
        label = rest[at]
        key = next((wire for wire in component.properties if label in component.accepted(wire)), None)
        if key is None and isinstance(label, str) and tells_python_names(component.settings):
            key = component.fields.get(label)
            label = label if key is None else key
        if key is None and label in self._known(component.name):
            # The object was converted as another arm of a union: head calls the key of this one otherwise.
            return _End(exact=False, means_nothing=True)
        if key is None:
            # A key that head does not know either, or a label that pydantic adds.
            values = component.schema.get("additionalProperties")
            if is_object(values):
                return _Step((rest[at],), 1, values, kept=False)
            labelled = is_label(rest[at]) and any(rest[at + 1 : at + 2] == (wire,) for wire in component.properties)
            return _Step((ArmName(rest[at]),), 1, ref(component.name)) if labelled else _End()
        sources = self._paths.of(component.name, client_conversion("requests", self.version))
        schema = component.properties[key]
        way: tuple[str, ...] = (key,)
        # A value that was moved into an object has a source of its own, below that of the object: the deepest counts.
        deepest: _Step | None = None
        for following in rest[at + 1 : at + sources.longest]:
            name, way = referred(schema), (*way, str(following))
            properties = {} if name is None else self.reach.component(name, 0).properties
            if way[-1] not in properties:
                break
            schema = properties[way[-1]]
            if way in sources.paths:
                deepest = _Step(sources.paths[way] or (), len(way), schema, kept=False)
        if deepest is not None:
            return deepest
        source: Location | None = sources.paths.get((key,))
        client = self.reach.components(self.version).get(component.name)
        optional = client is not None and source is not None and source[0] not in client.required
        if source == (key,):
            # Another spelling of the key is the client's, too.
            source = (label,)
        if source is None:
            return _End(exact=False, keeps_rest=False)
        return _Step(source, 1, component.properties[key], key in sources.made, key in sources.kept, optional)

    def _tags(self, union: Schema) -> ExpectedTags | None:
        """By what the client tells the arms of a union apart; None where neither a key nor a callable does."""
        noted = union.get(DISCRIMINATOR_MARK)
        if isinstance(noted, CallableDiscriminator) and noted.is_heads:
            components = self.reach.components(self.version)
            there = [tag for tag, arm in noted.arms if (one := components.get(referred(arm) or "")) and one.exists]
            return ExpectedTags(called(noted.pick), there, is_called=True)
        discriminator: Any = union.get("discriminator") or {}
        key, found, names = str(discriminator.get("propertyName")), dict[Any, None](), set[Location]()
        for tag, target in discriminator.get("mapping", {}).items():
            component = self.reach.components(self.version).get(str(target).removeprefix(REF_PREFIX))
            if component is None or not component.exists:
                continue
            paths = self._paths.of(component.name, client_conversion("requests", self.version)).paths
            way = paths.get((key,)) or (key,)
            listed = listed_values(component.properties.get(str(way[-1]), {}))
            found.update(dict.fromkeys([tag] if listed is None else listed))
            names.add(way)
        # Told apart by keys of several names, or below one, they are not by a key.
        only = names.pop() if len(names) == 1 else ()
        return ExpectedTags(str(only[0]), tuple(found)) if len(only) == 1 else None

    def _step_in_union(self, rest: Location, at: int, union: Schema, arms: list[Schema]) -> _Step | _End:
        if len(arms) == 1:
            return _Step((), 0, arms[0])
        if at == len(rest):
            return _End(tags=self._tags(union))
        # Pydantic puts a label of the arm into the location: its tag, or the name of its model or type.
        label = rest[at]
        noted = union.get(DISCRIMINATOR_MARK) or union.get(LABELS_MARK)
        if isinstance(noted, CallableDiscriminator | Labels):
            tagged = next((arm for tag, arm in noted.arms if str(tag) == label), None)
            if tagged is not None:
                return self._step_in_arm(tagged, str(label), arms)
        for arm in arms:
            name = referred(arm)
            if name is None:
                if label == label_of(arm, self.reach, 0):
                    return _Step((ArmName(label_of(arm, self.reach, self.version) or label),), 1, arm)
                if self._has_tag(arm, union.get("discriminator", {}).get("propertyName"), label):
                    return _Step((ArmName(label),), 1, arm)
                continue
            if union.get("discriminator", {}).get("mapping", {}).get(str(label)) == arm["$ref"]:
                return self._step_in_arm(arm, str(label), arms)
            component = self.reach.component(name, 0)
            title, model = component.schema.get("title"), getattr(component.model, "__name__", "")
            if label in (name, component.display_name, component.arm_label, title, model):
                return self._step_in_arm(arm, self.reach.component(name, self.version).arm_label, arms)
        if at + 1 < len(rest):
            following = rest[at + 1]
            with_key = (arm for arm in arms if following in self._properties(arm))
            with_value = (arm for arm in arms if _inner(arm, following) is not None)
            found = next(chain(with_key, with_value), None)
            if found is not None:
                return _Step((ArmName(label),), 1, found)
        # Of an arm without a name of its own, such as a plain type, the label is still no key of the request.
        return _Step((ArmName(label),), 1, {}) if isinstance(label, str) else _End()

    def _step_in_arm(self, arm: Schema, label: str, arms: list[Schema]) -> _Step | _End:
        """The step into an arm, with the label that the client knows it by."""
        name = referred(arm)
        if name is not None and not self.reach.component(name, self.version).exists:
            return _End(exact=False, keeps_rest=False, means_nothing=True)
        # Where the client's version has one arm alone, its contract has no union.
        return _Step(() if self._is_alone(arms) else (ArmName(label),), 1, arm)

    def _is_alone(self, arms: list[Schema]) -> bool:
        """Whether the client's version has one of some arms alone, and none that was retired since."""
        names = [referred(arm) for arm in arms]
        own = sum(name is None or self.reach.component(name, self.version).exists for name in names)
        return own == 1 and not any(models.issubset(names) for models in self._beside_retired())

    def _beside_retired(self) -> Sequence[frozenset[str]]:
        """The models beside each arm of the client's version that head has no more."""
        if self._retired is None:
            head, own = self.reach.components(0), self.reach.components(self.version)
            names = (name for name, one in own.items() if has_keys(one.schema) and not has_keys(head[name].schema))
            found = [frozenset(filter(None, map(referred, head[name].schema.get("anyOf", ())))) for name in names]
            self._retired = list(filter(None, found))
        return self._retired

    def _has_tag(self, arm: Schema, key: str | None, label: str | int) -> bool:
        """Whether a tag names an arm that is a union itself, of which no mapping says so."""
        if key is None:
            return False
        tags = (listed_values(self._properties(one).get(key, {})) for one in arms_of(arm))
        return any(str(label) in map(str, found) for found in tags if found is not None)

    def _known(self, name: str) -> set[str]:
        """The keys of a component of the client's, in any spelling."""
        client = self.reach.components(self.version).get(name)
        return set() if client is None else {one for key in client.properties for one in client.accepted(key)}

    def _properties(self, arm: Schema) -> Mapping[str, Schema]:
        name = referred(arm)
        return {} if name is None else self.reach.component(name, 0).properties


def _inner(schema: Schema, segment: str | int) -> Schema | None:
    """The schema of one item or value of a container."""
    first_items: list[Schema] = schema.get("prefixItems", [])
    if isinstance(segment, int) and segment < len(first_items):
        return first_items[segment]
    found = schema.get("items" if isinstance(segment, int) else "additionalProperties")
    return found if is_object(found) else None
