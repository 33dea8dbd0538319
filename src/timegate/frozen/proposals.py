"""The facts to declare, so that today's contract of a released version is the frozen one again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from timegate.frozen.code import Code, call, text_code, undecided_code
from timegate.frozen.contract import VersionContract
from timegate.frozen.declaring import Declaring
from timegate.frozen.difference import Difference, Kind
from timegate.frozen.proposal import Offer, Proposal
from timegate.frozen.renames import Rename, renames
from timegate.frozen.spots import Spot, spots_of
from timegate.frozen.subjects import endpoint_code, on_code, subject_code
from timegate.wire.paths import parameter_names


def proposals(differences: Iterable[Difference], contract: VersionContract) -> list[Proposal]:
    """What to declare for differences.

    Args:
        differences: between a frozen contract and today's contract of the same version.
        contract: today's.
    """
    spots = spots_of(differences, contract)
    made: list[Proposal] = []
    used: set[int] = set()
    moves = _moves(spots, contract)
    for proposal, *both in moves:
        made.append(proposal)
        used |= set(map(id, both))
    for rename in renames([spot for spot in spots if id(spot) not in used]):
        made.append(_rename(rename, contract))
        used |= {id(rename.gone), id(rename.come)}
    made += [Declaring(spot, contract).proposal() for spot in spots if id(spot) not in used]
    return list(_together(made))


def _together(made: Iterable[Proposal]) -> Iterable[Proposal]:
    """The proposals; those with the same facts, such as of the two sides of one model, as one."""
    once: dict[tuple[str, ...], Proposal] = {}
    for one in made:
        key = tuple(fact.text for fact in one.facts)
        if key in once:
            other = once[key]
            one = Proposal(
                says=other.says,
                facts=other.facts,
                question=other.question,
                offers=other.offers,
                fingerprints=other.fingerprints | one.fingerprints,
            )
        once[key] = one
    return once.values()


def _rename(rename: Rename, contract: VersionContract) -> Proposal:
    gone, come = rename.gone, rename.come
    old, new = gone.path[-1], come.path[-1]
    if gone.component is not None:
        parent = ".".join(gone.path[:-1])
        old_path = f"{parent}.{old}" if parent else old
        renamed = call(on_code(gone.component), "renamed", [old_path], to=text_code(new))
    else:
        renamed = call(subject_code(gone), "renamed", to=text_code(new))
    apart = [Declaring(spot, contract).proposal() for spot in (gone, come)]
    percent = f"{rename.confidence:.0%}".replace("%", " %")
    question = f"{gone.name} is gone and `{new}` has come: was it renamed? {percent}: {rename.why}."
    return Proposal(
        says=f"`{old}` of {_holder_name(gone)} is now called `{new}`.",
        facts=(undecided_code(f"was `{old}` of {_holder_name(gone)} renamed to `{new}`?"),),
        question=question,
        offers=(
            Offer(when="renamed", facts=(renamed,)),
            Offer(when="not renamed", facts=tuple(fact for one in apart for fact in one.facts)),
        ),
        fingerprints=gone.fingerprints | come.fingerprints,
    )


def _holder_name(spot: Spot) -> str:
    if spot.component is not None:
        return spot.component.display_name or spot.component.name
    return spot.operation


def _moves(spots: Sequence[Spot], contract: VersionContract) -> list[tuple[Proposal, Spot, Spot]]:
    """Operations that are gone and have come with the same method and the same payloads."""
    gone = [spot for spot in spots if spot.has(Kind.OPERATION_REMOVED)]
    come = [spot for spot in spots if spot.has(Kind.OPERATION_ADDED)]
    found: list[tuple[Proposal, Spot, Spot]] = []
    for one in gone:
        payloads = _payloads(one.differences[0].old)
        alike = [
            spot
            for spot in come
            if spot.operation.split()[0] == one.operation.split()[0] and _payloads(spot.differences[0].new) == payloads
        ]
        if len(alike) != 1:
            continue
        (other,) = alike
        come.remove(other)
        path = other.operation.partition(" ")[2]
        apart = [Declaring(spot, contract).proposal() for spot in (one, other)]
        question = f"was {one.operation} moved to {path}?"
        found.append(
            (
                Proposal(
                    says=f"{one.operation} is now at {path}.",
                    facts=(undecided_code(question),),
                    question=f"{question} Both have the same method and the same payloads.",
                    offers=(
                        Offer(when="moved", facts=tuple(_moved(one.operation, path))),
                        Offer(when="not moved", facts=tuple(fact for each in apart for fact in each.facts)),
                    ),
                    fingerprints=one.fingerprints | other.fingerprints,
                ),
                one,
                other,
            )
        )
    return found


def _moved(operation: str, path: str) -> Iterator[Code]:
    """The facts of a move; first its parameters get the names that they have in the new path, in their order there."""
    before, after = parameter_names(operation), parameter_names(path)
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    for was, now in zip(gone, come, strict=True) if len(gone) == len(come) else ():
        subject = Code(f"{endpoint_code(operation).text}.path({text_code(was)})", endpoint_code(operation).imports)
        yield call(subject, "renamed", to=text_code(now))
        operation = operation.replace(f"{{{was}}}", f"{{{now}}}")
    yield call(endpoint_code(operation), "moved", to=text_code(path))


def _payloads(operation: Mapping[str, Any]) -> tuple[object, object]:
    contents = {status: one.get("content") for status, one in operation.get("responses", {}).items()}
    return operation.get("requestBody"), contents
