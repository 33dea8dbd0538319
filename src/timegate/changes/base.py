"""What every fact has in common: its subject, its loss class, and how it is written as code."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import UnionType
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin

from typing_extensions import TypeIs

from timegate.errors import DeclarationError
from timegate.typing import Model, plain_text


class Unset(enum.Enum):
    """Marks an argument that was not given, where ``None`` is a value of its own (JSON's null)."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


class Loss(enum.Enum):
    """In which direction a fact can lose data."""

    NONE = "none"
    TO_OLD = "to old"
    TO_HEAD = "to head"
    LAWS = "proved by the laws"


@dataclass(frozen=True, slots=True)
class Sibling:
    """A reference to another field of the same object; a fact uses that field's value."""

    field: str


class Internal:
    """Marks a field of a head model that only handlers and gates know; clients never see it.

    Write ``Annotated[T, Internal()]``. The field is in no version's contract. A request that has its key is refused,
    or the key is dropped; every response loses the key.
    """

    __slots__ = ()

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core_schema), INTERNAL_MARK: True}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Internal)

    def __hash__(self) -> int:
        return hash(Internal)

    def __repr__(self) -> str:
        return "Internal()"


INTERNAL_MARK: Final = "x-timegate-internal"


_Fact = TypeVar("_Fact")


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def kind(fact: type[_Fact]) -> type[_Fact]:
    """Make a class a kind of fact: a frozen dataclass whose fields are keywords.

    `Fact` defines comparison and `repr` for all kinds. A plain frozen dataclass that derives from a fact works too, but
    `dataclass` would compile these methods anew for each kind, which would be a third of timegate's import time.
    """
    return dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)(fact)


@kind
class Fact:
    """One declared difference between two versions, stated from old to new.

    A kind of fact sets `verb` and `loss`; `was_is_type` where its field ``was`` holds the old type; `subject`, the
    fields that name its subject; `positional`, the field whose value is written first and without its name; `names`,
    the fields that hold one name each; and `ends`, the fields with what older and newer versions have, which a
    mistaken author exchanges.

    Args:
        loses: why data may be lost towards head; required where that can happen and the model is in a request.
    """

    loses: str | None = None

    verb: ClassVar[str]
    loss: ClassVar[Loss] = Loss.NONE
    was_is_type: ClassVar[bool] = False
    subject: ClassVar[tuple[str, ...]] = ()
    positional: ClassVar[str] = ""
    names: ClassVar[tuple[str, ...]] = ()
    ends: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for field in self.names:
            # The class is frozen for everybody else.
            object.__setattr__(self, field, self.plain_name(getattr(self, field)))

    def plain_name(self, name: object) -> str:
        """A name as a plain text.

        Raises:
            DeclarationError: it is no text, or an empty one.
        """
        if not isinstance(name, str) or not name:
            raise DeclarationError(f"{self.subject_code()}.{self.verb}(…): {name!r} is no name; write it as a text")
        plain: str = plain_text(name)
        return plain

    @property
    def named_type(self) -> Any:
        """The old type that the fact names; UNSET where it names none."""
        return getattr(self, "was", UNSET) if self.was_is_type else UNSET

    def subject_code(self) -> str:
        """The subject as it is written in a version file."""
        raise NotImplementedError

    def argument_code(self) -> str:
        """The arguments as they are written in a version file."""
        value: object = getattr(self, self.positional) if self.positional else ()
        leading = map(name_of, value if is_tuple(value) else (value,))
        return ", ".join(filter(None, [*leading, keywords_code(self, skip=(*self.subject, self.positional))]))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash((type(self), _values(self)))

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{self.subject_code()}.{self.verb}({self.argument_code()})"


@kind
class ModelFact(Fact):
    """A fact about one or several models."""

    models: tuple[Model, ...]

    subject: ClassVar[tuple[str, ...]] = ("models",)

    def subject_code(self) -> str:
        return f"on({', '.join(map(name_of, self.models))})"


@kind
class FieldsFact(ModelFact):
    """A fact about one or several fields of one or several models; a field may be a dotted or starred path."""

    fields: tuple[str, ...]

    positional: ClassVar[str] = "fields"

    def __post_init__(self) -> None:
        if not self.fields or not all(self.fields):
            raise DeclarationError(f"{self.subject_code()}.{self.verb}(…) needs the name of at least one field")
        object.__setattr__(self, "fields", tuple(map(self.plain_name, self.fields)))
        if len(set(self.fields)) < len(self.fields):
            raise DeclarationError(f"{self.subject_code()}.{self.verb}(…) names a field twice: name it once")


REASONS: Final[Mapping[str, tuple[object, str]]] = {
    "loses": (None, "loses='why nobody misses it'"),
    "tolerated": (None, "tolerated='why old clients get along with it'"),
    "why": (UNSET, "'why it is so'"),
}
"""The fields of facts that hold a reason, each with what stands for none and how it is written."""


def check_reasons(fact: object) -> None:
    """Refuse a reason that is no text, or one without a word.

    Raises:
        DeclarationError: there is one.
    """
    if isinstance(fact, Fact):
        for field, (absent, code) in REASONS.items():
            why = getattr(fact, field, absent)
            if why is not absent:
                check_reason(f"{fact.subject_code()}.{fact.verb}", why, code)


def check_reason(written: str, why: object, code: str) -> None:
    """Refuse a reason that is no text, or one without a word.

    Args:
        written: what has it, as code.
        why: as declared.
        code: how it is written.

    Raises:
        DeclarationError: it is none.
    """
    if not isinstance(why, str) or not why.strip():
        raise DeclarationError(f"{written}(…) says why in a text: {code}")


def name_of(subject: object) -> str:
    """A model, type, function or value as it is written in code."""
    if isinstance(subject, Sibling):
        return f"sibling({subject.field!r})"
    if isinstance(subject, enum.Enum):
        return f"{type(subject).__qualname__}.{subject.name}"
    if subject is None or subject is type(None):
        return "None"
    if is_tuple(subject):
        return f"({', '.join(map(name_of, subject))}{',' * (len(subject) == 1)})"
    arguments = get_args(subject)
    if arguments:
        return _type_code(get_origin(subject), arguments)
    name: str = getattr(subject, "__qualname__", None) or getattr(subject, "__name__", None) or _value_code(subject)
    # A class of a function is written as it is there.
    return name.rpartition("<locals>.")[2]


def _value_code(value: object) -> str:
    """A value as it is written in code; Python refuses to write a number of more than 4,300 digits."""
    try:
        return repr(value)
    except ValueError:
        return f"<{type(value).__name__} of too many digits>"


def _type_code(origin: Any, arguments: tuple[Any, ...]) -> str:
    """A type with arguments as it is written in code."""
    if origin is Literal:
        return f"Literal[{', '.join(map(_value_code, arguments))}]"
    if origin is Annotated:
        return f"Annotated[{', '.join([name_of(arguments[0]), *map(_value_code, arguments[1:])])}]"
    names = ["…" if isinstance(one, list) else "..." if one is ... else name_of(one) for one in arguments]
    return " | ".join(names) if origin in (Union, UnionType) else f"{name_of(origin)}[{', '.join(names)}]"


def keywords_code(fact: Fact, *, skip: tuple[str, ...]) -> str:
    """The fields of a fact that were given, as keyword arguments; ``loses`` comes last."""
    given: list[str] = []
    for field in sorted(fields(fact), key=lambda field: field.name == "loses"):
        value = getattr(fact, field.name)
        if field.name not in skip and value is not UNSET and value != field.default:
            given.append(f"{field.name}={name_of(value)}")
    return ", ".join(given)


def is_tuple(value: object) -> TypeIs[tuple[object, ...]]:
    """Whether a value is a tuple, whose items are looked at one by one."""
    return isinstance(value, tuple)


def _values(fact: Fact) -> tuple[object, ...]:
    return tuple(getattr(fact, field.name) for field in fields(fact))


Value = Any
"""A JSON value, ``sibling(…)``, or a pure function of the object."""
