"""Arms of unions that only one of two versions has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.oracle.places import Components, members_of, nodes, subjects
from timegate.changes.models import Retired
from timegate.typing import Schema
from timegate.wire.schema import REF_PREFIX, referred
from timegate.wire.wire import Component


def undo_introduced(components: Components, component: Component) -> None:
    components[component.name] = replace(component, exists=False)
    for other in components.values():
        for node in nodes(other.schema):
            for key in ("anyOf", "oneOf"):
                gone = [arm for arm in node.get(key, ()) if referred(arm) == component.name]
                if gone:
                    node[key] = [arm for arm in node[key] if arm not in gone]
                    node["x-newer-arms"] = [*node.get("x-newer-arms", ()), *gone]
            mapping = node.get("discriminator", {}).get("mapping", {})
            for tag in [tag for tag, target in mapping.items() if target == REF_PREFIX + component.name]:
                del mapping[tag]


def gone(fact: Retired) -> str:
    """The component of a model that only older versions have."""
    return f"{fact.was.__name__} retired"


def undo_retired(components: Components, fact: Retired, schema_of: Callable[[Any], Schema]) -> None:
    """Put the model into every union that has one of the fact's models."""
    name, known = gone(fact), {component.name for component in subjects(components, fact.models)}
    described = referred(schema_of(fact.was))
    assert described is not None
    component = components.pop(described)
    components[name] = Component(name, component.schema, display_name=component.name)
    for other in components.values():
        for node in nodes(other.schema):
            for key in ("anyOf", "oneOf"):
                if any(referred(arm) in known for arm in node.get(key, ())):
                    node[key] = [*node[key], {"$ref": REF_PREFIX + name}]
                    tag = node.get("discriminator")
                    if tag is not None:
                        (value,) = members_of(component.properties[tag["propertyName"]])
                        tag.setdefault("mapping", {})[value] = REF_PREFIX + name
