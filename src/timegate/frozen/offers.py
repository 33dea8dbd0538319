"""Proposals of several ways to declare what differs, of which a person picks one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from timegate.frozen.code import Code, call, text_code, undecided_code, value_code
from timegate.frozen.contract import ContractPair
from timegate.frozen.declarations import declared
from timegate.frozen.declaring import Declaring
from timegate.frozen.declaring_members import facts_about, subject_of_members
from timegate.frozen.difference import ABSENT, Difference, Kind
from timegate.frozen.proposal import Offer, Proposal
from timegate.frozen.renames import COME, GONE, MemberRename, Nest, Parts, Rename, member_renames, renames, same_type
from timegate.frozen.schemas import SchemaComparison
from timegate.frozen.shape import shape_of
from timegate.frozen.spots import Spot
from timegate.frozen.subjects import endpoint_code, on_code, subject_code
from timegate.wire.paths import parameter_names
from timegate.wire.schema import referred
from timegate.wire.wire import SIDES, Side


def offered_rename(rename: Rename, contracts: ContractPair) -> Proposal:
    """Whether a key or parameter was renamed."""
    gone, come = rename.gone, rename.come
    old, new = gone.path[-1], come.path[-1]
    return _choice(
        [gone, come],
        f"`{old}` of {_holder_name(gone)} is now called `{new}`.",
        f"was `{old}` of {_holder_name(gone)} renamed to `{new}`?",
        f"{gone.name} is gone and `{new}` has come: was it renamed? {_percent(rename)}.",
        {"renamed": _renamed(rename, contracts), "not renamed": _apart([gone, come], contracts)},
    )


def _renamed(rename: Rename, contracts: ContractPair) -> list[Code]:
    """The fact of a rename, and those about what changed besides, under the new name."""
    gone, come = rename.gone, rename.come
    fact = call(subject_code(gone), "renamed", gone.field, to=text_code(come.path[-1]))
    besides = list(_besides(gone, come))
    spot = replace(come, differences=besides)
    return [fact, *(_apart([spot], contracts) if besides else ())]


def _besides(gone: Spot, come: Spot) -> Iterator[Difference]:
    """What differs between a place and the one that it became, besides its name."""
    before, after = gone.of(*GONE), come.of(*COME)
    was_required = before.kind is Kind.REQUIRED_KEY_REMOVED
    required = after.kind is Kind.REQUIRED_KEY_ADDED
    found: list[tuple[Kind, Any, Any]] = []
    if was_required != required:
        found.append((Kind.BECAME_REQUIRED if required else Kind.BECAME_OPTIONAL, before.old, after.new))
    optional = not required and not was_required
    compared = SchemaComparison({}, {}).schemas(before.old, after.new, "requests", come.path, defaults=optional)
    types = [(one.kind, one.old, one.new) for one in compared.found if one.kind is not Kind.TEXT]
    if gone.component is None:
        # A fact about a parameter says what the whole of it was.
        types = [
            (kind, *((old, new) if kind is Kind.DEFAULTED else (before.old, after.new))) for kind, old, new in types
        ]
    found += types or ([] if same_type(gone, come) else [(Kind.RETYPED, before.old, after.new)])
    sides: tuple[Side, ...] = tuple(side for side in SIDES if side in before.sides and side in after.sides)
    for kind, old, new in found:
        yield Difference(
            kind=kind,
            sides=sides,
            component=after.component,
            operation=after.operation,
            path=come.path,
            old=old,
            new=new,
        )


def offered_parts(some: Parts, contracts: ContractPair) -> Proposal:
    """Whether a field was split into two, or two were merged into one; or one of them was renamed."""
    gone, come = some.gone, some.come
    component = gone[0].component
    assert component is not None
    old, new = ([".".join(spot.path) for spot in spots] for spots in (gone, come))
    function = undecided_code("a function of the values, in their order")
    types = [Declaring(spot, contracts).type(spot.of(*GONE).old) for spot in gone]
    if len(gone) == 1:
        verb, names = "split", f"`{old[0]}` of {_holder_name(gone[0])} was split into `{new[0]}` and `{new[1]}`"
        into, was = Code(f"({text_code(new[0])}, {text_code(new[1])})"), types[0]
        fact = call(on_code(component), verb, old, into=into, was=was, apart=function, together=function)
    else:
        verb, names = "merged", f"`{old[0]}` and `{old[1]}` of {_holder_name(gone[0])} were merged into `{new[0]}`"
        taken = Code(f"({text_code(old[0])}, {text_code(old[1])})")
        was = Code(f"({types[0].text}, {types[1].text})", types[0].imports | types[1].imports)
        into = Code(text_code(new[0]))
        fact = call(on_code(component), verb, [taken], into=into, was=was, together=function, apart=function)
    ways = {verb: [fact]}
    for rename in renames([*gone, *come]):
        left = [spot for spot in (*gone, *come) if spot not in (rename.gone, rename.come)]
        ways[f"renamed ({_percent(rename)})"] = [*_renamed(rename, contracts), *_apart(left, contracts)]
    ways["neither" if len(ways) > 1 else f"not {verb}"] = _apart([*gone, *come], contracts)
    asked = f"is it so that {names}?"
    told = f"{_named(gone, 'is', 'are')} gone and {_named(come, 'has', 'have')} come: {asked}"
    return _choice([*gone, *come], f"{names}.", asked, told, ways)


def offered_nest(nest: Nest, contracts: ContractPair) -> Proposal:
    """Whether fields were moved into an object or out of it."""
    holder, component = nest.holder, nest.holder.component
    assert component is not None
    path, has_come, moved = ".".join(holder.path), holder.has(*COME), list[Code]()
    for spot in nest.fields:
        field, inner = ".".join(spot.path), f"{path}.{spot.path[-1]}"
        old, new = (field, inner) if has_come else (inner, field)
        moved.append(call(on_code(component), "moved", [old], to=text_code(new)))
    inner_component = contracts.component(referred(shape_of(holder.of(*COME).new).arms[0])) if nest.keys else None
    if inner_component is not None:
        default = undecided_code("what does head take?") if holder.has(*COME, side="requests") else None
        moved += [
            call(on_code(inner_component), "added", [key], default=default if key in inner_component.required else None)
            for key in nest.keys
        ]
    names = _named(nest.fields, "was", "were")
    asked = f"{names} moved {'into' if has_come else 'out of'} `{holder.path[-1]}` of {_holder_name(holder)}"
    return _choice(
        [holder, *nest.fields],
        f"{asked[0].upper()}{asked[1:]}.",
        f"is it so that {asked}?",
        f"is it so that {asked}? The names and types are the same.",
        {"moved": moved, "not moved": _apart([holder, *nest.fields], contracts)},
    )


def offered_members(spot: Spot, contracts: ContractPair) -> Proposal | None:
    """Whether members were renamed; None where nothing speaks for it."""
    subject = subject_of_members(spot)
    if subject is None or not spot.has(Kind.GREW) or not spot.has(Kind.SHRANK):
        return None
    shrunk = spot.of(Kind.SHRANK)
    come, gone = shrunk.come, shrunk.gone
    found = list(member_renames(gone, come))
    if not found or (spot.path and len(found) < len(gone) == len(shrunk.old)):
        return None
    at = Declaring(spot, contracts)
    renamed = [call(subject, "renamed", [one.old], to=value_code(one.new)) for one in found]
    left = [one for one in come if one not in [pair.new for pair in found]]
    rest = facts_about(at, subject, come=left, gone=[one for one in gone if one not in [pair.old for pair in found]])
    pairs = ", ".join(f"{one.old!r} to {one.new!r}" for one in found)
    told = "; ".join(f"{one.old!r} to {one.new!r}? {_percent(one)}" for one in found)
    return _choice(
        [spot],
        f"Members of {at.of} have other names: {pairs}.",
        f"were members of {at.of} renamed, {pairs}?",
        f"members of {at.of} are gone and others have come: were they renamed, {told}.",
        {"renamed": [*renamed, *rest], "not renamed": _apart([spot], contracts)},
    )


def offered_moves(spots: Sequence[Spot], contracts: ContractPair) -> Iterator[tuple[Proposal, Spot, Spot]]:
    """Operations that are gone and have come with the same method and the same payloads."""
    for gone, come in _alike(spots, Kind.OPERATION_REMOVED, Kind.OPERATION_ADDED, _method_and_payloads):
        path = come.operation.partition(" ")[2]
        asked = f"was {gone.operation} moved to {path}?"
        says, question = (
            f"{gone.operation} is now at {path}.",
            f"{asked} Both have the same method and the same payloads.",
        )
        ways = {"moved": [*_moved(gone.operation, path)], "not moved": _apart([gone, come], contracts)}
        yield _choice([gone, come], says, asked, question, ways), gone, come


def offered_statuses(spots: Sequence[Spot], contracts: ContractPair) -> Iterator[tuple[Proposal, Spot, Spot]]:
    """Responses that are gone and have come at one operation with the same payload: another status of the same one."""
    for gone, come in _alike(spots, Kind.STATUS_REMOVED, Kind.STATUS_ADDED, _response):
        (old,), (new,) = gone.path, come.path
        asked = f"does {gone.operation} respond with {new} where it responded with {old}?"
        fact = call(endpoint_code(gone.operation), "status", [Code(new)], was=old)
        says = f"{gone.operation} responds with {new} instead of {old}."
        question = f"{asked} If not, no fact declares it: accept it with a reason."
        yield _choice([gone, come], says, asked, question, {"the same response": [fact]}), gone, come


def _alike(
    spots: Sequence[Spot], removed: Kind, added: Kind, key: Callable[[Difference], object]
) -> Iterator[tuple[Spot, Spot]]:
    """What is gone, each with the only one that has come and is the same otherwise."""
    come = [spot for spot in spots if spot.has(added)]
    for one in [spot for spot in spots if spot.has(removed)]:
        found = [spot for spot in come if key(spot.of(added)) == key(one.of(removed))]
        if len(found) == 1:
            come.remove(found[0])
            yield one, found[0]


def _method_and_payloads(difference: Difference) -> object:
    operation: Mapping[str, Any] = difference.new if difference.old is ABSENT else difference.old
    contents = {status: one.get("content") for status, one in operation.get("responses", {}).items()}
    return difference.operation.split()[0], operation.get("requestBody"), contents


def _response(difference: Difference) -> object:
    (status,), response = difference.path, difference.new if difference.old is ABSENT else difference.old
    # There is no fact about a range of statuses or the default response.
    return difference.operation, status.isdigit() or status, response.get("content")


def _moved(operation: str, path: str) -> Iterator[Code]:
    """The facts of a move; first its parameters get the names that they have in the new path, in their order there."""
    before, after = parameter_names(operation), parameter_names(path)
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    for was, now in zip(gone, come, strict=True) if len(gone) == len(come) else ():
        subject = Code(f"{endpoint_code(operation).text}.path({text_code(was)})", endpoint_code(operation).imports)
        yield call(subject, "renamed", to=text_code(now))
        operation = operation.replace(f"{{{was}}}", f"{{{now}}}")
    yield call(endpoint_code(operation), "moved", to=text_code(path))


def _choice(
    spots: Sequence[Spot], says: str, asked: str, question: str, ways: Mapping[str, Sequence[Code]]
) -> Proposal:
    """A proposal whose only fact is a placeholder.

    Args:
        spots: the places.
        says: what changed, if it did.
        asked: what stands in the placeholder.
        question: what a person is asked.
        ways: what must be so, and the facts that are then written.
    """
    return Proposal(
        says=says,
        facts=(undecided_code(asked),),
        question=question,
        offers=tuple(Offer(when=when, facts=tuple(facts)) for when, facts in ways.items()),
        fingerprints=frozenset[str]().union(*(spot.fingerprints for spot in spots)),
    )


def _apart(spots: Iterable[Spot], contracts: ContractPair) -> list[Code]:
    return [fact for spot in spots for one in declared(spot, contracts) for fact in one.facts]


def _percent(found: Rename | MemberRename) -> str:
    return f"{found.confidence:.0%}: {found.why}"


def _named(spots: Sequence[Spot], one: str, several: str) -> str:
    return f"{' and '.join(f'`{spot.path[-1]}`' for spot in spots)} {one if len(spots) == 1 else several}"


def _holder_name(spot: Spot) -> str:
    if spot.holder is not None:
        return spot.holder.display_name or spot.holder.name
    return spot.operation
