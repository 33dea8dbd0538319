"""One identity for one class, in both directions, and for no other class."""

from __future__ import annotations

from dataclasses import replace

from timegate.reading.schemas import Shapes, renamed_references
from timegate.wire.names import free_name


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
