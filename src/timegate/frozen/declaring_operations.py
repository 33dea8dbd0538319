"""Facts about operations, and about what people read of them, of models and of fields."""

from __future__ import annotations

from timegate.frozen.code import Code, call, value_code
from timegate.frozen.declaring import PARAMETERS, Declaring
from timegate.frozen.difference import Kind
from timegate.frozen.subjects import endpoint_code, on_code


def operation_added(at: Declaring) -> list[Code]:
    """An operation has come."""
    at.say(f"{at.spot.operation} is new.")
    return [call(endpoint_code(at.spot.operation), "added")]


def operation_removed(at: Declaring) -> list[Code]:
    """An operation is gone."""
    at.say(f"{at.spot.operation} is gone.")
    fact = call(endpoint_code(at.spot.operation), "removed")
    return [at.decide(f"old clients still call {at.spot.operation}: keep the route at head, and declare {fact.text}")]


def status(at: Declaring) -> list[Code]:
    """It responds with another status."""
    one = at.spot.of(Kind.STATUS_CHANGED)
    at.say(f"{at.spot.operation} responds with {one.new} instead of {one.old}.")
    return [call(endpoint_code(at.spot.operation), "status", [int(one.new)], was=one.old)]


def response(at: Declaring) -> list[Code]:
    """A response has come or is gone; a fact only says that another one was in its place."""
    status, operation = at.spot.path[-1], at.spot.operation
    if at.spot.has(Kind.STATUS_REMOVED):
        question = f"{operation} no longer responds with {status}, which no fact declares: accept it with a reason."
    else:
        fact = call(endpoint_code(operation), "status", [Code(status)], was="...")
        question = f"{operation} may respond with {status}, which no fact declares: accept it with a reason; or, where "
        question += f"it stands for a response that old clients know, declare {fact.text}."
    at.questions.append(question)
    return []


def media(at: Declaring) -> list[Code]:
    """Nothing converts one media type into another; the old one has to stay beside the new one."""
    media_type = at.spot.path[-1]
    whole = f"{at.spot.operation} {at.spot.path[0]}"
    if at.spot.has(Kind.MEDIA_ADDED):
        at.questions.append(f"{whole} also has {media_type}, which no fact declares: accept it with a reason.")
    else:
        at.questions.append(
            f"{whole} no longer has {media_type}, and no fact converts it: keep it at head beside the new one; or give "
            "the new operation a path of its own, and declare that one "
            f"{call(endpoint_code(at.spot.operation), 'added').text}."
        )
    return []


def documented(at: Declaring) -> list[Code]:
    """Documents say something else."""
    one = at.spot.of(Kind.TEXT)
    said = {key: one.old.get(key) for key in (*one.old, *one.new) if one.old.get(key) != one.new.get(key)}
    at.say(f"Documents say something else of {at.of}.")
    if at.spot.component is None and not at.spot.path:
        return [call(endpoint_code(at.spot.operation), "documented", was=value_code(said))]
    if at.spot.component is not None and not at.spot.path:
        return [call(on_code(at.spot.component), "documented", was=value_code(said))]
    return [at.fact("documented", was=value_code(said))] if at.is_in(*PARAMETERS, "path") else []


def named(at: Declaring) -> list[Code]:
    """A component has another name in documents."""
    one = at.spot.of(Kind.RENAMED_IN_DOCUMENTS)
    if at.spot.component is None:
        return []
    at.say(f"{one.old} is called {one.new} in documents.")
    return [call(on_code(at.spot.component), "was_named", [one.old])]
