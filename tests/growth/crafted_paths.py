"""Contracts of an operation whose path has as many parameters as its size allows."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any, Final

from fastapi import FastAPI, Path, Query

from tests.growth.crafted_contracts import Boundaries, Compiled, Crafted, number_of, timeline_of
from tests.growth.crafted_parts import handler
from timegate import Contract, endpoint


def named(size: int) -> list[str]:
    """The names of so many parameters."""
    return [f"n{index}" for index in range(size)]


def path_of(start: str, names: Sequence[str]) -> str:
    """A path of these parameters."""
    return "/".join([start, *(f"{{{name}}}" for name in names)])


def path_with(names: Sequence[str], boundaries: Boundaries) -> Compiled:
    """An operation whose path has these parameters, and what changed about it."""

    async def handle(**values: Any) -> int:
        return 1

    app, kind = FastAPI(), Annotated[int, Path()]
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name in names]
    vars(handle)["__signature__"] = Signature(parameters, return_annotation=int)
    app.post(path_of("/things", names))(handle)
    return Compiled(Contract.of(app), timeline_of(boundaries))


def a_path_moved(size: int) -> Compiled:
    """A path of many parameters was moved."""
    names = named(size)
    return path_with(names, [(endpoint(path_of("/old", names)).moved(to=path_of("/things", names)),)])


def a_path_parameter_retyped(size: int) -> Compiled:
    """One of many parameters of a path had another type."""
    names = named(size)
    retyped = endpoint(path_of("/things", names)).path("n0").retyped(was=str, to_head=number_of)
    return path_with(names, [(retyped,)])


def a_path_moved_to_a_query(size: int) -> Compiled:
    """Many parameters of a path went to the query."""
    app, names = FastAPI(), named(size)
    app.post("/things")(handler(names, Query()))
    to = "/things?" + "&".join(f"{name}={{{name}}}" for name in names)
    return Compiled(Contract.of(app), timeline_of([(endpoint(path_of("/old", names)).moved(to=to),)]))


def path_parameters_renamed(size: int) -> Compiled:
    """Each parameter of a path was renamed in one version."""
    names = named(size)
    at = endpoint(path_of("/things", names))
    return path_with(names, [tuple(at.path(f"old{name}").renamed(to=name) for name in names)])


PATHS: Final[dict[str, Crafted]] = {
    function.__name__.replace("_", " "): function
    for function in (a_path_moved, a_path_parameter_retyped, a_path_moved_to_a_query, path_parameters_renamed)
}
"""Each worst case by its name."""
