"""Facts about operations: their path, status and parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.twins import functions
from tests.twins.drawing import NAMES
from tests.twins.meaning import Act, Happened, at, nothing
from tests.twins.scene import Scene
from tests.twins.shapes import INT, REQUIRED, STR, ListOf, Operation, Parameter
from tests.twins.values import default_for, is_list, same


def _operation(scene: Scene, *, with_parameters: bool = False) -> Operation | None:
    found = [one for one in scene.operations() if not with_parameters or _listed(scene, one)]
    return scene.dice.pick(found) if found else None


def _listed(scene: Scene, one: Operation) -> list[Parameter]:
    """The parameters of an operation that facts are drawn for, but header fields."""
    return [parameter for parameter in one.parameters if parameter.where in scene.places - {"header"}]


def _code(one: Operation, parameter: Parameter) -> str:
    return f"endpoint({one.path!r}, {one.method!r}).{parameter.where}({parameter.name!r})"


def _about(one: Operation) -> frozenset[str]:
    return frozenset({f"{one.uid}.parameters"})


def endpoint_moved(scene: Scene) -> Happened | None:
    one = _operation(scene)
    if one is None or f"{one.uid}.path" in scene.busy:
        return None
    scene.busy.add(f"{one.uid}.path")
    old = one.path
    into_query = "{key}" in old and "{sub}" not in old and scene.dice.chance(35) and not one.asked
    if into_query:
        key = one.named("path")[0]
        key.where = "query"
        one.path = f"/moved{len(scene.busy)}{scene.dice.number(0, 99)}"
        code = f"endpoint({old!r}, {one.method!r}).moved(to='{one.path}?key={{key}}')"
    else:
        one.path = f"/moved{scene.dice.number(0, 99)}{old}"
        code = f"endpoint({old!r}, {one.method!r}).moved(to={one.path!r})"
    return Happened("endpoint_moved", code, about=_about(one))


def status_changed(scene: Scene) -> Happened | None:
    one = _operation(scene)
    if one is None or f"{one.uid}.status" in scene.busy:
        return None
    scene.busy.add(f"{one.uid}.status")
    was, one.status = one.status, scene.dice.pick([status for status in (200, 201, 202) if status != one.status])
    code = f"endpoint({one.path!r}, {one.method!r}).status({one.status}, was={was})"
    return Happened("status", code)


def _parameter(scene: Scene) -> tuple[Operation, Parameter] | None:
    found = [
        (one, parameter)
        for one in scene.operations()
        for parameter in one.parameters
        if parameter.where in scene.places and f"{one.uid}.path" not in scene.busy and parameter.name != "key"
    ]
    return scene.dice.pick(found) if found else None


def _free(scene: Scene, one: Operation, where: str) -> str | None:
    taken = {parameter.name for parameter in one.parameters}
    pool = ("x-one", "x-two", "x-three", "x-four") if where == "header" else NAMES
    free = [name for name in pool if name not in taken]
    return scene.dice.pick(free) if free else None


def parameter_added(scene: Scene) -> Happened | None:
    one = _operation(scene, with_parameters=True)
    name = None if one is None else _free(scene, one, _listed(scene, one)[0].where)
    if one is None or name is None or f"{one.uid}.path" in scene.busy:
        return None
    like = scene.dice.pick(_listed(scene, one))
    kind = like.type
    default = default_for(kind, scene.world, scene.dice)
    if default is REQUIRED or default is None:
        return None
    fill = scene.value(kind) if not is_list(default) and scene.dice.chance(50) else REQUIRED
    if fill is None:
        return None
    required = fill is not REQUIRED and scene.dice.chance(40)
    parameter = Parameter(name, like.where, kind, REQUIRED if required else default)
    one.parameters.append(parameter)
    given = "" if fill is REQUIRED else f"default={scene.constant(fill)}"
    value = default if fill is REQUIRED else fill
    code = f"{_code(one, parameter)}.added({given})"
    return Happened("parameter_added", code, _about(one), up=_put(name, value), fields=(name,))


def _put(name: str, value: Any) -> Act:
    def put(fields: dict[str, Any]) -> None:
        fields[name] = value

    return put


def parameter_removed(scene: Scene) -> Happened | None:
    from tests.twins.source import annotation

    found = _parameter(scene)
    if found is None:
        return None
    one, parameter = found
    # What has no form at head has no field of it that was removed.
    if parameter.where == "form" and len(one.named("form")) == 1:
        return None
    one.parameters.remove(parameter)
    name = parameter.name

    def up(fields: dict[str, Any]) -> None:
        fields.pop(name, None)

    said = f"was={annotation(parameter.type, scene.world)}, required={parameter.default is REQUIRED}"
    code = f"{_code(one, parameter)}.removed({said}, loses='nobody asks')"
    return Happened("parameter_removed", code, _about(one), up, fields=(name,))


def parameter_renamed(scene: Scene) -> Happened | None:
    found = _parameter(scene)
    if found is None:
        return None
    one, parameter = found
    name, old = _free(scene, one, parameter.where), parameter.name
    if name is None:
        return None
    code = f"{_code(one, parameter)}.renamed(to={name!r})"
    parameter.name = name

    def up(fields: dict[str, Any]) -> None:
        fields[name] = fields.pop(old)

    return Happened("parameter_renamed", code, _about(one), up, fields=(name,))


def parameter_defaulted(scene: Scene) -> Happened | None:
    found = _parameter(scene)
    if found is None or found[1].default in (REQUIRED, None) or isinstance(found[1].default, list):
        return None
    one, parameter = found
    newer = scene.value(parameter.type)
    if newer is None or isinstance(newer, list) or same(newer, parameter.default):
        return None
    was, parameter.default = parameter.default, newer
    code = f"{_code(one, parameter)}.defaulted(was={scene.constant(was)})"
    return Happened("parameter_defaulted", code, _about(one), nothing, fields=(parameter.name,))


def _changing(scene: Scene, fits: Callable[[Parameter], bool]) -> tuple[Operation, Parameter] | None:
    """A parameter whose value may change, which no other fact of the boundary is about."""
    found = [
        (one, parameter)
        for one in scene.operations()
        for parameter in _listed(scene, one)
        if parameter.name != "key" and fits(parameter)
        if not {f"{one.uid}.path", f"{one.uid}.{parameter.name}"} & scene.busy
    ]
    return scene.dice.pick(found) if found else None


def parameter_became_required(scene: Scene) -> Happened | None:
    def fits(parameter: Parameter) -> bool:
        return parameter.default not in (REQUIRED, None) and not is_list(parameter.default)

    found = _changing(
        scene, lambda parameter: fits(parameter) and scene.fits_a_query(parameter.type, parameter.default)
    )
    if found is None:
        return None
    one, parameter = found
    code = f"{_code(one, parameter)}.became_required(default={scene.constant(parameter.default)})"
    parameter.default = REQUIRED
    scene.busy.add(f"{one.uid}.{parameter.name}")
    return Happened("parameter_became_required", code, _about(one), fields=(parameter.name,))


def parameter_became_list(scene: Scene) -> Happened | None:
    found = _changing(
        scene,
        lambda parameter: (
            parameter.type in (INT, STR) and parameter.default is not None and parameter.where != "cookie"
        ),
    )
    if found is None:
        return None
    one, parameter = found
    parameter.type = ListOf(parameter.type)
    if parameter.default is not REQUIRED:
        parameter.default = [parameter.default]
    scene.busy.add(f"{one.uid}.{parameter.name}")
    code = f"{_code(one, parameter)}.became_list()"
    up = at(parameter.name, lambda value: [value])
    return Happened("parameter_became_list", code, _about(one), up, fields=(parameter.name,))


def parameter_retyped(scene: Scene) -> Happened | None:
    found = _changing(scene, lambda parameter: parameter.type == INT and parameter.default is not None)
    if found is None:
        return None
    one, parameter = found
    parameter.type = STR
    if parameter.default is not REQUIRED:
        parameter.default = functions.text_of(parameter.default)
    scene.busy.add(f"{one.uid}.{parameter.name}")
    code = f"{_code(one, parameter)}.retyped(was=int, to_head=text_of)"
    up = at(parameter.name, functions.text_of)
    return Happened("parameter_retyped", code, _about(one), up, fields=(parameter.name,))


def parameter_became_optional(scene: Scene) -> Happened | None:
    found = _changing(scene, lambda parameter: parameter.default is REQUIRED and parameter.type in (INT, STR))
    if found is None:
        return None
    one, parameter = found
    parameter.default = scene.value(parameter.type)
    scene.busy.add(f"{one.uid}.{parameter.name}")
    return Happened("parameter_became_optional", f"{_code(one, parameter)}.became_optional()", fields=(parameter.name,))
