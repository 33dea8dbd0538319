"""Facts about the value of a field: its type, null, absence, default and limits."""

from __future__ import annotations

from typing import Any, ClassVar

from timegate.changes.base import UNSET, FieldsFact, Loss, Unset, Value, kind
from timegate.typing import Function


@kind
class Retyped(FieldsFact):
    """A field whose type or value differs.

    Args:
        was: the old type; left out where only the value changes.
        to_head: converts an old value to head's; left out, the value stays, which head's type must admit.
        to_old: converts head's value to an old one; left out, the value stays, which the old type must admit.
    """

    was: Any = UNSET
    to_head: Function | None = None
    to_old: Function | None = None

    verb: ClassVar[str] = "retyped"
    loss: ClassVar[Loss] = Loss.LAWS
    was_is_type: ClassVar[bool] = True


@kind
class BecameNullable(FieldsFact):
    """A field that is never null in older versions.

    Args:
        null_was: what an old client reads for null, and for absent where its contract requires the field.
    """

    null_was: Value | Unset = UNSET

    verb: ClassVar[str] = "became_nullable"
    loss: ClassVar[Loss] = Loss.TO_OLD


@kind
class BecameNonNull(FieldsFact):
    """A field that may be null in older versions only.

    Args:
        null_is: what head receives for an old client's null.
    """

    null_is: Value | Unset = UNSET

    verb: ClassVar[str] = "became_non_null"


@kind
class BecameRequired(FieldsFact):
    """A field that may be absent in older versions only.

    Args:
        default: what head receives where an old client leaves it out.
    """

    default: Value | Unset = UNSET

    verb: ClassVar[str] = "became_required"


@kind
class BecameOptional(FieldsFact):
    """A field that older versions require.

    Args:
        missing_was: what an old client reads where head leaves it out.
    """

    missing_was: Value | Unset = UNSET

    verb: ClassVar[str] = "became_optional"


@kind
class BecameList(FieldsFact):
    """A field that holds one value in older versions and a list of them now.

    An old value becomes a list of one item. An old client reads the first item of a list.

    Args:
        was: the old type; left out, it is the type of the list's items.
        empty: what an old client reads for an empty list, or for null. Left out, it reads null where the old type
            admits it, and nothing where it does not require the field.
    """

    was: Any = UNSET
    empty: Any = UNSET

    verb: ClassVar[str] = "became_list"
    loss: ClassVar[Loss] = Loss.TO_OLD
    was_is_type: ClassVar[bool] = True


@kind
class Defaulted(FieldsFact):
    """A field whose default differs.

    Args:
        was: the old default; head receives it where an old client leaves the field out.
        partial: whether the body of a ``PATCH`` gets the default only where head requires the field.
    """

    was: Value
    partial: bool = True

    verb: ClassVar[str] = "defaulted"


@kind
class Constrained(FieldsFact):
    """A field whose limits differ.

    Args:
        was: the old type with its limits, as ``Annotated[…]``.
        to_old: converts a value that the old limits do not allow to one that they do.
        tolerated: why an old client may read values outside its limits.
    """

    was: Any
    to_old: Function | None = None
    tolerated: str | None = None

    verb: ClassVar[str] = "constrained"
    was_is_type: ClassVar[bool] = True
