"""Which components a document shows, under which names, and schemas drawn with these names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from timegate.typing import Schema, is_object
from timegate.wire.json_types import is_nullable
from timegate.wire.marks import HIDDEN_MARK
from timegate.wire.names import free_name
from timegate.wire.schema import REF_PREFIX, references, referred, rewritten, unmarked
from timegate.wire.wire import SIDES, Component, Operation, Side, Wire

_SUFFIXES: Final[dict[Side, str]] = {"requests": "-Input", "responses": "-Output"}


class DocumentComponents:
    """The components of one document.

    Args:
        wire: what is on the wire at its version.
        operations: those the document shows.
    """

    def __init__(self, wire: Wire, operations: Iterable[Operation]) -> None:
        self._wire = wire
        self._plain: dict[Side, dict[str, Schema]] = {side: {} for side in SIDES}
        roots = {side: list(_roots(wire, operations, side)) for side in SIDES}
        for side in SIDES:
            self._reach(side, roots[side])
        self._names = self._named()

    def rendered(self, schema: Schema, side: Side) -> Schema:
        """A schema as the document shows it.

        Args:
            schema: refers to components by identity.
            side: in which direction its payloads go.
        """
        return self._renamed(self._inlined(_bare(schema), side), side)

    def schemas(self) -> dict[str, Schema]:
        """The components by the name shown."""
        return {
            self._names[side][name]: self._renamed(schema, side)
            for side in SIDES
            for name, schema in self._plain[side].items()
        }

    def _reach(self, side: Side, roots: list[Schema]) -> None:
        components = self._wire.components(side)
        waiting = [self._inlined(_bare(schema), side) for schema in roots]
        while waiting:
            for name in references(waiting.pop()):
                if name not in self._plain[side]:
                    self._plain[side][name] = self._inlined(visible(components[name]), side)
                    waiting.append(self._plain[side][name])

    def _inlined(self, schema: Schema, side: Side) -> Schema:
        """A schema with every object that was written inline in its place again, and without impossible defaults."""
        components = self._wire.components(side)

        def change(node: dict[str, Any]) -> dict[str, Any]:
            if node.get("default", ...) is None and not is_nullable(node, components):
                del node["default"]  # a default of Python's, which no client can send
            name = referred(node)
            if name is None or not components[name].inline:
                return node
            rest = {key: value for key, value in node.items() if key != "$ref"}
            return {**self._inlined(visible(components[name]), side), **rest}

        inlined: Schema = rewritten(schema, change)
        return inlined

    def _named(self) -> dict[Side, dict[str, str]]:
        """The name shown of each component, by side and identity."""
        differing = self._differing()
        names: dict[Side, dict[str, str]] = {side: {} for side in SIDES}
        taken: set[str] = set()
        for identity, base in self._bases().items():
            sides: list[Side] = [side for side in SIDES if identity in self._plain[side]]
            for side in sides:
                wanted = base + _SUFFIXES[side] if identity in differing else base
                if side != sides[0] and identity not in differing:
                    names[side][identity] = names[sides[0]][identity]
                    continue
                model = self._wire.components(side)[identity].model
                names[side][identity] = free_name(wanted, model, taken)
                taken.add(names[side][identity])
        return names

    def _bases(self) -> dict[str, str]:
        """The name shown of each identity, without a suffix: those that share one are told apart by module."""
        wanted: dict[str, list[tuple[str, Component]]] = {}
        for side in SIDES:
            for identity in self._plain[side]:
                component = self._wire.components(side)[identity]
                shared = wanted.setdefault(component.display_name or identity, [])
                if identity not in [other for other, _ in shared]:
                    shared.append((identity, component))
        bases: dict[str, str] = {}
        for display_name, sharing in wanted.items():
            models = {id(component.model) for _, component in sharing}
            for identity, component in sharing:
                if len(sharing) == 1:
                    bases[identity] = display_name
                elif len(models) > 1 and component.model is not None:
                    bases[identity] = free_name(display_name, component.model, [*bases.values(), *wanted])
                else:
                    bases[identity] = free_name(display_name, None, bases.values())
        return bases

    def _differing(self) -> set[str]:
        """The identities whose two sides differ, themselves or in what they refer to.

        A recursive component counts as differing, as it does in the documents of FastAPI.
        """
        requests, responses = (self._plain[side] for side in SIDES)
        both = requests.keys() & responses.keys()
        alike = {
            name
            for name in both
            if requests[name] == responses[name]
            and self._wire.requests[name].display_name == self._wire.responses[name].display_name
        }
        equal = set[str]()
        while True:
            more = {name for name in alike - equal if equal.issuperset(references(requests[name]))}
            if not more:
                return both - equal
            equal |= more

    def _renamed(self, schema: Schema, side: Side) -> Schema:
        names = self._names[side]

        def change(node: dict[str, Any]) -> dict[str, Any]:
            name = referred(node)
            if name is not None:
                node["$ref"] = REF_PREFIX + names[name]
            discriminator = node.get("discriminator")
            if is_object(discriminator) and is_object(discriminator.get("mapping")):
                mapping = {
                    tag: REF_PREFIX + names[target]
                    for tag, reference in discriminator["mapping"].items()
                    if (target := str(reference).removeprefix(REF_PREFIX)) in names
                }
                node["discriminator"] = {**discriminator, "mapping": mapping}
            return node

        renamed: Schema = rewritten(schema, change)
        return renamed


def visible(component: Component) -> Schema:
    """A component's schema without internal fields and without this package's own notes."""
    schema = component.schema
    hidden = component.internal
    if hidden:
        kept = {key: value for key, value in component.properties.items() if key not in hidden}
        required = [key for key in component.required if key not in hidden]
        schema = {**schema, "properties": kept, "required": required}
        if not required:
            del schema["required"]
    return _bare(schema)


def shown_parameters(component: Component) -> dict[str, Schema]:
    """The parameters that documents do not leave out, each with its schema."""
    hidden = component.internal
    return {
        key: schema for key, schema in component.properties.items() if key not in hidden and not schema.get(HIDDEN_MARK)
    }


def _bare(schema: Schema) -> Schema:
    bare: Schema = unmarked(schema)
    return bare


def _roots(wire: Wire, operations: Iterable[Operation], side: Side) -> Iterator[Schema]:
    for operation in operations:
        if side == "requests":
            if operation.request is not None:
                yield operation.request.schema
            for name in (operation.query, operation.headers):
                yield from shown_parameters(wire.requests[name]).values()
        else:
            yield from (answer.schema for answer in operation.responses.values() if answer is not None)
    yield from wire.receives if side == "requests" else wire.sends
