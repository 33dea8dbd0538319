"""One thing wrong with a request, or many."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, TypeVar

from tests.twins.dice import Dice
from tests.twins.shapes import World
from tests.twins.values import FILES, Sent, is_dict, is_list

E = TypeVar("E")

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2.0, 1.5, 10**20, "", "x", "5", "true", "a,b", [], {}, [1], ["x"], [None], {"k": 1},
    "2020-01-01", "2020-13-01", 1577836800, 1e300,
    -(2**63), 0.1 + 0.2, "9" * 25, "\x00", "\u2028", "-0", "1e5", "NaN",
    "12345678-1234-5678-1234-567812345678", [[]], [{}], {"": {}},
)  # fmt: skip
TEXTS = (
    "", "x", "5", "-1", "1.5", "true", "null", "None", "a,b", "[]", "2020-01-01", "é", " ", "nan", "1e400", "0x10",
    "1_0", "٣", "a?b", "a%b", "a&b=c", "..", "-0", "9" * 25, "1,5", "[object Object]", "\x00",
)  # fmt: skip
RAWS = (
    b"", b" ", b"{", b"nul", b"[1,", b"\xff", b'{"a": NaN}', b"{}{}", b'"\xed\xa0\x80"', b'"\\ud800"', b"[1e400]",
    b"[" * 300 + b"]" * 300, b"9" * 5000, b"'x'", b"{,}", b"\xef\xbb\xbf{}", b"\x00", b"{}\n", b"-", b"01",
)  # fmt: skip
MEDIA = (
    "text/plain", "application/x-www-form-urlencoded", "application/vnd.api+json", "application/json; charset=utf-8",
    "application/json;charset=latin-1", "", "APPLICATION/JSON", "application/xml", "multipart/form-data",
)  # fmt: skip
FORM_MEDIA = (
    "application/x-www-form-urlencoded;charset=latin-1",
    "multipart/form-data; boundary=other",
    "Multipart/Form-Data;boundary=twins",
)
RAW_FORMS = (
    b"",
    b"&&",
    b"alpha",
    b"alpha=%FF",
    b"\xff=1",
    b"%",
    b"=x",
    b"alpha=1;beta=2",
    b"beta=+1",
    b"{}",
    b"--twins--",
)
TAILS = ("%FF=1", "alpha=%FF", "alpha", "&&", "alpha=1;beta=2", "=x", "beta=+1", "alpha[]=1", "alpha%5B%5D=2", "%")


class Mutator:
    """Changes requests.

    Args:
        old: what the client knows.
        head: names and members of it are tried.
        dice: makes the choices.
    """

    def __init__(self, old: World, head: World, dice: Dice) -> None:
        self.old = old
        self.head = head
        self.dice = dice
        self.notes: list[str] = []

    def mutated(self, body: Any) -> Any:
        """Change one place of a body."""
        body = copy.deepcopy(body)
        places: list[tuple[Any, Any]] = []
        collect(body, places)
        if not places or self.dice.chance(4):
            self.notes.append("another body")
            return self.value()
        holder, key = self.dice.pick(places)
        objects: list[Any] = [holder[key] for holder, key in places if is_dict(holder[key])]
        objects += [body] if is_dict(body) else []
        match self.dice.number(0, 10):
            case 10:
                inside = [other for _, other in [(None, body), *((None, held[at]) for held, at in places)]]
                holder[key] = copy.deepcopy(self.dice.pick(inside))
                self.notes.append(f"{key} is another place")
            case 0 | 1 if isinstance(holder, dict):
                self.notes.append(f"without {key}")
                del holder[key]
            case 2 | 3 | 4 if objects:
                name = self.name()
                self.notes.append(f"with {name}")
                self.dice.pick(objects).setdefault(name, self.value())
            case 5:
                self.notes.append(f"wrapped {key}")
                holder[key] = [holder[key]]
            case _:
                holder[key] = self.value()
                self.notes.append(f"another {key}")
        return body

    def name(self) -> str:
        """A key that one of both versions has somewhere, in any spelling."""
        worlds = [self.head, self.head, self.old]
        found = [
            name
            for world in worlds
            for model in world.models.values()
            for one in model.fields
            for name in {one.name, one.sent_as, one.received_as}
        ]
        return self.dice.pick([*sorted(found), "stranger"])

    def value(self) -> Any:
        members = [value for world in (self.head, self.old) for one in world.enums.values() for value in one.members]
        if self.dice.chance(35):
            value = self.dice.pick(members)
            return self.dice.pick([value, value, str(value), float(value) if isinstance(value, int) else [value]])
        return copy.deepcopy(self.dice.pick(VALUES))

    def raw(self, body: bytes) -> bytes:
        """What is no JSON, or a body with a key twice, in another encoding, or with more around it."""
        whole = self.dice.chance(35) and body[:1] == b"{" and len(body) > 2
        if not whole:
            return self.dice.pick(RAWS)
        name = json.dumps(self.name()).encode()
        twice = b"{" + name + b":" + json.dumps(self.value()).encode() + b"," + body[1:]
        return self.dice.pick([twice, twice, body.decode().encode("utf-16"), b" \n" + body + b"\t", body[:-1] + b",}"])

    def absurd(self) -> Any:
        deep: Any = 1
        for _ in range(self.dice.number(1, 40)):
            deep = [deep] if self.dice.chance(50) else {"k": deep}
        bodies: list[Any] = [deep, self.value(), [self.value()] * 3, {self.name(): self.value() for _ in range(6)}]
        return self.dice.pick(bodies)

    def text(self) -> str:
        value = self.value() if self.dice.chance(40) else self.dice.pick(TEXTS)
        return str(value)

    def names(self, operation: str, place: str) -> list[str]:
        """The names of parameters of one place, at both versions."""
        found: list[str] = ["stranger"]
        for world in (self.head, self.old):
            found += [parameter.name for parameter in world.operations[operation].named(place)]
            found += _fields(world, operation, place)
        return found

    def names_of_model(self, operation: str, place: str) -> list[str]:
        """The names of the fields of a model of parameters, at both versions."""
        return [name for world in (self.head, self.old) for name in _fields(world, operation, place)]

    def entry(self) -> str | Sent:
        """What a field of a form may hold."""
        return self.text() if self.dice.chance(75) else Sent(*self.dice.pick(FILES))

    def raw_form(self, body: bytes) -> bytes:
        """What is no form, or one with something else in it."""
        at = self.dice.number(0, len(body))
        return self.dice.pick([*RAW_FORMS, body[:at], body + b"&alpha", body[:at] + b"\x00" + body[at:]])

    def pairs(
        self, sent: tuple[tuple[str, E], ...], names: list[str], one: Callable[[], E]
    ) -> tuple[tuple[str, E], ...]:
        """Change one of the parameters, each a name and what `one` draws."""
        made = list(sent)
        where = self.dice.number(0, len(made) - 1) if made else 0
        match self.dice.number(0, 4):
            case 0 if made:
                self.notes.append(f"without {made[where][0]}")
                del made[where]
            case 1 if made:
                self.notes.append(f"{made[where][0]} twice")
                made.insert(where, (made[where][0], one()))
            case 2 if made:
                self.notes.append(f"another {made[where][0]}")
                made[where] = (made[where][0], one())
            case _:
                name = self.dice.pick(names)
                self.notes.append(f"with {name}")
                made.append((name, one()))
        return tuple(made)


def collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    """All places inside of a value, as holder and key."""
    keys: list[Any] = list(value) if is_dict(value) else list(range(len(value))) if is_list(value) else []
    for key in keys:
        places.append((value, key))
        collect(value[key], places)


def _fields(world: World, operation: str, place: str) -> list[str]:
    one = world.operations[operation]
    return [shape.sent_as for shape in world.fields(one.asked)] if one.asked and one.asked_in == place else []
