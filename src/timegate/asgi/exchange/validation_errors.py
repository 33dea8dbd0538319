"""Convert the app's validation errors: each names a place in head's request, and gets the client's name of that place.

The conversion goes by the structure of both requests, never by text replacement. What only head knows is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from timegate.asgi.exchange.client_request import NOTHING, ClientRequest, inside
from timegate.asgi.message.parameters import last_texts
from timegate.errors import ArmName, Failure, GateError, UpgradeError
from timegate.gates.locations import ClientLocation, Location
from timegate.gates.operation import OperationGate
from timegate.gates.plan.conversion import Program
from timegate.gates.run.runtime import MISSING, copy_json
from timegate.gates.run.tag_errors import listed, tag_error
from timegate.gates.validation_lists import LISTS
from timegate.typing import is_array, is_object, type_of

MOST_ERRORS: Final = 100
"""How many entries of a list are converted; the others are counted."""

# How many characters of a request are repeated, beyond those that the app repeats itself.
_REPEATABLE: Final = 64 * 1024
# A segment of a pointer that may be the index of an item.
_INDEX: Final = re.compile(r"[0-9]{1,9}")
_OF_AN_ENTRY: Final = frozenset({"type", "loc", "msg", "input", "ctx", "url"})

# Errors of these types list the values that head accepts, in `ctx` and in the message.
_CHOICES: Final = frozenset({"enum", "literal_error"})
# Errors of these types say that a key is one too many.
_STRANGE_KEY: Final = ("extra_forbidden", "unexpected_keyword_argument")
_NO_DATACLASS: Final = "dataclass_type"
_TAGS: Final = {
    "union_tag_invalid": "Input tag is none of the expected tags",
    "union_tag_not_found": "Unable to extract tag",
}

ValidationError: TypeAlias = dict[str, Any]


def has_validation_errors(body: Any) -> bool:
    """Whether a body lists validation errors with places in a request."""
    return is_object(body) and any(_has_place(entry) for name in LISTS for entry in _entries(body, name))


def is_of_the_framework(body: dict[str, Any]) -> bool:
    """Whether a body with validation errors has the form of FastAPI's and of `@operation`'s, which no app declares."""
    return body.keys() == {"detail"} and all(
        is_object(one) and {"type", "loc", "msg"} <= one.keys() <= _OF_AN_ENTRY for one in _entries(body, "detail")
    )


def convert_errors(body: dict[str, Any], *, gate: OperationGate, request: ClientRequest) -> dict[str, Any]:
    """Convert a list of validation errors to the client's version.

    Args:
        body: the response's body, with ``detail[]`` in FastAPI's form or ``errors[]`` in that of RFC 9457.
        gate: the operation at the client's version.
        request: the request as the client sent it.
    """
    converter = _ErrorConverter(gate, request)
    converted: dict[str, Any] = {
        name: _converted(entries, converter) for name in LISTS if (entries := _entries(body, name))
    }
    sent = _sent_for(body["body"], gate, request) if "body" in body else NOTHING
    if sent is not NOTHING:
        converted["body"] = sent
    return {**body, **converted}


def _sent_for(repeated: Any, gate: OperationGate, request: ClientRequest) -> Any:
    """What the client sent for what a handler repeats, as FastAPI's documentation shows (``exc.body``).

    `NOTHING` where it is not the body that head got.
    """
    if request.forms is not None:
        sent, heads = map(last_texts, request.forms)
        # A file is repeated as an object.
        texts = {name: value for name, value in repeated.items() if not is_object(value)} if is_object(repeated) else {}
        return sent if texts and texts == {name: text for name, text in heads.items() if text is not None} else NOTHING
    heads_body = _heads_body(gate, request)
    return request.at(("body",)) if heads_body is not NOTHING and heads_body == repeated else NOTHING


def _heads_body(gate: OperationGate, request: ClientRequest) -> Any:
    """The body that head got; `NOTHING` where the request has none that is converted."""
    sent = request.at(("body",))
    if gate.request is None or sent is NOTHING:
        return NOTHING
    try:
        return gate.request(copy_json(sent))
    except GateError:
        return NOTHING


def _converted(entries: list[Any], converter: _ErrorConverter) -> list[Any]:
    """The first entries of a list, and one that says how many more there are."""
    converted = [converter.convert(entry) if _has_place(entry) else entry for entry in entries[:MOST_ERRORS]]
    converted = list(_told_once(entries, converted))
    converted = [one for one in converted if not any(one is other for other in converter.unheard_of)] or converted
    more = len(entries) - MOST_ERRORS
    if more > 0:
        converted.append(_count_of(more, like=converted[-1]))
    return converted


def _told_once(entries: list[Any], converted: list[Any]) -> Iterator[Any]:
    """The converted entries; of several places at head that are one to the client, each failure once."""
    told: dict[str, str] = {}
    for entry, one in zip(entries, converted, strict=False):
        before = repr(entry)
        if told.setdefault(repr(one), before) == before:
            yield one


def _count_of(more: int, *, like: Any) -> ValidationError:
    """An entry of the same form as another, for those that are only counted."""
    text = f"{more} more validation errors" if more > 1 else "1 more validation error"
    if is_object(like) and not is_array(like.get("loc")):
        return {"pointer": "", "detail": text}
    part = next(iter(like["loc"]), "body") if is_object(like) else "body"
    return {"type": "more_errors", "loc": [part], "msg": text, "ctx": {"count": more}}


def _is_index(part: object) -> bool:
    """Whether a part of a place is the index of an item, which no place counts from the end."""
    return isinstance(part, int) and part >= 0


def _entries(body: dict[str, Any], name: str) -> list[Any]:
    found = body.get(name)
    return found if is_array(found) else []


def _has_place(entry: Any) -> bool:
    if not is_object(entry):
        return False
    location = entry.get("loc")
    if location is None:
        return isinstance(entry.get("pointer"), str)
    return is_array(location) and all(isinstance(part, str) or _is_index(part) for part in location)


class _ErrorConverter:
    """Converts the validation errors of one request."""

    def __init__(self, gate: OperationGate, request: ClientRequest) -> None:
        self._gate = gate
        self._request = request
        self._repeatable = _REPEATABLE
        self._body_of_head: Any = None
        self._told_by_arms: dict[Location, Mapping[Location, Failure]] = {}
        self.unheard_of: list[ValidationError] = []
        """What is told of keys that were not sent, and of keys and arms that the client's version does not have."""
        self._touched = {
            "body": gate.request is not None or gate.form is not None,
            "query": gate.query is not None,
            "header": gate.headers is not None,
            "cookie": gate.cookies is not None,
            "path": gate.rewrite is not None or gate.path_parameters is not None,
        }

    def convert(self, error: ValidationError) -> ValidationError:
        converted = dict(error)
        if isinstance(error.get("pointer"), str):
            converted["pointer"] = self._pointer(error["pointer"])
        location: Location = tuple(error["loc"]) if is_array(error.get("loc")) else ()
        touched = bool(location) and self._touched.get(str(location[0]), False)
        if not touched and not (location and self._gate.relabels):
            return converted
        place = self._gate.client_place(location)
        refused = self._refused_by_its_arm(place) if touched else None
        if refused is not None:
            # The arm tells of what the client has sent there, wherever head found it.
            place = replace(place, location=refused[0], exact=True)
        elif touched:
            place = self._as_sent(error, converted, location, place)
        converted["loc"] = self._gate.declared_place(place.location)
        # Where nothing else changes, what was sent is what head has read, and only the classes have other names.
        _convert_message(converted, place, self._request.at(place.location) if touched and place.tags else None)
        if refused is not None:
            _tell(refused[1], converted)
        if touched:
            self._convert_input(converted, place, anew=refused is not None)
        return converted

    def _refused_by_its_arm(self, place: ClientLocation) -> tuple[Location, Failure] | None:
        """What the arm that an entry is of refuses there in the client's version, above or below it, with its place.

        Where the object was converted as another arm, no program has read it as this one so far. The place that head
        tells is that of head's type.
        """
        depth, program = place.arm or (0, None)
        location = self._request.as_sent(place.location)
        if program is None or len(location) <= depth:
            return None
        found = self._told_by(depth, program, location)
        above = (location[:length] for length in range(len(location), depth, -1))
        below = (one for one in found if one[: len(location)] == location)
        where = next((one for one in (*above, *below) if one in found), None)
        return None if where is None else (where, found[where])

    def _told_by(self, depth: int, program: Program, location: Location) -> Mapping[Location, Failure]:
        """What the program of an arm refuses in the object that the client sent, each by its place in the request."""
        above = location[:depth]
        if above not in self._told_by_arms:
            found = self._told_by_arms[above] = dict[Location, Failure]()
            sent = self._request.at(above)
            try:
                if sent is not NOTHING:
                    program(copy_json(sent))
            except UpgradeError as error:
                failures = (one for one in error.failures if one.message)
                found.update((self._request.as_sent((*above, *one.location)), one) for one in failures)
            except GateError:
                # Before it refuses nothing, so that a function was called: it says nothing of the client's types.
                pass
        return self._told_by_arms[above]

    def _as_sent(
        self, error: ValidationError, converted: ValidationError, location: Location, place: ClientLocation
    ) -> ClientLocation:
        """The place in the keys that the client sent; notes what is told of keys that it could not send."""
        lacks_last = error.get("type") == "missing"
        if place.means_nothing or (lacks_last and not place.exact):
            self.unheard_of.append(converted)
        place = replace(place, location=self._request.as_sent(place.location, lacks_last=lacks_last))
        if self._is_of_another_arm(error, location, place):
            self.unheard_of.append(converted)
        return place

    def _is_of_another_arm(self, error: ValidationError, heads: Location, place: ClientLocation) -> bool:
        """Whether an arm of a union misses a key that was sent or may be left out, or tells of one that was not.

        The object was converted as another arm, and so this one does not read what the client sent. Nor does one that
        finds another value than was sent where it converts none, the one that was sent where it would have converted
        it, or another JSON type than that of a value which a fact makes for it.
        """
        location, kind = place.location, error.get("type")
        arms = [at for at, key in enumerate(location) if isinstance(key, ArmName)]
        if not arms:
            return False
        if kind == "missing":
            return place.optional or self._request.at(location) is not NOTHING
        # A validator may have made items of what was sent: those are at no place of the request.
        told = location if kind in _STRANGE_KEY else location[: arms[-1] + 2]
        if self._request.at(told) is NOTHING or (place.made and str(kind).endswith("_type")):
            return True
        if place.made_above:
            below = len(location) - len(told)
            sent, got = self._request.at(told), self._got(heads[: len(heads) - below])
            return type_of(got) is type_of(sent) and bool(got == sent)
        sent, got = self._request.at(location), self._got(heads) if place.exact and place.kept else NOTHING
        is_known = sent is not NOTHING and got is not NOTHING and not (_is_container(got) and _is_container(sent))
        return is_known and (type_of(got) is not type_of(sent) or got != sent)

    def _got(self, location: Location) -> Any:
        """What head got at a place of its body; `NOTHING` where that is not known."""
        if location[0] != "body":
            return NOTHING
        if self._body_of_head is None:
            self._body_of_head = _heads_body(self._gate, self._request)
        node = self._body_of_head
        for segment in location[1:]:
            inner = inside(node, segment)
            # What is no key names an arm.
            node = inner if inner is not NOTHING or isinstance(segment, int) else node
        return node

    def _convert_input(self, error: ValidationError, place: ClientLocation, *, anew: bool) -> None:
        """Set `input` to the client's value, or remove it where the client sent none.

        Args:
            error: the entry.
            place: the client's place.
            anew: whether null is none that head says of the same value.
        """
        if error.get("input") is None and not (anew and "input" in error):
            return
        value = self._request.at(place.location) if place.exact else NOTHING
        if value is NOTHING and error.get("type") == "missing" and place.exact:
            # A missing key has no value: the input is the object that misses it.
            value = self._request.at(place.location[:-1])
        if isinstance(value, str) and value == str(error["input"]):
            # The app has read a number in the text.
            return
        if value is NOTHING or not self._allows(value, instead_of=error["input"]):
            error.pop("input")
        else:
            error["input"] = value

    def _allows(self, value: Any, *, instead_of: Any) -> bool:
        """Whether a value may be repeated: an app may have cut its own short, and not every entry may cost as much."""
        if not isinstance(value, str) and _is_container(value) == _is_container(instead_of):
            return True
        self._repeatable += 2 * len(instead_of) if isinstance(instead_of, str) else 0
        self._repeatable -= _size(value, most=self._repeatable)
        return self._repeatable >= 0

    def _pointer(self, pointer: str) -> str:
        mark = "#" if pointer.startswith("#") else ""
        segments = pointer[len(mark) :].split("/")[1:]
        if not segments or not self._touched["body"]:
            return pointer
        plain = [segment.replace("~1", "/").replace("~0", "~") for segment in segments]
        numbered: list[str | int] = [int(part) if _INDEX.fullmatch(part) else part for part in plain]
        place = self._gate.locate(("body", *numbered))
        if place.location == ("body", *numbered):
            place = self._gate.locate(("body", *plain))
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in place.location[1:])
        return "".join([mark, *(f"/{part}" for part in parts)])


def _is_container(value: Any) -> bool:
    return is_object(value) or is_array(value)


def _size(value: Any, *, most: int) -> int:
    """The characters and items of a value; where there are more than ``most``, any number above it."""
    size, waiting = 0, [value]
    while waiting and size <= most:
        node = waiting.pop()
        size += len(node) if isinstance(node, str) else 1
        if is_object(node):
            size += sum(map(len, node))
            waiting += node.values()
        elif is_array(node):
            waiting += node
    return size


def _tell(failure: Failure, error: ValidationError) -> None:
    """Tell what a gate refuses in place of what head does; of one type, head says more."""
    if "type" in error and failure.kind != error["type"]:
        error.pop("ctx", None)
        error |= {"type": failure.kind, "msg": failure.message}
        error |= {"ctx": dict(failure.context)} if failure.context else {}


def _convert_message(error: ValidationError, place: ClientLocation, sent: Any) -> None:
    """Remove what only head accepts from the message and from `ctx`.

    Args:
        error: what head tells.
        place: the client's place.
        sent: what the client has sent there, where the arms of a union are told apart by a key.
    """
    # An app may write anything into an entry of its own.
    kind = error.get("type") if isinstance(error.get("type"), str) else None
    if kind in _TAGS and place.tags is not None and place.tags.is_called:
        context = error.get("ctx")
        tag = context.get("tag", MISSING) if is_object(context) and kind == "union_tag_invalid" else MISSING
        error["type"], error["msg"], error["ctx"] = tag_error(place.tags.key, tag, place.tags.values)
    elif kind in _TAGS and place.tags is not None and is_object(sent):
        error["type"], error["msg"], error["ctx"] = place.tags.error(sent)
    elif kind in _TAGS:
        error.pop("ctx", None)
        error["msg"] = _TAGS[kind]
    elif kind in _CHOICES and place.expected is not None:
        expected = listed(place.expected)
        error["msg"] = f"Input should be {expected}"
        error["ctx"] = {"expected": expected}
    elif kind == _NO_DATACLASS and place.called:
        error["msg"] = f"Input should be a dictionary or an instance of {place.called}"
        error["ctx"] = {"class_name": place.called}
    elif not place.exact:
        error.pop("ctx", None)
