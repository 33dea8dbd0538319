"""Writes what becomes of the arms of a union, and what stands in for those that came later."""

from __future__ import annotations

from timegate.changes.base import UNSET
from timegate.gates.plan.conversion import Conversion
from timegate.gates.run.arms import Arm
from timegate.gates.run.choice import Choice
from timegate.gates.source.module import Module
from timegate.gates.source.writer import Writer
from timegate.history.schema_edits import without_arms
from timegate.history.steps import ModelIntroduced
from timegate.typing import Schema
from timegate.wire.schema import referred


def introduction_of(module: Module, leaf: Schema, conversion: Conversion) -> tuple[int, ModelIntroduced] | None:
    """Where a downgrade crosses the introduction of an arm, and what replaces the arm."""
    name = referred(leaf)
    return None if name is None or module.upgrades else module.reach.introduction(name, conversion.boundaries)


def add_programs(module: Module, choice: Choice, schema: Schema, leaves: list[Schema], conversion: Conversion) -> None:
    """Give each arm its program: what it becomes, or what stands in for it in versions that do not have it."""
    introductions = [introduction_of(module, leaf, conversion) for leaf in leaves]
    for arm, introduction in zip(choice.arms, introductions, strict=True):
        arm.came = None if introduction is None else introduction[1].undone
    # The arms that came first are there the longest: where one came, those before it in this order were there.
    order = sorted(range(len(leaves)), key=lambda at: (choice.arms[at].came is not None, -(choice.arms[at].came or 0)))
    names = [module.reach.names_in(leaves[at]) for at in order]
    for position, at in enumerate(order):
        arm, leaf, introduction = choice.arms[at], leaves[at], introductions[at]
        if introduction is None:
            if module.reach.needs(leaf, conversion):
                arm.function = arm.always = module.root(leaf, conversion)
            continue
        boundary, step = introduction
        newer, older = conversion.part(conversion.src, boundary), conversion.part(boundary, conversion.dst)
        others = frozenset[str]().union(*names[:position])
        rest: str | None = None
        if module.reach.touched(newer).isdisjoint(others):
            # They are now what they were then, and have a program each.
            if not module.reach.touched(older).isdisjoint(others):
                rest = f"{module.name(choice, 'u')}.before({step.undone}, v)"
            arm.function = _replacing_function(module, leaf, step, newer, rest)
        else:
            later = {str(referred(leaves[one])) for one in order if _came_later(choice.arms[one], step)}
            before = without_arms(schema, later)
            purpose = f"{leaf} or {before}", conversion
            if purpose not in module.replacing:
                root = module.root(before, older)
                rest = root and f"{root}(v)"
                module.replacing[purpose] = _replacing_function(module, leaf, step, newer, rest)
            arm.function = module.replacing[purpose]
        arm.always = arm.function


def _came_later(arm: Arm, step: ModelIntroduced) -> bool:
    """Whether an arm was not there either when another one came."""
    return arm.came is not None and arm.came <= step.undone


def _replacing_function(
    module: Module, leaf: Schema, step: ModelIntroduced, newer: Conversion, rest: str | None
) -> str:
    """A function that downgrades an arm until its introduction, replaces it there, and downgrades the replacement.

    Args:
        module: the module to write.
        leaf: the arm.
        step: its introduction.
        newer: the conversion until there.
        rest: an expression for the downgraded replacement; None where it stays as it is.
    """
    name = referred(leaf)
    assert name is not None
    function, writer = module.fresh("s"), Writer()
    with writer.block(f"def {function}(v):"):
        module.walk(writer, leaf, "v", newer)
        module.replaced(writer, step.origin)
        origin = module.name(step.origin)
        if step.seen_as is UNSET:
            writer.add(f"refuse(E, 'nothing stands in for {name}', {origin})")
        elif callable(step.seen_as):
            writer.add(f"v = copy_json(apply({module.name(step.seen_as, 'f')}, v, {origin}, E))")
        else:
            writer.add(f"v = copy_json({module.name(step.seen_as)})")
        if rest is not None:
            writer.add(f"v = {rest}")
        writer.add("return v")
    module.add_source(writer)
    return function
