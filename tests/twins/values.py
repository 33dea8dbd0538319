"""Canonical values: what a handler holds, without classes. Random ones, and their plain JSON."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from typing_extensions import TypeIs

from tests.twins.dice import Dice
from tests.twins.shapes import (
    REQUIRED,
    DictOf,
    EnumOf,
    ListOf,
    LiteralOf,
    ModelOf,
    Nullable,
    PairOf,
    Scalar,
    SetOf,
    Shown,
    Tag,
    TupleOf,
    Type,
    UnionOf,
    World,
)

SHORT = ("a", "b c", "7", "on")
WORDS = ("x", "blue", "42", "7", "1,2", "a/b c", "é", "on")
DATES = (date(2020, 2, 29), date(1999, 12, 31), date(2031, 1, 1))
UUIDS = (UUID("12345678-1234-5678-1234-567812345678"), UUID("00000000-0000-4000-8000-00000000000a"))
TIMES = tuple(map(datetime.fromisoformat, ("2020-02-29T12:30:00", "1999-12-31T23:59:59")))
DECIMALS = (Decimal("0.1"), Decimal("-12.50"), Decimal(7))
ANYTHING: tuple[Any, ...] = (None, True, 3, 0.5, "x", [], {}, [1, {"k": None}], {"alpha": 1, "": [2]}, {"kind": "k0"})
FILES = (
    ("a.txt", "text/plain", b"x"),
    ("é b.bin", "application/octet-stream", bytes(range(256))),
    ("7", "", b"\r\n--"),
)
TUPLE = "tuple"
"""The name of a pair that is no NamedTuple."""

SET = "set"
"""The name of a pair that is a set: of equal items it has one, and no order."""

DEEP = 3

Fields: TypeAlias = dict[str, list[str]]
"""The values of header fields, by name."""


@dataclass(slots=True)
class Obj:
    """An instance of a model: the fields that are set, by their Python names."""

    model: str
    fields: dict[str, Any]
    extra: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Member:
    enum: str
    value: Any


@dataclass(frozen=True, slots=True)
class Sent:
    """A file of a form."""

    name: str
    media: str
    content: bytes


@dataclass(slots=True)
class Pair:
    pair: str
    items: list[Any]


def is_list(value: object) -> TypeIs[list[Any]]:
    return isinstance(value, list)


def is_dict(value: object) -> TypeIs[dict[str, Any]]:
    return isinstance(value, dict)


def is_set(value: object) -> TypeIs[set[Any]]:
    return isinstance(value, set)


def is_tuple(value: object) -> TypeIs[tuple[Any, ...]]:
    return isinstance(value, tuple)


def each(value: Any, change: Callable[[Any], Any]) -> Any:
    """A list, dict or pair with every value inside changed, and every key that is no text; anything else as it is."""
    if is_list(value):
        return [change(item) for item in value]
    if is_dict(value):
        return {(key if type(key) is str else change(key)): change(item) for key, item in value.items()}
    if not isinstance(value, Pair):
        return value
    items = [change(item) for item in value.items]
    return a_set(items) if value.pair == SET else Pair(value.pair, items)


def a_set(items: Iterable[Any]) -> Pair:
    """A set of canonical values."""
    return Pair(SET, list({repr(item): item for item in sorted(items, key=repr)}.values()))


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal and of the same types at every depth."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Obj):
        return one.model == other.model and same(one.fields, other.fields) and same(one.extra or {}, other.extra or {})
    if isinstance(one, Pair):
        return one.pair == other.pair and same(one.items, other.items)
    if isinstance(one, Member):
        return one.enum == other.enum and same(one.value, other.value)
    if is_dict(one):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if is_list(one):
        return len(one) == len(other) and all(map(same, one, other))
    # NaN is the only value that is unlike itself.
    return bool(one == other or (one != one and other != other))


def plain(value: Any, world: World, *, sent: bool) -> Any:
    """The plain JSON of a value, as a client sends it or as a server does."""
    match value:
        case Obj(uid, fields, extra):
            shapes = {one.name: one for one in world.fields(uid)}
            named = {(shapes[key].sent_as if sent else shapes[key].received_as): item for key, item in fields.items()}
            return {key: plain(item, world, sent=sent) for key, item in {**named, **(extra or {})}.items()}
        case Member(_, inner):
            return inner
        case Pair(_, items):
            return [plain(item, world, sent=sent) for item in items]
        case _ if is_dict(value):
            held: dict[Any, Any] = value
            return {_key(key): plain(item, world, sent=sent) for key, item in held.items()}
        case list():
            return each(value, lambda item: plain(item, world, sent=sent))
        case date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case _:
            return value


def _key(key: Any) -> str:
    return str(key.value) if isinstance(key, Member) else key


def lifted(value: Any, kind: Type, world: World) -> Any:
    """The canonical value of plain JSON, for types without models."""
    match kind:
        case Scalar("date"):
            return date.fromisoformat(value)
        case Scalar("UUID"):
            return UUID(value)
        case Scalar("float"):
            return float(value)
        case EnumOf(enum):
            return Member(enum, value)
        case Nullable(item):
            return None if value is None else lifted(value, item, world)
        case ListOf(item):
            return [lifted(one, item, world) for one in value]
        case DictOf(item):
            return {key: lifted(one, item, world) for key, one in value.items()}
        case _:
            return value


def filled(value: Any, world: World) -> Any:
    """A value with all defaults that models have."""
    match value:
        case Obj(uid, fields, extra):
            full = {
                one.name: filled(fields[one.name] if one.name in fields else copy.deepcopy(one.default), world)
                for one in world.fields(uid)
                if one.name in fields or one.has_default
            }
            return Obj(uid, full, extra)
        case _:
            return each(value, lambda item: filled(item, world))


class Drawer:
    """Draws valid values of types.

    Args:
        world: the version.
        dice: makes the choices.
        absent: how many of a hundred optional fields are left out.
    """

    def __init__(self, world: World, dice: Dice, *, absent: int = 40) -> None:
        self.world = world
        self.dice = dice
        self.absent = absent

    def value(self, kind: Type, depth: int = 0) -> Any:
        dice = self.dice
        match kind:
            case Scalar():
                return self.scalar(kind)
            case EnumOf(enum):
                return Member(enum, dice.pick(self.world.enums[enum].members))
            case Tag(value):
                return value
            case PairOf(pair):
                return Pair(pair, [self.value(item, depth + 1) for _, item in self.world.pairs[pair].items])
            case ModelOf(model):
                return self.object(model, depth)
            case Nullable(item):
                return None if depth > DEEP or dice.chance(30) else self.value(item, depth)
            case ListOf(item):
                return [self.value(item, depth + 1) for _ in range(0 if depth > DEEP else dice.number(0, 2))]
            case DictOf(item):
                keys: Sequence[Any] = ("k", "alpha", "zz")
                if kind.enum:
                    keys = [Member(kind.enum, value) for value in self.world.enums[kind.enum].members]
                some = dice.some(keys, 0 if depth > DEEP else dice.number(0, 2))
                return {key: self.value(item, depth + 1) for key in some}
            case SetOf(item):
                return a_set(self.value(item, depth + 1) for _ in range(dice.number(0, 2)))
            case TupleOf(items):
                return Pair(TUPLE, [self.value(item, depth + 1) for item in items])
            case LiteralOf(values):
                return dice.pick(values)
            case UnionOf(arms):
                return self.value(dice.pick(arms), depth)

    def scalar(self, kind: Scalar) -> Any:
        dice = self.dice
        match kind.name:
            case "int":
                limits = dict(kind.limits)
                return dice.number(limits.get("ge", 0), limits.get("le", 20))
            case "str":
                return dice.pick(WORDS)
            case "bool":
                return dice.chance(50)
            case "float":
                return dice.number(-4, 8) / 2
            case "date":
                return dice.pick(DATES)
            case "datetime":
                return dice.pick(TIMES)
            case "Decimal":
                return dice.pick(DECIMALS)
            case "UploadFile" | "bytes":
                return Sent(*dice.pick(FILES))
            case "None":
                return None
            case "Any":
                return copy.deepcopy(dice.pick(ANYTHING))
            case _:
                return dice.pick(UUIDS)

    def texts(self, one: Shown) -> list[str]:
        """The values of a header field of a response."""
        count = self.dice.number(1, 3) if one.many else 1
        if not one.always and self.dice.chance(40):
            return []
        return [str(self.dice.number(0, 9)) if one.kind == "int" else self.dice.pick(SHORT) for _ in range(count)]

    def object(self, uid: str, depth: int) -> Obj:
        fields: dict[str, Any] = {}
        for one in self.world.fields(uid):
            if not one.required and (depth > DEEP or self.dice.chance(self.absent)):
                continue
            fields[one.name] = self.value(one.type, depth + 1)
        return Obj(uid, fields)


def default_for(kind: Type, world: World, dice: Dice) -> Any:
    """A default of a type without models; REQUIRED where it can have none."""
    if isinstance(kind, Nullable) and dice.chance(60):
        return None
    held = [kind]
    while held:
        match held.pop():
            case Nullable(item):
                held.append(item)
            case ListOf() | DictOf():
                return [] if isinstance(kind, ListOf) else {} if isinstance(kind, DictOf) else None
            case Scalar("UploadFile" | "bytes"):
                return None if isinstance(kind, Nullable) else REQUIRED
            case Scalar() | EnumOf() | LiteralOf():
                return Drawer(world, dice).value(kind)
            case _:
                return None if isinstance(kind, Nullable) else REQUIRED
    return REQUIRED
