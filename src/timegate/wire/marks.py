"""Notes of this package in a schema, under keywords of its own; no client ever sees one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

from timegate.typing import Schema

MARK_PREFIX: Final = "x-timegate-"


OPAQUE_MARK: Final = MARK_PREFIX + "opaque"


DISCRIMINATOR_MARK: Final = MARK_PREFIX + "choice"


MODEL_MARK: Final = MARK_PREFIX + "model"
"""Stands in the schema of a class and holds the index of what was noted of it."""


PARAMETER_MARK: Final = MARK_PREFIX + "parameter"
"""Holds, in a parameter's schema, what its OpenAPI object says beside the schema."""


HIDDEN_MARK: Final = MARK_PREFIX + "hidden"
"""Stands in the schema of a parameter that documents leave out."""


NEWER_ARMS_MARK = MARK_PREFIX + "aside"


PATH_MARK: Final = MARK_PREFIX + "path"


@dataclass(frozen=True, slots=True)
class CallableDiscriminator:
    """A callable discriminator.

    Args:
        pick: gives the tag of a value.
        arms: the schema of each tag's arm.
    """

    pick: Any
    arms: tuple[tuple[Hashable, Schema], ...]
