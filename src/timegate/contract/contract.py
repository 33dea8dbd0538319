"""The contract of the newest version: what is on the wire between clients and handlers."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from timegate.contract.beside import undescribed
from timegate.contract.document import Side, Wire, ref
from timegate.contract.fastapi import cookie_types, fastapi_document, fastapi_operations, is_fastapi
from timegate.contract.head import Roots, assembled
from timegate.contract.joined import Join
from timegate.contract.opaque import opaque_places
from timegate.contract.openapi import openapi_contract
from timegate.contract.render import Texts, drawn
from timegate.contract.shapes import component_of
from timegate.contract.starlette import VALIDATION_SCHEMAS, starlette_operations
from timegate.contract.witness import check_document, check_operations
from timegate.errors import DeclarationError
from timegate.typing import Document, Schema


class Contract:
    """What is on the wire at head.

    Args:
        wire: payloads and operations.
        roots: by side, the types it was asked for, each with its schema.
        texts: what its document says beside them.
        beside: what the app serves that is in no contract.
        cookies: each class that cookies are read into, and where; no gate carries them.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        roots: Roots,
        texts: Texts,
        beside: Sequence[str] = (),
        cookies: Sequence[tuple[str, type[Any]]] = (),
    ) -> None:
        self.wire: Wire = wire
        self.cookies: tuple[tuple[str, type[Any]], ...] = tuple(cookies)
        self._beside: tuple[str, ...] = tuple(beside)
        self._roots: Roots = roots
        self._texts: Texts = texts

    @classmethod
    def of(cls, app: Any, *, sends: Sequence[Any] = (), receives: Sequence[Any] = ()) -> Contract:
        """Read the contract of a FastAPI app, or of Starlette routes whose handlers carry ``@operation``.

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
            wire, roots = assembled(starlette_operations(app.routes, set()), sends=sends, receives=receives)
            texts = Texts(schemas=VALIDATION_SCHEMAS)
            return cls(wire, roots=roots, texts=texts, beside=list(undescribed(app)))
        operations = list(fastapi_operations(app))
        wire, roots = assembled((operation for operation, _ in operations), sends=sends, receives=receives)
        document, found = fastapi_document(app, operations)
        if found:
            check_document(document)
        check_operations(app, (operation for operation, _ in operations), found)
        joined = Join(wire, document, found).wire()
        beside, cookies = list(undescribed(app)), list(cookie_types(app))
        return cls(joined, roots=roots, texts=_texts(document), beside=beside, cookies=cookies)

    @classmethod
    def of_types(cls, *types: Any, sends: Sequence[Any] = (), receives: Sequence[Any] = ()) -> Contract:
        """The contract of payloads without HTTP.

        Args:
            types: go both ways.
            sends: leave only.
            receives: arrive only.
        """
        wire, roots = assembled((), both=types, sends=sends, receives=receives)
        return cls(wire, roots=roots, texts=Texts())

    @classmethod
    def from_openapi(
        cls,
        document: Document,
        *,
        types: Mapping[Any, str] | None = None,
        sends: Sequence[Any] = (),
        receives: Sequence[Any] = (),
    ) -> Contract:
        """The contract that an OpenAPI document describes.

        Args:
            document: OpenAPI 3.1, or 3.0, which is read as 3.1 says the same.
            types: the component's name of each class that facts name.
            sends: classes or component names of payloads that leave the server without an operation.
            receives: classes or component names of payloads that reach it without an operation.

        Raises:
            CompileError: the document says something that cannot be gated.
            DeclarationError: a component that is named is not there.
        """
        wire, roots, texts = openapi_contract(deepcopy(document), types=types or {}, sends=sends, receives=receives)
        return cls(wire, roots=roots, texts=texts)

    def schema_of(self, side: Side, kind: Any) -> Schema:
        """The schema of a type that payloads of one side can hold.

        Args:
            side: whether clients send or get it.
            kind: a type this contract was asked for, a class that is a component's model, or a component's name.

        Raises:
            DeclarationError: the contract does not know it.
        """
        for known, schema in self._roots[side]:
            if known is kind or known == kind:
                return schema
        found = [component for component in component_of(self.wire.components(side), kind) if not component.adhoc]
        if not found:
            name = kind if isinstance(kind, str) else getattr(kind, "__qualname__", repr(kind))
            verb, where = ("reaches", "receives") if side == "requests" else ("leaves", "sends")
            raise DeclarationError(
                f"nothing that {verb} the server is a {name}: pass it, Contract.of(app, {where}=[{name}]) "
                f"or Contract.of_types({name})"
            )
        return ref(found[0].name)

    def render(self, wire: Wire, *, version: str = "head") -> Document:
        """The OpenAPI 3.1 document of a version, with this contract's texts.

        Args:
            wire: what is on the wire at that version.
            version: what it is called; an app that has a document of its own has said it there.
        """
        return drawn(wire, self._texts, version=version)

    @functools.cached_property
    def document(self) -> Document:
        """The OpenAPI 3.1 document of the newest version."""
        return self.render(self.wire)

    @functools.cached_property
    def opaque(self) -> tuple[str, ...]:
        """The places whose payload no schema describes, and which no gate therefore reaches.

        First those of the contract's own operations, then the routes of the app that are no operation of it.
        """
        return (*opaque_places(self.wire), *self._beside)


def _texts(document: Document) -> Texts:
    """What an app's own document says beside paths and components."""
    components = dict(document.get("components", {}))
    schemas = components.pop("schemas", {})
    rest = {key: value for key, value in document.items() if key not in ("paths", "components")}
    if components:
        rest["components"] = components
    return Texts(document=rest, schemas={**VALIDATION_SCHEMAS, **schemas})
