"""A request as the client sent it, for validation errors that repeat a part of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

from timegate.errors import KEY_LABEL, ArmName
from timegate.gates.locations import Location
from timegate.typing import is_array, is_object

NOTHING: Final = object()
"""What is at a place of which a request has none."""


class ClientRequest:
    """The request as the client sent it, for validation errors that repeat a part of it.

    Each part is parsed when it is first needed, and once for all errors.

    Args:
        body: returns its body as plain data.
        query: returns its query parameters.
        path: returns its path parameters.
        header: returns its header fields, with names in lower case.
        cookie: returns its cookies.
        spellings: returns the other spellings of each key of the client's version.
        forms: the fields of the form in its body as the client sent them, and as head got them; None for no form.
    """

    __slots__ = ("_parse", "_parts", "_spellings", "forms")

    def __init__(
        self,
        *,
        body: Callable[[], Any],
        query: Callable[[], Mapping[str, Any]],
        path: Callable[[], Mapping[str, Any]],
        header: Callable[[], Mapping[str, Any]],
        cookie: Callable[[], Mapping[str, Any]],
        spellings: Callable[[], Mapping[str, frozenset[str]]],
        forms: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None,
    ) -> None:
        self.forms = forms
        self._spellings = spellings
        self._parse: Mapping[str, Callable[[], Any]] = {
            "body": body, "query": query, "path": path, "header": header, "cookie": cookie,
        }  # fmt: skip
        self._parts: dict[str, Any] = {}

    def as_sent(self, location: Location, *, lacks_last: bool = False) -> Location:
        """The location with each key as the client spelled it.

        Args:
            location: in the names of the client's contract.
            lacks_last: whether the last key is one that the client did not send.
        """
        part = str(location[0])
        found, node = list(location), self._part(part)
        for index in range(1, len(location) - lacks_last):
            key = found[index]
            if is_object(node) and key not in node and not isinstance(key, ArmName):
                others = self._spellings().get(str(key), frozenset()).intersection(node)
                found[index] = next(iter(others)) if len(others) == 1 else key
            node = inside(node, found[index])
        return tuple(found)

    def at(self, location: Location) -> Any:
        """The value at a place; `NOTHING` where the request has none there."""
        if not location:
            return NOTHING
        part = str(location[0])
        node = self._part(part)
        for above, segment in pairwise(location):
            # Of a key of a dict that is wrong, the key itself is repeated.
            node = above if segment == KEY_LABEL else inside(node, segment)
        return node

    def _part(self, name: str) -> Any:
        if name not in self._parts:
            self._parts[name] = self._parse[name]() if name in self._parse else NOTHING
        return self._parts[name]


def inside(node: Any, segment: str | int) -> Any:
    """The value one step below another one in a part of a request; `NOTHING` where there is none."""
    if isinstance(segment, ArmName):
        return node
    if is_object(node):
        return node.get(str(segment), NOTHING)
    if is_array(node) and isinstance(segment, int) and 0 <= segment < len(node):
        return node[segment]
    return NOTHING
