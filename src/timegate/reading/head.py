"""Reads an app, types or a document: the wire at head, and the texts of its documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from timegate.errors import DeclarationError
from timegate.reading.app_document import AppDocument
from timegate.reading.assemble import Roots, head_wire
from timegate.reading.by_hand import ByHand
from timegate.reading.copies import with_copies_noted
from timegate.reading.declared import refuse_endless
from timegate.reading.document_check import check_document, shown_by_hand
from timegate.reading.fastapi import fastapi_operations, is_fastapi
from timegate.reading.fastapi_document import documented_operations, fastapi_document
from timegate.reading.inline import with_inline_objects
from timegate.reading.openapi import openapi_wire
from timegate.reading.schemas import component_of
from timegate.reading.starlette import VALIDATION_SCHEMAS, starlette_operations
from timegate.reading.undescribed import mounts, shown_besides, undescribed
from timegate.reading.webhooks import outgoing_payloads
from timegate.typing import Document, Schema
from timegate.wire.schema import ref
from timegate.wire.texts import Texts, document_texts
from timegate.wire.wire import SIDES, Operation, Side, Wire


@dataclass(frozen=True, slots=True)
class Head:
    """The result of reading.

    Args:
        wire: payloads and operations.
        roots: by side, the types of payloads, each with its schema.
        texts: the parts of documents that are not on the wire.
        undescribed: the routes of the app that are no operations of the contract, and what documents show besides.
        has_details: whether the app's own validation errors have FastAPI's form, a list ``detail``.
    """

    wire: Wire
    roots: Roots
    texts: Texts = field(default_factory=Texts)
    undescribed: tuple[str, ...] = ()
    has_details: bool = False

    @property
    def mounts(self) -> tuple[str, ...]:
        """The paths below which other apps are mounted."""
        return tuple(mounts(self.undescribed))

    @property
    def reserved(self) -> frozenset[str]:
        """The names in documents that belong to no component of the wire."""
        components = (component for side in SIDES for component in self.wire.components(side).values())
        return frozenset(self.texts.schemas) - {component.display_name for component in components}

    def with_operations(self, operations: tuple[Operation, ...]) -> Head:
        """The same head, for which what facts say of the body of an operation holds without HTTP too."""
        return replace(self, wire=replace(self.wire, operations=operations))

    def schema_of(self, side: Side, kind: Any) -> Schema:
        """The schema of a type that payloads of one side can contain.

        Args:
            side: whether clients send or receive it.
            kind: the type of a payload, a class that is a component's model, a component's name, or an operation's
                (``"GET /items"``, ``"GET /items 404"``).

        Raises:
            DeclarationError: the contract does not know it.
        """
        for known, schema in self.roots[side]:
            if known is kind or known == kind:
                return schema
        body = self.wire.body_of(side, kind) if isinstance(kind, str) else None
        if body is not None:
            return body
        found = next((one for one in component_of(self.wire.components(side), kind) if not one.inline), None)
        if found is None:
            name = kind if isinstance(kind, str) else getattr(kind, "__qualname__", repr(kind))
            verb, where = ("reaches", "receives") if side == "requests" else ("leaves", "sends")
            raise DeclarationError(
                f"nothing that {verb} the server is a {name}: pass it, Contract.of(app, {where}=[{name}]) "
                f"or Contract.of_types({name})"
            )
        return ref(found.name)


def read_app(app: Any, *, sends: Sequence[Any], receives: Sequence[Any]) -> Head:
    """Read a FastAPI app, or Starlette routes whose handlers are under ``@operation``.

    Args:
        app: the app, or a router.
        sends: types of payloads that leave the server without an operation.
        receives: types of payloads that reach it without an operation.

    Raises:
        CompileError: the app cannot be read completely.
        DeclarationError: it is not an app.
    """
    if not isinstance(getattr(app, "routes", None), Iterable):
        raise DeclarationError(
            f"Contract.of({type(app).__name__}) has no routes to read: pass the Starlette or FastAPI app itself, "
            "or use Contract.from_openapi(…)"
        )
    with refuse_endless("the types of the app"):
        return _read_fastapi(app, sends, receives) if is_fastapi(app) else _read_starlette(app, sends, receives)


def _read_starlette(app: Any, sends: Sequence[Any], receives: Sequence[Any]) -> Head:
    wire, roots = head_wire(starlette_operations(app.routes, set()), sends=sends, receives=receives)
    wire, roots = with_inline_objects(*with_copies_noted(wire, roots))
    return Head(wire, roots, Texts(schemas=VALIDATION_SCHEMAS), tuple(undescribed(app)), has_details=True)


def _read_fastapi(app: Any, sends: Sequence[Any], receives: Sequence[Any]) -> Head:
    operations, outgoing = list(fastapi_operations(app)), outgoing_payloads(app)
    sends, receives = [*sends, *outgoing.sends], [*receives, *outgoing.receives]
    wire, roots = head_wire((operation for operation, _ in operations), sends=sends, receives=receives)
    document = fastapi_document(app, operations)
    documented = documented_operations(document, operations)
    if documented:
        check_document(document)
    by_hand = shown_by_hand(app, operations, documented)
    # What a document does not show is read all the same.
    read = ByHand(document).operation
    written = {one.key: read(one.by_hand) for one, _ in operations if one.by_hand} | documented
    wire, roots = with_inline_objects(*with_copies_noted(AppDocument(wire, document, written).wire(), roots))
    schemas = {**VALIDATION_SCHEMAS, **document.get("components", {}).get("schemas", {})}
    texts = Texts(document_texts(document, without=("schemas",)), schemas, own=document)
    shown = (one for one in shown_besides(document, documented) if one not in outgoing.labels)
    besides = (*by_hand, *undescribed(app), *shown)
    return Head(wire, roots, texts, besides, has_details=True)


def read_types(types: Sequence[Any], *, sends: Sequence[Any], receives: Sequence[Any]) -> Head:
    """Read types of payloads without HTTP; ``types`` are those in both directions."""
    with refuse_endless("the types"):
        wire, roots = head_wire((), both=types, sends=sends, receives=receives)
    return Head(*with_inline_objects(*with_copies_noted(wire, roots)))


def read_document(
    document: Document, *, types: Mapping[Any, str], sends: Sequence[Any], receives: Sequence[Any]
) -> Head:
    """Read an OpenAPI document; see `openapi_wire`."""
    with refuse_endless("the document"):
        wire, roots, texts, besides = openapi_wire(document, types=types, sends=sends, receives=receives)
    return Head(wire, roots, texts, besides)
