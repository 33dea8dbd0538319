"""One identity for one class, in both directions, and for no other class."""

from __future__ import annotations

from timegate.reading.schemas import GeneratedSchemas
from timegate.wire.names import free_name


def share_identities(responses: GeneratedSchemas, requests: GeneratedSchemas) -> GeneratedSchemas:
    """The responses with each class named as in the requests, and no other class under that name."""
    names: dict[str, str] = {}
    for name, component in responses.components.items():
        same = requests.components.get(name)
        if same is not None and same.is_read_as(component):
            names[name] = name
    of_class: dict[int, list[str]] = {}
    for name, component in requests.components.items():
        of_class.setdefault(id(component.model), []).append(name)
    shared = {*names.values()}
    for name, component in responses.components.items():
        if name not in names and component.model is not None:
            known = of_class.get(id(component.model), ())
            twins = [other for other in known if requests.components[other].is_read_as(component)]
            if len(twins) == 1 and twins[0] not in shared:
                names[name] = twins[0]
                shared.add(twins[0])
    taken = {*requests.components, *shared}
    for name, component in responses.components.items():
        if name not in names:
            names[name] = free_name(name, component.model, taken)
            taken.add(names[name])
    return responses.renamed(names)
