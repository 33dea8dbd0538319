"""The fact about what changed at one place, with a placeholder where a person has to decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from timegate.frozen.code import Code, call, type_code, undecided_code, value_code
from timegate.frozen.contract import VersionContract
from timegate.frozen.difference import ABSENT, Difference, Kind
from timegate.frozen.proposal import Proposal
from timegate.frozen.renames import COME, GONE
from timegate.frozen.shape import shape_of
from timegate.frozen.spots import Spot
from timegate.frozen.subjects import endpoint_code, enum_code, on_code, subject_code
from timegate.typing import Schema
from timegate.wire.json_types import listed_values
from timegate.wire.schema import referred

_TYPE_KINDS: Final = (Kind.RETYPED, Kind.WIDENED, Kind.NARROWED, Kind.ARM_ADDED, Kind.ARM_REMOVED)
_TRUE: Final = Code("True")

_Declare: TypeAlias = Callable[["Declaring"], list[Code]]


@dataclass(slots=True)
class Declaring:
    """What is to be declared at one place.

    Args:
        spot: the place and what differs there.
        contract: today's contract of the frozen version.
    """

    spot: Spot
    contract: VersionContract
    _questions: list[str]
    _says: list[str]

    def __init__(self, spot: Spot, contract: VersionContract) -> None:
        self.spot = spot
        self.contract = contract
        self._questions = []
        self._says = []

    def proposal(self) -> Proposal:
        """The facts about everything that differs at the place."""
        facts: list[Code] = []
        for kinds, declare in _DECLARATIONS.items():
            if self.spot.has(*kinds):
                facts += declare(self)
        told = {kind for kinds in _DECLARATIONS for kind in kinds}
        for one in self.spot.differences:
            if one.kind not in told:
                facts.append(self._decide(f"{one.place}: {one.kind.phrase}, which no fact declares; undo it at head."))
        return Proposal(
            says=" ".join(self._says) or f"{self.spot.name} has changed.",
            facts=tuple(facts),
            question=" ".join(self._questions),
            fingerprints=self.spot.fingerprints,
        )

    @property
    def _name(self) -> str:
        return f"`{self.spot.path[-1]}`" if self.spot.path else self.spot.name

    @property
    def _of(self) -> str:
        """What has the place, in words."""
        component = self.spot.component
        holder = self.spot.operation if component is None else component.display_name or component.name
        return f"{self._name} of {holder}" if self.spot.path else holder

    @property
    def _field(self) -> list[str]:
        """The field that a fact about a model names; a parameter is named by its subject."""
        return [] if self.spot.component is None else [".".join(self.spot.path)]

    def _decide(self, question: str) -> Code:
        self._questions.append(question)
        return undecided_code(question)

    def _fact(self, verb: str, **keywords: Code | str | None) -> Code:
        return call(subject_code(self.spot), verb, self._field, **keywords)

    def _type(self, schema: Schema) -> Code:
        """The old type; a placeholder where the schema does not tell it."""
        found = type_code(schema, self.contract.component)
        return self._decide(f"what was the type of {self._of}?") if found is None else found

    def _is_in(self, *places: str) -> bool:
        """Whether it is a model's field, or a parameter at one of these places."""
        if self.spot.component is not None:
            return bool(self.spot.path)
        return len(self.spot.path) == 2 and self.spot.path[0] in places

    def _undeclared(self, problem: str) -> list[Code]:
        return [self._decide(f"{self._of} {problem}, which no fact declares; undo it at head.")]

    def added(self) -> list[Code]:
        if not self._is_in("query", "header"):
            return self._undeclared("has come")
        self._says.append(f"{self._of} is new.")
        default = None
        if self.spot.has(Kind.REQUIRED_KEY_ADDED, side="requests"):
            default = self._decide(f"what does head take where an old client sends no {self._name}?")
        return [self._fact("added", default=default)]

    def removed(self) -> list[Code]:
        if not self._is_in("query", "header"):
            return self._undeclared("is gone")
        self._says.append(f"{self._of} is gone.")
        was = self._type(self.spot.of(*GONE).old)
        required = self.spot.has(Kind.REQUIRED_KEY_REMOVED)
        backfill = loses = None
        if self.spot.has(Kind.REQUIRED_KEY_REMOVED, side="responses"):
            backfill = self._decide(f"what does an old client read as {self._name}?")
        if self.spot.has(*GONE, side="requests"):
            loses = self._decide(f"why may head ignore the {self._name} that an old client sends?")
        if self.spot.component is None:
            return [self._fact("removed", was=was, required=_TRUE if required else None, loses=loses)]
        return [self._fact("removed", was=was, required=None if required else "False", backfill=backfill, loses=loses)]

    def retyped(self) -> list[Code]:
        one = self.spot.of(*_TYPE_KINDS)
        self._says.append(f"{self._of} has another type.")
        if one.kind in (Kind.ARM_ADDED, Kind.ARM_REMOVED):
            return self._arm(one)
        if not self._is_in("query", "header", "path"):
            return self._enveloped(one) or self._undeclared("has another type")
        if _is_list_of(one.old, one.new):
            empty = None
            if self.spot.has(*_TYPE_KINDS, side="responses") and not shape_of(one.old).nullable:
                empty = self._decide(f"what does an old client read as {self._name} where the list is empty?")
            return [self._fact("became_list", empty=empty)]
        to_head = to_old = None
        if self.spot.has(*_unlike(Kind.WIDENED), side="requests"):
            to_head = self._decide(f"how does head read an old {self._name}? A function of the value.")
        if self.spot.has(*_unlike(Kind.NARROWED), side="responses"):
            to_old = self._decide(f"how does an old client read {self._name}? A function of the value.")
        return [self._fact("retyped", was=self._type(one.old), to_head=to_head, to_old=to_old)]

    def _enveloped(self, one: Difference) -> list[Code]:
        """The fact that an object now holds what was the body of a response; none where it does not."""
        envelope = None if self.spot.path == ("body",) else self.contract.component(referred(one.new) or "")
        held: Mapping[str, Schema] = {} if envelope is None else envelope.properties
        keys = [key for key, schema in held.items() if shape_of(schema).arms == shape_of(one.old).arms]
        return [call(endpoint_code(self.spot.operation), "enveloped", keys)] if len(keys) == 1 else []

    def _arm(self, one: Difference) -> list[Code]:
        arm = one.new if one.kind is Kind.ARM_ADDED else one.old
        name = referred(arm)
        component = None if name is None else self.contract.component(name)
        if one.kind is Kind.ARM_ADDED and component is not None and "properties" in component.schema:
            seen_as = None
            if component.name in self.contract.wire.reachable("responses"):
                seen_as = self._decide(f"what does an old client read in place of a {name}?")
            return [call(on_code(component), "introduced", seen_as=seen_as)]
        what = "has another alternative" if one.kind is Kind.ARM_ADDED else "has lost an alternative"
        return [self._decide(f"{self._of} {what}: which fact says what old clients send and read there?")]

    def nullable(self) -> list[Code]:
        self._says.append(f"{self._of} may be null.")
        null_was = None
        if self.spot.has(Kind.BECAME_NULLABLE, side="responses"):
            null_was = self._decide(f"what does an old client read where {self._name} is null?")
        return [self._of_field("became_nullable", null_was=null_was)]

    def non_null(self) -> list[Code]:
        self._says.append(f"{self._of} is no longer null.")
        null_is = None
        if self.spot.has(Kind.BECAME_NON_NULL, side="requests"):
            null_is = self._decide(f"what does head take where an old client sends null as {self._name}?")
        return [self._of_field("became_non_null", null_is=null_is)]

    def required(self) -> list[Code]:
        self._says.append(f"{self._of} is required.")
        if not self._is_in("query", "header"):
            return self._undeclared("is required")
        default = None
        if self.spot.has(Kind.BECAME_REQUIRED, side="requests"):
            was = self.spot.of(Kind.BECAME_REQUIRED).old
            if self.spot.component is not None and "default" in was:
                return [self._fact("defaulted", was=value_code(was["default"]))]
            default = self._decide(f"what does head take where an old client sends no {self._name}?")
        return [self._fact("became_required", default=default)]

    def optional(self) -> list[Code]:
        self._says.append(f"{self._of} is optional.")
        missing_was = None
        if self.spot.has(Kind.BECAME_OPTIONAL, side="responses"):
            missing_was = self._decide(f"what does an old client read where head leaves {self._name} out?")
        return [self._of_field("became_optional", missing_was=missing_was)]

    def defaulted(self) -> list[Code]:
        was = self.spot.of(Kind.DEFAULTED).old
        self._says.append(f"The default of {self._of} is another one.")
        if was is ABSENT:
            return [self._decide(f"what did {self._name} mean where an old client left it out?")]
        return [self._fact("defaulted", was=value_code(was))]

    def limited(self) -> list[Code]:
        one = self.spot.of(Kind.TIGHTENED, Kind.LOOSENED)
        self._says.append(f"The limits of {self._of} are other ones.")
        fact = self._of_field("constrained", was=self._type(one.old))
        if self.spot.has(Kind.TIGHTENED, side="requests"):
            question = f"head refuses values of {self._name} that old clients may send: loosen head again, or declare"
            return [self._decide(f"{question} {fact.text}")]
        if self.spot.has(Kind.LOOSENED, side="responses"):
            to_old = self._decide(f"how does an old client read a {self._name} that its limits do not allow?")
            return [self._of_field("constrained", was=self._type(one.old), to_old=to_old)]
        return [fact]

    def _of_field(self, verb: str, **keywords: Code | str | None) -> Code:
        """A fact about a field of a model; a parameter has no such fact."""
        return self._fact(verb, **keywords) if self._is_in() else self._undeclared("has changed")[0]

    def members(self) -> list[Code]:
        one = self.spot.of(Kind.GREW, Kind.SHRANK)
        come = [member for member in one.new if member not in one.old]
        gone = [member for member in one.old if member not in one.new]
        if self.spot.component is None or self.spot.path or listed_values(self.spot.component.schema) is None:
            return self._literal(one, come=come, gone=gone)
        component = self.spot.component
        self._says.append(f"The members of {self._of} are other ones.")
        facts: list[Code] = []
        for member in gone:
            read_as = self._decide(f"what does head take for an old client's {member!r}?")
            facts.append(call(enum_code(component), "shrank", [member], read_as=read_as))
        if come:
            seen_as = None
            if self.spot.has(Kind.GREW, side="responses"):
                seen_as = self._decide(f"which old member does an old client read for {', '.join(map(repr, come))}?")
            facts.append(call(enum_code(component), "grew", come, seen_as=seen_as))
        return facts

    def _literal(self, one: Difference, *, come: list[Any], gone: list[Any]) -> list[Code]:
        """A list of values that is no enum of its own."""
        if self.spot.component is None or not self.spot.path:
            return [self._decide(f"{self._of} has other values, which no fact declares; undo it at head.")]
        self._says.append(f"{self._of} has other values.")
        to_head = to_old = None
        if gone and self.spot.has(Kind.SHRANK, side="requests"):
            to_head = self._decide(f"what does head take for an old client's {gone[0]!r}? A function of the value.")
        if come and self.spot.has(Kind.GREW, side="responses"):
            to_old = self._decide(f"what does an old client read for {come[0]!r}? A function of the value.")
        was = self._type({"enum": one.old})
        return [self._fact("retyped", was=was, to_head=to_head, to_old=to_old)]

    def operation_added(self) -> list[Code]:
        self._says.append(f"{self.spot.operation} is new.")
        return [call(endpoint_code(self.spot.operation), "added")]

    def operation_removed(self) -> list[Code]:
        self._says.append(f"{self.spot.operation} is gone.")
        fact = call(endpoint_code(self.spot.operation), "removed")
        return [
            self._decide(
                f"old clients still call {self.spot.operation}: keep the route at head, and declare {fact.text}"
            )
        ]

    def status(self) -> list[Code]:
        one = self.spot.of(Kind.STATUS_CHANGED)
        self._says.append(f"{self.spot.operation} responds with {one.new} instead of {one.old}.")
        return [call(endpoint_code(self.spot.operation), "status", [int(one.new)], was=one.old)]

    def documented(self) -> list[Code]:
        one = self.spot.of(Kind.TEXT)
        said = {key: one.old.get(key) for key in (*one.old, *one.new) if one.old.get(key) != one.new.get(key)}
        self._says.append(f"Documents say something else of {self._of}.")
        if self.spot.component is None and not self.spot.path:
            return [call(endpoint_code(self.spot.operation), "documented", was=value_code(said))]
        if self.spot.component is not None and not self.spot.path:
            return [call(on_code(self.spot.component), "documented", was=value_code(said))]
        return [self._fact("documented", was=value_code(said))] if self._is_in("query", "header", "path") else []

    def named(self) -> list[Code]:
        one = self.spot.of(Kind.RENAMED_IN_DOCUMENTS)
        if self.spot.component is None:
            return []
        self._says.append(f"{one.old} is called {one.new} in documents.")
        return [call(on_code(self.spot.component), "was_named", [one.old])]


def _unlike(kind: Kind) -> Iterator[Kind]:
    """The kinds of changed types but one."""
    return (one for one in _TYPE_KINDS if one is not kind)


def _is_list_of(old: Schema, new: Schema) -> bool:
    """Whether the new schema is a list of what the old one is."""
    before, after = shape_of(old), shape_of(new)
    if len(before.arms) != 1 or len(after.arms) != 1 or after.arms[0].get("type") != "array":
        return False
    items = shape_of(after.arms[0].get("items", {}))
    return items.arms == before.arms


_DECLARATIONS: Final[Mapping[tuple[Kind, ...], _Declare]] = {
    (Kind.RENAMED_IN_DOCUMENTS,): Declaring.named,
    (Kind.OPERATION_ADDED,): Declaring.operation_added,
    (Kind.OPERATION_REMOVED,): Declaring.operation_removed,
    (Kind.STATUS_CHANGED,): Declaring.status,
    COME: Declaring.added,
    GONE: Declaring.removed,
    _TYPE_KINDS: Declaring.retyped,
    (Kind.TIGHTENED, Kind.LOOSENED): Declaring.limited,
    (Kind.GREW, Kind.SHRANK): Declaring.members,
    (Kind.BECAME_REQUIRED,): Declaring.required,
    (Kind.BECAME_NULLABLE,): Declaring.nullable,
    (Kind.BECAME_NON_NULL,): Declaring.non_null,
    (Kind.BECAME_OPTIONAL,): Declaring.optional,
    (Kind.DEFAULTED,): Declaring.defaulted,
    (Kind.TEXT,): Declaring.documented,
}
"""What declares differences of some kinds, in the order in which the facts are written."""
