"""The table of proposals: each draws a fact of one kind for the models as they are right after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.strategies.fields_proposed import added, merged, moved, removed, renamed, retyped, split
from tests.strategies.models_proposed import (
    documented,
    grew,
    introduced,
    member_renamed,
    reshaped,
    retired,
    shrank,
    was_named,
)
from tests.strategies.snapshot import Snapshot
from tests.strategies.values_proposed import (
    became_list,
    became_non_null,
    became_nullable,
    became_optional,
    became_required,
    became_scalar,
    constrained,
    defaulted,
    literal_grew,
    literal_renamed,
    literal_shrank,
    mapped,
)
from timegate.changes.base import Fact

Proposal = Callable[[Snapshot], Fact | None]


PROPOSALS: Final[list[tuple[str, Proposal]]] = [
    ("renamed", renamed),
    ("added", added),
    ("removed", removed),
    ("renamed", renamed),
    ("retyped", retyped),
    ("moved", moved),
    ("became_nullable", became_nullable),
    ("became_non_null", became_non_null),
    ("became_required", became_required),
    ("became_optional", became_optional),
    ("became_list", became_list),
    ("defaulted", defaulted),
    ("constrained", constrained),
    ("introduced", introduced),
    ("reshaped", reshaped),
    ("was_named", was_named),
    ("documented", documented),
    ("grew", grew),
    ("shrank", shrank),
    ("member_renamed", member_renamed),
    ("became_scalar", became_scalar),
    ("mapped", mapped),
    ("mapped", mapped),
    ("split", split),
    ("merged", merged),
    ("literal_grew", literal_grew),
    ("literal_shrank", literal_shrank),
    ("literal_renamed", literal_renamed),
    ("retired", retired),
]
"""Every kind of fact; a frequent kind is listed twice."""
