"""The facts to declare, so that today's contract of a released version is the frozen one again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from timegate.frozen.contract import ContractPair
from timegate.frozen.declarations import declared
from timegate.frozen.difference import Difference
from timegate.frozen.offers import (
    offered_members,
    offered_moves,
    offered_nest,
    offered_parts,
    offered_rename,
    offered_statuses,
)
from timegate.frozen.proposal import Proposal
from timegate.frozen.renames import nests, parts, renames
from timegate.frozen.spots import Spot, spots_of


def proposals(differences: Iterable[Difference], contracts: ContractPair) -> list[Proposal]:
    """What to declare for differences.

    Args:
        differences: between a frozen contract and today's contract of the same version.
        contracts: the frozen contract and today's.
    """
    left = spots_of(differences, contracts.today)
    made: list[Proposal] = []

    def take(proposal: Proposal, *spots: Spot) -> None:
        made.append(proposal)
        left[:] = [spot for spot in left if not any(spot is one for one in spots)]

    for offered in (offered_moves, offered_statuses):
        for proposal, *both in list(offered(left, contracts)):
            take(proposal, *both)
    for nest in list(nests(left, contracts)):
        take(offered_nest(nest, contracts), nest.holder, *nest.fields)
    for some in list(parts(left)):
        take(offered_parts(some, contracts), *some.gone, *some.come)
    for rename in list(renames(left)):
        take(offered_rename(rename, contracts), rename.gone, rename.come)
    for spot in left:
        renamed = offered_members(spot, contracts)
        made += declared(spot, contracts) if renamed is None else [renamed]
    return list(_together(made))


def _together(made: Iterable[Proposal]) -> Iterable[Proposal]:
    """The proposals; those with the same facts, such as of the two sides of one model, as one."""
    once: dict[tuple[str, ...], Proposal] = {}
    for one in made:
        key = tuple(fact.text for fact in one.facts) or (one.question,)
        other = once.get(key, one)
        once[key] = replace(other, fingerprints=other.fingerprints | one.fingerprints)
    return once.values()
