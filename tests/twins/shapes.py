"""What an API looks like at one version: types, models, enums, operations. Values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import Any, Final, TypeAlias


class Missing(Enum):
    """There is no default: the field is required."""

    REQUIRED = "required"
    ABSENT = "absent"
    """It may be left out all the same: that of a TypedDict."""


REQUIRED: Final = Missing.REQUIRED
ABSENT: Final = Missing.ABSENT


@dataclass(frozen=True, slots=True)
class Scalar:
    """int, str, bool, float, date, datetime, Decimal, UUID or Any, maybe with limits."""

    name: str
    limits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class EnumOf:
    enum: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A literal by which the arms of a union are told apart."""

    value: str


@dataclass(frozen=True, slots=True)
class ModelOf:
    model: str


@dataclass(frozen=True, slots=True)
class PairOf:
    """A NamedTuple."""

    pair: str


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Type


@dataclass(frozen=True, slots=True)
class SetOf:
    """A set of values that are no objects."""

    item: Type


@dataclass(frozen=True, slots=True)
class DictOf:
    """A dict; its keys are texts, or members of an enum."""

    item: Type
    enum: str = ""


@dataclass(frozen=True, slots=True)
class TupleOf:
    items: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class LiteralOf:
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Nullable:
    item: Type


@dataclass(frozen=True, slots=True)
class UnionOf:
    """A union of models and scalars; with a tag it has a discriminator."""

    arms: tuple[Type, ...]
    tag: str | None = None


Type: TypeAlias = (
    Scalar | EnumOf | Tag | ModelOf | PairOf | ListOf | SetOf | DictOf | TupleOf | LiteralOf | Nullable | UnionOf
)

INT, STR, BOOL, FLOAT = Scalar("int"), Scalar("str"), Scalar("bool"), Scalar("float")
DATE, UUID_, TIME, DECIMAL, ANY = Scalar("date"), Scalar("UUID"), Scalar("datetime"), Scalar("Decimal"), Scalar("Any")
FILE, BYTES, NONE = Scalar("UploadFile"), Scalar("bytes"), Scalar("None")


@dataclass
class FieldShape:
    """A field of a model.

    Args:
        name: its Python name.
        type: what it holds.
        default: a canonical value; REQUIRED or ABSENT for none. None at a type without null is `x: T = None`.
        reads: the validation alias.
        writes: the serialization alias.
        also: one more spelling under which it is read.
        splits: whether a before-validator makes a list of a text with commas.
        born: tells the field from others over all versions.
    """

    name: str
    type: Type
    default: Any = REQUIRED
    reads: str | None = None
    writes: str | None = None
    also: str | None = None
    splits: bool = False
    born: int = field(default_factory=count(1).__next__)

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def has_default(self) -> bool:
        return not isinstance(self.default, Missing)

    @property
    def null_by_default(self) -> bool:
        """Whether it is null although its type has none: `x: T = None`."""
        return self.default is None and not isinstance(self.type, Nullable)

    @property
    def aliased(self) -> bool:
        return self.reads is not None or self.writes is not None

    @property
    def sent_as(self) -> str:
        return self.reads or self.name

    @property
    def received_as(self) -> str:
        return self.writes or self.name


MODEL, DATACLASS, PYDANTIC_DATACLASS, TYPED_DICT = "model", "dataclass", "pydantic dataclass", "TypedDict"
KINDS: Final = (MODEL, DATACLASS, PYDANTIC_DATACLASS, TYPED_DICT)
"""What a class may be."""

DATACLASSES: Final = frozenset({DATACLASS, PYDANTIC_DATACLASS})


@dataclass
class ModelShape:
    """A model; `name` is what its class is called, `uid` is the same at all versions.

    A generic one has the model `parameter` as its argument, wherever it occurs.
    Its `kind` is one of KINDS. `computed` are the names of its computed fields, each a constant text.
    """

    uid: str
    name: str
    fields: list[FieldShape]
    extra: str = "ignore"
    by_name: bool = False
    base: str | None = None
    config: tuple[str, ...] = ()
    parameter: str | None = None
    kind: str = MODEL
    computed: tuple[str, ...] = ()

    @property
    def tells_what_is_set(self) -> bool:
        """Whether an instance tells a field that is set from one that has its default."""
        return self.kind not in DATACLASSES

    def accepted(self, one: FieldShape) -> list[str]:
        """The spellings under which a field is read."""
        found = [one.sent_as, *([one.also] if one.also else []), *([one.name] if self.by_name else [])]
        return list(dict.fromkeys(found))


@dataclass
class EnumShape:
    """An enum: of kind `str`, `int` (an IntEnum) or `plain`."""

    uid: str
    kind: str
    members: list[Any]


@dataclass
class PairShape:
    uid: str
    items: list[tuple[str, Type]]


@dataclass
class Parameter:
    """A parameter; `name` is what it is called on the wire, `where` is query, header, path, cookie, form or body."""

    name: str
    where: str
    type: Type
    default: Any = REQUIRED


@dataclass
class Shown:
    """A header field of responses.

    Args:
        name: in lower case.
        kind: `int` or `str`.
        many: whether it may be there more than once.
        always: whether it is never left out.
    """

    name: str
    kind: str
    many: bool = False
    always: bool = True


@dataclass
class Operation:
    """An operation.

    Args:
        uid: the same at all versions.
        method: in capitals.
        path: with its parameters in braces.
        response: what it returns.
        body: what it takes.
        parameters: single ones.
        asked: the model of all parameters of one place.
        asked_in: that place: query, form, cookie or header.
        status: of a success.
        flags: what the response leaves out: none, unset, defaults.
        shown: the header fields of its responses.
        told: whether its document has them.
        by_alias: whether responses have aliases.
        depends: whether a dependency reads its parameters.
        routed: whether it is in a router of its own.
        raw: whether the handler makes the whole response itself.
        fails: what it returns where something is not found.
        failing: the status of that.
    """

    uid: str
    method: str
    path: str
    response: Type
    body: Type | None = None
    parameters: list[Parameter] = field(default_factory=list[Parameter])
    asked: str | None = None
    asked_in: str = "query"
    status: int = 200
    flags: tuple[str, ...] = ()
    shown: list[Shown] = field(default_factory=list[Shown])
    told: bool = False
    by_alias: bool = True
    depends: bool = False
    routed: bool = False
    raw: bool = False
    fails: Type | None = None
    failing: int = 404

    def named(self, where: str) -> list[Parameter]:
        return [one for one in self.parameters if one.where == where]

    @property
    def tops(self) -> list[Type]:
        """All types that it takes or returns."""
        single = [one.type for one in self.parameters]
        return [kind for kind in (self.body, self.response, self.fails, *single) if kind is not None]

    @property
    def has_json(self) -> bool:
        """Whether its body is JSON."""
        return self.body is not None or bool(self.named("body"))

    @property
    def has_a_form(self) -> bool:
        """Whether its body is a form."""
        return bool(self.named("form")) or (self.asked is not None and self.asked_in == "form")


@dataclass
class World:
    """An API at one version; `own_form` says whether its app has its own handler of validation errors."""

    models: dict[str, ModelShape] = field(default_factory=dict[str, ModelShape])
    enums: dict[str, EnumShape] = field(default_factory=dict[str, EnumShape])
    pairs: dict[str, PairShape] = field(default_factory=dict[str, PairShape])
    operations: dict[str, Operation] = field(default_factory=dict[str, Operation])
    own_form: bool = False

    def fields(self, uid: str) -> list[FieldShape]:
        """The fields of a model, with those of its base first."""
        model = self.models[uid]
        return [*(self.fields(model.base) if model.base else []), *model.fields]

    def lineage(self, uid: str) -> Iterator[str]:
        """A model and its bases."""
        at: str | None = uid
        while at is not None and at in self.models:
            yield at
            at = self.models[at].base

    def heirs(self, uid: str) -> list[str]:
        """A model and those that derive from it."""
        return [one for one in self.models if uid in self.lineage(one)]

    def field(self, uid: str, name: str) -> FieldShape:
        return next(one for one in self.fields(uid) if one.name == name)


def parts(kind: Type) -> Iterator[Type]:
    """A type and all types written in it."""
    yield kind
    match kind:
        case DictOf(item, enum) if enum:
            yield EnumOf(enum)
            yield from parts(item)
        case ListOf(item) | SetOf(item) | DictOf(item) | Nullable(item):
            yield from parts(item)
        case UnionOf(arms) | TupleOf(arms):
            for arm in arms:
                yield from parts(arm)
        case _:
            pass


def reached(world: World, *kinds: Type) -> set[Type]:
    """All types that can stand anywhere inside of types: models, enums and the like."""
    found: set[Type] = set()
    waiting = list(kinds)
    while waiting:
        for part in parts(waiting.pop()):
            if part in found:
                continue
            found.add(part)
            if isinstance(part, ModelOf):
                waiting += [one.type for one in world.fields(part.model)]
            elif isinstance(part, PairOf):
                waiting += [inner for _, inner in world.pairs[part.pair].items]
    return found
