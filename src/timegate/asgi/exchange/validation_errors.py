"""Convert the app's validation errors: each names a place in head's request, and gets the client's name of that place.

The conversion goes by the structure of both requests, never by text replacement. What only head knows is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from timegate.gates.locations import ClientLocation, Location
from timegate.gates.operation import OperationGate
from timegate.typing import is_array, is_object

_NOTHING: Final = object()
_LISTS: Final = ("detail", "errors")

# Errors of these types list the values that head accepts, in `ctx` and in the message.
_CHOICES: Final = frozenset({"enum", "literal_error"})
_TAGS: Final = {
    "union_tag_invalid": "Input tag is none of the expected tags",
    "union_tag_not_found": "Unable to extract tag",
}

ValidationError: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest:
    """The request as the client sent it, for validation errors that repeat a part of it.

    Args:
        body: returns its body as plain data.
        query: returns its query parameters.
        path: returns its path parameters.
    """

    body: Callable[[], Any]
    query: Callable[[], Mapping[str, Any]]
    path: Callable[[], Mapping[str, Any]]

    def at(self, location: Location) -> Any:
        """The value at a place; `_NOTHING` where the request has none there."""
        if not location:
            return _NOTHING
        part, *rest = location
        parse = {"body": self.body, "query": self.query, "path": self.path}.get(str(part))
        node: Any = _NOTHING if parse is None else parse()
        for segment in rest:
            if is_object(node):
                node = node.get(str(segment), _NOTHING)
            elif is_array(node) and isinstance(segment, int) and segment < len(node):
                node = node[segment]
            else:
                return _NOTHING
        return node


def has_validation_errors(body: Any) -> bool:
    """Whether a body lists validation errors with places in a request."""
    return is_object(body) and any(_has_place(entry) for name in _LISTS for entry in _entries(body, name))


def convert_errors(body: dict[str, Any], *, gate: OperationGate, request: ClientRequest) -> dict[str, Any]:
    """Convert a list of validation errors to the client's version.

    Args:
        body: the response's body, with ``detail[]`` in FastAPI's form or ``errors[]`` in that of RFC 9457.
        gate: the operation at the client's version.
        request: the request as the client sent it.
    """
    converter = _ErrorConverter(gate, request)
    converted = {
        name: [converter.convert(entry) if _has_place(entry) else entry for entry in entries]
        for name in _LISTS
        if (entries := _entries(body, name))
    }
    return {**body, **converted}


def _entries(body: dict[str, Any], name: str) -> list[Any]:
    found = body.get(name)
    return found if is_array(found) else []


def _has_place(entry: Any) -> bool:
    return is_object(entry) and (is_array(entry.get("loc")) or isinstance(entry.get("pointer"), str))


class _ErrorConverter:
    """Converts the validation errors of one request."""

    def __init__(self, gate: OperationGate, request: ClientRequest) -> None:
        self._gate = gate
        self._request = request
        self._touched = {
            "body": gate.request is not None,
            "query": gate.query is not None,
            "header": gate.headers is not None,
            "path": gate.rewrite is not None or gate.path_parameters is not None,
        }

    def convert(self, error: ValidationError) -> ValidationError:
        converted = dict(error)
        if isinstance(error.get("pointer"), str):
            converted["pointer"] = self._pointer(error["pointer"])
        location: Location = tuple(error["loc"]) if is_array(error.get("loc")) else ()
        if location and self._touched.get(str(location[0]), False):
            place = self._gate.locate(location)
            converted["loc"] = list(place.location)
            _convert_message(converted, place)
            self._convert_input(converted, place)
        return converted

    def _convert_input(self, error: ValidationError, place: ClientLocation) -> None:
        """Set `input` to the client's value, or remove it where the client sent none."""
        if error.get("input") is None:
            return
        value = self._request.at(place.location) if place.exact else _NOTHING
        if value is _NOTHING and error.get("type") == "missing" and place.exact:
            # A missing key has no value: the input is the object that misses it.
            value = self._request.at(place.location[:-1])
        if value is _NOTHING:
            error.pop("input")
        else:
            error["input"] = value

    def _pointer(self, pointer: str) -> str:
        mark = "#" if pointer.startswith("#") else ""
        segments = pointer[len(mark) :].split("/")[1:]
        if not segments or not self._touched["body"]:
            return pointer
        plain = [segment.replace("~1", "/").replace("~0", "~") for segment in segments]
        numbered: list[str | int] = [int(part) if part.isdigit() and len(part) < 10 else part for part in plain]
        place = self._gate.locate(("body", *numbered))
        if place.location == ("body", *numbered):
            place = self._gate.locate(("body", *plain))
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in place.location[1:])
        return "".join([mark, *(f"/{part}" for part in parts)])


def _convert_message(error: ValidationError, place: ClientLocation) -> None:
    """Remove what only head accepts from the message and from `ctx`."""
    kind = error.get("type")
    if kind in _TAGS:
        error.pop("ctx", None)
        error["msg"] = _TAGS[kind]
    elif kind in _CHOICES and place.expected is not None:
        expected = _listed(place.expected)
        error["msg"] = f"Input should be {expected}"
        error["ctx"] = {"expected": expected}
    elif not place.exact:
        error.pop("ctx", None)


def _listed(values: Sequence[Any]) -> str:
    """Values as pydantic lists them: ``'a', 'b' or 'c'``."""
    texts = [repr(value) for value in values]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"
