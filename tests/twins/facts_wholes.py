"""Facts about members of a literal, about parameters of a path, and about the whole body of an operation."""

from __future__ import annotations

from typing import Any

from tests.twins import functions
from tests.twins.meaning import Act, Happened, Whole
from tests.twins.scene import Scene
from tests.twins.shapes import (
    INT,
    NONE,
    STR,
    DictOf,
    FieldShape,
    ListOf,
    LiteralOf,
    ModelOf,
    ModelShape,
    Nullable,
    Operation,
    Parameter,
    Type,
)
from tests.twins.source import annotation

MEMBERS = ("red", "blue", "green", "grey", "pink", "teal")


def _literal(scene: Scene) -> tuple[ModelShape, FieldShape, list[Any]] | None:
    """A field whose literal no other fact of the boundary is about, and the texts that it never was."""
    found = scene.spot(
        lambda model, one: (
            isinstance(one.type, LiteralOf)
            and not one.aliased
            and model.uid not in scene.queries()
            and f"{model.uid}.{one.name}" not in scene.busy
        )
    )
    if found is None:
        return None
    model, one = found
    assert isinstance(one.type, LiteralOf)
    free = [text for text in MEMBERS if text not in one.type.values]
    scene.busy.add(f"{model.uid}.{one.name}")
    return model, one, free


def _at(name: str, old: Any, new: Any) -> Act:
    def act(fields: dict[str, Any]) -> None:
        value = fields.get(name, ...)
        if type(value) is type(old) and value == old:
            fields[name] = new

    return act


def literal_grew(scene: Scene) -> Happened | None:
    found = _literal(scene)
    if found is None or not found[2]:
        return None
    model, one, free = found
    assert isinstance(one.type, LiteralOf)
    new, seen = scene.dice.pick(free), scene.dice.pick(list(one.type.values))
    one.type = LiteralOf((*one.type.values, new))
    code = f"on({model.uid}).literal({one.name!r}).grew({new!r}, seen_as={seen!r})"
    return Happened("literal_grew", code, frozenset({model.uid}), down=_at(one.name, new, seen), fields=(one.name,))


def literal_shrank(scene: Scene) -> Happened | None:
    found = _literal(scene)
    if found is None:
        return None
    model, one, _ = found
    assert isinstance(one.type, LiteralOf)
    gone = scene.dice.pick(list(one.type.values))
    left = [value for value in one.type.values if value != gone or type(value) is not type(gone)]
    if not left or one.default == gone:
        return None
    read = scene.dice.pick(left)
    one.type = LiteralOf(tuple(left))
    code = f"on({model.uid}).literal({one.name!r}).shrank({gone!r}, read_as={read!r}, loses='nobody minds')"
    return Happened("literal_shrank", code, frozenset({model.uid}), _at(one.name, gone, read), fields=(one.name,))


def literal_renamed(scene: Scene) -> Happened | None:
    found = _literal(scene)
    if found is None or not found[2]:
        return None
    model, one, free = found
    assert isinstance(one.type, LiteralOf)
    old, new = scene.dice.pick(list(one.type.values)), scene.dice.pick(free)
    if one.default == old:
        return None
    one.type = LiteralOf(tuple(new if value is old else value for value in one.type.values))
    code = f"on({model.uid}).literal({one.name!r}).renamed({old!r}, to={new!r})"
    acts = _at(one.name, old, new), _at(one.name, new, old)
    return Happened("literal_renamed", code, frozenset({model.uid}), *acts, fields=(one.name,))


def _in_path(scene: Scene, *kinds: Type) -> tuple[Operation, Parameter] | None:
    found = [
        (one, parameter)
        for one in scene.operations()
        for parameter in one.named("path")
        if f"{one.uid}.path" not in scene.busy and (parameter.type in kinds or not kinds)
    ]
    if not found:
        return None
    one, parameter = scene.dice.pick(found)
    scene.busy.add(f"{one.uid}.path")
    return one, parameter


def path_renamed(scene: Scene) -> Happened | None:
    found = _in_path(scene)
    if found is None:
        return None
    one, parameter = found
    old = parameter.name
    new = next(name for name in ("key", "sub", "id", "ref", "slug") if f"{{{name}}}" not in one.path)
    one.path, parameter.name = one.path.replace(f"{{{old}}}", f"{{{new}}}"), new

    def up(fields: dict[str, Any]) -> None:
        fields[new] = fields.pop(old)

    code = f"endpoint({one.path!r}, {one.method!r}).path({old!r}).renamed(to={new!r})"
    return Happened("path_renamed", code, frozenset({f"{one.uid}.parameters"}), up, fields=(new,))


def path_retyped(scene: Scene) -> Happened | None:
    found = _in_path(scene, INT)
    if found is None:
        return None
    one, parameter = found
    name, parameter.type = parameter.name, STR

    def up(fields: dict[str, Any]) -> None:
        fields[name] = functions.text_of(fields[name])

    code = f"endpoint({one.path!r}, {one.method!r}).path({name!r}).retyped(was=int, to_head=text_of)"
    return Happened("path_retyped", code, frozenset({f"{one.uid}.parameters"}), up, fields=(name,))


def _whole(scene: Scene, side: str) -> tuple[Operation, ListOf] | None:
    """An operation whose body is a list, of which no other fact of the boundary is."""
    found: list[tuple[Operation, ListOf]] = []
    for one in scene.operations():
        kind = one.body if side == "request" else one.response
        if isinstance(kind, ListOf) and f"{one.uid}.{side}" not in scene.busy:
            found.append((one, kind))
    if not found:
        return None
    one, kind = scene.dice.pick(found)
    scene.busy.add(f"{one.uid}.{side}")
    return one, kind


def rewritten_response(scene: Scene) -> Happened | None:
    found = _whole(scene, "response")
    if found is None:
        return None
    one, kind = found
    one.response = DictOf(kind.item)
    said = f"response=values_of, was={annotation(kind, scene.world)}"
    code = f"endpoint({one.path!r}, {one.method!r}).rewritten({said})"
    return Happened("rewritten_response", code, whole=Whole(one.uid, "response", functions.values_of))


def rewritten_request(scene: Scene) -> Happened | None:
    found = _whole(scene, "request")
    if found is None or found[0].method == "PATCH":
        return None
    one, kind = found
    one.body = DictOf(kind.item)
    said = f"request=numbered, was={annotation(kind, scene.world)}, loses='nothing'"
    code = f"endpoint({one.path!r}, {one.method!r}).rewritten({said})"
    return Happened("rewritten_request", code, whole=Whole(one.uid, "request", functions.numbered))


def enveloped(scene: Scene) -> Happened | None:
    """The response of an operation, which was bare, is one value of an object."""
    found = [one for one in scene.operations() if f"{one.uid}.response" not in scene.busy]
    found = [one for one in found if not one.flags and not isinstance(one.response, Nullable)]
    found = [one for one in found if one.response != NONE]
    if not found:
        return None
    one = scene.dice.pick(found)
    scene.busy.add(f"{one.uid}.response")
    uid = f"Envelope{len(scene.world.models)}"
    fields = [FieldShape("held", one.response), FieldShape("total", INT, 0)]
    scene.world.models[uid] = ModelShape(uid, uid, fields)
    scene.busy.add(uid)
    one.response = ModelOf(uid)
    code = f"endpoint({one.path!r}, {one.method!r}).enveloped('held')"
    return Happened("enveloped", code, whole=Whole(one.uid, "response", lambda envelope: envelope.fields["held"]))


def model_documented(scene: Scene) -> Happened | None:
    found = scene.shown()
    if not found:
        return None
    was = {"description": scene.description()}
    return Happened("model_documented", f"on({scene.dice.pick(found).uid}).documented(was={was!r})")


def endpoint_documented(scene: Scene) -> Happened | None:
    found = [one for one in scene.operations() if f"{one.uid}.path" not in scene.busy]
    if not found:
        return None
    one = scene.dice.pick(found)
    was = {"summary": scene.description(), "tags": ["old"]}
    return Happened("endpoint_documented", f"endpoint({one.path!r}, {one.method!r}).documented(was={was!r})")


def parameter_documented(scene: Scene) -> Happened | None:
    found = [
        (one, parameter)
        for one in scene.operations()
        for parameter in one.parameters
        if f"{one.uid}.path" not in scene.busy and f"{one.uid}.{parameter.name}" not in scene.busy
        if parameter.where != "body"
    ]
    if not found:
        return None
    one, parameter = scene.dice.pick(found)
    said = f"endpoint({one.path!r}, {one.method!r}).{parameter.where}({parameter.name!r})"
    return Happened("parameter_documented", f"{said}.documented(was={{'description': {scene.description()!r}}})")
