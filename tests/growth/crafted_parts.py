"""Contracts whose operations have as many parameters, header fields and unread places as their size allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, TypeAlias

from fastapi import FastAPI, Form, Query
from pydantic import BeforeValidator, create_model

from tests.growth.crafted_contracts import (
    STORIES,
    Boundaries,
    Compiled,
    Crafted,
    add_operation,
    an_enum,
    compiled,
    in_five,
    model_with,
    number_of,
    same_object,
    text_of,
    timeline_of,
)
from timegate import Contract, endpoint, enum, on

Location: TypeAlias = Literal["query", "form"]
"""Parts of a request whose parameters take different ways; header fields and cookies go that of the query."""

RENAMED: Final = STORIES["renamed field"]
MARKERS: Final[dict[Location, Callable[[], Any]]] = {"query": Query, "form": Form}
THINGS: Final = endpoint("/things")


def handler(names: Sequence[str], marker: Any) -> Any:
    """A handler of numbers with these names, which come from one part of a request."""

    async def handle(**values: Any) -> int:
        return 1

    kind = Annotated[int, marker]
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, default=0, annotation=kind) for name in names]
    vars(handle)["__signature__"] = Signature(parameters, return_annotation=int)
    return handle


def operation_of(location: Location, names: Sequence[str], boundaries: Boundaries) -> Compiled:
    """An operation with some parameters, and what changed about it."""
    app = FastAPI()
    app.post("/things")(handler(names, MARKERS[location]()))
    return Compiled(Contract.of(app), timeline_of(boundaries))


def of_location(location: Location) -> Callable[[str], Any]:
    """The parameters of one part of a request, as facts are about them."""
    return THINGS.query if location == "query" else THINGS.form


def parameters_of(location: Location) -> Crafted:
    """Each parameter of an operation was renamed in one version."""

    def crafted(size: int) -> Compiled:
        parameter, names = of_location(location), [f"n{index}" for index in range(size)]
        return operation_of(location, names, [tuple(parameter(f"old-{name}").renamed(to=name) for name in names)])

    return crafted


def parameters_beside(location: Location) -> Crafted:
    """One parameter of many was renamed."""

    def crafted(size: int) -> Compiled:
        names = [f"n{index}" for index in range(size)]
        return operation_of(location, names, [(of_location(location)("old").renamed(to="n0"),)])

    return crafted


def versions_of_parameter(location: Location) -> Crafted:
    """A parameter is renamed at each version."""

    def crafted(size: int) -> Compiled:
        parameter = of_location(location)
        names = [f"n{index}" for index in range(size + 1)]
        boundaries = [(parameter(older).renamed(to=newer),) for newer, older in pairwise(names)]
        return operation_of(location, ["n0", "other"], boundaries)

    return crafted


def versions_of_parameters(location: Location) -> Crafted:
    """At each version another parameter of one operation is renamed."""

    def crafted(size: int) -> Compiled:
        parameter, names = of_location(location), [f"n{index}" for index in range(size)]
        return operation_of(location, names, [(parameter(f"old-{name}").renamed(to=name),) for name in names])

    return crafted


def parameters_in_five_versions(location: Location) -> Crafted:
    """Each parameter of an operation was renamed in one of five versions."""

    def crafted(size: int) -> Compiled:
        parameter, names = of_location(location), [f"n{index}" for index in range(size)]
        return operation_of(location, names, in_five(parameter(f"old-{name}").renamed(to=name) for name in names))

    return crafted


def versions_of_parameters_in_turn(location: Location) -> Crafted:
    """At each version one of ten parameters was renamed, one after the other."""

    def crafted(size: int) -> Compiled:
        parameter, names = of_location(location), [f"n{index}" for index in range(size + 10)]
        boundaries = [(parameter(older).renamed(to=newer),) for newer, older in zip(names, names[10:], strict=False)]
        return operation_of(location, names[:10], boundaries)

    return crafted


def gone_parameters(size: int) -> Compiled:
    """Many parameters of an operation went in one version."""
    gone = tuple(THINGS.query(f"old{index}").removed(was=int, loses="nobody") for index in range(size))
    return operation_of("query", ["kept"], [gone])


def parameters_of_operations(size: int) -> Compiled:
    """A parameter of each of many operations was renamed in one version."""
    app = FastAPI()
    for index in range(size):
        app.get(f"/things{index}")(handler(["kept"], Query()))
    renamed = tuple(endpoint(f"/things{index}").query("old").renamed(to="kept") for index in range(size))
    return Compiled(Contract.of(app), timeline_of([renamed]))


def responding(names: Sequence[str], boundaries: Boundaries) -> Compiled:
    """An operation that documents header fields of its response, and what changed about it."""
    app = FastAPI()
    documented = {name: {"schema": {"type": "string"}} for name in names}
    app.get("/things", responses={200: {"headers": documented}})(handler(["kept"], Query()))
    return Compiled(Contract.of(app), timeline_of(boundaries))


def response_headers(size: int) -> Compiled:
    """Each header field of a response was renamed in one version."""
    names = [f"x-{index}" for index in range(size)]
    return responding(names, [tuple(THINGS.response_header(f"old-{name}").renamed(to=name) for name in names)])


def versions_of_a_response_header(size: int) -> Compiled:
    """A header field of a response is renamed at each version."""
    header = THINGS.response_header
    return responding(["x-0"], ((header(f"x-{i + 1}").renamed(to=f"x-{i}"),) for i in range(size)))


def versions_of_values_of_a_response_header(size: int) -> Compiled:
    """The value of a header field of a response differs at each version."""
    retyped = THINGS.response_header("x").retyped(was=str, to_old=text_of)
    return responding(["x"], [(retyped,)] * size)


def versions_of_response_headers(size: int) -> Compiled:
    """At each version another header field of a response is renamed."""
    names = [f"x-{index}" for index in range(size)]
    return responding(names, ((THINGS.response_header(f"old-{name}").renamed(to=name),) for name in names))


def response_headers_of_operations(size: int) -> Compiled:
    """A header field of the response of each of many operations was renamed in one version."""
    renamed = tuple(endpoint(f"/things{i}").response_header("old").renamed(to="new") for i in range(size))
    return compiled([int] * size, [renamed])


def webhooks(size: int) -> Compiled:
    """Each of many webhooks sends a model that changed in one version."""
    app, models = FastAPI(), [model_with(f"Thing{index}", field=(int, 0)) for index in range(size)]
    add_operation(app, "/things", int)
    for index, model in enumerate(models):

        async def hook(body: Any) -> None: ...

        hook.__annotations__["body"] = model
        app.webhooks.post(f"hook{index}")(hook)
    return Compiled(Contract.of(app), timeline_of([tuple(on(model).renamed("old", to="field") for model in models)]))


def unread_places(size: int) -> Compiled:
    """A model that changed has many fields of any type."""
    others: dict[str, Any] = {f"any{index}": (Any, None) for index in range(size)}
    model = model_with("Thing", field=(int, 0), **others)
    return compiled([model], [(on(model).renamed("old", to="field"),)])


def narrowed_places(size: int) -> Compiled:
    """A model that changed is held at many places where a function sees what was sent."""
    model: Any = model_with("Thing", field=(int, 0))
    kind: Any = Annotated[model, BeforeValidator(same_object)]
    holders = [model_with(f"Holder{index}", held=(kind, ...)) for index in range(size)]
    return compiled(holders, [(on(model).renamed("old", to="field"),)])


def versions_of_a_narrowed_place(size: int) -> Compiled:
    """A model that changes at each version is held where a function sees what was sent."""
    model: Any = model_with("Thing", field=(int, 0))
    holder = model_with("Holder", held=(Annotated[model, BeforeValidator(same_object)], ...))
    return compiled([holder], [RENAMED.once(model, "field", index) for index in range(size)])


def alike(size: int) -> list[Any]:
    """Models of one name, each of a module of its own."""
    own: list[dict[str, Any]] = [{"field": (int, 0), f"own{index}": (int, 0)} for index in range(size)]
    return [create_model("Thing", __module__=f"module{index}", **fields) for index, fields in enumerate(own)]


def models_of_one_name(size: int) -> Compiled:
    """A field changed in each of many models of one name."""
    models = alike(size)
    return compiled(models, [tuple(on(model).renamed("old", to="field") for model in models)])


def models_of_one_name_in_five_versions(size: int) -> Compiled:
    """A field changed in each of many models of one name, in one of five versions."""
    models = alike(size)
    return compiled(models, in_five(on(model).renamed("old", to="field") for model in models))


def versions_of_models_of_one_name(size: int) -> Compiled:
    """The same, each at a version of its own."""
    models = alike(size)
    return compiled(models, [(on(model).renamed("old", to="field"),) for model in models])


def versions_of_models_of_one_name_in_turn(size: int) -> Compiled:
    """At each version one of ten models of one name changed, one after the other."""
    models = alike(10)
    return compiled(models, [RENAMED.once(models[index % 10], "field", index // 10) for index in range(size)])


def models_of_one_name_called_otherwise(size: int) -> Compiled:
    """Each of many models of one name had another name in older documents."""
    models = alike(size)
    return compiled(models, [tuple(on(model).was_named(f"Old{index}") for index, model in enumerate(models))])


def versions_of_many_members(size: int) -> Compiled:
    """Each of ten members of an enum is renamed at each version."""
    kind = an_enum(10)
    renamed = [
        tuple(enum(kind).renamed(f"m{k}_{i + 1}", to=f"m{k}_{i}" if i else f"m{k}") for k in range(10))
        for i in range(size)
    ]
    return compiled([model_with("Holder", held=(kind, ...))], renamed)


def members_that_came(size: int) -> Compiled:
    """All members of an enum but one came in one version."""
    kind = an_enum(size + 1)
    came = tuple(enum(kind).grew(f"m{index + 1}", seen_as="m0") for index in range(size))
    return compiled([model_with("Holder", held=(kind, ...))], [came])


def members_that_came_in_five_versions(size: int) -> Compiled:
    """All members of an enum but one came in one of five versions."""
    kind = an_enum(size + 1)
    came = in_five(enum(kind).grew(f"m{index + 1}", seen_as="m0") for index in range(size))
    return compiled([model_with("Holder", held=(kind, ...))], came)


def versions_that_grew(size: int) -> Compiled:
    """Each member of an enum but one came with a version of its own."""
    kind = an_enum(size + 1)
    grew = [(enum(kind).grew(f"m{index + 1}", seen_as="m0"),) for index in range(size)]
    return compiled([model_with("Holder", held=(kind, ...))], grew)


def holders_of_an_enum(size: int) -> Compiled:
    """Many models hold an enum that changed."""
    kind = an_enum(3)
    holders = [model_with(f"Holder{index}", held=(kind, ...)) for index in range(size)]
    return compiled(holders, [(enum(kind).renamed("old", to="m0"),)])


def fields_of_a_partial_update(size: int) -> Compiled:
    """Half of the fields of a model that a `PATCH` takes came in one version, and the type of the others changed."""
    names = [f"field{index}" for index in range(size)]
    fields: dict[str, Any] = dict.fromkeys(names, (int, 0))
    app, model = FastAPI(), model_with("Thing", own=(int, 0), **fields)
    add_operation(app, "/things", model, "PATCH")
    came = tuple(on(model).added(name, default=1) for name in names[::2])
    changed = tuple(on(model).retyped(name, was=str, to_head=number_of, to_old=text_of) for name in names[1::2])
    return Compiled(Contract.of(app), timeline_of([came + changed]))


PARTS: Final[dict[str, Crafted]] = {
    f"{grown.__name__.replace('_', ' ')}: {location}": grown(location)
    for grown in (
        parameters_of,
        parameters_beside,
        parameters_in_five_versions,
        versions_of_parameter,
        versions_of_parameters_in_turn,
        versions_of_parameters,
    )
    for location in MARKERS
} | {
    function.__name__.replace("_", " "): function
    for function in (
        fields_of_a_partial_update,
        gone_parameters,
        parameters_of_operations,
        response_headers,
        versions_of_a_response_header,
        versions_of_values_of_a_response_header,
        versions_of_response_headers,
        response_headers_of_operations,
        webhooks,
        unread_places,
        narrowed_places,
        versions_of_a_narrowed_place,
        models_of_one_name,
        models_of_one_name_in_five_versions,
        versions_of_models_of_one_name,
        versions_of_models_of_one_name_in_turn,
        members_that_came,
        members_that_came_in_five_versions,
        models_of_one_name_called_otherwise,
        versions_of_many_members,
        versions_that_grew,
        holders_of_an_enum,
    )
}
"""Each worst case by its name."""
