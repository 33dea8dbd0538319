"""The app's complaints about a request, told in the client's own names.

An app knows only head, so its 422 says where head's request is wrong. By the structure of both, never by their text,
each place becomes the client's, and what only head knows is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from timegate.asgi.message.json import is_list, is_object
from timegate.gates.locations import ClientLocation, Location
from timegate.gates.operation import OperationGate
from timegate.wire.paths import parameter_names

_NOTHING: Final = object()

# They list what head chooses from, and say it again in their message.
_CHOICES: Final = frozenset({"enum", "literal_error"})
_TAGS: Final = {
    "union_tag_invalid": "Input tag is none of the expected tags",
    "union_tag_not_found": "Unable to extract tag",
}

Detail: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the client sent, to be told again where a complaint repeats it.

    Args:
        body: gives its body as plain data.
        query: gives its query parameters.
        path: gives its path parameters.
    """

    body: Callable[[], Any]
    query: Callable[[], Mapping[str, Any]]
    path: Callable[[], Mapping[str, Any]]

    def at(self, location: Location) -> Any:
        """What it sent at a place; `_NOTHING` where it sent nothing there."""
        if not location:
            return _NOTHING
        part, *rest = location
        give = {"body": self.body, "query": self.query, "path": self.path}.get(str(part))
        node: Any = _NOTHING if give is None else give()
        for segment in rest:
            if is_object(node):
                node = node.get(str(segment), _NOTHING)
            elif is_list(node) and isinstance(segment, int) and segment < len(node):
                node = node[segment]
            else:
                return _NOTHING
        return node


def lists_errors(body: Any) -> bool:
    """Whether a body lists places of a request that are wrong."""
    return is_object(body) and any(_located(entry) for name in ("detail", "errors") for entry in _entries(body, name))


def converted(body: dict[str, Any], *, gate: OperationGate, sent: Sent) -> dict[str, Any]:
    """A list of complaints in the names of the client's version.

    Args:
        body: the answer, ``detail[]`` as FastAPI has it or ``errors[]`` as RFC 9457 does.
        gate: the operation at the client's version.
        sent: the request as the client sent it.
    """
    teller = _Teller(gate, sent)
    changed = {
        name: [teller.entry(entry) if _located(entry) else entry for entry in _entries(body, name)]
        for name in ("detail", "errors")
        if _entries(body, name)
    }
    return {**body, **changed}


def _entries(body: dict[str, Any], name: str) -> list[Any]:
    found = body.get(name)
    return found if is_list(found) else []


def _located(entry: Any) -> bool:
    return is_object(entry) and (is_list(entry.get("loc")) or isinstance(entry.get("pointer"), str))


class _Teller:
    """Tells the complaints about one request."""

    def __init__(self, gate: OperationGate, sent: Sent) -> None:
        self._gate = gate
        self._sent = sent
        self._touched = {
            "body": gate.request is not None,
            "query": gate.query is not None,
            "header": gate.headers is not None,
            "path": gate.rewrite is not None,
        }
        heads = parameter_names(gate.head_path)
        theirs = parameter_names(gate.rewrite.path) if gate.rewrite is not None else heads
        self._path_names = dict(zip(heads, theirs, strict=False))

    def entry(self, entry: Detail) -> Detail:
        out = dict(entry)
        if isinstance(entry.get("pointer"), str):
            out["pointer"] = self._pointer(entry["pointer"])
        if not is_list(entry.get("loc")):
            return out
        location = tuple(entry["loc"])
        if not location or not self._touched.get(str(location[0]), False):
            return out
        place = self._place(location)
        out["loc"] = list(place.location)
        self._say(out, place)
        self._repeat(out, place)
        return out

    def _place(self, location: Location) -> ClientLocation:
        if location[0] == "path" and len(location) > 1:
            return ClientLocation(("path", self._path_names.get(str(location[1]), location[1])), True, None)
        return self._gate.locate(location)

    def _say(self, out: Detail, place: ClientLocation) -> None:
        kind = out.get("type")
        if kind in _TAGS:
            out.pop("ctx", None)
            out["msg"] = _TAGS[kind]
        elif kind in _CHOICES and place.expected is not None:
            expected = _listed(place.expected)
            out["msg"] = f"Input should be {expected}"
            out["ctx"] = {"expected": expected}
        elif not place.exact:
            out.pop("ctx", None)

    def _repeat(self, out: Detail, place: ClientLocation) -> None:
        """Say as input what the client sent, or nothing."""
        if out.get("input") is None:
            return
        value = self._sent.at(place.location) if place.exact else _NOTHING
        if value is _NOTHING and out.get("type") == "missing" and place.exact:
            # What is missing has no input: what it is missing in is repeated.
            value = self._sent.at(place.location[:-1])
        if value is _NOTHING:
            out.pop("input")
        else:
            out["input"] = value

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
        response_plans = [str(part).replace("~", "~0").replace("/", "~1") for part in place.location[1:]]
        return "".join([mark, *(f"/{part}" for part in response_plans)])


def _listed(values: Sequence[Any]) -> str:
    """Values as pydantic lists them: ``'a', 'b' or 'c'``."""
    texts = [repr(value) for value in values]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"
