"""Propose facts about which fields a model has and about their types."""

from __future__ import annotations

from typing import Any

from tests.oracle.history import undone
from tests.oracle.places import admits_null, behind, is_enum
from tests.strategies import functions
from tests.strategies.models import NAMES, dict_of, list_of
from tests.strategies.snapshot import Candidate, Snapshot
from timegate.changes.base import UNSET, Fact
from timegate.changes.subjects import on, sibling
from timegate.wire.wire import SIDES


def added(snapshot: Snapshot) -> Fact | None:
    candidate = snapshot.candidate(lambda candidate: not candidate.protected)
    if candidate is None:
        return None
    if candidate.required["requests"] or snapshot.choices.chance(40):
        component = snapshot.state["requests"][candidate.component]
        alike = [
            other.keys["requests"]
            for other in snapshot.candidates(component)
            if other.name != candidate.name and other.request == candidate.request and other.always
        ]
        if alike and snapshot.choices.chance(40):
            return on(candidate.component).added(candidate.name, default=sibling(snapshot.choices.pick(alike)))
        return on(candidate.model).added(candidate.name, default=snapshot.fill("requests", candidate.request))
    return on(candidate.model).added(candidate.name)


def removed(snapshot: Snapshot) -> Fact | None:
    found = snapshot.components()
    if not found:
        return None
    component = snapshot.choices.pick(found)
    subject = snapshot.subject(component)
    name = snapshot.free_name(snapshot.affected(subject, "?"))
    if name is None:
        return None
    kind, required = snapshot.old_type(), snapshot.choices.chance(50)
    how = snapshot.choices.number(0, 9)
    if how <= 1:
        kinds = [
            (candidate, snapshot.kind(candidate))
            for candidate in snapshot.candidates(component)
            if not candidate.protected
        ]
        known = [(candidate, kind) for candidate, kind in kinds if kind is not None]
        if known:
            candidate, kind = snapshot.choices.pick(known)
            required = required and candidate.always
            return on(component.name).removed(
                name, was=kind, required=required, backfill=sibling(candidate.name), loses="nobody asks for it"
            )
    if how == 2:
        snapshot.converts_models = True
        function = snapshot.choices.pick([functions.as_text, functions.size_of])
        was: Any = str if function is functions.as_text else int
        return on(subject).removed(name, was=was, required=required, backfill=function, loses="nobody asks for it")
    if how == 3:
        return on(subject).removed(name, was=kind, required=False, loses="nobody asks for it")
    fact = on(subject).removed(name, was=kind, required=required, backfill=None, loses="nobody asks for it")
    older = undone(snapshot.state, fact)["responses"]
    place = older[component.name].properties[name]
    if snapshot.leads_to(place, snapshot.affected(subject, name), older):
        return None
    backfill = snapshot.value("responses", place)
    return on(subject).removed(name, was=kind, required=required, backfill=backfill, loses="nobody asks for it")


def renamed(snapshot: Snapshot) -> Fact | None:
    if snapshot.world.unions and snapshot.choices.chance(15):
        return renamed_tag(snapshot)
    candidate = snapshot.candidate(lambda candidate: not is_tag(snapshot, candidate))
    if candidate is None:
        return None
    name = snapshot.free_name(snapshot.affected(candidate.model, candidate.name))
    return None if name is None else on(candidate.model).renamed(name, to=candidate.name)


def is_tag(snapshot: Snapshot, candidate: Candidate) -> bool:
    return candidate.protected and is_enum(candidate.request)


def renamed_tag(snapshot: Snapshot) -> Fact | None:
    arms, tag = snapshot.world.unions[0], snapshot.tags[0]
    names = {name for arm in arms for name in snapshot.affected(arm, tag)}
    # A value finds its union member by the tag, so the boundary that renames the tag has no other fact. A tag that only
    # some members rename is refused: no fact names a member that only older versions have.
    if (
        snapshot.changed
        or snapshot.has_retired
        or snapshot.locked
        or not tag
        or not names
        or any(tag not in snapshot.state["requests"][name].properties for name in names)
    ):
        return None
    name = snapshot.free_name(names)
    if name is None:
        return None
    snapshot.locked |= set(snapshot.state["requests"])
    return on(*arms).renamed(name, to=tag)


def moved(snapshot: Snapshot) -> Fact | None:
    """Move a field into a model that only one place holds, or out of an object that newer versions lack."""
    holders = snapshot.holders()
    if snapshot.choices.chance(50):
        candidate = snapshot.candidate(
            lambda candidate: not candidate.protected and candidate.keys["requests"] == candidate.keys["responses"]
        )
        name = None if candidate is None else snapshot.free_name(snapshot.affected(candidate.model, candidate.name))
        if candidate is None or name is None:
            return None
        # The object that the old path goes through keeps its type: only its fields have facts.
        for component in snapshot.affected(candidate.model, candidate.name):
            snapshot.protected.setdefault(component, set()).add(name)
        return on(candidate.model).moved(f"{name}.{snapshot.choices.pick(NAMES)}", to=candidate.name)

    def fits(candidate: Candidate) -> bool:
        inner = behind(candidate.request, snapshot.state["requests"])
        arm = inner is not None and any(inner.model in arms for arms in snapshot.world.unions)
        free = inner is not None and not arm and inner.name not in snapshot.changed | snapshot.locked
        return inner is not None and free and holders[inner.name] == 1 and len(snapshot.candidates(inner)) > 1

    candidate = snapshot.candidate(fits)
    inner = None if candidate is None else behind(candidate.request, snapshot.state["requests"])
    if candidate is None or inner is None or candidate.keys["requests"] != candidate.keys["responses"]:
        return None
    sources = [source for source in snapshot.candidates(inner) if source.keys["requests"] == source.keys["responses"]]
    if not candidate.always or any(admits_null(candidate.places[side], snapshot.state[side]) for side in SIDES):
        # A move makes the object where it is absent or null.
        needed = {key for side in SIDES for key in snapshot.state[side][inner.name].required}
        sources = [source for source in sources if needed <= {source.keys["requests"]}]
    name = snapshot.free_name(snapshot.affected(candidate.model, candidate.name))
    if not sources or name is None:
        return None
    source = snapshot.choices.pick(sources)
    # A path goes through models of the newer version, so they have no other fact at this boundary.
    snapshot.locked |= {inner.name, candidate.component}
    empty: Any = UNSET
    if not candidate.always and not snapshot.holds_models(source.request) and snapshot.choices.chance(50):
        empty = snapshot.value("requests", source.request)
    return on(candidate.model).moved(name, to=f"{candidate.keys['requests']}.{source.keys['requests']}", empty=empty)


def retyped(snapshot: Snapshot) -> Fact | None:
    candidate = snapshot.candidate(
        lambda candidate: not candidate.protected and candidate.request == candidate.places["responses"]
    )
    if candidate is None:
        return None
    field = on(candidate.model)
    place = candidate.request
    kind = {key: value for key, value in place.items() if key not in ("title", "default")}
    models = snapshot.holds_models(place)
    match kind:
        case {"type": "integer"} if snapshot.choices.chance(70):
            if snapshot.choices.chance(30):
                return field.retyped(candidate.name, to_head=functions.one_more, to_old=functions.one_less)
            return field.retyped(
                candidate.name, was=str, to_head=functions.number, to_old=functions.digits, loses="only numbers"
            )
        case {"type": "array", "items": {"type": "integer"}} | {
            "type": "object",
            "additionalProperties": {"type": "integer"},
        } if snapshot.choices.chance(70):
            return field.retyped(
                f"{candidate.name}.*", was=str, to_head=functions.number, to_old=functions.digits, loses="only numbers"
            )
        case {"type": "array", "items": _} if snapshot.choices.chance(70):
            known = snapshot.kind(candidate)
            if known is not None and len(getattr(known, "__args__", ())) == 1:
                snapshot.converts_models |= models
                (inner,) = known.__args__
                return field.retyped(
                    candidate.name,
                    was=dict_of(inner),
                    to_head=functions.listed,
                    to_old=functions.numbered,
                    loses="the names",
                )
        case _:
            pass
    snapshot.converts_models |= models
    known = snapshot.kind(candidate)
    if known is not None and snapshot.choices.chance(50):
        return field.retyped(
            candidate.name,
            was=list_of(known),
            to_head=functions.unwrapped,
            to_old=functions.wrapped,
            loses="all but one",
        )
    return field.retyped(candidate.name, was=str, to_head=functions.as_json, to_old=functions.as_text, loses="bad text")


def bare_candidates(snapshot: Snapshot, kind: str) -> list[Candidate]:
    """List the fields of one model that are plain values of one JSON type on both sides."""
    found = snapshot.components()
    if not found:
        return []
    return [
        candidate
        for candidate in snapshot.candidates(snapshot.choices.pick(found))
        if not candidate.protected
        and all(set(place) <= {"type", "title", "default"} and place.get("type") == kind
                for place in candidate.places.values())
    ]  # fmt: skip


def split(snapshot: Snapshot) -> Fact | None:
    numbers = bare_candidates(snapshot, "integer")
    if len(numbers) < 2:
        return None
    first, second = numbers[0], numbers[1]
    name = snapshot.free_name(snapshot.affected(first.component, first.name))
    if name is None:
        return None
    return on(first.component).split(
        name,
        into=(first.name, second.name),
        was=str,
        apart=functions.parted,
        together=functions.joined,
        loses="other texts",
    )


def merged(snapshot: Snapshot) -> Fact | None:
    texts = bare_candidates(snapshot, "string")
    if not texts:
        return None
    affected = snapshot.affected(texts[0].component, texts[0].name)
    names = [snapshot.free_name(affected), snapshot.free_name(affected)]
    if None in names or names[0] == names[1]:
        return None
    return on(texts[0].component).merged(
        (str(names[0]), str(names[1])),
        into=texts[0].name,
        was=(int, int),
        together=functions.joined,
        apart=functions.lengths,
        loses="other texts",
    )
