"""Finds why payloads cannot be converted from version to version, and who is to blame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from timegate.changes.base import name_of
from timegate.errors import Fault
from timegate.gates.check.unions import voucher_of
from timegate.gates.plan.containment import names_in
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach
from timegate.gates.source.keywords import SERIALIZER, VOUCHABLE, NotConvertible, followed, obstacles_in
from timegate.gates.source.module import Module
from timegate.history.inheritance import lineage
from timegate.history.remedies import PLAIN_ALIAS
from timegate.history.steps import Origin
from timegate.typing import is_array, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.marks import BEHIND_MARK, BESIDE, BY_PATH, COPY, OPAQUE_MARK
from timegate.wire.schema import objects_in, references, referred
from timegate.wire.wire import Body

_ALIKE: Final = "one changes otherwise than the other between the versions, and by their schemas a value may be of both"
_MISREAD: Final = "head reads some values as the first that old clients mean as the second"


_KEPT: Final = "why it keeps the documented shape"
_APART: Final = "why each value says which arm it is"

_RESHAPED: Final = "declare it as a RootModel, and on(…).reshaped(was=…, to_head=…, to_old=…) of that"


_OF_ITS_OWN: Final = (
    "give that media type a component of its own that does not change, or none (response_model=None); "
    "if it is JSON, declare it as …+json"
)


_DECLARE: Final = "declare a type that says what is on the wire (a serializer's return type, properties, items, oneOf)"


_REMEDIES: Final = {
    BY_PATH: PLAIN_ALIAS,
    BESIDE: "declare one type for the place: read a parameter and a body by one type, or under two names",
    COPY: "declare the class itself, or refer to it by $ref; if it is something else, give it another title",
}
"""What to write instead of an obstacle, where it is no type that says too little."""


def program_faults(module: Module, conversion: Conversion, version: str) -> list[Fault]:
    """Why the programs of one side cannot do what the clients of a version need.

    Args:
        module: the programs, written.
        conversion: what they do.
        version: the version; faults name it where no single change is to blame.
    """
    reach = module.reach

    def at_key(component: str, key: str, origin: Origin, problem: str, remedy: str) -> Fault:
        place = f"{display_name(reach, component, conversion)}.{key}"
        return Fault(origin.version, origin.change, place, problem, remedy)

    found = [
        at_key(
            *one,
            "head requires this field and old clients do not send it",
            f"{_with_default(one[2].fact)}, or give the field a default in the model",
        )
        for one in module.faults
    ]
    found += [
        at_key(
            *one,
            "the fact fills something into this object, old clients may leave it out, and head's default for it has "
            "values of its own or is made by a function of the app",
            f"write on({subject_code(reach, one[0], conversion)}).defaulted({one[1]!r}, was={{…}}) besides, with what "
            "head is to read there",
        )
        for one in module.undecided
    ]
    found += [
        at_key(
            *one,
            "head may leave this key out of a response, and nobody else knows which value its absence means",
            "send it always: without exclude_if, and with a default that is a value or the same on each call",
        )
        for one in module.unknown
    ]
    found += [
        at_key(
            *one,
            "old clients require it, and the sibling that gives its value may be absent in a response",
            "name a sibling that head always sends, give a value, or have head send the sibling always",
        )
        for one in module.lacking
    ]
    pairs = [(_alike(lacking), lacking, one, other) for one, other, lacking in module.ambiguous]
    pairs += [(_MISREAD, frozenset(), one, other) for one, other in module.misread]
    found += [
        _fault(
            origin_of(reach, one, conversion) or origin_of(reach, other, conversion),
            version,
            f"{display_name(reach, one, conversion)} | {display_name(reach, other, conversion)}",
            problem,
            _remedy(reach, one, other, conversion, lacking, can_be_told=problem == _ALIKE),
        )
        for problem, lacking, one, other in pairs
    ]
    for name in dict.fromkeys(module.merged):
        found += _merged(reach, name, conversion, version)
    return found


def _merged(reach: Reach, name: str, conversion: Conversion, version: str) -> Iterator[Fault]:
    """A fault for each place where the members of an enum, of which two become one, are the keys of objects."""
    shown, gets = display_name(reach, name, conversion), "head" if reach.side == "requests" else "old clients"
    places = [
        (place, fact)
        for place, schema, fact in _places(reach, conversion)
        if any(name in names_in(node.get("propertyNames")) for node in objects_in(schema))
    ]
    older = reach.component(name, max(conversion.src, conversion.dst)).schema
    members = ", ".join(map(repr, listed_values(older) or ()))
    for place, fact in places or [("a payload without an operation", _RESHAPED)]:
        yield _fault(
            origin_of(reach, name, conversion),
            version,
            place,
            f"its keys are members of {shown}, of which two are one to {gets}, so that an entry could be lost",
            f"{fact} with old keys of Literal[{members}], and functions that say what becomes of both entries",
        )


def _places(reach: Reach, conversion: Conversion) -> Iterator[tuple[str, Any, str]]:
    """The schema of every payload and of every component that payloads reach, field by field.

    Each has its place, and the fact by which its values are converted.
    """
    wire = reach.met(conversion.src, conversion.client)
    yield from ((place, schema, _RESHAPED) for place, schema in wire.roots(reach.side))
    for name in wire.reachable(reach.side):
        shown, schema = display_name(reach, name, conversion), reach.component(name, conversion.src).schema
        subject = f"on({subject_code(reach, name, conversion)})"
        own = {key: value for key, value in schema.items() if key != "properties"}
        yield shown, own, f"{subject}.reshaped(was=…, to_head=…, to_old=…)"
        for key, inner in schema.get("properties", {}).items():
            yield f"{shown}.{key}", inner, f"{subject}.retyped({key!r}, was=…, to_head=…, to_old=…)"


def _alike(lacking: frozenset[str]) -> str:
    """Why nothing tells two arms apart."""
    asked = ", ".join(map(repr, sorted(lacking)))
    return f"{_ALIKE}; head's Discriminator looks for {asked}, which no response has" if asked else _ALIKE


def _remedy(
    reach: Reach, one: str, other: str, conversion: Conversion, lacking: frozenset[str], *, can_be_told: bool
) -> str:
    """What tells two arms of a union apart; a function of the old object does so only where head can tell them too."""
    remedy = "give head's union a callable Discriminator (pydantic), which says which one a value is"
    if lacking:
        remedy = f"send {', '.join(map(repr, sorted(lacking)))} in responses (without exclude)"
    components = reach.components(conversion.src)
    if reach.side == "responses":
        voucher = voucher_of(reach, (one, other), conversion)
        return remedy + (_or_vouch(reach, voucher, conversion, _APART) if voucher else "")
    if not can_be_told or not {one, other} <= components.keys():
        return remedy
    arms = ", ".join(subject_code(reach, name, conversion) for name in (one, other))
    return f"{remedy}, or on({arms}).told_by(…) with a function from the old object to its model"


def _fault(origin: Origin | None, version: str, place: str, problem: str, remedy: str) -> Fault:
    """A fault of a change, or of a version where no change is to blame."""
    if origin is None:
        return Fault(version, "", place, problem, remedy)
    return Fault(origin.version, origin.change, place, problem, remedy)


def _with_default(fact: str) -> str:
    written = fact.removesuffix(")")
    return f"{written}{'' if written.endswith('(') else ', '}default=…)"


def obstacle_faults(reach: Reach, conversion: Conversion, version: str, stop: NotConvertible) -> list[Fault]:
    """Every place on the way to a touched component that programs cannot follow.

    Args:
        reach: the side and its history.
        conversion: what programs would do.
        version: the old version.
        stop: the first obstacle.
    """
    touched = reach.touched(conversion)
    wire = reach.met(conversion.src, conversion.client)
    places: list[tuple[str, Any, str]] = [(place, schema, "") for place, schema in wire.roots(reach.side)]
    places += [
        (display_name(reach, name, conversion), reach.component(name, conversion.src).schema, name)
        for name in wire.reachable(reach.side)
    ]
    found = [obstacle for place, schema, owner in places for obstacle in _obstacles(schema, place, touched, owner)]
    return [
        _fault(
            origin_of(reach, name, conversion),
            version,
            place,
            f"{display_name(reach, name, conversion)} changes and is reached through {obstacle}, "
            "which gates cannot convert",
            _REMEDIES.get(obstacle, _OF_ITS_OWN if "/" in obstacle else _DECLARE)
            + _or_vouch(reach, voucher if reach.side == "responses" else "", conversion),
        )
        for place, obstacle, name, voucher in found or [(stop.name, stop.obstacle, stop.name, "")]
    ]


def _or_vouch(reach: Reach, voucher: str, conversion: Conversion, why: str = _KEPT) -> str:
    """The fact that vouches for what a component sends, as one more remedy; empty without a component."""
    if not voucher:
        return ""
    # Where a type says that it gives some object, another component describes the class that has it.
    name = referred(reach.component(voucher, conversion.src).schema.get(OPAQUE_MARK)) or voucher
    return f", or on({subject_code(reach, name, conversion)}).vouched({why!r})"


def _obstacles(schema: Any, place: str, touched: frozenset[str], owner: str) -> Iterator[tuple[str, str, str, str]]:
    """Every obstacle in a schema, at any depth, with its place, each touched component behind it and who may vouch.

    Args:
        schema: of a payload or a component.
        place: where it is.
        touched: the components that change, and those that hold one.
        owner: the component whose schema it is; empty for a payload's.
    """
    if is_array(schema):
        for inner in schema:
            yield from _obstacles(inner, place, touched, owner)
    if not is_object(schema):
        return
    given: Any = schema.get(OPAQUE_MARK)
    for obstacle, name in obstacles_in(schema, touched):
        # At a payload, the class of what is there vouches for it.
        held = names_in(given or {key: value for key, value in schema.items() if key != BEHIND_MARK})
        voucher = next(iter([owner] if owner else held), "") if obstacle in VOUCHABLE else ""
        yield place, obstacle, name, voucher
    if given:
        return
    _, keywords = followed(schema)
    for keyword, value in schema.items():
        if keyword not in keywords:
            continue
        if keyword == "properties" and is_object(value):
            for name, inner in value.items():
                yield from _obstacles(inner, f"{place}.{name}", touched, owner)
        else:
            below = f"{place}.*" if keyword in ("items", "prefixItems", "additionalProperties") else place
            yield from _obstacles(value, below, touched, owner)


def media_faults(
    reach: Reach, conversion: Conversion, version: str, undocumented: Iterable[tuple[str, Body]]
) -> Iterator[Fault]:
    """The bodies that change and are no JSON document: streams of lines or events, and forms.

    Args:
        reach: the side and its history.
        conversion: what programs would do.
        version: the old version.
        undocumented: the bodies that are no JSON document, each with its place.
    """
    for place, body in undocumented:
        if reach.needs(body.schema, conversion):
            changed = next(one for one in names_in(body.schema) if one in reach.touched(conversion))
            yield _fault(
                origin_of(reach, changed, conversion),
                version,
                place,
                f"it is {', '.join(body.media)}, which gates do not convert, and "
                f"{display_name(reach, changed, conversion)} in it changes",
                "declare JSON for it, or a model of its own that does not change",
            )


def check_described(reach: Reach, conversion: Conversion) -> None:
    """Refuse a touched component at a place whose schema does not describe it.

    Raises:
        NotConvertible: there is such a place.
    """
    for name in sorted(reach.undescribed(conversion.client) & reach.touched(conversion)):
        raise NotConvertible(SERIALIZER, name)


def origin_of(reach: Reach, name: str, conversion: Conversion) -> Origin | None:
    """The fact that changes a component in a conversion, or else the first that changes what it contains."""
    components = reach.components(conversion.src)
    seen, waiting = {name}, [name]
    while waiting:
        current = waiting.pop(0)
        for boundary in conversion.boundaries:
            for step in reach.steps(current, boundary):
                return step.origin
        component = components.get(current)
        # An arm of a union may be no component: a plain value, a list.
        held = [other for other in references({} if component is None else component.schema) if other not in seen]
        seen.update(held)
        waiting += held
    return None


def subject_code(reach: Reach, name: str, conversion: Conversion) -> str:
    """A component as `on(…)` takes it in a version file: its class, or else its name as a text."""
    components = reach.components(conversion.src)
    component = components[name]
    # A parametrised class has no name that a version file could write; a fact about its origin holds for it too.
    named = next((cls for cls in lineage(component.model) if name_of(cls).isidentifier()), None)
    models = [one.model for one in components.values() if one.model is not None]
    is_alone = named is not None and all(cls is named for cls in models if name_of(cls) == name_of(named))
    return name_of(named) if is_alone else repr(component.display_name)


def display_name(reach: Reach, name: str, conversion: Conversion) -> str:
    """A component as a version file calls it: its class, or else its name in the version's document."""
    component = reach.components(conversion.src).get(name)
    if component is None:
        return name
    return component.display_name or name if component.model is None or component.inline else name_of(component.model)
