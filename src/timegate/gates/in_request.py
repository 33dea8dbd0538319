"""Merges the body of the current request onto the state that its client has read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from timegate.changes.base import UNSET, name_of
from timegate.changes.calls import explained
from timegate.context import SELECTED
from timegate.errors import DeclarationError
from timegate.gates.gates import Gates
from timegate.gates.merge import NO_KEYS

_Body = TypeVar("_Body", bound=BaseModel)


@explained
def merged_onto(current: Any, body: _Body, *, read: Any = UNSET, by: Mapping[str, str] = NO_KEYS) -> _Body:
    """The body of the current request, in which what its client did not change is as it is now.

    For a client that reads, changes and writes back the whole (`PUT`). Outside a request, and where no version was
    selected, it is the body.

    Args:
        current: the state that the client has read: an instance, or plain JSON data; lock it, and check ``If-Match``.
        body: the body as the handler got it.
        read: the type that the client has read the state as; by default its class, if that is sent, else the body's.
        by: the key that tells a list's items apart, by the dotted path of the list, in wire names of head; a list
            without one is replaced as a whole.

    Raises:
        DowngradeError: the state cannot be converted to what the client has read, or not back.
        DeclarationError: the body is no instance of a pydantic model, which alone knows what was sent; or ``by`` names
            no list, or a key that its items do not have.
    """
    kind = type(body)
    # A caller without a type checker may give anything.
    given: Any = body
    if not isinstance(given, BaseModel):
        raise DeclarationError(f"merged_onto(…) takes an instance of a pydantic model, not {name_of(kind)}")
    selected = SELECTED.get()
    if selected is None or not isinstance(selected.gates, Gates):
        return body
    sent = selected.operation or kind
    schema = selected.gates.sent_schema(sent)
    merge = selected.gates.merge(by, schema)
    base, now = selected.gates.before_and_now(sent, current, version=selected.version, read=read)
    state = current if type(current) is kind else kind.model_validate(now)
    merged: _Body = merge.value(kind.model_validate(base), body, state, schema)
    return merged
