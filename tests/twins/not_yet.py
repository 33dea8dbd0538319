"""What the exchanges do not draw yet, because the gate is known to differ there.

- An enum in a list or a dict of a field or parameter that is removed: where the enum changes too, its items are not
  judged once head lacks them.
"""

from __future__ import annotations

from tests.twins.shapes import DictOf, EnumOf, ListOf, Nullable, Type, parts


def has_members_inside(kind: Type) -> bool:
    """Whether a type has an enum in a list or a dict."""
    inner = kind.item if isinstance(kind, Nullable) else kind
    return isinstance(inner, ListOf | DictOf) and any(isinstance(part, EnumOf) for part in parts(inner))
