"""Contracts that are as bad as their size allows, each at any size: versions, models, fields or places are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Annotated, Any, Final, TypeAlias

from fastapi import FastAPI
from pydantic import BaseModel, Field, create_model

from timegate import Contract, Timeline, Version, VersionChange, enum, on, sibling
from timegate.changes.base import Fact

Facts: TypeAlias = tuple[Fact, ...]
Boundaries: TypeAlias = Iterable[Facts]
"""The facts of each version but the oldest, from new to old."""


@dataclass(frozen=True)
class Compiled:
    """What is compiled: a contract of today, and what changed since when."""

    contract: Contract
    timeline: Timeline


Crafted: TypeAlias = Callable[[int], Compiled]
"""A contract of a size."""


def timeline_of(boundaries: Boundaries) -> Timeline:
    """A version for each boundary, and one before them all."""
    start, versions = date(2026, 1, 1), list[Version]()
    for index, facts in enumerate(boundaries):
        change = type(f"Change{index}", (VersionChange,), {"__doc__": "It changed.", "changes": facts})
        versions.append(Version(str(start - timedelta(index)), change))
    return Timeline(*versions, Version("2000-01-01"))


def model_with(name: str, **fields: Any) -> Any:
    """A model with these fields."""
    return create_model(name, **fields)


def app_of(*kinds: Any) -> FastAPI:
    """An app that takes and gives each of these types."""
    app = FastAPI()
    for index, kind in enumerate(kinds):
        add_operation(app, f"/things{index}", kind)
    return app


def add_operation(app: FastAPI, path: str, kind: Any, method: str = "POST") -> None:
    """An operation that takes and gives a type."""

    async def handle(body: Any) -> Any:
        return body

    handle.__annotations__["body"] = kind
    app.api_route(path, methods=[method], response_model=kind)(handle)


def compiled(kinds: Sequence[Any], boundaries: Boundaries) -> Compiled:
    """The app of these types with these changes."""
    return Compiled(Contract.of(app_of(*kinds)), timeline_of(boundaries))


def in_five(facts: Iterable[Fact]) -> list[Facts]:
    """Some facts, dealt to five versions."""
    dealt = list(facts)
    return [tuple(dealt[first::5]) for first in range(5)]


def text_of(value: Any) -> str:
    return str(value)


def number_of(value: Any) -> int:
    return int(value)


def sum_of(value: Any) -> int:
    return sum(value)


def list_of(value: Any) -> list[Any]:
    return [value]


def same_object(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Story:
    """A kind of fact, on a field of a model, and how it happens again and again.

    Args:
        fields: the fields of the model that it needs, by the name of the field that changes.
        once: the facts that happen to a field of a model at one boundary; at the n-th one when it happens again.
    """

    fields: Callable[[str], dict[str, Any]]
    once: Callable[[type[BaseModel], str, int], Facts]


def plain(kind: Any = int, default: Any = 0) -> Callable[[str], dict[str, Any]]:
    return lambda name: {name: (kind, default)}


def alternating(*each: Callable[[Any, str, int], Fact]) -> Callable[[Any, str, int], Facts]:
    """One of these facts after the other."""
    return lambda model, name, index: (each[index % len(each)](model, name, index),)


def with_inner(name: str) -> dict[str, Any]:
    holder = model_with(f"Inner{name.title()}", kept=(int, 0))
    return {name: (int, 0), f"in_{name}": (holder, holder())}


def reshaped(model: Any, name: str, index: int) -> Facts:
    fields: dict[str, Any] = {key: (info.annotation, info.default) for key, info in model.model_fields.items()}
    older = model_with(f"{model.__name__}Old{index}", **fields, **{f"{name}_old": (int, index)})
    return (on(model).reshaped(was=older, to_head=same_object, to_old=same_object, loses="nobody"),)


STORIES: Final[dict[str, Story]] = {
    "added and removed": Story(
        plain(),
        alternating(
            lambda m, f, i: on(m).added(f),
            lambda m, f, i: on(m).removed(f, was=int, backfill=i, loses="nobody"),
        ),
    ),
    "removed with a sibling as backfill": Story(
        lambda name: {name: (int, 0), f"{name}_other": (int, 0)},
        alternating(
            lambda m, f, i: on(m).added(f, default=sibling(f"{f}_other")),
            lambda m, f, i: on(m).removed(f, was=int, backfill=sibling(f"{f}_other"), loses="nobody"),
        ),
    ),
    "renamed field": Story(plain(), lambda m, f, i: (on(m).renamed(f"{f}_{i + 1}", to=f if i == 0 else f"{f}_{i}"),)),
    "retyped field": Story(
        plain(),
        alternating(
            lambda m, f, i: on(m).retyped(f, was=str, to_head=number_of, to_old=text_of),
            lambda m, f, i: on(m).retyped(f, was=int, to_head=text_of, to_old=number_of),
        ),
    ),
    "nullable and not": Story(
        plain(int | None, None),
        alternating(
            lambda m, f, i: on(m).became_nullable(f, null_was=i), lambda m, f, i: on(m).became_non_null(f, null_is=i)
        ),
    ),
    "required and optional": Story(
        plain(int, ...),
        alternating(
            lambda m, f, i: on(m).became_required(f, default=i),
            lambda m, f, i: on(m).became_optional(f, missing_was=i),
        ),
    ),
    "defaulted": Story(plain(), lambda m, f, i: (on(m).defaulted(f, was=i + 1),)),
    "constrained": Story(
        plain(Annotated[int, Field(le=1000)], 0),
        lambda m, f, i: (on(m).constrained(f, was=Annotated[int, Field(le=999 - i)], tolerated="they can"),),
    ),
    "became a list": Story(
        plain(list[int], []),
        alternating(
            lambda m, f, i: on(m).became_list(f, empty=0),
            lambda m, f, i: on(m).retyped(f, was=list[int], to_head=sum_of, to_old=list_of),
        ),
    ),
    "moved field": Story(
        with_inner,
        alternating(lambda m, f, i: on(m).moved(f"in_{f}.{f}", to=f), lambda m, f, i: on(m).moved(f, to=f"in_{f}.{f}")),
    ),
    "moved out of what held nothing else": Story(
        plain(),
        alternating(lambda m, f, i: on(m).moved(f"in_{f}.{f}", to=f), lambda m, f, i: on(m).moved(f, to=f"in_{f}.{f}")),
    ),
    "reshaped": Story(plain(), reshaped),
    "named": Story(plain(), lambda m, f, i: (on(m).was_named(f"{m.__name__}Called{i}"),)),
}


def model_of(story: Story, name: str, *fields: str) -> Any:
    """A model with what a story needs for each of some fields."""
    needed = {key: kind for field in fields for key, kind in story.fields(field).items()}
    return model_with(name, own=(int, 0), **needed)


def versions_of(story: Story) -> Crafted:
    """The same field changes at each version."""

    def crafted(size: int) -> Compiled:
        model = model_of(story, "Thing", "field")
        return compiled([model], (story.once(model, "field", index) for index in range(size)))

    return crafted


def versions_of_models(story: Story) -> Crafted:
    """Each version changes a model of its own."""

    def crafted(size: int) -> Compiled:
        models = [model_of(story, f"Thing{index}", "field") for index in range(size)]
        return compiled(models, (story.once(model, "field", 0) for model in models))

    return crafted


def models_of(story: Story) -> Crafted:
    """One version changes a field of each model."""

    def crafted(size: int) -> Compiled:
        models = [model_of(story, f"Thing{index}", "field") for index in range(size)]
        return compiled(models, [tuple(fact for model in models for fact in story.once(model, "field", 0))])

    return crafted


def fields_of(story: Story) -> Crafted:
    """One version changes each field of a model."""

    def crafted(size: int) -> Compiled:
        names = [f"field{index}" for index in range(size)]
        model = model_of(story, "Thing", *names)
        return compiled([model], [tuple(fact for name in names for fact in story.once(model, name, 0))])

    return crafted


def other_fields_of(story: Story) -> Crafted:
    """One version changes one field of a model that has many."""

    def crafted(size: int) -> Compiled:
        others: dict[str, Any] = {f"other{index}": (int, 0) for index in range(size)}
        model = model_with("Thing", **story.fields("field"), **others)
        return compiled([model], [story.once(model, "field", 0)])

    return crafted


def forms_of(kind: Any) -> list[Any]:
    """The forms in which a place holds a type."""
    listed: Any = list[kind]
    return [kind, listed, kind | None, dict[str, listed]]


def places_of(story: Story) -> Crafted:
    """One model that changes is held by many."""

    def crafted(size: int) -> Compiled:
        model = model_of(story, "Thing", "field")
        forms = forms_of(model)
        holders = [model_with(f"Holder{index}", held=(forms[index % 4], ...)) for index in range(size)]
        return compiled(holders, [story.once(model, "field", 0)])

    return crafted


def operations_of(story: Story) -> Crafted:
    """One model that changes is the body of many operations."""

    def crafted(size: int) -> Compiled:
        model = model_of(story, "Thing", "field")
        forms = forms_of(model)
        return compiled([forms[index % 4] for index in range(size)], [story.once(model, "field", 0)])

    return crafted


DIMENSIONS: Final[dict[str, Callable[[Story], Crafted]]] = {
    "versions": versions_of,
    "versions, each of another model": versions_of_models,
    "models": models_of,
    "fields": fields_of,
    "fields beside it": other_fields_of,
    "places": places_of,
    "operations": operations_of,
}


def an_enum(size: int) -> Any:
    members: Any = {f"M{index}": f"m{index}" for index in range(size)}
    return Enum("Members", members)


def members_renamed(size: int) -> Compiled:
    """Each member of an enum was renamed in one version."""
    kind = an_enum(size)
    renamed = tuple(enum(kind).renamed(f"old{index}", to=f"m{index}") for index in range(size))
    return compiled([model_with("Holder", held=(kind, ...))], [renamed])


def versions_of_a_member(size: int) -> Compiled:
    """A member of an enum is renamed at each version."""
    kind = an_enum(2)
    renamed = [(enum(kind).renamed(f"m0_{i + 1}", to=f"m0_{i}" if i else "m0"),) for i in range(size)]
    return compiled([model_with("Holder", held=(kind, ...))], renamed)


def versions_of_values_and_functions(size: int) -> Compiled:
    """Each version declares another value for a field, which goes through the functions of all newer ones."""
    model = model_with("Thing", field=(int, 0))

    def changed(index: int) -> Facts:
        value = on(model).defaulted("field", was=index + 1)
        return value, on(model).retyped("field", was=int, to_head=number_of, to_old=number_of)

    return compiled([model], [changed(index) for index in range(size)])


def versions_of_members(size: int) -> Compiled:
    """An enum grows and shrinks again and again."""
    kind = an_enum(2)
    facts = [enum(kind).grew("m1", seen_as="m0"), enum(kind).shrank("m1", read_as="m0", loses="nobody")]
    return compiled([model_with("Holder", held=(kind, ...))], [(facts[i % 2],) for i in range(size)])


def akin(size: int) -> list[Any]:
    """Models that all have a field of one name and type; each is akin to one other by its name."""
    return [model_with(f"Thing{index // 2}{'Read' if index % 2 else ''}", field=(int, 0)) for index in range(2 * size)]


def twins_forgotten(size: int) -> Compiled:
    """In one version a field changed in many models, and each has a twin that no change names."""
    models = akin(size)
    return compiled(models, [tuple(on(model).renamed("old", to="field") for model in models[::2])])


def versions_of_twins_forgotten(size: int) -> Compiled:
    """The same, each at a version of its own."""
    models = akin(size)
    return compiled(models, ((on(model).renamed("old", to="field"),) for model in models[::2]))


def versions_of_a_model_beside_twenty(size: int) -> Compiled:
    """A model changes at each version, beside twenty others that changed in the newest, and one holds them all."""
    model, others = model_with("Own", field=(int, 0)), [model_with(f"Other{index}", x=(int, 0)) for index in range(20)]
    held: Any = {f"held{index}": (kind, kind()) for index, kind in enumerate([model, *others])}
    once = STORIES["renamed field"].once
    newest = tuple(on(other).renamed("old", to="x") for other in others)
    return compiled([model_with("Holder", **held)], [newest, *(once(model, "field", index) for index in range(size))])


def models_of_one_base(size: int) -> Compiled:
    """In one version a field changed in all models that derive from one."""
    base = model_with("Base", field=(int, 0))
    models = [create_model(f"Thing{index}", __base__=base, own=(int, 0)) for index in range(size)]
    return compiled(models, [(on(base).renamed("old", to="field"),)])


CONTRACTS: Final[dict[str, Crafted]] = {
    f"{dimension}: {name}": grown(story)
    for dimension, grown in DIMENSIONS.items()
    for name, story in STORIES.items()
    if not (dimension == "fields" and name in ("reshaped", "named"))
} | {
    function.__name__.replace("_", " "): function
    for function in (
        versions_of_a_member,
        versions_of_members,
        versions_of_values_and_functions,
        members_renamed,
        twins_forgotten,
        versions_of_twins_forgotten,
        versions_of_a_model_beside_twenty,
        models_of_one_base,
    )
}
"""Each worst case by its name."""
