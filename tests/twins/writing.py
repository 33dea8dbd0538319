"""Writes canonical values as a client may: by the book, or in any other way that its server reads."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.twins.dice import Dice
from tests.twins.shapes import (
    DictOf,
    ListOf,
    ModelOf,
    Nullable,
    PairOf,
    Scalar,
    SetOf,
    TupleOf,
    Type,
    UnionOf,
    World,
)
from tests.twins.values import Member, Obj, Pair, Sent, is_list, plain


class Writer:
    """Writes values of a version.

    Args:
        world: the version.
        dice: makes the choices.
        lenient: how many of a hundred leaves are written otherwise.
    """

    def __init__(self, world: World, dice: Dice, lenient: int = 0) -> None:
        self.world = world
        self.dice = dice
        self.lenient = lenient
        self.notes: list[str] = []

    def json(self, value: Any, kind: Type) -> Any:
        """The plain JSON of a value."""
        loose = self.lenient > 0 and self.dice.chance(self.lenient)
        match kind:
            case ModelOf():
                return self.object(value)
            case Nullable(item):
                return None if value is None else self.json(value, item)
            case ListOf(item):
                return [self.json(one, item) for one in value]
            case SetOf(item):
                written = [self.json(one, item) for one in value.items]
                self.note("twice in a set", loose and bool(written))
                return [*written, *written[:1]] if loose else written
            case DictOf(item):
                keys = dict(zip(value, plain(value, self.world, sent=True), strict=True))
                return {keys[key]: self.json(one, item) for key, one in value.items()}
            case TupleOf(items):
                return [self.json(one, item) for one, item in zip(value.items, items, strict=True)]
            case UnionOf(arms):
                return self.json(value, self.arm(value, arms))
            case PairOf(pair):
                return self.pair(value, pair, loose=loose)
            case _:
                return self.leaf(value, kind) if loose else plain(value, self.world, sent=True)

    def object(self, value: Obj) -> dict[str, Any]:
        made: dict[str, Any] = {}
        model = self.world.models[value.model]
        for name, item in value.fields.items():
            one = self.world.field(value.model, name)
            key = one.sent_as
            if self.lenient and self.dice.chance(self.lenient):
                key = self.dice.pick(model.accepted(one))
                self.note("spelled", key != one.sent_as)
            if one.splits and self.lenient and self.dice.chance(self.lenient) and item and "," not in str(item):
                texts = self.texts(item, one.type)
                if "," not in "".join(texts):
                    made[key] = ",".join(texts)
                    self.note("a text for a list", True)
                    continue
            made[key] = None if item is None else self.json(item, one.type)
        if self.lenient and model.extra != "forbid" and self.dice.chance(20):
            made[self.dice.pick(["stranger", "?"])] = self.dice.pick([1, None, "s"])
        items = list(made.items())
        self.dice.random.shuffle(items)
        return dict(items)

    def arm(self, value: Any, arms: tuple[Type, ...]) -> Type:
        for arm in arms:
            if isinstance(arm, ModelOf) and isinstance(value, Obj) and value.model == arm.model:
                return arm
        return Scalar("") if not isinstance(value, Obj) else ModelOf(value.model)

    def pair(self, value: Pair, pair: str, *, loose: bool) -> Any:
        shape = self.world.pairs[pair]
        items = [self.json(item, kind) for item, (_, kind) in zip(value.items, shape.items, strict=True)]
        self.note("an object for a NamedTuple", loose)
        return {name: item for (name, _), item in zip(shape.items, items, strict=True)} if loose else items

    def leaf(self, value: Any, kind: Type) -> Any:
        """Another way to write a leaf, if there is one."""
        written = plain(value, self.world, sent=True)
        others: list[Any] = []
        match value:
            case bool():
                others = [int(value), "true" if value else "false", "yes" if value else "no", float(value)]
            case int():
                others = [
                    str(value),
                    float(value),
                    f" {value} ",
                    f"{value}.0",
                    *([bool(value)] if value in (0, 1) else []),
                ]
            case float():
                others = [str(value), *([int(value)] if value.is_integer() else [])]
            case datetime():
                others = [f"{written}Z", written.replace("T", " "), written[:10], int(value.timestamp())]
            case Decimal():
                others = [float(value), f" {written} ", f"{written}0" if "." in written else f"{written}.0"]
            case str():
                others = [f" {value} ", *([int(value)] if value.isdecimal() else [])]
            case date():
                others = [f"{written}T00:00:00", f"{written}T00:00:00Z"]
            case UUID():
                others = [written.upper(), written.replace("-", ""), f"urn:uuid:{written}", f"{{{written}}}"]
            case Member(enum, inner) if isinstance(inner, int):
                mixed = self.world.enums[enum].kind == "int"
                others = [float(inner), *([str(inner)] if mixed else []), *([True] if inner == 1 else [])]
            case _:
                pass
        if isinstance(kind, Scalar) and kind.name == "":
            others = []
        if not others:
            return written
        self.note(f"a lenient {type(value).__name__}", True)
        return self.dice.pick(others)

    def entries(self, value: Any, kind: Type) -> list[str | Sent]:
        """A value as what parameters hold: texts or files."""
        files = value if is_list(value) else [value]
        return files if files and isinstance(files[0], Sent) else [*self.texts(value, kind)]

    def texts(self, value: Any, kind: Type) -> list[str]:
        """A value as texts of parameters."""
        if isinstance(kind, Nullable):
            kind = kind.item
        if isinstance(kind, ListOf):
            return [text for item in value for text in self.texts(item, kind.item)]
        written = plain(value, self.world, sent=True)
        text = str(written).lower() if isinstance(written, bool) else str(written)
        if not self.lenient or not self.dice.chance(self.lenient):
            return [text]
        others: list[str] = []
        match value:
            case bool():
                others = ["1", "on", "True"] if value else ["0", "off", "no"]
            case int():
                others = [f"{text}.0", f"0{text}", f"+{text}"]
            case UUID():
                others = [text.upper(), text.replace("-", "")]
            case datetime():
                others = [text[:10], f"{text}Z"]
            case date():
                others = [f"{text}T00:00:00"]
            case Member(enum, inner) if isinstance(inner, int) and self.world.enums[enum].kind == "int":
                others = [f"{inner}.0", f"0{inner}"]
            case _:
                pass
        self.note(f"a lenient {type(value).__name__} in a parameter", bool(others))
        return [self.dice.pick(others)] if others else [text]

    def note(self, text: str, used: bool) -> None:
        if used:
            self.notes.append(text)
