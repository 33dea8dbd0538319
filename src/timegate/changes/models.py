"""Facts about whole models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from timegate.changes.base import UNSET, Loss, ModelFact, Unset, Value, kind, name_of
from timegate.errors import DeclarationError
from timegate.typing import Function, Model


@kind
class WasNamed(ModelFact):
    """A model that has another name in the documents of older versions."""

    name: str

    verb: ClassVar[str] = "was_named"
    positional: ClassVar[str] = "name"
    names: ClassVar[tuple[str, ...]] = ("name",)


@kind
class Introduced(ModelFact):
    """A model that older versions do not have: it is no arm of their unions, and their requests may not contain it.

    Args:
        seen_as: what an old client reads in its place: a JSON value, or a function of the object.
    """

    seen_as: Value | Unset = UNSET

    verb: ClassVar[str] = "introduced"
    loss: ClassVar[Loss] = Loss.TO_OLD


@kind
class Retired(ModelFact):
    """A model that only older versions have, as one more arm of the unions of these models.

    They are the unions of exactly these; or where there are none, those that have them all among others.

    Args:
        was: the model.
        read_as: gives what head reads for an object of it: an object of one of the models, in the newer shape. Left
            out, a request with such an object is refused.
    """

    was: Any
    read_as: Function | None = None

    verb: ClassVar[str] = "retired"
    loss: ClassVar[Loss] = Loss.TO_HEAD
    was_is_type: ClassVar[bool] = True


@kind
class ToldBy(ModelFact):
    """Models that are arms of one union, and whose requests the schemas of older versions do not tell apart.

    Args:
        function: takes the old object and returns the model that it is.
    """

    function: Callable[[Any], Model]

    verb: ClassVar[str] = "told_by"
    positional: ClassVar[str] = "function"

    def __post_init__(self) -> None:
        if len(self.models) < 2:
            raise DeclarationError(f"{self.subject_code()}.told_by(…) needs at least two models: on(A, B).told_by(…)")


@kind
class Reshaped(ModelFact):
    """A model whose object differs as a whole; the last resort.

    Args:
        was: the old type.
        to_head: a pure function from the old object to the newer one.
        to_old: its inverse.
    """

    was: Any
    to_head: Function
    to_old: Function

    verb: ClassVar[str] = "reshaped"
    loss: ClassVar[Loss] = Loss.LAWS
    was_is_type: ClassVar[bool] = True


@kind
class VouchedForm(ModelFact):
    """A form that validators of a model read and its schema does not show; old clients may send it.

    Args:
        form: a type; its values reach head as they are.
        why: it may pass.
    """

    form: Any
    why: str

    verb: ClassVar[str] = "vouched"

    @property
    def named_type(self) -> Any:
        return self.form

    def argument_code(self) -> str:
        return f"{name_of(self.form)}, {self.why!r}"


@kind
class VouchedShape(ModelFact):
    """A model whose serializers say nothing of their result, and give what the schema says of the model without them.

    Args:
        why: it is so.
    """

    why: str

    verb: ClassVar[str] = "vouched"

    def argument_code(self) -> str:
        return repr(self.why)


@kind
class Unchanged(ModelFact):
    """A model to which a change of the version does not apply, though it is akin to one that changed.

    Args:
        why: it is so.
    """

    why: str

    verb: ClassVar[str] = "unchanged"

    def argument_code(self) -> str:
        return repr(self.why)
