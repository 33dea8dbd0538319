"""What every fact has in common: its subject, its loss, and how it reads as code."""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields
from types import UnionType
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin

from timegate.errors import DeclarationError
from timegate.typing import Function, Model


class Unset(enum.Enum):
    """Says that an argument was not given, where ``None`` is a value of its own (JSON's null)."""

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
    """Another field of the same object, whose value is used where a value is asked for."""

    field: str


def sibling(field: str) -> Sibling:
    """Take the value of another field of the same object.

    The sibling is seen in the newer shape of its boundary, under the name it has right after the fact.
    An absent sibling gives nothing: the key stays absent.
    """
    return Sibling(field)


class Internal:
    """Marks a field of a head model that handlers and gates know and no client ever does.

    Write ``Annotated[T, Internal()]``. The field is in no version's contract; as a key of a request it is
    refused or dropped, and it is taken off every response.
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

    How a fact compares and prints, it inherits from `Fact`. Any frozen dataclass that derives from a fact will do; but
    left to itself, `dataclass` compiles that code anew for each kind, a third of what importing timegate then takes.
    """
    return dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)(fact)


@kind
class Fact:
    """One declared difference between two versions, told from old to new.

    Args:
        loses: why data may be lost towards head; obligatory where it can be and the model is in a request.
    """

    loses: str | None = None

    verb: ClassVar[str]
    loss: ClassVar[Loss] = Loss.NONE

    @property
    def named_type(self) -> Any:
        """The old type that the fact names; UNSET where it names none."""
        return UNSET

    def subject_code(self) -> str:
        """The subject as it is written in a version file."""
        raise NotImplementedError

    def argument_code(self) -> str:
        """The arguments as they are written in a version file."""
        return keywords_code(self, skip=())

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

    def subject_code(self) -> str:
        return f"on({', '.join(name_of(model) for model in self.models)})"

    def argument_code(self) -> str:
        return keywords_code(self, skip=("models",))


@kind
class FieldsFact(ModelFact):
    """A fact about one or several fields, each dotted or starred path, of one or several models."""

    fields: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.fields or not all(self.fields):
            raise DeclarationError(f"{self.subject_code()}.{self.verb}(…) wants the name of at least one field")

    def argument_code(self) -> str:
        names = [repr(field) for field in self.fields]
        rest = keywords_code(self, skip=("models", "fields"))
        return ", ".join([*names, rest] if rest else names)


def name_of(subject: object) -> str:
    """A model, type, function or value as it is written in code."""
    if isinstance(subject, Sibling):
        return f"sibling({subject.field!r})"
    if isinstance(subject, enum.Enum):
        return f"{type(subject).__qualname__}.{subject.name}"
    if subject is None or subject is type(None):
        return "None"
    arguments = get_args(subject)
    if arguments:
        return _type_code(get_origin(subject), arguments)
    return getattr(subject, "__qualname__", None) or getattr(subject, "__name__", None) or repr(subject)


def _type_code(origin: Any, arguments: tuple[Any, ...]) -> str:
    """A type with arguments as it is written in code."""
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if origin is Annotated:
        return f"Annotated[{', '.join([name_of(arguments[0]), *map(repr, arguments[1:])])}]"
    names = ["…" if isinstance(one, list) else "..." if one is ... else name_of(one) for one in arguments]
    return " | ".join(names) if origin in (Union, UnionType) else f"{name_of(origin)}[{', '.join(names)}]"


def keywords_code(fact: Fact, *, skip: tuple[str, ...]) -> str:
    """Those fields of a fact that were given, as keyword arguments; ``loses`` is the last word."""
    given: list[str] = []
    for field in sorted(fields(fact), key=lambda field: field.name == "loses"):
        value = getattr(fact, field.name)
        if field.name not in skip and value is not UNSET and value != field.default:
            given.append(f"{field.name}={name_of(value)}")
    return ", ".join(given)


def _values(fact: Fact) -> tuple[object, ...]:
    return tuple(getattr(fact, field.name) for field in fields(fact))


Value = Any
"""A JSON value, or ``sibling(…)``."""

Fill = Any
"""A JSON value, ``sibling(…)``, or a pure function of the object."""

__all__ = [
    "INTERNAL_MARK",
    "UNSET",
    "Fact",
    "FieldsFact",
    "Fill",
    "Function",
    "Internal",
    "Loss",
    "ModelFact",
    "Sibling",
    "Unset",
    "Value",
    "keywords_code",
    "kind",
    "name_of",
    "sibling",
]
