"""The form of an OpenAPI document: whether everything in it is of the kind that its place asks for.

It is checked once, before anything reads the document, so that what reads it need not expect the unexpected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from pydantic_core import PydanticSerializationError

from timegate.errors import CompileError, Fault
from timegate.reading.plain import JSON_TYPES, plain_json
from timegate.typing import METHODS, Document, Schema, is_array, is_object, type_of
from timegate.wire.schema import LITERAL_KEYWORDS, REF_PREFIX

SHARED: Final = ("responses", "parameters", "requestBodies", "pathItems")
"""The parts of a document's ``components`` that are put in the place of references to them."""

SHARED_REFERENCE: Final = re.compile(rf"#/components/({'|'.join(SHARED)})/(.+)")

LEVELS: Final = 150
"""How deep a document may be nested; real ones have some thirty levels."""

_MOST: Final = 100
"""How many faults are told at once."""

_Pointer: TypeAlias = "str | tuple[_Pointer, object]"
"""A JSON pointer (RFC 6901), or one with the next part after it: few are ever written out."""

_SCHEMA: Final = "a schema: an object, true or false"

_KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "document": {"paths": "paths", "components": "components"},
    "components": {
        "schemas": "{schema}",
        "responses": "{response}",
        "parameters": "{parameter}",
        "requestBodies": "{request body}",
        "pathItems": "{path item}",
    },
    "path item": {"parameters": "[parameter]", **{method.lower(): "operation" for method in METHODS}},
    "operation": {"parameters": "[parameter]", "requestBody": "request body", "responses": "{response}"},
    "parameter": {"name": "text", "in": "text", "schema": "schema", "content": "{media type}"},
    "request body": {"content": "{media type}"},
    "response": {"content": "{media type}"},
    "media type": {"schema": "schema"},
    "schema": {
        "$ref": "text",
        "type": "types",
        "required": "[text]",
        "enum": "[any]",
        "discriminator": "discriminator",
        **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), "{schema}"),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "[schema]"),
        **dict.fromkeys(("items", "additionalProperties", "contains", "propertyNames", "contentSchema"), "schema"),
        **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties", "not", "if", "then", "else"), "schema"),
    },
    "discriminator": {"propertyName": "text", "mapping": "{target}"},
}
"""Each kind of object, with the kinds of its parts: ``{…}`` is a map of them by name, ``[…]`` a list."""

_LITERAL: Final = dict.fromkeys(LITERAL_KEYWORDS, "any")

_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {"parameter": ("name", "in"), "discriminator": ("propertyName",)}

_REFERRING: Final[Mapping[str, str]] = {
    "response": "responses",
    "parameter": "parameters",
    "request body": "requestBodies",
    "path item": "pathItems",
}
"""The kinds of objects that a reference may stand for, each with the part of ``components`` that holds them."""


def plain_document(document: object) -> Document:
    """A copy of a document as a JSON parser would give it.

    Raises:
        CompileError: it is no object, holds itself, is nested too deeply, or holds what JSON cannot express.
    """
    faults: list[Fault] = []
    root: dict[str, Any] = {}
    # Each container that is still to be copied: where its copy goes, its pointer, and the containers around it.
    waiting: list[tuple[Any, Any, Any, _Pointer, frozenset[int]]] = [(root, "", document, "#", frozenset())]
    while waiting and len(faults) < _MOST:
        target, key, value, pointer, around = waiting.pop()
        items: Any = list(value) if issubclass(type_of(value), tuple) else value
        if not (is_object(items) or is_array(items)):
            try:
                target[key] = plain_json(value)
            except PydanticSerializationError:
                kind = type_of(value).__name__
                faults.append(_fault(pointer, f"JSON cannot express the {kind} here", "write plain JSON"))
            continue
        if id(value) in around:
            faults.append(_fault(pointer, "the object here holds itself", "refer to a component by $ref"))
            continue
        if len(around) >= LEVELS:
            faults.append(_fault(pointer, f"it has more than {LEVELS} levels", "refer to components by $ref"))
            continue
        inside = around | {id(value)}
        if is_object(items):
            copied: Any = {str(plain_json(name)): None for name in items}
            pairs: Iterator[tuple[Any, Any]] = zip(copied, items.values(), strict=False)
        else:
            copied = [None] * len(items)
            pairs = enumerate(items)
        target[key] = copied
        for name, inner in pairs:
            if type(inner) in JSON_TYPES:
                copied[name] = inner
            else:
                waiting.append((copied, name, inner, (pointer, name), inside))
    if not faults and not is_object(root[""]):
        faults.append(_fault("#", f"an OpenAPI document is an object, and this is {_described(document)}", "parse it"))
    if faults:
        raise CompileError(faults)
    plain: Document = root[""]
    return plain


def check_form(document: Document, *, references: bool = True) -> None:
    """Refuse a document in which something is of another kind than its place asks for.

    Args:
        document: as plain JSON.
        references: whether each reference must lead to a component.

    Raises:
        CompileError: all such places, each as a JSON pointer.
    """
    faults = list(_Form(document, references=references).faults("document", document, "#"))
    if faults:
        raise CompileError(faults[:_MOST])


def check_schemas(schemas: Mapping[str, Schema]) -> None:
    """Refuse generated schemas of which an author has written parts by hand, where these are of another kind.

    Args:
        schemas: by the name of the component.

    Raises:
        CompileError: all such places, each as a JSON pointer.
    """
    form = _Form({}, references=False)
    faults = [fault for name, schema in schemas.items() for fault in form.faults("schema", schema, REF_PREFIX + name)]
    if faults:
        raise CompileError(faults[:_MOST])


def _fault(pointer: _Pointer, problem: str, remedy: str) -> Fault:
    parts: list[str] = []
    while not isinstance(pointer, str):
        pointer, name = pointer
        parts.append(str(name).replace("~", "~0").replace("/", "~1"))
    return Fault("head", "", "/".join([pointer, *reversed(parts)]), problem, remedy)


def _described(value: object) -> str:
    """A value as a fault calls it, without its text."""
    if value is None:
        return "null"
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return kinds.get(type_of(value), f"a {type_of(value).__name__}")


class _Form:
    """Walks over one document.

    Args:
        document: as plain JSON.
        references: whether each reference must lead to a component.
    """

    def __init__(self, document: Document, *, references: bool) -> None:
        self._references = references
        shared: Any = document.get("components")
        self._shared: Mapping[str, Any] = shared if is_object(shared) else {}

    def faults(self, kind: str, value: Any, pointer: _Pointer) -> Iterator[Fault]:
        """Every place in a value that is of another kind, in order."""
        waiting: list[tuple[str, Any, _Pointer]] = [(kind, value, pointer)]
        while waiting:
            kind, value, pointer = waiting.pop()
            wanted = self._mismatch(kind, value)
            if wanted is not None:
                yield _fault(pointer, f"here is {_described(value)}", f"write {wanted} here, or take it out")
                continue
            if not isinstance(value, (dict, list)):
                # Nothing is in it.
                continue
            if self._references or kind not in ("schema", "anything"):
                yield from self._own_faults(kind, value, pointer)
            waiting += reversed(list(self._parts(kind, value, pointer)))

    def _mismatch(self, kind: str, value: Any) -> str | None:
        """What must be in a place instead of a value; None where the value is of the place's kind."""
        if kind in ("any", "anything"):
            return None
        if kind == "text":
            return None if isinstance(value, str) else "a text"
        if kind == "target":
            # Pydantic writes the whole schema of an arm that is a union.
            return None if isinstance(value, str) or (is_object(value) and not self._references) else "a text"
        if kind == "types":
            names = value if is_array(value) else [value]
            return None if all(isinstance(name, str) for name in names) else "the name of a type, or a list of names"
        if kind.startswith("["):
            return None if is_array(value) else "a list"
        if kind == "schema":
            return None if is_object(value) or isinstance(value, bool) else _SCHEMA
        return None if is_object(value) else "an object"

    def _parts(self, kind: str, value: Any, pointer: _Pointer) -> Iterator[tuple[str, Any, _Pointer]]:
        """The parts of a value whose kind is known, each with its pointer."""
        if kind.startswith("["):
            yield from ((kind[1:-1], inner, (pointer, index)) for index, inner in enumerate(value))
        elif kind.startswith("{"):
            yield from ((kind[1:-1], inner, (pointer, name)) for name, inner in value.items())
        elif kind == "paths":
            items = ((path, inner) for path, inner in value.items() if not path.startswith("x-"))
            yield from (("path item", inner, (pointer, path)) for path, inner in items)
        elif kind == "anything" and is_array(value):
            yield from (("anything", inner, (pointer, index)) for index, inner in enumerate(value))
        elif is_object(value):
            fields = _KINDS.get(kind, {})
            # Whatever a keyword of a schema means, references in it are followed.
            followed = kind in ("schema", "anything")
            for name, inner in value.items():
                if name in fields:
                    if type(inner) not in JSON_TYPES or self._mismatch(fields[name], inner) is not None:
                        yield fields[name], inner, (pointer, name)
                elif followed and isinstance(inner, (dict, list)) and name not in _LITERAL:
                    yield "anything", inner, (pointer, name)

    def _own_faults(self, kind: str, value: Any, pointer: _Pointer) -> Iterator[Fault]:
        """What is wrong in a value of the right kind, apart from its parts."""
        if kind == "paths":
            for path in value:
                if not path.startswith("x-") and (problem := _path_problem(path)):
                    yield _fault((pointer, path), problem, "write a path that a router can match: /a/{b}")
        elif kind in ("schema", "anything"):
            if is_object(value):
                yield from self._schema_faults(value, pointer)
        elif kind == "path item" and any(map(_is_misspelled, value)):
            for name in filter(_is_misspelled, value):
                yield _fault((pointer, name), "a method is in small letters here", f'write "{name.lower()}": …')
        elif kind in _REFERRING and "$ref" in value:
            if self._references and not self._leads(value["$ref"], _REFERRING[kind]):
                remedy = f"refer to a component of the document: #/components/{_REFERRING[kind]}/…"
                yield _fault((pointer, "$ref"), "it is not there, or refers to itself", remedy)
        else:
            for name in _REQUIRED.get(kind, ()):
                if name not in value:
                    yield _fault(pointer, f"a {kind} without {name!r}", f'write "{name}": …')

    def _schema_faults(self, schema: dict[str, Any], pointer: _Pointer) -> Iterator[Fault]:
        target = schema.get("$ref")
        known = self._shared.get("schemas")
        if isinstance(target, str):
            name = target.removeprefix(REF_PREFIX)
            if name == target or not (is_object(known) and name in known):
                remedy = f"refer to a component of the document: {REF_PREFIX}…"
                yield _fault(pointer, f"it refers to {target}", remedy)
        for keyword in ("$dynamicRef", "$recursiveRef"):
            if keyword in schema:
                yield _fault((pointer, keyword), "gates do not follow such references", "refer by $ref")

    def _leads(self, target: Any, part: str) -> bool:
        """Whether a chain of references ends at a shared object."""
        seen: set[str] = set()
        while isinstance(target, str) and target not in seen:
            seen.add(target)
            shared = SHARED_REFERENCE.fullmatch(target)
            held = self._shared.get(part)
            if shared is None or shared[1] != part or not is_object(held) or shared[2] not in held:
                return False
            found = held[shared[2]]
            if not is_object(found) or "$ref" not in found:
                # What is no object is a fault of its own.
                return True
            target = found["$ref"]
        return False


def _is_misspelled(key: str) -> bool:
    """Whether a key of a path item is a method in other letters than OpenAPI's."""
    return key.upper() in METHODS and key != key.lower()


def _path_problem(path: str) -> str:
    """Why a path is none; empty where it is one."""
    # Imported here because only documents with paths need it.
    from starlette.routing import compile_path

    if not path.startswith("/"):
        return "a path begins with a slash"
    try:
        compile_path(path)
    except (AssertionError, ValueError) as error:
        return str(error)
    return ""
