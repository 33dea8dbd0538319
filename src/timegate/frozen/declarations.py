"""Which facts declare what differs at one place: each kind of difference with what makes its facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from timegate.frozen import declaring_keys as keys
from timegate.frozen import declaring_operations as operations
from timegate.frozen.code import Code
from timegate.frozen.contract import ContractPair
from timegate.frozen.declaring import TYPE_KINDS, Declaring
from timegate.frozen.declaring_members import members
from timegate.frozen.declaring_types import (
    ARM_KINDS,
    VALUE_KINDS,
    WHOLE_KINDS,
    alternatives,
    of_parameter,
    other_keys,
    retyped,
    whole_body,
)
from timegate.frozen.difference import Kind
from timegate.frozen.proposal import Proposal
from timegate.frozen.renames import COME, GONE
from timegate.frozen.spots import Spot

_Declare: TypeAlias = Callable[[Declaring], list[Code]]


def declared(spot: Spot, contracts: ContractPair) -> list[Proposal]:
    """The facts about everything that differs at a place, with a placeholder where a person has to decide.

    What no fact declares is a proposal of its own, without one.

    Args:
        spot: the place and what differs there.
        contracts: the frozen contract and today's.
    """
    at = Declaring(spot, contracts)
    facts: list[Code] = []
    table = _OF_BODIES if at.is_body else _OF_PARAMETERS if at.is_parameter else _DECLARATIONS
    for kinds, declare in table.items():
        if spot.has(*kinds):
            facts += declare(at)
    known = {kind for kinds in _DECLARATIONS for kind in kinds}
    facts += at.told(one for one in spot.differences if one.kind not in known)
    beyond = [
        Proposal(says="", facts=(), question=said, fingerprints=frozenset(one.fingerprint for one in some))
        for said, some in at.left.items()
    ]
    if beyond and not facts:
        return beyond
    says, question = " ".join(at.says) or f"{spot.name} has changed.", " ".join(at.questions)
    told = spot.fingerprints.difference(*(one.fingerprints for one in beyond))
    return [Proposal(says=says, facts=tuple(facts), question=question, fingerprints=told), *beyond]


_DECLARATIONS: Final[Mapping[tuple[Kind, ...], _Declare]] = {
    (Kind.RENAMED_IN_DOCUMENTS,): operations.named,
    (Kind.OPERATION_ADDED,): operations.operation_added,
    (Kind.OPERATION_REMOVED,): operations.operation_removed,
    (Kind.STATUS_CHANGED,): operations.status,
    (Kind.STATUS_ADDED, Kind.STATUS_REMOVED): operations.response,
    (Kind.BODY_ADDED, Kind.REQUIRED_BODY_ADDED, Kind.BODY_REMOVED): operations.body,
    (Kind.MEDIA_ADDED, Kind.MEDIA_REMOVED): operations.media,
    (Kind.SECURED, Kind.UNSECURED): operations.credentials,
    COME: keys.added,
    GONE: keys.removed,
    # An old default is a value of the old type, which comes after it.
    (Kind.DEFAULTED, Kind.BECAME_REQUIRED): keys.defaulted,
    TYPE_KINDS: retyped,
    ARM_KINDS: alternatives,
    (Kind.CLOSED, Kind.OPENED): other_keys,
    (Kind.TIGHTENED, Kind.LOOSENED): keys.limited,
    (Kind.GREW, Kind.SHRANK): members,
    (Kind.BECAME_REQUIRED,): keys.required,
    (Kind.BECAME_NULLABLE,): keys.nullable,
    (Kind.BECAME_NON_NULL,): keys.non_null,
    (Kind.BECAME_OPTIONAL,): keys.optional,
    (Kind.TEXT,): operations.documented,
}
"""What declares differences of some kinds, in the order in which the facts are written."""


def _with(some: tuple[Kind, ...], declare: _Declare) -> Mapping[tuple[Kind, ...], _Declare]:
    """The same, with one that declares all differences of some kinds together, in the place of another type."""
    listed = ((some, declare) if kinds == TYPE_KINDS else (kinds, other) for kinds, other in _DECLARATIONS.items())
    return {kinds: other for kinds, other in listed if kinds == some or not {*kinds} & {*some}}


_OF_BODIES: Final = _with(WHOLE_KINDS, whole_body)
_OF_PARAMETERS: Final = _with(VALUE_KINDS, of_parameter)
