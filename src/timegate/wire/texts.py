"""What a document says beside operations and components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from timegate.typing import Schema

SCHEMA_KEYS: Final = frozenset({"schema", "contentSchema", "x-itemSchema"})
"""Where, in the texts around a body, None stands for the body's schema."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What documents of a contract say beside operations and components.

    An operation's own texts are a mapping with these keys, none of which need be there: ``operation`` (its OpenAPI
    object without the others), ``path`` (what its path item says), ``parameters`` (path and cookie parameters),
    ``request`` and ``responses`` (by status: what stands around the bodies the contract knows, with None where a
    schema goes) and ``undescribed_responses`` (by status: responses the contract does not know).

    Args:
        document: the OpenAPI object without paths and schemas.
        schemas: components that only texts refer to, by the name shown.
    """

    document: Mapping[str, Any] = field(default_factory=dict[str, Any])
    schemas: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
