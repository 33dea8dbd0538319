"""A model that is new where two models inherit a field is one: it is introduced once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from timegate import Contract
from timegate.frozen.compare import differences
from timegate.frozen.contract import ContractPair, VersionContracts
from timegate.frozen.proposals import proposals


class Checkup(BaseModel):
    kind: Literal["checkup"]


class Surgery(BaseModel):
    kind: Literal["surgery"]


class Vaccination(BaseModel):
    kind: Literal["vaccination"]


def visits(treatment: Any) -> Contract:
    made: Any = {"__module__": __name__, "__annotations__": {"treatment": treatment}}
    sent = type("VisitCreate", (BaseModel,), made)
    return Contract.of_types(receives=[sent], sends=[type("Visit", (sent,), {"__module__": __name__})])


TWO: Any = Annotated[Checkup | Surgery, Field(discriminator="kind")]
THREE: Any = Annotated[Checkup | Surgery | Vaccination, Field(discriminator="kind")]


def test_is_introduced_once() -> None:
    before = VersionContracts(visits(TWO)).of_head("2025-01-01").document
    today = VersionContracts(visits(THREE)).of_head("2025-01-01")
    made = proposals(differences(before, today.document), ContractPair(before, today))
    (fact,) = [fact.text for one in made for fact in one.facts]
    assert fact.startswith("on(Vaccination).introduced(seen_as=undecided(")
