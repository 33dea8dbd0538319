"""Edits of an app at head without a declared change, by what they are about: what a check has to say of each."""

from __future__ import annotations

from typing import Final

from tests.frozen.edits import changelogs, keys, members, operations, parameters, texts, types, values
from tests.frozen.edits.edit import Edit

EDITS: Final[tuple[Edit, ...]] = (
    *keys.EDITS,
    *types.EDITS,
    *members.EDITS,
    *values.EDITS,
    *parameters.EDITS,
    *operations.EDITS,
    *texts.EDITS,
    *changelogs.EDITS,
)
