"""What third parties build on: facts, selectors and sources of contracts of their own.

Its names and signatures are frozen: a release may add to them, and takes nothing away before the next major version.
Nothing else of this package is meant to be extended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from timegate.asgi import Given, Pin, Scope, Selector
from timegate.changes.base import UNSET, Fact, FieldsFact, Loss, ModelFact, Sibling
from timegate.changes.base import kind as fact
from timegate.changes.endpoints import EndpointFact
from timegate.changes.subjects import Endpoint, Members, Models
from timegate.contract import Contract
from timegate.history.builder import HistoryBuilder
from timegate.history.places import FieldPlace
from timegate.history.schema_edits import (
    with_property,
    with_property_renamed,
    with_property_required,
    with_property_schema,
    without_property,
)
from timegate.history.steps import (
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    MembersChanged,
    ObjectConverted,
    Origin,
    ValueConverted,
    ValueReplaced,
)
from timegate.history.undo import undo
from timegate.reading.assemble import head_wire
from timegate.reading.declared import DeclaredBody, DeclaredOperation, DeclaredParameter, DeclaredParameters
from timegate.reading.head import Head
from timegate.typing import Document, Model, Schema
from timegate.wire.texts import Texts
from timegate.wire.wire import Component, Side


def contract_of(
    operations: Iterable[DeclaredOperation],
    *,
    sends: Sequence[Any] = (),
    receives: Sequence[Any] = (),
    undescribed: Iterable[str] = (),
    document: Document | None = None,
) -> Contract:
    """The contract of an app whose framework this package does not read.

    Args:
        operations: what the app serves, in the order in which it matches requests.
        sends: types of payloads that leave the server without an operation.
        receives: types of payloads that reach it without an operation.
        undescribed: what the app serves besides; ``Contract.opaque`` lists it.
        document: an OpenAPI object without paths and schemas, such as its ``info``, for the documents.

    Raises:
        CompileError: a type has no JSON Schema.
    """
    wire, roots = head_wire(operations, sends=sends, receives=receives)
    return Contract(Head(wire, roots, Texts(document=document or {}), tuple(undescribed)))


__all__ = [
    "UNSET",
    "Component",
    "Contract",
    "DeclaredBody",
    "DeclaredOperation",
    "DeclaredParameter",
    "DeclaredParameters",
    "Endpoint",
    "EndpointFact",
    "Fact",
    "FieldPlace",
    "FieldsFact",
    "Given",
    "HistoryBuilder",
    "KeyAdded",
    "KeyRemoved",
    "KeyRenamed",
    "Loss",
    "Members",
    "MembersChanged",
    "Model",
    "ModelFact",
    "Models",
    "ObjectConverted",
    "Origin",
    "Pin",
    "Schema",
    "Scope",
    "Selector",
    "Sibling",
    "Side",
    "ValueConverted",
    "ValueReplaced",
    "contract_of",
    "fact",
    "undo",
    "with_property",
    "with_property_renamed",
    "with_property_required",
    "with_property_schema",
    "without_property",
]
