"""Why a fact would break old clients, in one sentence: what the server saves them from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, Final

from timegate.changes.base import UNSET, Fact, FieldsFact, ModelFact, name_of
from timegate.changes.endpoints import EndpointFact
from timegate.changes.members import EnumFact
from timegate.changes.parameters import ParameterFact
from timegate.typing import is_sequence

_WHY: Final[Mapping[str, str]] = {
    "added": "do not know {what}",
    "removed": "still use {what}",
    "renamed": "know {what}, which is {to} now",
    "moved": "know {what}, which is at {to} now",
    "split": "know {what} as one, where it is {into} now",
    "merged": "know {what} apart, where it is {into} now",
    "mapped": "know other values of {what}",
    "retyped": "know {what} as {was}",
    "became_nullable": "do not expect null in {what}",
    "became_non_null": "may send null in {what}",
    "became_required": "may leave {what} out",
    "became_optional": "rely on {what} to be there",
    "became_list": "send and read one value in {what}, which holds a list now",
    "became_scalar": "send and read a list in {what}, which holds one value now",
    "defaulted": "mean {was} where they leave {what} out",
    "constrained": "know other limits of {what}: {was}",
    "introduced": "do not know {what}",
    "retired": "still use {what}",
    "reshaped": "know {what} in another shape: {was}",
    "grew": "know {what} without {members}",
    "shrank": "still send {member} as {what}",
    "enveloped": "know the body of {what} without an envelope",
    "rewritten": "know another body of {what}",
    "status": "expect {was} of {what}, which responds with {new} now",
    # What these declare is on no wire.
    "documented": "",
    "was_named": "",
    "told_by": "",
    "unchanged": "",
    "vouched": "",
}
"""What the clients of the older version do, by the verb of the fact."""


def why_breaking(fact: Fact, older: str) -> str:
    """Why a fact would break the clients of the older version; empty where it is on no wire.

    Args:
        fact: the fact.
        older: the version that the clients speak.
    """
    sentence = _WHY.get(fact.verb, "know {what} as it was before")
    words = _Words({one.name: _told(getattr(fact, one.name)) for one in fields(fact)}, what=_subject(fact))
    return f"Clients of {older} {sentence.format_map(words)}." if sentence else ""


class _Words(dict[str, str]):
    """The words of a sentence; a kind of fact of somebody else may lack one."""

    def __missing__(self, key: str) -> str:
        return "something else"


def _subject(fact: Fact) -> str:
    """What a fact is about, as clients of the older version call it."""
    match fact:
        case ParameterFact():
            return f"the {fact.location} parameter `{fact.name}` of {_endpoint(fact)}"
        case EndpointFact():
            return _endpoint(fact)
        case FieldsFact():
            return f"{_listed(fact.fields)} of {_listed(map(name_of, fact.models))}"
        case ModelFact():
            models = _listed(map(name_of, fact.models))
            old: object = getattr(fact, "old", UNSET)
            return models if old is UNSET else f"{_told(old)} of {models}"
        case EnumFact():
            known = f"`{name_of(fact.enum)}`"
            renamed: object = getattr(fact, "old", UNSET)
            return known if renamed is UNSET else f"{_told(renamed)} of {known}"
        case _:
            return f"`{fact.subject_code()}`"


def _endpoint(fact: EndpointFact) -> str:
    return f"`{' '.join(filter(None, ['/'.join(fact.methods), fact.path]))}`"


def _told(value: Any) -> str:
    if value is UNSET:
        return "something else"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    return _listed(map(_text, value)) if is_sequence(value) and value else f"`{_text(value)}`"


def _text(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return value if isinstance(value, str) else name_of(value)


def _listed(names: Iterable[str]) -> str:
    *others, last = [f"`{name}`" for name in names]
    return f"{', '.join(others)} and {last}" if others else last
