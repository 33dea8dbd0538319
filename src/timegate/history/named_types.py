"""The types that facts name: their schemas, and head's wire with the components in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from timegate.changes.base import UNSET, Fact
from timegate.errors import Fault
from timegate.reading.schemas import GeneratedSchemas, generate_schemas, merge_schemas
from timegate.timeline import Timeline
from timegate.typing import Schema
from timegate.wire.wire import SIDES, Side, Wire


@dataclass(frozen=True, slots=True)
class NamedTypes:
    """The types that the facts of a timeline name.

    Args:
        wire: head's wire with their components.
        schemas: the schema of each type, by side and by the ``id`` of the fact.
        faults: the facts whose types pydantic cannot describe.
    """

    wire: Wire
    schemas: Mapping[tuple[Side, int], Schema]
    faults: tuple[Fault, ...]


def named_types(head: Wire, timeline: Timeline) -> NamedTypes:
    """Describe every type that a fact of a timeline names."""
    named = {
        id(fact): (fact, version.value, change.__qualname__)
        for version in timeline
        for change in version.changes
        for fact in change.changes
        if fact.named_type is not UNSET
    }
    types: dict[int, Any] = {key: fact.named_type for key, (fact, *_) in named.items()}
    refused: dict[int, str] = {}
    try:
        generated = _generated(types)
    except Exception:
        # Only one by one they show which of them it is.
        refused = {key: problem for key, kind in types.items() if (problem := _problem(key, kind))}
        if not refused:
            raise
        generated = _generated({key: kind for key, kind in types.items() if key not in refused})
    wire = head
    schemas: dict[tuple[Side, int], Schema] = {(side, key): {} for side in SIDES for key in types}
    for side, described in generated.items():
        both = merge_schemas(GeneratedSchemas({}, head.components(side)), described, one_per_class=True)
        wire = wire.edited(side, *both.components.values())
        schemas.update({(side, key): both.schemas[key] for key in types.keys() - refused.keys()})
    faults = tuple(_fault(*named[key], problem) for key, problem in refused.items())
    return NamedTypes(wire, schemas, faults)


def _generated(types: Mapping[int, Any]) -> dict[Side, GeneratedSchemas]:
    return {side: generate_schemas(side, list(types.items())) for side in SIDES} if types else {}


def _problem(key: int, kind: Any) -> str:
    """Why a type cannot be described; empty where it can. A type may run code of its author, which raises anything."""
    try:
        _generated({key: kind})
    except Exception as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return ""


def _fault(fact: Fact, version: str, change: str, problem: str) -> Fault:
    return Fault(
        version,
        change,
        str(fact),
        f"pydantic cannot describe the type that it names: {problem}",
        "name a type that has a JSON Schema: was=int, was=list[str], was=OldModel",
    )
