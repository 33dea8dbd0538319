"""The public `Contract`: what is on the wire at the newest version, between clients and handlers."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from timegate.changes.base import name_of
from timegate.changes.calls import explained
from timegate.documents.of_app import Documents
from timegate.errors import DeclarationError
from timegate.gates import Gates
from timegate.reading.head import Head, read_app, read_document, read_types
from timegate.reading.narrowed import narrowed_places
from timegate.reading.opaque import opaque_places
from timegate.timeline import Timeline
from timegate.typing import Document, is_sequence
from timegate.wire.wire import SIDES, Wire


def listed(written: str, **roots: object) -> dict[str, Sequence[Any]]:
    """Lists of types; raises ``DeclarationError`` for what is none."""
    lists: dict[str, Sequence[Any]] = {}
    for name, given in roots.items():
        if not is_sequence(given):
            raise DeclarationError(f"{written}(…, {name}={name_of(given)}) takes a list: {name}=[{name_of(given)}]")
        lists[name] = given
    return lists


class Contract:
    """What is on the wire at head.

    Args:
        head: the result of reading an app, types or a document.
    """

    def __init__(self, head: Head) -> None:
        self.head: Head = head

    @classmethod
    @explained
    def of(cls, app: Any, *, sends: Sequence[Any] = (), receives: Sequence[Any] = ()) -> Contract:
        """Read the contract of a FastAPI app, or of Starlette routes whose handlers are under ``@operation``.

        Args:
            app: the app, or a router.
            sends: types of payloads that leave the server without an operation.
            receives: types of payloads that reach it without an operation.

        Raises:
            CompileError: the app cannot be read completely.
            DeclarationError: it is not an app.
        """
        return cls(read_app(app, **listed("Contract.of", sends=sends, receives=receives)))

    @classmethod
    @explained
    def of_types(cls, *types: Any, sends: Sequence[Any] = (), receives: Sequence[Any] = ()) -> Contract:
        """The contract of payloads without HTTP.

        Args:
            types: types of payloads in both directions.
            sends: types of payloads that only leave the server.
            receives: types of payloads that only reach it.
        """
        return cls(read_types(types, **listed("Contract.of_types", sends=sends, receives=receives)))

    @classmethod
    @explained
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
            document: OpenAPI 3.1, or 3.0, which is converted to its equivalent in 3.1.
            types: each class that facts name, with the name of its component.
            sends: classes or component names of payloads that leave the server without an operation.
            receives: classes or component names of payloads that reach it without an operation.

        Raises:
            CompileError: the document describes something that cannot be gated.
            DeclarationError: a name is no component of the document.
        """
        given: Any = {} if types is None else types
        if not hasattr(given, "items") or any(isinstance(kind, str | int) for kind in given):
            raise DeclarationError(f"Contract.from_openapi(types={given!r}) takes classes: types={{Item: 'Item'}}")
        roots = listed("Contract.from_openapi", sends=sends, receives=receives)
        return cls(read_document(document, types=types or {}, **roots))

    def compile(self, timeline: Timeline, *, check: bool = False) -> Gates:
        """Compile the gates between head and every version; ``timeline.compile(contract)`` calls this.

        Args:
            timeline: the versions and their changes.
            check: whether what changes vouch for is tried on examples, which runs the app's models: for development.

        Raises:
            CompileError: a declared change cannot be applied to payloads; contains every fault.
        """
        return Gates(timeline=timeline, head=self.head, check=check)

    @property
    def wire(self) -> Wire:
        """Payloads and operations."""
        return self.head.wire

    def render(self, wire: Wire, *, version: str | None = None) -> Document:
        """The OpenAPI document of a version: an edit of the app's own, if it has one.

        Args:
            wire: what is on the wire at that version.
            version: its name in the document; None for the app's own.
        """
        return Documents(self.wire, self.head.texts).document(wire, version)

    @functools.cached_property
    def document(self) -> Document:
        """The OpenAPI document of the newest version: the app's own, if it has one, without internal fields."""
        return self.render(self.wire)

    @functools.cached_property
    def opaque(self) -> tuple[str, ...]:
        """The places whose payload no schema describes, so that no gate converts it.

        First those of the contract's own operations, then the app's routes that are no operations of the contract, and
        webhooks and callbacks that no route declares.
        """
        return (*opaque_places(self.wire), *self.head.undescribed)

    @functools.cached_property
    def narrowed(self) -> tuple[str, ...]:
        """The places of requests where a validator may read more than the schema says, with what that leaves out.

        As soon as a change touches such a place, old clients may send there what their schema describes and nothing
        else.
        """
        return tuple(narrowed_places(self.wire))

    def __repr__(self) -> str:
        operations, opaque, narrowed = len(self.wire.operations), len(self.opaque), len(self.narrowed)
        shown = (one for side in SIDES for one in self.wire.components(side).values() if not one.inline)
        components = len({one.name for one in shown})
        places = f"{opaque} opaque and {narrowed} narrowed places"
        return f"<Contract: {operations} operations, {components} components, {places}>"
