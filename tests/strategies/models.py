"""Random models of head: nested, in lists and dicts, recursive, generic, in unions, with aliases."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import GenericAlias
from typing import Annotated, Any, ForwardRef, Generic, Literal, TypeVar

from hypothesis import strategies as st
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, RootModel, create_model

from tests.strategies.choices import Choices
from timegate.changes.base import Internal
from timegate.contract import Contract

NAMES = ("alpha", "beta", "gamma", "delta", "eta", "iota", "kappa", "theta", "zeta", "omega", "sigma", "tau")
"""The names of fields at all versions: few, so that one name means different fields in different versions."""

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    total: int = 0


class LongPage(BaseModel, Generic[Item]):
    items: list[Item]
    first: Item | None = None
    total: int = 0


def nullable(kind: Any) -> Any:
    """Return a type or null."""
    return kind | None


def list_of(kind: Any) -> Any:
    """Return a list of a type."""
    return GenericAlias(list, (kind,))


def dict_of(kind: Any) -> Any:
    """Return a dict of a type."""
    return GenericAlias(dict, (str, kind))


@dataclass
class World:
    """Models that a contract is made of.

    Args:
        root: the model of the payloads.
        shared: models that other models, and fields of older versions, may hold.
        unions: the members of each union.
        protected: by model, the wire names that distinguish the members of its union.
        tags: the wire name of the discriminator of each union; empty where it has none.
        enums: the enums.
        reshapeable: models that may have had another shape altogether.
        features: the special features of the models: recursive, generic, union.
        types: by model, the Python type of each field that has the same name on both sides.
    """

    root: Any = None
    shared: list[Any] = field(default_factory=list[Any])
    unions: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    protected: dict[Any, set[str]] = field(default_factory=dict[Any, set[str]])
    tags: list[str] = field(default_factory=list[str])
    enums: list[Any] = field(default_factory=list[Any])
    reshapeable: list[Any] = field(default_factory=list[Any])
    features: set[str] = field(default_factory=set[str])
    types: dict[Any, dict[str, Any]] = field(default_factory=dict[Any, dict[str, Any]])

    @property
    def contract(self) -> Contract:
        return Contract.of_types(self.root)


SCALARS: tuple[Any, ...] = (
    int,
    str,
    bool,
    float,
    nullable(int),
    nullable(str),
    list[int],
    list[str],
    dict[str, int],
    tuple[int, str],
)
"""The types of plain fields."""


def default_of(kind: Any) -> Any:
    if kind is int:
        return 3
    if kind is str:
        return "d"
    if kind is bool:
        return False
    if kind is float:
        return 1.5
    origin = getattr(kind, "__origin__", None)
    if origin is list:
        return Field(default_factory=list)
    return Field(default_factory=dict) if origin is dict else None


class Builder:
    """Draws the models of a world."""

    def __init__(self, choices: Choices, *, same_names: bool) -> None:
        self.choices = choices
        self.same_names = same_names
        self.world = World()
        self.count = 0

    def config(self) -> ConfigDict:
        extra: Any = self.choices.pick(["ignore", "allow", "forbid"])
        return ConfigDict(extra=extra, populate_by_name=self.choices.chance(50))

    def plain_fields(self, low: int, high: int) -> dict[str, Any]:
        """Draw fields, some with other names on the wire."""
        found: dict[str, Any] = {}
        kinds: list[Any] = [*SCALARS, *self.world.enums, *(nullable(one) for one in self.world.enums)]
        for index in range(self.choices.number(low, high)):
            name = NAMES[(index * 3 + self.count) % len(NAMES)]
            found[name] = self.definition(self.choices.pick(kinds))
            if self.choices.chance(12):
                # Aliases are not in NAMES, so that no older field has the name of an alias of head.
                kind, info = found.pop(name)
                found[f"py_{name}"] = (Annotated[kind, self.aliases(name)], info)
        self.count += 1
        if self.choices.chance(8):
            found["secret"] = (Annotated[list[int], Internal()], Field(default_factory=list))
        return found

    def aliases(self, name: str) -> Any:
        how = self.choices.pick(["alias", "choices"] if self.same_names else ["alias", "choices", "two"])
        if how == "alias":
            return Field(alias=f"wire{name.title()}")
        reading = AliasChoices(f"wire{name.title()}", f"also{name.title()}")
        return Field(
            validation_alias=reading,
            serialization_alias=f"wire{name.title()}" if how == "choices" else f"sent{name.title()}",
        )

    def definition(self, kind: Any) -> Any:
        default = default_of(kind)
        if self.choices.chance(50) and (default is not None or type(None) in getattr(kind, "__args__", ())):
            return (kind, default)
        return (kind, ...)

    def model(self, name: str, fields: dict[str, Any], **options: Any) -> Any:
        if "base" in options:
            return create_model(name, __base__=options["base"], **fields)
        return create_model(name, __config__=options.get("config") or self.config(), **fields)

    def holding(self, kind: Any) -> Any:
        """Draw a field that holds models: bare, nullable, in lists, dicts, tuples."""
        shape = self.choices.number(0, 6)
        made: Any = [
            (kind, ...),
            (nullable(kind), None),
            (list_of(kind), Field(default_factory=list)),
            (dict_of(kind), Field(default_factory=dict)),
            (GenericAlias(tuple, (kind, int)), ...),
            (nullable(list_of(kind)), None),
            (dict_of(list_of(kind)), Field(default_factory=dict)),
        ][shape]
        return made

    def leaves(self) -> None:
        for index in range(self.choices.number(1, 2)):
            leaf = self.model(f"Leaf{index}", self.plain_fields(1, 4))
            self.world.shared.append(leaf)
            self.world.reshapeable.append(leaf)

    def union(self) -> Any:
        tagged = self.choices.chance(60)
        arms: list[Any] = []
        for index in range(self.choices.number(2, 3)):
            if tagged:
                fields = {"kind": (Literal[f"k{index}"], ...), **self.plain_fields(0, 2)}
                arm = self.model(f"Arm{index}", fields)
                self.world.protected[arm] = {"kind"}
            else:
                fields = {f"only_{index}": (self.choices.pick([int, str]), ...), **self.plain_fields(0, 2)}
                arm = self.model(f"Arm{index}", fields, config=ConfigDict(extra="forbid"))
                self.world.protected[arm] = {f"only_{index}"}
            arms.append(arm)
        self.world.unions.append(tuple(arms))
        self.world.tags.append("kind" if tagged else "")
        self.world.features.add("union")
        union: Any = arms[0]
        for arm in arms[1:]:
            union = union | arm
        return Annotated[union, Field(discriminator="kind")] if tagged else union

    def node(self) -> Any:
        fields, here = self.plain_fields(1, 2), ForwardRef("Node")
        for name in ("next", "kids", "by"):
            if name == "next" or self.choices.chance(40):
                kinds: dict[str, Any] = {
                    "next": (nullable(here), None),
                    "kids": (list_of(here), Field(default_factory=list)),
                    "by": (dict_of(here), Field(default_factory=dict)),
                }
                fields[name] = kinds[name]
        if self.choices.chance(40):
            fields["leaf"] = self.holding(self.choices.pick(self.world.shared))
        node = self.model("Node", fields)
        node.model_rebuild(_types_namespace={"Node": node})
        self.world.features.add("recursive")
        return node

    def generic(self, kind: Any) -> Any:
        page: Any = self.choices.pick([Page, LongPage])
        self.world.features.add("generic")
        return page[kind]

    def build(self) -> World:
        choices, world = self.choices, self.world
        for index in range(choices.number(0, 2)):
            members = [f"m{number}" for number in range(choices.number(2, 4))]
            world.enums.append(Enum(f"Colour{index}", {member: member for member in members}))
        self.leaves()
        held: list[Any] = list(world.shared)
        if choices.chance(35):
            base = world.shared[0]
            sub = self.model("Sub", {"own": (int, 0)}, base=base)
            world.reshapeable.remove(base)
            world.shared.append(sub)
            held.append(sub)
        if choices.chance(45):
            held.append(self.union())
        if choices.chance(45):
            node = self.node()
            world.shared.append(node)
            held.append(node)
        if choices.chance(35):
            held.append(self.generic(choices.pick(held)))
        if choices.chance(20):
            leaf = choices.pick(world.shared)
            many: Any = RootModel
            held.append(create_model("Many", __base__=many[list_of(leaf)]))
        fields = self.plain_fields(1, 3)
        for index, kind in enumerate(held):
            if index == len(held) - 1 or choices.chance(75):
                fields[f"held_{index}"] = self.holding(kind)
        world.root = self.model("Root", fields)
        self.learn_types()
        return world

    def learn_types(self) -> None:
        """Record the Python type of each field that has the same name on both sides."""
        wire = self.world.contract.wire
        for component in wire.requests.values():
            model, other = component.model, wire.responses.get(component.name)
            if isinstance(model, type) and issubclass(model, BaseModel) and other is not None:
                self.world.types[model] = {
                    key: model.model_fields[python].annotation
                    for python, key in component.fields.items()
                    if python in model.model_fields and other.fields.get(python) == key
                }


@st.composite
def worlds(draw: Any, *, same_names: bool = False) -> World:
    """Draw models.

    Args:
        draw: given by hypothesis.
        same_names: whether requests and responses have the same names on the wire.
    """
    return Builder(Choices(draw), same_names=same_names).build()
