"""What is read of an app, of types or of a document: head's wire, and all that its documents say beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from timegate.errors import DeclarationError
from timegate.reading.app_document import AppDocument
from timegate.reading.assemble import Roots, head_wire
from timegate.reading.document_check import check_document, check_operations
from timegate.reading.fastapi import cookie_types, fastapi_document, fastapi_operations, is_fastapi
from timegate.reading.openapi import openapi_wire
from timegate.reading.schemas import component_of
from timegate.reading.starlette import VALIDATION_SCHEMAS, starlette_operations
from timegate.reading.undescribed import undescribed
from timegate.typing import Document, Schema
from timegate.wire.schema import ref
from timegate.wire.texts import Texts
from timegate.wire.wire import Side, Wire


@dataclass(frozen=True, slots=True)
class Head:
    """What was read.

    Args:
        wire: payloads and operations.
        roots: by side, the types that were asked for, each with its schema.
        texts: what documents say beside the wire.
        undescribed: what the app serves that is no operation of the contract.
        cookies: each class that cookies are read into, and where; no gate converts them.
    """

    wire: Wire
    roots: Roots
    texts: Texts = field(default_factory=Texts)
    undescribed: tuple[str, ...] = ()
    cookies: tuple[tuple[str, type[Any]], ...] = ()

    def schema_of(self, side: Side, kind: Any) -> Schema:
        """The schema of a type that payloads of one side can hold.

        Args:
            side: whether clients send or get it.
            kind: a type that was asked for, a class that is a component's model, or a component's name.

        Raises:
            DeclarationError: the contract does not know it.
        """
        for known, schema in self.roots[side]:
            if known is kind or known == kind:
                return schema
        found = [component for component in component_of(self.wire.components(side), kind) if not component.inline]
        if not found:
            name = kind if isinstance(kind, str) else getattr(kind, "__qualname__", repr(kind))
            verb, where = ("reaches", "receives") if side == "requests" else ("leaves", "sends")
            raise DeclarationError(
                f"nothing that {verb} the server is a {name}: pass it, Contract.of(app, {where}=[{name}]) "
                f"or Contract.of_types({name})"
            )
        return ref(found[0].name)


def read_app(app: Any, *, sends: Sequence[Any], receives: Sequence[Any]) -> Head:
    """Read a FastAPI app, or Starlette routes whose handlers carry ``@operation``.

    Args:
        app: the app, or a router.
        sends: types of payloads that leave the server without an operation.
        receives: types of payloads that reach it without an operation.

    Raises:
        CompileError: the app cannot be read whole.
        DeclarationError: it is no app.
    """
    if not hasattr(app, "routes"):
        raise DeclarationError(
            f"Contract.of({type(app).__name__}) has no routes to read: pass the Starlette or FastAPI app itself, "
            "or use Contract.from_openapi(…)"
        )
    if not is_fastapi(app):
        wire, roots = head_wire(starlette_operations(app.routes, set()), sends=sends, receives=receives)
        return Head(wire, roots, Texts(schemas=VALIDATION_SCHEMAS), tuple(undescribed(app)))
    operations = list(fastapi_operations(app))
    wire, roots = head_wire((operation for operation, _ in operations), sends=sends, receives=receives)
    document, found = fastapi_document(app, operations)
    if found:
        check_document(document)
    check_operations(app, (operation for operation, _ in operations), found)
    wire = AppDocument(wire, document, found).wire()
    return Head(wire, roots, _texts(document), tuple(undescribed(app)), tuple(cookie_types(app)))


def read_types(types: Sequence[Any], *, sends: Sequence[Any], receives: Sequence[Any]) -> Head:
    """Read types of payloads without HTTP; ``types`` go both ways."""
    return Head(*head_wire((), both=types, sends=sends, receives=receives))


def read_document(
    document: Document, *, types: Mapping[Any, str], sends: Sequence[Any], receives: Sequence[Any]
) -> Head:
    """Read an OpenAPI document; `openapi_wire` says what it may hold."""
    return Head(*openapi_wire(deepcopy(document), types=types, sends=sends, receives=receives))


def _texts(document: Document) -> Texts:
    """What an app's own document says beside paths and components."""
    components = dict(document.get("components", {}))
    schemas = components.pop("schemas", {})
    rest = {key: value for key, value in document.items() if key not in ("paths", "components")}
    if components:
        rest["components"] = components
    return Texts(document=rest, schemas={**VALIDATION_SCHEMAS, **schemas})
