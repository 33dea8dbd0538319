"""Why programs cannot be written: what shows only when payloads are followed from version to version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from timegate.changes.base import name_of
from timegate.errors import Fault
from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.reach import Reach, names_in
from timegate.gates.source.module import WALKED, Module, Unwalkable
from timegate.history.steps import Origin
from timegate.typing import is_array, is_object
from timegate.wire.marks import MARK_PREFIX, OPAQUE_MARK
from timegate.wire.schema import LITERAL_KEYWORDS, objects_in, references

_SERIALIZER: Final = "a serializer without a return type"


def refusals(module: Module, conversion: Conversion, version: str) -> list[Fault]:
    """Why the programs of one side cannot be what the clients of a version need.

    Args:
        module: the programs, written.
        conversion: the way they take payloads.
        version: the version; it is named where no change is to blame alone.
    """
    reach = module.reach
    found = [
        Fault(
            origin.version,
            origin.change,
            f"{display_name(reach, component, conversion)}.{key}",
            "head requires this field and old clients do not send it",
            f"{_with_default(origin.fact)}, or give the field a default in the model",
        )
        for component, key, origin in module.faults
    ]
    for one, other in module.ambiguous:
        origin = origin_of(reach, one, conversion) or origin_of(reach, other, conversion)
        found.append(
            Fault(
                version if origin is None else origin.version,
                "" if origin is None else origin.change,
                f"{display_name(reach, one, conversion)} | {display_name(reach, other, conversion)}",
                "both change between the versions, and their schemas can never be told apart",
                "give them a tag: a Literal field with a value of its own in each",
            )
        )
    return found


def _with_default(fact: str) -> str:
    written = fact.removesuffix(")")
    return f"{written}{'' if written.endswith('(') else ', '}default=…)"


def obstacles(reach: Reach, conversion: Conversion, version: str, stop: Unwalkable) -> list[Fault]:
    """Every place on the way to a changed model where payloads cannot be followed.

    Args:
        reach: the side and its history.
        conversion: the way payloads take.
        version: the version at its old end.
        stop: the obstacle that was met.
    """
    wire, touched = reach.history.wires[conversion.src], reach.touched(conversion)
    places: list[tuple[str, Any]] = list(wire.roots(reach.side))
    reachable = wire.reachable(reach.side)
    places += [
        (display_name(reach, name, conversion), reach.component(name, conversion.src).schema) for name in reachable
    ]
    blocked = [one for start, schema in places for one in _blocked(schema, start, touched)]
    found: list[Fault] = []
    for place, obstacle, name in blocked or [(stop.name, stop.keyword, stop.name)]:
        origin, changed = origin_of(reach, name, conversion), display_name(reach, name, conversion)
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


def uncarried(reach: Reach, conversion: Conversion, version: str) -> list[Fault]:
    """The bodies that change and that are no JSON document: streams of lines or events, and forms.

    Args:
        reach: the side and its history.
        conversion: the way payloads take.
        version: the version at its old end.
    """
    found: list[Fault] = []
    for operation in reach.history.wires[conversion.src].operations:
        bodies = {"request": operation.request} if reach.side == "requests" else dict(operation.responses)
        for name, body in bodies.items():
            if body is None or any(is_json_media(media) for media in body.media):
                continue
            if not reach.needs(body.schema, conversion):
                continue
            changed = next(one for one in names_in(body.schema) if one in reach.touched(conversion))
            origin = origin_of(reach, changed, conversion)
            found.append(
                Fault(
                    version if origin is None else origin.version,
                    "" if origin is None else origin.change,
                    f"{name} of {operation.key}",
                    f"it is {', '.join(body.media)}, which gates do not carry, and "
                    f"{display_name(reach, changed, conversion)} in it changes",
                    "declare JSON for it, or a model of its own that does not change",
                )
            )
    return found


def is_json_media(media: str) -> bool:
    """Whether a declared media type is a JSON document."""
    return media == "application/json" or media.endswith("+json")


def check_serializers(reach: Reach, conversion: Conversion) -> None:
    """Stop where a model that changes is given to a serializer that may make anything of it.

    Raises:
        Unwalkable: there is such a serializer.
    """
    if reach.side == "responses":
        if reach.handed is None:
            reach.handed = tuple(_given_to_serializers(reach))
        for names in reach.handed:
            for name in names:
                if name in reach.touched(conversion):
                    raise Unwalkable(_SERIALIZER, name)


def _given_to_serializers(reach: Reach) -> Iterator[frozenset[str]]:
    """The components that each serializer without a return type is given."""
    wire = reach.history.wires[0]
    schemas = [schema for _, schema in wire.roots(reach.side)]
    schemas += [reach.component(name, 0).schema for name in wire.reachable(reach.side)]
    for node in objects_in(schemas):
        if node.get(OPAQUE_MARK):
            yield frozenset(names_in(node))


def _blocked(schema: Any, place: str, touched: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    if is_array(schema):
        for inner in schema:
            yield from _blocked(inner, place, touched)
    if not is_object(schema):
        return
    if schema.get(OPAQUE_MARK):
        yield from ((place, _SERIALIZER, name) for name in names_in(schema) if name in touched)
        return
    for keyword, value in schema.items():
        if keyword in LITERAL_KEYWORDS or keyword.startswith(MARK_PREFIX):
            continue
        if keyword == "properties" and is_object(value):
            for name, inner in value.items():
                yield from _blocked(inner, f"{place}.{name}", touched)
        elif keyword in WALKED:
            below = f"{place}.*" if keyword in ("items", "prefixItems", "additionalProperties") else place
            yield from _blocked(value, below, touched)
        else:
            yield from ((place, keyword, name) for name in references(value) if name in touched)


def origin_of(reach: Reach, name: str, conversion: Conversion) -> Origin | None:
    """Who changes a component, or the first that changes what it holds, on a journey."""
    components = reach.history.wires[conversion.src].components(reach.side)
    seen, waiting = {name}, [name]
    while waiting:
        current = waiting.pop(0)
        for boundary in conversion.boundaries:
            for step in reach.steps(current, boundary):
                return step.origin
        held = [other for other in references(components[current].schema) if other not in seen]
        seen.update(held)
        waiting += held
    return None


def display_name(reach: Reach, name: str, conversion: Conversion) -> str:
    """A component as a version file calls it: its class, or else its name in the version's document."""
    component = reach.history.wires[conversion.src].components(reach.side).get(name)
    if component is None:
        return name
    return component.display_name or name if component.model is None or component.inline else name_of(component.model)
