"""What is known at one place where something is to be declared, and the pieces that every declaration is made of."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from timegate.frozen.code import Code, call, model_code, type_code, undecided_code
from timegate.frozen.contract import ContractPair, schema_at
from timegate.frozen.difference import Difference, Kind
from timegate.frozen.shape import shape_of
from timegate.frozen.spots import PLACES, Spot
from timegate.frozen.subjects import subject_code
from timegate.typing import Schema
from timegate.wire.schema import referred
from timegate.wire.wire import Component

TYPE_KINDS: Final = (Kind.RETYPED, Kind.WIDENED, Kind.NARROWED)


@dataclass(slots=True)
class Declaring:
    """What is to be declared at one place.

    Args:
        spot: the place and what differs there.
        contracts: the frozen contract and today's.
        questions: what a person has to decide.
        left: what no fact declares, by what is said of it.
        says: what changed, in sentences.
    """

    spot: Spot
    contracts: ContractPair
    questions: list[str] = field(default_factory=list[str])
    left: dict[str, list[Difference]] = field(default_factory=dict[str, list[Difference]])
    says: list[str] = field(default_factory=list[str])

    @property
    def name(self) -> str:
        """The field or parameter, or the whole."""
        return f"`{self.spot.path[-1]}`" if self.spot.path else self.spot.name

    @property
    def of(self) -> str:
        """What has the place, in words."""
        component = self.spot.holder
        holder = self.spot.operation if component is None else component.display_name or component.name
        return f"{self.name} of {holder}" if self.spot.path else holder

    @property
    def field(self) -> list[str]:
        """The field that a fact about a model names; a parameter is named by its subject."""
        return self.spot.field

    @property
    def today(self) -> Schema:
        """The schema at the place in today's contract; empty where there is none."""
        one = self.spot.differences[0]
        return schema_at(self.contracts.today.document, one.component, one.operation, self.spot.path)

    @property
    def was(self) -> Schema:
        """The schema at the place in the frozen contract; empty where there is none."""
        one = self.spot.differences[0]
        return schema_at(self.contracts.frozen, one.frozen_component, one.operation, self.spot.path)

    def is_required(self) -> bool:
        """Whether the frozen contract or head requires the key."""
        one = self.spot.differences[0]
        whole = schema_at(self.contracts.today.document, one.component, one.operation, self.spot.path[:-1])
        required = self.spot.path[-1] in whole.get("required", ())
        return required or self.spot.has(Kind.BECAME_REQUIRED, Kind.BECAME_OPTIONAL)

    def say(self, text: str) -> None:
        """Add a sentence for the changelog."""
        self.says.append(text)

    def decide(self, question: str) -> Code:
        """The placeholder for what a person has to decide."""
        self.questions.append(question)
        return undecided_code(question)

    def fact(self, verb: str, **keywords: Code | str | None) -> Code:
        """A fact about the field or parameter."""
        return call(subject_code(self.spot), verb, self.field, **keywords)

    def of_field(self, verb: str, **keywords: Code | str | None) -> Code:
        """A fact about a field of a model; a parameter has no such fact."""
        return self.fact(verb, **keywords) if self.is_in() else self.decide(self.undeclared("has changed"))

    def type(self, schema: Schema) -> Code:
        """The old type; a placeholder where the schema does not tell it."""
        found = type_code(schema, self.class_of)
        return self.decide(f"what was the type of {self.of}?") if found is None else found

    def class_of(self, name: str) -> Code | None:
        """The class that a component is of; one that only the frozen contract has may still stand beside the others."""
        component = self.component(name)
        if component is not None:
            code = model_code(component)
            return code if code.imports else None
        beside = [self.spot.component, *(self.component(referred(arm)) for arm in shape_of(self.today).arms)]
        for one in beside:
            module = "" if one is None else getattr(one.model, "__module__", "")
            if isinstance(getattr(sys.modules.get(module), name, None), type):
                return Code(name, frozenset({(module, name)}))
        return None

    def is_in(self, *places: str) -> bool:
        """Whether it is a model's field, or a parameter at one of these places."""
        if self.spot.component is not None:
            return bool(self.spot.path)
        return len(self.spot.path) == 2 and self.spot.path[0] in places

    @property
    def is_parameter(self) -> bool:
        """Whether it is a parameter of an operation, or a header field of its responses."""
        return self.spot.component is None and self.is_in(*PLACES)

    @property
    def is_body(self) -> bool:
        """Whether it is the root of a request's or a response's body, or what a list there holds."""
        place = self.spot.path[0] if self.spot.operation and self.spot.path else ""
        return place == "body" or place.isdigit()

    def undeclared(self, problem: str) -> str:
        """What to say of what no fact declares."""
        return f"{self.of} {problem}, which no fact declares: undo it at head, or accept it with a reason."

    def told(self, differences: Iterable[Difference]) -> list[Code]:
        """Say of some differences that no fact declares them."""
        for one in differences:
            self.leave(self.undeclared(f"has changed ({one.kind.phrase})"), one.kind)
        return []

    def leave(self, said: str, *kinds: Kind) -> list[Code]:
        """Say of the differences of some kinds that no fact declares them, and what to do; nothing is written."""
        self.left.setdefault(said, []).extend(one for one in self.spot.differences if one.kind in kinds)
        return []

    def component(self, name: str | None) -> Component | None:
        """The component with a name in today's document."""
        return self.contracts.component(name)
