"""One identity for one class, in both directions, and for no other class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from timegate.contract.shapes import Shapes, renamed_references


def identified(responses: Shapes, requests: Shapes) -> Shapes:
    """The responses with each class named as it is in the requests, and no other class so named."""
    names: dict[str, str] = {}
    for name, component in responses.components.items():
        same = requests.components.get(name)
        if same is not None and same.model is component.model:
            names[name] = name
    for name, component in responses.components.items():
        if name in names or component.model is None:
            continue
        twins = [other for other, c in requests.components.items() if c.model is component.model]
        if len(twins) == 1 and twins[0] not in names.values():
            names[name] = twins[0]
    taken = {*requests.components, *names.values()}
    for name, component in responses.components.items():
        if name not in names:
            names[name] = free_name(name, component.model, taken)
            taken.add(names[name])
    moved = {old: new for old, new in names.items() if old != new}
    components = {
        names[name]: replace(component, name=names[name], schema=renamed_references(component.schema, moved))
        for name, component in responses.components.items()
    }
    return Shapes({key: renamed_references(schema, moved) for key, schema in responses.schemas.items()}, components)


def free_name(wanted: str, model: Any, taken: Iterable[str]) -> str:
    """A name that is not taken: the one wanted, else with the class's module, else with a number."""
    used = set(taken)
    if wanted not in used:
        return wanted
    qualified = qualified_name(wanted, model)
    candidates: Iterator[str] = (f"{qualified}__{count}" for count in range(2, len(used) + 3))
    return qualified if qualified not in used else next(name for name in candidates if name not in used)


def qualified_name(name: str, model: Any) -> str:
    """A component's name with its class's module before it, as pydantic writes it."""
    module = getattr(model, "__module__", None)
    if module is None:
        return name
    local = getattr(model, "__qualname__", name)
    return re.sub(r"[^a-zA-Z0-9.\-_]", "_", f"{module}.{local}").replace(".", "__")
