"""What can become stricter in a schema: a value that the sender's schema admits and the receiver's does not.

A request breaks where the receiver is head, a response where it is the old client; the pairs are the same.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from timegate.typing import Schema


def is_valid(schema: Schema, value: Any) -> bool:
    """Whether a value is of a schema, by a JSON Schema validator."""
    validator: Any = Draft202012Validator(schema)
    valid: bool = validator.is_valid(value)
    return valid


def is_encoded(schema: Schema, value: Any) -> bool:
    """Whether a text is in the encoding that its schema names, which validators of JSON Schema do not look at."""
    if schema["contentEncoding"] == "base64":
        return is_valid(schema, value) and _succeeds(lambda: base64.b64decode(value))
    return is_valid(schema, value) and _succeeds(lambda: base64.b16decode(value))


def is_content(schema: Schema, value: Any) -> bool:
    """Whether a text holds what its schema says of its content."""
    if schema["contentMediaType"] != "application/json":
        return is_valid(schema, value)
    return _succeeds(lambda: json.loads(value)) and is_valid(schema.get("contentSchema", {}), json.loads(value))


def _succeeds(read: Callable[[], object]) -> bool:
    try:
        read()
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Pair:
    """What one side sends and the other one does not take.

    Args:
        sender: the sender's schema.
        sent: a value that it admits and the receiver's schema does not.
        receiver: the receiver's schema.
        received: what the receiver can read in its place.
        fits: whether a value is of a schema.
    """

    sender: Schema
    sent: Any
    receiver: Schema
    received: Any
    fits: Callable[[Schema, Any], bool] = is_valid


def _typed(kind: str, **keywords: Any) -> Schema:
    return {"type": kind, **keywords}


def _number(keyword: str, loose: float, strict: float, sent: int, received: int) -> Pair:
    return Pair(_typed("integer", **{keyword: loose}), sent, _typed("integer", **{keyword: strict}), received)


def _set(kind: str, keyword: str, limit: Any, sent: Any, received: Any) -> Pair:
    return Pair(_typed(kind), sent, _typed(kind, **{keyword: limit}), received)


A_AND_B = {"a": _typed("integer"), "b": _typed("integer")}
TEXT, ITEMS, OBJECT = _typed("string"), _typed("array"), _typed("object", properties=A_AND_B)
NUMBERS = _typed("array", contains=_typed("integer"))
ABC, AB = _typed("string", enum=["a", "b", "c"]), _typed("string", enum=["a", "b"])
ONE, TWO = [_typed("integer")], [_typed("integer"), _typed("integer")]

PAIRS: dict[str, Pair] = {
    "all-of-added": Pair(_typed("integer"), 1, {"type": "integer", "allOf": [{"minimum": 5}]}, 5),
    "all-of-removed": Pair(
        {"type": "object", "allOf": [OBJECT, _typed("object", properties={"c": TEXT})], "unevaluatedProperties": False},
        {"a": 1, "c": "x"},
        {"type": "object", "allOf": [OBJECT], "unevaluatedProperties": False},
        {"a": 1},
    ),
    "any-of": Pair({"anyOf": [TEXT, _typed("integer")]}, "a", {"anyOf": [_typed("integer")]}, 0),
    "one-of": Pair({"oneOf": [TEXT, _typed("integer")]}, "a", {"oneOf": [_typed("integer")]}, 0),
    "wrapped-in-one-of": Pair(TEXT, "a", {"oneOf": [_typed("string", minLength=3), _typed("integer")]}, "a.."),
    "one-of-unwrapped": Pair({"oneOf": [TEXT, _typed("integer")]}, 5, TEXT, "5"),
    "became-enum": Pair(TEXT, "c", AB, "b"),
    "enum-value": Pair(ABC, "c", AB, "b"),
    "const": Pair(TEXT, "x", _typed("string", const="a"), "a"),
    "const-changed": Pair(_typed("string", const="a"), "a", _typed("string", const="b"), "b"),
    "contains": Pair(ITEMS, ["a"], NUMBERS, ["a", 0]),
    "max-contains": Pair({**NUMBERS, "maxContains": 3}, [1, 2], {**NUMBERS, "maxContains": 1}, [1]),
    "min-contains": Pair({**NUMBERS, "minContains": 1}, [1], {**NUMBERS, "minContains": 2}, [1, 1]),
    "content-encoding": Pair(
        _typed("string", contentEncoding="base16"), "FF", _typed("string", contentEncoding="base64"), "/w==", is_encoded
    ),
    "content-media-type": Pair(
        _typed("string", contentMediaType="text/csv"),
        "1,2",
        _typed("string", contentMediaType="application/json"),
        "[1, 2]",
        is_content,
    ),
    "content-schema": Pair(
        _typed("string", contentMediaType="application/json"),
        "[1]",
        _typed("string", contentMediaType="application/json", contentSchema={"type": "object"}),
        '{"items": [1]}',
        is_content,
    ),
    "dependent-required": Pair(OBJECT, {"a": 1}, {**OBJECT, "dependentRequired": {"a": ["b"]}}, {"a": 1, "b": 0}),
    "dependent-schema": Pair(
        OBJECT, {"a": 1}, {**OBJECT, "dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1, "b": 0}
    ),
    "if": Pair(TEXT, "ab", _typed("string", **{"if": {"minLength": 1}, "then": {"minLength": 3}}), "ab."),
    "then": Pair(
        _typed("string", **{"if": {"minLength": 1}}),
        "ab",
        _typed("string", **{"if": {"minLength": 1}, "then": {"minLength": 3}}),
        "ab.",
    ),
    "else": Pair(
        _typed("string", **{"if": {"minLength": 3}}),
        "ab",
        _typed("string", **{"if": {"minLength": 3}, "else": {"maxLength": 0}}),
        "",
    ),
    "list-of-types": Pair(_typed("integer") | {"type": ["integer", "string"]}, "a", _typed("integer"), 0),
    "nullable": Pair({"anyOf": [_typed("integer"), {"type": "null"}]}, None, _typed("integer"), 0),
    "exclusive-max": _number("exclusiveMaximum", 20, 10, 15, 9),
    "exclusive-max-set": _set("integer", "exclusiveMaximum", 10, 15, 9),
    "exclusive-min": _number("exclusiveMinimum", 0, 10, 5, 11),
    "exclusive-min-set": _set("integer", "exclusiveMinimum", 10, 5, 11),
    "max": _number("maximum", 20, 10, 15, 10),
    "max-set": _set("integer", "maximum", 10, 15, 10),
    "min": _number("minimum", 0, 10, 5, 10),
    "min-set": _set("integer", "minimum", 10, 5, 10),
    "max-length": Pair(_typed("string", maxLength=9), "abcd", _typed("string", maxLength=3), "abc"),
    "max-length-set": _set("string", "maxLength", 3, "abcd", "abc"),
    "min-length": Pair(_typed("string", minLength=1), "a", _typed("string", minLength=3), "a.."),
    "min-length-set": _set("string", "minLength", 3, "a", "a.."),
    "max-items": Pair(_typed("array", maxItems=9), [1, 2], _typed("array", maxItems=1), [1]),
    "min-items": Pair(_typed("array", minItems=0), [], _typed("array", minItems=1), [0]),
    "min-items-set": _set("array", "minItems", 1, [], [0]),
    "pattern": _set("string", "pattern", "^[a-z]+$", "A", "a"),
    "pattern-changed": Pair(_typed("string", pattern="^[A-Z]+$"), "A", _typed("string", pattern="^[a-z]+$"), "a"),
    "pattern-property": Pair(
        _typed("object"), {"x-a": "1"}, _typed("object", patternProperties={"^x-": _typed("integer")}), {"x-a": 1}
    ),
    "prefix-items": Pair(
        _typed("array", prefixItems=TWO, items=False), [1, 2], _typed("array", prefixItems=ONE, items=False), [1]
    ),
    "property-names": Pair(
        _typed("object"), {"B": 1}, _typed("object", propertyNames={"pattern": "^[a-z]+$"}), {"b": 1}
    ),
    "type": Pair(_typed("integer"), 5, TEXT, "5"),
    "type-generalized": Pair(_typed("number"), 2.5, _typed("integer"), 2),
    "unevaluated-items": Pair(
        _typed("array", prefixItems=ONE), [1, "x"], _typed("array", prefixItems=ONE, unevaluatedItems=False), [1]
    ),
    "unevaluated-properties": Pair(OBJECT, {"a": 1, "z": 2}, {**OBJECT, "unevaluatedProperties": False}, {"a": 1}),
}


def topic(rest: str, *, sent: bool) -> str:
    """What differs, from the end of a kind's name; requests and responses say it in opposite words.

    Args:
        rest: the name without its place.
        sent: whether it is about a request.
    """
    special = {
        "become-not-nullable": "nullable",
        "became-not-nullable": "nullable",
        "became-nullable": "nullable",
        "became-enum": "became-enum",
        "const-changed": "const-changed",
        "pattern-changed": "pattern-changed",
        "type-generalized": "type-generalized",
        "type-specialized": "type-generalized",
        "all-of-removed": "all-of-removed",
        "all-of-added": "all-of-added",
        "wrapped-in-one-of": "wrapped-in-one-of" if sent else "one-of-unwrapped",
        "x-extensible-enum-value-removed": "enum-value",
    }
    if rest in special:
        return special[rest]
    for end in ("added", "removed", "changed", "decreased", "increased", "narrowed", "widened"):
        rest = rest.removesuffix(f"-{end}")
    return rest.removesuffix("-unset") + "-set" if rest.endswith("-unset") else rest
