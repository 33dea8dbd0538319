"""The subjects of facts as source text."""

from __future__ import annotations

from timegate.frozen.code import Code, joined, model_code, text_code
from timegate.frozen.spots import Spot
from timegate.wire.wire import Component


def endpoint_code(operation: str) -> Code:
    """The subject of facts about one operation."""
    method, _, path = operation.partition(" ")
    return Code(f"endpoint({text_code(path)}, {text_code(method)})", frozenset({("timegate", "endpoint")}))


def on_code(*components: Component) -> Code:
    """The subject of facts about models."""
    names = ", ".join(["{}"] * len(components))
    return joined(f"on({names})", *map(model_code, components), Code("", frozenset({("timegate", "on")})))


def enum_code(component: Component) -> Code:
    """The subject of facts about an enum's members."""
    return joined("enum({})", model_code(component), Code("", frozenset({("timegate", "enum")})))


def subject_code(spot: Spot) -> Code:
    """The subject of facts about a field or a parameter."""
    if spot.holder is not None:
        return on_code(spot.holder)
    return joined(f"{{}}.{spot.path[0]}({text_code(spot.path[1])})", endpoint_code(spot.operation))
