"""Contracts of operations that are as bad as their size allows."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from tests.growth.crafted_contracts import Compiled, Crafted, compiled, in_five, model_with, timeline_of
from timegate import Contract, endpoint, on


def operations_moved(size: int) -> Compiled:
    """Each operation was moved in one version."""
    moved = tuple(endpoint(f"/old{index}").moved(to=f"/things{index}") for index in range(size))
    return compiled([int] * size, [moved])


def operations_moved_in_five_versions(size: int) -> Compiled:
    """Each operation was moved in one of five versions."""
    return compiled([int] * size, in_five(endpoint(f"/old{i}").moved(to=f"/things{i}") for i in range(size)))


def versions_of_operations_moved(size: int) -> Compiled:
    """Each operation was moved at a version of its own."""
    return compiled([int] * size, ((endpoint(f"/old{i}").moved(to=f"/things{i}"),) for i in range(size)))


def versions_of_operations_in_turn(size: int) -> Compiled:
    """At each version one of ten operations was moved, one after the other."""
    paths = [(f"/p{i}", f"/p{i - 10}" if i >= 10 else f"/things{i}") for i in range(size)]
    return compiled([int] * 10, ((endpoint(old).moved(to=new),) for old, new in paths))


def operations_added(size: int) -> Compiled:
    """Each operation came in one version."""
    return compiled([int] * size, [tuple(endpoint(f"/things{index}").added() for index in range(size))])


def versions_of_operations_added(size: int) -> Compiled:
    """Each operation came at a version of its own."""
    return compiled([int] * size, ((endpoint(f"/things{index}").added(),) for index in range(size)))


def versions_of_an_operation(size: int) -> Compiled:
    """An operation is moved at each version."""
    return compiled([int], [(endpoint(f"/p{i + 1}").moved(to=f"/p{i}" if i else "/things0"),) for i in range(size)])


def versions_of_a_parameter(size: int) -> Compiled:
    """A parameter is renamed at each version."""
    app = FastAPI()

    @app.get("/things")
    async def get(a: int = 0) -> int:
        return a

    query = endpoint("/things").query
    renamed = [(query(f"a{i + 1}").renamed(to=f"a{i}" if i else "a"),) for i in range(size)]
    return Compiled(Contract.of(app), timeline_of(renamed))


def statuses_of_operations(size: int) -> Compiled:
    """The status of each operation was replaced in one version."""
    return compiled([int] * size, [tuple(endpoint(f"/things{index}").status(200, was=201) for index in range(size))])


def statuses_of_operations_in_five_versions(size: int) -> Compiled:
    """The status of each operation was replaced in one of five versions."""
    return compiled([int] * size, in_five(endpoint(f"/things{index}").status(200, was=201) for index in range(size)))


def versions_of_statuses_of_operations(size: int) -> Compiled:
    """The status of each operation was replaced at a version of its own."""
    return compiled([int] * size, ((endpoint(f"/things{index}").status(200, was=201),) for index in range(size)))


def versions_of_a_status(size: int) -> Compiled:
    """The status of an operation is replaced at each version."""
    return compiled([int], [(endpoint("/things0").status(200 + i % 2, was=201 - i % 2),) for i in range(size)])


def statuses_of_an_operation(size: int) -> Compiled:
    """Each of the statuses that an operation declares was replaced in one version."""
    app, now = FastAPI(), range(400, 400 + size)
    responses: dict[int | str, dict[str, Any]] = {status: {"model": int} for status in now}

    @app.post("/things", responses=responses)
    async def post(body: int) -> int:
        return body

    replaced = tuple(endpoint("/things").status(status, was=status ^ 1, tolerated="both are errors") for status in now)
    return Compiled(Contract.of(app), timeline_of([replaced]))


def models_of_the_responses_of_an_operation(size: int) -> Compiled:
    """An operation declares a response of a model of its own for each of many statuses, and each model changed."""
    models = [model_with(f"Thing{index}", field=(int, 0)) for index in range(size)]
    responses: dict[int | str, dict[str, Any]] = {400 + index: {"model": kind} for index, kind in enumerate(models)}
    app = FastAPI()

    @app.post("/things", responses=responses)
    async def post(body: int) -> int:
        return body

    return Compiled(Contract.of(app), timeline_of([tuple(on(kind).renamed("old", to="field") for kind in models)]))


OPERATIONS: Final[dict[str, Crafted]] = {
    function.__name__.replace("_", " "): function
    for function in (
        operations_moved,
        operations_moved_in_five_versions,
        versions_of_operations_moved,
        versions_of_operations_in_turn,
        operations_added,
        versions_of_operations_added,
        statuses_of_operations_in_five_versions,
        versions_of_statuses_of_operations,
        versions_of_an_operation,
        versions_of_a_parameter,
        statuses_of_operations,
        versions_of_a_status,
        statuses_of_an_operation,
        models_of_the_responses_of_an_operation,
    )
}
"""Each worst case by its name."""
