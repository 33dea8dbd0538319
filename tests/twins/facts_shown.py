"""Facts about header fields of responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.twins import functions
from tests.twins.drawing import SHOWN
from tests.twins.meaning import Act, Happened
from tests.twins.scene import Scene
from tests.twins.shapes import Operation, Shown


def _happened(one: Operation, name: str, verb: str, said: str, down: Act) -> Happened:
    code = f"endpoint({one.path!r}, {one.method!r}).response_header({name!r}).{verb}({said})"
    return Happened(f"response_header_{verb}", code, frozenset({f"{one.uid}.shown"}), down=down)


def _at(name: str, change: Callable[[list[str]], list[str]]) -> Act:
    """Change the values of a header field; without a value it is not there."""

    def act(fields: dict[str, Any]) -> None:
        fields[name] = change(fields.get(name, []))

    return act


def _operation(scene: Scene) -> tuple[Operation, str] | None:
    """An operation, and a name that none of its header fields has."""
    found = [one for one in scene.operations() if f"{one.uid}.path" not in scene.busy]
    if not found:
        return None
    one = scene.dice.pick(found)
    free = [name for name in SHOWN if name not in {shown.name for shown in one.shown}]
    return (one, scene.dice.pick(free)) if free else None


def _field(scene: Scene, fits: Callable[[Shown], bool]) -> tuple[Operation, Shown] | None:
    found = [
        (one, shown)
        for one in scene.operations()
        for shown in one.shown
        if fits(shown) and f"{one.uid}.path" not in scene.busy
    ]
    return scene.dice.pick(found) if found else None


def response_header_added(scene: Scene) -> Happened | None:
    found = _operation(scene)
    if found is None:
        return None
    one, name = found
    one.shown.append(Shown(name, scene.dice.pick(["int", "str"]), many=scene.dice.chance(25)))
    return _happened(one, name, "added", "", _at(name, lambda _: []))


def response_header_removed(scene: Scene) -> Happened | None:
    found = _field(scene, lambda shown: not shown.many)
    if found is None:
        return None
    one, shown = found
    one.shown.remove(shown)
    fill = scene.dice.number(0, 9) if shown.kind == "int" else scene.dice.pick(["a", "b c"])
    given = f"was={shown.kind}"
    given += f", backfill={fill!r}" if shown.always else ""
    texts = [str(fill)] if shown.always else []
    return _happened(one, shown.name, "removed", given, _at(shown.name, lambda _: texts))


def response_header_renamed(scene: Scene) -> Happened | None:
    found = _field(scene, lambda shown: True)
    if found is None:
        return None
    one, shown = found
    free = [name for name in SHOWN if name not in {other.name for other in one.shown}]
    if not free:
        return None
    old, shown.name = shown.name, scene.dice.pick(free)
    new = shown.name

    def down(fields: dict[str, Any]) -> None:
        fields[old] = fields.pop(new, [])

    return _happened(one, old, "renamed", f"to={new!r}", down)


def response_header_retyped(scene: Scene) -> Happened | None:
    found = _field(scene, lambda shown: shown.kind == "str")
    if found is None:
        return None
    one, shown = found
    shown.kind = "int"
    down = _at(shown.name, lambda texts: [functions.in_all(text) for text in texts])
    return _happened(one, shown.name, "retyped", "was=str, to_old=in_all", down)


def response_header_became_list(scene: Scene) -> Happened | None:
    found = _field(scene, lambda shown: not shown.many)
    if found is None:
        return None
    one, shown = found
    shown.many = True
    return _happened(one, shown.name, "became_list", "", _at(shown.name, lambda texts: texts[:1]))


def response_header_became_optional(scene: Scene) -> Happened | None:
    found = _field(scene, lambda shown: shown.always)
    if found is None:
        return None
    one, shown = found
    shown.always = False
    fill = scene.dice.number(0, 9)
    down = _at(shown.name, lambda texts: texts or [str(fill)])
    return _happened(one, shown.name, "became_optional", f"missing_was={fill}", down)
