"""Facts about one parameter of an endpoint, each of them a fact about a field of what holds the parameters."""

from __future__ import annotations

from typing import Any, ClassVar

from timegate.changes.base import UNSET, FieldsFact, Loss, Unset, kind
from timegate.changes.endpoints import EndpointFact
from timegate.changes.fields import Added
from timegate.changes.values import BecameList, BecameOptional, BecameRequired, Defaulted, Retyped
from timegate.typing import Function, JsonValue, Location


@kind
class ParameterFact(EndpointFact):
    """A fact about one parameter of the operations of a path."""

    location: Location
    name: str

    subject: ClassVar[tuple[str, ...]] = ("path", "methods", "location", "name")
    names: ClassVar[tuple[str, ...]] = ("name",)

    def subject_code(self) -> str:
        # Not `super()`: a slotted dataclass is a new class, which zero-argument super() does not find.
        return f"{EndpointFact.subject_code(self)}.{self.location}({self.name!r})"


@kind
class ChangedParameter(ParameterFact):
    """A fact that holds for a parameter as it would for a field."""

    def of_field(self, holder: str, field: str) -> FieldsFact:
        """The fact about a field of the component that holds the parameters."""
        raise NotImplementedError


@kind
class ParameterAdded(ChangedParameter):
    """A parameter that older versions do not have.

    Args:
        default: what head receives from an old client; without it the parameter stays absent.
    """

    default: JsonValue | Unset = UNSET

    verb: ClassVar[str] = "added"
    loss: ClassVar[Loss] = Loss.TO_OLD

    def of_field(self, holder: str, field: str) -> FieldsFact:
        return Added(models=(holder,), fields=(field,), default=self.default)


@kind
class ParameterRemoved(ParameterFact):
    """A parameter that only older versions have; it is dropped.

    Args:
        was: the type it had, for the old document.
        required: whether the old document requires it.
    """

    was: object = str
    required: bool = False

    verb: ClassVar[str] = "removed"
    loss: ClassVar[Loss] = Loss.TO_HEAD
    was_is_type: ClassVar[bool] = True


@kind
class ParameterRenamed(ParameterFact):
    """A parameter that has another name in older versions; repeats and order are kept."""

    to: str

    verb: ClassVar[str] = "renamed"
    names: ClassVar[tuple[str, ...]] = ("name", "to")
    ends: ClassVar[tuple[str, ...]] = ("name", "to")


@kind
class ParameterRetyped(ChangedParameter):
    """A parameter whose type or value differs.

    Args:
        was: the old type; left out where only the value changes.
        to_head: converts an old value to head's; left out, the value stays, which head's type must admit.
    """

    was: Any = UNSET
    to_head: Function | None = None

    verb: ClassVar[str] = "retyped"
    loss: ClassVar[Loss] = Loss.LAWS
    was_is_type: ClassVar[bool] = True

    def of_field(self, holder: str, field: str) -> FieldsFact:
        return Retyped(models=(holder,), fields=(field,), was=self.was, to_head=self.to_head)


@kind
class ParameterDefaulted(ChangedParameter):
    """A parameter whose default differs.

    Args:
        was: the old default; head receives it where an old client leaves the parameter out.
    """

    was: JsonValue

    verb: ClassVar[str] = "defaulted"

    def of_field(self, holder: str, field: str) -> FieldsFact:
        return Defaulted(models=(holder,), fields=(field,), was=self.was)


@kind
class ParameterBecameRequired(ChangedParameter):
    """A parameter that old clients may leave out.

    Args:
        default: what head receives where an old client leaves it out.
    """

    default: JsonValue | Unset = UNSET

    verb: ClassVar[str] = "became_required"

    def of_field(self, holder: str, field: str) -> FieldsFact:
        return BecameRequired(models=(holder,), fields=(field,), default=self.default)


@kind
class ParameterBecameOptional(ChangedParameter):
    """A parameter that old clients have to send; one that leaves it out is refused, as it was."""

    verb: ClassVar[str] = "became_optional"

    def of_field(self, holder: str, field: str) -> FieldsFact:
        return BecameOptional(models=(holder,), fields=(field,))


@kind
class ParameterBecameList(ChangedParameter):
    """A parameter that has one value in older versions and may be repeated now.

    Args:
        was: the old type; left out where it is that of the list's items.
    """

    was: Any = UNSET

    verb: ClassVar[str] = "became_list"
    was_is_type: ClassVar[bool] = True

    def of_field(self, holder: str, field: str) -> FieldsFact:
        return BecameList(models=(holder,), fields=(field,), was=self.was)
