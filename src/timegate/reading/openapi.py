"""Reads an OpenAPI document: the wire that it describes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from timegate.errors import DeclarationError
from timegate.reading.assemble import Roots
from timegate.reading.declared import refuse_app, status_key
from timegate.reading.document_form import SHARED, SHARED_REFERENCE, check_form, plain_document
from timegate.reading.forms import with_forms
from timegate.reading.inline import InlineObjects
from timegate.reading.normal_form import NormalForm
from timegate.reading.schemas import component_of, generate_schemas
from timegate.reading.starlette import in_order
from timegate.reading.subtypes import Subtypes
from timegate.typing import METHODS, Document, Location, Schema, is_array, is_object
from timegate.wire.marks import BEHIND_MARK
from timegate.wire.media import FORMS, is_json_media, media_kind
from timegate.wire.schema import objects_in, references, referred
from timegate.wire.texts import OPERATION_KEYS, Texts, document_texts, with_parameter_texts
from timegate.wire.wire import HOLDERS, SIDES, Body, Component, Operation, Side, Wire

_OBJECT_KEYWORDS: Final = frozenset({"properties", "patternProperties", "additionalProperties"})


def openapi_wire(
    given: object, *, types: Mapping[Any, str], sends: Iterable[Any], receives: Iterable[Any]
) -> tuple[Wire, Roots, Texts, tuple[str, ...]]:
    """The wire that a document describes, the schemas of types, the document's texts, and what is no JSON besides.

    Args:
        given: OpenAPI 3.1, or 3.0, which is converted to its equivalent in 3.1.
        types: each class that facts name, with the name of its component.
        sends: classes or names of payloads that leave without an operation.
        receives: classes or names of payloads that arrive without an operation.

    Raises:
        CompileError: the document describes something that cannot be gated.
        DeclarationError: a name in ``types``, ``sends`` or ``receives`` is no component.
    """
    document = plain_document(given)
    version = str(document.get("openapi", ""))
    if not version.startswith(("3.0", "3.1")):
        refuse_app("openapi", f"version {version or 'none'} is not read", 'give a document of OpenAPI 3.1: "3.1.0"')
    check_form(document)
    reader = _Reader(document)
    operations = tuple(reader.operations())
    names = {name for side in SIDES for name in reader.components[side]}
    for kind, name in types.items():
        if name not in reader.schemas:
            raise DeclarationError(f"from_openapi(types={{{kind.__qualname__}: {name!r}}}): no component has this name")
        for side in SIDES:
            components = reader.components[side]
            parts = [one for one in components.values() if one.display_name == name]
            components |= {one.name: _with_class(one, kind, side) for one in parts}

    def root(kind: Any) -> Schema:
        name = kind if isinstance(kind, str) else types.get(kind)
        if name not in names:
            raise DeclarationError(f"from_openapi(…): {kind!r} is no component; types= gives the name of a class")
        return reader.reference(str(name))

    outgoing = reader.outgoing()
    every = [reader.reference(name) for name in reader.schemas] if not document.get("paths") else []
    wire = Wire(
        requests=reader.components["requests"],
        responses=reader.components["responses"],
        operations=operations,
        receives=(*every, *map(root, receives), *outgoing.read),
        sends=(*every, *map(root, sends), *outgoing.sent),
    )
    standalone: dict[Side, Iterable[Any]] = {"requests": receives, "responses": sends}
    roots: Roots = {side: [(kind, root(kind)) for kind in (*types, *standalone[side])] for side in SIDES}
    return with_forms(wire), roots, reader.texts(), tuple(outgoing.opaque)


@dataclass(slots=True)
class Outgoing:
    """The payloads of webhooks and callbacks.

    Args:
        sent: the schemas of what the server sends.
        read: the schemas of what it reads of the responses.
        opaque: the webhooks and callbacks whose payload is no JSON.
    """

    sent: list[Schema] = field(default_factory=list[Schema])
    read: list[Schema] = field(default_factory=list[Schema])
    opaque: list[str] = field(default_factory=list[str])


class _Reader:
    """Reads one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._shared: Mapping[str, Any] = document.get("components", {})
        raw: Mapping[str, Any] = self._shared.get("schemas", {})
        self._form = NormalForm(raw, is_old=str(document["openapi"]).startswith("3.0"))
        self.schemas: dict[str, Schema] = {name: self._form.component(name, one) for name, one in raw.items()}
        # All names, before an inline object gets one.
        named = {name: Component(name, schema, display_name=name) for name, schema in self.schemas.items()}
        self.components: dict[Side, dict[str, Component]] = {side: {**named} for side in SIDES}
        self._inline = {side: InlineObjects(self.components[side], every=True) for side in SIDES}
        for side in SIDES:
            for name, schema in self.schemas.items():
                kept = self._inline[side].below(schema, name, owner=name)
                self.components[side][name] = Component(name, kept, display_name=name)
        self._subtypes: dict[Side, Subtypes] = {side: Subtypes(self.components[side]) for side in SIDES}
        for side, subtypes in self._subtypes.items():
            for name, one in self.components[side].items():
                self.components[side][name] = replace(one, schema=subtypes.noted(one.schema))

    def reference(self, name: str) -> Schema:
        """A reference to a component of the document."""
        return self._form.reference(name)

    def texts(self) -> Texts:
        """The parts of the document that are neither operations nor components of the wire."""
        rest = self._resolved(document_texts(self._document, without=("schemas", *SHARED)))
        return Texts(document={**rest, "openapi": "3.1.0"}, schemas=self.schemas)

    def operations(self) -> Iterator[Operation]:
        """Every operation, in the order of the document."""
        for path, declared in self._document.get("paths", {}).items():
            if not path.startswith("/"):
                continue  # an extension of the author's own, "x-…"
            item = self._resolved(declared)
            methods = in_order(key.upper() for key in item if key.upper() in METHODS)
            around = {k: value for k, value in item.items() if k.upper() not in METHODS and k not in OPERATION_KEYS}
            for method in methods:
                yield self._operation(method, path, item[method.lower()], item.get("parameters", []), around)

    def outgoing(self) -> Outgoing:
        """What webhooks and callbacks send, and what comes back for them."""
        found = Outgoing()
        for label, method, raw in self._outgoing_operations():
            place = f"{label} {method}"
            body, _ = self._body(raw.get("requestBody", {}), f"{place} request", "responses")
            found.sent += [body.schema] if body is not None and body.has_json else []
            found.opaque += [label] if body is not None and not body.has_json else []
            for status, response in raw.get("responses", {}).items():
                body, _ = self._body(response, f"{place} {status_key(status)}", "requests")
                found.read += [body.schema] if body is not None and body.has_json else []
        return found

    def _outgoing_operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """The object of each operation of a webhook or callback, with what it is called and its method."""
        hooks: Any = self._document.get("webhooks")
        items = [(f"webhook {name}", item) for name, item in hooks.items()] if is_object(hooks) else []
        for path, declared in self._document.get("paths", {}).items():
            operations = self._resolved(declared).items() if path.startswith("/") else ()
            for method, operation in operations:
                callbacks: Any = operation.get("callbacks") if is_object(operation) else None
                for name, by_url in callbacks.items() if is_object(callbacks) else ():
                    items += [(f"callback {name} of {method.upper()} {path}", item) for item in by_url.values()]
        for place, item in items:
            for method, operation in self._resolved(item).items():
                if method.upper() in METHODS and is_object(operation):
                    yield place, method.upper(), operation

    def _operation(
        self, method: str, path: str, raw: Mapping[str, Any], shared: list[Any], around: Mapping[str, Any]
    ) -> Operation:
        key = f"{method} {path}"
        listed = {(one["in"], one["name"]): one for one in [*shared, *raw.get("parameters", [])]}
        texts: dict[str, Any] = {
            "operation": {name: value for name, value in raw.items() if name not in OPERATION_KEYS},
            "path": around,
            "parameters": [one for one in listed.values() if not _is_gated(one)],
            "responses": {},
        }
        request = None
        if "requestBody" in raw:
            declared = raw["requestBody"]
            request, texts["request"] = self._body(declared, f"{key} request", "requests")
            if request is not None:
                request = replace(request, required=bool(declared.get("required")))
        responses: dict[str, Body | None] = {}
        for status, response in raw.get("responses", {}).items():
            code = status_key(status)
            responses[code], texts["responses"][code] = self._body(response, f"{key} {code}", "responses")
        parameters: dict[Location, str] = {where: self._parameters(key, where, listed.values()) for where in HOLDERS}
        otherwise = "default" if "default" in responses else "200"
        success = min((status for status in responses if status.startswith("2")), default=otherwise)
        return Operation(key, method, path, request, responses, success, parameters, texts=texts)

    def _parameters(self, key: str, where: Location, listed: Iterable[Mapping[str, Any]]) -> str:
        """Add the component of an operation's parameters of one kind, and return its name."""
        name = f"{key} {HOLDERS[where]}"
        properties: dict[str, Schema] = {}
        required: list[str] = []
        behind: list[dict[str, Any]] = []
        for one in listed:
            if one["in"] != where:
                continue
            wire = one["name"].lower() if where == "header" else one["name"]
            behind += self._not_texts(one, wire)
            if not _is_gated(one):
                continue
            schema = self._form.schema(one["schema"])
            extracted = self._inline["requests"].within(schema, f"{name}.{wire}")
            properties[wire] = with_parameter_texts(extracted, one, wire)
            if one.get("required"):
                required.append(wire)
        schema = {"type": "object", "properties": properties, "required": required}
        schema |= {BEHIND_MARK: behind} if behind else {}
        self.components["requests"][name] = Component(name, schema, display_name=name, inline=True)
        return name

    def _not_texts(self, parameter: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
        """What a parameter holds besides texts, which no gate converts: a change of it is refused."""
        held = [media.get("schema", {}) for media in parameter.get("content", {}).values()]
        if _is_gated(parameter) and self._holds_objects(parameter["schema"]):
            held.append(parameter["schema"])
        for schema in held:
            by = "a parameter that is no plain text"
            yield {"by": by, "schema": self._form.schema(schema), "listed": True, "field": name}

    def _holds_objects(self, schema: Any) -> bool:
        """Whether a schema describes an object, at any depth."""
        seen, waiting = set[str](), [schema]
        while waiting:
            for node in objects_in(waiting.pop()):
                kinds = node.get("type")
                if "object" in (kinds if is_array(kinds) else [kinds]) or not _OBJECT_KEYWORDS.isdisjoint(node):
                    return True
                name = referred(node)
                if name is not None and name not in seen:
                    seen.add(name)
                    waiting.append(self.schemas[name])
        return False

    def _body(self, raw: Mapping[str, Any], place: str, side: Side) -> tuple[Body | None, dict[str, Any]]:
        """A body, and the OpenAPI object around it with None in place of its schema."""
        content: dict[str, Any] = dict(raw.get("content", {}))
        described = {media: around["schema"] for media, around in content.items() if "schema" in around}
        json = sorted(filter(is_json_media, described), key=lambda media: media_kind(media) != "application/json")
        first = next(iter(json or described), None)
        if first is None:
            return Body({}, tuple(content)) if content else None, dict(raw)
        alike = json if first in json else [media for media in described if media_kind(media) in FORMS]
        chosen = [
            media for media in described if media == first or (media in alike and described[media] == described[first])
        ]
        others = [media for media in content if media not in chosen]
        # Without JSON, the form is read; beside JSON, each JSON is.
        apart = {
            media: self._schema(described[media], f"{place} {media}", side)
            for media in others
            if media in described and media in json
        }
        content |= {media: {**content[media], "schema": None} for media in (*chosen, *apart)}
        schema = self._schema(described[first], place, side)
        # What these hold is not converted: a change of it is refused.
        behind = [
            {"by": media, "schema": self._form.schema(described[media]), "listed": True}
            for media in others
            if media not in apart and any(references(described.get(media)))
        ]
        schema = {**schema, BEHIND_MARK: behind} if behind else schema
        return Body(schema, (*chosen, *others), apart=apart), {**raw, "content": content}

    def _schema(self, documented: Any, place: str, side: Side) -> Schema:
        """The schema of a body's media type."""
        return self._subtypes[side].noted(self._inline[side].within(self._form.schema(documented), place))

    def _resolved(self, node: Any, within: tuple[str, ...] = ()) -> Any:
        """A copy of a part that is no schema, with shared components in place of the references to them."""
        if is_array(node):
            return [self._resolved(item, within) for item in node]
        if not is_object(node):
            return node
        target = str(node.get("$ref", ""))
        shared = SHARED_REFERENCE.fullmatch(target)
        if shared is None:
            return {key: self._resolved(value, within) for key, value in node.items()}
        if target in within or shared[2] not in self._shared.get(shared[1], {}):
            refuse_app(target, "it is not there, or contains itself", "refer to a component of the document")
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return {**self._resolved(self._shared[shared[1]][shared[2]], (*within, target)), **rest}


def _is_gated(parameter: Mapping[str, Any]) -> bool:
    return parameter["in"] in HOLDERS and "schema" in parameter


def _with_class(component: Component, kind: Any, side: Side) -> Component:
    """A component with its class, and with the names and spellings of the class's fields."""
    generated = generate_schemas(side, [("root", kind)])
    (known, *_) = component_of(generated.components, kind) or [Component("", {})]
    return replace(
        component,
        model=kind,
        settings=known.settings,
        fields={name: wire for name, wire in known.fields.items() if wire in component.properties},
        spellings={wire: keys for wire, keys in known.spellings.items() if wire in component.properties},
        aliases=known.aliases,
        uncertain=known.uncertain & component.properties.keys(),
    )
