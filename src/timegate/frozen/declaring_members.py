"""Facts about the members of enums and literals."""

from __future__ import annotations

from typing import Any

from timegate.frozen.code import Code, call, text_code
from timegate.frozen.declaring import TYPE_KINDS, Declaring
from timegate.frozen.declaring_types import by_functions, mapped
from timegate.frozen.difference import Kind
from timegate.frozen.spots import Spot
from timegate.frozen.subjects import enum_code, on_code
from timegate.wire.json_types import listed_values


def members(at: Declaring) -> list[Code]:
    """An enum or a literal has other members."""
    one = at.spot.of(Kind.GREW, Kind.SHRANK)
    subject = subject_of_members(at.spot)
    if subject is None:
        return at.told([one])
    if at.spot.has(*TYPE_KINDS):
        return []
    if at.spot.path and len(one.gone) == len(one.old):
        at.say(f"{at.of} has other values.")
        lost_null = at.spot.has(Kind.BECAME_NON_NULL)
        return [by_functions(at, {"enum": [*one.old, None]}) if lost_null else mapped(at, one)]
    at.say(f"The members of {at.of} are other ones.")
    return facts_about(at, subject, come=one.come, gone=one.gone)


def facts_about(at: Declaring, subject: Code, *, come: list[Any], gone: list[Any]) -> list[Code]:
    """The facts about members that have come and that are gone, each for itself."""
    facts: list[Code] = []
    for member in gone:
        read_as = at.decide(f"what does head take for an old client's {member!r}?")
        loses = None
        if at.spot.has(Kind.SHRANK, side="requests"):
            loses = at.decide(f"why may head not tell an old client's {member!r} from the one that it takes?")
        facts.append(call(subject, "shrank", [member], read_as=read_as, loses=loses))
    component, told = at.spot.component, ", ".join(map(repr, come))
    if come and component is not None and at.contracts.has_keys_of(component, "responses"):
        # As keys, two members that are read as one would lose an entry.
        why = f"why do old clients get along with {told} among the keys of an object, and elsewhere?"
        facts.append(call(call(subject, "open", [at.decide(why)]), "grew", come))
    elif come:
        seen_as = None
        if at.spot.has(Kind.GREW, side="responses"):
            seen_as = at.decide(f"which old member does an old client read for {told}?")
        facts.append(call(subject, "grew", come, seen_as=seen_as))
    return facts


def subject_of_members(spot: Spot) -> Code | None:
    """The subject of facts about the members of an enum or of a model's literal; None for what has no such facts."""
    if spot.component is None:
        return None
    if not spot.path:
        return None if listed_values(spot.component.schema) is None else enum_code(spot.component)
    field = Code(f"{on_code(spot.component).text}.literal({text_code('.'.join(spot.path))})")
    return Code(field.text, on_code(spot.component).imports)
