"""Contracts of which one version has as many facts as their size allows, all about one object or one union."""

from __future__ import annotations

from typing import Any, Final

from tests.growth.crafted_contracts import Compiled, Crafted, compiled, in_five, model_with
from tests.growth.crafted_unions import union_of_all, without_tags
from timegate import on


def numbers(size: int) -> Any:
    """Fields of numbers."""
    return {f"f{index}": (int, 0) for index in range(size)}


def fields_moved_out_of_an_object(size: int) -> Compiled:
    """Each of many fields moved out of one object in one version."""
    inner = model_with("Inner", kept=(int, 0))
    thing = model_with("Thing", inner=(inner, inner()), **numbers(size))
    return compiled([thing], [tuple(on(thing).moved(f"inner.f{index}", to=f"f{index}") for index in range(size))])


def fields_moved_out_of_an_object_in_five_versions(size: int) -> Compiled:
    """The same, each in one of five versions."""
    inner = model_with("Inner", kept=(int, 0))
    thing = model_with("Thing", inner=(inner, inner()), **numbers(size))
    return compiled([thing], in_five(on(thing).moved(f"inner.f{index}", to=f"f{index}") for index in range(size)))


def fields_moved_out_of_a_former_object(size: int) -> Compiled:
    """Each of many fields moved out of an object that only older versions have."""
    thing = model_with("Thing", own=(int, 0), **numbers(size))
    return compiled([thing], [tuple(on(thing).moved(f"inner.f{index}", to=f"f{index}") for index in range(size))])


def fields_moved_into_an_object(size: int) -> Compiled:
    """Each of many fields moved into an object, which holds another one too, in one version."""
    inner = model_with("Inner", kept=(int, 0), **numbers(size))
    thing = model_with("Thing", inner=(inner, inner()))
    return compiled([thing], [tuple(on(thing).moved(f"f{index}", to=f"inner.f{index}") for index in range(size))])


def fields_moved_into_a_new_object(size: int) -> Compiled:
    """Each of many fields moved into an object that came with the version, two objects deep."""
    inner = model_with("Inner", **numbers(size))
    middle = model_with("Middle", inner=(inner, inner()))
    thing = model_with("Thing", middle=(middle, middle()))
    return compiled(
        [thing], [tuple(on(thing).moved(f"f{index}", to=f"middle.inner.f{index}") for index in range(size))]
    )


def fields_moved_between_objects(size: int) -> Compiled:
    """Each of many fields moved from one object to another in one version."""
    inner, other = model_with("Inner", kept=(int, 0), **numbers(size)), model_with("Other", kept=(int, 0))
    thing = model_with("Thing", a=(inner, inner()), b=(other, other()))
    return compiled([thing], [tuple(on(thing).moved(f"b.f{index}", to=f"a.f{index}") for index in range(size))])


def versions_of_fields_moved(size: int) -> Compiled:
    """At each version another field moved out of one object."""
    inner = model_with("Inner", kept=(int, 0))
    thing = model_with("Thing", inner=(inner, inner()), **numbers(size))
    return compiled([thing], [(on(thing).moved(f"inner.f{index}", to=f"f{index}"),) for index in range(size)])


def sum_of_all(thing: Any) -> int:
    return sum(thing.values())


def fields_filled_by_functions(size: int) -> Compiled:
    """Many fields came in one version, and a function of the object gives each."""
    thing = model_with("Thing", own=(int, 0), **numbers(size))
    return compiled([thing], [tuple(on(thing).added(name, default=sum_of_all) for name in numbers(size))])


def former_fields_filled_by_functions(size: int) -> Compiled:
    """Many fields went in one version, and a function of the object gives each."""
    thing, names = model_with("Thing", own=(int, 0)), numbers(size)
    removed = (on(thing).removed(name, was=int, backfill=sum_of_all, loses="nobody") for name in names)
    return compiled([thing], [tuple(removed)])


def versions_of_fields_filled_by_functions(size: int) -> Compiled:
    """At each version a field came that a function of the object gives."""
    thing = model_with("Thing", own=(int, 0), **numbers(size))
    return compiled([thing], [(on(thing).added(name, default=sum_of_all),) for name in numbers(size)])


def declared_for(fields: int, arms: int) -> Compiled:
    """Some fields hold any of some arms that no tag tells apart, and came with a value of the last one."""
    kinds = without_tags(arms)
    held: Any = dict.fromkeys((f"held{index}" for index in range(fields)), (union_of_all(kinds), ...))
    holder = model_with("Holder", own=(int, 0), **held)
    added = (on(holder).added(name, default={f"x{arms - 1}": 1}) for name in held)
    return compiled([holder], [(*added, *(on(arm).renamed("y", to="z") for arm in kinds))])


def values_of_arms_without_a_tag(size: int) -> Compiled:
    """Many declared values are of an arm of a union that no tag tells apart."""
    return declared_for(size, 10)


def arms_without_a_tag_of_values(size: int) -> Compiled:
    """Some declared values are of an arm of a union with many that no tag tells apart."""
    return declared_for(10, size)


def values_and_arms_without_a_tag(size: int) -> Compiled:
    """Both are many."""
    return declared_for(size, size)


LINEAR: Final[dict[str, Crafted]] = {
    function.__name__.replace("_", " "): function
    for function in (
        fields_moved_out_of_an_object,
        fields_moved_out_of_an_object_in_five_versions,
        fields_moved_out_of_a_former_object,
        fields_moved_into_an_object,
        fields_moved_into_a_new_object,
        fields_moved_between_objects,
        fields_filled_by_functions,
        former_fields_filled_by_functions,
        values_of_arms_without_a_tag,
        arms_without_a_tag_of_values,
    )
}
"""Each worst case by its name."""

QUADRATIC: Final[dict[str, Crafted]] = {
    # Each version has a program of its own for all fields of the model.
    "versions of fields moved": versions_of_fields_moved,
    "versions of fields filled by functions": versions_of_fields_filled_by_functions,
    # Each value is looked for among all arms.
    "values and arms without a tag": values_and_arms_without_a_tag,
}
"""Cases in which two sizes grow at once."""
