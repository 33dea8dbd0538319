"""Two OpenAPI documents compared by structure: words for people do not count, nor the spelling of one and the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import JsonValue

from timegate.typing import is_array, is_object

__all__ = ["Difference", "Kind", "differences", "plain"]

Kind = Literal["missing", "more", "other"]
"""Only the real document has it, only ours has it, or both have it and it is not the same."""

_WORDS = frozenset({"title", "description", "summary", "tags", "example", "examples", "x-enum-varnames"})
_NAMES = frozenset({"properties", "schemas", "paths", "responses", "mapping"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the documents differ."""

    kind: Kind
    pointer: str


def differences(real: JsonValue, ours: JsonValue, pointer: str = "") -> Iterator[Difference]:
    """Tell the outermost places at which two plain documents differ, as JSON pointers."""
    if is_object(real) and is_object(ours):
        for key in sorted({*real, *ours}):
            below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in ours:
                yield Difference("missing", below)
            elif key not in real:
                yield Difference("more", below)
            else:
                yield from differences(real[key], ours[key], below)
    elif real != ours:
        yield Difference("other", pointer)


def plain(document: Any, *, names: bool = False) -> JsonValue:
    """A document without words, in one spelling.

    Args:
        document: a document or a part of it.
        names: whether its keys are names of somebody's own, none of them a word.
    """
    if is_array(document):
        return [plain(part) for part in document]
    if not is_object(document):
        found: JsonValue = document
        return found
    out: dict[str, JsonValue] = {}
    for key, value in document.items():
        match key, value:
            case _ if names:
                out[key] = plain(value)
            case _ if key in _WORDS:
                pass
            case "default", None:  # FastAPI leaves it out of most places
                pass
            case "const", _:
                out["enum"] = [value]
            case (("anyOf" | "oneOf"), _):
                out["oneOf"] = sorted((plain(arm) for arm in value), key=_text)
            case "required", [*fields]:
                out["required"] = sorted(fields)
            case "parameters", [*given]:
                out["parameters"] = {f"{one['in']} {one['name']}": plain(one) for one in given}
            case _:
                out[key] = plain(value, names=key in _NAMES)
    if out.get("additionalProperties") in (True, {}):  # the default of JSON Schema
        del out["additionalProperties"]
    return out


def _text(part: JsonValue) -> str:
    return json.dumps(part, sort_keys=True)
