"""Facts about keys and parameters: there or not, required, null, their default and limits."""

from __future__ import annotations

from typing import Any

from timegate.frozen.code import Code, value_code
from timegate.frozen.declaring import TYPE_KINDS, Declaring
from timegate.frozen.declaring_types import becomes_list
from timegate.frozen.difference import ABSENT, Kind
from timegate.frozen.renames import GONE
from timegate.frozen.shape import shape_of
from timegate.frozen.spots import PARAMETERS, RESPONSE_HEADER
from timegate.typing import Schema

_TRUE = Code("True")


def added(at: Declaring) -> list[Code]:
    """A key or parameter has come."""
    if not at.is_in(*PARAMETERS, RESPONSE_HEADER):
        return at.told(at.spot.differences)
    at.say(f"{at.of} is new.")
    default = None
    if at.spot.has(Kind.REQUIRED_KEY_ADDED, side="requests"):
        default = at.decide(f"what does head take where an old client sends no {at.name}?")
    return [at.fact("added", default=default)]


def removed(at: Declaring) -> list[Code]:
    """A key or parameter is gone."""
    if not at.is_in(*PARAMETERS, RESPONSE_HEADER):
        return at.told(at.spot.differences)
    at.say(f"{at.of} is gone.")
    old: Schema = at.spot.of(*GONE).old
    was, default = at.type(old), old.get("default", ABSENT)
    required = at.spot.has(Kind.REQUIRED_KEY_REMOVED)
    backfill = loses = None
    if at.spot.has(Kind.REQUIRED_KEY_REMOVED, side="responses"):
        backfill = at.decide(f"what does an old client read as {at.name}?")
    elif at.spot.has(Kind.KEY_REMOVED, side="responses") and default not in (ABSENT, None):
        # Old servers leave no field out because it has its default.
        told = f"Old servers sent {value_code(default)} where nothing else was said"
        backfill = at.decide(f"what does an old client read as {at.name}? {told}; without backfill= it is left out.")
    if at.spot.path[0] == RESPONSE_HEADER and at.spot.component is None:
        return [at.fact("removed", was=was, backfill=backfill)]
    if at.spot.has(*GONE, side="requests"):
        loses = at.decide(f"why may head ignore the {at.name} that an old client sends?")
    if at.spot.holder is None:
        return [at.fact("removed", was=was, required=_TRUE if required else None, loses=loses)]
    return [at.fact("removed", was=was, required=None if required else "False", backfill=backfill, loses=loses)]


def nullable(at: Declaring) -> list[Code]:
    """It may be null."""
    at.say(f"{at.of} may be null.")
    null_was = None
    if at.spot.has(Kind.BECAME_NULLABLE, side="responses"):
        null_was = at.decide(f"what does an old client read where {at.name} is null?")
    return [at.of_field("became_nullable", null_was=null_was)]


def non_null(at: Declaring) -> list[Code]:
    """It may no longer be null."""
    if becomes_list(at):
        return []
    at.say(f"{at.of} is no longer null.")
    null_is = None
    if at.spot.has(Kind.BECAME_NON_NULL, side="requests"):
        null_is = at.decide(f"what does head take where an old client sends null as {at.name}?")
    return [at.of_field("became_non_null", null_is=null_is)]


def required(at: Declaring) -> list[Code]:
    """It is required."""
    at.say(f"{at.of} is required.")
    if not at.is_in(*PARAMETERS):
        return at.told(at.spot.differences)
    default = None
    if at.spot.has(Kind.BECAME_REQUIRED, side="requests"):
        if _old_default(at) is not ABSENT:
            return []
        default = at.decide(f"what does head take where an old client sends no {at.name}?")
    return [at.fact("became_required", default=default)]


def optional(at: Declaring) -> list[Code]:
    """It is no longer required."""
    at.say(f"{at.of} is optional.")
    missing_was = None
    if at.spot.has(Kind.BECAME_OPTIONAL, side="responses"):
        missing_was = at.decide(f"what does an old client read where head leaves {at.name} out?")
    if not at.is_in(*PARAMETERS, RESPONSE_HEADER):
        return at.told(at.spot.differences)
    return [at.fact("became_optional", missing_was=missing_was)]


def defaulted(at: Declaring) -> list[Code]:
    """It has another default, or none any more because it is required."""
    was = _old_default(at)
    if not at.spot.has(Kind.DEFAULTED):
        return [] if was is ABSENT else [at.fact("defaulted", was=value_code(was))]
    if _is_empty_list(at):
        return []
    at.say(f"The default of {at.of} is another one.")
    if was is ABSENT and at.is_parameter:
        return at.leave(
            f"an old client that left {at.of} out meant null, and no fact says so of a text: let head take null still; "
            f"or, if {value_code(at.spot.of(Kind.DEFAULTED).new)} is what it meant, accept it with a reason.",
            Kind.DEFAULTED,
        )
    if was is ABSENT:
        return [at.decide(f"what did {at.name} mean where an old client left it out?")]
    return [at.fact("defaulted", was=value_code(was))]


def _is_empty_list(at: Declaring) -> bool:
    """Whether null was the default of what is a list now, and an empty one is: the fact about the list says that."""
    one = at.spot.of(Kind.DEFAULTED)
    return becomes_list(at) and shape_of(at.was).nullable and one.old in (None, ABSENT) and one.new == []


def _old_default(at: Declaring) -> Any:
    """What head takes where an old client leaves the key out, by a fact; ABSENT where no fact can say it."""
    if at.spot.has(Kind.DEFAULTED):
        was = at.spot.of(Kind.DEFAULTED).old
    elif at.spot.has(Kind.BECAME_REQUIRED, side="requests") and at.is_in(*PARAMETERS):
        was = at.spot.of(Kind.BECAME_REQUIRED).old.get("default", ABSENT)
    else:
        return ABSENT
    # Parameters are texts, and no text is null.
    return ABSENT if was is None and at.spot.component is None else was


def limited(at: Declaring) -> list[Code]:
    """Its values have other limits."""
    if at.spot.has(*TYPE_KINDS):
        return []
    one = at.spot.of(Kind.TIGHTENED, Kind.LOOSENED)
    at.say(f"The limits of {at.of} are other ones.")
    fact = at.of_field("constrained", was=at.type(one.old))
    if at.spot.has(Kind.TIGHTENED, side="requests"):
        question = f"head refuses values of {at.name} that old clients may send: loosen head again, or declare"
        return [at.decide(f"{question} {fact.text}")]
    if at.spot.has(Kind.LOOSENED, side="responses"):
        to_old = at.decide(f"how does an old client read a {at.name} that its limits do not allow?")
        return [at.of_field("constrained", was=at.type(one.old), to_old=to_old)]
    return [fact]
