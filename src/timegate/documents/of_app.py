"""The document of a version as an edit of the app's own, which keeps what the version does not change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from timegate.changes.base import INTERNAL_MARK
from timegate.documents.edit import edited
from timegate.documents.render import Rendered, render
from timegate.typing import METHODS, Document, Schema, is_array, is_object
from timegate.wire.schema import references, referred, rename_references
from timegate.wire.texts import Texts
from timegate.wire.wire import SIDES, SUFFIXES, Component, Wire


class Documents:
    """The documents of a contract's versions.

    Args:
        head: what is on the wire at head, with internal fields.
        texts: the parts of the documents that are not on the wire.
    """

    def __init__(self, head: Wire, texts: Texts) -> None:
        self._texts = texts
        self._edits = AppEdits(texts.own, render(_with_internal(head), texts, apart=True)) if texts.own else None

    def document(self, wire: Wire, version: str | None = None) -> Document:
        """The OpenAPI document of a version; nothing of it is shared.

        Args:
            wire: what is on the wire at the version.
            version: its name in the document; None for the app's own.
        """
        if self._edits is None:
            return render(wire, self._texts, version=version).document
        return self._edits.document(render(wire, self._texts, apart=True), version)


def _with_internal(wire: Wire) -> Wire:
    """The wire as the app's own document shows it: internal fields are fields like others."""
    for side in SIDES:
        wire = wire.edited(side, *(_without_marks(one) for one in wire.components(side).values() if one.internal))
    return wire


def _without_marks(component: Component) -> Component:
    properties = {
        key: {name: value for name, value in schema.items() if name != INTERNAL_MARK}
        for key, schema in component.properties.items()
    }
    return replace(component, schema={**component.schema, "properties": properties})


class AppEdits:
    """Edits of an app's own document.

    Args:
        own: the app's own document.
        rendered: what head is on the wire, as this package renders it, with internal fields.
    """

    def __init__(self, own: Document, rendered: Rendered) -> None:
        self._own = own
        self._head = rendered
        self._own_schemas: Mapping[str, Schema] = own.get("components", {}).get("schemas", {})
        self._names = self._own_names()
        self._paths = rename_references(rendered.document.get("paths", {}), self._names)
        self._schemas: dict[str, Schema] = {}
        for name, schema in _known_first(_schemas(rendered.document), self._names):
            self._schemas.setdefault(self._names.get(name, name), rename_references(schema, self._names))

    def document(self, old: Rendered, version: str | None) -> Document:
        """The document of a version.

        Args:
            old: what is on the wire at the version, as this package renders it.
            version: its name in the document; None for the app's own.
        """
        sources, names = self._sources(old)
        old_paths = rename_references(old.document.get("paths", {}), names)
        document = dict(self._own)
        if version is not None:
            document["info"] = {**document.get("info", {}), "version": version}
        document["paths"] = self._edited_paths(old, old_paths)
        # What the app shows besides its operations refers to a component by the name that it has at the version.
        shown = {*names.values()}
        renamed = {own: name for name, own in sources.items() if own not in shown}
        twins = self._twins(sources)
        for twin, name in twins.items():
            if sources[name] in renamed:
                renamed[twin] = name.removesuffix(_suffix(name)) + _suffix(twin)
        document |= {key: rename_references(document[key], renamed) for key in ("paths", "webhooks") if key in document}
        old_schemas: dict[str, Schema] = {}
        for name, schema in _known_first(_schemas(old.document), names):
            if name in names or name not in renamed:
                old_schemas.setdefault(names.get(name, name), rename_references(schema, names))
        schemas = self._edited_schemas(old_schemas, sources, document["paths"])
        for twin, name in twins.items():
            edit = edited(self._own_schemas[twin], self._schemas[sources[name]], old_schemas[name])
            schemas[renamed.get(twin, twin)] = rename_references(edit, renamed)
            if twin in renamed:
                schemas.pop(twin, None)
        if schemas or "schemas" in document.get("components", {}):
            document["components"] = {**document.get("components", {}), "schemas": schemas}
        return deepcopy(document)

    def _own_names(self) -> dict[str, str]:
        """The app's name of each component, by its rendered name: found by walking both documents side by side."""
        names: dict[str, str] = {}
        schemas = _schemas(self._head.document)
        waiting: list[tuple[Any, Any]] = [(self._head.document.get("paths"), self._own.get("paths"))]
        # In the order of the document: of two media types the first says what a body is.
        for ours, own in waiting:
            if is_array(ours) and is_array(own):
                waiting.extend(zip(ours, own, strict=False))
            elif is_object(ours) and is_object(own):
                name, target = referred(ours), referred(own)
                if name is not None and target is not None and name in schemas:
                    schema, other = schemas[name], self._own_schemas.get(target)
                    if name not in names and _keys(schema) == _keys(other):
                        names[name] = target
                        waiting.append((schema, other))
                else:
                    waiting += [(value, own[key]) for key, value in ours.items() if key in own]
        for side in SIDES:
            for identity, name in self._head.names[side].items():
                alike = (name, self._head.plain_names[identity])
                own = (one for one in alike if _keys(self._own_schemas.get(one)) == _keys(schemas.get(name)))
                names.setdefault(name, next(own, name))
        return names

    def _sources(self, old: Rendered) -> tuple[dict[str, str], dict[str, str]]:
        """The app's name of what a component is at head, and its name in the version's document, by its rendered name.

        A component that is called at the version what it is called at head has the app's name for it. The app may show
        several classes, or both sides of one, as one component: what the version tells apart has names of its own.
        """
        sources: dict[str, str] = {}
        names: dict[str, str] = {}
        before, after = _schemas(self._head.document), _schemas(old.document)
        users: dict[str, set[str]] = {}
        for name, own in self._names.items():
            users.setdefault(own, set()).add(name)
        for side in SIDES:
            for identity, name in old.names[side].items():
                at_head = {one: self._head.names[one].get(identity) for one in SIDES}
                rendered = at_head[side]
                if rendered is None:
                    continue
                own = self._names.get(rendered, rendered)
                shared = users.get(own, set())
                parted = (
                    old.plain_names[identity] != self._head.plain_names[identity]
                    or (not shared <= set(at_head.values()) and before[rendered] != after[name])
                    or (len(shared) > 1 and identity in old.differing - self._head.differing)
                )
                suffix = SUFFIXES[side] if identity in old.differing else ""
                names[name] = old.plain_names[identity] + suffix if parted else own
                sources.setdefault(names[name], own)
        return sources, names

    def _twins(self, sources: Mapping[str, str]) -> dict[str, str]:
        """The app's name of each side of a model that is not on the wire, with the version's name of the side that is.

        FastAPI shows the body of a webhook as one that the server gets, and it leaves the server.
        """
        twins: dict[str, str] = {}
        known = set(self._names.values())
        for name, own in sources.items():
            plain = own.removesuffix(_suffix(own))
            for suffix in SUFFIXES.values():
                twin = plain + suffix
                if plain != own != twin and twin in self._own_schemas and twin not in known:
                    twins[twin] = name
        return twins

    def _edited_paths(self, old: Rendered, old_paths: Mapping[str, Any]) -> dict[str, Any]:
        """The paths of the version: each operation at its place, and what this package does not know as it is."""
        at_head = {place: key for key, place in self._head.places.items()}
        paths: dict[str, Any] = {}
        for path, item in self._own.get("paths", {}).items():
            around = {key: value for key, value in item.items() if key.upper() not in METHODS}
            for method, own in item.items():
                if method in around:
                    continue
                key = at_head.get((path, method))
                place = (path, method) if key is None else old.places.get(key)
                if place is None:
                    continue
                operation = own
                if key is not None:
                    operation = edited(own, self._paths[path][method], old_paths[place[0]][place[1]])
                paths.setdefault(place[0], dict(around))[place[1]] = operation
            if item == around:
                paths[path] = item
        return paths

    def _edited_schemas(
        self, old: Mapping[str, Schema], sources: Mapping[str, str], paths: Mapping[str, Any]
    ) -> dict[str, Schema]:
        """The components of the version: the app's own ones edited, and what these and the paths refer to."""
        schemas: dict[str, Schema] = {
            name: self._own_schemas[name] for name in self._own_schemas if name not in self._schemas
        }
        others: dict[str, Schema] = {**self._own_schemas}
        for name, schema in old.items():
            source = sources.get(name, name)
            if source in self._own_schemas and source in self._schemas:
                schemas[name] = edited(self._own_schemas[source], self._schemas[source], schema)
            else:
                others[name] = schema
        waiting = [paths, *schemas.values()]
        while waiting:
            for name in references(waiting.pop()):
                if name not in schemas and name in others:
                    schemas[name] = others[name]
                    waiting.append(schemas[name])
        order = {name: place for place, name in enumerate(self._own_schemas)}
        if list(order) == sorted(order):
            return dict(sorted(schemas.items()))
        return dict(sorted(schemas.items(), key=lambda item: order.get(item[0], len(order))))


def _suffix(name: str) -> str:
    """The suffix of a side in the name of a component; empty for none."""
    return next((suffix for suffix in SUFFIXES.values() if name.endswith(suffix)), "")


def _known_first(schemas: Mapping[str, Schema], names: Mapping[str, str]) -> Iterator[tuple[str, Schema]]:
    """The components, first those on the wire: what the app only shows, such as a webhook, may have the name of one."""
    yield from ((name, schema) for name, schema in schemas.items() if name in names)
    yield from ((name, schema) for name, schema in schemas.items() if name not in names)


def _schemas(document: Document) -> Mapping[str, Schema]:
    schemas: Mapping[str, Schema] = document.get("components", {}).get("schemas", {})
    return schemas


def _keys(schema: Schema | None) -> object:
    """Which keys objects of a component have; None where there is no such component."""
    return None if schema is None else (set(schema.get("properties", ())), schema.get("additionalProperties") is False)
