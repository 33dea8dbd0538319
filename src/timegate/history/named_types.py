"""The types that facts name: their schemas, and head's wire with the components in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic import create_model

from timegate.changes.base import UNSET, Fact, ModelFact
from timegate.errors import Fault
from timegate.reading.parameters import slot_schema
from timegate.reading.schemas import GeneratedSchemas, component_of, generate_schemas, merge_schemas
from timegate.reading.settings import has_own_settings, settings_of
from timegate.timeline import Timeline
from timegate.typing import Schema, Settings
from timegate.wire.schema import referred
from timegate.wire.wire import SIDES, Side, Wire

_WRAPPER: Final = "TimegateNamed"
_SLOT: Final = "field_0"

_Way: TypeAlias = tuple[Side, bool]
"""How payloads have a value: the side, and whether its keys are the names in Python of fields, not aliases."""

_BY_ALIAS: Final[tuple[_Way, ...]] = tuple((side, False) for side in SIDES)


@dataclass(frozen=True, slots=True)
class NamedTypes:
    """The types that the facts of a timeline name.

    Args:
        wire: head's wire with their components.
        schemas: the schema of each type, by side, by the ``id`` of the fact, and by whether keys are names in Python.
        faults: the facts whose types pydantic cannot describe.
    """

    wire: Wire
    schemas: Mapping[tuple[Side, int, bool], Schema]
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
    settings = {key: _settings(fact, head) for key, (fact, *_) in named.items()}
    ways = _ways(head)
    refused: dict[int, str] = {}
    try:
        generated = _generated(types, settings, ways)
    except Exception:
        # Only one by one they show which of them it is.
        refused = {key: problem for key, kind in types.items() if (problem := _problem(key, kind, settings))}
        if not refused:
            raise
        generated = _generated({key: kind for key, kind in types.items() if key not in refused}, settings, ways)
    wire = head
    schemas: dict[tuple[Side, int, bool], Schema] = {
        (side, key, by_name): {} for side, by_name in ways for key in types
    }
    for (side, by_name), described in generated.items():
        both = merge_schemas(GeneratedSchemas({}, wire.components(side)), described)
        wire = wire.edited(side, *both.components.values())
        schemas.update({(side, key, by_name): both.schemas[key] for key in types.keys() - refused.keys()})
    faults = tuple(_fault(*named[key], problem) for key, problem in refused.items())
    return NamedTypes(wire, schemas, faults)


def _settings(fact: Fact, head: Wire) -> Settings:
    """The settings of the type that a fact names: those of the model that had values of it."""
    if not isinstance(fact, ModelFact) or not fact.models or has_own_settings(fact.named_type):
        return {}
    known = (one.settings for side in SIDES for one in component_of(head.components(side), fact.models[0]))
    return next(known, settings_of(fact.models[0]))


def _ways(head: Wire) -> Sequence[_Way]:
    """How an app's payloads have values."""
    bodies = (body for operation in head.operations for _, body in operation.bodies("responses"))
    return (*_BY_ALIAS, ("responses", True)) if any(body.by_name for body in bodies) else _BY_ALIAS


def _generated(
    types: Mapping[int, Any], settings: Mapping[int, Settings], ways: Sequence[_Way] = _BY_ALIAS
) -> dict[_Way, GeneratedSchemas]:
    # Settings hold for the fields of a model.
    wrapped: dict[int, Any] = {}
    for key, config in settings.items():
        if config and key in types:
            fields: dict[str, Any] = {_SLOT: (types[key], ...)}
            given: Any = dict(config)
            wrapped[key] = create_model(f"{_WRAPPER}{key}", __config__=given, **fields)
    if not types:
        return {}
    kinds = [(key, wrapped.get(key, kind)) for key, kind in types.items()]
    return {
        (side, by_name): _unwrapped(generate_schemas(side, kinds, by_alias=not by_name), wrapped)
        for side, by_name in ways
    }


def _unwrapped(generated: GeneratedSchemas, wrapped: Mapping[int, Any]) -> GeneratedSchemas:
    """The schemas with the type's own in place of each wrapper's."""
    names = {key: str(referred(generated.schemas[key])) for key in wrapped}
    own: dict[Hashable, Schema] = {key: slot_schema(generated.components[name], _SLOT) for key, name in names.items()}
    kept = {name: one for name, one in generated.components.items() if name not in names.values()}
    return GeneratedSchemas({**generated.schemas, **own}, kept)


def _problem(key: int, kind: Any, settings: Mapping[int, Settings]) -> str:
    """Why a type cannot be described; empty where it can. A type may run code of its author, which raises anything."""
    try:
        _generated({key: kind}, settings)
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
