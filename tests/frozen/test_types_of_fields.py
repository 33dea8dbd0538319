"""What is proposed for any two types of a field compiles, and makes the check green once a person has decided."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

import pytest
from pydantic import BaseModel

from timegate import Contract, Timeline, Version, VersionChange
from timegate.frozen.compare import differences
from timegate.frozen.contract import ContractPair, VersionContracts
from timegate.frozen.difference import Severity
from timegate.frozen.proposals import proposals

OLD, NEW = "2025-01-01", "2025-06-01"
SOURCE: Final = """\
from typing import *

from pydantic import *

from timegate import *
"""
TYPES: Final[dict[str, Any]] = {
    "int": 1,
    "bool": True,
    "str | None": "s",
    "list[str]": ["s"],
    "list[str] | None": ["s"],
    'Literal["a", "b"]': "a",
    'Literal["c", "d"] | None': "c",
    "Annotated[int, Field(le=5)]": 2,
    "Annotated[str, Field(max_length=5)]": "s",
    "int | str": "s",
    "dict[str, int]": {"k": 1},
}
"""Types, each with a value."""

SIDES: Final = ("both", "requests", "responses")
PLACEHOLDER: Final = r"undecided\((?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\)"


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    """The names that facts use; the module that the model is in."""
    module = ModuleType("types_of_fields")
    sys.modules[module.__name__] = module
    exec(SOURCE, module.__dict__)
    yield module.__dict__
    del sys.modules[module.__name__]


def contract(kind: str, names: dict[str, Any], side: str, *, optional: bool) -> Contract:
    """The contract of a model with one field of a type."""
    made = {"__module__": "types_of_fields", "__qualname__": "Some", "__annotations__": {"field": eval(kind, names)}}
    names["Some"] = some = type("Some", (BaseModel,), {**made, **({"field": TYPES[kind]} if optional else {})})
    if side == "both":
        return Contract.of_types(some)
    return Contract.of_types(receives=[some]) if side == "requests" else Contract.of_types(sends=[some])


def decided(fact: str, old: str, new: str, *, converted: bool) -> str:
    """A fact with what a person would write in place of its placeholders."""
    # What is read for null or nothing is a value right after the fact, and the type has its fact before.
    value = TYPES[new] if converted else TYPES[old]
    given = {
        "to_head": f"lambda _: {TYPES[new]!r}",
        "to_old": f"lambda _: {TYPES[old]!r}",
        "null_was": repr(value),
        "missing_was": repr(value),
        "null_is": repr(TYPES[new]),
        "default": repr(TYPES[new]),
        "empty": '"s"' if "str" in old else "1",
        "read_as": repr(TYPES[new]),
        "seen_as": repr(TYPES[old]),
        "loses": '"nobody misses it"',
    }
    fact = re.sub(rf"(\w+)=(?:{PLACEHOLDER})", lambda found: f"{found[1]}={given[found[1]]}", fact)
    tables = ([True, False] if kind == "bool" else re.findall(r'"(\w)"', kind) for kind in (old, new))
    return re.sub(PLACEHOLDER, repr(dict(zip(*tables, strict=False))), fact)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("old", TYPES)
def test_what_is_proposed_for_another_type_is_all_that_differs(old: str, side: str, names: dict[str, Any]) -> None:
    failed: dict[str, object] = {}
    for new, was_optional, optional in itertools.product(TYPES, (False, True), (False, True)):
        if (old, was_optional) == (new, optional):
            continue
        before = VersionContracts(contract(old, names, side, optional=was_optional)).of_head(OLD).document
        head = contract(new, names, side, optional=optional)
        today = VersionContracts(head).of_head(OLD)
        made = proposals(differences(before, today.document), ContractPair(before, today))
        facts = [fact.text for one in made for fact in one.facts]
        assert facts
        if any("loosen head again" in fact for fact in facts):
            # Tighter limits of a model's field are undone at head, or become another type by a function.
            continue
        converted = any(re.search(r"retyped|became_list|became_scalar|mapped", fact) for fact in facts)
        code = ", ".join(decided(fact, old, new, converted=converted) for fact in facts)
        change = type("Retyped", (VersionChange,), {"__doc__": "Another type.", "changes": eval(f"({code},)", names)})
        try:
            gates = Timeline(Version(NEW, change), Version(OLD)).compile(head)
        except Exception as error:
            failed[code] = error
            continue
        after = differences(before, VersionContracts(head).at(gates, OLD).document)
        if left := [one for one in after if one.severity is not Severity.TEXT]:
            failed[code] = left
    assert failed == {}
