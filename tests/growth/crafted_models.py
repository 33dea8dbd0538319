"""The models of crafted requests, and what changed about them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Discriminator, Field, Tag

from timegate import enum, on


class Item(BaseModel):
    sku: int = 0
    stock: int = 0


def stock_of(item: dict[str, Any]) -> Any:
    return item["stock"]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sku: int = 0


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    sku: int = 0


Extra: Any = type(
    "Extra", (Open,), {"__module__": __name__, "__annotations__": {"__pydantic_extra__": dict[str, Item]}}
)


class Node(BaseModel):
    name: str = ""
    size: int = 0
    child: Node | None = None


class Tree(BaseModel):
    name: str = ""
    children: list[Tree] = []


class Inner(BaseModel):
    depth: int = 0


class Parcel(BaseModel):
    label: str = ""
    weight: int = 0
    box: Inner = Inner()
    note: str | None = None
    tags: list[str] = []


class Spelled(BaseModel):
    sku: int = Field(default=0, validation_alias=AliasChoices("sku", "SKU", "article_number"))


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    whiskers: int = 0


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    weight: int = 0


class Plain(BaseModel):
    a: int
    x: int = 0


class Other(BaseModel):
    b: int
    y: int = 0


def side_of(value: Any) -> str:
    return "right" if "title" in (value if type(value) is dict else vars(value)) else "left"


class Left(BaseModel):
    name: str = ""
    children: list[
        Annotated[Annotated[Left, Tag("left")] | Annotated[Right, Tag("right")], Discriminator(side_of)]
    ] = []


class Right(BaseModel):
    title: str = ""
    children: list[
        Annotated[Annotated[Left, Tag("left")] | Annotated[Right, Tag("right")], Discriminator(side_of)]
    ] = []


Side = Annotated[Annotated[Left, Tag("left")] | Annotated[Right, Tag("right")], Discriminator(side_of)]


class Twig(BaseModel):
    a: int
    x: int = 0
    children: list[Twig | Stick] = []


class Stick(BaseModel):
    b: int
    y: int = 0
    children: list[Twig | Stick] = []


Branch = Twig | Stick
Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Page(BaseModel):
    limit: int = 10
    ids: list[int] = []


RENAMED: Final = on(Item).renamed("article", to="sku")
NAMED: Final = on(Node).renamed("title", to="name")
PLANTED: Final = on(Tree).renamed("title", to="name")
SIDES: Final = (on(Left).renamed("called", to="name"), on(Right).renamed("heading", to="title"))
BRANCHES: Final = (on(Twig).added("x"), on(Stick).renamed("w", to="y"))
GREW: Final = enum(Colour).grew("blue", seen_as="red")
