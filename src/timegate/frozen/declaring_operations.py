"""Facts about operations, and about what people read of them, of models and of fields."""

from __future__ import annotations

from typing import Final

from timegate.frozen.code import Code, call, value_code
from timegate.frozen.declaring import Declaring
from timegate.frozen.difference import Kind
from timegate.frozen.spots import PARAMETERS
from timegate.frozen.subjects import endpoint_code, on_code

_STATUSES: Final = (Kind.STATUS_ADDED, Kind.STATUS_REMOVED)
_BODIES: Final = (Kind.BODY_ADDED, Kind.REQUIRED_BODY_ADDED, Kind.BODY_REMOVED)
_MEDIA: Final = (Kind.MEDIA_ADDED, Kind.MEDIA_REMOVED)
_WITHOUT_BODY: Final = ("204", "205", "304")
"""The statuses whose responses have no body."""


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
        said = f"{operation} no longer responds with {status}, which no fact declares: accept it with a reason."
    else:
        fact = call(endpoint_code(operation), "status", [Code(status)], was="...")
        said = f"{operation} may respond with {status}, which no fact declares: accept it with a reason; or, where "
        said += f"it stands for a response that old clients know, declare {fact.text}."
    return at.leave(said, *_STATUSES)


def body(at: Declaring) -> list[Code]:
    """A request or a response has a body and had none, or the other way round; no fact makes one up."""
    status, operation = at.spot.path[0], at.spot.operation
    if at.spot.has(Kind.STATUS_CHANGED) and at.spot.of(Kind.STATUS_CHANGED).old in _WITHOUT_BODY:
        # The fact about the status says it: no response of that status has one.
        return []
    if at.spot.has(Kind.REQUIRED_BODY_ADDED):
        said = f"old clients send no body to {operation}, and no fact makes one up: let head do without it (`= None`); "
        said += "or leave the route as it was, and give what is new a path of its own."
    elif status == "body":
        what = "head may take" if at.spot.has(Kind.BODY_ADDED) else "old clients may send, and head ignores,"
        said = f"{what} a body of {operation}, which no fact says: accept it with a reason."
    elif at.spot.has(Kind.BODY_ADDED):
        fact = call(endpoint_code(operation), "rewritten", response="...", status=status, was="...")
        said = (
            f"old clients were told nothing of the body of {operation} {status}, and no fact untells it: if head sends "
        )
        said += (
            "what it always sent, accept it with a reason; what changes in it from then on is converted for them too. "
        )
        said += f"If it sends another one now, declare also {fact.text}."
    else:
        said = (
            f"old clients read a body of {operation} {status}, and no fact makes one up: let head send it, or document "
        )
        said += "it, again; or accept it with a reason."
    return at.leave(said, *_BODIES)


def media(at: Declaring) -> list[Code]:
    """A body has other media types; nothing converts one into another."""
    come, gone = (", ".join(one.path[-1] for one in at.spot.differences if one.kind is kind) for kind in _MEDIA)
    (place,) = at.spot.path
    body = f"the {'body' if place == 'body' else f'response {place}'} of {at.spot.operation}"
    if gone:
        now = f"is {come} now, and was {gone}" if come else f"is no longer {gone}"
        said = (
            f"{body} {now}, and no fact converts it: let head have {gone} still, beside the other; or give what is new "
        )
        said += (
            "a path of its own; or, if no client looks at its name and the rest is the same, accept it with a reason."
        )
    else:
        who = "no old client sends it" if place == "body" else "a client that names no type may get it"
        said = f"{body} may be {come} now, which no fact hides, and {who}: accept it with a reason."
    return at.leave(said, *_MEDIA)


def credentials(at: Declaring) -> list[Code]:
    """It asks for other credentials."""
    operation = at.spot.operation
    if at.spot.has(Kind.UNSECURED):
        said = (
            f"old clients send credentials that {operation} does without, which no fact says: accept it with a reason."
        )
    else:
        said = (
            f"{operation} asks for credentials that old clients do not send, and no fact makes them up: let head serve "
        )
        said += "old clients with what they have, or accept it with a reason."
    return at.leave(said, Kind.SECURED, Kind.UNSECURED)


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
