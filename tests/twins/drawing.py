"""Draws the API as old clients know it: types, models and operations."""

from __future__ import annotations

import copy

from tests.twins.dice import Dice
from tests.twins.shapes import (
    ABSENT,
    ANY,
    BOOL,
    DATACLASS,
    DATE,
    DECIMAL,
    FLOAT,
    INT,
    MODEL,
    PYDANTIC_DATACLASS,
    REQUIRED,
    STR,
    TIME,
    TYPED_DICT,
    UUID_,
    DictOf,
    EnumOf,
    EnumShape,
    FieldShape,
    ListOf,
    LiteralOf,
    ModelOf,
    ModelShape,
    Nullable,
    Operation,
    PairOf,
    PairShape,
    Parameter,
    Scalar,
    Shown,
    Tag,
    TupleOf,
    Type,
    UnionOf,
    World,
    parts,
)
from tests.twins.values import default_for

NAMES = ("alpha", "beta", "gamma", "delta", "eta", "iota", "kappa", "theta", "zeta", "omega", "sigma", "tau")
TEXTS = ("red", "blue", "green", "black")
NUMBERS = (1, 2, 3, 7, 9)
SCALARS = (INT, INT, STR, STR, BOOL, FLOAT, DATE, UUID_, TIME, DECIMAL)
RARE: tuple[Type, ...] = (
    ANY, LiteralOf(("red", "blue")), LiteralOf((1, 2, 7)), LiteralOf(("red", 7)), UnionOf((INT, STR)),
    UnionOf((STR, BOOL)), UnionOf((FLOAT, BOOL)), UnionOf((ListOf(INT), STR)), UnionOf((DATE, INT)),
    TupleOf((INT, STR)), TupleOf((BOOL,)),
)  # fmt: skip
SHOWN = ("x-red", "x-blue", "x-green", "x-grey", "x-pink")
CONFIGS = ("str_strip_whitespace", "coerce_numbers_to_str")

CLASSES = ((MODEL, 14), (DATACLASS, 2), (PYDANTIC_DATACLASS, 2), (TYPED_DICT, 3))


class Builder:
    """Draws a world.

    Args:
        dice: makes the choices.
        size: 0 is one model and its body; 1 and 2 are more of everything.
    """

    def __init__(self, dice: Dice, size: int) -> None:
        self.dice = dice
        self.size = size
        self.world = World()

    def build(self) -> World:
        dice, world = self.dice, self.world
        for index in range(dice.number(1, 1 + self.size)):
            kind = dice.pick(["str", "int", "plain"])
            pool = TEXTS if kind == "str" or (kind == "plain" and dice.chance(40)) else NUMBERS
            world.enums[f"E{index}"] = EnumShape(f"E{index}", kind, dice.some(pool, dice.number(2, 3)))
        if dice.chance(40):
            held: list[Type] = [STR, EnumOf("E0")]
            inner = dice.pick(held)
            world.pairs["P0"] = PairShape("P0", [("first", INT), ("second", inner)])
        for _ in range(dice.number(1, 1 + self.size)):
            self.model()
        if dice.chance(25 * self.size):
            self.union()
        if dice.chance(12 * self.size):
            self.recursive()
        if dice.chance(15 * self.size):
            self.heir()
        if dice.chance(15 * self.size):
            self.page()
        self.model(holds=True)
        self.operations()
        self.classes()
        self.shown()
        return world

    def shown(self) -> None:
        """Some responses have header fields of their own, by choices of their own."""
        dice = copy.deepcopy(self.dice)
        for one in self.world.operations.values():
            if dice.chance(35):
                names = dice.some(SHOWN, dice.number(1, 2))
                one.shown = [self.field_of_a_header(dice, name) for name in names]
                one.told = dice.chance(50)

    def field_of_a_header(self, dice: Dice, name: str) -> Shown:
        return Shown(name, dice.pick(["int", "str"]), many=dice.chance(25), always=dice.chance(75))

    def classes(self) -> None:
        """Make dataclasses and TypedDicts of some models, by choices of its own: the others stay what they were."""
        dice = copy.deepcopy(self.dice)
        for uid, model in self.world.models.items():
            if model.base is not None:
                continue
            family = [self.world.models[heir] for heir in self.world.heirs(uid)]
            kind = dice.weighted(CLASSES)
            if all(self.can_be(kind, one) for one in family):
                for one in family:
                    one.kind = kind
                    for each in one.fields:
                        each.default = ABSENT if kind == TYPED_DICT and not each.required else each.default

    def can_be(self, kind: str, model: ModelShape) -> bool:
        """Whether a model can be written as another kind of class."""
        if kind == MODEL:
            return True
        operations = self.world.operations.values()
        if model.parameter is not None or model.uid in {one.asked for one in operations}:
            return False
        if any(one.method == "PATCH" and one.body == ModelOf(model.uid) for one in operations):
            return False
        if kind == TYPED_DICT:
            held = [one.type for other in self.world.models.values() for one in other.fields]
            arms = {arm for each in held for part in parts(each) if isinstance(part, UnionOf) for arm in part.arms}
            return ModelOf(model.uid) not in arms and not any(one.aliased or one.splits for one in model.fields)
        return model.extra != "allow" and (kind != DATACLASS or not any(one.splits for one in model.fields))

    # Models

    def model(self, *, holds: bool = False) -> str:
        uid = f"M{len(self.world.models)}"
        names = self.dice.some(NAMES, self.dice.number(2, 4))
        fields = [self.field(name) for name in names]
        if holds:
            free = [name for name in NAMES if name not in names]
            others = self.dice.some(list(self.world.models), self.dice.number(1, 2))
            for name, other in zip(free, others, strict=False):
                fields.append(self.holder(name, ModelOf(other)))
        self.add(uid, fields)
        return uid

    def add(self, uid: str, fields: list[FieldShape], *, extra: str | None = None) -> None:
        policy = extra or self.dice.weighted([("ignore", 5), ("forbid", 3), ("allow", 2)])
        config = (self.dice.pick(CONFIGS),) if self.dice.chance(15) else ()
        self.world.models[uid] = ModelShape(uid, uid, fields, policy, self.dice.chance(40), config=config)

    def field(self, name: str) -> FieldShape:
        dice = self.dice
        kind = self.leaf()
        default = default_for(kind, self.world, dice) if dice.chance(45) else REQUIRED
        if default is REQUIRED and isinstance(kind, Scalar) and dice.chance(8):
            default = None
        one = FieldShape(name, kind, default)
        if dice.chance(25):
            self.alias(one)
        one.splits = isinstance(kind, ListOf) and dice.chance(25)
        return one

    def alias(self, one: FieldShape) -> None:
        how = self.dice.number(0, 3)
        one.reads = f"{one.name}In" if how != 1 else None
        one.writes = one.reads if how >= 2 else f"{one.name}Out" if how == 1 or self.dice.chance(50) else None
        one.also = f"{one.name}Also" if one.reads is not None and self.dice.chance(25) else None

    def leaf(self) -> Type:
        dice = self.dice
        kind: Type = dice.pick(SCALARS)
        if dice.chance(25):
            kind = EnumOf(dice.pick(list(self.world.enums)))
        if "P0" in self.world.pairs and dice.chance(10):
            kind = PairOf("P0")
        if dice.chance(8):
            kind = dice.pick(RARE)
        match dice.number(0, 11):
            case 0 | 1:
                return ListOf(kind)
            case 2:
                texts = [one.uid for one in self.world.enums.values() if isinstance(one.members[0], str)]
                return DictOf(kind, dice.pick(texts) if texts and dice.chance(30) else "")
            case 3:
                deep: list[Type] = [
                    ListOf(ListOf(kind)), DictOf(ListOf(kind)), Nullable(ListOf(kind)), ListOf(Nullable(kind)),
                ]  # fmt: skip
                return dice.pick(deep)
            case 4 | 5:
                return Nullable(kind)
            case _:
                return kind

    def holder(self, name: str, inner: Type) -> FieldShape:
        dice = self.dice
        match dice.number(0, 7):
            case 0 | 1:
                return FieldShape(name, ListOf(inner), REQUIRED if dice.chance(50) else [])
            case 7:
                deep: list[Type] = [
                    DictOf(ListOf(inner)), ListOf(ListOf(inner)), Nullable(ListOf(inner)), ListOf(Nullable(inner)),
                    TupleOf((INT, inner)), Nullable(DictOf(Nullable(inner))),
                ]  # fmt: skip
                return FieldShape(name, dice.pick(deep))
            case 2:
                return FieldShape(name, DictOf(inner), REQUIRED if dice.chance(50) else {})
            case 3:
                return FieldShape(name, Nullable(inner), dice.pick([REQUIRED, None]))
            case 4 if isinstance(inner, ModelOf) and dice.chance(40):
                return FieldShape(name, inner, None)
            case 5 if isinstance(inner, ModelOf) and dice.chance(50):
                return FieldShape(name, UnionOf((inner, dice.pick([INT, STR]))))
            case _:
                return FieldShape(name, inner)

    def union(self) -> None:
        """Two models that are told apart by a tag or by their keys, and a model that holds them."""
        dice = self.dice
        tagged, told = dice.chance(70), dice.chance(60)
        left_out = not told and dice.chance(30)
        arms: list[Type] = []
        for index in range(dice.pick([2, 2, 3])):
            uid = f"M{len(self.world.models)}"
            fields = [FieldShape("kind", Tag(f"k{index}"), f"k{index}" if left_out else REQUIRED)] if tagged else []
            own = FieldShape(NAMES[index], dice.pick([INT, STR]))
            self.add(uid, [*fields, own, self.field(NAMES[index + 2])])
            arms.append(ModelOf(uid))
        kind = UnionOf(tuple(arms), "kind" if tagged and told else None)
        uid = f"M{len(self.world.models)}"
        self.add(uid, [self.holder(NAMES[5], kind), self.field(NAMES[6])])

    def recursive(self) -> None:
        uid = f"M{len(self.world.models)}"
        below = FieldShape(NAMES[0], ListOf(ModelOf(uid)), [])
        if self.dice.chance(40):
            below = FieldShape(NAMES[0], Nullable(ModelOf(uid)), None)
        self.add(uid, [below, self.field(NAMES[1]), self.field(NAMES[2])])

    def page(self) -> None:
        """A generic model, with one argument everywhere."""
        held = self.dice.pick([uid for uid, model in self.world.models.items() if model.parameter is None])
        items: list[Type] = [ListOf(ModelOf(held)), DictOf(ModelOf(held)), Nullable(ModelOf(held))]
        uid = f"M{len(self.world.models)}"
        self.add(uid, [FieldShape(NAMES[7], self.dice.pick(items)), self.field(NAMES[8]), self.field(NAMES[9])])
        self.world.models[uid].parameter = held

    def heir(self) -> None:
        base = self.dice.pick(
            [uid for uid, model in self.world.models.items() if model.base is None and model.parameter is None]
        )
        uid = f"M{len(self.world.models)}"
        own = FieldShape("own", INT, self.dice.pick([REQUIRED, 1]))
        model = self.world.models[base]
        self.world.models[uid] = ModelShape(uid, uid, [own], model.extra, model.by_name, base, model.config)

    # Operations

    def operations(self) -> None:
        dice = self.dice
        top = list(self.world.models)[-1]
        self.operation("POST", "/items", body=self.payload(top))
        if self.size == 0:
            return
        if dice.chance(60):
            self.operation("GET", "/search", parameters=self.parameters())
        if dice.chance(40):
            path = Parameter("key", "path", dice.pick([INT, STR, UUID_, *self.text_enums() * 2]))
            more = [Parameter("sub", "path", dice.pick([INT, STR, DATE]))] if dice.chance(30) else []
            self.operation(
                "PUT",
                "/things/{key}/of/{sub}" if more else "/things/{key}",
                body=self.payload(dice.pick(list(self.world.models))),
                parameters=[path, *more],
            )
        if dice.chance(30):
            uid = f"M{len(self.world.models)}"
            self.add(uid, [self.optional(name) for name in dice.some(NAMES, 3)])
            self.operation("PATCH", "/things", body=ModelOf(uid))
        if dice.chance(30):
            uid = f"M{len(self.world.models)}"
            self.add(uid, [self.asked(name) for name in dice.some(NAMES, 3)], extra=dice.pick(["ignore", "forbid"]))
            self.operation("GET", "/find", asked=uid)

    def operation(
        self,
        method: str,
        path: str,
        *,
        body: Type | None = None,
        parameters: list[Parameter] | None = None,
        asked: str | None = None,
        asked_in: str = "query",
    ) -> None:
        uid = f"op{len(self.world.operations)}"
        models = [one for one in self.world.models if one != asked]
        response: Type = ModelOf(self.dice.pick(models))
        if isinstance(body, ModelOf) and self.dice.chance(60):
            response = body
        elif self.dice.chance(20):
            response = ListOf(response)
        elif self.dice.chance(20):
            held: list[Type] = [DictOf(response), Nullable(response), ListOf(Nullable(response))]
            response = self.dice.pick(held)
        flags = tuple(self.dice.some(["none", "unset", "defaults"], self.dice.number(1, 2)))
        flags = flags if self.dice.chance(15) else ()
        status = 201 if method == "POST" and self.dice.chance(20) else 200
        self.world.operations[uid] = Operation(
            uid, method, path, response, body, parameters or [], asked, asked_in, status, flags
        )

    def payload(self, uid: str) -> Type:
        match self.dice.number(0, 9):
            case 0:
                return ListOf(ModelOf(uid))
            case 1:
                return DictOf(ModelOf(uid))
            case _:
                return ModelOf(uid)

    def optional(self, name: str) -> FieldShape:
        one = self.field(name)
        one.splits = False
        if one.required:
            one.type = one.type if isinstance(one.type, Nullable) else Nullable(one.type)
            one.default = None
        return one

    def asked(self, name: str) -> FieldShape:
        """A field of a query model."""
        kind = self.queried()
        default = default_for(kind, self.world, self.dice) if self.dice.chance(60) else REQUIRED
        return FieldShape(name, kind, default)

    def text_enums(self) -> list[Type]:
        """The enums that a text can be a member of: a plain one with numbers is none."""
        return [
            EnumOf(one.uid)
            for one in self.world.enums.values()
            if one.kind != "plain" or isinstance(one.members[0], str)
        ]

    def queried(self) -> Type:
        kind: Type = self.dice.pick([INT, STR, BOOL, FLOAT, DATE, *self.text_enums() * 2])
        return ListOf(kind) if self.dice.chance(20) else kind

    def parameters(self) -> list[Parameter]:
        dice = self.dice
        found: list[Parameter] = []
        for name in dice.some(NAMES, dice.number(1, 3)):
            kind = self.queried()
            default = default_for(kind, self.world, dice) if dice.chance(60) else REQUIRED
            if dice.chance(20):
                kind, default = Nullable(kind), None
            found.append(Parameter(name, "query", kind, default))
        if dice.chance(50):
            kind = dice.pick([INT, STR, *self.text_enums()])
            found.append(Parameter("x-one", "header", kind, dice.pick([REQUIRED, default_for(kind, self.world, dice)])))
        return found
