"""An app's own OpenAPI document gives the wire its texts and names; a parallel walk over both finds what matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from timegate.changes.texts import OperationTexts
from timegate.reading.by_hand import WITHOUT_PAYLOADS, ByHand, written_body
from timegate.reading.copies import Copies
from timegate.reading.parameters import renamed_keys
from timegate.reading.starlette import VALIDATION_SCHEMAS
from timegate.typing import Document, Schema, is_array, is_object
from timegate.wire.marks import BEHIND_MARK, PARAMETER_MARK, SHOWN_TITLE_MARK
from timegate.wire.media import is_json_media
from timegate.wire.schema import beside, ref, references, referred, rename_references
from timegate.wire.texts import with_parameter_texts
from timegate.wire.wire import SIDES, SUFFIXES, Body, Component, Operation, Side, Wire

_EXAMPLES: Final = ("example", "examples")


class AppDocument:
    """A wire at head together with the document of its app.

    Args:
        wire: what is on the wire, with the names of classes.
        document: the app's own document.
        documented: the OpenAPI object of each documented operation, by the operation's key.
    """

    def __init__(self, wire: Wire, document: Document, documented: Mapping[str, Mapping[str, Any]]) -> None:
        self._wire = wire
        self._documented = documented
        self._by_hand = ByHand(document)
        schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
        # A schema may be a boolean too (JSON Schema), which says nothing of a class.
        self._schemas: Mapping[str, Schema] = {name: one for name, one in schemas.items() if is_object(one)}
        self._display_names: dict[str, str] = {}
        self._identities: dict[str, str] = {}
        # What is written by hand may refer to classes that the document does not show otherwise.
        self._by_class_name = dict(self._unshown())
        self._copies = Copies(wire)
        self._seen: set[tuple[Side, str, str]] = set()
        self._descriptions: dict[tuple[Side, str], Any] = {}

    def wire(self) -> Wire:
        """The wire with the names in the document, and each operation with its texts."""
        documented = [(one, self._documented[one.key]) for one in self._wire.operations if one.key in self._documented]
        pairs = (pair for operation, raw in documented for pair in self._pairs(operation, raw))
        self._wire = self._wire.edited("requests", *(_rename_parameters(*pair) for pair in pairs))
        for operation, raw in documented:
            self._walk_operation(operation, raw)
        self._by_class_name |= self._identities
        known = {operation.key: self._with_documented(operation, raw) for operation, raw in documented}
        wire = replace(self._wire, operations=tuple(known.get(one.key, one) for one in self._wire.operations))
        described = (one for operation, raw in documented for one in self._parameters(operation, raw))
        wire = wire.edited("requests", *described)
        for side in SIDES:
            wire = wire.edited(side, *(self._named(c, side) for c in wire.components(side).values() if not c.inline))
        return wire

    def _unshown(self) -> Iterator[tuple[str, str]]:
        """The components that no part of the document has to refer to, by their names in it."""
        for side in SIDES:
            for name, component in self._wire.components(side).items():
                shown = self._schemas.get(component.display_name)
                # An author may add to what the document shows of a class.
                same = shown is None or shown.get("properties", {}).keys() >= component.properties.keys()
                if same and not component.inline:
                    yield component.display_name, name

    def _pairs(
        self, operation: Operation, raw: Mapping[str, Any]
    ) -> Iterator[tuple[Component, dict[str, Mapping[str, Any]]]]:
        """The components of parameters, each with the documented parameters by the wire's key."""
        listed = _parameters_of(raw)
        for where, name in operation.parameters.items():
            if where != "header":
                yield self._wire.requests[name], {one["name"]: one for one in listed if one["in"] == where}
        known = self._wire.requests[operation.headers]
        spellings = {spelling for key in known.properties for spelling in known.accepted(key)}
        headers: dict[str, Mapping[str, Any]] = {}
        for one in listed:
            if one["in"] == "header":
                name = one["name"].lower()
                # Some releases document the fields of a model with underscores and read them with hyphens.
                hyphens = name.replace("_", "-")
                headers[hyphens if name not in spellings and hyphens in spellings else name] = one
        yield known, headers

    def _walk_operation(self, operation: Operation, raw: Mapping[str, Any]) -> None:
        around: Mapping[str, Any] = {**raw.get("responses", {}), "request": raw.get("requestBody", {})}
        for side in SIDES:
            for place, body in operation.bodies(side):
                content = around.get(place, {}).get("content", {})
                self._walk(body.schema, _schema_in(content.get(next(iter(body.media), ""))), side)
        for component, listed in self._pairs(operation, raw):
            for key, one in listed.items():
                self._walk(component.properties.get(key), one.get("schema"), "requests")

    def _walk(self, schema: Any, documented: Any, side: Side) -> None:
        """Walk over a schema and its documented form in parallel, and note which components match."""
        components = self._wire.components(side)
        waiting = [(schema, documented)]
        while waiting:
            schema, documented = waiting.pop()
            if is_array(schema) and is_array(documented):
                waiting.extend(zip(schema, documented, strict=False))
            if not is_object(schema) or not is_object(documented):
                continue
            identity, name = referred(schema), referred(documented)
            if identity is not None and name is not None and identity in components and name in self._schemas:
                same = components[identity].properties.keys() == self._schemas[name].get("properties", {}).keys()
                if same and (side, identity, name) not in self._seen:
                    self._seen.add((side, identity, name))
                    self._note(side, identity, name)
                    waiting.append((components[identity].schema, self._schemas[name]))
                continue
            # Texts lead to no component.
            waiting += [
                (value, documented[key])
                for key, value in schema.items()
                if key in documented and not isinstance(value, str)
            ]

    def _note(self, side: Side, identity: str, name: str) -> None:
        """Note that the document has a component under a name."""
        # No class has a hyphen in its name. With two classes of one name FastAPI may write User-Input and beta__User
        # for the same one: the second is more specific.
        plain = name.removesuffix(SUFFIXES[side])
        if plain == name:
            self._display_names[identity] = name
        else:
            self._display_names.setdefault(identity, plain)
        self._identities.setdefault(name, identity)
        if "description" in self._schemas[name]:
            self._descriptions[side, identity] = self._schemas[name]["description"]

    def _named(self, component: Component, side: Side) -> Component:
        schema = component.schema
        key: tuple[Side, str] = side, component.name
        if "description" in schema and self._descriptions.get(key, schema["description"]) != schema["description"]:
            schema = {**schema, "description": self._descriptions[key]}
        named, display_name = component.with_schema(schema), self._display_names.get(component.name)
        return named if display_name in (None, named.display_name) else replace(named, display_name=display_name)

    def _with_documented(self, operation: Operation, raw: Mapping[str, Any]) -> Operation:
        """An operation with the responses that only the document describes."""
        responses, undescribed = dict(operation.responses), dict[str, Any]()
        shown: Mapping[str, Any] = raw.get("responses", {})
        known = {*self._by_class_name, *VALIDATION_SCHEMAS}
        for status, written in shown.items():
            body, around = responses.get(status), self._by_hand.around(written, known)
            if status not in responses or (body is not None and body.schema == {}):
                body = self._documented_body(around) or body
            if body is None and status not in responses:
                has_other = status[:1] == "2" or not shown.keys().isdisjoint((f"{status[:1]}XX", "default"))
                body = self._written_body(around, has_other=has_other)
            if body is not None:
                responses[status] = self._with_others(body, around)
            elif status not in responses:
                undescribed[status] = written
        said = {key: raw[key] for key in OperationTexts.__annotations__ if key in raw}
        beside: dict[str, Any] = {}
        for status, one in raw.get("responses", {}).items():
            kept = ("headers",) if status in operation.responses else ("description", "headers")
            headers = {key: one[key] for key in kept if key in one}
            content = {"content": examples} if (examples := _examples(one)) else {}
            if status in responses and (headers or content):
                beside[status] = {**headers, **content}
        texts = {"operation": said, "responses": beside, "undescribed_responses": undescribed}
        if operation.request is not None and (examples := _examples(raw.get("requestBody"))):
            texts["request"] = {"content": examples}
        return replace(operation, responses=responses, texts=texts)

    def _documented_body(self, around: Mapping[str, Any]) -> Body | None:
        """The body of a response that is declared by a schema and not by a type, if it contains known components."""
        content: Mapping[str, Any] = around.get("content", {})
        for media, node in content.items():
            schema = node.get("schema") if is_json_media(media) else None
            if self._refers(schema) and self._is_known(schema):
                others = [other for other in content if other != media]
                return Body(rename_references(schema, self._by_class_name), (media, *others))
        refers = any(map(self._refers, _schemas_of(content).values()))
        return Body({}, tuple(content)) if refers else None

    def _written_body(self, around: Mapping[str, Any], *, has_other: bool) -> Body | None:
        """The body of a response by hand in which no class is; None for the framework's own."""
        content = around["content"]
        schemas = _schemas_of(content)
        if all(map(self._is_known, schemas.values())):
            return written_body(content, schemas, has_other=has_other)
        unknown = {name for schema in schemas.values() for name in references(schema)}
        return None if unknown <= VALIDATION_SCHEMAS.keys() else Body({}, tuple(content))

    def _refers(self, schema: Any) -> bool:
        """Whether a documented schema refers to a component of either side, or repeats one."""
        return not self._by_class_name.keys().isdisjoint(references(schema)) or self._copies.are_in(schema)

    def _known(self, schema: Any) -> list[str]:
        """The components of responses to which a documented schema refers, or that it repeats."""
        names = (self._by_class_name.get(name) for name in references(schema))
        return [
            one for one in (*names, *self._copies.titled(schema)) if one is not None and one in self._wire.responses
        ]

    def _is_known(self, schema: Any) -> bool:
        """Whether all that a documented schema refers to are components of responses."""
        return all(self._by_class_name.get(name, "") in self._wire.responses for name in references(schema))

    def _with_others(self, body: Body, around: Mapping[str, Any]) -> Body:
        """A body with notes of what the document shows besides: what other media types hold, which is not converted."""
        content: Mapping[str, Any] = around.get("content", {})
        first = next(iter(body.media), "")
        schemas = _schemas_of(content)
        own = schemas.get(first) if body.schema else None
        others = {
            media: schema
            for media, schema in schemas.items()
            if schema != own or (media != first and not is_json_media(media))
        }
        apart = {
            media: rename_references(schema, self._by_class_name)
            for media, schema in others.items()
            if body.schema and is_json_media(media) and self._is_known(schema)
        }
        behind: list[dict[str, Any]] = [
            {"by": media, "schema": {"anyOf": [*map(ref, self._known(schema))]}, "listed": True}
            for media, schema in others.items()
            if media not in apart and self._refers(schema)
        ]
        behind += [
            {"by": media, "schema": {}, "listed": True}
            for media in content
            if media not in {first, *schemas} and not is_json_media(media) and not media.startswith(WITHOUT_PAYLOADS)
        ]
        schema = beside(body.schema, self._shown_besides(own, body.schema))
        schema = {**schema, BEHIND_MARK: [*schema.get(BEHIND_MARK, ()), *behind]} if behind else schema
        return replace(body, schema=schema, apart=apart)

    def _shown_besides(self, shown: Any, schema: Schema) -> list[Schema]:
        """The components to which a documented schema of a response refers, and that its type does not hold."""
        components, direct = self._wire.responses, set(references(schema))
        names = {self._identities[name] for name in references(shown) if name in self._identities}
        names |= {*self._copies.titled(shown)} - {*self._copies.titled(schema)}
        names &= components.keys()
        # Nearly every document shows what the type refers to, and then nothing has to be walked.
        names -= direct
        held, waiting = set[str](), [*direct] if names else []
        while waiting:
            name = waiting.pop()
            if name not in held and name in components:
                held.add(name)
                waiting += components[name].references
        # FastAPI shows aliases also where a route sends none: another component of a class that is held.
        classes = [components[name].model for name in held if components[name].model is not None]
        return [ref(name) for name in names - held if components[name].model not in classes]

    def _is_on_wire(self, schema: Any) -> bool:
        """Whether all that the documented schema of a parameter refers to are components of requests."""
        return all(self._identities.get(name) in self._wire.requests for name in references(schema))

    def _parameters(self, operation: Operation, raw: Mapping[str, Any]) -> Iterator[Component]:
        """The components of parameters with those that are only documented, and with the examples beside schemas."""
        for component, listed in self._pairs(operation, raw):
            known = component.properties
            found = {
                key: with_parameter_texts(rename_references(one.get("schema", {}), self._identities), one, key)
                for key, one in listed.items()
                # Some releases document the fields of a class by their names in Python, whatever reads them.
                if key not in known and key not in component.fields and self._is_on_wire(one.get("schema"))
            }
            noted = {
                key: {**known[key], **notes}
                for key, one in listed.items()
                if key in known and (notes := _notes(known[key], one))
            }
            if found or noted:
                required = [*component.required, *(key for key in found if listed[key].get("required"))]
                properties = {**known, **noted, **found}
                yield replace(component, schema={**component.schema, "properties": properties, "required": required})


def _notes(schema: Schema, documented: Mapping[str, Any]) -> Schema:
    """What a document says of a parameter beside its schema: the examples, and the title that its name gives it."""
    notes: Schema = {}
    if examples := {name: documented[name] for name in _EXAMPLES if name in documented}:
        notes[PARAMETER_MARK] = {**schema.get(PARAMETER_MARK, {}), **examples}
    title = documented["schema"].get("title") if _has_schema(documented) else None
    if title is not None and "title" not in schema:
        notes[SHOWN_TITLE_MARK] = title
    return notes


def _rename_parameters(component: Component, listed: Mapping[str, Any]) -> Component:
    """Parameters under their documented names, where these are among their spellings.

    Of several aliases, some releases read the first one and others the field's own name.
    """
    names = {
        wire: name
        for name in listed
        for wire in component.properties
        if name not in component.properties and name in component.accepted(wire)
    }
    return renamed_keys(component, names)


def _parameters_of(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in raw.get("parameters", []) if "name" in one and "in" in one]


def _examples(around: Any) -> dict[str, Any]:
    """The examples beside the schemas of a body, by media type, in the form of `Texts`."""
    content: Mapping[str, Any] = around.get("content", {}) if is_object(around) else {}
    return {
        media: {"schema": None, **{key: node[key] for key in _EXAMPLES if key in node}}
        for media, node in content.items()
        if is_object(node) and is_json_media(media) and ("example" in node or "examples" in node)
    }


def _schemas_of(content: Mapping[str, Any]) -> dict[str, Schema]:
    """The schemas of a response, by media type; of a stream that of an item (OpenAPI 3.2)."""
    found = {media: _schema_in(node) for media, node in content.items()}
    return {media: schema for media, schema in found.items() if is_object(schema)}


def _has_schema(node: Any) -> bool:
    return is_object(node) and is_object(node.get("schema"))


def _schema_in(node: Any) -> Any:
    """The schema within a media type object: its own, an item's, or that of an item's content."""
    if not is_object(node):
        return None
    if is_object(node.get("itemSchema")):
        return node["itemSchema"].get("properties", {}).get("data", {}).get("contentSchema", node["itemSchema"])
    return node.get("schema")
