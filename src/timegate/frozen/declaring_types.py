"""Facts about types: another one, lists, alternatives, envelopes, and objects that are closed to other keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from timegate.frozen.code import Code, call, text_code
from timegate.frozen.contract import schema_at
from timegate.frozen.declaring import TYPE_KINDS, Declaring
from timegate.frozen.difference import Difference, Kind, Severity
from timegate.frozen.shape import shape_of
from timegate.frozen.spots import RESPONSE_HEADER
from timegate.frozen.subjects import endpoint_code, on_code, subject_code
from timegate.typing import Schema, is_array, is_object
from timegate.wire.json_types import listed_values
from timegate.wire.schema import referred
from timegate.wire.wire import Side

ARM_KINDS: Final = (Kind.ARM_ADDED, Kind.ARM_REMOVED)
VALUE_KINDS: Final = (
    *TYPE_KINDS, *ARM_KINDS, Kind.BECAME_NULLABLE, Kind.BECAME_NON_NULL, Kind.TIGHTENED, Kind.LOOSENED, Kind.GREW,
    Kind.SHRANK,
)  # fmt: skip
"""What may differ in the values of one place."""

WHOLE_KINDS: Final = (
    *VALUE_KINDS, Kind.CLOSED, Kind.OPENED, Kind.BECAME_OPTIONAL, Kind.BECAME_REQUIRED, Kind.DEFAULTED,
)  # fmt: skip
"""What may differ at the root of a body."""


_LEFT_OUT: Final = (Kind.BECAME_REQUIRED, Kind.DEFAULTED)


def retyped(at: Declaring) -> list[Code]:
    """It has another type."""
    one = at.spot.of(*TYPE_KINDS)
    at.say(f"{at.of} has another type.")
    if not at.is_in():
        return at.told([one])
    if becomes_list(at):
        return [_became_list(at, one.old)]
    if _is_list_of(one.new, one.old):
        return [_became_scalar(at, one.old)]
    if _is_table(one.old, one.new):
        return [mapped(at, one)]
    return [by_functions(at, one.old)]


def of_parameter(at: Declaring) -> list[Code]:
    """The values of a parameter are other ones: on the wire they are texts, and one fact says what all of them were."""
    at.say(f"{at.of} has other values.")
    # Where it has another name too, the frozen contract does not have it under this one.
    whole = (one.old for one in at.spot.differences if one.path == at.spot.path and one.kind in VALUE_KINDS)
    old = next(filter(is_object, whole), at.was)
    return [_became_list(at, old) if becomes_list(at) else by_functions(at, old)]


def by_functions(at: Declaring, old: Schema) -> Code:
    """The fact that a value is another one, by functions where one side sends what the other does not take."""
    to_head = to_old = None
    lost = (Kind.RETYPED, Kind.NARROWED, Kind.ARM_REMOVED, Kind.SHRANK, Kind.TIGHTENED)
    if at.spot.has(*lost, side="requests"):
        to_head = at.decide(f"how does head read an old {at.name}? A function of the value.")
    won = (Kind.RETYPED, Kind.WIDENED, Kind.ARM_ADDED, Kind.GREW, Kind.LOOSENED)
    if at.spot.has(*won, side="responses") or at.spot.path[0] == RESPONSE_HEADER:
        to_old = at.decide(f"how does an old client read {at.name}? A function of the value.")
    if to_head is None and at.spot.has(*TYPE_KINDS, side="requests") and _counts_otherwise(at, *won, side="responses"):
        what = "a function of the value; without to_head= it means the same"
        to_head = at.decide(
            f"how does head read an old {at.name}, where old clients read it by a function? It is {what}."
        )
    if to_old is None and at.spot.has(*TYPE_KINDS, side="responses") and _counts_otherwise(at, *lost, side="requests"):
        what = "a function of the value; without to_old= it means the same"
        to_old = at.decide(f"how does an old client read {at.name}, where head reads it by a function? It is {what}.")
    return at.fact("retyped", was=at.type(old), to_head=to_head, to_old=to_old)


def _counts_otherwise(at: Declaring, *kinds: Kind, side: Side) -> bool:
    """Whether a number may count something else now: on the other side a function converts a number of this name."""
    one = at.spot.of(*TYPE_KINDS)
    types = [_number(one.old), _number(one.new)]
    return all(types) and any(
        [_number(twin.of(*TYPE_KINDS).old), _number(twin.of(*TYPE_KINDS).new)] == types
        for twin in at.spot.twins(*TYPE_KINDS)
        if twin.has(*kinds, side=side)
    )


def _number(schema: Schema) -> str:
    """The JSON type of a schema that takes one kind of numbers; empty for any other."""
    kinds = {str(arm.get("type")) for arm in shape_of(schema).arms}
    return kinds.pop() if kinds in ({"integer"}, {"number"}) else ""


def becomes_list(at: Declaring) -> bool:
    """Whether it is a list now of what it was."""
    found = (one for one in at.spot.differences if one.kind in TYPE_KINDS)
    return at.spot.path[0] != "path" and any(_is_list_of(one.old, one.new) for one in found)


def _became_list(at: Declaring, old: Schema) -> Code:
    if shape_of(old).nullable:
        # Null is an empty list then.
        return at.fact("became_list", was=at.type(old))
    empty = None
    if at.spot.has(*TYPE_KINDS, side="responses") and at.is_required():
        empty = at.decide(f"what does an old client read as {at.name} where the list is empty?")
    return at.fact("became_list", empty=empty)


def _became_scalar(at: Declaring, old: Schema) -> Code:
    empty = None
    if at.spot.has(*TYPE_KINDS, side="requests") and not shape_of(old).nullable and at.is_required():
        empty = at.decide(f"what does head take where an old client sends an empty list as {at.name}?")
    return at.fact("became_scalar", was=at.type(old), empty=empty)


def mapped(at: Declaring, one: Difference) -> Code:
    """The fact that each of some values is another one now.

    Args:
        at: a field of a model.
        one: has the old and the new values, as schemas or as lists.
    """
    old, new = (", ".join(map(repr, _values(some) or ())) for some in (one.old, one.new))
    table = at.decide(f"which of {new} is each of {old}? A table: {{old: new, ...}}.")
    return call(subject_code(at.spot), "mapped", [*at.field, table])


def _enveloped(at: Declaring, one: Difference) -> list[Code]:
    """The fact that an object now holds what was the body; none where it does not, or a request would lack a key."""
    envelope = at.component(referred(one.new) or "")
    held: Mapping[str, Schema] = {} if envelope is None else envelope.properties
    keys = [key for key, schema in held.items() if shape_of(schema).arms == shape_of(one.old).arms]
    if envelope is not None and at.spot.path == ("body",) and {*envelope.required} - {*keys}:
        return []
    return [call(endpoint_code(at.spot.operation), "enveloped", keys)] if len(keys) == 1 else []


def whole_body(at: Declaring) -> list[Code]:
    """The body of a request or of a response differs at its root."""
    differences = [one for one in at.spot.differences if one.kind in WHOLE_KINDS]
    if at.spot.has(*_LEFT_OUT):
        at.leave(
            f"old clients may leave the body of {at.spot.operation} out, and no fact makes one up: let head still take "
            "what it took then, or accept it with a reason.",
            *_LEFT_OUT,
        )
        differences = [one for one in differences if one.kind not in _LEFT_OUT]
        if not differences:
            return []
    if all(one.kind in ARM_KINDS for one in differences) and not _elsewhere(at):
        return alternatives(at)
    enveloped = [fact for one in differences if one.kind is Kind.RETYPED for fact in _enveloped(at, one)]
    at.say(f"{at.of} is another one.")
    return enveloped or [_rewritten(at)]


def _rewritten(at: Declaring) -> Code:
    operation, place = at.spot.operation, at.spot.path[0]
    old = at.type(schema_at(at.contracts.frozen, "", operation, (place,)))
    if place == "body" and all(one.severity is Severity.ADDITIVE for one in at.spot.differences):
        # What old clients send is one of what head takes.
        same, nothing = "lambda body: body", text_code("nothing")
        return call(endpoint_code(operation), "rewritten", request=same, was=old, loses=nothing)
    if place == "body":
        request = at.decide(f"how does head read an old body of {operation}? A function of the body.")
        loses = at.decide("why is nothing lost of it that is needed?")
        return call(endpoint_code(operation), "rewritten", request=request, was=old, loses=loses)
    response = at.decide(f"how does an old client read the response of {operation}? A function of the body.")
    status = None if place.startswith("2") else place
    return call(endpoint_code(operation), "rewritten", response=response, status=status, was=old)


def alternatives(at: Declaring) -> list[Code]:
    """Models are alternatives that were none, or the other way round."""
    if _elsewhere(at):
        at.say(f"{at.of} has other alternatives.")
        return [by_functions(at, at.was)]
    come, gone = _come_and_gone(at)
    # What has come on both sides is one model.
    new, old = ({repr(arm): arm for arm in arms}.values() for arms in ([a.new for a in come], [a.old for a in gone]))
    return [_introduced(at, arm) for arm in new] + [_retired(at, arm) for arm in old]


def _come_and_gone(at: Declaring) -> tuple[list[Difference], list[Difference]]:
    come, gone = ([one for one in at.spot.differences if one.kind is kind] for kind in ARM_KINDS)
    return come, gone


def _elsewhere(at: Declaring) -> bool:
    """Whether the alternatives are no new or retired models: a fact about these holds wherever they are.

    Other places had one that has come, or still have one that is gone; or no union is left that a fact could name.
    """
    come, gone = _come_and_gone(at)
    known = any(at.contracts.has_frozen(referred(one.new) or "") for one in come)
    known = known or any(at.component(referred(one.old)) is not None for one in gone)
    return known or (bool(gone) and len(shape_of(at.today).arms) == 1)


def _introduced(at: Declaring, arm: Schema) -> Code:
    component = at.component(referred(arm))
    assert component is not None
    at.say(f"{at.of} may be a {component.display_name}.")
    seen_as = None
    if component.name in at.contracts.today.wire.reachable("responses"):
        seen_as = at.decide(f"what does an old client read in place of a {component.display_name}?")
    return call(on_code(component), "introduced", seen_as=seen_as)


def _retired(at: Declaring, arm: Schema) -> Code:
    name = referred(arm) or ""
    at.say(f"{at.of} may no longer be a {name}.")
    models = [one for one in (at.component(referred(one)) for one in shape_of(at.today).arms) if one is not None]
    was = at.class_of(name) or at.decide(f"which class was {name}?")
    read_as = None
    if at.spot.has(Kind.ARM_REMOVED, side="requests"):
        what = f"what does head read for an old client's {name}?"
        read_as = at.decide(f"{what} A function of the object; without read_as= it is refused.")
    # One of the models would do for a type checker; all of them say that it may be read as any.
    return call(on_code(*models), "retired", was=was, read_as=read_as)


def other_keys(at: Declaring) -> list[Code]:
    """What is known about keys that a model does not name: only the whole object can be declared."""
    component = at.spot.component
    closed = at.spot.has(Kind.CLOSED)
    at.say(f"{at.of} {'no longer allows' if closed else 'allows'} keys that it does not name.")
    if component is None or at.spot.path:
        return at.told(at.spot.differences)
    what = "head refuses keys that old clients may send" if closed else "old clients are promised no other keys"
    return [
        call(
            on_code(component),
            "reshaped",
            was=at.decide(f"{what}: undo it at head, or give the class as it was, and what becomes of such keys."),
            to_head="dict",
            to_old="dict",
        )
    ]


def _is_list_of(old: Schema, new: Schema) -> bool:
    """Whether the new schema is a list of what the old one is."""
    before, after = shape_of(old), shape_of(new)
    if len(before.arms) != 1 or len(after.arms) != 1 or after.arms[0].get("type") != "array":
        return False
    items: Any = after.arms[0].get("items", {})
    return is_object(items) and shape_of(items).arms == before.arms


def _is_table(old: Schema, new: Schema) -> bool:
    """Whether both list all their values, so that a table says which is which; none says what null is."""
    return (
        (shape_of(new).nullable or not shape_of(old).nullable) and _values(old) is not None and _values(new) is not None
    )


def _values(schema: Schema | list[Any]) -> list[Any] | None:
    if is_array(schema):
        return schema
    arms = shape_of(schema).arms
    if len(arms) != 1:
        return None
    return [True, False] if arms[0].get("type") == "boolean" else listed_values(arms[0])
