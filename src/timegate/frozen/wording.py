"""A difference in a sentence: what was promised, and what is so today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from timegate.frozen.difference import ABSENT, Difference, Kind
from timegate.frozen.shape import LIMITS, shape_of
from timegate.typing import is_object
from timegate.wire.json_types import listed_values
from timegate.wire.schema import referred

_SENTENCES: Final[Mapping[Kind, str]] = {
    Kind.KEY_ADDED: "has come ({new})",
    Kind.REQUIRED_KEY_ADDED: "has come and is required ({new})",
    Kind.KEY_REMOVED: "is gone (it was {old})",
    Kind.REQUIRED_KEY_REMOVED: "is gone, and was required (it was {old})",
    Kind.BECAME_REQUIRED: "is required now",
    Kind.BECAME_OPTIONAL: "is no longer required",
    Kind.BECAME_NULLABLE: "may be null now",
    Kind.BECAME_NON_NULL: "may no longer be null",
    Kind.RETYPED: "was {old} and is {new}",
    Kind.WIDENED: "was {old} and is {new}",
    Kind.NARROWED: "was {old} and is {new}",
    Kind.DEFAULTED: "has another default: it was {old} and is {new}",
    Kind.TIGHTENED: "has tighter limits: it was {old} and is {new}",
    Kind.LOOSENED: "has looser limits: it was {old} and is {new}",
    Kind.GREW: "has new members: {come}",
    Kind.SHRANK: "has lost members: {gone}",
    Kind.ARM_ADDED: "may also be {new}",
    Kind.ARM_REMOVED: "may no longer be {old}",
    Kind.CLOSED: "no longer allows keys that it does not name",
    Kind.OPENED: "allows keys that it does not name",
    Kind.OPERATION_ADDED: "has come",
    Kind.OPERATION_REMOVED: "is gone",
    Kind.STATUS_CHANGED: "responds with {new} instead of {old}",
    Kind.STATUS_ADDED: "may respond with this status",
    Kind.STATUS_REMOVED: "no longer responds with this status",
    Kind.BODY_ADDED: "has a body now",
    Kind.REQUIRED_BODY_ADDED: "has a body now, which is required",
    Kind.BODY_REMOVED: "has no body any more",
    Kind.SECURED: "asks for other credentials: it was {old} and is {new}",
    Kind.UNSECURED: "asks for fewer credentials: it was {old} and is {new}",
    Kind.MEDIA_ADDED: "has another media type",
    Kind.MEDIA_REMOVED: "no longer has this media type",
    Kind.RENAMED_IN_DOCUMENTS: "is called {new} in documents instead of {old}",
    Kind.TEXT: "has other texts in documents",
}
_OF_OPERATIONS: Final = frozenset({Kind.OPERATION_ADDED, Kind.OPERATION_REMOVED, Kind.RENAMED_IN_DOCUMENTS})


def told(difference: Difference) -> str:
    """A difference in a sentence, without its place."""
    old, new = difference.old, difference.new
    sentence = _SENTENCES[difference.kind].format(
        old=_described(old),
        new=_described(new),
        come=_listed(difference.come) if difference.kind is Kind.GREW else "",
        gone=_listed(difference.gone) if difference.kind is Kind.SHRANK else "",
    )
    if difference.kind in _OF_OPERATIONS or not difference.component:
        return sentence
    return f"{sentence}, in {difference.where}"


def _listed(members: list[Any]) -> str:
    return ", ".join(json.dumps(one, ensure_ascii=False) for one in members)


def _described(value: Any) -> str:
    """A schema as people write types; another value as JSON."""
    if value is ABSENT:
        return "none"
    if is_object(value) and _SCHEMA.isdisjoint(value) and value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if not is_object(value):
        return value if isinstance(value, str) and " " not in value else json.dumps(value, ensure_ascii=False)
    return _schema_in_words(value)


_SCHEMA: Final = frozenset({"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "title", "items"})


def _schema_in_words(schema: dict[str, Any]) -> str:
    shape = shape_of(schema)
    arms = [_arm_in_words(arm) for arm in shape.arms]
    return " or ".join([*arms, *(["null"] if shape.nullable else [])]) or "anything"


def _arm_in_words(arm: dict[str, Any]) -> str:
    name, values = referred(arm), listed_values(arm)
    if name is not None:
        return name
    if values is not None:
        return f"one of {_listed(values)}"
    kind = str(arm.get("type", "anything"))
    if kind == "object" and ("propertyNames" in arm or is_object(arm.get("additionalProperties"))):
        keys = _schema_in_words({"type": "string", **arm.get("propertyNames", {})})
        values = arm.get("additionalProperties")
        kind = f"object of {_schema_in_words(values) if is_object(values) else 'anything'} by {keys}"
    if is_object(arm.get("items")):
        kind = f"array of {_schema_in_words(arm['items'])}"
    limits = [f"{key} {json.dumps(arm[key])}" for key in ("format", *LIMITS) if key in arm]
    return f"{kind} ({', '.join(limits)})" if limits else kind
