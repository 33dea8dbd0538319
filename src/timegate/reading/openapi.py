"""The head contract that an OpenAPI document describes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from timegate.errors import DeclarationError
from timegate.reading.assemble import Roots
from timegate.reading.declared import refuse_app
from timegate.reading.schemas import component_of, shapes
from timegate.reading.starlette import METHODS, method_order
from timegate.typing import Document, Schema, is_array, is_object
from timegate.wire.marks import PARAMETER_MARK
from timegate.wire.schema import NAMED_SCHEMAS, REF_PREFIX, ref, referred, rewritten
from timegate.wire.texts import Texts
from timegate.wire.wire import SIDES, Body, Component, Operation, Side, Wire

_SHARED: Final = re.compile(r"#/components/(responses|parameters|requestBodies|pathItems)/(.+)")
_OWN: Final = frozenset({"parameters", "requestBody", "responses"})
_PARAMETER_OWN: Final = frozenset({"in", "name", "required", "schema"})
_UNIONS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")


def openapi_wire(
    document: Document, *, types: Mapping[Any, str], sends: Iterable[Any], receives: Iterable[Any]
) -> tuple[Wire, Roots, Texts]:
    """What is on the wire as a document has it.

    Args:
        document: OpenAPI 3.1, or 3.0, which is read as 3.1 says the same.
        types: the component's name of each class that facts name.
        sends: classes or names of payloads that leave without an operation.
        receives: classes or names of payloads that arrive without an operation.

    Raises:
        CompileError: the document says something that cannot be gated.
        DeclarationError: a name of ``types``, ``sends`` or ``receives`` is no component.
    """
    version = str(document.get("openapi", ""))
    if not version.startswith(("3.0", "3.1")):
        refuse_app("openapi", f"version {version or 'none'} is not read", 'give a document of OpenAPI 3.1: "3.1.0"')
    reader = _Reader(document)
    operations = tuple(reader.operations())
    names = {name for side in SIDES for name in reader.components[side]}
    for kind, name in types.items():
        if name not in reader.schemas:
            raise DeclarationError(f"from_openapi(types={{{kind.__qualname__}: {name!r}}}): no component is called so")
        for side in SIDES:
            reader.components[side][name] = _typed(reader.components[side][name], kind, side)

    def root(kind: Any) -> Schema:
        name = kind if isinstance(kind, str) else types.get(kind)
        if name not in names:
            raise DeclarationError(f"from_openapi(…): {kind!r} is no component; types= gives the name of a class")
        return ref(str(name))

    alone = [ref(name) for name in reader.schemas] if not document.get("paths") else []
    wire = Wire(
        requests=reader.components["requests"],
        responses=reader.components["responses"],
        operations=operations,
        receives=(*alone, *map(root, receives)),
        sends=(*alone, *map(root, sends)),
    )
    roots: Roots = {side: [(kind, ref(name)) for kind, name in types.items()] for side in SIDES}
    return wire, roots, reader.texts()


class _Reader:
    """Reads one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        shared: Mapping[str, Any] = document.get("components", {})
        self._shared = shared
        self._is_old = str(document["openapi"]).startswith("3.0")
        self.schemas: dict[str, Schema] = {}
        for name, schema in shared.get("schemas", {}).items():
            self.schemas[name] = self._plain(schema, f"the component {name}")
        self.components: dict[Side, dict[str, Component]] = {side: {} for side in SIDES}
        for side in SIDES:
            for name, schema in self.schemas.items():
                kept = self._inner(schema, name, side)
                self.components[side][name] = Component(name, kept, display_name=name)

    def texts(self) -> Texts:
        """What the document says beside operations and components."""
        rest = {key: value for key, value in self._document.items() if key not in ("paths", "components")}
        dropped = ("schemas", "responses", "parameters", "requestBodies", "pathItems")
        components = {key: value for key, value in self._shared.items() if key not in dropped}
        if components:
            rest["components"] = components
        rest = self._resolved(rest)
        return Texts(document={**rest, "openapi": "3.1.0"}, schemas=self.schemas)

    def operations(self) -> Iterator[Operation]:
        """Every operation, in the order of the document."""
        for path, declared in self._document.get("paths", {}).items():
            item = self._resolved(declared)
            around = {key: value for key, value in item.items() if key.upper() not in METHODS and key not in _OWN}
            for method in sorted((key.upper() for key in item if key.upper() in METHODS), key=method_order):
                yield self._operation(method, path, item[method.lower()], item.get("parameters", []), around)

    def _operation(
        self, method: str, path: str, raw: Mapping[str, Any], shared: list[Any], around: Mapping[str, Any]
    ) -> Operation:
        key = f"{method} {path}"
        listed = {(one["in"], one["name"]): one for one in [*shared, *raw.get("parameters", [])]}
        texts: dict[str, Any] = {
            "operation": {name: value for name, value in raw.items() if name not in _OWN},
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
        for status, answer in raw.get("responses", {}).items():
            code = str(status) if str(status) == "default" else str(status).upper()
            responses[code], texts["responses"][code] = self._body(answer, f"{key} {code}", "responses")
        query, headers = (self._parameters(key, where, listed.values()) for where in ("query", "header"))
        successes = sorted(status for status in responses if status.startswith("2"))
        success = successes[0] if successes else "default" if "default" in responses else "200"
        return Operation(key, method, path, request, responses, success, query, headers, texts=texts)

    def _parameters(self, key: str, where: str, listed: Iterable[Mapping[str, Any]]) -> str:
        name = f"{key} {'query' if where == 'query' else 'headers'}"
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for one in listed:
            if one["in"] != where or not _is_gated(one):
                continue
            wire = one["name"] if where == "query" else one["name"].lower()
            schema = self._plain(one["schema"], f"{where} parameter {wire} of {key}")
            properties[wire] = self._inner({"properties": {wire: schema}}, name, "requests")["properties"][wire]
            texts = {text: value for text, value in one.items() if text not in _PARAMETER_OWN}
            if wire != one["name"]:
                texts["name"] = one["name"]
            if texts:
                properties[wire] = {**properties[wire], PARAMETER_MARK: texts}
            if one.get("required"):
                required.append(wire)
        made: Schema = {"type": "object", "properties": properties, "required": required}
        self.components["requests"][name] = Component(name, made, display_name=name, inline=True)
        return name

    def _body(self, raw: Mapping[str, Any], place: str, side: Side) -> tuple[Body | None, dict[str, Any]]:
        """A body, and what the document says around it with None where its schema was."""
        content: dict[str, Any] = dict(raw.get("content", {}))
        described = [media for media, around in content.items() if "schema" in around]
        chosen = [media for media in described if media.partition(";")[0].endswith("json")] or described[:1]
        if not chosen:
            empty = Body({}, tuple(content)) if content else None
            return empty, dict(raw)
        schemas = [content[media]["schema"] for media in chosen]
        if any(schema != schemas[0] for schema in schemas):
            refuse_app(place, f"{' and '.join(chosen)} have different schemas", "give all its JSON one schema")
        for media in chosen:
            content[media] = {**content[media], "schema": None}
        others = [media for media in content if media not in chosen]
        schema = self._lifted(self._plain(schemas[0], place), place, side)
        return Body(schema, (*chosen, *others)), {**raw, "content": content}

    def _lifted(self, schema: Any, place: str, side: Side) -> Any:
        """A schema in which each object written inline is a component of its own."""
        if not is_object(schema):
            return schema
        inner = self._inner(schema, place, side)
        if not is_object(schema.get("properties")):
            return inner
        self.components[side][place] = Component(place, inner, display_name=place, inline=True)
        return ref(place)

    def _inner(self, schema: Schema, place: str, side: Side) -> Schema:
        """A schema in which each object written inline within it is a component of its own."""
        made = dict(schema)
        for key in ("items", "additionalProperties", "contentSchema", "unevaluatedProperties"):
            if is_object(made.get(key)):
                made[key] = self._lifted(made[key], f"{place}.*", side)
        for key in _UNIONS:
            if is_array(made.get(key)):
                made[key] = [self._lifted(arm, f"{place}.{key}[{index}]", side) for index, arm in enumerate(made[key])]
        for key in ("properties", "patternProperties"):
            if is_object(made.get(key)):
                made[key] = {name: self._lifted(inner, f"{place}.{name}", side) for name, inner in made[key].items()}
        return made

    def _plain(self, schema: Any, place: str) -> Any:
        """A schema as OpenAPI 3.1 has it, its references checked."""

        def change(node: dict[str, Any]) -> dict[str, Any]:
            target = node.get("$ref")
            if target is not None and (referred(node) or "") not in self._shared.get("schemas", {}):
                refuse_app(place, f"it refers to {target}", f"refer to a component of the document: {REF_PREFIX}…")
            for key in NAMED_SCHEMAS & node.keys():
                node[key] = {name: _described(inner) for name, inner in node[key].items()}
            discriminator = node.get("discriminator")
            if is_object(discriminator) and "mapping" in discriminator:
                mapping = {
                    tag: target if "/" in target else REF_PREFIX + target
                    for tag, target in discriminator["mapping"].items()
                }
                node["discriminator"] = {**discriminator, "mapping": mapping}
            return _renewed(node) if self._is_old else node

        return rewritten(schema, change)

    def _resolved(self, node: Any, within: tuple[str, ...] = ()) -> Any:
        """A copy of what is no schema, with what it shares with others in its place."""
        if is_array(node):
            return [self._resolved(item, within) for item in node]
        if not is_object(node):
            return node
        target = str(node.get("$ref", ""))
        shared = _SHARED.fullmatch(target)
        if shared is None:
            return {key: self._resolved(value, within) for key, value in node.items()}
        if target in within or shared[2] not in self._shared.get(shared[1], {}):
            refuse_app(target, "it is not there, or holds itself", "refer to a component of the document")
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return {**self._resolved(self._shared[shared[1]][shared[2]], (*within, target)), **rest}


def _is_gated(parameter: Mapping[str, Any]) -> bool:
    return parameter["in"] in ("query", "header") and "schema" in parameter


def _described(schema: Any) -> Any:
    """A boolean schema as an object."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    return schema


def _renewed(node: dict[str, Any]) -> dict[str, Any]:
    """A schema object of OpenAPI 3.0 as OpenAPI 3.1 says the same."""
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(node.get(exclusive), bool):
            excluded = node.pop(exclusive)
            if excluded and limit in node:
                node[exclusive] = node.pop(limit)
    if "$ref" in node:
        return {"$ref": node["$ref"]}  # in OpenAPI 3.0 nothing beside a reference counts
    if not node.pop("nullable", False):
        return node
    texts: dict[str, Any] = {key: node.pop(key) for key in ("title", "description", "default") if key in node}
    if is_array(node.get("enum")) and None in node["enum"]:
        node["enum"] = [member for member in node["enum"] if member is not None]
    return {"anyOf": [node, {"type": "null"}], **texts}


def _typed(component: Component, kind: Any, side: Side) -> Component:
    """A component with its class, and what the class knows of its fields."""
    made = shapes(side, [("root", kind)])
    (known, *_) = component_of(made.components, kind) or [Component("", {})]
    return replace(
        component,
        model=kind,
        fields={name: wire for name, wire in known.fields.items() if wire in component.properties},
        spellings={wire: keys for wire, keys in known.spellings.items() if wire in component.properties},
        uncertain=frozenset(wire for wire in known.uncertain if wire in component.properties),
    )
