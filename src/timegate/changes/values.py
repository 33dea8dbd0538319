"""Facts about the value of a field: its type, null, absence, default and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from timegate.changes.base import UNSET, FieldsFact, Loss, Unset, Value, keywords_code, kind, name_of
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
class BecameScalar(FieldsFact):
    """A field that holds a list in older versions and one value now.

    An old list becomes its only item. An old client reads a list of one item.

    Args:
        was: the old type, a list.
        empty: what head gets for an empty list. Left out, it gets null where its type admits it, and nothing where it
            does not require the field.
        loses: why the first of several items may stand for all of them; without it, several items are refused.
    """

    was: Any
    empty: Any = UNSET

    verb: ClassVar[str] = "became_scalar"
    loss: ClassVar[Loss] = Loss.TO_HEAD
    was_is_type: ClassVar[bool] = True


@kind
class Mapped(FieldsFact):
    """A field whose values have other names or numbers, as a table says.

    Args:
        table: head's value for each old one.
        was: the old type; left out, old clients have the values of the table and no others.
        otherwise: what head gets for an old value that the table does not have.
        back: the old value for each value of head that several old ones become, or that none becomes.
        seen_as: what an old client reads for a value of head that the table does not have.
    """

    table: Mapping[Any, Any]
    was: Any = UNSET
    otherwise: Any = UNSET
    back: Mapping[Any, Any] | None = None
    seen_as: Any = UNSET

    verb: ClassVar[str] = "mapped"
    loss: ClassVar[Loss] = Loss.TO_HEAD

    @property
    def named_type(self) -> Any:
        literal: Any = Literal
        return literal[tuple(self.table)] if self.was is UNSET else self.was

    def argument_code(self) -> str:
        rest = keywords_code(self, skip=("models", "fields", "table"))
        return ", ".join(filter(None, [*map(repr, self.fields), name_of(self.table), rest]))


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
