"""Tells the readings of a class apart: one without settings of its own is read by those of the class that holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from timegate.reading.core_schemas import class_in, inner_schemas

NUMBER: Final = "timegate_number"
"""Notes in the core schema of a class which of its readings it is."""

_TAKING_SETTINGS: Final = frozenset({"dataclass", "typed-dict"})
"""The types of core schemas of classes that may take the settings of another."""


class Readings:
    """The readings that one run of the generator meets, by what pydantic calls the type.

    Args:
        record: what is known of a class by its core schema, the same for two readings that do not differ.
    """

    def __init__(self, record: Callable[[Mapping[str, Any]], object]) -> None:
        self._record = record
        self._known: dict[str, list[object]] = {}
        self.definitions: dict[str, Any] = {}

    def told_apart(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A core schema with a reference, under one that it shares with no other reading of its type."""
        known = self._known.setdefault(schema["ref"], [])
        reading = self._reading(schema)
        if reading not in known:
            known.append(reading)
        return _numbered(schema, known.index(reading))

    def meant(self, reference: str) -> str:
        """The reference of the reading that a reference means."""
        schema = self.definitions.get(reference)
        told: str = reference if schema is None else self.told_apart(schema)["ref"]
        return told

    def _reading(self, schema: Mapping[str, Any]) -> object:
        of_class = class_in(schema)
        if of_class is None:
            return self._held(schema)
        return self._record(of_class) if of_class["type"] in _TAKING_SETTINGS else None

    def _held(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """The readings of the classes that values of a type hold which is no class: a named tuple, an alias."""
        found, seen, waiting = set[str](), {schema["ref"]}, [*inner_schemas(schema)]
        while waiting:
            node: Any = waiting.pop()
            # Parameters of a call, as which older releases of pydantic have a named tuple, have no type.
            if node.get("type") == "definition-ref":
                node = self.definitions.get(node["schema_ref"], node)
            if "ref" not in node:
                waiting += inner_schemas(node)
            elif node["ref"] not in seen:
                seen.add(node["ref"])
                if class_in(node) is None:
                    waiting += inner_schemas(node)
                else:
                    found.add(self.told_apart(node)["ref"])
        return frozenset(found)


def _numbered(schema: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    """A core schema that is a further reading of its type; that of a class says so."""
    if not number:
        return schema
    numbered = dict(schema)
    if "cls" in schema:
        numbered[NUMBER] = number
    elif class_in(schema) is not None:
        numbered["schema"] = _numbered(schema["schema"], number)
    if "ref" in schema:
        name, colon, rest = schema["ref"].partition(":")
        numbered["ref"] = f"{name}{_in_name(number)}{colon}{rest}"
    return numbered


def plain_name(name: str, number: int) -> str:
    """The name of a component without what tells it apart from other readings of its class."""
    return name.replace(_in_name(number), "", 1) if number else name


def _in_name(number: int) -> str:
    return f"__{number + 1}"
