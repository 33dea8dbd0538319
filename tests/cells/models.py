"""The head models of the cells: the same fields, declared in every way that an app may use."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeAlias, TypeVar

from pydantic import (
    AliasChoices,
    AliasGenerator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
    computed_field,
)
from pydantic.alias_generators import to_camel, to_pascal
from typing_extensions import TypedDict

T = TypeVar("T")


class Grade(StrEnum):
    LOW = "low"
    TOP = "top"


Phase: TypeAlias = Literal["new", "sold"]


class Core(BaseModel):
    """The fields of every touched model of the cells; no fact is about this class itself."""

    parcel_label: str
    net_weight: int = 1
    item_count: int = 0
    box_size: int = 0
    free_note: str | None = None
    marks: list[str] = []
    grade: Grade = Grade.LOW
    phase: Phase = "new"


class Bare(Core):
    pass


class Outer(BaseModel):
    inner: Bare
    title: str = "its own"
    net_weight: int = 0


class Node(Core):
    children: list["Node"] = []


class Left(Core):
    right: "Right | None" = None


class Right(BaseModel):
    left: Left | None = None


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int


class Rows(RootModel[list[Bare]]):
    pass


class Box(Core, Generic[T]):
    content: T


class TaggedParcel(Core):
    kind: Literal["parcel"]


class TaggedLetter(BaseModel):
    kind: Literal["letter"]
    title: str = ""
    net_weight: int = 0


Tagged = Annotated[TaggedParcel | TaggedLetter, Field(discriminator="kind")]


class ClosedParcel(Core):
    model_config = ConfigDict(extra="forbid")


class ClosedLetter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pages: int
    colour: str = "white"


def kind_of(value: Any) -> Any:
    """Distinguish the union members by a field that no fact touches."""
    return getattr(value, "kind", None) if isinstance(value, BaseModel) else value.get("kind")


class PickedParcel(Core):
    kind: str


class PickedLetter(BaseModel):
    kind: str
    title: str = ""


Picked = Annotated[
    Annotated[PickedParcel, Tag("parcel")] | Annotated[PickedLetter, Tag("letter")], Discriminator(kind_of)
]


def arm_of(value: Any) -> str:
    """Distinguish the union members by a field that facts touch."""
    is_parcel = isinstance(value, ChosenParcel) if isinstance(value, BaseModel) else "parcel_label" in value
    return "parcel" if is_parcel else "letter"


class ChosenParcel(Core):
    pass


class ChosenLetter(BaseModel):
    pages: int


Chosen = Annotated[
    Annotated[ChosenParcel, Tag("parcel")] | Annotated[ChosenLetter, Tag("letter")], Discriminator(arm_of)
]


class StoppedParcel(Core):
    state: Literal["failed", "skipped"]


class StoppedLetter(BaseModel):
    state: Literal["failed", "deferred"]
    until: int


@dataclass
class Data:
    parcel_label: str
    net_weight: int = 1
    item_count: int = 0
    box_size: int = 0
    free_note: str | None = None
    marks: list[str] = field(default_factory=list[str])
    grade: Grade = Grade.LOW
    phase: Phase = "new"


class Typed(TypedDict):
    parcel_label: str
    net_weight: NotRequired[int]
    item_count: NotRequired[int]
    box_size: NotRequired[int]
    free_note: NotRequired[str | None]
    marks: NotRequired[list[str]]
    grade: NotRequired[Grade]
    phase: NotRequired[Phase]


class Parent(Core):
    pass


class Child(Parent):
    age: int = 0


class North:
    class Twin(Core):
        pass


class South:
    class Twin(Core):
        pass


class Twins(BaseModel):
    north: North.Twin
    south: South.Twin


class Aliased(BaseModel):
    parcel_label: str = Field(alias="parcelLabel")
    net_weight: int = Field(default=1, alias="netWeight")
    item_count: int = Field(default=0, alias="itemCount")
    box_size: int = Field(default=0, alias="boxSize")
    free_note: str | None = Field(default=None, alias="freeNote")
    marks: list[str] = Field(default=[], alias="itsMarks")
    grade: Grade = Field(default=Grade.LOW, alias="itsGrade")
    phase: Phase = Field(default="new", alias="itsPhase")


class Generated(Core):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class TwoAliases(Core):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=to_camel, serialization_alias=to_pascal),
    )


class Choices(BaseModel):
    parcel_label: str = Field(validation_alias=AliasChoices("label", "parcel_label"))
    net_weight: int = Field(default=1, validation_alias=AliasChoices("weight", "net_weight"))
    item_count: int = Field(default=0, validation_alias=AliasChoices("count", "item_count"))
    box_size: int = Field(default=0, validation_alias=AliasChoices("size", "box_size"))
    free_note: str | None = Field(default=None, validation_alias=AliasChoices("note", "free_note"))
    marks: list[str] = Field(default=[], validation_alias=AliasChoices("labels", "marks"))
    grade: Grade = Field(default=Grade.LOW, validation_alias=AliasChoices("class", "grade"))
    phase: Phase = Field(default="new", validation_alias=AliasChoices("status", "phase"))


class Computing(Core):
    @computed_field
    def twice(self) -> int:
        return 2 * self.item_count


class Forbidding(Core):
    model_config = ConfigDict(extra="forbid")


class Allowing(Core):
    model_config = ConfigDict(extra="allow")
