"""Why programs cannot be written: what shows only when payloads are followed from version to version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from timegate.changes.base import name_of
from timegate.contract.document import LITERAL_KEYWORDS, MARK_PREFIX, objects_in, references
from timegate.contract.shapes import OPAQUE_MARK
from timegate.contract.steps import Origin
from timegate.errors import Fault
from timegate.gates.emit import WALKED, Module, Unwalkable
from timegate.gates.reach import Journey, Reach, names_in
from timegate.typing import is_array, is_object

_SERIALIZER: Final = "a serializer without a return type"


def refusals(module: Module, journey: Journey, version: str) -> list[Fault]:
    """Why the programs of one side cannot be what the clients of a version need.

    Args:
        module: the programs, written.
        journey: the way they take payloads.
        version: the version; it is named where no change is to blame alone.
    """
    reach = module.reach
    found = [
        Fault(
            origin.version,
            origin.change,
            f"{shown(reach, component, journey)}.{key}",
            "head requires this field and old clients do not send it",
            f"{_with_default(origin.fact)}, or give the field a default in the model",
        )
        for component, key, origin in module.faults
    ]
    for one, other in module.ambiguous:
        origin = origin_of(reach, one, journey) or origin_of(reach, other, journey)
        found.append(
            Fault(
                version if origin is None else origin.version,
                "" if origin is None else origin.change,
                f"{shown(reach, one, journey)} | {shown(reach, other, journey)}",
                "both change between the versions, and their schemas can never be told apart",
                "give them a tag: a Literal field with a value of its own in each",
            )
        )
    return found


def _with_default(fact: str) -> str:
    written = fact.removesuffix(")")
    return f"{written}{'' if written.endswith('(') else ', '}default=…)"


def obstacles(reach: Reach, journey: Journey, version: str, stop: Unwalkable) -> list[Fault]:
    """Every place on the way to a changed model where payloads cannot be followed.

    Args:
        reach: the side and its history.
        journey: the way payloads take.
        version: the version at its old end.
        stop: the obstacle that was met.
    """
    wire, live = reach.past.wires[journey.src], reach.live(journey)
    places: list[tuple[str, Any]] = list(wire.roots(reach.side))
    reachable = wire.reachable(reach.side)
    places += [(shown(reach, name, journey), reach.component(name, journey.src).schema) for name in reachable]
    blocked = [one for start, schema in places for one in _blocked(schema, start, live)]
    found: list[Fault] = []
    for place, obstacle, name in blocked or [(stop.name, stop.keyword, stop.name)]:
        origin, changed = origin_of(reach, name, journey), shown(reach, name, journey)
        found.append(
            Fault(
                version if origin is None else origin.version,
                "" if origin is None else origin.change,
                place,
                f"the way to {changed}, which changes, leads through {obstacle}, where payloads cannot be followed",
                "declare a type that says what is on the wire (a serializer's return type, properties, items)",
            )
        )
    return found


def uncarried(reach: Reach, journey: Journey, version: str) -> list[Fault]:
    """The bodies that change and that are no JSON document: streams of lines or events, and forms.

    Args:
        reach: the side and its history.
        journey: the way payloads take.
        version: the version at its old end.
    """
    found: list[Fault] = []
    for operation in reach.past.wires[journey.src].operations:
        bodies = {"request": operation.request} if reach.side == "requests" else dict(operation.answers)
        for name, body in bodies.items():
            if body is None or any(is_json_media(media) for media in body.media):
                continue
            if not reach.needs(body.schema, journey):
                continue
            changed = next(one for one in names_in(body.schema) if one in reach.live(journey))
            origin = origin_of(reach, changed, journey)
            found.append(
                Fault(
                    version if origin is None else origin.version,
                    "" if origin is None else origin.change,
                    f"{name} of {operation.key}",
                    f"it is {', '.join(body.media)}, which gates do not carry, and {shown(reach, changed, journey)} "
                    "in it changes",
                    "declare JSON for it, or a model of its own that does not change",
                )
            )
    return found


def is_json_media(media: str) -> bool:
    """Whether a declared media type is a JSON document."""
    return media == "application/json" or media.endswith("+json")


def check_serializers(reach: Reach, journey: Journey) -> None:
    """Stop where a model that changes is given to a serializer that may make anything of it.

    Raises:
        Unwalkable: there is such a serializer.
    """
    if reach.side == "responses":
        if reach.handed is None:
            reach.handed = tuple(_given_to_serializers(reach))
        for names in reach.handed:
            for name in names:
                if name in reach.live(journey):
                    raise Unwalkable(_SERIALIZER, name)


def _given_to_serializers(reach: Reach) -> Iterator[frozenset[str]]:
    """The components that each serializer without a return type is given."""
    wire = reach.past.wires[0]
    schemas = [schema for _, schema in wire.roots(reach.side)]
    schemas += [reach.component(name, 0).schema for name in wire.reachable(reach.side)]
    for node in objects_in(schemas):
        if node.get(OPAQUE_MARK):
            yield frozenset(names_in(node))


def _blocked(schema: Any, place: str, live: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    if is_array(schema):
        for inner in schema:
            yield from _blocked(inner, place, live)
    if not is_object(schema):
        return
    if schema.get(OPAQUE_MARK):
        yield from ((place, _SERIALIZER, name) for name in names_in(schema) if name in live)
        return
    for keyword, value in schema.items():
        if keyword in LITERAL_KEYWORDS or keyword.startswith(MARK_PREFIX):
            continue
        if keyword == "properties" and is_object(value):
            for name, inner in value.items():
                yield from _blocked(inner, f"{place}.{name}", live)
        elif keyword in WALKED:
            below = f"{place}.*" if keyword in ("items", "prefixItems", "additionalProperties") else place
            yield from _blocked(value, below, live)
        else:
            yield from ((place, keyword, name) for name in references(value) if name in live)


def origin_of(reach: Reach, name: str, journey: Journey) -> Origin | None:
    """Who changes a component, or the first that changes what it holds, on a journey."""
    components = reach.past.wires[journey.src].components(reach.side)
    seen, waiting = {name}, [name]
    while waiting:
        current = waiting.pop(0)
        for boundary in journey.boundaries:
            for step in reach.steps(current, boundary):
                return step.origin
        held = [other for other in references(components[current].schema) if other not in seen]
        seen.update(held)
        waiting += held
    return None


def shown(reach: Reach, name: str, journey: Journey) -> str:
    """A component as a version file calls it: its class, or else its name in the version's document."""
    component = reach.past.wires[journey.src].components(reach.side).get(name)
    if component is None:
        return name
    return component.shown or name if component.model is None or component.adhoc else name_of(component.model)
