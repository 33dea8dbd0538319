"""Models, the subject of most facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from timegate.changes.base import UNSET, Fact, Sibling, Unset, Value, name_of
from timegate.changes.calls import explained, vocabulary
from timegate.changes.fields import Added, Merged, Moved, Removed, Renamed, Split
from timegate.changes.functions import check_function
from timegate.changes.members import check_members
from timegate.changes.models import (
    Introduced,
    Reshaped,
    Retired,
    ToldBy,
    Unchanged,
    VouchedForm,
    VouchedShape,
    WasNamed,
)
from timegate.changes.subjects.members import Literals
from timegate.changes.texts import FieldDocumented, ModelDocumented, SchemaTexts
from timegate.changes.values import (
    BecameList,
    BecameNonNull,
    BecameNullable,
    BecameOptional,
    BecameRequired,
    BecameScalar,
    Constrained,
    Defaulted,
    Mapped,
    Retyped,
)
from timegate.errors import DeclarationError
from timegate.typing import Function, Model, plain_text


@vocabulary
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Models:
    """One or several models, the subject of facts that are stated from old to new."""

    models: tuple[Model, ...]

    def __repr__(self) -> str:
        return f"on({', '.join(map(name_of, self.models))})"

    def added(self, *fields: str, default: Value | Unset = UNSET, partial: bool = True) -> Added:
        """The fields do not exist in older versions; ``partial=False`` fills them in a ``PATCH`` too."""
        return _filling(Added(models=self.models, fields=fields, default=default, partial=partial), "default")

    def removed(
        self,
        *fields: str,
        was: Any,
        required: bool | None = None,
        backfill: Value | Unset = UNSET,
        loses: str | None = None,
    ) -> Removed:
        """The fields exist in older versions only."""
        fact = Removed(models=self.models, fields=fields, was=was, required=required, backfill=backfill, loses=loses)
        return _filling(fact, "backfill")

    def renamed(self, old: str, *, to: str) -> Renamed:
        """The field has the name ``old`` in older versions."""
        return Renamed(models=self.models, old=old, to=to)

    def moved(self, old: str, *, to: str, empty: Value | Unset = UNSET) -> Moved:
        """The field is at the dotted path ``old`` in older versions."""
        return _filling(Moved(models=self.models, old=old, to=to, empty=empty), "empty")

    def split(
        self,
        old: str,
        *,
        into: tuple[str, ...],
        was: Any,
        apart: Callable[[Any], Any],
        together: Callable[..., Any],
        loses: str | None = None,
    ) -> Split:
        """The fields ``into`` are one field ``old`` in older versions."""
        fact = Split(models=self.models, old=old, into=into, was=was, apart=apart, together=together, loses=loses)
        check_function(fact, "apart", apart)
        check_function(fact, "together", together, values=len(into))
        return fact

    def merged(
        self,
        parts: tuple[str, ...],
        *,
        into: str,
        was: tuple[Any, ...],
        together: Callable[..., Any],
        apart: Callable[[Any], Any],
        loses: str | None = None,
    ) -> Merged:
        """The field ``into`` is several fields ``parts`` in older versions."""
        fact = Merged(models=self.models, parts=parts, into=into, was=was, together=together, apart=apart, loses=loses)
        check_function(fact, "together", together, values=len(parts))
        check_function(fact, "apart", apart)
        return fact

    def retyped(
        self,
        *fields: str,
        was: Any = UNSET,
        to_head: Function | None = None,
        to_old: Function | None = None,
        loses: str | None = None,
    ) -> Retyped:
        """The fields have another type or value in older versions."""
        fact = Retyped(models=self.models, fields=fields, was=was, to_head=to_head, to_old=to_old, loses=loses)
        check_function(fact, "to_head", to_head)
        check_function(fact, "to_old", to_old)
        return fact

    def became_nullable(self, *fields: str, null_was: Value | Unset = UNSET) -> BecameNullable:
        """The fields are never null in older versions."""
        return _filling(BecameNullable(models=self.models, fields=fields, null_was=null_was), "null_was")

    def became_non_null(self, *fields: str, null_is: Value | Unset = UNSET) -> BecameNonNull:
        """The fields may be null in older versions only."""
        return _filling(BecameNonNull(models=self.models, fields=fields, null_is=null_is), "null_is")

    def became_required(self, *fields: str, default: Value | Unset = UNSET) -> BecameRequired:
        """The fields may be absent in older versions only."""
        return _filling(BecameRequired(models=self.models, fields=fields, default=default), "default")

    def became_optional(self, *fields: str, missing_was: Value | Unset = UNSET) -> BecameOptional:
        """The fields are required in older versions."""
        return _filling(BecameOptional(models=self.models, fields=fields, missing_was=missing_was), "missing_was")

    def became_list(self, *fields: str, was: Any = UNSET, empty: Value | Unset = UNSET) -> BecameList:
        """The fields hold one value in older versions and a list of values now."""
        return _filling(BecameList(models=self.models, fields=fields, was=was, empty=empty), "empty")

    def became_scalar(
        self, *fields: str, was: Any, empty: Value | Unset = UNSET, loses: str | None = None
    ) -> BecameScalar:
        """The fields hold a list of values in older versions and one value now."""
        fact = BecameScalar(models=self.models, fields=fields, was=was, empty=empty, loses=loses)
        return _filling(fact, "empty")

    def mapped(
        self,
        field: str,
        table: Mapping[Any, Any],
        *,
        was: Any = UNSET,
        otherwise: Any = UNSET,
        back: Mapping[Any, Any] | None = None,
        seen_as: Any = UNSET,
        loses: str | None = None,
    ) -> Mapped:
        """The field has the values of the table in older versions, each with the one that it is now."""
        fact = Mapped(
            models=self.models,
            fields=(field,),
            table=table,
            was=was,
            otherwise=otherwise,
            back=back,
            seen_as=seen_as,
            loses=loses,
        )
        # A caller without a type checker may give anything.
        tables: list[Any] = [table, {} if back is None else back]
        for one in tables:
            if not isinstance(one, Mapping):
                raise DeclarationError(f"{fact.subject_code()}.mapped(…): {one!r} is no table; write a dict")
        check_members(fact, [*(value for one in tables for pair in one.items() for value in pair), otherwise, seen_as])
        return fact

    def literal(self, field: str) -> Literals:
        """The values of a field that is a ``Literal``; those of an enum are the subject of ``enum(…)``."""
        return Literals(self.models, field)

    def defaulted(self, *fields: str, was: Value, partial: bool = True) -> Defaulted:
        """The fields have another default in older versions; ``partial=False`` fills them in a ``PATCH`` too."""
        return _filling(Defaulted(models=self.models, fields=fields, was=was, partial=partial), "was")

    def constrained(
        self, *fields: str, was: Any, to_old: Function | None = None, tolerated: str | None = None
    ) -> Constrained:
        """The fields have other limits in older versions."""
        fact = Constrained(models=self.models, fields=fields, was=was, to_old=to_old, tolerated=tolerated)
        check_function(fact, "to_old", to_old)
        return fact

    def documented(self, *fields: str, was: SchemaTexts) -> FieldDocumented | ModelDocumented:
        """Older documents say something else of the fields, or of the models where no field is named."""
        if fields:
            return FieldDocumented(models=self.models, fields=fields, was=was)
        return ModelDocumented(models=self.models, was=was)

    def was_named(self, name: str) -> WasNamed:
        """The model has the name ``name`` in older documents."""
        return WasNamed(models=self.models, name=name)

    def introduced(self, *, seen_as: Value | Unset = UNSET) -> Introduced:
        """The model does not exist in older versions."""
        return _filling(Introduced(models=self.models, seen_as=seen_as), "seen_as")

    def retired(self, *, was: Model, read_as: Function | None = None, loses: str | None = None) -> Retired:
        """Older versions have the model ``was`` too, as one more arm of the union of the models, or of more."""
        fact = Retired(models=self.models, was=was, read_as=read_as, loses=loses)
        check_function(fact, "read_as", read_as)
        return fact

    def told_by(self, function: Callable[[Any], Model]) -> ToldBy:
        """The function says which of the models an old object is, where a request holds either."""
        fact = ToldBy(models=self.models, function=function)
        check_function(fact, "function", function)
        return fact

    @overload
    def vouched(self, why: str, /) -> VouchedShape: ...

    @overload
    def vouched(self, form: Any, why: str, /) -> VouchedForm: ...

    def vouched(self, form: Any, why: str | Unset = UNSET, /) -> VouchedForm | VouchedShape:
        """The models' validators read this form, which then passes; or their serializers keep the documented shape."""
        if why is UNSET:
            return VouchedShape(models=self.models, why=form)
        return VouchedForm(models=self.models, form=form, why=why)

    def unchanged(self, why: str, /) -> Unchanged:
        """The models did not change, though akin ones with the same field did; the log says no more of them."""
        return Unchanged(models=self.models, why=why)

    def reshaped(self, *, was: Any, to_head: Function, to_old: Function, loses: str | None = None) -> Reshaped:
        """The whole object differs in older versions."""
        fact = Reshaped(models=self.models, was=was, to_head=to_head, to_old=to_old, loses=loses)
        check_function(fact, "to_head", to_head)
        check_function(fact, "to_old", to_old)
        return fact


_Filling = TypeVar("_Filling", bound=Fact)


def _filling(fact: _Filling, argument: str) -> _Filling:
    """A fact whose argument gives a value, or a function of the object that gives one."""
    if callable(value := getattr(fact, argument)):
        check_function(fact, argument, value)
    return fact


@explained
def on(*models: Model) -> Models:
    """State facts about models: pydantic models, dataclasses, TypedDicts, or names of components."""
    if not models:
        raise DeclarationError("on(…) needs at least one model")
    return Models(tuple(map(plain_text, models)))


@explained
def sibling(field: str) -> Sibling:
    """Use the value of another field of the same object.

    The value is read in the newer shape of the boundary, under the name that the field has right after the fact.
    Where the sibling is absent, the key stays absent.
    """
    return Sibling(plain_text(field))
