"""The texts and names of an app's own OpenAPI document, joined to what is on the wire by walking both side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from timegate.typing import Document, Schema, is_array, is_object
from timegate.wire.marks import PARAMETER_MARK
from timegate.wire.schema import REF_PREFIX, references, referred, rewritten
from timegate.wire.texts import SCHEMA_KEYS
from timegate.wire.wire import SIDES, Body, Component, Operation, Side, Wire

_SUFFIXES: Final[Mapping[Side, str]] = {"requests": "-Input", "responses": "-Output"}
_TEXTS: Final = ("title", "description", "examples", "example", "deprecated")
_OWN: Final = frozenset({"parameters", "requestBody", "responses"})
_PARAMETER_OWN: Final = frozenset({"in", "name", "required", "schema"})


class AppDocument:
    """One join of a wire at head with the document of its app.

    Args:
        wire: what is on the wire, its names those of classes.
        document: the app's own document.
        found: the OpenAPI object of each documented operation, by the operation's key.
    """

    def __init__(self, wire: Wire, document: Document, found: Mapping[str, Mapping[str, Any]]) -> None:
        self._wire = wire
        self._found = found
        self._theirs: Mapping[str, Schema] = document.get("components", {}).get("schemas", {})
        self._shown: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._seen: set[tuple[Side, str, str]] = set()
        self._described: dict[tuple[Side, str], Any] = {}

    def wire(self) -> Wire:
        """The wire with the names that the document shows, and each operation with its texts."""
        for operation in self._wire.operations:
            if operation.key in self._found:
                pairs = self._pairs(operation, self._found[operation.key])
                self._wire = self._wire.edited("requests", *(_respelled(component, raw) for component, raw in pairs))
        wire = self._wire
        for operation in wire.operations:
            if operation.key in self._found:
                self._walk_operation(operation, self._found[operation.key])
        operations = tuple(self._operation(operation) for operation in wire.operations)
        wire = replace(wire, operations=operations)
        for operation in operations:
            if operation.key in self._found:
                wire = wire.edited("requests", *self._parameters(operation, self._found[operation.key]))
        for side in SIDES:
            wire = wire.edited(side, *(self._named(c, side) for c in wire.components(side).values() if not c.inline))
        return wire

    def _walk_operation(self, operation: Operation, theirs: Mapping[str, Any]) -> None:
        if operation.request is not None:
            self._walk_body(operation.request, theirs.get("requestBody", {}), "requests")
        for status, answer in operation.responses.items():
            if answer is not None:
                self._walk_body(answer, theirs.get("responses", {}).get(status, {}), "responses")
        for component, raw in self._pairs(operation, theirs):
            for key, one in raw.items():
                self._walk(component.properties.get(key), one.get("schema"), "requests")

    def _walk_body(self, body: Body, theirs: Mapping[str, Any], side: Side) -> None:
        self._walk(body.schema, _schema_in(theirs.get("content", {}).get(body.media[0])), side)

    def _pairs(
        self, operation: Operation, theirs: Mapping[str, Any]
    ) -> Iterator[tuple[Component, dict[str, Mapping[str, Any]]]]:
        """Our query and header parameters, each with their objects by our key."""
        listed = _listed(theirs)
        query = {one["name"]: one for one in listed if one["in"] == "query"}
        known = self._wire.requests[operation.headers]
        headers: dict[str, Mapping[str, Any]] = {}
        for one in listed:
            if one["in"] == "header":
                name = one["name"].lower()
                # Some releases document the fields of a model with underscores and read them with hyphens.
                hyphens = name.replace("_", "-")
                headers[hyphens if name not in known.properties and hyphens in known.properties else name] = one
        yield self._wire.requests[operation.query], query
        yield known, headers

    def _walk(self, ours: Any, theirs: Any, side: Side) -> None:
        waiting = [(ours, theirs)]
        while waiting:
            ours, theirs = waiting.pop()
            if is_array(ours) and is_array(theirs):
                waiting.extend(zip(ours, theirs, strict=False))
            if not is_object(ours) or not is_object(theirs):
                continue
            identity, name = referred(ours), referred(theirs)
            components = self._wire.components(side)
            if identity is not None and name is not None and identity in components and name in self._theirs:
                same = components[identity].properties.keys() == self._theirs[name].get("properties", {}).keys()
                if same and (side, identity, name) not in self._seen:
                    self._seen.add((side, identity, name))
                    self._note(side, identity, name)
                    waiting.append((components[identity].schema, self._theirs[name]))
                continue
            # Texts lead to no component.
            waiting += [(v, theirs[key]) for key, v in ours.items() if key in theirs and not isinstance(v, str)]

    def _note(self, side: Side, identity: str, name: str) -> None:
        # No class has a hyphen in its name. With two classes of one name FastAPI may say User-Input and beta__User of
        # the same one: the second tells more.
        plain = name.removesuffix(_SUFFIXES[side])
        if plain == name:
            self._shown[identity] = name
        else:
            self._shown.setdefault(identity, plain)
        self._known.setdefault(name, identity)
        if "description" in self._theirs[name]:
            self._described[side, identity] = self._theirs[name]["description"]

    def _named(self, component: Component, side: Side) -> Component:
        schema = component.schema
        if "description" in schema and (side, component.name) in self._described:
            schema = {**schema, "description": self._described[side, component.name]}
        return replace(component, schema=schema, display_name=self._shown.get(component.name, component.display_name))

    def _operation(self, operation: Operation) -> Operation:
        theirs = self._found.get(operation.key)
        if theirs is None:
            return operation
        raw_responses: Mapping[str, Any] = theirs.get("responses", {})
        texts: dict[str, Any] = {
            "operation": {key: value for key, value in theirs.items() if key not in _OWN},
            "parameters": [o for o in _listed(theirs) if o["in"] in ("path", "cookie") or self._is_foreign(o)],
        }
        request = operation.request
        if request is None:
            if "requestBody" in theirs:
                texts["operation"]["requestBody"] = theirs["requestBody"]
        else:
            texts["request"], request = self._body(request, theirs.get("requestBody", {}))
        responses = dict(operation.responses)
        texts["responses"], texts["undescribed_responses"] = {}, {}
        for status, raw in raw_responses.items():
            answer = responses.get(status)
            if status not in responses or (answer is not None and answer.schema == {}):
                answer = self._raw_response(raw) or answer
            if answer is not None:
                texts["responses"][status], responses[status] = self._body(answer, raw)
            elif status in responses:
                texts["responses"][status] = raw
            else:
                texts["undescribed_responses"][status] = raw
        return replace(operation, request=request, responses=responses, texts=texts)

    def _body(self, body: Body, around: Mapping[str, Any]) -> tuple[dict[str, Any], Body]:
        """What the document says around a body, with None for its schema, and the body with the schema's own texts."""
        content = dict(around.get("content", {}))
        media = body.media[0]
        if media in content and body.schema != {}:
            theirs = _schema_in(content[media])
            content[media] = _hollowed(content[media])
            if is_object(theirs):
                body = replace(body, schema=_texted(body.schema, theirs))
        return {**around, "content": content}, body

    def _raw_response(self, raw: Mapping[str, Any]) -> Body | None:
        """An answer that is declared by a schema and not by a type, if the schema refers to what is on the wire."""
        for media, around in raw.get("content", {}).items():
            schema = around.get("schema") if media.endswith("json") else None
            named = set(references(schema))
            if named and named <= self._known.keys():
                others = [other for other in raw["content"] if other != media]
                return Body(rewritten(schema, self._identified), (media, *others))
        return None

    def _is_foreign(self, raw: Mapping[str, Any]) -> bool:
        """Whether an object refers to components that are not on the wire."""
        return not set(references(raw.get("schema"))) <= self._known.keys()

    def _identified(self, node: dict[str, Any]) -> dict[str, Any]:
        name = referred(node)
        return node if name not in self._known else {**node, "$ref": REF_PREFIX + self._known[name]}

    def _parameters(self, operation: Operation, theirs: Mapping[str, Any]) -> Iterator[Component]:
        for component, raw in self._pairs(operation, theirs):
            required = {key for key in component.required if key not in raw}
            properties = dict(component.properties)
            for key, one in raw.items():
                if key not in properties and self._is_foreign(one):
                    continue
                theirs_schema = one.get("schema", {})
                ours: Schema = properties.get(key) or rewritten(theirs_schema, self._identified)
                schema = _texted(ours, theirs_schema)
                texts = {text: value for text, value in one.items() if text not in _PARAMETER_OWN}
                if one["name"] != key:
                    texts["name"] = one["name"]
                properties[key] = {**schema, PARAMETER_MARK: texts} if texts else schema
                if one.get("required"):
                    required.add(key)
            changed = {**component.schema, "properties": properties}
            yield replace(component, schema={**changed, "required": [key for key in properties if key in required]})


def _respelled(component: Component, raw: Mapping[str, Any]) -> Component:
    """Parameters under the names that the document has, where these are among their spellings.

    Of several aliases some releases read the first one and others the field's own name.
    """
    names = {
        wire: name
        for name in raw
        for wire in component.properties
        if name not in component.properties and name in component.accepted(wire)
    }
    if not names:
        return component
    properties = {names.get(wire, wire): schema for wire, schema in component.properties.items()}
    required = [names.get(wire, wire) for wire in component.required]
    spellings = {
        names.get(wire, wire): tuple(dict.fromkeys([names.get(wire, wire), *keys]))
        for wire, keys in component.spellings.items()
    }
    return replace(
        component,
        schema={**component.schema, "properties": properties, "required": required},
        fields={name: names.get(wire, wire) for name, wire in component.fields.items()},
        spellings=spellings,
    )


def _listed(theirs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in theirs.get("parameters", []) if "name" in one and "in" in one]


def _schema_in(node: Any) -> Any:
    """The schema within a media type object: its own, an item's, or that of an item's content."""
    if not is_object(node):
        return None
    if is_object(node.get("itemSchema")):
        return node["itemSchema"].get("properties", {}).get("data", {}).get("contentSchema", node["itemSchema"])
    return node.get("schema")


def _hollowed(node: Any) -> Any:
    """A copy of a media type object with None where the schema was.

    OpenAPI knows ``itemSchema`` from 3.2 on only; before, it is an extension.
    """
    schema = _schema_in(node)

    def without(part: Any) -> Any:
        if not is_object(part):
            return part
        hollow = {"x-itemSchema" if key == "itemSchema" else key: value for key, value in part.items()}
        return {
            key: None if key in SCHEMA_KEYS and value is schema else without(value) for key, value in hollow.items()
        }

    return without(node)


def _texted(ours: Schema, theirs: Mapping[str, Any]) -> Schema:
    """Our schema with the texts that theirs has at its root, and no others."""
    if "$ref" in ours:
        return ours
    kept = {key: value for key, value in ours.items() if key not in _TEXTS}
    return {**kept, **{key: theirs[key] for key in _TEXTS if key in theirs}}
